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

#[test]
fn the_web_search_of_the_service_is_on_offer() {
    for (upstream, tool) in [
        (Upstream::messages(Turn::text("nothing to look up")), "\"type\":\"web_search_20250305\""),
        (Upstream::gemini(Turn::text("nothing to look up")), "\"googleSearch\":{}"),
    ] {
        let sandbox = Sandbox::with_keyring();
        let wire = if tool.contains("google") { "gemini" } else { "messages" };
        sandbox.add("up", &upstream, &["--via", "gateway", "--wire", wire, "--no-probe"]);
        let live = ["-p", "up", "-c", "web_search=\"live\"", EXEC[0], EXEC[1], "look it up"];
        sandbox.codex(&live).run().ok().stdout_has("nothing to look up");
        let tools = upstream.said(0).tools;
        assert!(tools.contains(tool), "{tools}");
    }
}
