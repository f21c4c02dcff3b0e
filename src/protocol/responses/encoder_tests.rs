use std::borrow::Cow;

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::protocol::failure::FailureCode;
use crate::protocol::sse;
use crate::test_grammar;

fn meta() -> ResponseMeta {
    ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 7 }
}

fn start(key: usize, id: &str, name: &str, kind: ToolKind) -> Delta {
    let tool = ToolName { namespace: Some(Cow::Borrowed("mcp__tiny")), name: Cow::Owned(name.to_owned()) };
    let tool = if name == "echo_it" { tool } else { ToolName { namespace: None, ..tool } };
    Delta::CallStart { key, id: id.into(), tool, kind }
}

fn input(key: usize, json: &str) -> Delta {
    Delta::CallInput { key, json: json.into() }
}

/// The events of an answer, each checked for its name, and the body of the same answer not streamed.
fn encode(deltas: Vec<Delta>) -> (Vec<Value>, Value) {
    let mut encoder = Encoder::new(meta());
    let mut out = Vec::new();
    encoder.open(&mut out);
    for delta in deltas {
        encoder.push(delta, &mut out);
    }
    let mut events = Vec::new();
    let mut decoder = sse::Decoder::new();
    let sink = |event: sse::Event<'_>| {
        let value: Value = serde_json::from_str(event.data).unwrap();
        assert_eq!(value["type"], event.name);
        events.push(value);
    };
    decoder.feed(&out, sink).unwrap();
    (events, serde_json::from_slice(&encoder.into_response()).unwrap())
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["type"].as_str().unwrap().strip_prefix("response.").unwrap()).collect()
}

fn done_items(events: &[Value]) -> Vec<Value> {
    let done = |event: &&Value| event["type"] == "response.output_item.done";
    events.iter().filter(done).map(|event| event["item"].clone()).collect()
}

#[test]
fn a_full_turn_has_the_events_that_codex_shows() {
    let usage = Usage { input: 100, cached: 40, output: 20, reasoning: 7, ..Usage::default() };
    let (events, body) = encode(vec![
        Delta::Reasoning("Pl".into()),
        Delta::Reasoning("an".into()),
        Delta::Carrier(Carrier::new("chat", "m", Value::Null)),
        Delta::Text("Hel".into()),
        Delta::Text("lo".into()),
        start(0, "c1", "echo_it", ToolKind::Function),
        input(0, "{\"a\""),
        input(0, ":1}"),
        Delta::CallEnd { key: 0 },
        Delta::Usage(usage),
        Delta::Stop(Stop::Done),
    ]);
    assert_eq!(
        kinds(&events),
        [
            "created",
            "in_progress",
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ]
    );
    let items = done_items(&events);
    let sealed = Carrier::new("chat", "m", Value::Null).seal();
    assert_eq!(
        Value::from(items.clone()),
        serde_json::json!([
            {"type": "reasoning", "id": "rs_1_0", "summary": [{"type": "summary_text", "text": "Plan"}],
             "encrypted_content": sealed},
            {"type": "message", "id": "msg_1_1", "status": "completed", "role": "assistant",
             "content": [{"type": "output_text", "text": "Hello", "annotations": []}]},
            {"type": "function_call", "id": "fc_1_2", "call_id": "c1", "name": "echo_it", "namespace": "mcp__tiny",
             "arguments": "{\"a\":1}", "status": "completed"},
        ])
    );
    assert_eq!(body["output"], Value::from(items));
    assert_eq!(body, events.last().unwrap()["response"]);
    assert_eq!(
        body["usage"],
        serde_json::json!({"input_tokens": 100, "input_tokens_details": {"cached_tokens": 40, "cache_write_tokens": 0}, "output_tokens": 20,
            "output_tokens_details": {"reasoning_tokens": 7}, "total_tokens": 120})
    );
}

