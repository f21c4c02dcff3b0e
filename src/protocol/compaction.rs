//! Compaction: a conversation that has grown too long is made into a summary, from which the next turns go on.
//!
//! Codex does it in two ways. With most providers it asks for the summary itself, in an ordinary request without tools
//! whose last message says what to write. With those it takes for OpenAI it leaves the writing to the server: the last
//! input item is a `compaction_trigger`, and exactly one `compaction` item must come back, which it replays from then on
//! (codex-facts G19). Behind the gateway no provider has such an item, so the summary is written by the model, and the
//! item carries it in a form of ours.

use serde_json::Value;

use super::carrier::Carrier;
use super::ir::{Item, Loss, Part, Request, Role, ToolChoice, ToolSpec, loss};

/// What the model is asked for when Codex leaves the asking to the server.
pub const PROMPT: &str = "\
The conversation so far is about to be replaced by a summary, and you write it. Whoever goes on with the work will see \
nothing but your summary, so put into it everything that is needed:
- what the person wants, with every requirement, preference and limit they gave;
- what has been done and decided, and why; which files, commands and names matter, spelled exactly;
- what was found out, dead ends and error messages included;
- where the work stands now, and the next steps in their order.
Write the summary as plain text and nothing else. Call no tools and do not go on with the work itself.";

/// Stands in front of a summary that is given back to a model.
const PREFACE: &str = "The conversation before this point was replaced by this summary of it. Build on it, and do not \
repeat work that is already done.";

/// What Codex's own request for a summary is known by.
const CHECKPOINT: &str = "CONTEXT CHECKPOINT COMPACTION";

/// Stands where a tool output was left out.
pub const LEFT_OUT: &str = "[this output was left out: the conversation is too long for the model]";

/// The carrier's protocol: no upstream's, since every model can read a summary.
const WIRE: &str = "summary";

/// Nobody writes a token of so many bytes on average: a conversation that is too long by this measure is too long.
const MOST_BYTES_PER_TOKEN: u64 = 8;
/// What a token has in the usual mixture of prose, code and logs, on the safe side.
const USUAL_BYTES_PER_TOKEN: u64 = 3;

/// The `encrypted_content` of a compaction item that holds this summary.
#[must_use]
pub fn seal(model: &str, summary: &str) -> String {
    Carrier::new(WIRE, model, Value::from(summary)).seal()
}

/// The message that stands for a compaction item of ours; none for one that another server made.
#[must_use]
pub fn open(encrypted_content: &str) -> Option<String> {
    let carrier = Carrier::open(encrypted_content).filter(|carrier| carrier.wire == WIRE)?;
    carrier.state.as_str().map(|summary| format!("{PREFACE}\n\n{summary}"))
}

/// Makes the request one for a summary: nothing to call, nothing to fill in, and our own words at the end.
///
/// The tools stay, though none may be called: see [`drop_tools`].
pub fn ask(request: &mut Request<'_>) {
    request.compacts = true;
    request.tool_choice = ToolChoice::None;
    request.parallel_tool_calls = None;
    request.format = None;
    request.items.push(Item::Message { role: Role::User, parts: vec![Part::Text(PROMPT.into())] });
}

/// Takes the tools out of a request for a summary, which needs none. They are better left where a cache of the prompt
/// begins with them and the model can be told to call none.
pub fn drop_tools(request: &mut Request<'_>) {
    request.tools.clear();
    request.web_search = None;
    request.tool_choice = ToolChoice::Auto;
}

/// Whether a summary is asked for, by Codex itself or through us.
#[must_use]
pub fn is_asked(request: &Request<'_>) -> bool {
    request.compacts
        || (request.tools.is_empty()
            && matches!(request.items.last(), Some(Item::Message { role: Role::User, parts })
                if parts.iter().any(|part| matches!(part, Part::Text(text) if text.plain().contains(CHECKPOINT)))))
}

/// Whether the conversation is certainly beyond the window. It is left to the upstream wherever there is doubt: how
/// many tokens a text has only its model knows.
#[must_use]
pub fn is_beyond(request: &Request<'_>, window: u64) -> bool {
    bytes(request) / MOST_BYTES_PER_TOKEN > window
}

/// Leaves out the oldest tool outputs until the conversation fits the window, with room for the summary.
pub fn trim(request: &mut Request<'_>, window: u64) {
    let mut excess = excess(request, window);
    let mut count = 0_usize;
    for item in &mut request.items {
        if excess == 0 {
            break;
        }
        let Item::Output { parts, .. } = item else { continue };
        let size = parts.iter().map(part_bytes).sum::<u64>();
        let saved = size.saturating_sub(LEFT_OUT.len() as u64);
        if saved > 0 {
            *parts = vec![Part::Text(LEFT_OUT.into())];
            excess = excess.saturating_sub(saved);
            count += 1;
        }
    }
    if count > 0 {
        request.losses.push(trimmed(count));
    }
}

