#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values")]

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::protocol::carrier::Carrier;
use crate::protocol::responses::parse;
use crate::protocol::tools::LOWERED_SCHEMA;

/// The body that goes upstream, and the losses as `code: detail`.
fn encoded(request: &Value, quirks: &[&str]) -> (Value, Vec<String>) {
    let text = request.to_string();
    let request = parse(text.as_bytes()).unwrap();
    let outbound = encode(&request, "up", &Quirks::from_names(quirks).0);
    let losses = outbound.losses.iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect();
    (serde_json::from_slice(&outbound.body).unwrap(), losses)
}

fn messages(items: Value, quirks: &[&str]) -> Value {
    encoded(&json!({"model": "p/up", "input": items}), quirks).0["messages"].take()
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

fn sent_call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}})
}

#[test]
fn openrouter_searches_by_a_tool_of_its_own() {
    let place = json!({"type": "approximate", "country": "DE", "timezone": "Europe/Berlin"});
    let with = |parameters: Value| json!({"type": "openrouter:web_search", "parameters": parameters});
    for (search, sent, lost) in [
        (json!({}), Some(json!({"type": "openrouter:web_search"})), None),
        (
            json!({"filters": {"allowed_domains": ["a.b"]}, "user_location": place}),
            Some(with(json!({"allowed_domains": ["a.b"], "user_location": place}))),
            None,
        ),
        (
            json!({"external_web_access": false}),
            None,
            Some("web_search: only pages of an index were allowed, which the provider does not have"),
        ),
    ] {
        let mut tool = search;
        tool["type"] = "web_search".into();
        let request = json!({"model": "m", "input": "x", "tools": [tool, {"type": "function", "name": "f"}]});
        let (body, losses) = encoded(&request, &["web_search_openrouter"]);
        let tools = body["tools"].as_array().unwrap();
        assert_eq!(tools[0]["function"]["name"], "f");
        assert_eq!((tools.get(1).cloned(), losses), (sent, lost.map(str::to_owned).into_iter().collect()));
    }
}

#[test]
fn the_key_of_a_conversation_goes_where_it_is_documented() {
    let request = json!({"model": "m", "input": "x", "prompt_cache_key": "k"});
    for (quirks, key) in [
        (&["prompt_cache_key_required", "extra_fields_rejected"][..], json!("k")),
        (&["prompt_cache_key_required", "prompt_cache_key_rejected"], Value::Null),
        (&[], Value::Null),
    ] {
        let (body, losses) = encoded(&request, quirks);
        assert_eq!((&body["prompt_cache_key"], losses), (&key, vec![]), "{quirks:?}");
    }
}

#[test]
fn calls_of_one_id_are_told_apart() {
    let items = json!([
        said("user", "x"),
        call("a", "f", "{}"),
        call("a", "g", "{}"),
        output("a", json!("1")),
        output("a", json!("2")),
        call("a", "f", "{}"),
        output("a", json!("3")),
    ]);
    for quirks in [&[][..], &["tool_call_id_9"]] {
        let sent = messages(items.clone(), quirks);
        let ids = |place: &str| -> Vec<String> {
            let all = sent.as_array().unwrap().iter();
            all.flat_map(|message| match place {
                "tool_call_id" => message[place].as_str().map(str::to_owned).into_iter().collect(),
                _ => message["tool_calls"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|call| call["id"].as_str().unwrap().to_owned())
                    .collect::<Vec<_>>(),
            })
            .collect()
        };
        let (calls, outputs) = (ids("tool_calls"), ids("tool_call_id"));
        assert_eq!(calls, outputs);
        assert_eq!(calls.iter().collect::<std::collections::HashSet<_>>().len(), 3, "{calls:?}");
        assert!(quirks.is_empty() || calls.iter().all(|id| id.len() == 9), "{calls:?}");
        let said: Vec<_> =
            sent.as_array().unwrap().iter().filter(|m| m["role"] == "tool").map(|m| &m["content"]).collect();
        assert_eq!(said, ["1", "2", "3"]);
    }
}