#[test]
fn custom_and_search_calls_come_back_in_their_own_kind() {
    let (events, _) = encode(vec![
        start(0, "a", "apply_patch", ToolKind::Custom),
        input(0, "{\"input\":\"*** Begin"),
        start(1, "b", "tool_search", ToolKind::Search),
        input(1, "{\"query\":\"x\"}"),
        input(0, " Patch\"}"),
        Delta::Stop(Stop::Done),
    ]);
    assert_eq!(
        Value::from(done_items(&events)),
        serde_json::json!([
            {"type": "custom_tool_call", "id": "ctc_1_0", "call_id": "a", "name": "apply_patch",
             "input": "*** Begin Patch", "status": "completed"},
            {"type": "tool_search_call", "id": "tsc_1_1", "call_id": "b", "execution": "client",
             "arguments": {"query": "x"}, "status": "completed"},
        ])
    );
}

#[test]
fn ids_that_are_missing_or_double_are_made_up() {
    let (events, _) = encode(vec![
        start(0, "", "f", ToolKind::Function),
        start(1, "x", "f", ToolKind::Function),
        start(2, "x", "f", ToolKind::Function),
        Delta::Stop(Stop::Done),
    ]);
    let ids: Vec<Value> = done_items(&events).iter().map(|item| item["call_id"].clone()).collect();
    assert_eq!(ids, ["call_1_0", "x", "call_1_2"]);
}

#[test]
fn a_call_that_an_ending_cut_short_is_never_closed() {
    let failure = Failure::shown("m");
    for ending in [Delta::Fail(failure), Delta::Stop(Stop::Length)] {
        let (events, _) = encode(vec![
            Delta::Text("t".into()),
            start(0, "a", "apply_patch", ToolKind::Custom),
            input(0, "{\"input\":\"*** Beg"),
            ending,
        ]);
        let items = done_items(&events);
        assert_eq!(items.iter().map(|item| item["type"].as_str().unwrap()).collect::<Vec<_>>(), ["message"]);
    }
}

#[test]
fn a_failure_carries_code_and_message_and_ends_all() {
    let failure = Failure::shown("why\nhint: x");
    let (events, body) = encode(vec![Delta::Fail(failure), Delta::Text("late".into()), Delta::Stop(Stop::Done)]);
    assert_eq!(kinds(&events), ["created", "in_progress", "failed"]);
    assert_eq!(body["error"], serde_json::json!({"code": "invalid_prompt", "message": "why\nhint: x"}));
    assert_eq!(body["status"], "failed");
}

#[test]
fn other_clients_get_codes_that_their_sdks_know() {
    for (failure, code) in [
        (Failure::broken_off("it ends early"), "server_error"),
        (Failure { status: 400, ..Failure::shown("no") }, "invalid_prompt"),
        (Failure { code: FailureCode::RateLimitExceeded, ..Failure::shown("slow") }, "rate_limit_exceeded"),
    ] {
        let mut encoder = Encoder::new(meta()).for_sdks();
        encoder.fail(failure, &mut Vec::new());
        let body: Value = serde_json::from_slice(&encoder.into_response()).unwrap();
        assert_eq!(body["error"]["code"], code);
    }
}

#[test]
fn an_end_without_a_word_is_a_failure() {
    let thought = Delta::Reasoning("hm".into());
    let unknown = Delta::Unknown("`stop_reason`: `zzz`".into());
    let silent = "`p/m` ended its answer without a word";
    for (deltas, message) in [
        (vec![], silent.to_owned()),
        (vec![thought], silent.to_owned()),
        (vec![Delta::Text(" \n".into())], silent.to_owned()),
        (vec![unknown.clone()], format!("{silent} (`stop_reason`: `zzz`)")),
    ] {
        let (_, body) = encode(deltas.into_iter().chain([Delta::Stop(Stop::Done)]).collect());
        assert_eq!(body["error"], serde_json::json!({"code": "invalid_prompt", "message": message}));
    }
    for said in [Delta::Text("hi".into()), start(0, "a", "f", ToolKind::Function)] {
        let (_, body) = encode(vec![said, unknown.clone(), Delta::Stop(Stop::Done)]);
        assert_eq!(body["status"], "completed");
    }
}

