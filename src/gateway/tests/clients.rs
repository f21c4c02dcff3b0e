use std::io::Write as _;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::rig::{Rig, Upstream, provider, quick, status};
use crate::catalog::ModelFacts;
use crate::gateway::limits::Limits;
use crate::settings::Wire;

fn turn(model: &str, stream: bool) -> String {
    json!({"model": model, "stream": stream, "input": "say hi"}).to_string()
}

#[tokio::test]
async fn others_than_codex_get_a_status_while_nothing_is_there() {
    // Longer than Codex would be let wait.
    let limits = || Limits { status_wait: std::time::Duration::ZERO, ..quick() };
    let refusal = |code: Value| json!({"error": {"message": "the words", "type": "x", "code": code}});
    for (given, body, expected, code) in [
        ("400 Bad Request", refusal(Value::Null), 400, "invalid_request"),
        ("401 Unauthorized", refusal(Value::Null), 401, "invalid_api_key"),
        ("402 Payment Required", refusal(Value::Null), 429, "insufficient_quota"),
        ("404 Not Found", refusal(json!("model_not_found")), 404, "model_not_found"),
        ("429 Too Many Requests", refusal(Value::Null), 429, "rate_limit_exceeded"),
        ("501 Not Implemented", refusal(Value::Null), 501, "server_error"),
    ] {
        for (wire, stream) in [(Wire::Chat, true), (Wire::Chat, false), (Wire::Responses, true)] {
            let upstream = Upstream::start().await;
            let rig = Rig::start(limits(), &[("p", provider(upstream.port, wire))]).await;
            let request = rig.foreign_post("/v1/responses", &turn("p/m1", stream));
            let mut client = rig.send(request.as_bytes()).await;
            upstream.accept().await.document(given, &body).await;
            let (status, answer) = client.json().await;
            assert_eq!((status, answer["error"]["code"].as_str()), (expected, Some(code)), "{given} {answer}");
            assert!(answer["error"]["message"].as_str().unwrap().contains("the words"), "{answer}");
        }
    }
    let rig = Rig::start(limits(), &[]).await;
    for stream in [true, false] {
        let request = rig.foreign_post("/v1/responses", &turn("nobody/m", stream));
        let (status, answer) = rig.send(request.as_bytes()).await.json().await;
        assert_eq!((status, answer["error"]["code"].as_str()), (404, Some("model_not_found")));
    }
}

#[tokio::test]
async fn others_than_codex_are_told_how_long_to_wait() {
    for (header, status, expected) in [
        ("retry-after: 7", "429 Too Many Requests", Some("7")),
        ("retry-after-ms: 1500", "429 Too Many Requests", Some("2")),
        ("retry-after: 90", "503 Service Unavailable", Some("90")),
        ("x-request-id: 1", "429 Too Many Requests", None),
    ] {
        for stream in [true, false] {
            let upstream = Upstream::start().await;
            let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
            let mut client = rig.send(rig.foreign_post("/v1/responses", &turn("p/m1", stream)).as_bytes()).await;
            upstream.accept().await.document(&format!("{status}\r\n{header}"), &json!({"error": "slow down"})).await;
            let answer = client.all().await.to_ascii_lowercase();
            let seen = answer.lines().find_map(|line| line.strip_prefix("retry-after: "));
            assert_eq!(seen, expected, "{status} {header} {answer}");
        }
    }
}

#[tokio::test]
async fn a_failure_in_the_stream_has_a_code_that_sdks_know() {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
    for (client, code) in [("originator: codex_exec\r\n", "invalid_prompt"), ("", "server_error")] {
        let request = rig.post("/v1/responses", &turn("p/m1", true)).replace("originator: codex_exec\r\n", client);
        let mut client = rig.send(request.as_bytes()).await;
        let mut call = upstream.accept().await;
        call.open_stream().await;
        call.text("half a sent").await;
        drop(call);
        let answer = client.all().await;
        assert!(answer.contains(&format!("\"error\":{{\"code\":\"{code}\"")), "{answer}");
    }
}

