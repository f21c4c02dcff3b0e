//! A request for a Responses upstream that knows no tools but functions: freeform tools and groups become functions, as
//! they do for every other protocol.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::decoder::{Decoder, WIRE};
use crate::protocol::ir::{
    DocumentSource, Format, Item, Loss, Part, Request, Role, ToolChoice, ToolSpec, WebSearch, lose_media, loss,
};
use crate::protocol::pairing::{EMPTY_OUTPUT, NO_OUTPUT, answers};
use crate::protocol::quirks::Quirks;
use crate::protocol::tools::{Names, lowered_arguments, lowered_description, lowered_schema, object_schema};

/// The most tools that a limited upstream takes.
const MAX_TOOLS: usize = 128;

/// Stands where an output was nothing but an image.
const IMAGE_BELOW: &str = "[the image of this output is in the next user message]";

/// The same for a document.
const DOCUMENT_BELOW: &str = "[the document of this output is in the next user message]";

/// What goes out, and what reads the answer to it.
#[derive(Debug)]
pub struct Outbound {
    /// The JSON body for `POST {base_url}/responses`.
    pub body: Vec<u8>,
    /// What could not be carried over, of the request's own losses and of this writer's.
    pub losses: Vec<Loss>,
    /// Reads this request's answer.
    pub decoder: Decoder,
}

/// Writes a request for an upstream that speaks Responses and knows functions alone.
#[must_use]
pub fn lower(request: &Request<'_>, upstream_model: &str, quirks: &Quirks) -> Outbound {
    let mut losses = request.losses.clone();
    let names = Names::new(request);
    let mut body = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("model", Some(upstream_model.into()));
    put("input", Some(input(request, &names, upstream_model, quirks, &mut losses)));
    let tools = tools(request, &names, quirks, &mut losses);
    if !tools.is_empty() {
        put("tools", Some(tools.into()));
        put("tool_choice", tool_choice(request, &names, quirks, &mut losses));
        put(
            "parallel_tool_calls",
            match request.parallel_tool_calls {
                Some(true) if quirks.parallel_true_rejected => None,
                Some(false) if quirks.parallel_false_rejected => {
                    losses.push(Loss::new(loss::FIELD, "parallel_tool_calls: false"));
                    None
                }
                wish => wish.map(Value::from),
            },
        );
    }
    put("reasoning", Some(reasoning(request, quirks, &mut losses)));
    put("text", request.format.as_ref().map(|format| json!({"format": answer_format(format, quirks)})));
    put("max_output_tokens", request.max_output_tokens.map(Value::from));
    if !quirks.sampling_locked {
        put("temperature", request.temperature.map(Value::from));
        put("top_p", request.top_p.map(Value::from));
    } else if request.temperature.is_some() || request.top_p.is_some() {
        losses.push(Loss::new(loss::SAMPLING, "temperature, top_p"));
    }
    if !quirks.prompt_cache_key_rejected {
        put("prompt_cache_key", request.cache_key.as_deref().map(Value::from));
    }
    put("include", Some(json!(["reasoning.encrypted_content"])));
    put("store", Some(false.into()));
    put("stream", Some(request.stream.into()));
    let body = Value::Object(body).to_string().into_bytes();
    Outbound { body, losses, decoder: Decoder::new(names, upstream_model) }
}

/// Writes the conversation: outputs behind their calls, every call with one.
fn input(request: &Request<'_>, names: &Names, model: &str, quirks: &Quirks, losses: &mut Vec<Loss>) -> Value {
    let mut writer = Writer {
        items: &request.items,
        names,
        model,
        quirks,
        losses,
        answers: answers(&request.items),
        used: HashSet::new(),
        open: Vec::new(),
        out: Vec::with_capacity(request.items.len()),
    };
    for (position, item) in request.items.iter().enumerate() {
        writer.take(position, item);
    }
    writer.answer();
    writer.out.into()
}

struct Writer<'a, 'l> {
    items: &'a [Item<'a>],
    names: &'a Names,
    model: &'a str,
    quirks: &'a Quirks,
    losses: &'l mut Vec<Loss>,
    /// The output of each answered call, by their positions.
    answers: HashMap<usize, usize>,
    /// The outputs that were written with their calls.
    used: HashSet<usize>,
    /// Calls whose outputs are still to be written, and their ids.
    open: Vec<(usize, String)>,
    out: Vec<Value>,
}

