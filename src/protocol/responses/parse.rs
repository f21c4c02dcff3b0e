//! Responses JSON to the shared request. Nothing that Codex or another client can send is refused for its shape.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;

use super::body::{
    Body, RawFilters, RawFormat, RawItem, RawLocation, RawPart, RawReasoning, RawText, RawTool, Rejection, misshapen,
    object,
};
use super::file::file;
use crate::protocol::carrier::Carrier;
use crate::protocol::compaction;
use crate::protocol::ir::{
    Format, Item, JsonStr, Location, Loss, Part, Request, Role, Tool, ToolChoice, ToolKind, ToolName, ToolSpec,
    WebSearch, loss,
};
use crate::protocol::lenient::{Object, Text, TextOr, read, text_or_json};
use crate::protocol::tools::{Names, namespace};

/// The name under which a search for tools is offered; Codex knows that tool by its type alone.
const SEARCH: &str = "tool_search";

/// Reads a request.
///
/// # Errors
///
/// Only when the body is no JSON object, names no model, or leans on state that was never ours.
pub fn parse(body: &[u8]) -> Result<Request<'_>, Rejection> {
    let bytes = body;
    let body: Body<'_> = object(bytes)?;
    refuse_references(&body)?;
    let model = body.model.filled().ok_or_else(|| Rejection::new(Some("model"), "`model` is missing"))?;
    let mut request = Request { model, stream: read(body.stream).unwrap_or(false), ..Request::default() };
    if let Some(text) = body.instructions.and_then(JsonStr::of).filter(|text| !text.is_empty()) {
        request.items.push(Item::Message { role: Role::System, parts: vec![Part::Text(text)] });
    }
    if matches!(body.input, TextOr::Absent) || !matches!(body.tools, TextOr::List(_)) {
        for name in misshapen(bytes) {
            lose(&mut request, loss::FIELD, &format!("{name}: not a list"));
        }
    }
    add_tools(&mut request, body.tools);
    let mut found = Vec::new();
    match body.input {
        TextOr::Text(text) => {
            request.items.push(Item::Message { role: Role::User, parts: vec![Part::Text(text.into())] });
        }
        TextOr::List(items) => {
            for Object(item) in items {
                match item {
                    Some(item) => add_item(&mut request, item, &mut found),
                    None => lose(&mut request, loss::INPUT_ITEM, "not an object"),
                }
            }
        }
        TextOr::Absent => {}
    }
    // A tool may be found twice, or be both offered and found; two of a name are refused upstream.
    let mut seen = HashSet::new();
    request.tools.retain(|tool| seen.insert(tool.name.clone()));
    tell_found(&mut request, &found);
    request.tool_choice = tool_choice(&mut request, body.tool_choice);
    request.parallel_tool_calls = read(body.parallel_tool_calls);
    request.effort = read::<RawReasoning<'_>>(body.reasoning).and_then(|reasoning| reasoning.effort.filled());
    if let Some(text) = read::<RawText<'_>>(body.text) {
        if let Some(verbosity) = text.verbosity.filled() {
            lose(&mut request, loss::VERBOSITY, &verbosity);
        }
        request.format = format(&mut request.losses, text.format);
    }
    request.max_output_tokens = read(body.max_output_tokens);
    request.temperature = read(body.temperature);
    request.top_p = read(body.top_p);
    request.cache_key = body.prompt_cache_key.filled();
    if let Some(tier) = body.service_tier.filled().filter(|tier| tier != "auto" && tier != "default") {
        lose(&mut request, loss::SERVICE_TIER, &tier);
    }
    if body.truncation.filled().is_some_and(|truncation| truncation != "disabled") {
        lose(&mut request, loss::FIELD, "truncation");
    }
    if let TextOr::List(wanted) = body.include {
        // Reasoning comes back in carriers of ours without being asked for.
        for what in wanted.into_iter().filter_map(Text::filled).filter(|what| what != "reasoning.encrypted_content") {
            lose(&mut request, loss::FIELD, &format!("include: {what}"));
        }
    }
    for name in body.unknown {
        lose(&mut request, loss::FIELD, &name);
    }
    if request.compacts {
        compaction::ask(&mut request);
    }
    Ok(request)
}

/// Refuses what points to things that a server keeps, since without them the request means something else.
fn refuse_references(body: &Body<'_>) -> Result<(), Rejection> {
    let is_there = |raw: Option<&RawValue>| raw.is_some_and(|raw| raw.get() != "null");
    for (param, there) in [
        ("previous_response_id", !body.previous_response_id.as_str().is_empty()),
        ("conversation", is_there(body.conversation)),
        ("prompt", is_there(body.prompt)),
    ] {
        if there {
            let message = format!("`{param}` needs a server that keeps conversations; send the whole `input`");
            return Err(Rejection::new(Some(param), message));
        }
    }
    Ok(())
}

