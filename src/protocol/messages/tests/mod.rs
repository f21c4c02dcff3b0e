//! Requests as they go out. Each is checked by the rules of the API beside what the test says of it.

#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values")]

mod any;
mod rules;
mod searches;
mod thinking;
mod tools;
mod turns;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::validate::validate;
use super::*;
use crate::protocol::Quirks;
use crate::protocol::carrier::Carrier;
use crate::protocol::responses::parse;

fn abilities(thinking: ThinkingKind) -> Abilities {
    let efforts = ["low", "medium", "high", "max"].map(str::to_owned).to_vec();
    Abilities { max_output: Some(64_000), thinking, efforts, schema_output: true }
}

/// The body that goes upstream, and the losses as `code: detail`.
fn encoded_for(request: &Value, quirks: &[&str], abilities: &Abilities) -> (Value, Vec<String>) {
    let text = request.to_string();
    let request = parse(text.as_bytes()).unwrap();
    let outbound = encode(&request, "up", &Quirks::from_names(quirks).0, abilities);
    let losses = outbound.losses.iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect();
    let body = serde_json::from_slice(&outbound.body).unwrap();
    assert_eq!(validate(&body), Ok(()), "{body:#}");
    (body, losses)
}

fn encoded(request: &Value) -> (Value, Vec<String>) {
    encoded_for(request, &[], &Abilities::default())
}

fn without_marks(mut value: Value) -> Value {
    match &mut value {
        Value::Array(list) => list.iter_mut().for_each(|value| *value = without_marks(value.take())),
        Value::Object(map) => {
            map.remove("cache_control");
            map.values_mut().for_each(|value| *value = without_marks(value.take()));
        }
        _ => {}
    }
    value
}

/// The turns that these items become, without the marks of the cache, and the losses.
fn turns(items: Value) -> (Value, Vec<String>) {
    let (mut body, losses) = encoded(&json!({"model": "p/up", "input": items}));
    (without_marks(body["messages"].take()), losses)
}

fn said(role: &str, text: &str) -> Value {
    json!({"type": "message", "id": "x", "role": role, "content": [{"type": "input_text", "text": text}]})
}

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": "fc", "call_id": id, "name": name, "arguments": arguments})
}

fn output(id: &str, output: Value) -> Value {
    json!({"type": "function_call_output", "call_id": id, "output": output})
}

fn thought(text: &str, state: Value) -> Value {
    let summary = if text.is_empty() { json!([]) } else { json!([{"type": "summary_text", "text": text}]) };
    json!({"type": "reasoning", "summary": summary, "encrypted_content": Carrier::new("messages", "up", state).seal()})
}

fn user(blocks: Value) -> Value {
    json!({"role": "user", "content": blocks})
}