/// How many bytes are too many for the window, with room for the summary.
#[must_use]
pub fn excess(request: &Request<'_>, window: u64) -> u64 {
    let most = window.saturating_sub(window / 10).saturating_mul(USUAL_BYTES_PER_TOKEN);
    bytes(request).saturating_sub(most)
}

/// So many outputs were left out.
pub(super) fn trimmed(count: usize) -> Loss {
    Loss::new(loss::TRIMMED, format!("{count} of the oldest tool outputs"))
}

/// The bytes of all text; images and documents are not counted, since their tokens do not hang on their bytes.
fn bytes(request: &Request<'_>) -> u64 {
    let items = request.items.iter().map(|item| match item {
        Item::Message { parts, .. } | Item::Output { parts, .. } => parts.iter().map(part_bytes).sum(),
        // What was thought in earlier turns is not always sent again.
        Item::Reasoning { .. } => 0,
        Item::Call { input, .. } => input.len() as u64,
    });
    let tools = request.tools.iter().map(|tool| {
        let schema = match &tool.spec {
            ToolSpec::Function { parameters, .. } | ToolSpec::Search { parameters } => {
                parameters.map_or(0, |schema| schema.get().len())
            }
            ToolSpec::Custom { grammar } => grammar.as_ref().map_or(0, |(_, definition)| definition.len()),
        };
        (tool.description.len() + schema) as u64
    });
    items.chain(tools).sum()
}

fn part_bytes(part: &Part<'_>) -> u64 {
    part.as_text().map_or(0, |text| text.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::responses::parse;
    use serde_json::json;

    #[test]
    fn a_summary_opens_again_and_nothing_else_does() {
        let opened = open(&seal("m", "we did x")).unwrap();
        assert!(opened.starts_with(PREFACE) && opened.ends_with("\n\nwe did x"), "{opened}");
        for foreign in ["gAAAA", "", &Carrier::new("chat", "m", Value::from("x")).seal()] {
            assert_eq!(open(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn codexs_own_request_for_a_summary_is_known() {
        let ask = "You are performing a CONTEXT CHECKPOINT COMPACTION. Create a handoff summary.";
        let tool = json!({"type": "function", "name": "f"});
        for (tools, last, known) in [(vec![], ask, true), (vec![tool], ask, false), (vec![], "say hi", false)] {
            let body = json!({"model": "m", "input": last, "tools": tools}).to_string();
            assert_eq!(is_asked(&parse(body.as_bytes()).unwrap()), known, "{body}");
        }
    }

    #[test]
    fn only_what_is_certainly_too_long_is_beyond_the_window() {
        let image = format!("data:image/png;base64,{}", "A".repeat(100_000));
        for (text, window, beyond) in [(8008, 1000, true), (8007, 1000, false), (0, 0, false)] {
            let body = json!({"model": "m", "input": [{"role": "user", "content": [
                {"type": "input_text", "text": "x".repeat(text)}, {"type": "input_image", "image_url": image}]}]});
            let body = body.to_string();
            assert_eq!(is_beyond(&parse(body.as_bytes()).unwrap(), window), beyond, "{text}");
        }
    }

    #[test]
    fn the_oldest_outputs_go_until_it_fits() {
        let output =
            |id: usize| json!({"type": "function_call_output", "call_id": id.to_string(), "output": "y".repeat(1000)});
        let body = json!({"model": "m", "input": (0..5).map(output).collect::<Vec<_>>()}).to_string();
        for (window, left_out) in [(10_000, 0), (1500, 2), (1852, 0), (1851, 1), (10, 5)] {
            let mut request = parse(body.as_bytes()).unwrap();
            trim(&mut request, window);
            let gone: Vec<bool> = request
                .items
                .iter()
                .map(|item| matches!(item, Item::Output { parts, .. } if *parts == [Part::Text(LEFT_OUT.into())]))
                .collect();
            let expected: Vec<bool> = (0..5).map(|position| position < left_out).collect();
            assert_eq!(gone, expected, "{window}");
            let losses: Vec<_> = request.losses.iter().map(|loss| loss.code).collect();
            assert_eq!(losses, if left_out == 0 { vec![] } else { vec![loss::TRIMMED] }, "{window}");
        }
    }
}
