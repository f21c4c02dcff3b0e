//! Requests as they go out. Each is checked by the rules of the API beside what the test says of it.

#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values")]

use pretty_assertions::assert_eq;
use proptest::prelude::*;
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
fn the_conversation_is_in_turns() {
    let image = json!({"type": "input_image", "image_url": "data:image/png;base64,AA"});
    let picture = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}});
    let none = "[no output was recorded for this call]";
    let cases = [
        ("nothing", json!([]), json!([user(json!([text("(continue)")]))]), json!([])),
        ("a lone word", json!("x"), json!([user(json!([text("x")]))]), json!([])),
        (
            "neighbours are one turn",
            json!([
                said("user", "a"),
                said("user", "b"),
                said("assistant", "c"),
                said("assistant", "d"),
                said("user", "e")
            ]),
            json!([
                user(json!([text("a"), text("b")])),
                assistant(json!([text("c"), text("d")])),
                user(json!([text("e")]))
            ]),
            json!([]),
        ),
        (
            "blank texts are left out, and who said nothing but them",
            json!([said("user", "a"), said("assistant", " \n"), said("user", ""), said("user", "b")]),
            json!([user(json!([text("a"), text("b")]))]),
            json!([]),
        ),
        (
            "the assistant neither begins nor ends",
            json!([said("assistant", "a ")]),
            json!([
                user(json!([text("(continue)")])),
                assistant(json!([text("a ")])),
                user(json!([text("(continue)")]))
            ]),
            json!([]),
        ),
        (
            "later instructions are said among the person's words",
            json!([said("user", "a"), said("developer", "be brief"), said("system", " "), said("user", "b")]),
            json!([user(json!([text("a"), text("<instructions>\nbe brief\n</instructions>"), text("b")]))]),
            json!([]),
        ),
        (
            "parallel calls are answered in their order",
            json!([
                said("user", "u"),
                said("assistant", "t"),
                call("a", "f", "{}"),
                call("b", "g", "{\"x\": 1}"),
                output("b", json!("two")),
                output("a", json!("one"))
            ]),
            json!([
                user(json!([text("u")])),
                assistant(json!([text("t"), used("a", "f", json!({})), used("b", "g", json!({"x": 1}))])),
                user(json!([result("a", "one"), result("b", "two")]))
            ]),
            json!([]),
        ),
        (
            "one call after the other",
            json!([
                said("user", "u"),
                call("a", "f", "{}"),
                output("a", json!("1")),
                call("b", "f", ""),
                output("b", json!(null))
            ]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", "1")])),
                assistant(json!([used("b", "f", json!({}))])),
                user(json!([result("b", "(no output)")]))
            ]),
            json!([]),
        ),
        (
            "words after a call stay in its turn",
            json!([said("user", "u"), call("a", "f", "{}"), said("assistant", "t"), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({})), text("t")])),
                user(json!([result("a", "1")]))
            ]),
            json!([]),
        ),
        (
            "an interrupted call is answered before the person's words",
            json!([said("user", "u"), call("a", "f", "{}"), said("user", "stop")]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", none), text("stop")]))
            ]),
            json!(["missing_output: a"]),
        ),
        (
            "a late output is found",
            json!([said("user", "u"), call("a", "f", "{}"), said("developer", "hurry"), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", "1"), text("<instructions>\nhurry\n</instructions>")]))
            ]),
            json!([]),
        ),
        (
            "an output without its call is text",
            json!([output("gone", json!("old")), said("user", "u")]),
            json!([user(json!([text("[output of an earlier tool call]"), text("old"), text("u")]))]),
            json!(["orphan_output: gone"]),
        ),
        (
            "broken arguments are wrapped",
            json!([said("user", "u"), call("a", "f", "{\"cmd\": \"ec"), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({"unparsed_arguments": "{\"cmd\": \"ec"}))])),
                user(json!([result("a", "1")]))
            ]),
            json!(["broken_arguments: f"]),
        ),
        (
            "arguments with half a character are mended",
            json!([said("user", "u"), call("a", "f", r#"{"x":"\ud83d"}"#), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({"x": "\u{fffd}"}))])),
                user(json!([result("a", "1")]))
            ]),
            json!([]),
        ),
        (
            "ids that are odd or come again are made fit",
            json!([
                said("user", "u"),
                call("f.g:0", "f", "{}"),
                output("f.g:0", json!("1")),
                call("a", "f", "{}"),
                output("a", json!("2")),
                call("a", "f", "{}"),
                output("a", json!("3")),
                call("", "f", "{}")
            ]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("call_1", "f", json!({}))])),
                user(json!([result("call_1", "1")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", "2")])),
                assistant(json!([used("a_5", "f", json!({}))])),
                user(json!([result("a_5", "3")])),
                assistant(json!([used("call_7", "f", json!({}))])),
                user(json!([result("call_7", none)]))
            ]),
            json!(["missing_output: "]),
        ),
        (
            "images stay where they are",
            json!([{"role": "user", "content": [{"type": "input_text", "text": "<image>"}, image,
                    {"type": "input_image", "image_url": "https://a.example/b.png"}]},
                call("a", "view_image", "{}"), output("a", json!([image, {"type": "input_text", "text": "t"}]))]),
            json!([
                user(
                    json!([text("<image>"), picture, {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}}])
                ),
                assistant(json!([used("a", "view_image", json!({}))])),
                user(json!([{"type": "tool_result", "tool_use_id": "a", "content": [picture, text("t")]}]))
            ]),
            json!([]),
        ),
        (
            "images that cannot be sent are named",
            json!([{"role": "user", "content": [{"type": "input_image", "image_url": "data:image/bmp;base64,AA"}]},
                {"role": "assistant", "content": [image]}, {"role": "developer", "content": [image]}]),
            json!([user(json!([text("[an image that could not be sent]")]))]),
            json!([
                "content_part: an image of the type `image/bmp`",
                "content_part: an image of the assistant",
                "content_part: an image in instructions"
            ]),
        ),
        (
            "custom, grouped and searching calls have the names of their tools",
            json!([said("user", "u"),
                {"type": "custom_tool_call", "call_id": "a", "name": "apply_patch", "input": "*** Begin Patch\n"},
                {"type": "custom_tool_call_output", "call_id": "a", "output": "ok"},
                {"type": "function_call", "call_id": "b", "namespace": "mcp__tiny", "name": "pic", "arguments": "{}"},
                output("b", json!(["x"])),
                {"type": "tool_search_call", "call_id": "c", "arguments": {"query": "q"}},
                {"type": "tool_search_output", "call_id": "c", "tools": []}]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "apply_patch", json!({"input": "*** Begin Patch\n"}))])),
                user(json!([result("a", "ok")])),
                assistant(json!([used("b", "mcp__tiny__pic", json!({}))])),
                user(json!([result("b", "[\"x\"]")])),
                assistant(json!([used("c", "tool_search", json!({"query": "q"}))])),
                user(json!([result("c", "no tools found")])),
            ]),
            json!([]),
        ),
    ];
    for (name, items, expected, losses) in cases {
        let seen = turns(items);
        assert_eq!((seen.0, json!(seen.1)), (expected, losses), "{name}");
    }
}

