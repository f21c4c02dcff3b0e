use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::rig::{Incoming, Rig, Upstream, provider, quick};
use crate::catalog::ModelFacts;
use crate::protocol::compaction::{LEFT_OUT, PROMPT};
use crate::protocol::sse;
use crate::settings::Wire;

const WIRES: [Wire; 4] = [Wire::Chat, Wire::Messages, Wire::Gemini, Wire::Responses];

fn conversation(end: &[Value]) -> Value {
    let mut input = vec![
        json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "do x"}]}),
        json!({"type": "function_call", "call_id": "c1", "name": "exec", "arguments": "{}"}),
        json!({"type": "function_call_output", "call_id": "c1", "output": "done"}),
    ];
    input.extend_from_slice(end);
    json!({
        "model": "p/m1", "input": input, "tool_choice": "auto", "parallel_tool_calls": true,
        "tools": [{"type": "function", "name": "exec", "parameters": {"type": "object"}}],
    })
}

fn trigger(stream: bool) -> Value {
    let mut body = conversation(&[json!({"type": "compaction_trigger"})]);
    body["stream"] = stream.into();
    body
}

/// The upstream must get our request, and nothing that can be called.
fn assert_asked(call: &Incoming, wire: Wire) {
    let body = call.body();
    let words = serde_json::to_string(PROMPT).unwrap();
    assert!(call.request.contains(words.trim_matches('"')), "{body}");
    for gone in ["tools", "tool_choice", "toolConfig", "parallel_tool_calls"] {
        match (wire, gone) {
            // Messages wants every tool of the history declared.
            (Wire::Messages, "tools") => {}
            (Wire::Messages, "tool_choice") => assert_eq!(body[gone]["type"], "none"),
            _ => assert_eq!(body.get(gone), None, "{body}"),
        }
    }
    assert!(!call.request.contains("compaction_trigger"), "{body}");
}

/// Answers with `text` in the words of that wire.
async fn answer(mut call: Incoming, wire: Wire, text: &str) {
    call.open_stream().await;
    let events = match wire {
        Wire::Chat => {
            call.text(text).await;
            return call.done().await;
        }
        Wire::Messages => vec![
            json!({"type": "message_start", "message": {"usage": {"input_tokens": 7}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}}),
            json!({"type": "message_stop"}),
        ],
        Wire::Gemini => vec![json!({
            "candidates": [{"content": {"role": "model", "parts": [{"text": text}]}, "finishReason": "STOP"}],
            "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 2, "totalTokenCount": 9},
        })],
        Wire::Responses => {
            let message =
                json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]});
            vec![
                json!({"type": "response.output_item.done", "item": message}),
                json!({"type": "response.completed", "response": {"id": "r", "status": "completed", "output": [message],
                    "usage": {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9}}}),
            ]
        }
    };
    for event in events {
        let kind = event["type"].as_str().unwrap_or_default();
        call.write(&format!("event: {kind}\ndata: {event}\n\n")).await;
    }
}

fn events(body: &str) -> Vec<Value> {
    let mut events = Vec::new();
    let mut decoder = sse::Decoder::new();
    decoder.feed(body.as_bytes(), |event| events.extend(serde_json::from_str(event.data))).unwrap();
    events
}

/// The provider keeps what stands behind the tools only together with them.
#[tokio::test]
async fn a_summary_on_messages_has_the_tools_of_the_turns_before_it() {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Messages))]).await;
    let mut bodies = Vec::new();
    for mut body in [conversation(&[]), trigger(true)] {
        body["stream"] = true.into();
        let mut client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
        let call = upstream.accept().await;
        bodies.push(call.body());
        answer(call, Wire::Messages, "so").await;
        client.all().await;
    }
    assert_eq!(bodies[0]["tools"], bodies[1]["tools"]);
    assert_eq!(bodies[0]["system"], bodies[1]["system"]);
    assert_eq!(bodies[1]["tool_choice"], json!({"type": "none"}));
}

#[tokio::test]
async fn a_model_that_sees_no_images_gets_words_instead_on_every_wire() {
    let blind = ModelFacts { images: Some(false), ..ModelFacts::default() };
    for wire in WIRES {
        let upstream = Upstream::start().await;
        let mut settings = provider(upstream.port, wire);
        settings.models.insert("m1".into(), blind.clone());
        let rig = Rig::start(quick(), &[("p", settings)]).await;
        let image = json!({"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="});
        let body = json!({"model": "p/m1", "stream": true, "input": [{"role": "user", "content": [image]}]});
        let mut client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
        let call = upstream.accept().await;
        assert!(call.request.contains("which the model cannot see"), "{wire:?}: {}", call.request);
        assert!(!call.request.contains("iVBORw0KGgo"), "{wire:?}: {}", call.request);
        answer(call, wire, "so").await;
        assert!(client.all().await.contains("x-codexgw-losses: content_part"), "{wire:?}");
    }
}

