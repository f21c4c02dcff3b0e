//! The doubles of Anthropic's and Google's services answer as these do, and refuse in their words.

use serde_json::{Value, json};

use crate::support::{Script, Turn, Upstream, http};

/// Sends one request as a gateway would, and gives status and body.
fn post(upstream: &Upstream, path: &str, headers: &[(&str, &str)], body: &Value) -> (u16, String) {
    let headers = [&[("content-type", "application/json")], headers].concat();
    let (status, answer) = http::send(upstream.address(), "POST", path, &headers, &body.to_string());
    let (_, answer) = answer.split_once("\r\n\r\n").expect("an answer has a head");
    (status, answer.to_owned())
}

/// The object in an answer, which may come in chunks.
fn object(answer: &str) -> Value {
    let (start, end) = (answer.find('{').unwrap(), answer.rfind('}').unwrap());
    serde_json::from_str(&answer[start..=end]).unwrap()
}

fn ask_messages(upstream: &Upstream, body: &Value) -> (u16, String) {
    let key = upstream.key();
    post(upstream, "/v1/messages", &[("x-api-key", &key), ("anthropic-version", "2023-06-01")], body)
}

fn ask_gemini(upstream: &Upstream, body: &Value) -> (u16, String) {
    let path = format!("/v1beta/models/{}:generateContent", upstream.model());
    post(upstream, &path, &[("x-goog-api-key", &upstream.key())], body)
}

fn messages_request() -> Value {
    json!({
        "model": "claude-sonnet-4-6", "max_tokens": 1000, "thinking": {"type": "adaptive"}, "system": "be good",
        "tools": [{"name": "exec_command", "input_schema": {"type": "object"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "do it"}]}],
    })
}

fn gemini_request() -> Value {
    json!({
        "tools": [{"functionDeclarations": [{"name": "exec_command", "parametersJsonSchema": {"type": "object"}}]}],
        "contents": [{"role": "user", "parts": [{"text": "do it"}]}],
        "generationConfig": {"thinkingConfig": {"includeThoughts": true, "thinkingLevel": "low"}},
    })
}

/// A request that goes on behind a thought and two calls of the double's.
fn messages_loop(upstream: &Upstream) -> Value {
    let mut request = messages_request();
    let (status, answer) = ask_messages(upstream, &request);
    assert_eq!(status, 200, "{answer}");
    let answer: Value = object(&answer);
    assert_eq!(answer["stop_reason"], "tool_use");
    let result = |n: usize| json!({"type": "tool_result", "tool_use_id": answer["content"][n]["id"], "content": "x"});
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({"role": "assistant", "content": answer["content"]}));
    messages.push(json!({"role": "user", "content": [result(1), result(2)]}));
    request
}

fn gemini_loop(upstream: &Upstream) -> Value {
    let mut request = gemini_request();
    let (status, answer) = ask_gemini(upstream, &request);
    assert_eq!(status, 200, "{answer}");
    let answer: Value = object(&answer);
    let mut content = answer["candidates"][0]["content"].clone();
    let parts = content["parts"].as_array_mut().unwrap();
    assert_eq!(parts.remove(0), json!({"text": "hm", "thought": true}));
    let response = |part: &Value| {
        let call = &part["functionCall"];
        json!({"functionResponse": {"id": call["id"], "name": call["name"], "response": {"output": "x"}}})
    };
    let responses: Vec<Value> = parts.iter().map(response).collect();
    let contents = request["contents"].as_array_mut().unwrap();
    contents.push(content);
    contents.push(json!({"role": "user", "parts": responses}));
    request
}

fn two_calls() -> Turn {
    Turn::reason("hm").and(Turn::shell("one")).and(Turn::shell("two"))
}

/// A change of a request and the words with which it is refused.
type Case = (&'static str, fn(&mut Value));

#[track_caller]
fn refuses(upstream: &Upstream, ask: fn(&Upstream, &Value) -> (u16, String), right: &Value, cases: &[Case]) {
    let (status, answer) = ask(upstream, right);
    assert_eq!(status, 200, "{answer}");
    for (words, change) in cases {
        let mut request = right.clone();
        change(&mut request);
        let (status, answer) = ask(upstream, &request);
        assert_eq!(status, 400, "{words}: {request}");
        let error: Value = object(&answer);
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "expected `{words}`, got `{message}`");
    }
    upstream.take_violations();
}