impl<'a> Writer<'a, '_> {
    fn take(&mut self, position: usize, item: &'a Item<'a>) {
        if !matches!(item, Item::Call { .. }) {
            self.answer();
        }
        match item {
            Item::Message { role, parts } => self.message(*role, parts),
            Item::Reasoning { carrier: Some(carrier), .. } if carrier.wire == WIRE && carrier.model == self.model => {
                self.out.push(carrier.state.clone());
            }
            Item::Reasoning { carrier: Some(carrier), .. } => {
                self.losses.push(Loss::new(loss::REASONING, format!("made by `{}`", carrier.model)));
            }
            // The front end has named that loss.
            Item::Reasoning { carrier: None, .. } => {}
            Item::Call { id, tool, kind, input } => {
                let (arguments, wrapped) = lowered_arguments(*kind, input);
                if wrapped {
                    self.losses.push(Loss::new(loss::BROKEN_ARGUMENTS, tool.name.as_ref()));
                }
                let id = if id.is_empty() { format!("call_{position}") } else { id.clone().into_owned() };
                let name = self.names.flat(tool);
                self.out.push(
                    json!({"type": "function_call", "call_id": id, "name": name, "arguments": arguments.as_ref()}),
                );
                self.open.push((position, id));
            }
            Item::Output { call_id, parts } => {
                if !self.used.contains(&position) {
                    self.losses.push(Loss::new(loss::ORPHAN_OUTPUT, call_id.as_ref()));
                    let mut content = vec![json!({"type": "input_text", "text": "[output of an earlier tool call]"})];
                    content.extend(parts.iter().map(|part| input_part(part, "input_text")));
                    self.out.push(json!({"type": "message", "role": "user", "content": content}));
                }
            }
        }
    }

    fn message(&mut self, role: Role, parts: &[Part<'_>]) {
        let (role, kind) = match role {
            Role::System => ("system", "input_text"),
            Role::Developer if self.quirks.developer_role_rejected => ("system", "input_text"),
            Role::Developer => ("developer", "input_text"),
            Role::User => ("user", "input_text"),
            Role::Assistant => ("assistant", "output_text"),
        };
        let is_assistant = role == "assistant";
        if is_assistant {
            lose_media(parts, "of the assistant", self.losses);
        }
        let kept = parts.iter().filter(|part| !is_assistant || !part.is_media());
        let content: Vec<_> = kept.map(|part| input_part(part, kind)).collect();
        if !content.is_empty() {
            self.out.push(json!({"type": "message", "role": role, "content": content}));
        }
    }

    /// Writes the outputs of the calls before this point, then the images and documents that may not stand in them.
    fn answer(&mut self) {
        let mut moved = Vec::new();
        for (position, id) in std::mem::take(&mut self.open) {
            let found = self.answers.get(&position).copied();
            let Some((output, Item::Output { parts, .. })) = found.map(|output| (output, &self.items[output])) else {
                self.losses.push(Loss::new(loss::MISSING_OUTPUT, id.as_str()));
                self.out.push(json!({"type": "function_call_output", "call_id": id, "output": NO_OUTPUT}));
                continue;
            };
            self.used.insert(output);
            let media = parts.iter().filter(|part| part.is_media());
            let output = if media.clone().next().is_some() && !self.quirks.image_in_tool_output_rejected {
                parts.iter().map(|part| input_part(part, "input_text")).collect::<Vec<_>>().into()
            } else {
                moved.extend(media.map(|part| input_part(part, "input_text")));
                Value::from(output_text(parts))
            };
            self.out.push(json!({"type": "function_call_output", "call_id": id, "output": output}));
        }
        if !moved.is_empty() {
            self.out.push(json!({"type": "message", "role": "user", "content": moved}));
        }
    }
}