#[test]
fn a_whole_request() {
    let request = json!({
        "model": "p/up", "stream": true, "store": false, "include": ["reasoning.encrypted_content"],
        "input": [said("developer", "base"), said("user", "hi")],
        "tools": [
            {"type": "function", "name": "exec_command", "description": "d", "strict": false,
             "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}}},
            {"type": "namespace", "name": "mcp__tiny", "tools": [
                {"type": "function", "name": "echo_it", "strict": true, "parameters": {"type": "object"}}]},
            {"type": "custom", "name": "apply_patch", "description": "Edits.",
             "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
            {"type": "web_search", "external_web_access": true},
        ],
        "tool_choice": "auto", "parallel_tool_calls": true, "reasoning": {"effort": "medium", "summary": "auto"},
        "text": {"format": {"type": "json_schema", "strict": true, "name": "n", "schema": {"type": "object"}}},
        "prompt_cache_key": "k", "max_output_tokens": 9, "temperature": 0.5, "client_metadata": {"w": "/home"},
    });
    let (body, losses) = encoded(&request, &[]);
    let input = "Edits.\n\nPut the whole text into the string `input`; it is used as it stands. \
                 It must follow this lark grammar:\n```\nstart: x\n```";
    assert_eq!(
        body,
        json!({
            "model": "up", "stream": true, "stream_options": {"include_usage": true},
            "messages": [{"role": "system", "content": "base"}, {"role": "user", "content": "hi"}],
            "tools": [
                {"type": "function", "function": {"name": "exec_command", "description": "d",
                    "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}}}},
                {"type": "function", "function": {"name": "mcp__tiny__echo_it", "strict": true,
                    "parameters": {"type": "object"}}},
                {"type": "function", "function": {"name": "apply_patch", "description": input,
                    "parameters": serde_json::from_str::<Value>(LOWERED_SCHEMA).unwrap()}},
            ],
            "parallel_tool_calls": true, "reasoning_effort": "medium",
            "response_format": {"type": "json_schema",
                "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": true}},
            "max_tokens": 9, "temperature": 0.5,
        })
    );
    assert_eq!(losses, ["web_search: web_search"]);
}

#[test]
fn quirks_change_what_they_name() {
    let request = json!({
        "model": "m", "stream": true, "input": "hi", "tool_choice": "required", "parallel_tool_calls": true,
        "tools": [{"type": "function", "name": "f", "strict": true}],
        "reasoning": {"effort": "medium"}, "prompt_cache_key": "k", "max_output_tokens": 9, "top_p": 1.0,
    });
    let without = |field: &str, quirk: &str| {
        let (body, losses) = encoded(&request, &[quirk]);
        assert_eq!(body.get(field), None, "{quirk}");
        losses
    };
    assert_eq!(without("tool_choice", "tool_choice_auto_only"), ["tool_choice: only `auto` is taken"]);
    assert_eq!(without("parallel_tool_calls", "parallel_true_rejected"), [""; 0]);
    let mut alone = request.clone();
    alone["parallel_tool_calls"] = false.into();
    let (body, losses) = encoded(&alone, &["parallel_false_rejected"]);
    assert_eq!((body.get("parallel_tool_calls"), losses), (None, vec!["field: parallel_tool_calls: false".to_owned()]));
    assert_eq!(without("reasoning_effort", "reasoning_effort_unportable"), ["reasoning_effort: `medium` is not sent"]);
    assert_eq!(without("top_p", "sampling_locked"), ["sampling: temperature, top_p"]);
    assert_eq!(without("stream_options", "extra_fields_rejected"), [""; 0]);
    assert_eq!(without("max_tokens", "max_completion_tokens"), [""; 0]);
    let given = |pointer: &str, quirk: &str| encoded(&request, &[quirk]).0.pointer(pointer).cloned();
    assert_eq!(given("/tools/0/function/strict", "strict_rejected"), None);
    assert_eq!(given("/tools/0/function/strict", "no_done"), Some(json!(true)));
    assert_eq!(given("/max_completion_tokens", "max_completion_tokens"), Some(json!(9)));
    assert_eq!(given("/prompt_cache_key", "prompt_cache_key_required"), Some(json!("k")));
    assert_eq!(given("/reasoning_effort", "effort_map"), Some(json!("medium")));
    assert_eq!(given("/enable_thinking", "enable_thinking"), Some(json!(true)));
    assert_eq!(given("/thinking/type", "thinking_type"), Some(json!("enabled")));
    assert_eq!(given("/tools/0/function/parameters", "no_done"), Some(json!({"type": "object", "properties": {}})));
}

#[test]
fn without_tools_there_is_no_choice_either() {
    let request = json!({"model": "m", "input": "x", "tools": [], "tool_choice": "auto", "parallel_tool_calls": true});
    assert_eq!(
        encoded(&request, &[]).0,
        json!({"model": "up", "messages": [{"role": "user", "content": "x"}], "stream": false})
    );
}

#[test]
fn tools_beyond_the_limit_are_named() {
    let tools: Vec<Value> = (0..130).map(|n| json!({"type": "function", "name": format!("f{n}")})).collect();
    let (body, losses) = encoded(&json!({"model": "m", "input": "x", "tools": tools}), &["max_tools_128"]);
    assert_eq!(body["tools"].as_array().map(Vec::len), Some(128));
    assert_eq!(losses, ["tool_limit: f128", "tool_limit: f129"]);
}

#[test]
fn the_assistant_speaks_between_a_tool_and_the_person_where_it_must() {
    let items = json!([said("user", "go"), call("a", "f", "{}"), output("a", json!("one")), said("user", "more")]);
    let sent = messages(items.clone(), &["assistant_after_tool"]);
    let roles = |sent: &Value| -> Vec<String> {
        sent.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(roles(&sent), ["user", "assistant", "tool", "assistant", "user"]);
    assert_eq!(sent[3], json!({"role": "assistant", "content": "I have seen the result."}));
    assert_eq!(roles(&messages(items, &[])), ["user", "assistant", "tool", "user"]);
}

#[test]
fn a_schema_is_asked_for_where_it_cannot_be_demanded() {
    let request = json!({"model": "m", "input": [said("developer", "base"), said("user", "x")],
        "text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}}});
    for (quirk, sent) in
        [("json_schema_rejected", json!({"type": "json_object"})), ("response_format_rejected", json!(null))]
    {
        let (body, losses) = encoded(&request, &[quirk]);
        assert_eq!(body["response_format"], sent);
        let asked = "base\n\nWhen you give your answer, give one JSON object of this schema and nothing else:\n{\"type\":\"object\"}";
        assert_eq!(body["messages"][0], json!({"role": "system", "content": asked}));
        assert_eq!(losses, ["text_format: `json_schema` is only asked for"]);
    }
    let request = json!({"model": "m", "input": "x", "text": {"format": {"type": "json_object"}}});
    let (body, losses) = encoded(&request, &["response_format_rejected"]);
    let asked = "When you give your answer, give one JSON object and nothing else.";
    assert_eq!(body["messages"][0], json!({"role": "system", "content": asked}));
    assert_eq!(losses, ["text_format: `json_object` is only asked for"]);
}

#[test]
fn efforts_are_never_sent_raw() {
    for (wanted, quirks, sent, lost) in [
        ("high", &[][..], Some("high"), None),
        ("xhigh", &[], Some("high"), Some("`xhigh` becomes `high`")),
        ("banana", &[], None, Some("`banana` is not sent")),
        ("banana", &["every_effort"], None, Some("`banana` is not sent")),
        ("max", &["every_effort"], Some("max"), None),
    ] {
        let (body, losses) = encoded(&json!({"model": "m", "input": "x", "reasoning": {"effort": wanted}}), quirks);
        assert_eq!(body.get("reasoning_effort").and_then(Value::as_str), sent, "{wanted}");
        assert_eq!(losses, Vec::from_iter(lost.map(|lost| format!("reasoning_effort: {lost}"))), "{wanted}");
    }
}

#[test]
fn a_model_that_always_thinks_is_not_told_to_stop() {
    let text = json!({"model": "m", "input": "x", "reasoning": {"effort": "none"}}).to_string();
    let request = parse(text.as_bytes()).unwrap();
    let quirks = Quirks { thinking_type: true, ..Quirks::default() };
    let always = Quirks { efforts: vec!["low".into(), "max".into()], ..quirks.clone() };
    for (quirks, thinking, effort) in [(quirks, "disabled", None), (always, "enabled", Some("low"))] {
        let body: Value = serde_json::from_slice(&encode(&request, "up", &quirks).body).unwrap();
        assert_eq!((body["thinking"]["type"].as_str(), body["reasoning_effort"].as_str()), (Some(thinking), effort));
    }
}

#[test]
fn leading_instructions_become_one_message() {
    let items = json!([said("developer", "a"), said("system", "b"), said("user", "u"), said("developer", "c")]);
    let leading = json!({"role": "system", "content": "a\n\nb"});
    let late = json!({"role": "user", "content": "<instructions>\nc\n</instructions>"});
    assert_eq!(messages(items.clone(), &[]), json!([leading, {"role": "user", "content": "u"}, late]));
    let late = json!({"role": "system", "content": "c"});
    assert_eq!(messages(items, &["late_system"]), json!([leading, {"role": "user", "content": "u"}, late]));
}

#[test]
fn parallel_calls_are_answered_in_their_order() {
    let items = json!([
        said("assistant", "let me look"),
        call("a", "f", "{}"),
        call("b", "g", "{\"x\":1}"),
        output("b", json!("two")),
        output("a", json!("one")),
        said("assistant", "done"),
    ]);
    assert_eq!(
        messages(items, &[]),
        json!([
            {"role": "assistant", "content": "let me look",
             "tool_calls": [sent_call("a", "f", "{}"), sent_call("b", "g", "{\"x\":1}")]},
            {"role": "tool", "tool_call_id": "a", "content": "one"},
            {"role": "tool", "tool_call_id": "b", "content": "two"},
            {"role": "assistant", "content": "done"},
        ])
    );
}

#[test]
fn missing_and_orphan_outputs_are_mended_and_named() {
    let request = json!({"model": "m", "input": [
        output("gone", json!("old")), call("a", "f", "{\"cmd\": \"ec"), said("user", "stop"),
    ]});
    let (body, losses) = encoded(&request, &[]);
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": "[output of an earlier tool call]\nold"},
            {"role": "assistant", "content": null,
             "tool_calls": [sent_call("a", "f", "{\"unparsed_arguments\":\"{\\\"cmd\\\": \\\"ec\"}")]},
            {"role": "tool", "tool_call_id": "a", "content": "[no output was recorded for this call]"},
            {"role": "user", "content": "stop"},
        ])
    );
    assert_eq!(losses, ["orphan_output: gone", "broken_arguments: f", "missing_output: a"]);
}

#[test]
fn an_id_that_comes_again_is_answered_by_its_own_output() {
    let results = |items: Value| -> Vec<String> {
        let sent = messages(items, &[]);
        let results = sent.as_array().unwrap().iter().filter(|message| message["role"] == "tool");
        results.map(|message| message["content"].as_str().unwrap().to_owned()).collect()
    };
    let none = "[no output was recorded for this call]";
    let (f, one, two) = (call("a", "f", "{}"), output("a", json!("one")), output("a", json!("two")));
    assert_eq!(results(json!([f, said("user", "stop"), f, two])), [none, "two"], "interrupted");
    assert_eq!(results(json!([f, call("b", "f", "{}"), output("b", json!("b")), f, two])), [none, "b", "two"]);
    assert_eq!(results(json!([f, one, f, two])), ["one", "two"], "one after the other");
    assert_eq!(results(json!([f, f, one, two])), ["one", "two"], "side by side");
    assert_eq!(results(json!([f, said("user", "hurry"), one])), ["one"], "late");
}

#[test]
fn images_of_outputs_move_behind_all_results_of_the_turn() {
    let image = json!({"type": "input_image", "image_url": "data:x", "detail": "original"});
    let items = json!([
        call("a", "view_image", "{}"),
        call("b", "f", "{}"),
        output("a", json!([image])),
        output("b", json!([{"type": "input_text", "text": "t"}, {"type": "input_text", "text": "u"}])),
    ]);
    assert_eq!(
        messages(items, &[]),
        json!([
            {"role": "assistant", "content": null,
             "tool_calls": [sent_call("a", "view_image", "{}"), sent_call("b", "f", "{}")]},
            {"role": "tool", "tool_call_id": "a", "content": "[the image of this output is in the next user message]"},
            {"role": "tool", "tool_call_id": "b", "content": "t\nu"},
            {"role": "user", "content": [
                {"type": "text", "text": "[image from the output of tool call a]"},
                {"type": "image_url", "image_url": {"url": "data:x"}},
            ]},
        ])
    );
}

#[test]
fn images_of_the_person_stay_in_their_message() {
    let items = json!([{"role": "user", "content": [
        {"type": "input_text", "text": "<image>"},
        {"type": "input_image", "image_url": "data:x", "detail": "high"},
    ]}]);
    assert_eq!(
        messages(items, &[]),
        json!([{"role": "user", "content": [
            {"type": "text", "text": "<image>"},
            {"type": "image_url", "image_url": {"url": "data:x", "detail": "high"}},
        ]}])
    );
}

#[test]
fn documents_go_where_they_are_taken_and_words_stand_for_them_elsewhere() {
    let pdf = json!({"type": "input_file", "filename": "r.pdf", "file_data": "data:application/pdf;base64,JVBERi0="});
    let items = json!([
        {"role": "user", "content": [pdf, {"type": "input_text", "text": "read"}]},
        call("a", "f", "{}"),
        output("a", json!([pdf, {"type": "input_text", "text": "t"}])),
    ]);
    let request = json!({"model": "m", "input": items});
    let (body, losses) = encoded(&request, &["file_parts"]);
    let file =
        json!({"type": "file", "file": {"filename": "r.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}});
    let assistant = json!({"role": "assistant", "content": null, "tool_calls": [sent_call("a", "f", "{}")]});
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": [file, {"type": "text", "text": "read"}]},
            assistant,
            {"role": "tool", "tool_call_id": "a", "content": "t\n[the document of this output is in the next user message]"},
            {"role": "user", "content": [{"type": "text", "text": "[document from the output of tool call a]"}, file]},
        ])
    );
    assert_eq!(losses, [""; 0]);
    let (body, losses) = encoded(&request, &[]);
    assert_eq!(
        body["messages"],
        json!([
            {"role": "user", "content": "[file r.pdf: not carried over]\n\nread"},
            assistant,
            {"role": "tool", "tool_call_id": "a", "content": "[file r.pdf: not carried over]\nt"},
        ])
    );
    assert_eq!(losses, ["content_part: a document", "content_part: a document"]);
}

#[test]
fn custom_and_grouped_calls_of_the_history_take_the_names_of_the_tools() {
    let items = json!([
        {"type": "custom_tool_call", "call_id": "a", "name": "apply_patch", "input": "*** Begin Patch\n"},
        {"type": "custom_tool_call_output", "call_id": "a", "output": "ok"},
        {"type": "function_call", "call_id": "b", "namespace": "mcp__tiny", "name": "pic", "arguments": ""},
        output("b", Value::Null),
    ]);
    assert_eq!(
        messages(items, &[]),
        json!([
            {"role": "assistant", "content": null,
             "tool_calls": [sent_call("a", "apply_patch", "{\"input\":\"*** Begin Patch\\n\"}")]},
            {"role": "tool", "tool_call_id": "a", "content": "ok"},
            {"role": "assistant", "content": null, "tool_calls": [sent_call("b", "mcp__tiny__pic", "{}")]},
            {"role": "tool", "tool_call_id": "b", "content": "(no output)"},
        ])
    );
}

#[test]
fn reasoning_goes_back_to_its_own_model_alone() {
    let thought = |carrier: &Carrier| {
        json!([
            {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "why"}],
             "encrypted_content": carrier.seal()},
            call("a", "f", "{}"), output("a", json!("1")),
            said("assistant", "end"),
        ])
    };
    let own = Carrier::new("chat", "up", Value::Null);
    let sent = messages(thought(&own), &["reasoning_content_replay"]);
    assert_eq!((&sent[0]["reasoning_content"], &sent[2]["reasoning_content"]), (&json!("why"), &json!(" ")));
    let sent = messages(thought(&own), &["reasoning_content_replay", "reasoning_field_reasoning"]);
    assert_eq!(sent[0]["reasoning"], json!("why"));
    assert_eq!(messages(thought(&own), &[])[0].get("reasoning_content"), None);

    let details = json!([{"type": "reasoning.text", "text": "why", "signature": "s"}]);
    let own = Carrier::new("chat", "up", json!({"details": details}));
    assert_eq!(messages(thought(&own), &[])[0]["reasoning_details"], details);

    for foreign in [Carrier::new("messages", "up", Value::Null), Carrier::new("chat", "other", Value::Null)] {
        let request = json!({"model": "m", "input": thought(&foreign)});
        let (body, losses) = encoded(&request, &["reasoning_content_replay"]);
        assert_eq!(body["messages"][0]["reasoning_content"], json!(" "));
        assert_eq!(losses, [format!("reasoning: made by `{}`", foreign.model)]);
    }
}

#[test]
fn a_thought_that_led_to_nothing_goes_to_no_other_turn() {
    let carrier = Carrier::new("chat", "up", Value::Null).seal();
    let items = json!([
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}], "encrypted_content": carrier},
        said("user", "stop"), said("assistant", "ok"),
    ]);
    assert_eq!(messages(items, &["reasoning_content_replay"])[1]["reasoning_content"], json!(" "));
}

#[test]
fn call_ids_of_nine_are_the_same_on_both_sides_and_every_time() {
    let items = json!([
        call("call_long_id", "f", "{}"),
        output("call_long_id", json!("x")),
        call("abcDEF123", "f", "{}"),
        output("abcDEF123", json!("x"))
    ]);
    let sent = messages(items.clone(), &["tool_call_id_9"]);
    let id = sent[0]["tool_calls"][0]["id"].as_str().unwrap();
    assert!(id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(sent[1]["tool_call_id"], id);
    assert_eq!(sent[2]["tool_calls"][0]["id"], "abcDEF123");
    assert_eq!(messages(items, &["tool_call_id_9"]), sent);
}
