use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::json;

use super::rig::{Rig, Upstream, chat_chunk, provider, quick, status, write_settings};
use crate::gateway::limits::Limits;
use crate::gateway::phase::Phase;
use crate::protocol::responses::KEEPALIVE;
use crate::secret::{Secret, Vault};
use crate::settings::{KeyStore, Wire};

/// How often a terminal event stands in a stream.
fn terminals(events: &str) -> usize {
    ["response.completed", "response.failed", "response.incomplete"]
        .iter()
        .map(|kind| events.matches(&format!("data: {{\"type\":\"{kind}\"")).count())
        .sum()
}

async fn chat_rig(limits: Limits) -> (Rig, Upstream) {
    let upstream = Upstream::start().await;
    let rig = Rig::start(limits, &[("p", provider(upstream.port, Wire::Chat))]).await;
    (rig, upstream)
}

async fn responses_rig(limits: Limits) -> (Rig, Upstream) {
    let upstream = Upstream::start().await;
    let rig = Rig::start(limits, &[("p", provider(upstream.port, Wire::Responses))]).await;
    (rig, upstream)
}

#[tokio::test]
async fn a_delta_goes_out_while_the_upstream_still_writes() {
    let (rig, upstream) = chat_rig(quick()).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("hel").await;
    let first = client.until("\"delta\":\"hel\"").await;
    assert_eq!(status(&first), 200);
    assert!(first.contains("text/event-stream") && first.contains("\"response.created\""), "{first}");
    call.text("lo").await;
    client.until("\"delta\":\"lo\"").await;
    call.done().await;
    let whole = client.all().await;
    assert!(whole.contains("\"response.completed\""), "{whole}");
    assert_eq!(terminals(&whole), 1, "{whole}");
}

#[tokio::test]
async fn nothing_that_codex_says_of_itself_leaves_the_machine() {
    for wire in [Wire::Chat, Wire::Responses] {
        let upstream = Upstream::start().await;
        let rig = Rig::start(quick(), &[("p", provider(upstream.port, wire))]).await;
        let _client = rig.ask("p/vendor/m1:free", true).await;
        let call = upstream.accept().await;
        let (head, _) = call.request.split_once("\r\n\r\n").unwrap();
        let path = if wire == Wire::Chat { "/v1/chat/completions" } else { "/v1/responses" };
        assert!(head.starts_with(&format!("POST {path} HTTP/1.1")), "{head}");
        let mut names: Vec<_> = head.lines().skip(1).map(|line| line.split(':').next().unwrap()).collect();
        names.sort_unstable();
        assert_eq!(names, ["accept", "content-length", "content-type", "host", "user-agent", "x-title"]);
        assert!(head.contains("user-agent: codexgw/"), "{head}");
        assert_eq!(call.body()["model"], "vendor/m1:free");
        for private in ["secret-installation", "secret-workspace", &rig.token] {
            assert!(!call.request.contains(private), "{private} in {}", call.request);
        }
    }
}

