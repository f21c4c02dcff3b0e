//! Any conversation at all.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn any_item() -> impl Strategy<Value = Value> {
    let id = prop_oneof![Just("a"), Just("b"), Just("x.y"), Just("")];
    let words = prop_oneof![Just("t"), Just(""), Just(" \n")];
    let role = prop_oneof![Just("user"), Just("assistant"), Just("developer"), Just("system")];
    let state = prop_oneof![Just(json!({"signature": "s"})), Just(json!({"redacted": "r"})), Just(json!(null))];
    let block = prop_oneof![Just("a"), Just("b"), Just("c")].prop_flat_map(|id| {
        let call = json!({"type": "server_tool_use", "id": id, "name": "web_search", "input": {}});
        let found = json!({"type": "web_search_tool_result", "tool_use_id": id, "content": []});
        prop_oneof![Just(call), Just(found)]
    });
    prop_oneof![
        (role, words.clone()).prop_map(|(role, words)| said(role, words)),
        (id.clone(), words.clone()).prop_map(|(id, words)| call(id, "f", words)),
        (id, words.clone()).prop_map(|(id, words)| output(id, json!(words))),
        (words, state).prop_map(|(words, state)| thought(words, state)),
        Just(thought("", json!({"texts": [{"length": 1, "citations": [{"url": "https://a.example"}]}]}))),
        proptest::collection::vec(block, 1..4).prop_map(|blocks| thought("", json!({"blocks": blocks}))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_conversation_is_taken(
        items in proptest::collection::vec(any_item(), 0..14),
        effort in prop_oneof![Just("none"), Just("low")],
        tools in 0..3_usize,
        kind in prop_oneof![Just(ThinkingKind::Budget), Just(ThinkingKind::Adaptive), Just(ThinkingKind::None)],
    ) {
        let tools = &[json!({"type": "function", "name": "f"}), json!({"type": "web_search"})][..tools];
        let request = json!({"model": "m", "input": items, "tools": tools, "reasoning": {"effort": effort}});
        // The rules are checked on the way.
        encoded_for(&request, &[], &abilities(kind));
    }
}
