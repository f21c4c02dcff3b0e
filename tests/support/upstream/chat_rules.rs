//! What the documentation of Chat Completions asks of a request.

use serde_json::Value;

use super::rules::Kind::{Any, Content, Flag, List, Number, Object, Text, TextOrNull};
use super::rules::{Kind, Rules, list, text};

const REQUEST: &[(&str, Kind)] = &[
    ("model", Text),
    ("messages", List),
    ("tools", List),
    ("tool_choice", Any),
    ("parallel_tool_calls", Flag),
    ("stream", Flag),
    ("stream_options", Object),
    ("response_format", Object),
    ("reasoning_effort", Text),
    ("verbosity", Text),
    ("temperature", Number),
    ("top_p", Number),
    ("max_tokens", Number),
    ("max_completion_tokens", Number),
    ("stop", Any),
    ("seed", Number),
    ("store", Flag),
    ("user", Text),
    ("metadata", Object),
    ("service_tier", Text),
    ("prompt_cache_key", Text),
    ("safety_identifier", Text),
];

/// Every breach in one request.
pub fn check(body: &Value) -> Vec<String> {
    let mut rules = Rules::default();
    let Some(request) = rules.object("request", body, REQUEST) else { return rules.breaches };
    rules.has("request", request, &["model", "messages"]);
    rules.must(!text(request.get("model")).is_empty(), || "`model` is empty".to_owned());
    let tools = list(request.get("tools"));
    if request.contains_key("tools") {
        rules.must(!tools.is_empty(), || "`tools` is empty".to_owned());
        rules.must(tools.len() <= 128, || "there are more than 128 tools".to_owned());
    }
    for field in ["tool_choice", "parallel_tool_calls"] {
        let right = !request.contains_key(field) || !tools.is_empty();
        rules.must(right, || format!("`{field}` is only allowed when `tools` are specified"));
    }
    if let Some(options) = request.get("stream_options") {
        let streams = request.get("stream") == Some(&Value::Bool(true));
        rules.must(streams, || "`stream_options` is only allowed when `stream` is true".to_owned());
        rules.object("stream_options", options, &[("include_usage", Flag)]);
    }
    if let Some(choice) = request.get("tool_choice") {
        let right = choice.is_object() || matches!(text(Some(choice)), "auto" | "none" | "required");
        rules.must(right, || format!("`tool_choice` is {choice}"));
    }
    if let Some(format) = request.get("response_format") {
        response_format(&mut rules, format);
    }
    for (n, tool) in tools.iter().enumerate() {
        check_tool(&mut rules, &format!("tools[{n}]"), tool);
    }
    let names: Vec<&str> = tools.iter().map(|t| text(t.pointer("/function/name"))).collect();
    rules.unique("the tool name", &names);
    messages(&mut rules, list(request.get("messages")));
    rules.breaches
}

fn response_format(rules: &mut Rules, format: &Value) {
    let fields = [("type", Text), ("json_schema", Object)];
    let Some(object) = rules.object("response_format", format, &fields) else { return };
    match text(object.get("type")) {
        "text" | "json_object" => {}
        "json_schema" => {
            let schema = object.get("json_schema").unwrap_or(&Value::Null);
            let fields = [("name", Text), ("description", Text), ("schema", Object), ("strict", Any)];
            if let Some(schema) = rules.object("response_format.json_schema", schema, &fields) {
                rules.has("response_format.json_schema", schema, &["name"]);
            }
        }
        other => rules.breaches.push(format!("`response_format.type` is `{other}`")),
    }
}

fn check_tool(rules: &mut Rules, at: &str, tool: &Value) {
    let Some(object) = rules.object(at, tool, &[("type", Text), ("function", Object)]) else { return };
    rules.must(text(object.get("type")) == "function", || format!("`{at}.type` is not `function`"));
    let fields = [("name", Text), ("description", Text), ("parameters", Object), ("strict", Any)];
    let at = format!("{at}.function");
    let Some(function) = rules.object(&at, object.get("function").unwrap_or(&Value::Null), &fields) else { return };
    rules.tool_name(&format!("{at}.name"), function.get("name"));
    if let Some(parameters) = function.get("parameters") {
        let right = parameters.get("type") == Some(&"object".into());
        rules.must(right, || format!("`{at}.parameters` is not the schema of an object: {parameters}"));
    }
}