#[tokio::test]
async fn what_passes_is_tried_again_before_anything_went_out() {
    let (rig, upstream) = chat_rig(quick()).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut first = upstream.accept().await;
    first.write("HTTP/1.1 503 Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
    // The second caller is hung up on without a word.
    drop(upstream.accept().await);
    let mut third = upstream.accept().await;
    assert_eq!(first.body(), third.body());
    third.open_stream().await;
    third.text("at last").await;
    third.done().await;
    let answer = client.all().await;
    assert!(answer.contains("at last") && answer.contains("\"response.completed\""), "{answer}");
}

#[tokio::test]
async fn a_responses_stream_passes_byte_for_byte() {
    let (rig, upstream) = responses_rig(quick()).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    let events = "event: response.created\r\ndata: {\"type\":\"response.created\",  \"response\":{\"id\":\"r1\"}}\r\n\r\n\
                  data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r1\",\"output\":[],\"usage\":null}}\r\n\r\n";
    call.open_stream().await;
    call.write(events).await;
    client.until("response.completed").await;
    drop(call);
    assert_eq!(client.body().await, events);
}

#[tokio::test]
async fn a_torn_responses_stream_gets_an_end() {
    let (rig, upstream) = responses_rig(quick()).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.write("data: {\"type\":\"response.created\",\"response\":{\"id\":\"r1\"}}\n\ndata: {\"type\":\"respo").await;
    client.until("respo").await;
    drop(call);
    let answer = client.body().await;
    assert_eq!(terminals(&answer), 1, "{answer}");
    assert!(answer.contains("{\"type\":\"respo\n\n"), "the torn event is closed first: {answer}");
}

#[tokio::test]
async fn an_error_with_status_200_is_told_in_its_words() {
    let error = r#"{"error":{"message":"the pool is dry, said sk-pool-0123456789"}}"#;
    let event = format!("data: {error}\n\n");
    let table = [
        ("application/json", error, "said [redacted]"),
        ("text/event-stream", error, "said [redacted]"),
        ("text/event-stream", &event, "said [redacted]"),
        ("text/plain", "the pool is dry", "holds no completion"),
        ("text/event-stream", "<html><title>the pool is dry</title></html>", "a web page titled"),
        ("text/event-stream", "", "answer"),
    ];
    for wire in [Wire::Chat, Wire::Responses] {
        let upstream = Upstream::start().await;
        let mut keyed = provider(upstream.port, wire);
        keyed.key = KeyStore::File;
        let rig = Rig::start(Limits { retries: 0, ..quick() }, &[("p", keyed)]).await;
        Vault::new(&rig.home).set("p", KeyStore::File, &Secret::new("sk-pool-0123456789".to_owned())).unwrap();
        for (kind, body, words) in table {
            let mut client = rig.ask("p/m1", true).await;
            let mut call = upstream.accept().await;
            call.write(&format!(
                "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await;
            let answer = client.all().await;
            assert_eq!(terminals(&answer), 1, "{wire:?} {kind} {body}: {answer}");
            let last = answer.rsplit_once("response.failed").map(|(_, last)| last).unwrap();
            assert!(last.contains("Test Provider"), "{last}");
            assert!(last.contains(words), "{wire:?} {kind} {body}: {last}");
            assert_eq!(last.contains("the pool is dry"), !body.is_empty(), "{wire:?} {kind}: {last}");
            assert!(!last.contains("sk-pool"), "{last}");
        }
        if wire == Wire::Chat {
            let mut client = rig.ask("p/m1", false).await;
            let mut call = upstream.accept().await;
            call.write(&format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{error}",
                error.len()
            ))
            .await;
            let (status, body) = client.json().await;
            assert_eq!(
                (status, body["error"]["message"].as_str().unwrap().contains("said [redacted]")),
                (502, true),
                "{body}"
            );
        }
    }
}

#[tokio::test]
async fn efforts_become_those_that_the_model_has() {
    let upstream = Upstream::start().await;
    let mut mapped = provider(upstream.port, Wire::Chat);
    let facts = |efforts: &[&str]| crate::catalog::ModelFacts {
        efforts: efforts.iter().map(|effort| (*effort).to_owned()).collect(),
        ..crate::catalog::ModelFacts::default()
    };
    mapped.models.insert("told".to_owned(), facts(&["none", "high"]));
    let rig = Rig::start(quick(), &[("p", mapped)]).await;
    for (model, given) in [("told", "high"), ("m1", "medium"), ("deepseek-v4-pro", "high"), ("kimi-k3", "high")] {
        let body =
            json!({"model": format!("p/{model}"), "stream": true, "input": "x", "reasoning": {"effort": "medium"}});
        let _client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
        assert_eq!(upstream.accept().await.body()["reasoning_effort"], given, "{model}");
    }
}

#[tokio::test]
async fn an_answer_may_come_whole() {
    let (rig, upstream) = chat_rig(quick()).await;
    let document = json!({"id": "c1", "object": "chat.completion", "model": "m1",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}})
    .to_string();
    for stream in [true, false] {
        let mut client = rig.ask("p/m1", stream).await;
        let mut call = upstream.accept().await;
        assert_eq!(call.body()["stream"].as_bool().unwrap_or(false), stream);
        call.write(&format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{document}",
            document.len()
        ))
        .await;
        if stream {
            let answer = client.all().await;
            assert!(answer.contains("hello") && answer.contains("\"response.completed\""), "{answer}");
        } else {
            let (status, body) = client.json().await;
            assert_eq!(status, 200);
            assert_eq!(body["object"], "response");
            assert_eq!(body["output"][0]["content"][0]["text"], "hello");
        }
    }
}

