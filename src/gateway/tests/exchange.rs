use std::sync::{Arc, Mutex};
use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::json;
use tokio::net::TcpListener;

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
async fn an_upstreams_refusal_is_told_once_and_never_as_a_status() {
    let table = [
        ("401 Unauthorized", "application/json", r#"{"error":{"message":"bad key for you"}}"#, "bad key for you", 1),
        (
            "402 Payment Required",
            "application/json",
            r#"{"error":{"message":"no credits left"}}"#,
            "no credits left",
            1,
        ),
        (
            "403 Forbidden",
            "application/json",
            r#"{"error":{"message":"not in your country"}}"#,
            "not in your country",
            1,
        ),
        ("404 Not Found", "application/json", r#"{"error":{"message":"no such model m1"}}"#, "no such model m1", 1),
        ("400 Bad Request", "application/json", r#"{"error":{"message":"messages: odd"}}"#, "messages: odd", 1),
        ("500 Internal Server Error", "text/plain", "it broke here", "it broke here", 1),
        ("302 Found\r\nlocation: http://127.0.0.1:1/", "text/plain", "elsewhere", "302", 1),
        ("200 OK", "text/html; charset=utf-8", "<html><title>Please log in</title></html>", "Please log in", 1),
        ("502 Bad Gateway", "text/html", "<html><title>Bad gateway here</title></html>", "Bad gateway here", 3),
        ("529 Overloaded", "application/json", r#"{"error":{"message":"too busy today"}}"#, "too busy today", 3),
        ("503 Unavailable\r\nretry-after: 100", "text/plain", "down for repairs", "down for repairs", 1),
        ("503 Unavailable\r\nretry-after: 0", "text/plain", "down for repairs", "down for repairs", 3),
    ];
    for (head, kind, body, words, calls) in table {
        let (rig, upstream) = chat_rig(quick()).await;
        let mut client = rig.ask("p/m1", true).await;
        for _ in 0..calls {
            let mut call = upstream.accept().await;
            call.write(&format!(
                "HTTP/1.1 {head}\r\ncontent-type: {kind}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            ))
            .await;
        }
        let answer = client.all().await;
        assert_eq!(status(&answer), 200, "{head}: {answer}");
        assert!(answer.contains("\"response.failed\"") && answer.contains(words), "{head}: {answer}");
        assert_eq!(terminals(&answer), 1, "{head}: {answer}");
        assert!(!upstream.has_caller(), "{head}: asked more than {calls} times");
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
async fn nobody_there_is_said_with_the_cause() {
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let rig = Rig::start(quick(), &[("p", provider(port, Wire::Chat))]).await;
    let answer = rig.ask("p/m1", true).await.all().await;
    assert!(answer.contains(&format!("cannot reach Test Provider at `127.0.0.1:{port}`")), "{answer}");
    assert!(answer.to_lowercase().contains("refused"), "{answer}");
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_the_upstream_call() {
    let (rig, upstream) = chat_rig(quick()).await;
    // Before the upstream's head, and in the middle of its answer.
    let client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    drop(client);
    call.closed().await;

    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("hel").await;
    client.until("hel").await;
    drop(client);
    call.closed().await;

    let client = rig.ask("p/m1", false).await;
    let mut call = upstream.accept().await;
    drop(client);
    call.closed().await;
}

#[tokio::test]
async fn an_early_end_is_never_silence() {
    let (rig, upstream) = chat_rig(quick()).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("hel").await;
    drop(call);
    let answer = client.all().await;
    assert!(answer.contains("\"response.failed\""), "{answer}");
    assert_eq!(terminals(&answer), 1, "{answer}");
}

#[tokio::test]
async fn a_silent_upstream_is_given_up_and_named() {
    let limits = Limits { upstream_silence: Duration::from_millis(40), ..quick() };
    let (rig, upstream) = chat_rig(limits).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("hel").await;
    let answer = client.all().await;
    assert!(answer.contains("\"response.failed\"") && answer.contains("no byte came"), "{answer}");
    call.closed().await;
}

#[tokio::test]
async fn a_slow_upstream_leaves_codex_with_bytes() {
    let limits = Limits { status_wait: Duration::from_millis(5), keepalive: Duration::from_millis(5), ..quick() };
    for wire in [Wire::Chat, Wire::Responses] {
        let upstream = Upstream::start().await;
        let rig = Rig::start(limits.clone(), &[("p", provider(upstream.port, wire))]).await;
        let mut client = rig.ask("p/m1", true).await;
        let mut call = upstream.accept().await;
        let keepalive = String::from_utf8(KEEPALIVE.to_vec()).unwrap();
        let before = client.until(&keepalive).await;
        assert_eq!(status(&before), 200);
        assert_eq!(before.contains("\"response.created\""), wire == Wire::Chat, "{before}");
        call.open_stream().await;
        if wire == Wire::Chat {
            call.text("hel").await;
        } else {
            call.write("data: {\"type\":\"response.output_text.delta\",\"delta\":\"hel\"}\n\n").await;
        }
        let seen = client.until("hel").await;
        let so_far = seen.matches(&keepalive).count();
        // And in the middle of the answer.
        loop {
            if client.until("hel").await.matches(&keepalive).count() > so_far {
                break;
            }
            assert!(client.more().await);
        }
    }
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
        let rig = Rig::start(quick(), &[("p", keyed)]).await;
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
    mapped.quirks = Some(vec!["effort_map".to_owned()]);
    let facts = |efforts: &[&str]| crate::catalog::ModelFacts {
        efforts: efforts.iter().map(|effort| (*effort).to_owned()).collect(),
        ..crate::catalog::ModelFacts::default()
    };
    mapped.models.insert("told".to_owned(), facts(&["none", "high"]));
    let rig = Rig::start(quick(), &[("p", mapped)]).await;
    for (model, given) in [("told", "high"), ("m1", "medium"), ("deepseek-v4-pro", "high")] {
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
async fn a_missing_key_is_told_with_its_remedy() {
    let upstream = Upstream::start().await;
    let mut with_file = provider(upstream.port, Wire::Chat);
    with_file.key = KeyStore::File;
    let mut with_env = provider(upstream.port, Wire::Chat);
    with_env.key = KeyStore::Env;
    let rig = Rig::start(quick(), &[("f", with_file), ("e", with_env)]).await;
    for model in ["f/m1", "e/m1"] {
        let answer = rig.ask(model, true).await.all().await;
        assert!(answer.contains("\"response.failed\""), "{answer}");
        assert!(answer.contains("codexgw key set"), "{answer}");
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
async fn an_upstream_that_never_answers_is_given_up() {
    let limits = Limits { upstream_head: Duration::from_millis(30), ..quick() };
    let (rig, upstream) = chat_rig(limits).await;
    let mut client = rig.ask("p/m1", true).await;
    let mut call = upstream.accept().await;
    let answer = client.all().await;
    assert!(answer.contains("\"response.failed\"") && answer.contains("no answer within"), "{answer}");
    call.closed().await;
    assert!(!upstream.has_caller(), "what was sent may still be worked on: it is not sent again");
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
async fn a_replaced_key_is_used_after_the_old_one_was_refused() {
    let upstream = Upstream::start().await;
    let mut keyed = provider(upstream.port, Wire::Chat);
    keyed.key = KeyStore::File;
    keyed.secret_headers = vec!["x-team-key".to_owned()];
    let rig = Rig::start(quick(), &[("p", keyed)]).await;
    let vault = Vault::new(&rig.home);
    for key in ["sk-first-0123456789", "sk-second-0123456789"] {
        vault.set("p", KeyStore::File, &Secret::new(key.to_owned())).unwrap();
        vault.set("p/x-team-key", KeyStore::File, &Secret::new(format!("team-{key}"))).unwrap();
        let mut client = rig.ask("p/m1", true).await;
        let mut call = upstream.accept().await;
        let head = call.request.to_ascii_lowercase();
        assert!(head.contains(&format!("\r\nauthorization: bearer {key}\r\n")), "{head}");
        assert!(head.contains(&format!("\r\nx-team-key: team-{key}\r\n")), "{head}");
        // An upstream that repeats the key back must not have it shown.
        let body = format!("your key {key} is unknown");
        call.write(&format!("HTTP/1.1 401 No\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
            .await;
        let answer = client.all().await;
        assert!(answer.contains("is unknown") && answer.contains("codexgw key set p"), "{answer}");
        assert!(!answer.contains(key), "{answer}");
    }
}

#[tokio::test]
async fn a_key_that_was_replaced_meanwhile_is_tried_within_the_same_turn() {
    let upstream = Upstream::start().await;
    let mut keyed = provider(upstream.port, Wire::Chat);
    keyed.key = KeyStore::File;
    let rig = Rig::start(quick(), &[("p", keyed)]).await;
    let set = |key: &str| Vault::new(&rig.home).set("p", KeyStore::File, &Secret::new(key.to_owned())).unwrap();
    set("sk-first-0123456789");
    let mut client = rig.ask("p/m1", true).await;
    let mut refused = upstream.accept().await;
    set("sk-second-0123456789");
    refused.write("HTTP/1.1 401 No\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").await;
    let mut again = upstream.accept().await;
    assert!(again.request.contains("sk-second-0123456789"), "{}", again.request);
    again.open_stream().await;
    again.text("welcome").await;
    again.done().await;
    assert!(client.all().await.contains("welcome"));
}

/// A log that a test can read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_request_leaves_one_line_that_holds_nothing_private() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let (rig, upstream) = chat_rig(quick()).await;
    let mut client = rig.ask("p/m1\nforged=line", true).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("what the model said").await;
    call.done().await;
    client.all().await;
    drop(client);
    rig.gateway.phase.advance(Phase::Draining);
    rig.served.await.unwrap();
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let [line] = log.lines().collect::<Vec<_>>()[..] else { panic!("{log}") };
    for told in ["provider=p ", r#"model="m1\nforged=line""#, "wire=Chat", "status=200", "outcome=Answered", "input=7"]
    {
        assert!(line.contains(told), "{told} in {line}");
    }
    for private in
        ["model said", "say hi", "secret-", "sk-", "resp_", &rig.token, rig.home.state_dir().to_str().unwrap()]
    {
        assert!(!line.contains(private), "{private} in {line}");
    }
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

#[tokio::test]
async fn reasoning_of_another_account_is_left_out_once_it_was_refused() {
    let (rig, upstream) = responses_rig(quick()).await;
    let body = json!({"model": "p/m1", "stream": true, "input": [
        {"type": "reasoning", "summary": [], "encrypted_content": "gAAA"}, {"role": "user", "content": "go on"}]});
    let mut client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
    let mut first = upstream.accept().await;
    assert_eq!(first.body()["input"].as_array().map(Vec::len), Some(2));
    let words = "The encrypted content gAAA could not be verified.";
    first.document("400 Bad Request", &json!({"error": {"message": words, "code": "invalid_encrypted_content"}})).await;
    let mut second = upstream.accept().await;
    assert_eq!(second.body()["input"], json!([{"role": "user", "content": "go on"}]));
    second.open_stream().await;
    second.write("data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n").await;
    let answer = client.all().await;
    assert!(answer.contains("response.completed") && !answer.contains("response.failed"), "{answer}");
}
