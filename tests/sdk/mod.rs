//! The official `openai` Python SDK as a client of the gateway: what Codex takes is not yet what others take.

use std::path::{Path, PathBuf};

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::install;
use crate::support::upstream::{Ending, Script};
use crate::support::{Outcome, Sandbox, Turn, Upstream};

/// The interpreter that has the SDK; installs it when it is not there yet.
#[track_caller]
fn python() -> PathBuf {
    install::python("sdk", include_str!("requirements.txt")).join("python")
}

/// The gateway before one scripted upstream.
struct Stage {
    sandbox: Sandbox,
    upstream: Upstream,
    base_url: String,
    token: String,
}

impl Stage {
    #[track_caller]
    fn chat(script: impl Into<Script>) -> Self {
        let upstream = Upstream::chat(script);
        let sandbox = Sandbox::new();
        sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
        let token = sandbox.codexgw(&["token", "codexgw"]).run().ok().stdout.trim_end().to_owned();
        let status = sandbox.codexgw(&["gateway", "status", "--json"]).run().ok().stdout;
        let status: Value = serde_json::from_str(&status).expect("it says JSON");
        let base_url = format!("http://127.0.0.1:{}/v1", status["port"]);
        Self { sandbox, upstream, base_url, token }
    }

    fn ask(&self, args: &[&str]) -> Outcome {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/client.py");
        let args: Vec<&str> = [script.to_str().expect("the path is text")].iter().chain(args).copied().collect();
        let python = python();
        self.sandbox
            .command(python.to_str().expect("the path is text"), &args)
            .env("OPENAI_BASE_URL", &self.base_url)
            .env("OPENAI_API_KEY", &self.token)
            .env("MODEL", "up/m1")
            .run()
    }

    #[track_caller]
    fn told(&self, args: &[&str]) -> Value {
        let outcome = self.ask(args);
        serde_json::from_str(&outcome.clone().ok().stdout)
            .unwrap_or_else(|e| panic!("{e}\n{outcome}\n{}", self.upstream.report()))
    }
}

/// The same turn asked for in three ways: as events held against the SDK's models, as its helper reads them, and whole.
#[track_caller]
fn says(turn: &Turn, status: &str, text: &str, calls: &Value, thoughts: &Value) {
    let stage = Stage::chat([turn.clone(), turn.clone(), turn.clone()]);
    let told = stage.told(&["turn"]);
    let mut expected = json!({
        "status": status, "text": text, "calls": calls, "thoughts": thoughts, "usage": [1200, 200, 34, 12],
    });
    assert_eq!(told["whole"], expected);
    expected["deltas"] = text.into();
    assert_eq!(told["streamed"], expected);
    assert_eq!(told["checked"], expected);
}

#[test]
fn text_comes_through_the_sdk() {
    let turn = Turn::text("hello, 🦀 and the rest of the world").dribbled(5);
    says(&turn, "completed", "hello, 🦀 and the rest of the world", &json!([]), &json!([]));
}

#[test]
fn calls_and_thoughts_come_through_the_sdk() {
    let turn = Turn::reason("let me see")
        .and(Turn::text("I look."))
        .and(Turn::call("exec_command", json!({"cmd": "ls -l"})))
        .and(Turn::call("exec_command", json!({"cmd": "echo \"ü\""})));
    let calls = json!([["exec_command", r#"{"cmd":"ls -l"}"#], ["exec_command", "{\"cmd\":\"echo \\\"ü\\\"\"}"]]);
    says(&turn, "completed", "I look.", &calls, &json!(["let me see"]));
}

#[test]
fn an_answer_of_a_given_form_is_parsed_by_the_sdk() {
    // Without tools the double takes it for a request for a title, which has a form too.
    let stage = Stage::chat(Script::none());
    let outcome = stage.ask(&["schema"]);
    assert!(outcome.stderr.contains("ValidationError") && outcome.stderr.contains("A scripted title"), "{outcome}");
    let request = &stage.upstream.records()[0].request.json();
    assert_eq!(request["response_format"]["json_schema"]["name"], "Weather");
}

#[test]
fn failures_are_raised_as_what_they_are() {
    for (status, code, class, seen, seen_code) in [
        (400, "invalid_request_error", "BadRequestError", 400, "invalid_request"),
        (400, "context_length_exceeded", "BadRequestError", 400, "context_length_exceeded"),
        (401, "invalid_api_key", "AuthenticationError", 401, "invalid_api_key"),
        (402, "insufficient_balance", "RateLimitError", 429, "insufficient_quota"),
        (403, "forbidden", "PermissionDeniedError", 403, "permission_denied"),
        (404, "model_not_found", "NotFoundError", 404, "model_not_found"),
        (404, "unknown_url", "NotFoundError", 404, "not_found"),
        (408, "timeout", "APIStatusError", 408, "request_timeout"),
        (409, "conflict", "ConflictError", 409, "conflict"),
        (413, "too_large", "APIStatusError", 413, "request_too_large"),
        (422, "unprocessable", "UnprocessableEntityError", 422, "invalid_request"),
        (429, "rate_limit_exceeded", "RateLimitError", 429, "rate_limit_exceeded"),
        (429, "insufficient_quota", "RateLimitError", 429, "insufficient_quota"),
        (500, "server_error", "InternalServerError", 500, "server_error"),
        (503, "server_error", "InternalServerError", 503, "server_error"),
    ] {
        let stage = Stage::chat(Script::always(Turn::error(status, code, "The words of the provider.")));
        for raised in stage.told(&["error"]).as_array().expect("a list") {
            let message = raised[3].as_str().unwrap_or_default();
            assert!(message.contains("The words of the provider."), "{status} {raised}");
            assert_eq!([&raised[0], &raised[1], &raised[2]], [&json!(class), &json!(seen), &json!(seen_code)]);
        }
    }
}

#[test]
fn a_wait_is_handed_on_to_the_sdk() {
    let turn = Turn::error(429, "rate_limit_exceeded", "Slow down.").header("retry-after", "7");
    for raised in Stage::chat(Script::always(turn)).told(&["error"]).as_array().expect("a list") {
        assert_eq!(raised[4], "7", "{raised}");
    }
}

#[test]
fn a_refused_key_is_asked_about_once() {
    let stage = Stage::chat(Script::always(Turn::error(401, "invalid_api_key", "It was revoked.")));
    let raised = &stage.told(&["patient"]);
    assert_eq!([&raised[0], &raised[1]], [&json!("AuthenticationError"), &json!(401)], "{raised}");
    assert!(raised[3].as_str().is_some_and(|words| words.contains("codexgw key set up")), "{raised}");
    // The first answer is checked against a key that may have been replaced meanwhile.
    assert!(stage.upstream.turns().len() <= 2, "{}", stage.upstream.report());
}

#[test]
fn a_wrong_token_is_a_wrong_key_to_the_sdk() {
    let mut stage = Stage::chat(Script::none());
    stage.token.push('x');
    for raised in stage.told(&["error"]).as_array().expect("a list") {
        let expected = [&json!("AuthenticationError"), &json!(401), &json!("invalid_gateway_token")];
        assert_eq!([&raised[0], &raised[1], &raised[2]], expected, "{raised}");
    }
}

#[test]
fn an_answer_that_breaks_off_is_a_failed_response_to_the_sdk() {
    let stage = Stage::chat([Turn::text("half a sentence").ends(Ending::Early)]);
    let told = stage.told(&["failed"]);
    assert_eq!([&told["kind"], &told["code"]], [&json!("response.failed"), &json!("server_error")], "{told}");
    assert!(told["message"].as_str().is_some_and(|message| message.contains("broke off")), "{told}");
}