fn lose(request: &mut Request<'_>, code: &'static str, detail: &str) {
    request.losses.push(Loss::new(code, detail));
}

/// What a search for tools has found: its output among the items, and the tools.
struct Found<'a> {
    output: usize,
    tools: Vec<ToolName<'a>>,
}

/// Says what searches found by the names under which it can be called, which hang on all tools of the request.
fn tell_found(request: &mut Request<'_>, found: &[Found<'_>]) {
    if found.is_empty() {
        return;
    }
    let names = Names::new(request);
    for Found { output, tools } in found {
        if let Some(Item::Output { parts, .. }) = request.items.get_mut(*output) {
            let lines: Vec<&str> = tools.iter().map(|tool| names.flat(tool)).collect();
            *parts = vec![Part::Text(format!("found tools:\n{}", lines.join("\n")).into())];
        }
    }
}

fn add_item<'a>(request: &mut Request<'a>, item: RawItem<'a>, found: &mut Vec<Found<'a>>) {
    let kind = item.kind.as_str();
    match kind {
        // A message may leave its type out.
        "message" | "" if item.role.0.is_some() => add_message(request, item),
        "reasoning" => {
            let carrier = item.encrypted_content.0.as_deref().and_then(Carrier::open);
            let is_bare = item.encrypted_content.as_str().is_empty();
            if carrier.is_none() && !is_bare {
                lose(request, loss::REASONING, "made by another provider");
            }
            let text = [item.summary, item.content].into_iter().map(joined).find(|text| !text.is_empty());
            if text.is_some() && is_bare {
                lose(request, loss::REASONING, "made elsewhere: nothing says by whom");
            }
            request.items.push(Item::Reasoning { text: text.unwrap_or_default(), carrier });
        }
        "function_call" => {
            let tool =
                ToolName { namespace: item.namespace.0.and_then(namespace), name: item.name.0.unwrap_or_default() };
            let input = text_or_json(item.arguments).unwrap_or_default();
            add_call(request, item.call_id.0.or(item.id.0), tool, ToolKind::Function, input);
        }
        "custom_tool_call" => {
            let tool =
                ToolName { namespace: item.namespace.0.and_then(namespace), name: item.name.0.unwrap_or_default() };
            add_call(request, item.call_id.0.or(item.id.0), tool, ToolKind::Custom, item.input.0.unwrap_or_default());
        }
        "tool_search_call" => {
            let tool = ToolName { namespace: None, name: SEARCH.into() };
            let input = text_or_json(item.arguments).unwrap_or_default();
            add_call(request, item.call_id.0.or(item.id.0), tool, ToolKind::Search, input);
        }
        "local_shell_call" => {
            let tool = ToolName { namespace: None, name: "local_shell".into() };
            let input = text_or_json(item.action).unwrap_or_default();
            add_call(request, item.call_id.0.or(item.id.0), tool, ToolKind::Function, input);
        }
        "function_call_output" | "custom_tool_call_output" | "local_shell_call_output" => {
            let parts = output_parts(request, item.output);
            let call_id = item.call_id.0.or(item.id.0).unwrap_or_default();
            request.items.push(Item::Output { call_id, parts });
        }
        "tool_search_output" => {
            // What was found can be called from now on, so it joins the tools.
            let before = request.tools.len();
            add_tools(request, item.tools);
            let tools: Vec<_> = request.tools[before..].iter().map(|tool| tool.name.clone()).collect();
            if !tools.is_empty() {
                found.push(Found { output: request.items.len(), tools });
            }
            let call_id = item.call_id.0.or(item.id.0).unwrap_or_default();
            request.items.push(Item::Output { call_id, parts: vec![Part::Text("no tools found".into())] });
        }
        "additional_tools" => add_tools(request, item.tools),
        // The last item; what is asked for with it is added when all is read.
        "compaction_trigger" => request.compacts = true,
        "compaction" | "compaction_summary" | "context_compaction" => {
            match item.encrypted_content.0.as_deref().and_then(compaction::open) {
                Some(text) => {
                    let parts = vec![Part::Text(text.into())];
                    request.items.push(Item::Message { role: Role::User, parts });
                }
                None => lose(request, loss::COMPACTION, "made by another provider"),
            }
        }
        // Nothing is lost with these: the message after a search holds what was found, and a model that reads searches
        // as text begins to write them as text.
        "web_search_call" => {}
        other => {
            let detail = match other {
                "" => "without type",
                "message" => "message without role",
                other => other,
            }
            .to_owned();
            lose(request, loss::INPUT_ITEM, &detail);
        }
    }
}

