//! The shared request to a Messages body.

use super::abilities::Abilities;
use super::body::{Block, Body, Format, OutputConfig};
use super::conversation::conversation;
use super::decoder::Decoder;
use super::thinking::{self, Mode};
use super::{cache, schema, tools};
use crate::protocol::ir::{self, Loss, Request, loss};
use crate::protocol::quirks::Quirks;
use crate::protocol::tools::Names;

/// What goes out, and what reads the answer to it.
#[derive(Debug)]
pub struct Outbound {
    /// The JSON body for `POST {base_url}/messages`.
    pub body: Vec<u8>,
    /// What could not be carried over, of the request's own losses and of this writer's.
    pub losses: Vec<Loss>,
    /// Reads this request's answer.
    pub decoder: Decoder,
    /// Whether the answer may be paused, so that the body is needed once more; see [`super::resumed`].
    pub may_pause: bool,
}

/// Writes a request for an upstream that speaks Messages.
#[must_use]
pub fn encode(request: &Request<'_>, upstream_model: &str, quirks: &Quirks, abilities: &Abilities) -> Outbound {
    let mut losses = request.losses.clone();
    let names = Names::new(request);
    let searches = tools::offers_search(request, &names, quirks);
    let mut spoken = conversation(request, &names, upstream_model, quirks, searches, &mut losses);
    let silent = Abilities { thinking: super::ThinkingKind::None, ..abilities.clone() };
    let abilities = if quirks.reasoning_effort_unportable { &silent } else { abilities };
    let mut plan = thinking::plan(request, abilities, &mut losses);
    let budgeted = matches!(plan.thinking, Some(super::body::Thinking::Enabled { .. }));
    if budgeted && thinking::began_without_thought(&spoken.messages) {
        losses.push(Loss::new(loss::REASONING, "thinking is off until the next message: this turn began without"));
        plan.thinking = None;
        plan.mode = Mode::Off;
    }
    if plan.mode == Mode::Off && thinking::strip(&mut spoken.messages) {
        losses.push(Loss::new(loss::REASONING, "thinking is off"));
    }
    let tools = tools::tools(request, &names, quirks, &mut losses);
    let tool_choice = tools::choice(request, &tools, &names, quirks, plan.mode, &mut losses);
    let format = format(request, abilities, &mut spoken.system, &mut losses);
    let mut body = Body {
        model: upstream_model,
        max_tokens: plan.max_tokens,
        stream: request.stream,
        thinking: plan.thinking,
        output_config: (plan.effort.is_some() || format.is_some())
            .then_some(OutputConfig { effort: plan.effort, format }),
        tools,
        tool_choice,
        system: spoken.system,
        messages: spoken.messages,
        ..Body::default()
    };
    sampling(&mut body, request, quirks, plan.mode, &mut losses);
    cache::mark(&mut body);
    let mut bytes = Vec::with_capacity(request.text_size());
    // Writing strings and numbers into a buffer cannot fail.
    let _ = serde_json::to_writer(&mut bytes, &body);
    drop(body);
    let decoder = Decoder::new(names, upstream_model, request.call_ids(), searches);
    Outbound { body: bytes, losses, decoder, may_pause: searches }
}

/// Whether a refusal is about thought that was given back, so that the same request without it would be taken. Newer
/// models bind a thought to all that stood before it.
#[must_use]
pub fn refuses_signatures(status: u16, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let is_about_thought = ["`thinking`", "`redacted_thinking`", "thinking block"].iter().any(|w| message.contains(w));
    let refuses = ["signature", "invalid `data`", "cannot be modified"].iter().any(|words| message.contains(words));
    status == 400 && is_about_thought && refuses
}

/// The form of the answer; where the provider cannot be held to it, the model is asked for it.
fn format<'a>(
    request: &'a Request<'_>,
    abilities: &Abilities,
    system: &mut Vec<Block<'a>>,
    losses: &mut Vec<Loss>,
) -> Option<Format<'a>> {
    let (asked, detail) = match request.format.as_ref()? {
        ir::Format::Schema { name, schema, .. } if abilities.schema_output => {
            let (schema, lost) = schema::output(schema);
            if !lost.is_empty() {
                let limits = lost.into_iter().collect::<Vec<_>>().join(", ");
                losses.push(Loss::new(loss::TOOL_SCHEMA, format!("`{name}`: {limits}")));
            }
            return Some(Format::JsonSchema { schema });
        }
        ir::Format::Schema { schema, .. } => {
            (format!("Answer with nothing but JSON of this schema:\n{}", schema.get()), "json_schema")
        }
        ir::Format::Json => ("Answer with nothing but one JSON object.".to_owned(), "json_object"),
    };
    losses.push(Loss::new(loss::FORMAT, format!("`{detail}` is only asked for")));
    system.push(Block::text(asked));
    None
}

/// Temperature and nucleus: not while thinking, not both, and not above one.
fn sampling(body: &mut Body<'_>, request: &Request<'_>, quirks: &Quirks, mode: Mode, losses: &mut Vec<Loss>) {
    if request.temperature.is_none() && request.top_p.is_none() {
        return;
    }
    if quirks.sampling_locked || mode == Mode::On {
        losses.push(Loss::new(loss::SAMPLING, "temperature, top_p"));
        return;
    }
    body.temperature = request.temperature.map(|temperature| temperature.clamp(0.0, 1.0));
    if body.temperature != request.temperature {
        losses.push(Loss::new(loss::SAMPLING, "temperature above 1"));
    }
    if body.temperature.is_none() {
        body.top_p = request.top_p;
    } else if request.top_p.is_some() {
        losses.push(Loss::new(loss::SAMPLING, "top_p beside temperature"));
    }
}
