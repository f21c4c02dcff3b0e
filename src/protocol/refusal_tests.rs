use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::protocol::loss;

fn chat() -> Value {
    json!({
        "model": "m", "messages": [{"role": "developer", "content": "x"}], "stream": true,
        "stream_options": {"include_usage": true},
        "tools": [{"type": "function", "function": {"name": "f", "strict": true, "parameters": {
            "type": "object", "properties": {"strict": {"type": "boolean"}}}}}],
        "tool_choice": "required", "parallel_tool_calls": true, "reasoning_effort": "xhigh", "max_tokens": 16,
        "temperature": 0.5, "top_p": 1.0, "prompt_cache_key": "k", "store": false, "user": "u",
    })
}

fn responses() -> Value {
    json!({
        "model": "m", "input": [{"type": "message", "role": "developer", "content": "x"}], "stream": true,
        "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "c"}, {"type": "namespace", "name": "n"},
                  {"type": "web_search", "external_web_access": true}],
        "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "high", "summary": "auto"},
        "text": {"verbosity": "low"}, "store": false, "parallel_tool_calls": false,
    })
}

fn learnt(wire: Wire, words: &str, body: &Value) -> Option<String> {
    let lesson = learn(wire, 400, words, body.to_string().as_bytes())?;
    Some(lesson.quirk().to_owned())
}

#[test]
fn each_way_to_refuse_a_field_names_its_quirk() {
    for (words, quirk) in [
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "max_completion_tokens",
        ),
        ("Unknown parameter: 'store'.", "drop:store"),
        ("Unrecognized request argument supplied: store", "drop:store"),
        ("property 'store' is unsupported", "drop:store"),
        ("body.store: Extra inputs are not permitted", "drop:store"),
        ("store: Extra inputs are not permitted", "drop:store"),
        ("Extra inputs are not permitted (body, stream_options)", "drop:stream_options"),
        ("Unknown parameter: 'stream_options.include_usage'.", "drop:stream_options.include_usage"),
        ("Unsupported value: 'temperature' does not support 0.5 with this model.", "sampling_locked"),
        ("`prompt_cache_key` is not allowed", "prompt_cache_key_rejected"),
        ("parallel_tool_calls is not supported with this model", "parallel_true_rejected"),
        ("tool_choice 'required' is not supported by this model", "tool_choice_auto_only"),
        ("Unsupported parameter: 'reasoning_effort'", "reasoning_effort_unportable"),
        ("Unsupported value: 'reasoning_effort' does not support 'xhigh'", "effort_map"),
        ("reasoning_effort must be one of low, medium, high", "effort_map"),
        ("tools.0.function.strict: Extra inputs are not permitted: `strict`", "strict_rejected"),
        ("'developer' is not supported as a role", "developer_role_rejected"),
        ("Unknown field: user", "drop:user"),
    ] {
        assert_eq!(learnt(Wire::Chat, words, &chat()).as_deref(), Some(quirk), "{words}");
    }
    for (words, quirk) in [
        (
            "Invalid value: 'custom'. Supported values are: 'function', 'web_search', and 'mcp'.",
            "custom_tools_rejected",
        ),
        ("tools[2].type: unknown variant `namespace`, expected one of `function`", "namespace_tools_rejected"),
        ("Unsupported tool type: \"web_search\"", "web_search_rejected"),
        ("Unknown parameter: 'tools[3].external_web_access' of `web_search`", "web_search_extra_fields_rejected"),
        ("Unsupported parameter: 'reasoning.summary'", "drop:reasoning.summary"),
        ("Unknown parameter: 'text.verbosity'", "drop:text.verbosity"),
        ("Unknown parameter: 'include'", "drop:include"),
        ("parallel_tool_calls is not supported", "parallel_false_rejected"),
        ("unexpected role: developer", "developer_role_rejected"),
    ] {
        assert_eq!(learnt(Wire::Responses, words, &responses()).as_deref(), Some(quirk), "{words}");
    }
    let gemini = json!({"contents": [], "toolConfig": {}, "generationConfig": {}, "safetySettings": []});
    let words = "Invalid JSON payload received. Unknown name \"safetySettings\": Cannot find field.";
    assert_eq!(learnt(Wire::Gemini, words, &gemini).as_deref(), Some("drop:safetySettings"));
}

#[test]
fn what_is_about_no_field_that_can_go_teaches_nothing() {
    for words in [
        "",
        "temperature is too high",
        "Unsupported model: 'm'",
        "tools are not supported by this model",
        "'messages' is not allowed to be empty",
        "Unknown parameter: 'top_k'",
        "images are not supported by this user",
        "max_tokens is too large: 16",
        "Please store your unsupported request",
    ] {
        assert_eq!(learnt(Wire::Chat, words, &chat()), None, "{words}");
    }
    let body = chat().to_string();
    assert_eq!(learn(Wire::Chat, 401, "Unknown parameter: 'store'", body.as_bytes()), None);
    assert_eq!(learn(Wire::Chat, 400, "Unknown parameter: 'store'", b"no json"), None);
}

#[test]
fn the_body_goes_without_what_was_refused() {
    let applied = |quirk: &str| {
        let lesson = Lesson { quirk: quirk.to_owned() };
        lesson.apply(chat().to_string().as_bytes()).map(|body| serde_json::from_slice::<Value>(&body).unwrap())
    };
    let without = |fields: &[&str]| {
        let mut body = chat();
        for field in fields {
            body.as_object_mut().unwrap().shift_remove(*field);
        }
        body
    };
    for (quirk, fields) in [
        ("drop:store", &["store"][..]),
        ("drop:stream_options.include_usage", &["stream_options"]),
        ("parallel_true_rejected", &["parallel_tool_calls"]),
        ("prompt_cache_key_rejected", &["prompt_cache_key"]),
        ("tool_choice_auto_only", &["tool_choice"]),
        ("reasoning_effort_unportable", &["reasoning_effort"]),
        ("sampling_locked", &["temperature", "top_p"]),
    ] {
        assert_eq!(applied(quirk), Some(without(fields)), "{quirk}");
    }
    let renamed = applied("max_completion_tokens").unwrap();
    assert_eq!((&renamed["max_completion_tokens"], renamed.get("max_tokens")), (&json!(16), None));
    assert_eq!(applied("effort_map").unwrap()["reasoning_effort"], "high");
    assert_eq!(applied("developer_role_rejected").unwrap()["messages"][0]["role"], "system");
    let function = applied("strict_rejected").unwrap()["tools"][0]["function"].clone();
    assert_eq!(function.get("strict"), None);
    assert!(function["parameters"]["properties"]["strict"].is_object());
    assert_eq!(applied("drop:gone"), None);
    assert_eq!(applied("custom_tools_rejected"), None);
}

#[test]
fn known_fields_are_left_out_and_named_as_losses() {
    let mut body = json!({"a": 1, "text": {"verbosity": "low", "format": 1}, "z": 2}).to_string().into_bytes();
    let mut losses = Vec::new();
    drop_fields(&mut body, &["a".into(), "text.verbosity".into(), "gone".into()], &mut losses);
    assert_eq!(String::from_utf8(body).unwrap(), r#"{"text":{"format":1},"z":2}"#);
    let details: Vec<_> = losses.iter().map(|loss| (loss.code, loss.detail.as_str())).collect();
    assert_eq!(details, [(loss::FIELD, "`a` is refused"), (loss::FIELD, "`text.verbosity` is refused")]);
}
