//! Answers as providers give them, and what is read from them.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn stream(events: &[Value]) -> String {
    events.iter().flat_map(|event| ["event: x\ndata: ".to_owned(), event.to_string(), "\n\n".to_owned()]).collect()
}

fn item(item: &Value) -> Value {
    json!({"type": "response.output_item.done", "output_index": 0, "item": item})
}

fn completed() -> Value {
    json!({"type": "response.completed", "response": {"id": "r",
        "usage": {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}}})
}

#[test]
fn each_form_of_the_two_calls_is_told_apart() {
    use Call::{InForm, Missing, OtherForm};
    let custom = json!({"type": "custom_tool_call", "name": "apply_patch", "call_id": "c", "input": "ping"});
    let namespaced = json!({"type": "function_call", "name": "ping", "namespace": "mcp__codexgw", "call_id": "c", "arguments": "{}"});
    for (items, expected) in [
        (vec![custom.clone(), namespaced.clone()], (InForm, InForm)),
        (vec![custom.clone()], (InForm, Missing)),
        (
            vec![json!({"type": "function_call", "name": "apply_patch", "call_id": "c", "arguments": "{}"})],
            (OtherForm, Missing),
        ),
        (vec![json!({"type": "custom_tool_call", "name": "apply_patch", "input": "x"})], (OtherForm, Missing)),
        (vec![json!({"type": "custom_tool_call", "name": "other", "call_id": "c", "input": "x"})], (Missing, Missing)),
        (
            vec![json!({"type": "function_call", "name": "mcp__codexgw__ping", "call_id": "c", "arguments": "{}"})],
            (Missing, OtherForm),
        ),
        (
            vec![json!({"type": "function_call", "name": "ping", "call_id": "c", "arguments": "{}"})],
            (Missing, OtherForm),
        ),
        (
            vec![
                json!({"type": "function_call", "name": "ping", "namespace": "mcp__codexgw", "call_id": "c", "arguments": {}}),
            ],
            (Missing, OtherForm),
        ),
        (
            vec![json!({"type": "function_call", "name": "report", "call_id": "c", "arguments": "{}"})],
            (Missing, Missing),
        ),
        (vec![json!({"type": "message", "role": "assistant", "content": []})], (Missing, Missing)),
        (vec![], (Missing, Missing)),
    ] {
        let events: Vec<Value> = items.iter().map(item).chain([completed()]).collect();
        let form = ResponsesForm::read(&stream(&events)).unwrap();
        assert_eq!((form.custom, form.namespaced), expected, "{items:?}");
        assert_eq!(form.flaw, None);
    }
}

#[test]
fn what_codex_would_stumble_over_is_named() {
    let created = json!({"type": "response.created", "response": {"id": "r"}});
    for (body, flaw) in [
        (stream(&[created.clone(), completed()]), None),
        (stream(&[json!({"type": "response.incomplete", "response": {"id": "r", "usage": null}})]), None),
        (stream(&[created]), Some("its stream ends without `response.completed`")),
        (
            stream(&[json!({"type": "response.completed", "response": {}})]),
            Some("its `response.completed` has no `id`"),
        ),
        (
            stream(&[
                json!({"type": "response.completed", "response": {"id": "r", "usage": {"input_tokens": 1, "output_tokens": 1}}}),
            ]),
            Some("its `usage` has no `total_tokens`"),
        ),
        (stream(&[json!({"choices": [{"delta": {}}]})]), Some("what it streams are not Responses events")),
        (json!({"object": "response", "id": "r"}).to_string(), Some("what it streams are not Responses events")),
        (String::new(), Some("what it streams are not Responses events")),
    ] {
        assert_eq!(ResponsesForm::read(&body).unwrap().flaw.as_deref(), flaw, "{body}");
    }
}