fn messages(rules: &mut Rules, messages: &[Value]) {
    rules.must(!messages.is_empty(), || "`messages` is empty".to_owned());
    let mut open: Vec<&str> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for (n, message) in messages.iter().enumerate() {
        let at = format!("messages[{n}]");
        let role = text(message.get("role"));
        if role != "tool" {
            rules.must(open.is_empty(), || {
                format!(
                    "an assistant message with `tool_calls` must be followed by tool messages: {open:?} before {at}"
                )
            });
            open.clear();
        }
        match role {
            "system" | "developer" => plain(rules, &at, message, &["text"]),
            "user" => plain(rules, &at, message, &["text", "image_url", "file"]),
            "assistant" => {
                open = assistant(rules, &at, message);
                seen.extend(&open);
            }
            "tool" => {
                let fields = [("role", Text), ("content", Content), ("tool_call_id", Text)];
                if let Some(object) = rules.object(&at, message, &fields) {
                    rules.has(&at, object, &["content", "tool_call_id"]);
                    parts(rules, &at, object.get("content"), &["text"]);
                }
                let id = text(message.get("tool_call_id"));
                let place = open.iter().position(|o| *o == id);
                rules.must(place.is_some(), || format!("{at} answers `{id}`, which the message before did not call"));
                place.map(|place| open.remove(place));
            }
            other => rules.breaches.push(format!("`{at}.role` is `{other}`")),
        }
    }
    rules.must(open.is_empty(), || format!("the calls {open:?} are never answered"));
    rules.unique("the call id", &seen);
}

fn plain(rules: &mut Rules, at: &str, message: &Value, kinds: &[&str]) {
    let fields = [("role", Text), ("content", Content), ("name", Text)];
    if let Some(object) = rules.object(at, message, &fields) {
        rules.has(at, object, &["content"]);
        parts(rules, at, object.get("content"), kinds);
    }
}

fn assistant<'v>(rules: &mut Rules, at: &str, message: &'v Value) -> Vec<&'v str> {
    let fields = [("role", Text), ("content", Any), ("name", Text), ("refusal", TextOrNull), ("tool_calls", List)];
    let Some(object) = rules.object(at, message, &fields) else { return Vec::new() };
    let calls = list(object.get("tool_calls"));
    let says = object.get("content").is_some_and(|c| !c.is_null());
    rules.must(says || !calls.is_empty(), || format!("`{at}` has neither content nor tool calls"));
    if object.contains_key("tool_calls") {
        rules.must(!calls.is_empty(), || format!("`{at}.tool_calls` is empty"));
    }
    if says {
        parts(rules, at, object.get("content"), &["text", "refusal"]);
    }
    let mut ids = Vec::new();
    for (n, call) in calls.iter().enumerate() {
        let at = format!("{at}.tool_calls[{n}]");
        let Some(object) = rules.object(&at, call, &[("id", Text), ("type", Text), ("function", Object)]) else {
            continue;
        };
        rules.has(&at, object, &["id", "type", "function"]);
        rules.must(text(object.get("type")) == "function", || format!("`{at}.type` is not `function`"));
        let id = text(object.get("id"));
        rules.must(!id.is_empty(), || format!("`{at}.id` is empty"));
        ids.push(id);
        let fields = [("name", Text), ("arguments", Text)];
        let function = object.get("function").unwrap_or(&Value::Null);
        if let Some(function) = rules.object(&at, function, &fields) {
            rules.tool_name(&format!("{at}.function.name"), function.get("name"));
            let arguments = text(function.get("arguments"));
            let right = serde_json::from_str::<serde_json::Map<String, Value>>(arguments).is_ok();
            rules.must(right, || format!("`{at}.function.arguments` is not the text of a JSON object: {arguments}"));
        }
    }
    ids
}

fn parts(rules: &mut Rules, at: &str, content: Option<&Value>, kinds: &[&str]) {
    let Some(Value::Array(parts)) = content else { return };
    rules.must(!parts.is_empty(), || format!("`{at}.content` is an empty list"));
    for (n, part) in parts.iter().enumerate() {
        let at = format!("{at}.content[{n}]");
        let kind = text(part.get("type"));
        rules.must(kinds.contains(&kind), || format!("`{at}` is of the type `{kind}`, expected one of {kinds:?}"));
        match kind {
            "text" => drop(rules.object(&at, part, &[("type", Text), ("text", Text)])),
            "refusal" => drop(rules.object(&at, part, &[("type", Text), ("refusal", Text)])),
            "image_url" => {
                rules.object(&at, part, &[("type", Text), ("image_url", Object)]);
                let image = part.get("image_url").unwrap_or(&Value::Null);
                rules.object(&at, image, &[("url", Text), ("detail", Text)]);
                let url = text(image.get("url"));
                let right = url.starts_with("data:image/") || url.starts_with("https://");
                rules.must(right, || format!("`{at}.image_url.url` is not an image: {url}"));
            }
            "file" => {
                rules.object(&at, part, &[("type", Text), ("file", Object)]);
                let file = part.get("file").unwrap_or(&Value::Null);
                rules.object(&at, file, &[("filename", Text), ("file_data", Text)]);
                let right = text(file.get("file_data")).starts_with("data:application/pdf;base64,");
                rules.must(right, || format!("`{at}.file.file_data` is not a PDF"));
            }
            _ => {}
        }
    }
}
