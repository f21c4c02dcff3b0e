#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values")]

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::protocol::gemini::strict;
use crate::protocol::responses::parse;
use crate::protocol::tools::LOWERED_SCHEMA;

/// The body that goes upstream, and the losses as `code: detail`.
fn encoded(request: &Value, model: &str, quirks: &[&str]) -> (Value, Vec<String>) {
    let text = request.to_string();
    let request = parse(text.as_bytes()).unwrap();
    let outbound = encode(&request, model, &Quirks::from_names(quirks).0);
    let losses = outbound.losses.iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect();
    let body = serde_json::from_slice(&outbound.body).unwrap();
    strict::check(&body, model);
    (body, losses)
}

/// What becomes of a request for one turn of "x" with these fields.
fn with(fields: Value, model: &str, quirks: &[&str]) -> (Value, Vec<String>) {
    let mut request = json!({"model": "p/m", "input": "x"});
    request.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    encoded(&request, model, quirks)
}

#[test]
fn a_whole_request() {
    let request = json!({
        "model": "p/up", "stream": true, "store": false, "include": ["reasoning.encrypted_content"],
        "instructions": "base",
        "input": [
            {"role": "developer", "content": [{"type": "input_text", "text": "rules"}]},
            {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        ],
        "tools": [
            {"type": "function", "name": "exec_command", "description": "d", "strict": false,
             "parameters": {"type": "object", "properties": {"cmd": {"type": "string", "pattern": "."}}}},
            {"type": "namespace", "name": "mcp__tiny", "tools": [
                {"type": "function", "name": "echo_it", "strict": true}]},
            {"type": "custom", "name": "apply_patch", "description": "Edits.",
             "format": {"type": "grammar", "syntax": "lark", "definition": "start: x"}},
        ],
        "tool_choice": "auto", "parallel_tool_calls": true, "reasoning": {"effort": "medium", "summary": "auto"},
        "text": {"format": {"type": "json_schema", "strict": true, "name": "n", "schema": {"type": "object"}}},
        "prompt_cache_key": "k", "max_output_tokens": 9, "temperature": 0.5, "top_p": 0.9,
        "client_metadata": {"w": "/home"},
    });
    let (body, losses) = encoded(&request, "gemini-3-flash-preview", &[]);
    let input = "Edits.\n\nPut the whole text into the string `input`; it is used as it stands. \
                 It must follow this lark grammar:\n```\nstart: x\n```";
    let off = |category: &str| json!({"category": category, "threshold": "BLOCK_NONE"});
    assert_eq!(
        body,
        json!({
            "systemInstruction": {"parts": [{"text": "base"}, {"text": "rules"}]},
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            "tools": [{"functionDeclarations": [
                {"name": "exec_command", "description": "d", "parametersJsonSchema":
                    {"type": "object", "properties": {"cmd": {"type": "string", "pattern": "."}}}},
                {"name": "mcp__tiny__echo_it", "description": "mcp__tiny__echo_it",
                 "parametersJsonSchema": {"type": "object", "properties": {}}},
                {"name": "apply_patch", "description": input,
                 "parametersJsonSchema": serde_json::from_str::<Value>(LOWERED_SCHEMA).unwrap()},
            ]}],
            "safetySettings": [
                off("HARM_CATEGORY_HARASSMENT"), off("HARM_CATEGORY_HATE_SPEECH"),
                off("HARM_CATEGORY_SEXUALLY_EXPLICIT"), off("HARM_CATEGORY_DANGEROUS_CONTENT"),
            ],
            "generationConfig": {
                "maxOutputTokens": 9, "temperature": 0.5, "topP": 0.9,
                "thinkingConfig": {"includeThoughts": true, "thinkingLevel": "medium"},
                "responseMimeType": "application/json", "responseJsonSchema": {"type": "object"},
            },
        })
    );
    assert_eq!(losses, [""; 0]);
}

#[test]
fn a_bare_request_is_bare() {
    let request = parse(br#"{"model":"m","input":"x","tool_choice":"required","parallel_tool_calls":false}"#).unwrap();
    let options = Options { safety: Safety::Unset, ..Options::default() };
    let outbound = encode_with(&request, "gemini-2.0-flash", &Quirks::default(), options);
    assert_eq!(String::from_utf8(outbound.body).unwrap(), r#"{"contents":[{"role":"user","parts":[{"text":"x"}]}]}"#);
}

#[test]
fn the_choice_of_tools() {
    let tools = json!([{"type": "function", "name": "f"}, {"type": "custom", "name": "apply_patch"},
        {"type": "namespace", "name": "g", "tools": [{"type": "function", "name": "h"}]}]);
    for (choice, config, lost) in [
        (json!("auto"), Value::Null, None),
        (json!("none"), json!({"mode": "NONE"}), None),
        (json!("required"), json!({"mode": "ANY"}), None),
        (json!({"type": "function", "name": "f"}), json!({"mode": "ANY", "allowedFunctionNames": ["f"]}), None),
        (
            json!({"type": "custom", "name": "apply_patch"}),
            json!({"mode": "ANY", "allowedFunctionNames": ["apply_patch"]}),
            None,
        ),
        (
            json!({"type": "function", "namespace": "g", "name": "h"}),
            json!({"mode": "ANY", "allowedFunctionNames": ["g__h"]}),
            None,
        ),
        (json!({"type": "function", "name": "gone"}), Value::Null, Some("tool_choice: `gone` is not on offer")),
    ] {
        let (body, losses) = with(json!({"tools": tools, "tool_choice": choice}), "gemini-3-pro", &[]);
        assert_eq!(body["toolConfig"]["functionCallingConfig"], config, "{choice}");
        assert_eq!(losses, Vec::from_iter(lost), "{choice}");
    }
    let (_, losses) = with(json!({"tools": tools, "parallel_tool_calls": false}), "gemini-3-pro", &[]);
    assert_eq!(losses, ["field: parallel_tool_calls: false"]);
}

#[test]
fn answers_of_a_schema_stand_beside_tools_only_where_that_is_known() {
    let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false});
    let tools = json!([{"type": "function", "name": "f"}]);
    let format = json!({"format": {"type": "json_schema", "name": "n", "schema": schema}});
    let word = json!({"format": {"type": "json_object"}});
    let sent = |fields: Value, model: &str, quirks: &[&str]| {
        let (body, losses) = with(fields, model, quirks);
        let config = &body["generationConfig"];
        let config: Vec<&str> =
            config.as_object().unwrap().keys().map(String::as_str).filter(|key| key.starts_with("response")).collect();
        (config.join(" "), body["systemInstruction"]["parts"][0]["text"].clone(), losses.join(" "))
    };
    let plain = ("responseMimeType responseJsonSchema".to_owned(), Value::Null, String::new());
    let asked = "text_format: asked for in words beside tools";
    assert_eq!(sent(json!({"text": format}), "gemini-2.5-pro", &[]), plain);
    assert_eq!(sent(json!({"text": format, "tools": tools}), "gemini-3-pro", &[]), plain);
    assert_eq!(sent(json!({"text": word}), "gemini-2.5-pro", &[]).0, "responseMimeType");
    assert_eq!(
        sent(json!({"text": format}), "gemini-2.5-pro", &["schema_subset"]).0,
        "responseMimeType responseSchema"
    );
    let (config, words, losses) = sent(json!({"text": format, "tools": tools}), "gemini-2.5-pro", &[]);
    assert_eq!((config.as_str(), losses.as_str()), ("", asked));
    assert_eq!(
        words,
        format!("When you give your answer, give one JSON value of this schema and nothing else:\n{schema}")
    );
    let (config, words, losses) = sent(json!({"text": word, "tools": tools}), "gemini-2.5-pro", &[]);
    assert_eq!((config.as_str(), losses.as_str()), ("", asked));
    assert_eq!(words, "When you give your answer, give one JSON object and nothing else.");
}

#[test]
fn the_web_is_searched_where_that_goes_together() {
    let functions = json!({"type": "function", "name": "f"});
    let search = |fields: Value| {
        let mut tool = json!({"type": "web_search", "external_web_access": true});
        tool.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        tool
    };
    let plain = search(json!({}));
    let both = json!([functions, plain]);
    for (tools, model, quirks, sent, lost) in [
        (json!([plain]), "gemini-2.5-pro", &[][..], " search", ""),
        (both.clone(), "gemini-2.5-pro", &[], "functions", "web_search: web_search beside other tools"),
        (both.clone(), "gemini-3-pro", &[], "functions search shown", ""),
        (both.clone(), "gemini-3-pro", &["web_search_rejected"], "functions", "web_search: web_search"),
        (both, "my-model", &[], "functions", "web_search: web_search"),
        (
            json!([search(json!({"filters": {"allowed_domains": ["x.y"]}}))]),
            "gemini-3-pro",
            &[],
            "",
            "web_search: it cannot be kept to some domains",
        ),
        (
            json!([search(json!({"external_web_access": false}))]),
            "gemini-3-pro",
            &[],
            "",
            "web_search: only pages of an index were allowed, which the provider does not have",
        ),
        (
            json!([search(json!({"user_location": {"type": "approximate", "city": "Bonn"}}))]),
            "gemini-3-pro",
            &[],
            " search",
            "web_search: user_location",
        ),
    ] {
        let (body, losses) = with(json!({"tools": tools}), model, quirks);
        let tools = body["tools"].as_array().cloned().unwrap_or_default();
        let mut seen = String::new();
        for (word, is) in [
            ("functions", tools.iter().any(|tool| tool.get("functionDeclarations").is_some())),
            (" search", tools.iter().any(|tool| tool["googleSearch"] == json!({}))),
            (" shown", body["toolConfig"]["includeServerSideToolInvocations"] == true),
        ] {
            seen.push_str(if is { word } else { "" });
        }
        assert_eq!((seen.as_str(), losses.join(" ").as_str()), (sent, lost), "{tools:?} {model}");
    }
    let format = json!({"format": {"type": "json_object"}});
    let (body, losses) = with(json!({"tools": [plain], "text": format}), "gemini-2.5-pro", &[]);
    assert_eq!(body["generationConfig"]["responseMimeType"], Value::Null);
    assert_eq!(losses, ["text_format: asked for in words beside tools"]);
}

#[test]
fn schemas_are_reduced_where_the_door_is_old() {
    let tools = json!([
        {"type": "function", "name": "f", "parameters": {"type": "object", "additionalProperties": false,
            "properties": {"a": {"type": ["string", "null"], "pattern": "x", "default": "y"}}, "required": ["a"]}},
        {"type": "function", "name": "g", "parameters": {"type": "object", "additionalProperties": false}},
        {"type": "custom", "name": "apply_patch"},
    ]);
    let (body, losses) = with(json!({"tools": tools}), "gemini-2.5-pro", &["schema_subset"]);
    let declarations = &body["tools"][0]["functionDeclarations"];
    assert_eq!(
        declarations[0]["parameters"],
        json!({"type": "object", "properties": {"a": {"type": "string", "nullable": true}}, "required": ["a"]})
    );
    assert_eq!(declarations[1], json!({"name": "g", "description": "g"}));
    assert_eq!(
        declarations[2]["parameters"],
        json!({"type": "object", "properties": {"input": {"type": "string"}}, "required": ["input"]})
    );
    assert_eq!(losses, ["tool_schema: `f`: default, pattern"]);
}

#[test]
fn quirks_change_what_they_name() {
    let fields = json!({"temperature": 0.1, "top_p": 1.0, "reasoning": {"effort": "low"}});
    let (body, losses) = with(fields.clone(), "gemini-3-pro", &["sampling_locked"]);
    assert_eq!(body["generationConfig"]["temperature"], Value::Null);
    assert_eq!(losses, ["sampling: temperature, top_p"]);
    let (body, losses) = with(fields, "gemini-3-pro", &["reasoning_effort_unportable"]);
    assert_eq!(body["generationConfig"]["thinkingConfig"], json!({"includeThoughts": true}));
    assert_eq!(losses, ["reasoning_effort: `low` is not sent"]);
    let tools: Vec<Value> = (0..129).map(|n| json!({"type": "function", "name": format!("f{n}")})).collect();
    let (body, losses) = with(json!({"tools": tools}), "gemini-3-pro", &["max_tools_128"]);
    assert_eq!(body["tools"][0]["functionDeclarations"].as_array().map(Vec::len), Some(128));
    assert_eq!(losses, ["tool_limit: f128"]);
}

#[test]
fn names_are_fit_for_the_upstream_and_come_back() {
    let tools = json!([
        {"type": "function", "name": "7zip"}, {"type": "function", "name": "ünpack it"},
        {"type": "namespace", "name": "mcp__a.b", "tools": [{"type": "function", "name": "c/d"}]},
        {"type": "function", "name": "x".repeat(80)},
    ]);
    let request = json!({"model": "m", "input": "x", "tools": tools}).to_string();
    let outbound = encode(&parse(request.as_bytes()).unwrap(), "gemini-3-pro", &Quirks::default());
    let body: Value = serde_json::from_slice(&outbound.body).unwrap();
    strict::check(&body, "gemini-3-pro");
    let declarations = body["tools"][0]["functionDeclarations"].as_array().unwrap();
    let names: Vec<&str> = declarations.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(names[..3], ["_7zip", "_npack_it", "mcp__a_b__c_d"]);
    assert_eq!(names[3].len(), 64);
}

#[test]
fn every_function_is_described() {
    for (tool, described) in [
        (json!({"type": "function", "name": "f"}), "f"),
        (json!({"type": "function", "name": "f", "description": " "}), "f"),
        (json!({"type": "namespace", "name": "n", "tools": [{"type": "function", "name": "f"}]}), "n__f"),
        (json!({"type": "function", "name": "f", "description": "d"}), "d"),
    ] {
        let request = json!({"model": "m", "input": "x", "tools": [tool]}).to_string();
        let outbound = encode(&parse(request.as_bytes()).unwrap(), "gemini-3-pro", &Quirks::default());
        let body: Value = serde_json::from_slice(&outbound.body).unwrap();
        assert_eq!(body["tools"][0]["functionDeclarations"][0]["description"], described);
    }
}

#[test]
fn where_a_request_goes() {
    for (model, stream, to) in [
        ("gemini-3-pro", true, "/models/gemini-3-pro:streamGenerateContent?alt=sse"),
        ("gemini-3-pro", false, "/models/gemini-3-pro:generateContent"),
        ("tunedModels/mine-1", false, "/tunedModels/mine-1:generateContent"),
        ("models/mine", false, "/models/mine:generateContent"),
        ("publishers/google/models/x@001", false, "/publishers/google/models/x@001:generateContent"),
        ("a?b#c é", false, "/models/a%3Fb%23c%20%C3%A9:generateContent"),
        ("tuned/../x", false, "/models/tuned%2F..%2Fx:generateContent"),
        ("../x", false, "/models/..%2Fx:generateContent"),
        ("x/..", false, "/models/x%2F..:generateContent"),
        ("a/./b", false, "/models/a%2F.%2Fb:generateContent"),
        ("/a", false, "/models/%2Fa:generateContent"),
        ("a%2f..", false, "/models/a%252f..:generateContent"),
    ] {
        assert_eq!(path(model, stream), to);
        let url = url::Url::parse(&format!("https://x/v1beta{to}")).unwrap();
        assert_eq!(url.as_str(), format!("https://x/v1beta{to}"), "it leads where it says");
    }
}
