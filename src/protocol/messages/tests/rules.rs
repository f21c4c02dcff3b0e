//! The rules themselves.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;

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
