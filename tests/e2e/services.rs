//! Anthropic and Google by their own names: set up by `add`, used under their own profiles.

use super::Start;
use crate::support::sandbox::EXEC;
use crate::support::{Sandbox, Turn, Upstream};

/// `codexgw add NAME` for a double of that service.
#[track_caller]
fn add(sandbox: &Sandbox, name: &str, upstream: &Upstream) {
    let (url, model) = (upstream.base_url(), upstream.model());
    sandbox
        .codexgw(&["add", name, "--base-url", &url, "--model", &model, "--key-stdin"])
        .stdin(&upstream.key())
        .run()
        .ok();
}

#[test]
fn the_profile_claude_runs_on_anthropic() {
    let upstream = Upstream::messages([
        Turn::reason("**Pondering** it").and(Turn::shell("echo one > made.txt")),
        Turn::text("hello from Claude"),
    ]);
    let sandbox = Sandbox::with_keyring();
    add(&sandbox, "anthropic", &upstream);
    let run = sandbox.codexgw(&[&["run", "--profile", "claude", "--"], &EXEC[..], &["say hello"]].concat());
    run.run().ok().stdout_has("hello from Claude").stderr_has("Pondering").never_says("metadata");
    upstream.assert_nothing_of_codex_arrived();
    assert_eq!(std::fs::read_to_string(sandbox.work().join("made.txt")).unwrap(), "one\n");
}

#[test]
fn the_profile_gemini_runs_on_google() {
    let upstream = Upstream::gemini([
        Turn::reason("**Pondering** it").and(Turn::shell("echo one > made.txt")),
        Turn::text("hello from Gemini"),
    ]);
    let sandbox = Sandbox::with_keyring();
    add(&sandbox, "gemini", &upstream);
    sandbox
        .exec("gemini", "say hello")
        .run()
        .ok()
        .stdout_has("hello from Gemini")
        .stderr_has("Pondering")
        .never_says("metadata");
    upstream.assert_nothing_of_codex_arrived();
}

#[test]
fn what_the_probe_finds_is_enough_for_a_turn() {
    for upstream in [
        Upstream::messages(Turn::text("hello after the probe")),
        Upstream::messages(Turn::text("hello after the probe")).with_bearer(),
        Upstream::gemini(Turn::text("hello after the probe")),
    ] {
        let sandbox = Sandbox::with_keyring();
        sandbox.add("up", &upstream, &[]);
        Start::Bare.exec(&sandbox, "say hello").run().ok().stdout_has("hello after the probe");
    }
}

/// Turns of a model that searches by itself and goes on to think about what it found.
fn searching() -> [Turn; 3] {
    [
        Turn::reason("**Wondering** about it")
            .and(Turn::search("codex gateway"))
            .and(Turn::reason("**Reading** what was found"))
            .and(Turn::text("It is known."))
            .and(Turn::text(" So it is said."))
            .and(Turn::reason("**Trying** it"))
            .and(Turn::shell("echo one")),
        Turn::reason("**Summing** up").and(Turn::text("looked it up")),
        Turn::text("and again"),
    ]
}

#[test]
fn the_web_search_of_the_service_is_used_and_shown() {
    for (upstream, wire) in [(Upstream::messages(searching()), "messages"), (Upstream::gemini(searching()), "gemini")] {
        let sandbox = Sandbox::with_keyring();
        sandbox.add("up", &upstream, &["--via", "gateway", "--wire", wire, "--no-probe"]);
        let live = ["-p", "up", "-c", "web_search=\"live\"", EXEC[0], EXEC[1]];
        let outcome = sandbox.codex(&live).args(&["look it up"]).run().ok();
        outcome.stdout_has("looked it up").stderr_has("codex gateway").stderr_has("Reading").shows_no_error();
        let again = sandbox.codex(&live).args(&["resume", "--last", "and again"]).run().ok();
        again.stdout_has("and again").shows_no_error();
        if wire == "messages" {
            // That each thought fits what stands before it, the search included, is what the double checks.
            let body = upstream.turn(2).to_string();
            let count = |words: &str| body.matches(words).count();
            let kinds = ["\"signature\":", "\"server_tool_use\"", "\"encrypted_content\":"].map(count);
            assert_eq!(kinds, [4, 1, 1], "{body}");
        }
    }
}

#[test]
fn a_turn_that_the_service_pauses_is_one_turn_for_codex() {
    let upstream = Upstream::messages([
        Turn::reason("**Wondering** about it").and(Turn::text("I look it up.")).and(Turn::pause("codex gateway")),
        Turn::reason("**Reading** what was found").and(Turn::shell("echo one")),
        Turn::text("It is known."),
        Turn::text("and again"),
    ]);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "messages", "--no-probe"]);
    let live = ["-p", "up", "-c", "web_search=\"live\"", EXEC[0], EXEC[1]];
    let outcome = sandbox.codex(&live).args(&["look it up"]).run().ok().shows_no_error();
    let shown = ["Wondering", "I look it up.", "codex gateway", "Reading", "echo one"];
    shown.into_iter().fold(outcome.stdout_has("It is known."), |outcome, words| outcome.stderr_has(words));
    let paused = &upstream.turn(1)["messages"];
    let paused = paused.as_array().unwrap().last().unwrap();
    assert_eq!((&paused["role"], &paused["content"][2]["type"]), (&"assistant".into(), &"server_tool_use".into()));
    sandbox.codex(&live).args(&["resume", "--last", "and again"]).run().ok().stdout_has("and again").shows_no_error();
    let body = upstream.turn(3).to_string();
    let count = |words: &str| body.matches(words).count();
    let kinds = ["\"signature\":", "\"server_tool_use\"", "\"encrypted_content\":"].map(count);
    assert_eq!(kinds, [2, 1, 1], "{body}");
}

#[test]
fn a_wrong_key_is_refused_and_the_only_model_is_taken() {
    for (name, profile, upstream) in [
        ("anthropic", "claude", Upstream::messages(Turn::text("hello")).with_models(&["claude-haiku-4-5"])),
        // Beside it the service lists one that only embeds.
        ("gemini", "gemini", Upstream::gemini(Turn::text("hello")).with_models(&["gemini-3.8-flash"])),
    ] {
        let sandbox = Sandbox::with_keyring();
        let url = upstream.base_url();
        let add = ["add", name, "--base-url", &url, "--key-stdin"];
        let refused = sandbox.codexgw(&add).stdin("sk-wrong-0123456789").run().exits(4).explains();
        assert!(refused.stderr.contains("refuses the key"), "{refused}");
        assert_eq!(sandbox.profile(profile), None);
        sandbox.codexgw(&add).stdin(&upstream.key()).run().ok();
        sandbox.exec(profile, "say hello").run().ok().stdout_has("hello").never_says("metadata");
    }
}
