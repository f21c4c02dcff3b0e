//! What must not leave its place.

use std::os::unix::fs::PermissionsExt;

use super::{STARTS, chat_behind_the_gateway};
use crate::support::{Turn, Upstream};

#[test]
fn commands_that_the_model_runs_see_no_key_and_no_token() {
    for start in STARTS {
        let (upstream, sandbox) =
            chat_behind_the_gateway([Turn::shell("env; cat /proc/$PPID/environ"), Turn::text("ok")]);
        start.exec(&sandbox, "look around").run().ok().never_says(&upstream.key());
        let token = std::fs::read_to_string(sandbox.path("codexgw/state/gateway.token")).unwrap();
        let seen = upstream.turn(1)["messages"].to_string();
        assert!(seen.contains("CODEX_HOME"), "the command did run: {seen}");
        assert!(!seen.contains(&upstream.key()), "the key is in the environment: {seen}");
        assert!(!seen.contains(token.trim()), "the gateway's token is in the environment: {seen}");
    }
}

#[test]
fn what_codexgw_keeps_is_for_its_owner_alone_and_the_log_holds_no_secret_and_no_word_of_the_talk() {
    let (upstream, sandbox) = chat_behind_the_gateway([
        Turn::shell("echo confidential-output"),
        Turn::error(400, "bad", "your key sk-test-0123456789abcdef0123456789 is odd"),
    ]);
    let outcome = sandbox.run("up", "a confidential question").run().exits(1);
    outcome.never_says(&upstream.key());
    let token = std::fs::read_to_string(sandbox.path("codexgw/state/gateway.token")).unwrap();
    let log = sandbox.gateway_log();
    assert!(log.contains("m1"), "a request leaves one line: {log}");
    for secret in [upstream.key().as_str(), token.trim(), "confidential", &sandbox.work().display().to_string()] {
        assert!(!log.contains(secret), "the log holds `{secret}`: {log}");
    }
    // Lock files are empty, and lie in a folder that is closed to others.
    let ours =
        sandbox.files().into_iter().filter(|(name, content)| name.starts_with("codexgw/") && !content.is_empty());
    for (name, _) in ours {
        let mode = sandbox.path(&name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "`{name}` has the mode {mode:o}");
    }
    let state = sandbox.path("codexgw/state").metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(state, 0o700);
}

#[test]
fn a_dead_proxy_hinders_neither_codex_nor_the_gateway() {
    let (upstream, sandbox) = chat_behind_the_gateway(Turn::text("past the proxy"));
    let dead = "http://127.0.0.1:9";
    let run = sandbox.run("up", "say hello").env("HTTP_PROXY", dead).env("HTTPS_PROXY", dead).env("ALL_PROXY", dead);
    run.env("http_proxy", dead).env("all_proxy", dead).run().ok().stdout_has("past the proxy");
    assert_eq!(upstream.turns().len(), 1);
}

#[test]
fn what_is_written_for_codex_passes_its_strict_check() {
    let upstream = Upstream::responses([Turn::text("strictly direct")]);
    let (chat, sandbox) = chat_behind_the_gateway(Turn::text("strictly through the gateway"));
    sandbox.add("straight", &upstream, &[]);
    for (profile, said) in [("up", "strictly through the gateway"), ("straight", "strictly direct")] {
        sandbox.exec(profile, "say hello").args(&["--strict-config"]).run().ok().stdout_has(said);
    }
    drop(chat);
}