#[test]
fn a_failure_inside_a_stream_is_the_providers_refusal() {
    let refused = |words: &str| Some(ProbeError::Refused { status: 200, words: words.into() });
    for event in [
        json!({"type": "response.failed", "response": {"id": "r", "error": {"code": "x", "message": "no\u{7}pe"}}}),
        json!({"type": "error", "message": "no pe"}),
        json!({"type": "error", "error": {"message": "no pe"}}),
    ] {
        assert_eq!(ResponsesForm::read(&stream(std::slice::from_ref(&event))).err(), refused("no pe"), "{event}");
    }
    assert_eq!(ChatForm::read(&stream(&[json!({"error": {"message": "nope"}})])).err(), refused("nope"));
    assert_eq!(ChatForm::read(r#"{"error":"nope"}"#).err(), refused("nope"));
}

#[test]
fn chat_answers_are_read_streamed_or_whole() {
    let call = json!({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "report", "arguments": "{}"}}]});
    let delta = |delta: Value| json!({"choices": [{"index": 0, "delta": delta}]});
    let form = |called, reasoning| ChatForm { tool_call: Some(called), reasoning, ..ChatForm::default() };
    for (body, expected) in [
        (stream(&[delta(call.clone())]), form(true, false)),
        (stream(&[delta(json!({"content": "hi"}))]), form(false, false)),
        (stream(&[delta(json!({"reasoning": "hm"})), delta(call.clone())]), form(true, true)),
        (stream(&[delta(json!({"reasoning_content": "hm"}))]), form(false, false)),
        (stream(&[delta(json!({"reasoning": "hm", "reasoning_content": "hm"}))]), form(false, false)),
        (
            json!({"choices": [{"message": call}]}).to_string(),
            ChatForm { flaw: Some("it does not stream".into()), ..form(true, false) },
        ),
        (
            json!({"ok": true}).to_string(),
            ChatForm { flaw: Some("it holds no `choices`".into()), ..form(false, false) },
        ),
        (String::new(), ChatForm { flaw: Some("it holds no `choices`".into()), ..form(false, false) }),
    ] {
        let read = ChatForm::read(&body).unwrap();
        assert_eq!(read, expected, "{body}");
        assert_eq!(read.is_chat(), body.contains("choices"), "{body}");
    }
}

#[test]
fn an_answer_that_ran_out_of_tokens_is_marked() {
    for (kind, cut_short) in [("response.incomplete", true), ("response.completed", false)] {
        let body = stream(&[json!({"type": kind, "response": {"id": "r"}})]);
        assert_eq!(ResponsesForm::read(&body).unwrap().cut_short, cut_short, "{kind}");
    }
    for (reason, tool_call) in [("length", None), ("tool_calls", Some(false))] {
        let body = stream(&[json!({"choices": [{"delta": {}, "finish_reason": reason}]})]);
        assert_eq!(ChatForm::read(&body).unwrap().tool_call, tool_call, "{reason}");
    }
}

proptest! {
    #[test]
    fn no_answer_makes_the_readers_fall_over(body in "\\PC*", name in "[a-z_.]*", number in any::<i64>()) {
        let odd = json!({"type": name, "item": number, "response": {"usage": body}, "choices": [{"delta": number}, body]});
        for text in [body.clone(), odd.to_string(), stream(&[odd.clone(), json!(number), json!([odd])])] {
            let _ = (ResponsesForm::read(&text), ChatForm::read(&text), crate::probe::foreign::error_words(&text));
            let url = url::Url::parse("https://a.b/v1/models").unwrap();
            let _ = crate::probe::page::Page::read(&text, &url);
        }
    }
}

#[test]
fn a_second_answer_adds_the_call_that_was_missing_and_nothing_else() {
    let first = ResponsesForm { custom: Call::InForm, ..ResponsesForm::default() };
    let second = ResponsesForm { custom: Call::OtherForm, namespaced: Call::InForm, ..ResponsesForm::default() };
    let mut both = first.clone();
    both.add(&second);
    assert_eq!(both, ResponsesForm { namespaced: Call::InForm, ..first.clone() });
    assert!(both.takes_all_of_codex());
    let mut still = first.clone();
    still.add(&ResponsesForm { flaw: Some("x".into()), ..second });
    assert_eq!(still, first);
}