#[tokio::test]
async fn a_failure_that_is_not_streamed_has_a_status_that_is_no_401() {
    let (rig, upstream) = chat_rig(quick()).await;
    let mut client = rig.ask("p/m1", false).await;
    let mut call = upstream.accept().await;
    call.write("HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 7\r\n\r\nbad key").await;
    let (status, body) = client.json().await;
    assert!(status >= 400 && status != 401, "{status}");
    assert!(body["error"]["message"].as_str().unwrap().contains("bad key"), "{body}");
}

#[tokio::test]
async fn an_unknown_provider_is_named_with_those_that_are_there() {
    let (rig, upstream) = chat_rig(quick()).await;
    for (model, words) in
        [("nope/m1", "there is no provider `nope`"), ("m1", "does not say whose it is"), ("p/", "whose")]
    {
        let answer = rig.ask(model, true).await.all().await;
        assert_eq!(status(&answer), 200);
        assert!(answer.contains("\"response.failed\"") && answer.contains(words), "{answer}");
        assert!(answer.contains("`p`"), "{answer}");
        let (status, body) = rig.ask(model, false).await.json().await;
        assert!(status >= 400 && body["error"]["message"].as_str().unwrap().contains(words), "{body}");
    }
    assert!(!upstream.has_caller());
}

#[tokio::test]
async fn settings_are_read_again_when_they_change_and_kept_when_they_break() {
    let (rig, _first) = chat_rig(quick()).await;
    let second = Upstream::start().await;
    write_settings(&rig.home, &[("p", provider(second.port, Wire::Chat)), ("q", provider(second.port, Wire::Chat))]);
    for _ in 0..2 {
        let mut client = rig.ask("q/m1", true).await;
        let mut call = second.accept().await;
        call.open_stream().await;
        call.text("hi").await;
        call.done().await;
        assert!(client.all().await.contains("response.completed"));
        // From the second round on the file is broken.
        std::fs::write(rig.home.settings_file(), "[providers.q\n").unwrap();
    }
}

#[tokio::test]
async fn the_catalogue_lists_what_the_person_chose() {
    let mut chosen = provider(1, Wire::Chat);
    chosen.models.insert("a-second/one".to_owned(), crate::catalog::ModelFacts::default());
    let mut direct = provider(1, Wire::Responses);
    direct.road = crate::settings::Road::Direct;
    let rig = Rig::start(quick(), &[("p", chosen), ("d", direct)]).await;
    let (status, body) = rig.send(rig.get("/v1/models?client_version=0.169.0").as_bytes()).await.json().await;
    assert_eq!(status, 200);
    let slugs: Vec<_> =
        body["models"].as_array().unwrap().iter().map(|entry| entry["slug"].as_str().unwrap()).collect();
    assert_eq!(slugs, ["p/m1", "p/a-second/one"]);
    assert_eq!(body["object"], "list");
    assert_eq!(body["data"][1], json!({"id": "p/a-second/one", "object": "model", "owned_by": "p"}));
}

