//! Thought that goes back, and when it does not.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;

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