#[test]
fn the_messages_double_refuses_what_anthropic_refuses() {
    let upstream = Upstream::messages(Script::always(two_calls()));
    let request = messages_loop(&upstream);
    refuses(
        &upstream,
        ask_messages,
        &request,
        &[
            ("store: Extra inputs are not permitted", |r| r["store"] = json!(false)),
            ("max_tokens: Field required", |r| drop(r.as_object_mut().unwrap().remove("max_tokens"))),
            ("max_tokens: 999999 > 128000", |r| r["max_tokens"] = json!(999_999)),
            ("tools.0.custom.name: ", |r| r["tools"][0]["name"] = json!("mcp.tiny")),
            ("Tool names must be unique", |r| {
                let tool = r["tools"][0].clone();
                r["tools"].as_array_mut().unwrap().push(tool);
            }),
            ("input_schema does not support", |r| r["tools"][0]["input_schema"]["anyOf"] = json!([])),
            ("tool_choice forces tool use", |r| r["tool_choice"] = json!({"type": "any"})),
            ("must end with a user message", |r| drop(r["messages"].as_array_mut().unwrap().pop())),
            ("must be non-empty", |r| r["messages"][0]["content"][0]["text"] = json!("")),
            ("must contain non-whitespace", |r| r["messages"][0]["content"][0]["text"] = json!(" \n")),
            ("ids were found without `tool_result` blocks immediately after: toolu_1_2.", |r| {
                r["messages"][2]["content"].as_array_mut().unwrap().pop();
            }),
            ("unexpected `tool_use_id` found in `tool_result` blocks: toolu_x", |r| {
                r["messages"][2]["content"][0]["tool_use_id"] = json!("toolu_x");
            }),
            ("ids were found without", |r| {
                let said = json!({"type": "text", "text": "first"});
                r["messages"][2]["content"].as_array_mut().unwrap().insert(0, said);
            }),
            ("messages.1.content.0: Invalid `signature` in `thinking` block", |r| {
                r["messages"][1]["content"][0]["thinking"] = json!("hmm");
            }),
            ("messages.1.content.0: Invalid `signature` in `thinking` block", |r| {
                r["messages"][1]["content"][0]["signature"] = json!("forged");
            }),
            ("bound to a different conversation", |r| r["system"] = json!("be bad")),
            ("bound to a different conversation", |r| r["messages"][0]["content"][0]["text"] = json!("do that")),
            ("bound to a different conversation", |r| r["model"] = json!("claude-haiku-4-5")),
            ("Expected `thinking` or `redacted_thinking`, but found `tool_use`", |r| {
                r["thinking"] = json!({"type": "enabled", "budget_tokens": 1024});
                r["max_tokens"] = json!(2000);
                r["messages"][1]["content"].as_array_mut().unwrap().remove(0);
            }),
            ("cannot be `thinking`", |r| r["messages"][1]["content"].as_array_mut().unwrap().rotate_left(1)),
            ("Found 5", |r| {
                let mark = json!({"type": "ephemeral"});
                r["tools"][0]["cache_control"] = mark.clone();
                r["system"] = json!([{"type": "text", "text": "be good", "cache_control": mark}]);
                r["messages"][0]["content"][0]["cache_control"] = mark.clone();
                r["messages"][2]["content"][0]["cache_control"] = mark.clone();
                r["messages"][2]["content"][1]["cache_control"] = mark;
            }),
            ("appears to be a image/png image", |r| {
                let png = crate::support::mcp::PNG;
                let source = json!({"type": "base64", "media_type": "image/jpeg", "data": png});
                r["messages"][2]["content"][0]["content"] = json!([{"type": "image", "source": source}]);
            }),
        ],
    );
}