fn add_call<'a>(
    request: &mut Request<'a>,
    id: Option<Cow<'a, str>>,
    tool: ToolName<'a>,
    kind: ToolKind,
    input: Cow<'a, str>,
) {
    request.items.push(Item::Call { id: id.unwrap_or_default(), tool, kind, input });
}

fn add_message<'a>(request: &mut Request<'a>, item: RawItem<'a>) {
    let role = match item.role.as_str() {
        "assistant" => Role::Assistant,
        "system" => Role::System,
        "developer" => Role::Developer,
        "user" => Role::User,
        other => {
            lose(request, loss::INPUT_ITEM, &format!("the role `{other}`, said as the person"));
            Role::User
        }
    };
    if matches!(item.content, TextOr::Absent) {
        lose(request, loss::INPUT_ITEM, "message without content");
    }
    let parts = parts(request, item.content);
    request.items.push(Item::Message { role, parts });
}

fn parts<'a>(request: &mut Request<'a>, content: TextOr<'a, Object<RawPart<'a>>>) -> Vec<Part<'a>> {
    match content {
        TextOr::Absent => Vec::new(),
        TextOr::Text(text) => vec![Part::Text(text.into())],
        TextOr::List(list) => list.into_iter().filter_map(|raw| part(request, raw.0)).collect(),
    }
}

fn part<'a>(request: &mut Request<'a>, raw: Option<RawPart<'a>>) -> Option<Part<'a>> {
    let Some(raw) = raw else {
        lose(request, loss::CONTENT_PART, "not an object");
        return None;
    };
    if raw.kind.as_str() == "input_image" {
        if let Some(url) = raw.image_url.filled() {
            return Some(Part::Image { url, detail: raw.detail.filled() });
        }
        lose(request, loss::CONTENT_PART, "an image without `image_url`");
        return None;
    }
    if raw.kind.as_str() == "input_file" {
        let (part, lost) = file(raw);
        if let Some(lost) = lost {
            lose(request, loss::CONTENT_PART, &lost);
        }
        return Some(part);
    }
    let kind = raw.kind.clone();
    let text = raw.into_text();
    if text.is_none() {
        lose(request, loss::CONTENT_PART, if kind.as_str().is_empty() { "without type" } else { kind.as_str() });
    }
    text.map(Part::Text)
}

fn output_parts<'a>(request: &mut Request<'a>, output: Option<&'a RawValue>) -> Vec<Part<'a>> {
    // Nearly always a string, which is only carried over.
    if let Some(text) = output.and_then(JsonStr::of) {
        return vec![Part::Text(text)];
    }
    match read::<TextOr<'a, Object<RawPart<'a>>>>(output) {
        Some(TextOr::List(list)) if list.iter().all(|part| part.0.is_some()) => parts(request, TextOr::List(list)),
        // Some clients send an object, or a list of other things: the model can read JSON.
        _ => text_or_json(output).map(|text| Part::Text(text.into())).into_iter().collect(),
    }
}

fn joined<'a>(content: TextOr<'a, Object<RawPart<'a>>>) -> Cow<'a, str> {
    match content {
        TextOr::Absent => Cow::Borrowed(""),
        TextOr::Text(text) => text,
        TextOr::List(list) => {
            let mut texts = list.into_iter().filter_map(|part| part.0?.into_text()).map(JsonStr::into_plain);
            let Some(first) = texts.next() else { return Cow::Borrowed("") };
            texts.fold(first, |all, text| Cow::Owned(format!("{all}\n\n{text}")))
        }
    }
}

fn add_tools<'a>(request: &mut Request<'a>, tools: TextOr<'a, &'a RawValue>) {
    let TextOr::List(tools) = tools else { return };
    for raw in tools {
        match read::<RawTool<'a>>(Some(raw)) {
            Some(tool) => add_tool(request, tool, None),
            None => lose(request, loss::TOOL_KIND, "not an object"),
        }
    }
}