#[tokio::test]
async fn a_trigger_is_answered_with_one_item_that_opens_again_on_every_wire() {
    for wire in WIRES {
        let upstream = Upstream::start().await;
        let rig = Rig::start(quick(), &[("p", provider(upstream.port, wire))]).await;
        let mut client = rig.send(rig.post("/v1/responses", &trigger(true).to_string()).as_bytes()).await;
        let call = upstream.accept().await;
        assert_asked(&call, wire);
        answer(call, wire, "we did x").await;
        let events = events(&client.body().await);
        let done: Vec<_> = events
            .iter()
            .filter(|event| event["type"] == "response.output_item.done")
            .map(|event| &event["item"])
            .collect();
        assert_eq!(done.len(), 1, "{wire:?}: {events:?}");
        assert_eq!(done[0]["type"], "compaction");
        let last = events.last().unwrap();
        assert_eq!(last["type"], "response.completed", "{wire:?}");
        assert_eq!(last["response"]["usage"]["total_tokens"], 9, "{wire:?}");

        // The next turn begins with it.
        let next = json!({"model": "p/m1", "stream": true, "input": [done[0], {"role": "user", "content": "go on"}]});
        let mut client = rig.send(rig.post("/v1/responses", &next.to_string()).as_bytes()).await;
        let call = upstream.accept().await;
        assert!(call.request.contains("we did x") && !call.request.contains("encrypted_content"), "{}", call.request);
        answer(call, wire, "on it").await;
        let whole = client.all().await;
        assert!(whole.contains("on it") && !whole.contains("x-codexgw-losses"), "{wire:?}: {whole}");
    }
}

#[tokio::test]
async fn a_request_to_compact_is_answered_with_one_document() {
    for (path, object) in [("/v1/responses/compact", "response.compaction"), ("/v1/responses", "response")] {
        for wire in [Wire::Chat, Wire::Responses] {
            let upstream = Upstream::start().await;
            let rig = Rig::start(quick(), &[("p", provider(upstream.port, wire))]).await;
            let body = if path.ends_with("compact") { conversation(&[]) } else { trigger(false) };
            let mut client = rig.send(rig.post(path, &body.to_string()).as_bytes()).await;
            let mut call = upstream.accept().await;
            assert_asked(&call, wire);
            let text = "we did x";
            let document = match wire {
                Wire::Chat => {
                    json!({"choices": [{"index": 0, "message": {"content": text}, "finish_reason": "stop"}]})
                }
                _ => json!({"object": "response", "status": "completed", "output": [
                    {"type": "message", "content": [{"type": "output_text", "text": text}]}]}),
            };
            call.document("200 OK", &document).await;
            let (status, answer) = client.json().await;
            assert_eq!((status, &answer["object"]), (200, &json!(object)), "{wire:?}: {answer}");
            assert_eq!(answer["output"].as_array().map(Vec::len), Some(1), "{answer}");
            assert_eq!(answer["output"][0]["type"], "compaction");
        }
    }
}

#[tokio::test]
async fn an_upstream_without_a_word_fails_the_compaction() {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
    let mut client = rig.send(rig.post("/v1/responses", &trigger(true).to_string()).as_bytes()).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text(" ").await;
    call.done().await;
    let body = client.body().await;
    assert!(body.contains("response.failed") && body.contains("wrote no summary"), "{body}");
}

#[tokio::test]
async fn a_request_for_a_summary_is_made_to_fit() {
    let checkpoint = json!({"type": "message", "role": "user", "content": [
        {"type": "input_text", "text": "You are performing a CONTEXT CHECKPOINT COMPACTION. Write a summary."}]});
    for wire in [Wire::Chat, Wire::Responses] {
        for (end, tools) in [
            (checkpoint.clone(), json!([])),
            (json!({"type": "compaction_trigger"}), json!([{"type": "function", "name": "f"}])),
        ] {
            let upstream = Upstream::start().await;
            let small = ModelFacts { context: Some(2000), ..ModelFacts::default() };
            let mut small_provider = provider(upstream.port, wire);
            small_provider.models = [("m1".to_owned(), small)].into();
            let rig = Rig::start(quick(), &[("p", small_provider)]).await;
            let mut input = Vec::new();
            for id in ["old", "new"] {
                input.push(json!({"type": "function_call", "call_id": id, "name": "f", "arguments": "{}"}));
                let output = format!("{id} {}", "y".repeat(if id == "old" { 30_000 } else { 3000 }));
                input.push(json!({"type": "function_call_output", "call_id": id, "output": output}));
            }
            input.push(end);
            let body = json!({"model": "p/m1", "stream": true, "input": input, "tools": tools, "tool_choice": "auto"});
            let mut client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
            let call = upstream.accept().await;
            assert!(call.request.contains(LEFT_OUT) && !call.request.contains("old yyy"), "{}", call.request);
            assert!(call.request.contains("new yyy"), "{}", call.request);
            answer(call, wire, "we did x").await;
            let whole = client.all().await;
            assert!(whole.contains("\r\nx-codexgw-losses: trimmed_output\r\n"), "{whole}");
            assert!(whole.contains("response.completed"), "{whole}");
        }
    }
}
