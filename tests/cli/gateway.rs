//! `codexgw gateway`, and the gateway's door from outside.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use super::with_a_gateway_provider;
use crate::support::{Sandbox, http};

/// Where the gateway is, by its own word.
#[track_caller]
fn status(sandbox: &Sandbox) -> Value {
    let outcome = sandbox.codexgw(&["gateway", "status", "--json"]).run();
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"))
}

#[track_caller]
fn address(status: &Value) -> SocketAddr {
    let port = status["port"].as_u64().and_then(|port| u16::try_from(port).ok());
    (Ipv4Addr::LOCALHOST, port.unwrap_or_else(|| panic!("no port: {status}"))).into()
}

/// Starts the gateway; gives where it is and the header that opens it.
#[track_caller]
fn started(sandbox: &Sandbox) -> (SocketAddr, String) {
    let token = sandbox.codexgw(&["token", "codexgw"]).run().ok();
    (address(&status(sandbox)), format!("Bearer {}", token.stdout.trim_end()))
}

#[test]
fn it_starts_by_itself_stops_when_told_and_says_which() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    assert_eq!(status(&sandbox)["up"], false);
    sandbox.codexgw(&["gateway", "status"]).run().exits(1);
    started(&sandbox);
    assert_eq!(status(&sandbox)["up"], true);
    sandbox.codexgw(&["gateway", "status"]).run().ok();
    sandbox.codexgw(&["gateway", "stop"]).run().ok();
    assert_eq!(status(&sandbox)["up"], false);
    sandbox.codexgw(&["gateway", "stop"]).run().ok();
}

#[test]
fn many_who_need_it_at_once_start_one() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let running: Vec<_> = (0..8).map(|_| sandbox.codexgw(&["token", "codexgw"]).start()).collect();
    let limit = Duration::from_mins(1);
    let mut tokens: Vec<String> = running.into_iter().map(|child| child.wait(limit).ok().stdout).collect();
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    assert_eq!(sandbox.gateway_log().matches("panicked").count(), 0, "{}", sandbox.gateway_log());
    assert_eq!(status(&sandbox)["up"], true);
}

#[test]
fn a_foreground_run_takes_its_own_port_answers_the_token_command_and_ends_on_sigterm() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let running = sandbox.codexgw(&["gateway", "serve", "--port", &port.to_string()]).start();
    let deadline = Instant::now() + Duration::from_secs(30);
    while status(&sandbox)["up"] != true {
        assert!(Instant::now() < deadline, "it does not come up");
        thread::sleep(Duration::from_millis(50));
    }
    let (address, token) = started(&sandbox);
    assert_eq!(address.port(), port);
    assert_eq!(http::send(address, "GET", "/v1/models", &[("authorization", &token)], "").0, 200);
    running.signal(Signal::TERM);
    let outcome = running.wait(Duration::from_mins(1)).ok();
    assert_eq!(outcome.stdout, "", "{outcome}");
}

#[test]
fn a_stranger_on_its_port_gets_no_token_and_is_named_with_the_way_out() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let settings = std::fs::read_to_string(sandbox.path("codexgw/config.toml")).unwrap();
    let line = settings.lines().find(|l| l.starts_with("port")).expect("the port is picked at the first `add`");
    let port: u16 = line.rsplit(' ').next().unwrap().parse().unwrap();
    let stranger = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free until the gateway runs");
    let heard = thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = stranger.accept().unwrap();
        let mut bytes = vec![0; 64 * 1024];
        let read = stream.read(&mut bytes).unwrap_or(0);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    });
    let outcome = sandbox.codexgw(&["token", "codexgw"]).run().explains().stderr_has("codexgw gateway move");
    assert!(outcome.code != Some(0) && outcome.stdout.is_empty(), "{outcome}");
    let heard = heard.join().unwrap();
    let token = std::fs::read_to_string(sandbox.path("codexgw/state/gateway.token")).unwrap_or_default();
    assert!(token.is_empty() || !heard.contains(token.trim()), "the stranger was told the token: {heard}");
    sandbox.codexgw(&["gateway", "move"]).run().ok();
    sandbox.codexgw(&["token", "codexgw"]).run().ok();
    let moved = address(&status(&sandbox)).port();
    assert_ne!(moved, port);
    assert!(sandbox.config().unwrap().contains(&format!(":{moved}/")), "{:?}", sandbox.config());
}

#[test]
fn the_door_opens_to_its_token_on_loopback_alone() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let (address, token) = started(&sandbox);
    let right = ("authorization", token.as_str());
    let models = |headers: &[(&str, &str)]| http::send(address, "GET", "/v1/models", headers, "").0;
    assert_eq!(models(&[right]), 200);
    assert_eq!(models(&[right, ("host", &format!("localhost:{}", address.port()))]), 200);
    assert_eq!(models(&[]), 401);
    assert_eq!(models(&[("authorization", "Bearer wrong")]), 401);
    assert_eq!(models(&[("x-api-key", token.trim_start_matches("Bearer "))]), 401);
    for headers in
        [[right, ("host", "evil.example")], [right, ("origin", "http://evil.example")], [right, ("origin", "null")]]
    {
        let refused = models(&headers);
        assert!(matches!(refused, 400 | 403 | 421), "{headers:?} gave {refused}");
    }
    assert_eq!(http::send(address, "GET", "/v1/other", &[right], "").0, 404);
    assert_eq!(http::send(address, "GET", "/v1/other", &[], "").0, 401);
    assert_eq!(http::send(address, "DELETE", "/v1/models", &[right], "").0, 405);
    let (_, answer) = http::send(address, "GET", "/v1/models", &[right], "");
    assert!(!answer.to_lowercase().contains("access-control"), "{answer}");
}

#[test]
fn its_models_are_a_list_for_codex_and_for_sdks() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["profile", "add", "second", "--provider", "up", "--model", "m2"]).run().ok();
    let (address, token) = started(&sandbox);
    let (status, answer) = http::send(address, "GET", "/v1/models", &[("authorization", &token)], "");
    assert_eq!(status, 200);
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let body: Value = serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}\n{answer}"));
    let names = |list: &str, field: &str| -> Vec<String> {
        let entries = body[list].as_array().unwrap_or_else(|| panic!("no list `{list}`: {body}"));
        entries.iter().map(|entry| entry[field].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("models", "slug"), ["up/m1", "up/m2"]);
    assert_eq!(names("data", "id"), ["up/m1", "up/m2"]);
    assert_eq!(body["object"], "list");
}

#[test]
fn a_request_that_wants_no_stream_gets_one_whole_answer() {
    use crate::support::{Turn, Upstream};
    let upstream = Upstream::chat(Turn::text("hello whole"));
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    let (address, token) = started(&sandbox);
    let tool = json!({"type": "function", "name": "exec_command", "parameters": {"type": "object", "properties": {}}});
    let body = json!({"model": "up/m1", "input": "say hello", "tools": [tool]}).to_string();
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    let (status, answer) = http::send(address, "POST", "/v1/responses", &headers, &body);
    assert_eq!(status, 200, "{answer}");
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let start = body.find('{').unwrap_or(0);
    let end = body.rfind('}').map_or(body.len(), |end| end + 1);
    let response: Value = serde_json::from_str(&body[start..end]).unwrap_or_else(|e| panic!("{e}\n{answer}"));
    assert_eq!(response["object"], "response", "{response}");
    assert_eq!(response["status"], "completed", "{response}");
    assert!(response["output"].to_string().contains("hello whole"), "{response}");
    assert_eq!(response["usage"]["total_tokens"], 1234, "{response}");
}