fn add_tool<'a>(request: &mut Request<'a>, raw: RawTool<'a>, group: Option<&Cow<'a, str>>) {
    let group_name = group.cloned().or_else(|| raw.namespace.0.clone()).and_then(namespace);
    let spec = match raw.kind.as_str() {
        "function" => ToolSpec::Function { parameters: raw.parameters, strict: raw.strict.unwrap_or(false) },
        "custom" => {
            let format = read::<RawFormat<'a>>(raw.format);
            let grammar = format.filter(|format| format.kind.as_str() == "grammar").map(|format| {
                (format.syntax.filled().unwrap_or("lark".into()), format.definition.0.unwrap_or_default())
            });
            ToolSpec::Custom { grammar }
        }
        "tool_search" => ToolSpec::Search { parameters: raw.parameters },
        "namespace" if group.is_none() => {
            let name = raw.name.0.unwrap_or_default();
            if let TextOr::List(tools) = raw.tools {
                for tool in tools.into_iter().filter_map(|tool| read::<RawTool<'a>>(Some(tool))) {
                    add_tool(request, tool, Some(&name));
                }
            }
            return;
        }
        "web_search" | "web_search_preview" => {
            request.web_search = Some(web_search(&raw));
            return;
        }
        other => return lose(request, loss::TOOL_KIND, if other.is_empty() { "without type" } else { other }),
    };
    let name = match spec {
        ToolSpec::Search { .. } => Cow::Borrowed(SEARCH),
        _ => match raw.name.filled() {
            Some(name) => name,
            None => return lose(request, loss::TOOL_KIND, "without name"),
        },
    };
    let name = ToolName { namespace: group_name, name };
    request.tools.push(Tool { name, description: raw.description.0.unwrap_or_default(), spec });
}

fn web_search<'a>(raw: &RawTool<'a>) -> WebSearch<'a> {
    let place = read::<RawLocation<'a>>(raw.user_location).map(|place| Location {
        city: place.city.filled(),
        region: place.region.filled(),
        country: place.country.filled(),
        timezone: place.timezone.filled(),
    });
    let domains = read::<RawFilters<'a>>(raw.filters).map(|filters| filters.allowed_domains);
    let allowed_domains = match domains {
        Some(TextOr::List(domains)) => domains.into_iter().filter_map(Text::filled).collect(),
        _ => Vec::new(),
    };
    WebSearch {
        live: read(raw.external_web_access).unwrap_or(true),
        allowed_domains,
        location: place.filter(|place| *place != Location::default()),
    }
}

fn tool_choice<'a>(request: &mut Request<'a>, raw: Option<&'a RawValue>) -> ToolChoice<'a> {
    let Some(raw) = raw else { return ToolChoice::Auto };
    if let Ok(Some(word)) = serde_json::from_str::<Option<Cow<'a, str>>>(raw.get()) {
        return tool_choice_word(request, &word);
    }
    let Some(choice) = read::<RawTool<'a>>(Some(raw)) else { return ToolChoice::Auto };
    match choice.kind.as_str() {
        "function" | "custom" if !choice.name.as_str().is_empty() => ToolChoice::Tool(chosen(choice)),
        "tool_search" => ToolChoice::Tool(ToolName { namespace: None, name: SEARCH.into() }),
        "allowed_tools" => {
            allow_only(request, choice.tools);
            tool_choice_word(request, choice.mode.as_str())
        }
        kind => {
            lose(request, loss::TOOL_CHOICE, kind);
            ToolChoice::Auto
        }
    }
}

fn tool_choice_word(request: &mut Request<'_>, word: &str) -> ToolChoice<'static> {
    match word {
        "none" => ToolChoice::None,
        "required" | "any" => ToolChoice::Required,
        "auto" | "" => ToolChoice::Auto,
        other => {
            lose(request, loss::TOOL_CHOICE, other);
            ToolChoice::Auto
        }
    }
}

fn chosen(tool: RawTool<'_>) -> ToolName<'_> {
    ToolName { namespace: tool.namespace.0.and_then(namespace), name: tool.name.0.unwrap_or_default() }
}

/// A list of allowed tools takes the others off the table: no other protocol has such a list.
fn allow_only<'a>(request: &mut Request<'a>, tools: TextOr<'a, &'a RawValue>) {
    let TextOr::List(tools) = tools else { return };
    let (mut names, mut web_search) = (HashSet::new(), false);
    for tool in tools.into_iter().filter_map(|tool| read::<RawTool<'a>>(Some(tool))) {
        match tool.kind.as_str() {
            "web_search" | "web_search_preview" => web_search = true,
            "tool_search" => {
                names.insert(ToolName { namespace: None, name: SEARCH.into() });
            }
            _ => {
                names.insert(chosen(tool));
            }
        }
    }
    request.tools.retain(|tool| names.contains(&tool.name));
    request.web_search.take_if(|_| !web_search);
}

fn format<'a>(losses: &mut Vec<Loss>, raw: Option<&'a RawValue>) -> Option<Format<'a>> {
    let raw = read::<RawFormat<'a>>(raw)?;
    match (raw.kind.as_str(), raw.schema) {
        ("" | "text", _) => None,
        ("json_object", _) => Some(Format::Json),
        ("json_schema", Some(schema)) => Some(Format::Schema {
            name: raw.name.filled().unwrap_or("output".into()),
            schema,
            strict: raw.strict.unwrap_or(false),
        }),
        (other, _) => {
            losses.push(Loss::new(loss::FORMAT, other));
            None
        }
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