#[tokio::test]
async fn others_than_codex_get_their_answers_streamed_or_whole() {
    for stream in [true, false] {
        let upstream = Upstream::start().await;
        let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
        let request = rig.foreign_post("/v1/responses", &turn("p/m1", stream));
        let mut client = rig.send(request.as_bytes()).await;
        let mut call = upstream.accept().await;
        if stream {
            call.open_stream().await;
            call.text("hello").await;
            call.done().await;
            let answer = client.all().await;
            assert!(answer.contains("\"delta\":\"hello\"") && answer.contains("response.completed"), "{answer}");
        } else {
            let message = json!({"role": "assistant", "content": "hello"});
            let choices = json!([{"index": 0, "message": message, "finish_reason": "stop"}]);
            call.document("200 OK", &json!({"id": "c", "choices": choices})).await;
            let (status, body) = client.json().await;
            assert_eq!((status, &body["output"][0]["content"][0]["text"]), (200, &json!("hello")));
        }
    }
}

#[tokio::test]
async fn a_packed_body_is_the_same_as_a_plain_one() {
    let body = turn("p/m1", true);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    let zstd = ruzstd::encoding::compress_to_vec(body.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest);
    for (encoding, packed) in [("gzip", gzip.finish().unwrap()), ("zstd", zstd)] {
        let upstream = Upstream::start().await;
        let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
        let head = rig
            .post("/v1/responses", "")
            .replace("content-length: 0", &format!("content-encoding: {encoding}\r\ncontent-length: {}", packed.len()));
        let mut client = rig.send(&[head.as_bytes(), &packed].concat()).await;
        let mut call = upstream.accept().await;
        assert_eq!(call.body()["messages"], json!([{"role": "user", "content": "say hi"}]), "{encoding}");
        call.open_stream().await;
        call.text("hi").await;
        call.done().await;
        assert!(client.all().await.contains("response.completed"), "{encoding}");
    }
}

#[tokio::test]
async fn a_bomb_is_not_unpacked() {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&vec![b' '; 1 << 20]).unwrap();
    let packed = gzip.finish().unwrap();
    let rig = Rig::start(Limits { body_bytes: 10_000, ..quick() }, &[]).await;
    let encoding = format!("content-encoding: gzip\r\ncontent-length: {}", packed.len());
    let head = rig.post("/v1/responses", "").replace("content-length: 0", &encoding);
    assert_eq!(status(&rig.send(&[head.as_bytes(), &packed].concat()).await.all().await), 413);
}

#[tokio::test]
async fn only_what_is_certainly_too_long_is_refused_beforehand() {
    for wire in [Wire::Chat, Wire::Responses] {
        let upstream = Upstream::start().await;
        let small = ModelFacts { context: Some(1000), ..ModelFacts::default() };
        let mut small_provider = provider(upstream.port, wire);
        small_provider.models = [("m1".to_owned(), small)].into();
        let rig = Rig::start(quick(), &[("p", small_provider)]).await;
        let long = json!({"model": "p/m1", "stream": true, "input": "x".repeat(9000)}).to_string();
        // Codex's own words for a full window speak of an earlier conversation.
        let answer = rig.send(rig.post("/v1/responses", &long).as_bytes()).await.all().await;
        assert!(answer.contains("\"code\":\"invalid_prompt\"") && answer.contains("larger window"), "{answer}");
        let said = json!({"type": "message", "role": "assistant", "content": [
            {"type": "output_text", "text": "x".repeat(9000)}
        ]});
        let long = json!({"model": "p/m1", "stream": true, "input": [said]}).to_string();
        let answer = rig.send(rig.post("/v1/responses", &long).as_bytes()).await.all().await;
        assert!(answer.contains("\"code\":\"context_length_exceeded\"") && answer.contains("1000 tokens"), "{answer}");
        let (status, body) = rig.send(rig.foreign_post("/v1/responses", &long).as_bytes()).await.json().await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!("context_length_exceeded")));
        assert!(!upstream.has_caller());
        // An image may be long, and a text that may fit is left to the upstream.
        let image = format!("data:image/png;base64,{}", "A".repeat(20_000));
        let content = json!([
            {"type": "input_text", "text": "x".repeat(7000)}, {"type": "input_image", "image_url": image}
        ]);
        let body = json!({"model": "p/m1", "stream": true, "input": [{"role": "user", "content": content}]});
        let _client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
        upstream.accept().await;
    }
}
