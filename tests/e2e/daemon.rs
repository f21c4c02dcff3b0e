//! The default provider and Codex's background server, which keeps its environment and outlives every session.

use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::chat_behind_the_gateway;
use crate::support::tmux::READY;
use crate::support::upstream::Purpose;
use crate::support::{Sandbox, Terminal, Turn, Upstream};

/// How long after its replacement a key may still be used.
const INTERVAL: Duration = Duration::from_secs(15);

fn default_in_the_terminal(turns: [Turn; 2]) -> (Upstream, Sandbox) {
    let (upstream, sandbox) = chat_behind_the_gateway(turns);
    sandbox.codexgw(&["use", "up"]).run().ok();
    sandbox.trust_workspace();
    (upstream, sandbox)
}

#[track_caller]
fn assert_daemon_runs(sandbox: &Sandbox) {
    let version = sandbox.codex(&["app-server", "daemon", "version"]).run().ok();
    let told: Value = serde_json::from_str(&version.stdout).unwrap_or_default();
    assert_eq!(
        told["status"], "running",
        "Codex's background server does not run, so this test proves nothing: {version}"
    );
}

#[test]
fn a_replaced_key_is_used_by_the_background_server_s_next_turn() {
    let (upstream, sandbox) = default_in_the_terminal([Turn::text("with the old key"), Turn::text("with the new key")]);
    let terminal = Terminal::start(&sandbox, "codex");
    terminal.wait_for(READY);
    terminal.submit("say hello");
    terminal.wait_for("with the old key");
    upstream.wait_for(Purpose::Title, 1);
    assert_daemon_runs(&sandbox);

    upstream.accept_key("sk-replaced-0123456789");
    sandbox.codexgw(&["key", "set", "up"]).stdin("sk-replaced-0123456789\n").run().ok();
    let replaced = Instant::now();
    for n in 0.. {
        let asked = replaced.elapsed();
        terminal.submit(&format!("say hello, attempt {n}"));
        let refused = |screen: &str| screen.matches("a wrong key").count() > n;
        let screen = terminal.wait_until("an answer", |s| refused(s) || s.contains("with the new key"));
        if screen.contains("with the new key") {
            break;
        }
        assert!(asked < INTERVAL, "asked {asked:?} after the replacement, and still the old key\n{screen}");
    }
    let keys: Vec<_> = upstream.turns().iter().map(|r| r.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(keys[1], "Bearer sk-replaced-0123456789", "{keys:?}");
}

#[test]
fn a_gateway_killed_under_a_live_session_comes_back_and_the_turn_finishes() {
    let (upstream, sandbox) = default_in_the_terminal([Turn::text("before the kill"), Turn::text("after the kill")]);
    let terminal = Terminal::start(&sandbox, "codex");
    terminal.wait_for(READY);
    terminal.submit("say hello");
    terminal.wait_for("before the kill");
    upstream.wait_for(Purpose::Title, 1);
    assert_daemon_runs(&sandbox);

    let state = std::fs::read(sandbox.path("codexgw/state/gateway.json")).expect("the gateway says where it runs");
    let state: Value = serde_json::from_slice(&state).unwrap();
    let pid = i32::try_from(state["pid"].as_i64().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).expect("the gateway runs");
    terminal.submit("say hello again");
    terminal.wait_for("after the kill");
}
