//! The same turn on every wire: where it goes, with which headers, and what comes back.

use std::collections::BTreeMap;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::rig::{Incoming, Rig, Upstream, provider, quick};
use crate::catalog::{KeyForm, ModelFacts, ThinkingKind};
use crate::protocol::carrier::Carrier;
use crate::secret::{Secret, Vault};
use crate::settings::{KeyStore, Provider, Safety, Wire};

const WIRES: [Wire; 4] = [Wire::Responses, Wire::Chat, Wire::Messages, Wire::Gemini];

/// A provider with a key, once the key is stored.
fn keyed(port: u16, wire: Wire) -> Provider {
    Provider { key: KeyStore::File, headers: BTreeMap::new(), ..provider(port, wire) }
}

async fn rig(provider: Provider) -> Rig {
    let rig = Rig::start(quick(), &[("p", provider)]).await;
    Vault::new(&rig.home).set("p", KeyStore::File, &Secret::new("k-123456".to_owned())).unwrap();
    rig
}

/// The first line and the headers that are not the same everywhere.
fn head(call: &Incoming) -> (String, Vec<String>) {
    const USUAL: [&str; 5] = ["accept", "content-length", "content-type", "host", "user-agent"];
    let (head, _) = call.request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let line = lines.next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
    let mut rest: Vec<String> =
        lines.filter(|line| !USUAL.contains(&line.split(':').next().unwrap())).map(str::to_owned).collect();
    rest.sort();
    (line, rest)
}

/// What the upstream says to end an answer of `hi`.
fn hi(wire: Wire) -> String {
    let events: Vec<Value> = match wire {
        Wire::Responses => vec![json!({"type": "response.completed", "response": {"id": "r"}})],
        Wire::Chat => vec![json!({"choices": [{"index": 0, "delta": {"content": "hi"}, "finish_reason": "stop"}]})],
        Wire::Messages => vec![
            json!({"type": "message_start", "message": {"usage": {"input_tokens": 1}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}}),
            json!({"type": "message_stop"}),
        ],
        Wire::Gemini => vec![json!({"candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]},
            "finishReason": "STOP"}]})],
    };
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

#[tokio::test]
async fn every_wire_has_its_own_address_and_header() {
    let version = "anthropic-version: 2023-06-01";
    for (wire, form, line, headers) in [
        (Wire::Responses, None, "POST /v1/responses", vec!["authorization: Bearer k-123456"]),
        (Wire::Chat, None, "POST /v1/chat/completions", vec!["authorization: Bearer k-123456"]),
        (Wire::Chat, Some(KeyForm::ApiKey), "POST /v1/chat/completions", vec!["api-key: k-123456"]),
        (Wire::Messages, None, "POST /v1/messages", vec![version, "x-api-key: k-123456"]),
        (Wire::Messages, Some(KeyForm::Bearer), "POST /v1/messages", vec![version, "authorization: Bearer k-123456"]),
        (Wire::Gemini, None, "POST /v1/models/m1:streamGenerateContent?alt=sse", vec!["x-goog-api-key: k-123456"]),
        (
            Wire::Gemini,
            Some(KeyForm::Bearer),
            "POST /v1/models/m1:streamGenerateContent?alt=sse",
            vec!["authorization: Bearer k-123456"],
        ),
    ] {
        let upstream = Upstream::start().await;
        let rig = rig(Provider { key_form: form, ..keyed(upstream.port, wire) }).await;
        let mut client = rig.ask("p/m1", true).await;
        let mut call = upstream.accept().await;
        let headers: Vec<String> = headers.into_iter().map(str::to_owned).collect();
        assert_eq!(head(&call), (line.to_owned(), headers), "{wire:?} {form:?}");
        call.open_stream().await;
        call.write(&hi(wire)).await;
        drop(call);
        let answer = client.all().await;
        assert!(answer.contains("\"response.completed\""), "{wire:?}: {answer}");
        assert!(wire == Wire::Responses || answer.contains("\"delta\":\"hi\""), "{wire:?}: {answer}");
    }
}

