//! Turns that a provider pauses: one answer for the client, however many requests it takes.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::rig::{Client, Incoming, Rig, Upstream, provider, quick};
use crate::settings::Wire;

const PAUSES: usize = 5;

/// A gateway in front of an upstream that searches, and the request of a turn that may.
struct Searching {
    rig: Rig,
    upstream: Upstream,
}

impl Searching {
    async fn start() -> Self {
        let upstream = Upstream::start().await;
        let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Messages))]).await;
        Self { rig, upstream }
    }

    async fn ask(&self, stream: bool) -> Client {
        let body = json!({"model": "p/m1", "stream": stream, "input": "look", "tools": [{"type": "web_search"}]});
        self.rig.send(self.rig.post("/v1/responses", &body.to_string()).as_bytes()).await
    }

    async fn call(&self) -> Incoming {
        self.upstream.accept().await
    }
}

fn thought() -> Value {
    json!({"type": "thinking", "thinking": "hm", "signature": "s"})
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn search(id: &str) -> Value {
    json!({"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": id}})
}

fn found(id: &str) -> Value {
    let page = json!({"type": "web_search_result", "url": "https://a.example", "encrypted_content": "E+/="});
    json!({"type": "web_search_tool_result", "tool_use_id": id, "content": [page]})
}

fn message(content: &[Value], reason: &str) -> Value {
    json!({"type": "message", "role": "assistant", "content": content, "stop_reason": reason,
        "usage": {"input_tokens": 100, "output_tokens": 7}})
}

fn leg(content: &[Value], reason: &str) -> String {
    let mut events = vec![json!({"type": "message_start", "message": message(&[], "")})];
    for (index, block) in content.iter().enumerate() {
        events.push(json!({"type": "content_block_start", "index": index, "content_block": block}));
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    events.push(json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}}));
    events.push(json!({"type": "message_stop"}));
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

/// Answers one call with a stream that stays open behind its last event.
async fn stream(mut call: Incoming, content: &[Value], reason: &str) -> Incoming {
    call.open_stream().await;
    call.write(&leg(content, reason)).await;
    call
}

/// The body of the first request with what the assistant said.
fn resumed(mut first: Value, said: &[Value]) -> Value {
    first["messages"].as_array_mut().unwrap().push(json!({"role": "assistant", "content": said}));
    first
}

fn events(body: &str) -> Vec<Value> {
    body.lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|data| serde_json::from_str(data).unwrap())
        .collect()
}

/// The items of a response by type, with the text of messages.
fn items(response: &Value) -> Vec<String> {
    let item = |item: &Value| match item["content"][0]["text"].as_str() {
        Some(text) => text.to_owned(),
        None => item["type"].as_str().unwrap().to_owned(),
    };
    response["output"].as_array().unwrap().iter().map(item).collect()
}

#[tokio::test]
async fn a_paused_stream_goes_on_in_the_same_response() {
    let searching = Searching::start().await;
    let mut client = searching.ask(true).await;
    let first = searching.call().await;
    let asked = first.body();
    let one = [thought(), text("I look."), search("a"), found("a"), search("b")];
    let _first = stream(first, &one, "pause_turn").await;
    let second = searching.call().await;
    assert_eq!(second.body(), resumed(asked.clone(), &one));
    let two = [found("b"), thought()];
    let _second = stream(second, &[&two[..], &[search("c")]].concat(), "pause_turn").await;
    let third = searching.call().await;
    assert_eq!(third.body(), resumed(asked, &[&one[..], &two, &[search("c")]].concat()));
    let _third = stream(third, &[found("c"), text("It is known.")], "end_turn").await;

    let events = events(&client.body().await);
    let numbers: Vec<u64> = events.iter().map(|event| event["sequence_number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..numbers.len() as u64).collect::<Vec<_>>());
    let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    assert_eq!((of("response.created"), of("response.completed"), of("response.failed")), (1, 1, 0));
    let response = &events.last().unwrap()["response"];
    let told = [
        "reasoning",
        "I look.",
        "web_search_call",
        "web_search_call",
        "reasoning",
        "reasoning",
        "web_search_call",
        "reasoning",
        "It is known.",
    ];
    assert_eq!(items(response), told);
    assert_eq!((&response["usage"]["input_tokens"], &response["usage"]["output_tokens"]), (&json!(100), &json!(27)));
    assert!(!searching.upstream.has_caller());
}

#[tokio::test]
async fn a_paused_answer_that_is_not_streamed_goes_on_as_well() {
    let searching = Searching::start().await;
    let mut client = searching.ask(false).await;
    let call = searching.call().await;
    let asked = call.body();
    let one = [text("I look."), search("a")];
    call.json("200 OK", &message(&one, "pause_turn")).await;
    let call = searching.call().await;
    assert_eq!(call.body(), resumed(asked, &one));
    call.json("200 OK", &message(&[found("a"), text("It is known.")], "end_turn")).await;
    let (status, response) = client.json().await;
    assert_eq!((status, &response["status"]), (200, &json!("completed")));
    assert_eq!(items(&response), ["I look.", "web_search_call", "reasoning", "It is known."]);
    assert_eq!(response["usage"]["total_tokens"], json!(114));
}

#[tokio::test]
async fn what_fails_after_a_pause_fails_the_response() {
    let searching = Searching::start().await;
    let error = json!({"type": "error", "error": {"type": "invalid_request_error", "message": "no more today"}});
    for streamed in [true, false] {
        let mut client = searching.ask(streamed).await;
        let call = searching.call().await;
        let said = [text("I look."), search("a")];
        if streamed {
            drop(stream(call, &said, "pause_turn").await);
        } else {
            call.json("200 OK", &message(&said, "pause_turn")).await;
        }
        searching.call().await.json("400 Bad Request", &error).await;
        let answer = client.all().await;
        let failed = if streamed { "\"response.failed\"" } else { "HTTP/1.1 400" };
        assert!(answer.contains(failed) && answer.contains("no more today"), "{answer}");
    }
}

#[tokio::test]
async fn a_provider_that_only_pauses_is_asked_a_few_times() {
    for streamed in [true, false] {
        let searching = Searching::start().await;
        let mut client = searching.ask(streamed).await;
        for n in 0..=PAUSES {
            let call = searching.call().await;
            let said = [search(&n.to_string()), found(&n.to_string())];
            if streamed {
                drop(stream(call, &said, "pause_turn").await);
            } else {
                call.json("200 OK", &message(&said, "pause_turn")).await;
            }
        }
        let answer = client.all().await;
        let words = "Test Provider paused its answer more than 5 times; ask it to go on (`stop_reason`: `pause_turn`)";
        assert!(answer.contains(words), "{answer}");
        assert!(!searching.upstream.has_caller());
    }
}