#[test]
fn the_gemini_double_refuses_what_google_refuses() {
    let upstream = Upstream::gemini(Script::always(two_calls()));
    let request = gemini_loop(&upstream);
    refuses(
        &upstream,
        ask_gemini,
        &request,
        &[
            ("Unknown name \"store\"", |r| r["store"] = json!(false)),
            ("Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters'", |r| {
                let schema = json!({"type": "object", "additionalProperties": false});
                r["tools"][0]["functionDeclarations"][0] = json!({"name": "exec_command", "parameters": schema});
            }),
            ("Invalid function name `1st`", |r| r["tools"][0]["functionDeclarations"][0]["name"] = json!("1st")),
            ("enable tool_config.include_server_side_tool_invocations", |r| {
                r["tools"].as_array_mut().unwrap().push(json!({"googleSearch": {}}));
            }),
            ("Please use a valid role", |r| r["contents"][0]["role"] = json!("system")),
            ("must have one initialized field", |r| r["contents"][0]["parts"][0]["text"] = json!("")),
            ("number of function response parts is equal", |r| {
                r["contents"][2]["parts"].as_array_mut().unwrap().pop();
            }),
            ("number of function response parts is equal", |r| {
                r["contents"][2]["parts"].as_array_mut().unwrap().push(json!({"text": "more"}));
            }),
            ("function response turn comes immediately after", |r| {
                r["contents"].as_array_mut().unwrap().remove(1);
            }),
            ("function call turn comes immediately after", |r| drop(r["contents"].as_array_mut().unwrap().remove(0))),
            ("are followed by their function responses", |r| {
                r["contents"][2] = json!({"role": "user", "parts": [{"text": "never mind"}]});
            }),
            ("Function call is missing a thought_signature", |r| {
                r["contents"][1]["parts"][0].as_object_mut().unwrap().remove("thoughtSignature");
            }),
            ("Corrupted thought signature", |r| {
                let signature = r["contents"][1]["parts"][0]["thoughtSignature"].clone();
                r["contents"][1]["parts"][1]["thoughtSignature"] = signature;
            }),
            ("Corrupted thought signature", |r| {
                r["contents"][1]["parts"][0]["functionCall"]["args"]["cmd"] = json!("three");
            }),
            ("one of thinking budget and thinking level", |r| {
                r["generationConfig"]["thinkingConfig"]["thinkingBudget"] = json!(100);
            }),
            ("only allowed for mime type application/json", |r| {
                r["generationConfig"]["responseJsonSchema"] = json!({"type": "object"});
            }),
        ],
    );
    let mut lost = request;
    lost["contents"][1]["parts"][0]["thoughtSignature"] = json!("skip_thought_signature_validator");
    assert_eq!(ask_gemini(&upstream, &lost).0, 200, "what stands for a lost signature is taken");
}

#[test]
fn keys_and_models_are_refused_as_the_services_do() {
    let claude = Upstream::messages(Script::none());
    let key = claude.key();
    let request = messages_request();
    for (headers, status, words) in [
        (&[("anthropic-version", "2023-06-01")][..], 401, "x-api-key header is required"),
        (&[("x-api-key", "sk-no"), ("anthropic-version", "2023-06-01")], 401, "invalid x-api-key"),
        (&[("x-api-key", key.as_str())], 400, "anthropic-version: header is required"),
    ] {
        let (given, body) = post(&claude, "/v1/messages", headers, &request);
        assert!(given == status && body.contains(words), "{given} {body}");
    }
    let mut other = request;
    other["model"] = json!("claude-nothing");
    let (status, body) = ask_messages(&claude, &other);
    assert!(status == 404 && body.contains("\"not_found_error\",\"message\":\"model: claude-nothing\""), "{body}");

    let gemini = Upstream::gemini(Script::none());
    let path = format!("/v1beta/models/{}:streamGenerateContent?alt=sse", gemini.model());
    for (headers, status, words) in [
        (&[][..], 403, "unregistered callers"),
        (&[("x-goog-api-key", "AIza-no")][..], 400, "\"reason\":\"API_KEY_INVALID\""),
    ] {
        let (given, body) = post(&gemini, &path, headers, &gemini_request());
        assert!(given == status && body.contains(words) && body.contains("[{\"error\""), "{given} {body}");
    }
    let path = "/v1beta/models/gemini-nothing:generateContent";
    let (status, body) = post(&gemini, path, &[("x-goog-api-key", &gemini.key())], &gemini_request());
    assert!(status == 404 && body.contains("models/gemini-nothing is not found"), "{body}");
}

#[test]
fn both_stream_as_documented() {
    let claude = Upstream::messages(two_calls());
    let mut request = messages_request();
    request["stream"] = json!(true);
    let (_, body) = ask_messages(&claude, &request);
    let order = [
        "event: message_start",
        "\"content_block\":{\"type\":\"thinking\"",
        "event: ping",
        "\"thinking_delta\"",
        "\"signature_delta\"",
        "event: content_block_stop",
        "\"content_block\":{\"type\":\"tool_use\"",
        "\"input_json_delta\"",
        "event: message_delta",
        "\"stop_reason\":\"tool_use\"",
        "event: message_stop",
    ];
    let mut rest = body.as_str();
    for word in order {
        let (_, after) = rest.split_once(word).unwrap_or_else(|| panic!("no `{word}` in its place\n{body}"));
        rest = after;
    }

    let gemini = Upstream::gemini(two_calls());
    let path = format!("/v1beta/models/{}:streamGenerateContent?alt=sse", gemini.model());
    let (_, body) = post(&gemini, &path, &[("x-goog-api-key", &gemini.key())], &gemini_request());
    assert_eq!(body.matches("\"thoughtSignature\"").count(), 1, "{body}");
    assert!(body.contains("\"thought\":true") && body.contains("}\r\n\r\n"), "{body}");
    assert!(!body.contains("}\n\n"), "{body}");
}