#[test]
fn an_answer_to_tools_may_say_nothing() {
    for (deltas, status) in [
        (vec![], "completed"),
        (vec![Delta::Reasoning("hm".into())], "completed"),
        (vec![Delta::Unknown("`stop_reason`: `zzz`".into())], "failed"),
    ] {
        let mut encoder = Encoder::new(meta()).answering_tools();
        for delta in deltas.into_iter().chain([Delta::Stop(Stop::Done)]) {
            encoder.push(delta, &mut Vec::new());
        }
        let body: Value = serde_json::from_slice(&encoder.into_response()).unwrap();
        assert_eq!(body["status"], status);
    }
}

#[test]
fn the_length_stop_is_incomplete() {
    let (_, body) = encode(vec![Delta::Text("t".into()), Delta::Stop(Stop::Length)]);
    assert_eq!(body["incomplete_details"], serde_json::json!({"reason": "max_output_tokens"}));
}

fn any_delta() -> impl Strategy<Value = Delta> {
    let text = "[a-z\"\\\\\n]{0,3}";
    prop_oneof![
        text.prop_map(Delta::Reasoning),
        text.prop_map(Delta::Text),
        Just(Delta::Carrier(Carrier::new("chat", "m", Value::Null))),
        (0..3usize, "[ab]?", 0..3u8).prop_map(|(key, id, kind)| {
            let kind = [ToolKind::Function, ToolKind::Custom, ToolKind::Search][usize::from(kind)];
            start(key, &id, "f", kind)
        }),
        (0..3usize, "[{}\":a]{0,4}").prop_map(|(key, json)| Delta::CallInput { key, json }),
        (0..3usize).prop_map(|key| Delta::CallEnd { key }),
        (0..3usize).prop_map(|length| Delta::Citation {
            url: "u".into(),
            title: String::new(),
            length,
            behind: length / 2,
        }),
        text.prop_map(|query| Delta::WebSearch { query }),
        Just(Delta::Usage(Usage { input: 1, output: 1, ..Usage::default() })),
        Just(Delta::Stop(Stop::Done)),
        Just(Delta::Stop(Stop::Length)),
        Just(Delta::Fail(Failure::shown("f"))),
    ]
}

fn keeps_the_grammar(mut deltas: Vec<Delta>) {
    deltas.push(Delta::Stop(Stop::Done));
    let (events, body) = encode(deltas);
    test_grammar::assert_kept(&events, &body);
}

fn any_answer() -> impl Strategy<Value = Vec<Delta>> {
    proptest::collection::vec(any_delta(), 0..24)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_deltas_make_a_valid_stream(deltas in any_answer()) {
        keeps_the_grammar(deltas);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100_000))]

    #[test]
    #[ignore = "takes minutes; the same with fewer cases always runs"]
    fn a_hundred_thousand_orders_of_deltas_make_valid_streams(deltas in any_answer()) {
        keeps_the_grammar(deltas);
    }
}

