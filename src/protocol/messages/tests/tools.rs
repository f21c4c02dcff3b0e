//! Tools on offer, and which of them must be called.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;

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