#[tokio::test]
async fn parameters_of_the_query_and_headers_of_the_person_go_along() {
    for wire in WIRES {
        let upstream = Upstream::start().await;
        let query = [("api-version".to_owned(), "2026 10".to_owned())].into();
        let headers = [("anthropic-version".to_owned(), "2099-01-01".to_owned())].into();
        let rig = rig(Provider { headers, query, ..keyed(upstream.port, wire) }).await;
        let _client = rig.ask("p/m1", true).await;
        let (line, headers) = head(&upstream.accept().await);
        let mark = if wire == Wire::Gemini { '&' } else { '?' };
        assert!(line.ends_with(&format!("{mark}api-version=2026+10")), "{line}");
        assert!(headers.contains(&"anthropic-version: 2099-01-01".to_owned()), "{headers:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_streamed_comes_from_every_wire() {
    for (wire, line, body) in [
        (
            Wire::Messages,
            "POST /v1/messages",
            json!({"type": "message", "content": [{"type": "text", "text": "hi"}], "stop_reason": "end_turn"}),
        ),
        (
            Wire::Gemini,
            "POST /v1/models/m1:generateContent",
            json!({"candidates": [{"content": {"parts": [{"text": "hi"}]}, "finishReason": "STOP"}]}),
        ),
    ] {
        let upstream = Upstream::start().await;
        let rig = rig(keyed(upstream.port, wire)).await;
        let mut client = rig.ask("p/m1", false).await;
        let call = upstream.accept().await;
        assert_eq!(head(&call).0, line);
        call.json("200 OK", &body).await;
        let (status, answer) = client.json().await;
        assert_eq!((status, &answer["output"][0]["content"][0]["text"]), (200, &json!("hi")), "{wire:?}: {answer}");
    }
}

#[tokio::test]
async fn what_is_known_of_a_model_shapes_its_request() {
    let upstream = Upstream::start().await;
    let facts = ModelFacts {
        max_output: Some(9000),
        thinking: Some(ThinkingKind::Adaptive),
        efforts: vec!["low".to_owned()],
        ..ModelFacts::default()
    };
    let rig = rig(Provider { models: [("m1".to_owned(), facts)].into(), ..keyed(upstream.port, Wire::Messages) }).await;
    let body = json!({"model": "p/m1", "stream": true, "input": "hi", "reasoning": {"effort": "high"}});
    let _client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
    let sent = upstream.accept().await.body();
    let seen = (&sent["max_tokens"], &sent["thinking"]["type"], &sent["output_config"]["effort"]);
    assert_eq!(seen, (&json!(9000), &json!("adaptive"), &json!("low")), "{sent}");
}

#[tokio::test]
async fn refused_signatures_are_left_out_once() {
    for (wire, name, state, words) in [
        (
            Wire::Messages,
            "messages",
            json!({"signature": "s1g"}),
            "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a different conversation.",
        ),
        (Wire::Gemini, "gemini", json!({"call": {"signature": "s1g", "name": "f"}}), "Thought signature is not valid."),
    ] {
        let upstream = Upstream::start().await;
        let facts = ModelFacts { thinking: Some(ThinkingKind::Adaptive), ..ModelFacts::default() };
        let rig = rig(Provider { models: [("m1".to_owned(), facts)].into(), ..keyed(upstream.port, wire) }).await;
        let carrier = Carrier::new(name, "m1", state).seal();
        let tools = [json!({"type": "function", "name": "f", "parameters": {"type": "object", "properties": {}}})];
        let body = json!({"model": "p/m1", "stream": true, "tools": tools, "input": [
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "look"}]},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "so"}], "encrypted_content": carrier},
            {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c1"},
            {"type": "function_call_output", "call_id": "c1", "output": "done"},
        ]});
        let mut client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
        let refusal =
            json!({"type": "error", "error": {"code": 400, "type": "invalid_request_error", "message": words}});
        let call = upstream.accept().await;
        assert!(call.request.contains("s1g"), "{wire:?}: {}", call.request);
        call.json("400 Bad Request", &refusal).await;
        let call = upstream.accept().await;
        assert!(!call.request.contains("s1g"), "{wire:?}: {}", call.request);
        call.json("400 Bad Request", &refusal).await;
        let answer = client.all().await;
        assert!(answer.contains("\"response.failed\"") && answer.contains("ignature"), "{wire:?}: {answer}");
        assert!(!upstream.has_caller(), "{wire:?}: asked more than twice");
    }
}

#[tokio::test]
async fn a_wrong_key_of_google_is_told_as_one() {
    let upstream = Upstream::start().await;
    let rig = rig(keyed(upstream.port, Wire::Gemini)).await;
    let mut client = rig.ask("p/m1", true).await;
    let call = upstream.accept().await;
    let error = json!({"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]}});
    call.json("400 Bad Request", &error).await;
    let answer = client.all().await;
    assert!(answer.contains("API key not valid.") && answer.contains("codexgw key set p"), "{answer}");
}

#[tokio::test]
async fn the_filters_of_google_are_the_persons_choice() {
    for (safety, is_told) in [(Safety::Permissive, true), (Safety::Unset, false)] {
        let upstream = Upstream::start().await;
        let rig = rig(Provider { safety, ..keyed(upstream.port, Wire::Gemini) }).await;
        let _client = rig.ask("p/m1", true).await;
        assert_eq!(upstream.accept().await.body()["safetySettings"].is_array(), is_told, "{safety:?}");
    }
}
