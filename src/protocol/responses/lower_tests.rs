use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::protocol::carrier::Carrier;
use crate::protocol::responses::parse;

fn lowered(body: &Value, quirks: &[&str]) -> (Value, Vec<String>) {
    let body = body.to_string();
    let request = parse(body.as_bytes()).unwrap();
    let Outbound { body, losses, .. } = lower(&request, "up", &Quirks::from_names(quirks).0);
    let losses = losses.into_iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect();
    (serde_json::from_slice(&body).unwrap(), losses)
}

#[test]
fn every_kind_of_tool_and_call_becomes_a_function() {
    let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "gAAA"});
    let ours = Carrier::new(WIRE, "up", thought.clone()).seal();
    let schema = json!({"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}}});
    let body = json!({
        "model": "p/up", "stream": true, "instructions": "be good",
        "input": [
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "rules"}]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "go"}, {"type": "input_image", "image_url": "data:x", "detail": "original"}]},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "encrypted_content": ours},
            {"type": "custom_tool_call", "call_id": "c1", "name": "apply_patch", "input": "*** Begin"},
            {"type": "function_call", "call_id": "c2", "name": "echo", "namespace": "mcp__tiny", "arguments": "{}"},
            {"type": "custom_tool_call_output", "call_id": "c1", "output": "ok"},
            {"type": "function_call_output", "call_id": "c2", "output": [
                {"type": "input_text", "text": "see"}, {"type": "input_image", "image_url": "data:y"},
                {"type": "input_file", "filename": "r.pdf", "file_data": "JVBERi0="}]},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "done"}]},
        ],
        "tools": [
            {"type": "custom", "name": "apply_patch", "description": "Patches."},
            {"type": "namespace", "name": "mcp__tiny", "tools": [{"type": "function", "name": "echo", "parameters": schema}]},
            {"type": "web_search", "filters": {"allowed_domains": ["a.example"]}},
        ],
        "tool_choice": {"type": "custom", "name": "apply_patch"}, "parallel_tool_calls": true,
        "reasoning": {"effort": "high"}, "prompt_cache_key": "k",
        "text": {"format": {"type": "json_schema", "name": "n", "schema": schema, "strict": true}},
    });
    let (out, losses) = lowered(&body, &["custom_tools_rejected", "namespace_tools_rejected"]);
    assert_eq!(losses, Vec::<String>::new());
    let text = |kind: &str, text: &str| json!([{"type": kind, "text": text}]);
    assert_eq!(
        out,
        json!({
            "model": "up",
            "input": [
                {"type": "message", "role": "system", "content": text("input_text", "be good")},
                {"type": "message", "role": "developer", "content": text("input_text", "rules")},
                {"type": "message", "role": "user", "content": [
                    {"type": "input_text", "text": "go"},
                    {"type": "input_image", "image_url": "data:x", "detail": "auto"}]},
                thought,
                {"type": "function_call", "call_id": "c1", "name": "apply_patch", "arguments": "{\"input\":\"*** Begin\"}"},
                {"type": "function_call", "call_id": "c2", "name": "mcp__tiny__echo", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c1", "output": "ok"},
                {"type": "function_call_output", "call_id": "c2", "output": [
                    {"type": "input_text", "text": "see"},
                    {"type": "input_image", "image_url": "data:y", "detail": "auto"},
                    {"type": "input_file", "filename": "r.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}]},
                {"type": "message", "role": "assistant", "content": text("output_text", "done")},
            ],
            "tools": [
                {"type": "function", "name": "apply_patch", "strict": false,
                 "description": "Patches.\n\nPut the whole text into the string `input`; it is used as it stands.",
                 "parameters": {"type": "object", "properties": {"input": {"type": "string"}},
                    "required": ["input"], "additionalProperties": false}},
                {"type": "function", "name": "mcp__tiny__echo", "strict": false, "description": "", "parameters": schema},
                {"type": "web_search", "filters": {"allowed_domains": ["a.example"]}},
            ],
            "tool_choice": {"type": "function", "name": "apply_patch"}, "parallel_tool_calls": true,
            "reasoning": {"summary": "auto", "effort": "high"},
            "text": {"format": {"type": "json_schema", "name": "n", "schema": schema, "strict": true}},
            "prompt_cache_key": "k", "include": ["reasoning.encrypted_content"], "store": false, "stream": true,
        })
    );
}

#[test]
fn what_the_quirks_refuse_is_named_or_moved() {
    let foreign = Carrier::new("chat", "x", Value::Null).seal();
    let body = json!({
        "model": "p/up",
        "input": [
            {"type": "message", "role": "developer", "content": [{"type": "input_text", "text": "rules"}]},
            {"type": "reasoning", "summary": [], "encrypted_content": foreign},
            {"type": "function_call", "call_id": "c1", "name": "see", "arguments": "{broken"},
            {"type": "function_call", "call_id": "c2", "name": "see", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": [{"type": "input_image", "image_url": "data:y"}]},
            {"type": "function_call_output", "call_id": "c9", "output": "lost"},
        ],
        "tools": [{"type": "function", "name": "see"}, {"type": "web_search"}],
        "tool_choice": "required", "parallel_tool_calls": true, "temperature": 1.0,
        "reasoning": {"effort": "max"},
    });
    let quirks = [
        "developer_role_rejected",
        "image_in_tool_output_rejected",
        "non_function_tools_skipped",
        "tool_choice_auto_only",
        "parallel_true_rejected",
        "sampling_locked",
        "strict_rejected",
        "effort_map",
    ];
    let (out, losses) = lowered(&body, &quirks);
    assert_eq!(
        losses,
        [
            "reasoning: made by `x`",
            "broken_arguments: see",
            "missing_output: c2",
            "orphan_output: c9",
            "web_search: web_search",
            "tool_choice: only `auto` is taken",
            "reasoning_effort: `max` becomes `high`",
            "sampling: temperature, top_p",
        ]
    );
    assert_eq!(
        out["input"],
        json!([
            {"type": "message", "role": "system", "content": [{"type": "input_text", "text": "rules"}]},
            {"type": "function_call", "call_id": "c1", "name": "see", "arguments": "{\"unparsed_arguments\":\"{broken\"}"},
            {"type": "function_call", "call_id": "c2", "name": "see", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": IMAGE_BELOW},
            {"type": "function_call_output", "call_id": "c2", "output": NO_OUTPUT},
            {"type": "message", "role": "user", "content": [
                {"type": "input_image", "image_url": "data:y", "detail": "auto"}]},
            {"type": "message", "role": "user", "content": [
                {"type": "input_text", "text": "[output of an earlier tool call]"},
                {"type": "input_text", "text": "lost"}]},
        ])
    );
    assert_eq!(
        out["tools"],
        json!([{"type": "function", "name": "see", "description": "", "parameters": {"type": "object", "properties": {}}}])
    );
    assert!(out.get("tool_choice").is_none() && out.get("parallel_tool_calls").is_none(), "{out}");
}

#[test]
fn a_search_without_further_fields_is_only_asked_for_where_nothing_forbids_a_page() {
    for (search, sent, lost) in [
        (json!({"type": "web_search", "user_location": {"type": "approximate", "country": "DE"}}), true, None),
        (
            json!({"type": "web_search", "filters": {"allowed_domains": ["a.example"]}}),
            false,
            Some("web_search: only some domains were allowed, which the provider cannot be told"),
        ),
    ] {
        let body = json!({"model": "p/up", "input": [], "tools": [{"type": "function", "name": "see"}, search]});
        let (out, losses) = lowered(&body, &["custom_tools_rejected", "web_search_extra_fields_rejected"]);
        assert_eq!(out["tools"].get(1), sent.then(|| json!({"type": "web_search"})).as_ref());
        assert_eq!(losses, lost.map(str::to_owned).into_iter().collect::<Vec<_>>());
    }
}
