use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::protocol::Quirks;
use crate::protocol::chat;

fn losses(body: &Value) -> Vec<String> {
    let body = body.to_string();
    let request = parse(body.as_bytes()).unwrap();
    request.losses.into_iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect()
}

#[test]
fn what_has_no_counterpart_is_named() {
    let body = json!({
        "model": "m",
        "input": [
            {"type": "web_search_call", "id": "w", "action": {"type": "search", "query": "q"}},
            {"type": "image_generation_call"},
            {"type": "compaction", "encrypted_content": "x"},
            {"type": "brand_new"},
            {"role": "user", "content": [{"type": "input_file", "file_id": "f"}, {"type": "input_image"}]},
            {"type": "reasoning", "summary": [], "encrypted_content": "gAAAA"},
            {"type": "reasoning", "content": [{"type": "reasoning_text", "text": "hm"}]},
            {"type": "reasoning", "summary": []},
            {},
            7,
        ],
        "tools": [{"type": "web_search"}, {"type": "file_search"}, {"type": "function"}, "x"],
        "tool_choice": {"type": "file_search"},
        "text": {"verbosity": "low", "format": {"type": "grammar"}},
        "service_tier": "flex",
        "include": ["reasoning.encrypted_content", "message.output_text.logprobs"],
        "truncation": "auto",
        "background": true,
        "top_logprobs": 0,
        "max_tool_calls": 3,
        "metadata": {"a": "b"},
        "store": true,
        "stream_options": {"include_obfuscation": false},
    });
    assert_eq!(
        losses(&body),
        [
            "tool_kind: file_search",
            "tool_kind: without name",
            "tool_kind: not an object",
            "input_item: image_generation_call",
            "compaction: made by another provider",
            "input_item: brand_new",
            "content_part: a file that another server keeps",
            "content_part: an image without `image_url`",
            "reasoning: made by another provider",
            "reasoning: made elsewhere: nothing says by whom",
            "input_item: without type",
            "input_item: not an object",
            "tool_choice: file_search",
            "verbosity: low",
            "text_format: grammar",
            "service_tier: flex",
            "field: truncation",
            "field: include: message.output_text.logprobs",
            "field: background",
            "field: max_tool_calls",
            "field: store",
        ]
    );
}

#[test]
fn what_has_an_odd_shape_is_named() {
    for (fields, named) in [
        (json!({"input": 5}), &["field: input: not a list"][..]),
        (json!({"input": {"role": "user"}}), &["field: input: not a list"]),
        (
            json!({"input": true, "tools": {"type": "function"}}),
            &["field: input: not a list", "field: tools: not a list"],
        ),
        (json!({"input": "x", "tools": "web_search"}), &["field: tools: not a list"]),
        (json!({"input": "x", "tools": null, "store": false}), &[]),
        (json!({"input": "x", "tools": {}}), &[]),
        (json!({"input": null}), &[]),
        (json!({"input": "", "tools": []}), &[]),
        (
            json!({"input": [5, null, "x", []]}),
            &[
                "input_item: not an object",
                "input_item: not an object",
                "input_item: not an object",
                "input_item: not an object",
            ],
        ),
        (json!({"input": [{"type": "message", "content": "x"}]}), &["input_item: message without role"]),
        (json!({"input": [{"content": "x"}]}), &["input_item: without type"]),
        (json!({"input": [{"role": "user"}]}), &["input_item: message without content"]),
        (json!({"input": [{"role": "user", "content": 7}]}), &["input_item: message without content"]),
        (
            json!({"input": [{"role": "critic", "content": "x"}]}),
            &["input_item: the role `critic`, said as the person"],
        ),
    ] {
        let mut body = fields;
        body["model"] = "m".into();
        assert_eq!(losses(&body), named, "{body}");
    }
}

