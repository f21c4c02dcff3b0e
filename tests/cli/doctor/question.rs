//! What only a real question shows.

use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::PROVIDER;
use super::broken::{Broken, doctor, finding, ids};
use super::canned::{Answer, Canned, counted, good, json};
use crate::cli::with_a_gateway_provider;
use crate::support::Sandbox;
use crate::support::upstream::Purpose;

/// Codex with this as its default.
fn default(canned: &Canned) -> Sandbox {
    let mut sandbox = Sandbox::with_codex();
    let table = PROVIDER.replace("https://lab.example.net/v1", &canned.base_url());
    sandbox.write_config(format!("model_provider = \"lab\"\nmodel = \"m\"\n{table}env_key = \"LAB_KEY\"\n"));
    sandbox.set_env("LAB_KEY", "sk-0123456789abcdef");
    sandbox
}

fn answering(id: &'static str, answer: Answer) -> Broken {
    let canned = Canned::answering(answer);
    Broken::new(id, default(&canned)).asked("provider").keeping(canned)
}

#[test]
fn refusals_of_a_real_question_are_told() {
    let error = |status, message: &str| json(status, &format!("{{\"error\":{{\"message\":\"{message}\"}}}}"));
    for (id, answer) in [
        ("provider-no-credit", error(429, "You exceeded your current quota")),
        ("provider-no-credit", error(402, "pay first")),
        ("provider-model-access", error(403, "Your project does not have access to model m")),
        ("provider-model", error(404, "The model m does not exist")),
        ("provider-rate-limit", error(429, "slow down")),
        ("provider-refuses", error(400, "this is no question")),
        ("provider-failing", error(500, "out of order")),
        ("provider-answer", json(200, r#"{"ok":true}"#)),
        // Good for a reader of whole answers, of which Codex is none.
        (
            "provider-answer",
            json(
                200,
                r#"{"object":"response","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"1 2"}]}]}"#,
            ),
        ),
    ] {
        answering(id, answer).holds();
    }
}

#[test]
fn an_answer_that_is_held_back_is_told_with_what_was_measured() {
    let canned = Canned::start("127.0.0.1:0", |line, body| {
        if body["stream"] != true {
            return good(line);
        }
        // What a proxy does that waits for the end.
        thread::sleep(Duration::from_millis(600));
        counted(40)
    });
    let sandbox = default(&canned);
    let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
    let finding = finding(&outcome, "provider-buffered").unwrap_or_else(|| panic!("{outcome}"));
    assert_eq!(finding["severity"], "warning");
    let text = finding.to_string();
    for part in ["the first of 40 pieces", "stream_idle_timeout_ms", "proxy_buffering off", "codexgw probe http"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn only_the_provider_in_use_is_asked_and_the_cost_is_told() {
    let canned = Canned::answering(counted(12));
    let other = Canned::answering(json(500, "{}"));
    let sandbox = default(&canned);
    let config = sandbox.config().unwrap();
    let table = PROVIDER.replace("lab]", "other]").replace("https://lab.example.net/v1", &other.base_url());
    sandbox.write_config(format!("{config}\n{table}"));
    let outcome = doctor(&sandbox, &["--only", "provider"]).exits(0);
    assert_eq!(ids(&outcome), Vec::<String>::new(), "{outcome}");
    let report: Value = serde_json::from_str(&outcome.stdout).expect("a report");
    let asked = serde_json::json!({"provider": "lab", "model": "m", "tokens": 52, "ended": true});
    assert_eq!(report["asked"], asked);
    let told = sandbox.codexgw(&["doctor", "--only", "provider"]).run().exits(0);
    told.stderr_has("asked `lab` one short question (m, 52 tokens)");
    // What was found before needs no question.
    let gone = sandbox.codexgw(&["doctor", "--only", "provider", "other"]).run().exits(0);
    assert!(!gone.stderr.contains("one short question"), "no model is known\n{gone}");
}

#[test]
fn a_provider_behind_the_gateway_is_asked_in_its_own_wire() {
    let (upstream, sandbox) = with_a_gateway_provider();
    for args in [&["doctor", "--json"][..], &["doctor", "--json", "up"]] {
        let outcome = sandbox.codexgw(args).args(&["--only", "provider"]).run().exits(0);
        let report: Value = serde_json::from_str(&outcome.stdout).expect("a report");
        assert_eq!(
            (&report["asked"]["provider"], &report["asked"]["model"]),
            (&"up".into(), &"m1".into()),
            "{outcome}"
        );
    }
    assert!(upstream.of(Purpose::Probe).iter().any(|asked| asked.json()["stream"] == true), "{}", upstream.report());
}

/// Behind the gateway the question has Codex's tools, too.
#[test]
fn a_model_without_tools_behind_the_gateway_is_told() {
    let canned = Canned::start("127.0.0.1:0", |line, body| {
        if body["tools"].is_array() {
            return json(400, r#"{"error":{"message":"registry.ollama.ai/library/m does not support tools"}}"#);
        }
        good(line)
    });
    let sandbox = Sandbox::with_codex();
    let url = canned.base_url();
    let add = ["add", "custom", "--id", "lab", "--base-url", &url, "--wire", "chat", "--via", "gateway", "--no-probe"];
    sandbox.codexgw(&add).args(&["--model", "m", "--default"]).run().ok();
    Broken::new("provider-no-tools", sandbox).asked("provider").keeping(canned).holds();
}