#[test]
fn searches_and_their_sources_are_items_and_annotations() {
    let cite = |url: &str, length| Delta::Citation { url: url.into(), title: "T".into(), length, behind: 0 };
    let (events, body) = encode(vec![
        cite("https://nothing.example", 3),
        Delta::WebSearch { query: "rust".into() },
        Delta::Text("Né ".into()),
        Delta::Text("äb".into()),
        cite("https://a.example", 2),
        cite("https://b.example", 99),
        Delta::Stop(Stop::Done),
    ]);
    let note = |url: &str, start: usize| serde_json::json!({"type": "url_citation", "url": url, "title": "T", "start_index": start, "end_index": 5});
    let notes = [note("https://a.example", 3), note("https://b.example", 0)];
    let added: Vec<_> =
        events.iter().filter(|event| event["type"] == "response.output_text.annotation.added").collect();
    for (index, (event, note)) in added.iter().zip(&notes).enumerate() {
        assert_eq!((&event["annotation"], event["annotation_index"].as_u64()), (note, Some(index as u64)));
    }
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], number);
    }
    assert_eq!(
        body["output"],
        serde_json::json!([
            {"type": "web_search_call", "id": "ws_1_0", "status": "completed",
             "action": {"type": "search", "query": "rust"}},
            {"type": "message", "id": "msg_1_1", "status": "completed", "role": "assistant",
             "content": [{"type": "output_text", "text": "Né äb", "annotations": notes}]},
        ])
    );
}

#[test]
fn sealed_thoughts_are_items_of_their_own() {
    let seal = |state: &str| Delta::Carrier(Carrier::new("messages", "m", Value::from(state)));
    let (events, _) = encode(vec![
        Delta::Reasoning("a".into()),
        seal("1"),
        seal("2"),
        Delta::Reasoning("b".into()),
        seal("3"),
        Delta::Stop(Stop::Done),
    ]);
    let seen: Vec<_> = done_items(&events)
        .iter()
        .map(|item| {
            let carrier = Carrier::open(item["encrypted_content"].as_str().unwrap()).unwrap();
            format!("{} {}", item.pointer("/summary/0/text").unwrap_or(&Value::Null), carrier.state)
        })
        .collect();
    assert_eq!(seen, ["\"a\" \"1\"", "null \"2\"", "\"b\" \"3\""]);
}

#[test]
fn a_summary_is_one_item_and_nothing_else() {
    let compact = |deltas: Vec<Delta>| {
        let mut encoder = Encoder::new(meta()).compacting();
        let mut out = Vec::new();
        for delta in deltas {
            encoder.push(delta, &mut out);
        }
        let mut events: Vec<Value> = Vec::new();
        let mut decoder = sse::Decoder::new();
        decoder.feed(&out, |event| events.push(serde_json::from_str(event.data).unwrap())).unwrap();
        let failure = encoder.failure().cloned();
        (events, failure, serde_json::from_slice::<Value>(&encoder.into_compaction()).unwrap())
    };
    for stop in [Stop::Done, Stop::Length] {
        let (events, failure, body) = compact(vec![
            Delta::Reasoning("hm".into()),
            Delta::Text("We did ".into()),
            start(0, "a", "f", ToolKind::Function),
            Delta::CallEnd { key: 0 },
            Delta::Text("x.\n".into()),
            Delta::Usage(Usage { input: 5, output: 2, ..Usage::default() }),
            Delta::Stop(stop),
        ]);
        assert_eq!(kinds(&events), ["created", "in_progress", "output_item.added", "output_item.done", "completed"]);
        let items = done_items(&events);
        assert_eq!(events[4]["response"]["output"], Value::from(items.clone()));
        assert_eq!(events[4]["response"]["usage"]["total_tokens"], 7);
        assert_eq!((&items[0]["type"], &items[0]["id"]), (&Value::from("compaction"), &Value::from("cmp_1_0")));
        let opened = compaction::open(items[0]["encrypted_content"].as_str().unwrap()).unwrap();
        assert!(opened.ends_with("\n\nWe did x."), "{opened}");
        assert_eq!(failure, None);
        assert_eq!((&body["object"], &body["output"]), (&Value::from("response.compaction"), &Value::from(items)));
        assert_eq!(body["usage"]["input_tokens"], 5);
    }
    let (events, failure, _) = compact(vec![Delta::Text(" \n".into()), Delta::Stop(Stop::Done)]);
    assert_eq!(kinds(&events).last(), Some(&"failed"));
    assert_eq!(
        failure.map(|failure| failure.message).as_deref(),
        Some("the provider wrote no summary of the conversation")
    );
}