#[test]
fn a_request_that_cannot_be_served_says_why() {
    for (body, param) in [
        ("", None),
        ("[]", None),
        ("{\"model\":\"m\"", None),
        ("{}", Some("model")),
        (r#"{"model":7}"#, Some("model")),
        (r#"{"model":"m","previous_response_id":"resp_1"}"#, Some("previous_response_id")),
    ] {
        assert_eq!(parse(body.as_bytes()).unwrap_err().param, param, "{body}");
    }
}

#[test]
fn the_head_is_read_alone() {
    let head = super::super::head(br#"{"input":[{"a":1}],"stream":true,"model":"p/m"}"#).unwrap();
    assert_eq!((head.model.as_str(), head.stream), ("p/m", true));
}

#[test]
fn tools_inside_the_input_and_found_ones_join_the_tools() {
    let body = json!({
        "model": "m",
        "input": [
            {"type": "additional_tools", "role": "developer", "tools": [
                {"type": "namespace", "name": "functions", "tools": [{"type": "custom", "name": "exec",
                    "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}}]}]},
            {"type": "tool_search_call", "call_id": "t", "arguments": {"query": "echo"}},
            {"type": "tool_search_output", "call_id": "t", "tools": [
                {"type": "namespace", "name": "mcp__tiny", "tools": [{"type": "function", "name": "echo_it"}]}]},
        ],
    })
    .to_string();
    let request = parse(body.as_bytes()).unwrap();
    let names: Vec<_> = request.tools.iter().map(|tool| tool.name.name.as_ref()).collect();
    assert_eq!(names, ["exec", "echo_it"]);
    let Some(Item::Output { parts, .. }) = request.items.last() else { panic!("no output") };
    assert_eq!(parts, &[Part::Text("found tools:\nmcp__tiny__echo_it".into())]);
}

#[test]
fn a_half_character_loses_nothing_but_itself() {
    let mut body =
        br#"{"model":"m","instructions":"\udc00","input":[{"role":"user","content":"a\ud800b\ud83d\ude00"}]}"#.to_vec();
    assert!(crate::protocol::responses::mend_halves(&mut body));
    let request = parse(&body).unwrap();
    let texts: Vec<_> = request
        .items
        .iter()
        .map(|item| match item {
            Item::Message { parts, .. } => parts.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, [[Part::Text("\u{fffd}".into())], [Part::Text("a\u{fffd}b\u{1f600}".into())]]);
    assert_eq!(request.losses, []);
}

/// What the real Codex sent, where those samples are present.
#[test]
fn the_requests_of_the_real_codex_parse_whole() {
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
        let request_bytes = body.to_string();
        let request = parse(request_bytes.as_bytes()).unwrap();
        let lost: Vec<&str> = request.losses.iter().map(|loss| loss.code).collect();
        // What the samples hold beyond it would be a kind that this room does not know yet.
        let known = [loss::WEB_SEARCH, loss::VERBOSITY, loss::REASONING, loss::INPUT_ITEM];
        assert!(lost.iter().all(|code| known.contains(code)), "{name}: {:?}", request.losses);
        let quirks = Quirks::default();
        let out: Value = serde_json::from_slice(&chat::encode(&request, "up", &quirks).body).unwrap();
        let has_tools = !request.tools.is_empty();
        assert_eq!(out.get("tools").is_some(), has_tools, "{name}");
        if !has_tools {
            assert!(out.get("tool_choice").is_none() && out.get("parallel_tool_calls").is_none());
        }
        check_pairing(&out["messages"]);
    }
}

/// Every call is answered at once, in order, and nothing else is.
fn check_pairing(messages: &Value) {
    let mut due: std::collections::VecDeque<Value> = std::collections::VecDeque::new();
    for message in messages.as_array().unwrap() {
        if message["role"] == "tool" {
            assert_eq!(due.pop_front(), Some(message["tool_call_id"].clone()));
            continue;
        }
        assert!(due.is_empty(), "{message} stands before the outputs {due:?}");
        for call in message["tool_calls"].as_array().into_iter().flatten() {
            let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
            assert!(arguments.is_object());
            due.push_back(call["id"].clone());
        }
    }
    assert!(due.is_empty());
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[a-z\\\\\"]{0,4}|message|function_call|function_call_output|custom_tool_call|reasoning|namespace|function|custom|\
         input_text|input_image|c1|c2|user|assistant|developer|data:x"
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(
                "type|role|content|text|call_id|name|namespace|arguments|output|input|tools|summary|encrypted_content|image_url|id",
                inner,
                0..6,
            )
            .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_json_is_read_and_written(
        input in any_json(), tools in any_json(), choice in any_json(), text in any_json(), reasoning in any_json(),
    ) {
        let body = json!({
            "model": "m", "input": input, "tools": tools, "tool_choice": choice, "text": text, "reasoning": reasoning,
        }).to_string();
        let request = parse(body.as_bytes()).unwrap();
        let (quirks, _) = Quirks::from_names(["assistant_after_tool", "reasoning_content_replay", "tool_call_id_9"]);
        for quirks in [Quirks::default(), quirks] {
            let out: Value = serde_json::from_slice(&chat::encode(&request, "up", &quirks).body).unwrap();
            check_pairing(&out["messages"]);
        }
    }

    #[test]
    fn any_items_stay_paired(kinds in proptest::collection::vec((0..7u8, "[a-c]"), 0..20)) {
        let items: Vec<Value> = kinds.into_iter().map(|(kind, id)| match kind {
            0 | 1 => json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"}),
            2 | 3 => json!({"type": "function_call_output", "call_id": id, "output": [{"type": "input_image", "image_url": "u"}]}),
            4 => json!({"type": "message", "role": "assistant", "content": "x"}),
            5 => json!({"type": "reasoning", "summary": [{"text": "t"}]}),
            _ => json!({"role": "user", "content": "x"}),
        }).collect();
        let body = json!({"model": "m", "input": items}).to_string();
        let request = parse(body.as_bytes()).unwrap();
        let out: Value = serde_json::from_slice(&chat::encode(&request, "up", &Quirks::default()).body).unwrap();
        check_pairing(&out["messages"]);
    }
}

#[test]
fn a_search_of_the_web_is_read_with_its_limits() {
    let read = |tool: serde_json::Value| {
        let body = json!({"model": "m", "input": "x", "tools": [tool]}).to_string();
        format!("{:?}", parse(body.as_bytes()).unwrap().web_search.unwrap())
    };
    let plain = "WebSearch { live: true, allowed_domains: [], location: None }";
    for tool in [
        json!({"type": "web_search"}),
        json!({"type": "web_search_preview", "external_web_access": true, "search_context_size": "low"}),
        json!({"type": "web_search", "filters": 7, "user_location": {"type": "approximate", "city": ""}}),
    ] {
        assert_eq!(read(tool.clone()), plain, "{tool}");
    }
    assert_eq!(
        read(json!({
            "type": "web_search", "external_web_access": false, "filters": {"allowed_domains": ["a.org", ""]},
            "user_location": {"type": "approximate", "country": "DE", "timezone": "Europe/Berlin"},
        })),
        "WebSearch { live: false, allowed_domains: [\"a.org\"], location: Some(Location { city: None, region: None, \
         country: Some(\"DE\"), timezone: Some(\"Europe/Berlin\") }) }"
    );
    let none = json!({"model": "m", "input": "x", "tools": [{"type": "function", "name": "web_search"}]}).to_string();
    assert_eq!(parse(none.as_bytes()).unwrap().web_search, None);
}

#[test]
fn a_trigger_makes_the_request_one_for_a_summary() {
    let sealed = compaction::seal("m", "we did x");
    let body = json!({
        "model": "m",
        "input": [
            {"type": "additional_tools", "tools": [{"type": "function", "name": "g"}]},
            {"type": "compaction", "encrypted_content": sealed},
            {"role": "user", "content": "go on"},
            {"type": "compaction_trigger"},
        ],
        "tools": [{"type": "function", "name": "f"}, {"type": "web_search"}],
        "tool_choice": "required", "parallel_tool_calls": true,
        "text": {"format": {"type": "json_object"}},
    });
    let body = body.to_string();
    let mut request = parse(body.as_bytes()).unwrap();
    assert!(request.compacts && compaction::is_asked(&request) && request.format.is_none());
    assert_eq!((&request.tool_choice, request.parallel_tool_calls), (&ToolChoice::None, None));
    assert!(request.tools.len() == 2 && request.web_search.is_some(), "{:?}", request.tools);
    compaction::drop_tools(&mut request);
    assert!(request.tools.is_empty() && request.web_search.is_none());
    assert_eq!(request.tool_choice, ToolChoice::Auto);
    assert_eq!(request.losses, []);
    let texts: Vec<_> = request
        .items
        .iter()
        .map(|item| match item {
            Item::Message { role: Role::User, parts } => match &parts[..] {
                [Part::Text(text)] => text.plain(),
                parts => panic!("{parts:?}"),
            },
            item => panic!("{item:?}"),
        })
        .collect();
    assert!(texts[0].ends_with("\n\nwe did x"), "{texts:?}");
    assert_eq!(texts[1..], ["go on", compaction::PROMPT]);
}

#[test]
fn a_choice_among_tools_is_kept_in_every_form() {
    let tool = |name: &'static str| ToolName { namespace: None, name: name.into() };
    let allowed =
        |mode: &str| json!({"type": "allowed_tools", "mode": mode, "tools": [{"type": "function", "name": "g"}]});
    let all = ["f", "g", "tool_search"];
    for (choice, expected, tools) in [
        (json!("auto"), ToolChoice::Auto, &all[..]),
        (json!("none"), ToolChoice::None, &all),
        (json!("required"), ToolChoice::Required, &all),
        (json!({"type": "function", "name": "f"}), ToolChoice::Tool(tool("f")), &all),
        (json!({"type": "custom", "name": "g"}), ToolChoice::Tool(tool("g")), &all),
        (json!({"type": "tool_search"}), ToolChoice::Tool(tool("tool_search")), &all),
        (allowed("auto"), ToolChoice::Auto, &["g"]),
        (allowed("required"), ToolChoice::Required, &["g"]),
        (json!("sometimes"), ToolChoice::Auto, &all),
    ] {
        let body = json!({
            "model": "m", "input": "x", "tool_choice": choice,
            "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}, {"type": "tool_search"}],
        });
        let body = body.to_string();
        let request = parse(body.as_bytes()).unwrap();
        assert_eq!(request.tool_choice, expected, "{choice}");
        let lost = Vec::from_iter((choice == json!("sometimes")).then(|| Loss::new(loss::TOOL_CHOICE, "sometimes")));
        assert_eq!(request.losses, lost, "{choice}");
        assert_eq!(request.tools.iter().map(|tool| tool.name.name.as_ref()).collect::<Vec<_>>(), tools, "{choice}");
    }
}