fn assistant(blocks: Value) -> Value {
    json!({"role": "assistant", "content": blocks})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn used(id: &str, name: &str, input: Value) -> Value {
    json!({"type": "tool_use", "id": id, "name": name, "input": input})
}

fn result(id: &str, content: &str) -> Value {
    json!({"type": "tool_result", "tool_use_id": id, "content": [text(content)]})
}

#[test]
fn a_whole_request() {
    let request = json!({
        "model": "p/up", "stream": true, "store": false, "include": ["reasoning.encrypted_content"],
        "input": [said("developer", "base"), said("user", "hi"), call("a", "exec_command", "{\"cmd\":\"ls\"}"),
            output("a", json!("x")), said("user", "go")],
        "tools": [
            {"type": "function", "name": "exec_command", "description": "d", "strict": false,
             "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}}},
            {"type": "web_search", "external_web_access": true, "filters": {"allowed_domains": ["a.org"]},
             "user_location": {"type": "approximate", "country": "DE"}},
            {"type": "namespace", "name": "mcp__tiny", "tools": [
                {"type": "function", "name": "echo_it", "strict": true, "parameters": {"properties": {}}}]},
            {"type": "custom", "name": "apply_patch", "description": "Edits.",
             "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
        ],
        "tool_choice": "auto", "parallel_tool_calls": true, "reasoning": {"effort": "medium", "summary": "auto"},
        "prompt_cache_key": "k", "temperature": 0.5, "client_metadata": {"w": "/home"},
    });
    let (body, losses) = encoded_for(&request, &[], &abilities(ThinkingKind::Adaptive));
    let input = "Edits.\n\nPut the whole text into the string `input`; it is used as it stands. \
                 It must follow this lark grammar:\n```\nstart: x\n```";
    let mark = json!({"type": "ephemeral"});
    assert_eq!(
        body,
        json!({
            "model": "up", "max_tokens": 32_000, "stream": true,
            "thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "medium"},
            "tools": [
                {"type": "web_search_20250305", "name": "web_search", "max_uses": 8, "allowed_domains": ["a.org"],
                 "user_location": {"type": "approximate", "country": "DE"}},
                {"name": "exec_command", "description": "d",
                 "input_schema": {"type": "object", "properties": {"cmd": {"type": "string"}}}},
                {"name": "mcp__tiny__echo_it", "input_schema": {"properties": {}, "type": "object"}},
                {"name": "apply_patch", "description": input, "cache_control": mark, "input_schema":
                    {"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"],
                     "additionalProperties": false}},
            ],
            "system": [{"type": "text", "text": "base", "cache_control": mark}],
            "messages": [
                {"role": "user", "content": [{"type": "text", "text": "hi", "cache_control": mark}]},
                assistant(json!([used("a", "exec_command", json!({"cmd": "ls"}))])),
                {"role": "user", "content": [
                    result("a", "x"), {"type": "text", "text": "go", "cache_control": mark}]},
            ],
        })
    );
    assert_eq!(losses, ["tool_schema: `strict` of mcp__tiny__echo_it", "sampling: temperature, top_p"]);
}

#[test]
fn documents_are_blocks_in_messages_and_results() {
    let file = |fields: Value| {
        let mut file = json!({"type": "input_file", "filename": "r.pdf"});
        file.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        file
    };
    let here = file(json!({"file_data": "data:application/pdf;base64,JVBERi0="}));
    let there = file(json!({"file_url": "https://a.example/r.pdf"}));
    let request = json!({"model": "m", "input": [
        {"role": "user", "content": [here, there, file(json!({"file_id": "file_1"}))]},
        call("a", "f", "{}"),
        output("a", json!([here])),
    ]});
    let document = |source: Value| json!({"type": "document", "title": "r.pdf", "source": source});
    let here = document(json!({"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}));
    let there = document(json!({"type": "url", "url": "https://a.example/r.pdf"}));
    let result = |content: Value| json!({"type": "tool_result", "tool_use_id": "a", "content": content});
    let below = text("[the document of this output comes after the outputs]");
    for (quirks, answer) in [
        (&[][..], json!([result(json!([here]))])),
        (&["image_in_tool_output_rejected"], json!([result(json!([below])), here])),
    ] {
        let (body, losses) = encoded_for(&request, quirks, &abilities(ThinkingKind::None));
        assert_eq!(
            without_marks(body["messages"].clone()),
            json!([
                user(json!([here, there, text("[file r.pdf: not carried over]")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(answer),
            ])
        );
        assert_eq!(losses, ["content_part: a file that another server keeps"]);
    }
}

#[test]
fn the_form_of_the_answer_is_held_to_or_asked_for() {
    let request = |format: Value| json!({"model": "m", "input": "x", "text": {"format": format}});
    let schema = request(json!({"type": "json_schema", "name": "n", "strict": true,
        "schema": {"type": "object", "properties": {"a": {"type": "string", "minLength": 1}}}}));
    let (body, losses) = encoded_for(&schema, &[], &abilities(ThinkingKind::None));
    assert_eq!(
        body["output_config"],
        json!({"format": {"type": "json_schema", "schema":
            {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}}})
    );
    assert_eq!((body.get("system"), losses), (None, vec!["tool_schema: `n`: minLength".to_owned()]));
    let asked = "Answer with nothing but JSON of this schema:\n\
                 {\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":1}}}";
    for (request, words, loss) in [
        (schema, asked, "text_format: `json_schema` is only asked for"),
        (
            request(json!({"type": "json_object"})),
            "Answer with nothing but one JSON object.",
            "text_format: `json_object` is only asked for",
        ),
    ] {
        let (body, losses) = encoded(&request);
        assert_eq!((without_marks(body["system"].clone()), losses), (json!([text(words)]), vec![loss.to_owned()]));
        assert_eq!(body.get("output_config"), None);
    }
}

#[test]
fn sampling_is_sent_where_it_is_taken() {
    let sent = |more: Value, quirks: &[&str]| {
        let mut request = json!({"model": "m", "input": "x"});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (body, losses) = encoded_for(&request, quirks, &abilities(ThinkingKind::Budget));
        (body.get("temperature").cloned(), body.get("top_p").cloned(), losses.join("; "))
    };
    let both = "sampling: temperature, top_p".to_owned();
    for (more, quirks, expected) in [
        (json!({"temperature": 0.5}), &[][..], (Some(json!(0.5)), None, String::new())),
        (json!({"top_p": 0.9}), &[], (None, Some(json!(0.9)), String::new())),
        (
            json!({"temperature": 0.5, "top_p": 0.9}),
            &[],
            (Some(json!(0.5)), None, "sampling: top_p beside temperature".into()),
        ),
        (json!({"temperature": 1.7}), &[], (Some(json!(1.0)), None, "sampling: temperature above 1".into())),
        (json!({"top_p": 0.9}), &["sampling_locked"], (None, None, both.clone())),
        (json!({"temperature": 1, "reasoning": {"effort": "low"}}), &[], (None, None, both)),
    ] {
        assert_eq!(sent(more.clone(), quirks), expected, "{more}");
    }
}

#[test]
fn quirks_change_what_they_name() {
    let image = json!({"type": "input_image", "image_url": "data:image/png;base64,AA"});
    let request = json!({"model": "m", "reasoning": {"effort": "high"}, "input": [
        said("user", "u"), call("a", "f", "{}"), call("b", "f", "{}"), output("a", json!([image])), output("b", json!("2"))]});
    let (body, _) = encoded_for(&request, &["image_in_tool_output_rejected"], &Abilities::default());
    assert_eq!(
        without_marks(body["messages"][2].clone()),
        user(json!([result("a", "[the image of this output comes after the outputs]"), result("b", "2"),
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}}]))
    );
    let (body, losses) = encoded_for(&request, &["reasoning_effort_unportable"], &abilities(ThinkingKind::Adaptive));
    assert_eq!((body.get("thinking"), body.get("output_config")), (None, None));
    assert_eq!(losses, ["reasoning_effort: `high` is not sent"]);
}

#[test]
fn the_requests_of_the_real_codex_are_taken() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/codex-0.169");
    for name in [
        "req-m1",
        "req-m1-with-catalog",
        "req-gpt-5.5",
        "req-gpt-6.1-sol",
        "loop-m1-13",
        "loop-gpt-5.5-13",
        "compact-1",
        "toolsearch-1",
        "tui-001",
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{name}.json"))) else { continue };
        let mut value: Value = serde_json::from_str(&text).unwrap();
        let body = value.get_mut("body").map(Value::take).unwrap_or(value);
        for kind in [ThinkingKind::None, ThinkingKind::Budget, ThinkingKind::Adaptive, ThinkingKind::Always] {
            encoded_for(&body, &[], &abilities(kind));
        }
    }
}