#[tokio::test]
async fn running_answers_end_in_peace_or_with_a_word() {
    let (rig, upstream) = chat_rig(quick()).await;
    let mut peaceful = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("hel").await;
    peaceful.until("hel").await;
    let mut cut = rig.ask("p/m1", true).await;
    let mut other = upstream.accept().await;
    other.open_stream().await;
    other.text("hel").await;
    cut.until("hel").await;

    rig.gateway.phase.advance(Phase::Draining);
    call.text("lo").await;
    peaceful.until("\"delta\":\"lo\"").await;
    call.done().await;
    assert!(peaceful.all().await.contains("response.completed"));

    rig.gateway.phase.advance(Phase::Ending);
    let answer = cut.all().await;
    assert!(answer.contains("\"response.failed\"") && answer.contains("stopping"), "{answer}");
    other.closed().await;
    rig.served.await.unwrap();
}

#[tokio::test]
async fn many_events_in_one_piece_come_out_in_order() {
    let (rig, upstream) = chat_rig(quick()).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    let words: Vec<_> = (0..500).map(|n| format!("<{n}>")).collect();
    call.write(&words.iter().map(|word| chat_chunk(word)).collect::<String>()).await;
    call.done().await;
    let answer = client.all().await;
    let places: Vec<_> = words.iter().map(|word| answer.find(&format!("\"delta\":\"{word}\""))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{answer}");
}

#[tokio::test]
async fn connections_serve_one_turn_after_another_on_both_legs() {
    let (rig, upstream) = chat_rig(quick()).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    let stream = |text: &str| {
        let last = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
        let body = format!("{}data: {last}\n\ndata: [DONE]\n\n", chat_chunk(text));
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n",
            body.len()
        )
    };
    call.write(&stream("one")).await;
    assert!(client.all().await.contains("\"delta\":\"one\""));
    // The end of the upstream's body comes after the end of the answer.
    call.write("0\r\n\r\n").await;
    // When the gateway has seen that end, the next turn comes on the same connection; turns before that come on others.
    for _ in 0..100 {
        client.again(rig.turn("p/m1", true).as_bytes()).await;
        let reused = tokio::select! {
            () = call.read_request() => true,
            mut other = upstream.accept() => {
                other.open_stream().await;
                other.text("two").await;
                other.done().await;
                false
            }
        };
        if reused {
            call.write(&format!("{}0\r\n\r\n", stream("two"))).await;
        }
        assert!(client.all().await.contains("\"delta\":\"two\""));
        if reused {
            return;
        }
    }
    panic!("the upstream's connection is never used again");
}

#[tokio::test]
async fn a_large_history_goes_through_whole() {
    let (rig, upstream) = responses_rig(quick()).await;
    let text = "history ".repeat(1 << 20);
    let body = json!({"model": "p/m1", "stream": true, "input": text}).to_string();
    let mut client = rig.send(rig.post("/v1/responses", &body).as_bytes()).await;
    let mut call = upstream.accept().await;
    assert_eq!(call.body()["input"].as_str().unwrap().len(), text.len());
    call.open_stream().await;
    call.write("data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n").await;
    assert!(client.all().await.contains("response.completed"));
}

#[tokio::test]
async fn an_upstreams_comments_do_not_count_as_bytes() {
    let limits = Limits { keepalive: Duration::from_millis(20), ..quick() };
    let (rig, upstream) = responses_rig(limits).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    let keepalive = String::from_utf8(KEEPALIVE.to_vec()).unwrap();
    let mut seen = 0;
    // The next comment goes out as soon as the last one has come through.
    while !client.until("\r\n\r\n").await.contains(&keepalive) {
        seen += 1;
        assert!(seen < 2_000, "no word of ours between the comments");
        call.write(&format!(": still at it {seen}\n\n")).await;
        client.until(&format!("at it {seen}\n\n")).await;
    }
}
