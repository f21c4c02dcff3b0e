//! `--run`: the real Codex for one turn.

use super::PROVIDER;
use super::broken::{doctor, finding, ids};
use crate::support::upstream::{Purpose, Script};
use crate::support::{Outcome, Sandbox, Turn, Upstream};

fn run(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    let args = [&["doctor", "--json", "--run", "--only", "leak"][..], more].concat();
    sandbox.codexgw(&args).limit(std::time::Duration::from_secs(150)).run()
}

#[test]
fn a_turn_that_is_answered_leaves_nothing_behind() {
    let upstream = Upstream::chat([Turn::text("ready")]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    let outcome = run(&sandbox, &["up"]).exits(0);
    assert_eq!(ids(&outcome), ["run-answered"], "{outcome}");
    assert_eq!(upstream.of(Purpose::Turn).len(), 1);
    assert!(!sandbox.path("codex/sessions").exists(), "a session was kept");
}

#[test]
fn a_turn_that_fails_is_explained() {
    // Codex offers kinds of tools that this one refuses.
    let upstream = Upstream::chat_and_functions(Script::none());
    let mut sandbox = Sandbox::with_codex();
    sandbox.set_env("LAB_KEY", upstream.key());
    let table = PROVIDER.replace("https://lab.example.net/v1", &upstream.base_url());
    sandbox.write_config(format!("model_provider = \"lab\"\nmodel = \"m1\"\n{table}env_key = \"LAB_KEY\"\n"));
    let outcome = run(&sandbox, &[]).exits(3);
    let finding = finding(&outcome, "run-failed").unwrap_or_else(|| panic!("{outcome}"));
    assert!(finding["evidence"].to_string().contains("Codex says: "), "{finding}");
    assert!(finding["fix"].as_str().is_some_and(|fix| fix.contains("codexgw")), "{finding}");
}

#[test]
fn a_model_that_the_key_may_not_use_or_nobody_serves_is_told() {
    for (turn, cause) in [
        (Turn::error(404, "model_not_found", "The model m1 does not exist"), "does not serve a model of this name"),
        (Turn::refusal(403, "your key has no access to m1"), "may not use this model"),
        (Turn::error(429, "insufficient_quota", "pay first"), "no credit left"),
    ] {
        let upstream = Upstream::responses(Script::always(turn));
        let mut sandbox = Sandbox::with_codex();
        sandbox.set_env("LAB_KEY", upstream.key());
        let table = PROVIDER.replace("https://lab.example.net/v1", &upstream.base_url());
        sandbox.write_config(format!("model = \"m1\"\n{table}env_key = \"LAB_KEY\"\n"));
        let outcome = run(&sandbox, &["lab"]).exits(3);
        let finding = finding(&outcome, "run-failed").unwrap_or_else(|| panic!("{outcome}"));
        assert!(finding["evidence"].to_string().contains(cause), "{outcome}");
    }
}

#[test]
fn codex_is_not_run_while_a_login_would_go_to_a_stranger() {
    let sandbox = Sandbox::with_codex();
    std::fs::write(sandbox.path("codex/auth.json"), "{\"tokens\":{\"access_token\":\"t\"}}").expect("a file");
    sandbox.write_config("openai_base_url = \"https://relay.example.net/v1\"\n");
    let outcome = run(&sandbox, &[]).exits(3).stderr_has("Codex was not run");
    assert_eq!(ids(&outcome), ["leak-openai-base-url"]);
    assert_eq!(ids(&doctor(&sandbox, &["--offline", "--fix"])), Vec::<String>::new());
}
