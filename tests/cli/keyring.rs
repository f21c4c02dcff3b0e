//! A true Secret Service; what can be wrong with one is in `secrets::keyring`.

use std::time::Duration;

use crate::support::upstream::Script;
use crate::support::{Outcome, Sandbox, Upstream};

/// Reads from the keyring end within about two seconds; the rest is for a busy machine.
const READ_LIMIT: Duration = Duration::from_secs(8);

/// Asks for the token of `up`, which cannot be had.
#[track_caller]
fn no_token(sandbox: &Sandbox) -> Outcome {
    let outcome = sandbox.codexgw(&["token", "up"]).run().exits(5).explains();
    assert_eq!(outcome.stdout, "", "{outcome}");
    assert!(outcome.took < READ_LIMIT, "{outcome}");
    outcome
}

#[test]
fn a_key_is_set_read_replaced_and_deleted() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]);
    let token = || sandbox.codexgw(&["token", "up"]).run();
    assert_eq!(token().ok().stdout.trim_end(), upstream.key());
    sandbox.codexgw(&["key", "set", "up"]).stdin("sk-another-0123456789").run().ok();
    assert_eq!(token().ok().stdout.trim_end(), "sk-another-0123456789");
    sandbox.codexgw(&["key", "delete", "up"]).run().ok();
    no_token(&sandbox).stderr_has("codexgw key set up");
}

#[test]
fn a_bus_without_a_keyring_stops_add_before_a_key_is_asked_for() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_empty_bus();
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin"];
    sandbox.codexgw(&add).stdin(&upstream.key()).run().exits(5).explains().stderr_has("--store file");
    assert!(upstream.records().is_empty(), "{}", upstream.report());
    assert_eq!(sandbox.config(), None);
}

#[test]
fn two_homes_share_a_keyring_but_no_key() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]);
    let (other, codex) = (sandbox.path("home/other"), sandbox.path("home/codex"));
    std::fs::create_dir(&codex).unwrap();
    let (other, codex) = (other.to_str().unwrap(), codex.to_str().unwrap());
    let url = upstream.base_url();
    let add = ["--home", other, "add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin"];
    let add = sandbox.codexgw(&add).args(&["--no-probe", "--wire", "chat"]).stdin("sk-of-the-other-0123456789");
    add.env("CODEX_HOME", codex).run().ok();
    assert_eq!(sandbox.codexgw(&["token", "up"]).run().ok().stdout.trim_end(), upstream.key());
    let token = sandbox.codexgw(&["--home", other, "token", "up"]).run().ok();
    assert_eq!(token.stdout.trim_end(), "sk-of-the-other-0123456789");
}

#[test]
fn keys_in_a_keyring_out_of_reach_are_named_and_deleted_later() {
    let (upstream, other) = (Upstream::chat(Script::none()), Upstream::chat(Script::none()));
    let mut sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]);
    sandbox.add("other", &other, &["--force"]);
    let bus = sandbox.keyring().address().to_owned();
    sandbox.set_env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    sandbox.codexgw(&["remove", "up", "--yes"]).run().ok().stderr_has("`codexgw key delete up`");
    let uninstall = sandbox.codexgw(&["uninstall", "--yes"]).run().exits(5).explains();
    uninstall.stderr_has("`codexgw key delete other`").never_says("left Codex as it found it");
    sandbox.codexgw(&["key", "delete", "up"]).run().exits(5).explains().stderr_has("there is no session bus");
    sandbox.set_env("DBUS_SESSION_BUS_ADDRESS", bus);
    for id in ["up", "other"] {
        sandbox.codexgw(&["key", "delete", id]).run().ok().stderr_has("is gone from the keyring");
        sandbox.codexgw(&["key", "delete", id]).run().exits(1).explains().stderr_has("there is no provider");
    }
}
