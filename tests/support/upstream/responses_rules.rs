//! What the documentation of the Responses API asks of a request, with the fields that Codex adds.

use serde_json::Value;

use super::rules::Kind::{Any, Content, Flag, List, Object, Text, TextOrNull};
use super::rules::{Kind, Rules, list, text};

/// What every opaque piece of reasoning of this upstream begins with: it takes back no other.
pub const ENCRYPTED: &str = "test-encrypted-";

const REQUEST: &[(&str, Kind)] = &[
    ("model", Text),
    ("input", Content),
    ("instructions", Text),
    ("tools", List),
    ("tool_choice", Any),
    ("parallel_tool_calls", Flag),
    ("reasoning", Object),
    ("text", Object),
    ("include", List),
    ("store", Flag),
    ("stream", Flag),
    ("max_output_tokens", Any),
    ("prompt_cache_key", Text),
    ("service_tier", Text),
    ("client_metadata", Object),
];

/// Every breach in one request.
pub fn check(body: &Value) -> Vec<String> {
    let mut rules = Rules::default();
    let Some(request) = rules.object("request", body, REQUEST) else { return rules.breaches };
    rules.has("request", request, &["model", "input"]);
    let model = text(request.get("model"));
    rules.must(!model.is_empty(), || "`model` is empty".to_owned());
    rules.must(!model.contains('/'), || format!("the model `{model}` still carries the gateway's prefix"));
    if let Some(reasoning) = request.get("reasoning") {
        rules.object("reasoning", reasoning, &[("effort", Text), ("summary", Text)]);
    }
    for (n, tool) in list(request.get("tools")).iter().enumerate() {
        check_tool(&mut rules, &format!("tools[{n}]"), tool);
    }
    items(&mut rules, list(request.get("input")));
    rules.breaches
}

fn check_tool(rules: &mut Rules, at: &str, tool: &Value) {
    let kind = text(tool.get("type"));
    match kind {
        "function" => {
            let fields =
                [("type", Text), ("name", Text), ("description", Text), ("strict", Any), ("parameters", Object)];
            rules.object(at, tool, &fields);
            rules.tool_name(at, tool.get("name"));
        }
        "custom" => {
            rules.object(at, tool, &[("type", Text), ("name", Text), ("description", Text), ("format", Object)]);
            rules.tool_name(at, tool.get("name"));
            if let Some(format) = tool.get("format") {
                rules.object(at, format, &[("type", Text), ("syntax", Text), ("definition", Text)]);
            }
        }
        "namespace" => {
            rules.object(at, tool, &[("type", Text), ("name", Text), ("description", Text), ("tools", List)]);
            for (n, inner) in list(tool.get("tools")).iter().enumerate() {
                check_tool(rules, &format!("{at}.tools[{n}]"), inner);
            }
        }
        "web_search" => {}
        other => rules.breaches.push(format!("`{at}.type` is `{other}`")),
    }
}

fn items(rules: &mut Rules, items: &[Value]) {
    let mut open: Vec<&str> = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let at = format!("input[{n}]");
        let call = text(item.get("call_id"));
        let id = ("id", Text);
        let kind = ("type", Text);
        match text(item.get("type")) {
            "message" => message(rules, &at, item),
            "reasoning" => {
                let fields =
                    [kind, id, ("summary", List), ("content", Any), ("encrypted_content", TextOrNull), ("status", Any)];
                rules.object(&at, item, &fields);
                let opaque = text(item.get("encrypted_content"));
                let ours = opaque.is_empty() || opaque.starts_with(ENCRYPTED);
                rules.must(ours, || format!("`{at}.encrypted_content` could not be verified: {opaque}"));
            }
            "function_call" => {
                let fields = [
                    kind,
                    id,
                    ("name", Text),
                    ("namespace", Text),
                    ("arguments", Text),
                    ("call_id", Text),
                    ("status", Any),
                ];
                rules.object(&at, item, &fields);
                rules.tool_name(&at, item.get("name"));
                open.push(call);
            }
            "custom_tool_call" => {
                rules.object(
                    &at,
                    item,
                    &[kind, id, ("name", Text), ("input", Text), ("call_id", Text), ("status", Any)],
                );
                open.push(call);
            }
            "function_call_output" | "custom_tool_call_output" => {
                rules.object(&at, item, &[kind, id, ("call_id", Text), ("output", Content), ("status", Any)]);
                parts(rules, &at, item.get("output"), &["input_text", "input_image"]);
                let place = open.iter().position(|o| *o == call);
                rules.must(place.is_some(), || format!("no tool call found for {at} with call_id `{call}`"));
                place.map(|place| open.remove(place));
            }
            other => rules.breaches.push(format!("`{at}.type` is `{other}`")),
        }
    }
    rules.must(open.is_empty(), || format!("no tool output found for the calls {open:?}"));
}

fn message(rules: &mut Rules, at: &str, item: &Value) {
    let fields = [("type", Text), ("id", Text), ("role", Text), ("content", Content), ("status", Any), ("phase", Any)];
    rules.object(at, item, &fields);
    match text(item.get("role")) {
        "assistant" => parts(rules, at, item.get("content"), &["output_text", "refusal"]),
        "user" | "developer" | "system" => parts(rules, at, item.get("content"), &["input_text", "input_image"]),
        other => rules.breaches.push(format!("`{at}.role` is `{other}`")),
    }
}

fn parts(rules: &mut Rules, at: &str, content: Option<&Value>, kinds: &[&str]) {
    for (n, part) in list(content).iter().enumerate() {
        let kind = text(part.get("type"));
        rules.must(kinds.contains(&kind), || format!("`{at}.content[{n}]` is of the type `{kind}`, not {kinds:?}"));
    }
}
