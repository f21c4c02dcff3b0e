use std::time::Duration;

use pretty_assertions::assert_eq;

use super::rig::{Rig, Upstream, provider, quick, status};
use crate::gateway::limits::Limits;
use crate::gateway::phase::Phase;
use crate::settings::Wire;

const NONCE: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Requests and the status each one gets. `HOST` and `TOKEN` are filled in.
const HOSTILE: &[(&str, &str, u16)] = &[
    ("no token", "GET /v1/models HTTP/1.1\r\nhost: HOST", 401),
    ("wrong token", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer nonsense", 401),
    ("empty token", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer ", 401),
    ("token and more", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN0", 401),
    ("another scheme", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Basic TOKEN", 401),
    ("bare token", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: TOKEN", 401),
    (
        "two tokens",
        "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\nauthorization: Bearer x",
        401,
    ),
    ("the other door", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nx-api-key: TOKEN", 401),
    ("token in the query", "GET /v1/models?key=TOKEN HTTP/1.1\r\nhost: HOST", 401),
    ("unknown path without token", "GET /secret HTTP/1.1\r\nhost: HOST", 401),
    ("stop without token", "POST /codexgw/stop HTTP/1.1\r\nhost: HOST\r\ncontent-length: 0", 401),
    ("no host", "GET /v1/models HTTP/1.1\r\nauthorization: Bearer TOKEN", 403),
    ("foreign host", "GET /v1/models HTTP/1.1\r\nhost: evil.example\r\nauthorization: Bearer TOKEN", 403),
    ("host without port", "GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer TOKEN", 403),
    ("host of another port", "GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1:1\r\nauthorization: Bearer TOKEN", 403),
    (
        "our name in a foreign one",
        "GET /v1/models HTTP/1.1\r\nhost: HOST.evil.example\r\nauthorization: Bearer TOKEN",
        403,
    ),
    ("two hosts", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 403),
    ("origin", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\norigin: http://HOST\r\nauthorization: Bearer TOKEN", 403),
    ("null origin", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\norigin: null\r\nauthorization: Bearer TOKEN", 403),
    (
        "cross-site",
        "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nsec-fetch-site: cross-site\r\nauthorization: Bearer TOKEN",
        403,
    ),
    (
        "same-site",
        "GET /v1/models HTTP/1.1\r\nhost: HOST\r\nsec-fetch-site: same-site\r\nauthorization: Bearer TOKEN",
        403,
    ),
    ("preflight", "OPTIONS /v1/responses HTTP/1.1\r\nhost: HOST\r\norigin: https://evil.example", 403),
    (
        "challenge from a page",
        "GET /codexgw/challenge HTTP/1.1\r\nhost: HOST\r\norigin: null\r\ncodexgw-nonce: NONCE",
        403,
    ),
    ("challenge without nonce", "GET /codexgw/challenge HTTP/1.1\r\nhost: HOST", 400),
    ("challenge with a short nonce", "GET /codexgw/challenge HTTP/1.1\r\nhost: HOST\r\ncodexgw-nonce: 00", 400),
    ("challenge with a signed nonce", "GET /codexgw/challenge HTTP/1.1\r\nhost: HOST\r\ncodexgw-nonce: +NONCE", 400),
    ("challenge by post", "POST /codexgw/challenge HTTP/1.1\r\nhost: HOST\r\ncontent-length: 0", 405),
    ("HTTP/1.0", "GET /v1/models HTTP/1.0\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 400),
    ("absolute form", "GET http://HOST/v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 400),
    ("tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 400),
    ("unknown path", "GET /v1/chat/completions HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 404),
    ("a path with dots", "GET /v1/../v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 404),
    ("a path with an end", "GET /v1/models/ HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 404),
    ("get for a turn", "GET /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 405),
    (
        "post for models",
        "POST /v1/models HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-length: 0",
        405,
    ),
    ("get for stop", "GET /codexgw/stop HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN", 405),
    (
        "websocket",
        "GET /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\nconnection: upgrade\r\nupgrade: websocket",
        426,
    ),
    (
        "a web form",
        "POST /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\n{}",
        415,
    ),
    (
        "no content type",
        "POST /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-length: 0",
        415,
    ),
    (
        "packed as nobody does",
        "POST /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\n{}",
        415,
    ),
    (
        "said to be packed",
        "POST /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\ncontent-encoding: zstd\r\ncontent-length: 2\r\n\r\n{}",
        400,
    ),
    (
        "another protocol",
        "POST /v1/chat/completions HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
        404,
    ),
    (
        "too long",
        "POST /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\ncontent-length: 99999999999",
        413,
    ),
    (
        "not JSON",
        "POST /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{\"mod",
        400,
    ),
    (
        "two lengths",
        "POST /v1/responses HTTP/1.1\r\nhost: HOST\r\nauthorization: Bearer TOKEN\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}",
        400,
    ),
    ("a folded line", "GET /v1/models HTTP/1.1\r\nhost: HOST\r\n folded\r\nauthorization: Bearer TOKEN", 400),
    ("garbage", "\x16\x03\x01\x02", 400),
];

#[tokio::test]
async fn the_door_refuses_what_is_not_ours() {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
    let host = format!("127.0.0.1:{}", rig.port);
    for (name, request, expected) in HOSTILE {
        let request = request.replace("HOST", &host).replace("TOKEN", &rig.token).replace("NONCE", NONCE);
        let request = if request.contains("\r\n\r\n") { request } else { format!("{request}\r\n\r\n") };
        let answer = rig.send(request.as_bytes()).await.all().await;
        assert_eq!(status(&answer), *expected, "{name}: {answer}");
        let lower = answer.to_ascii_lowercase();
        assert!(!lower.contains("access-control"), "{name}: {answer}");
        assert!(!answer.contains(&rig.token), "{name}: {answer}");
    }
    assert!(!upstream.has_caller());
    let (status, _) = rig.send(rig.get("/v1/models?client_version=0.169.0").as_bytes()).await.json().await;
    assert_eq!(status, 200, "the gateway is well after all that");
}

#[tokio::test]
async fn refusals_are_in_openais_shape() {
    let rig = Rig::start(quick(), &[]).await;
    let request = format!("GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n", rig.port);
    let (status, body) = rig.send(request.as_bytes()).await.json().await;
    assert_eq!(status, 401);
    assert_eq!(body["error"]["type"], "invalid_request_error");
    assert_eq!(body["error"]["code"], "invalid_gateway_token");
    assert!(body["error"]["message"].as_str().unwrap().contains("`codexgw token codexgw`"));
}

#[tokio::test]
async fn a_head_is_bounded_in_size_lines_and_time() {
    let limits = Limits { head_time: Duration::from_millis(30), ..quick() };
    let rig = Rig::start(limits, &[]).await;
    let head = format!("GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n", rig.port);
    let long = format!("{head}x: {}\r\n\r\n", "a".repeat(40 << 10));
    assert_eq!(status(&rig.send(long.as_bytes()).await.all().await), 431);
    let many = format!("{head}{}\r\n", "x: y\r\n".repeat(80));
    assert_eq!(status(&rig.send(many.as_bytes()).await.all().await), 431);
    // Half a head: the connection is closed, with or without a word.
    let answer = rig.send(head.as_bytes()).await.all().await;
    assert!(answer.is_empty() || status(&answer) == 408, "{answer}");
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let limits = Limits { body_idle: Duration::from_millis(30), ..quick() };
    let rig = Rig::start(limits, &[]).await;
    let request = rig.post("/v1/responses", &"x".repeat(100));
    let answer = rig.send(&request.as_bytes()[..request.len() - 50]).await.all().await;
    assert_eq!(status(&answer), 408);
}

#[tokio::test]
async fn a_body_without_a_length_is_bounded_too() {
    let limits = Limits { body_bytes: 1000, ..quick() };
    let rig = Rig::start(limits, &[]).await;
    let request = rig.post("/v1/responses", "").replace("content-length: 0", "transfer-encoding: chunked");
    let chunks = format!("{:x}\r\n{}\r\n", 600, "x".repeat(600)).repeat(2);
    let answer = rig.send(format!("{request}{chunks}").as_bytes()).await.all().await;
    assert_eq!(status(&answer), 413);
}

#[tokio::test]
async fn more_connections_than_slots_wait() {
    let limits = Limits { connections: 1, head_time: Duration::from_millis(50), ..quick() };
    let rig = Rig::start(limits, &[]).await;
    let _idle = rig.send(b"GET ").await;
    // Served once the idle one has been dropped for its slow head.
    let (status, _) = rig.send(rig.get("/v1/models").as_bytes()).await.json().await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn stop_is_answered_and_closes_the_port() {
    let rig = Rig::start(quick(), &[]).await;
    let answer = rig.send(rig.post("/codexgw/stop", "").as_bytes()).await.all().await;
    assert_eq!(status(&answer), 202);
    rig.served.await.unwrap();
    assert!(rig.gateway.phase.watch().is_at(Phase::Draining));
    assert!(tokio::net::TcpStream::connect(("127.0.0.1", rig.port)).await.is_err());
}