#[test]
fn leading_instructions_stand_apart() {
    let (body, _) = encoded(&json!({
        "model": "m", "instructions": "a",
        "input": [said("system", ""), said("developer", "b"), said("user", "u"), said("system", "c")],
    }));
    assert_eq!(without_marks(body["system"].clone()), json!([text("a"), text("b")]));
    assert_eq!(encoded(&json!({"model": "m", "input": "x"})).0.get("system"), None);
}

#[test]
fn at_most_four_ends_are_marked() {
    let marks = |request: Value| -> Vec<String> {
        let (body, _) = encoded(&request);
        let mut seen = Vec::new();
        for place in ["tools", "system"] {
            for (position, entry) in body[place].as_array().into_iter().flatten().enumerate() {
                if entry.get("cache_control").is_some() {
                    seen.push(format!("{place} {position}"));
                }
            }
        }
        for (turn, message) in body["messages"].as_array().unwrap().iter().enumerate() {
            for (position, block) in message["content"].as_array().unwrap().iter().enumerate() {
                if block.get("cache_control").is_some() {
                    seen.push(format!("{turn}.{position} {}", block["type"].as_str().unwrap()));
                }
            }
        }
        seen
    };
    let tools = json!([{"type": "function", "name": "f"}, {"type": "function", "name": "g"}]);
    let items = json!([
        said("developer", "a"),
        said("developer", "b"),
        said("user", "c"),
        said("user", "d"),
        call("a", "f", "{}"),
        call("b", "f", "{}"),
        output("a", json!("1")),
        output("b", json!("2")),
        call("c", "f", "{}"),
        output("c", json!("3")),
    ]);
    assert_eq!(
        marks(json!({"model": "m", "tools": tools, "input": items})),
        ["tools 1", "system 1", "2.1 tool_result", "4.0 tool_result"]
    );
    assert_eq!(marks(json!({"model": "m", "input": "x"})), ["0.0 text"]);
    assert_eq!(marks(json!({"model": "m", "input": "x", "tools": [{"type": "web_search"}]})), ["0.0 text"]);
    let image = json!([{"role": "user", "content": [{"type": "input_image", "image_url": "https://a.example"}]}]);
    assert_eq!(marks(json!({"model": "m", "input": image})), ["0.0 image"]);
}