fn output_text(parts: &[Part<'_>]) -> String {
    let has = |noun| parts.iter().any(|part| part.noun() == noun);
    let notes = [("image", IMAGE_BELOW), ("document", DOCUMENT_BELOW)].into_iter();
    let notes = notes.filter_map(|(noun, note)| has(noun).then_some(note));
    let text = parts.iter().filter_map(Part::as_text).chain(notes).collect::<Vec<_>>().join("\n");
    if text.is_empty() { EMPTY_OUTPUT.to_owned() } else { text }
}

fn input_part(part: &Part<'_>, kind: &str) -> Value {
    match part {
        Part::Text(text) => json!({"type": kind, "text": text.as_ref()}),
        Part::Image { url, detail } => {
            let known = detail.as_deref().filter(|detail| matches!(*detail, "low" | "high" | "auto"));
            json!({"type": "input_image", "image_url": url.as_ref(), "detail": known.unwrap_or("auto")})
        }
        Part::Document { name, source: DocumentSource::Data(data) } => {
            json!({"type": "input_file", "filename": name, "file_data": format!("data:application/pdf;base64,{data}")})
        }
        Part::Document { source: DocumentSource::Url(url), .. } => json!({"type": "input_file", "file_url": url}),
    }
}

fn tools(request: &Request<'_>, names: &Names, quirks: &Quirks, losses: &mut Vec<Loss>) -> Vec<Value> {
    let limit = if quirks.max_tools_128 { MAX_TOOLS } else { usize::MAX };
    for tool in request.tools.iter().skip(limit) {
        losses.push(Loss::new(loss::TOOL_LIMIT, tool.name.name.as_ref()));
    }
    let functions = request.tools.iter().take(limit).map(|tool| {
        let (parameters, strict) = match &tool.spec {
            ToolSpec::Function { parameters, strict } => (object_schema(*parameters), *strict),
            ToolSpec::Search { parameters } => (object_schema(*parameters), false),
            ToolSpec::Custom { .. } => (lowered_schema(), false),
        };
        let mut function = json!({
            "type": "function", "name": names.flat(&tool.name),
            "description": lowered_description(&tool.description, &tool.spec),
            "parameters": parameters,
        });
        if !quirks.strict_rejected {
            // Left out it would be true.
            function["strict"] = strict.into();
        }
        function
    });
    let mut tools: Vec<Value> = functions.collect();
    if let Some(search) = &request.web_search {
        if quirks.web_search_rejected || quirks.non_function_tools_skipped {
            losses.push(Loss::new(loss::WEB_SEARCH, "web_search"));
        } else if !quirks.web_search_extra_fields_rejected {
            tools.push(web_search(search));
        } else if search.allowed_domains.is_empty() {
            tools.push(json!({"type": "web_search"}));
        } else {
            let reason = "only some domains were allowed, which the provider cannot be told";
            losses.push(Loss::new(loss::WEB_SEARCH, reason));
        }
    }
    tools
}

fn web_search(search: &WebSearch<'_>) -> Value {
    let mut tool = json!({"type": "web_search"});
    if !search.allowed_domains.is_empty() {
        tool["filters"] = json!({"allowed_domains": search.allowed_domains});
    }
    if let Some(place) = &search.location {
        let mut location = json!({"type": "approximate"});
        for (name, value) in [
            ("city", &place.city),
            ("region", &place.region),
            ("country", &place.country),
            ("timezone", &place.timezone),
        ] {
            if let Some(value) = value {
                location[name] = value.as_ref().into();
            }
        }
        tool["user_location"] = location;
    }
    tool
}

fn tool_choice(request: &Request<'_>, names: &Names, quirks: &Quirks, losses: &mut Vec<Loss>) -> Option<Value> {
    let choice = match &request.tool_choice {
        ToolChoice::Auto => return Some("auto".into()),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Tool(tool) => json!({"type": "function", "name": names.flat(tool)}),
    };
    if quirks.tool_choice_auto_only {
        losses.push(Loss::new(loss::TOOL_CHOICE, "only `auto` is taken"));
        return None;
    }
    Some(choice)
}

fn reasoning(request: &Request<'_>, quirks: &Quirks, losses: &mut Vec<Loss>) -> Value {
    let mut reasoning = json!({"summary": "auto"});
    let Some(wanted) = request.effort.as_deref() else { return reasoning };
    let given = quirks.effort(wanted);
    if given != Some(wanted) {
        let detail =
            given.map_or_else(|| format!("`{wanted}` is not sent"), |given| format!("`{wanted}` becomes `{given}`"));
        losses.push(Loss::new(loss::EFFORT, detail));
    }
    if let Some(given) = given {
        reasoning["effort"] = given.into();
    }
    reasoning
}

fn answer_format(format: &Format<'_>, quirks: &Quirks) -> Value {
    match format {
        Format::Json => json!({"type": "json_object"}),
        Format::Schema { name, schema, strict } => {
            let mut format = json!({"type": "json_schema", "name": name, "schema": schema});
            if !quirks.strict_rejected {
                format["strict"] = (*strict).into();
            }
            format
        }
    }
}

#[cfg(test)]
#[path = "lower_tests.rs"]
mod tests;
