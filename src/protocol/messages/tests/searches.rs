//! The search of the web: its offer, and what it found in earlier turns.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;

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

fn called(id: &str) -> Value {
    json!({"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": "q"}})
}

fn found(id: &str) -> Value {
    let page = json!({"type": "web_search_result", "url": "https://a.example", "encrypted_content": "E+/="});
    json!({"type": "web_search_tool_result", "tool_use_id": id, "content": [page]})
}

fn kept<const N: usize>(blocks: [Value; N]) -> Value {
    thought("", json!({"blocks": blocks.to_vec()}))
}

/// The turns of such a conversation where the web can be searched or not, and the losses.
fn after(items: &[Value], searches: bool) -> (Value, String) {
    let mut tools = vec![json!({"type": "function", "name": "f"})];
    tools.extend(searches.then(|| json!({"type": "web_search"})));
    let items: Vec<Value> = [&[said("user", "u")], items].concat();
    let (mut body, losses) = encoded(&json!({"model": "m", "input": items, "tools": tools}));
    (without_marks(body["messages"].take()), losses.join("; "))
}

#[test]
fn what_was_found_goes_back_in_its_place() {
    let thinking = |text: &str| json!({"type": "thinking", "thinking": text, "signature": "s"});
    let why = |text: &str| thought(text, json!({"signature": "s"}));
    let lost = "reasoning: it stood behind a web search";
    let (a, b) = (called("a"), called("b"));
    let (seen_a, seen_b) = (found("a"), found("b"));
    let whole = [why("x"), kept([a.clone(), seen_a.clone()]), why("y"), said("assistant", "t"), said("user", "v")];
    let given = json!([thinking("x"), a, seen_a, thinking("y"), text("t")]);
    assert_eq!(after(&whole, true).0[1], assistant(given));
    assert_eq!(after(&whole, true).1, "");
    let without = after(&whole, false);
    assert_eq!((&without.0[1], without.1.as_str()), (&assistant(json!([thinking("x"), text("t")])), lost));

    // Two at once, of which the second ended in the next leg of the turn.
    let legs = [kept([a.clone(), b.clone(), seen_a.clone()]), kept([seen_b.clone()]), said("assistant", "t")];
    assert_eq!(
        after(&legs, true),
        (
            json!([
                user(json!([text("u")])),
                assistant(json!([a, b, seen_a, seen_b, text("t")])),
                user(json!([text("(continue)")]))
            ]),
            String::new()
        )
    );

    // A turn that was interrupted.
    let torn = [kept([a.clone(), seen_a.clone(), b.clone()]), why("y"), said("assistant", "t"), said("user", "v")];
    let seen = after(&torn, true);
    assert_eq!((&seen.0[1], seen.1.as_str()), (&assistant(json!([a, seen_a, text("t")])), lost));

    // A search that waits for the tools which were called beside it.
    let beside = [kept([a.clone()]), call("c", "f", "{}"), output("c", json!("1"))];
    let turns = json!([
        user(json!([text("u")])),
        assistant(json!([a, used("c", "f", json!({}))])),
        user(json!([result("c", "1")]))
    ]);
    assert_eq!(after(&beside, true), (turns, String::new()));
    let done = [&beside[..], &[kept([seen_a.clone()]), said("assistant", "t"), said("user", "v")]].concat();
    let seen = after(&done, true);
    assert_eq!((&seen.0[1]["content"][0], &seen.0[3]["content"][0], seen.1.as_str()), (&a, &seen_a, ""));
    let talked = [&beside[..], &[said("user", "and?")]].concat();
    assert_eq!(after(&talked, true).0[1], assistant(json!([used("c", "f", json!({}))])));
    assert_eq!(after(&[kept([seen_b]), said("assistant", "t")], true).0[1], assistant(json!([text("t")])));
}

#[test]
fn thought_of_another_model_brings_no_search() {
    let carrier = Carrier::new("messages", "other", json!({"blocks": [called("a"), found("a")]})).seal();
    let other = json!({"type": "reasoning", "summary": [], "encrypted_content": carrier});
    let (turns, losses) = after(&[other, said("assistant", "t"), said("user", "v")], true);
    assert_eq!((&turns[1], losses.as_str()), (&assistant(json!([text("t")])), "reasoning: made by `other`"));
}

#[test]
fn texts_are_those_that_the_provider_made() {
    let source = json!({"type": "web_search_result_location", "url": "https://a.example", "encrypted_index": "I"});
    let cited = |text: &str| json!({"type": "text", "text": text, "citations": [source]});
    let why = thought("y", json!({"signature": "s"}));
    let thinking = json!({"type": "thinking", "thinking": "y", "signature": "s"});
    let told = |lengths: &[usize]| {
        let texts: Vec<Value> = (1..)
            .zip(lengths)
            .map(|(n, length)| json!({"length": length, "citations": if n == 2 { json!([source]) } else { json!([]) }}))
            .collect();
        let items = [
            kept([called("a"), found("a")]),
            said("assistant", "Ä: so it is."),
            thought("", json!({"texts": texts})),
            why.clone(),
            call("c", "f", "{}"),
            output("c", json!("1")),
        ];
        let (turns, losses) = after(&items, true);
        assert_eq!(losses, "");
        assert_eq!(after(&items, false).0[1]["content"][0], text("Ä: so it is."), "without the search");
        turns[1]["content"].as_array().unwrap()[2..].to_vec()
    };
    let used = used("c", "f", json!({}));
    assert_eq!(told(&[2, 9, 1]), [text("Ä:"), cited(" so it is"), text("."), thinking.clone(), used.clone()]);
    assert_eq!(told(&[2, 10, 0]), [text("Ä:"), cited(" so it is."), thinking.clone(), used.clone()]);
    for other in [&[2, 9][..], &[2, 9, 2], &[2, 11]] {
        assert_eq!(told(other), [text("Ä: so it is."), thinking.clone(), used.clone()], "{other:?}");
    }
}

#[test]
fn a_request_without_any_tool_has_no_use_for_searches() {
    let behind = thought("y", json!({"signature": "s"}));
    let items = json!([
        said("user", "u"),
        kept([called("a"), found("a")]),
        behind,
        said("assistant", "t"),
        said("user", "sum up")
    ]);
    let (body, losses) = encoded(&json!({"model": "m", "input": items, "tools": []}));
    assert_eq!((&body["messages"][1], losses.len()), (&assistant(json!([text("t")])), 0));
    let (body, losses) = encoded(&json!({"model": "m", "input": items, "tools": [{"type": "web_search"}]}));
    assert_eq!((body["messages"][1]["content"].as_array().map(Vec::len), losses.len()), (Some(4), 0));
}