#[test]
fn tools_are_offered_and_chosen() {
    let request = |more: Value| {
        let mut request = json!({
            "model": "m", "input": "x",
            "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}, {"type": "custom", "name": "g"}],
        });
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    };
    let auto_only = "tool_choice: only `auto` is taken";
    let thinks = "tool_choice: a model that thinks cannot be made to call a tool";
    let think = json!({"reasoning": {"effort": "low"}});
    let with = |choice: Value, more: &Value| {
        let mut fields = json!({"tool_choice": choice});
        fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request(fields)
    };
    let nothing = json!({});
    let alone = json!({"parallel_tool_calls": false});
    for (request, quirks, choice, losses) in [
        (with(json!("auto"), &nothing), &[][..], json!(null), &[][..]),
        (with(json!("none"), &nothing), &[], json!({"type": "none"}), &[]),
        (with(json!("required"), &nothing), &[], json!({"type": "any"}), &[]),
        (with(json!({"type": "custom", "name": "g"}), &nothing), &[], json!({"type": "tool", "name": "g"}), &[]),
        (
            with(json!({"type": "function", "name": "h"}), &nothing),
            &[],
            json!(null),
            &["tool_choice: the tool is not on offer"],
        ),
        (with(json!("auto"), &alone), &[], json!({"type": "auto", "disable_parallel_tool_use": true}), &[]),
        (with(json!("required"), &alone), &[], json!({"type": "any", "disable_parallel_tool_use": true}), &[]),
        (
            with(json!("auto"), &alone),
            &["parallel_false_rejected"],
            json!(null),
            &["field: parallel_tool_calls: false"],
        ),
        (with(json!("none"), &nothing), &["tool_choice_auto_only"], json!(null), &[auto_only]),
        (with(json!("required"), &nothing), &["tool_choice_auto_only"], json!(null), &[auto_only]),
        (with(json!("required"), &think), &[], json!(null), &[thinks]),
        (with(json!({"type": "function", "name": "f"}), &think), &[], json!(null), &[thinks]),
        (with(json!("none"), &think), &[], json!({"type": "none"}), &[]),
    ] {
        let (body, lost) = encoded_for(&request, quirks, &abilities(ThinkingKind::Budget));
        assert_eq!(
            (body.get("tool_choice").unwrap_or(&Value::Null), lost),
            (&choice, losses.iter().map(|&loss| loss.to_owned()).collect()),
            "{request}"
        );
    }
    let (body, _) =
        encoded(&json!({"model": "m", "input": "x", "tool_choice": "required", "parallel_tool_calls": false}));
    assert_eq!((body.get("tools"), body.get("tool_choice")), (None, None));
    let many: Vec<Value> = (0..130).map(|n| json!({"type": "function", "name": format!("f{n}")})).collect();
    let (body, losses) = encoded_for(&request(json!({"tools": many})), &["max_tools_128"], &Abilities::default());
    assert_eq!(body["tools"].as_array().map(Vec::len), Some(128));
    assert_eq!(losses, ["tool_limit: f128", "tool_limit: f129"]);
}

#[test]
fn schemas_that_would_be_refused_are_mended() {
    let tools = json!([{"type": "function", "name": "f", "parameters": {"anyOf": [{"required": ["a"]}], "properties": {"a": {}, "$b": {}}}}]);
    let (body, losses) = encoded(&json!({"model": "m", "input": "x", "tools": tools}));
    assert_eq!(body["tools"][0]["input_schema"], json!({"properties": {"a": {}}, "required": ["a"], "type": "object"}));
    assert_eq!(losses, ["tool_schema: f"]);
}

#[test]
fn calls_of_the_past_keep_their_tools_when_no_others_are_offered() {
    let items = json!([
        said("user", "u"),
        call("a", "f", "{}"),
        output("a", json!("1")),
        call("b", "f", "{}"),
        output("b", json!("2")),
        said("user", "sum up")
    ]);
    let (body, losses) =
        encoded(&json!({"model": "m", "input": items, "tool_choice": "auto", "parallel_tool_calls": false}));
    assert_eq!(
        without_marks(body["tools"].clone()),
        json!([{"name": "f", "description": "A tool that was used earlier in this conversation. It cannot be called now.",
            "input_schema": {"type": "object", "properties": {}}}])
    );
    assert_eq!((&body["tool_choice"], losses.len()), (&json!({"type": "none"}), 0));
    let request = json!({"model": "m", "input": items, "tools": [{"type": "web_search"}]});
    let (body, losses) = encoded_for(&request, &["web_search_rejected"], &Abilities::default());
    assert_eq!(
        (&body["tools"][0]["name"], &body["tool_choice"], losses),
        (&json!("f"), &json!({"type": "none"}), vec!["web_search: web_search".to_owned()])
    );
}

#[test]
fn the_web_is_searched_where_that_is_possible() {
    let request = json!({"model": "m", "input": "x", "tools": [{"type": "web_search"}]});
    let (body, losses) = encoded(&request);
    assert_eq!(body["tools"], json!([{"type": "web_search_20250305", "name": "web_search", "max_uses": 8}]));
    assert_eq!((body.get("tool_choice"), losses.len()), (None, 0));
    let (body, losses) = encoded_for(&request, &["web_search_rejected"], &Abilities::default());
    assert_eq!((body.get("tools"), losses), (None, vec!["web_search: web_search".to_owned()]));
    for (more, why) in [
        (
            json!({"tools": [{"type": "web_search", "external_web_access": false}]}),
            "only pages of an index were allowed, which the provider does not have",
        ),
        (
            json!({"tools": [{"type": "web_search"}, {"type": "function", "name": "web_search"}]}),
            "another tool is called `web_search`",
        ),
        (
            json!({"text": {"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}}}),
            "an answer of a schema cannot name its sources",
        ),
    ] {
        let mut request = request.clone();
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (_, losses) = encoded_for(&request, &[], &abilities(ThinkingKind::None));
        assert_eq!(losses, [format!("web_search: {why}")]);
    }
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
fn thought_goes_back_as_it_came() {
    let items = json!([
        said("user", "u"),
        thought("why", json!({"signature": "s"})),
        thought("", json!({"redacted": "xx"})),
        thought("", json!({"signature": "omitted"})),
        said("assistant", "t"),
        call("a", "f", "{}"),
        output("a", json!("1")),
        thought("more", json!(null)),
        call("b", "f", "{}"),
        output("b", json!("2")),
        thought("to nothing", json!({"signature": "s"})),
    ]);
    let thinking = |text: &str, signature: &str| json!({"type": "thinking", "thinking": text, "signature": signature});
    let expected = json!([
        user(json!([text("u")])),
        assistant(json!([thinking("why", "s"), {"type": "redacted_thinking", "data": "xx"}, thinking("", "omitted"),
            text("t"), used("a", "f", json!({}))])),
        user(json!([result("a", "1")])),
        assistant(json!([thinking("more", ""), used("b", "f", json!({}))])),
        user(json!([result("b", "2")])),
    ]);
    let request = json!({"model": "m", "input": items, "reasoning": {"effort": "low"}, "tools": [{"type": "function", "name": "f"}]});
    for kind in [ThinkingKind::Budget, ThinkingKind::Adaptive, ThinkingKind::Always] {
        let (body, losses) = encoded_for(&request, &[], &abilities(kind));
        assert_eq!((without_marks(body["messages"].clone()), losses.len()), (expected.clone(), 0), "{kind:?}");
    }
    let (body, losses) = encoded(&request);
    assert_eq!(without_marks(body["messages"].clone()), expected, "nothing is known of the model");
    assert_eq!(losses, ["reasoning_effort: `low` is not sent"]);

    let mut off = request.clone();
    off["reasoning"]["effort"] = json!("none");
    let (body, losses) = encoded_for(&off, &[], &abilities(ThinkingKind::Adaptive));
    assert_eq!(body["thinking"], json!({"type": "disabled"}));
    assert_eq!(without_marks(body["messages"].clone())[1], assistant(json!([text("t"), used("a", "f", json!({}))])));
    assert_eq!(losses, ["reasoning: thinking is off"]);
}

#[test]
fn a_request_without_tools_gives_no_thought_back() {
    let items = json!([
        said("user", "u"),
        thought("why", json!({"signature": "s"})),
        call("a", "f", "{}"),
        output("a", json!("1")),
        said("user", "sum it up"),
    ]);
    let request = json!({"model": "m", "input": items, "tools": [], "tool_choice": "auto"});
    let (body, losses) = encoded_for(&request, &[], &abilities(ThinkingKind::Always));
    let expected = json!([
        user(json!([text("u")])),
        assistant(json!([used("a", "f", json!({}))])),
        user(json!([result("a", "1"), text("sum it up")])),
    ]);
    assert_eq!((without_marks(body["messages"].clone()), losses.len()), (expected, 0));
}

#[test]
fn thought_behind_a_search_is_left_out_and_named() {
    let request = json!({
        "model": "m", "tools": [{"type": "function", "name": "f"}],
        "input": [
            said("user", "u"), thought("a", json!({"signature": "s"})),
            thought("b", json!({"signature": "t", "searched": true})), said("assistant", "found"), said("user", "v"),
        ],
    });
    let (body, losses) = encoded(&request);
    let kept = json!({"type": "thinking", "thinking": "a", "signature": "s"});
    assert_eq!(body["messages"][1], assistant(json!([kept, text("found")])));
    assert_eq!(losses, ["reasoning: it stood behind a web search"]);
}

#[test]
fn refused_thought_is_told_from_other_refusals() {
    for (status, message, refused) in [
        (400, "messages.1.content.0: Invalid `signature` in `thinking` block", true),
        (400, "messages.1.content.0: Invalid `data` in `redacted_thinking` block", true),
        (400, "Invalid `signature` in `thinking` block. The block is bound to a different conversation.", true),
        (400, "messages.3: `thinking` or `redacted_thinking` blocks in the latest message cannot be modified.", true),
        (400, "messages.1.content.0: Expected `thinking` or `redacted_thinking`, but found `text`.", false),
        (400, "prompt is too long", false),
        (401, "Invalid `signature` in `thinking` block", false),
    ] {
        assert_eq!(refuses_signatures(status, message), refused, "{message}");
    }
}

#[test]
fn thought_of_others_is_dropped_and_named() {
    for (wire, model) in [("chat", "up"), ("messages", "other")] {
        let carrier = Carrier::new(wire, model, json!({"signature": "s"})).seal();
        let (seen, losses) = turns(json!([
            said("user", "u"),
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}], "encrypted_content": carrier},
            said("assistant", "a"), said("user", "v"),
        ]));
        assert_eq!(seen[1], assistant(json!([text("a")])));
        assert_eq!(losses, [format!("reasoning: made by `{model}`")]);
    }
}

#[test]
fn a_turn_that_began_without_thought_ends_without() {
    let begun = |items: &[Value], kind: ThinkingKind| {
        let items: Vec<Value> = [&[said("user", "u")], items].concat();
        let request = json!({"model": "m", "input": items, "reasoning": {"effort": "low"},
            "tools": [{"type": "function", "name": "f"}]});
        let (body, losses) = encoded_for(&request, &[], &abilities(kind));
        (body.get("thinking").is_some(), losses.join("; "))
    };
    let lost = "reasoning: thinking is off until the next message: this turn began without";
    let why = thought("why", json!({"signature": "s"}));
    let (a, one) = (call("a", "f", "{}"), output("a", json!("1")));
    let (b, two) = (call("b", "f", "{}"), output("b", json!("2")));
    for (items, kind, thinks, losses) in [
        (vec![], ThinkingKind::Budget, true, ""),
        (vec![a.clone(), one.clone()], ThinkingKind::Budget, false, lost),
        (vec![a.clone(), one.clone()], ThinkingKind::Adaptive, true, ""),
        (vec![why.clone(), a.clone(), one.clone()], ThinkingKind::Budget, true, ""),
        // Without interleaved thinking only the first call of a turn has thought before it.
        (vec![why.clone(), a.clone(), one.clone(), b.clone(), two.clone()], ThinkingKind::Budget, true, ""),
        (vec![a.clone(), one.clone(), said("assistant", "x"), said("user", "v")], ThinkingKind::Budget, true, ""),
        (
            vec![a.clone(), one.clone(), said("assistant", "x"), said("user", "v"), b.clone(), two.clone()],
            ThinkingKind::Budget,
            false,
            lost,
        ),
        (
            vec![said("assistant", "first"), why.clone(), a.clone(), one.clone()],
            ThinkingKind::Budget,
            false,
            "reasoning: thinking is off until the next message: this turn began without; reasoning: thinking is off",
        ),
    ] {
        assert_eq!(begun(&items, kind), (thinks, losses.to_owned()), "{items:?}");
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
fn the_rules_refuse_what_the_provider_refuses() {
    let good = json!({
        "model": "m", "max_tokens": 2000, "stream": true, "thinking": {"type": "enabled", "budget_tokens": 1024},
        "tools": [{"name": "f", "input_schema": {"type": "object"}}],
        "messages": [user(json!([text("u")])),
            assistant(json!([{"type": "thinking", "thinking": "", "signature": "s"}, used("a", "f", json!({}))])),
            user(json!([result("a", "1")]))],
    });
    assert_eq!(validate(&good), Ok(()));
    let mark = json!({"type": "ephemeral"});
    let marked: Vec<Value> = (0..5).map(|_| json!({"type": "text", "text": "t", "cache_control": mark})).collect();
    for (pointer, value, why) in [
        ("/model", Value::Null, "`model` is missing"),
        ("/store", json!(false), "unknown field `store`"),
        ("/max_tokens", json!(1024), "a budget of 1024 within 1024"),
        ("/temperature", json!(1), "sampling beside thinking"),
        ("/tool_choice", json!({"type": "any"}), "a forced tool beside thinking"),
        ("/tools", json!([]), "calls without `tools`"),
        ("/tools/0/name", json!("a.b"), "tool name `a.b`"),
        ("/tools/0/input_schema", json!({}), "an `input_schema` that is no object"),
        ("/system", json!(marked), "5 blocks with `cache_control`"),
        ("/messages/0/content/0/text", json!(" "), "a blank text"),
        ("/messages/0/role", json!("assistant"), "message 0 is not of the user"),
        ("/messages/1/content/0", text("t"), "message 1 does not start with a thinking block"),
        ("/messages/1/content/1", Value::Null, "a turn ends with thought"),
        ("/messages/2", Value::Null, "the last message is the assistant's"),
        ("/messages/2/content/0", text("t"), "[] answer [\"a\"]"),
        ("/messages/2/content/0/content", json!([]), "an empty result"),
    ] {
        let mut bad = good.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match bad.pointer_mut(parent).unwrap() {
            Value::Array(list) if value.is_null() => drop(list.remove(key.parse().unwrap())),
            Value::Array(list) => list[key.parse::<usize>().unwrap()] = value,
            Value::Object(map) if value.is_null() => drop(map.remove(key)),
            other => other[key] = value,
        }
        assert_eq!(validate(&bad), Err(why.to_owned()), "{pointer}");
    }
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

fn any_item() -> impl Strategy<Value = Value> {
    let id = prop_oneof![Just("a"), Just("b"), Just("x.y"), Just("")];
    let words = prop_oneof![Just("t"), Just(""), Just(" \n")];
    let role = prop_oneof![Just("user"), Just("assistant"), Just("developer"), Just("system")];
    let state = prop_oneof![Just(json!({"signature": "s"})), Just(json!({"redacted": "r"})), Just(json!(null))];
    prop_oneof![
        (role, words.clone()).prop_map(|(role, words)| said(role, words)),
        (id.clone(), words.clone()).prop_map(|(id, words)| call(id, "f", words)),
        (id, words.clone()).prop_map(|(id, words)| output(id, json!(words))),
        (words, state).prop_map(|(words, state)| thought(words, state)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_conversation_is_taken(
        items in proptest::collection::vec(any_item(), 0..14),
        effort in prop_oneof![Just("none"), Just("low")],
        tools in any::<bool>(),
        kind in prop_oneof![Just(ThinkingKind::Budget), Just(ThinkingKind::Adaptive), Just(ThinkingKind::None)],
    ) {
        let tools = if tools { json!([{"type": "function", "name": "f"}]) } else { json!([]) };
        let request = json!({"model": "m", "input": items, "tools": tools, "reasoning": {"effort": effort}});
        // The rules are checked on the way.
        encoded_for(&request, &[], &abilities(kind));
    }
}
