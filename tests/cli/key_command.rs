//! Keys that another program hands out.

use std::time::Duration;

use serde_json::Value;

use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// A password manager that knows the key of `up`, and says how often it was asked.
fn with_manager(upstream: &Upstream) -> Sandbox {
    let sandbox = Sandbox::with_codex();
    let asked = sandbox.path("asked");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = show ] || exit 3\necho x >> '{}'\n\
         printf '%s\\nlogin: me\\n' '{}'\n",
        asked.display(),
        upstream.key()
    );
    sandbox.write_program("pass", &script);
    sandbox
}

fn add(sandbox: &Sandbox, upstream: &Upstream, command: &str, more: &[&str]) -> crate::support::Outcome {
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-command", command];
    sandbox.codexgw(&add).args(more).run()
}

#[test]
fn a_key_is_asked_of_its_program_each_time_and_kept_nowhere() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = with_manager(&upstream);
    add(&sandbox, &upstream, "pass show 'my lab'", &[]).ok().never_says(&upstream.key());
    let settings = std::fs::read_to_string(sandbox.path("codexgw/config.toml")).unwrap();
    assert!(settings.contains("key = \"command\""), "{settings}");
    assert!(settings.contains("key_command = [\"pass\", \"show\", \"my lab\"]"), "{settings}");
    assert_eq!(sandbox.codexgw(&["token", "up"]).run().ok().stdout.trim_end(), upstream.key());
    for (name, content) in sandbox.files() {
        assert!(!String::from_utf8_lossy(&content).contains(&upstream.key()), "{name} holds the key");
    }
    let list = sandbox.codexgw(&["key", "list", "--json"]).run().ok().never_says(&upstream.key());
    let rows: Value = serde_json::from_str(&list.stdout).unwrap_or_else(|e| panic!("{e}\n{list}"));
    assert_eq!(rows[0]["store"], "command", "{list}");
    assert_eq!(rows[0]["present"], true, "{list}");
    assert!(rows[0]["took_ms"].is_u64(), "{list}");
    // Added again, it is asked again.
    let url = upstream.base_url();
    let again = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--force", "--json"];
    sandbox.codexgw(&again).run().ok().stderr_has("using the key");
    let asked = std::fs::read_to_string(sandbox.path("asked")).unwrap();
    assert_eq!(asked.lines().count(), 4, "add, token, list, add");
}

#[test]
fn a_key_that_takes_the_place_of_a_program_says_how_to_go_back() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = with_manager(&upstream);
    add(&sandbox, &upstream, "pass show 'my lab'", &[]).ok();
    let set = ["key", "set", "up", "--store", "file"];
    let hint = format!(
        "codexgw add custom --id up --base-url {} --model m1 --key-command 'pass show \"my lab\"' --force",
        upstream.base_url()
    );
    let outcome =
        sandbox.codexgw(&set).stdin("sk-other-0123456789").run().ok().stderr_has("is not asked").stderr_has(&hint);
    outcome.names_commands_that_exist();
    sandbox.codexgw(&set).stdin("sk-other-0123456789").run().ok().never_says("is not asked");
    add(&sandbox, &upstream, "pass show \"my lab\"", &["--force"]).ok();
    assert_eq!(sandbox.codexgw(&["token", "up"]).run().ok().stdout.trim_end(), upstream.key());
}

#[test]
fn a_program_that_fails_is_named_with_its_words() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = with_manager(&upstream);
    let before = sandbox.config();
    add(&sandbox, &upstream, "pass frob", &[]).exits(5).explains().stderr_has("`pass` failed");
    add(&sandbox, &upstream, "nopass show x", &[]).exits(5).explains().stderr_has("cannot start `nopass`");
    add(&sandbox, &upstream, "pass show x | head", &[]).exits(2).explains().stderr_has("`|`");
    add(&sandbox, &upstream, "", &[]).exits(2).explains().stderr_has("empty");
    assert_eq!(sandbox.config(), before);
    add(&sandbox, &upstream, "pass show x", &[]).ok();
    sandbox.write_program("pass", "#!/bin/sh\necho 'gpg: decryption failed' >&2\nexit 2\n");
    let token = sandbox.codexgw(&["token", "up"]).run().exits(5).explains().stderr_has("gpg: decryption failed");
    assert_eq!(token.stdout, "", "{token}");
    sandbox.codexgw(&["key", "list"]).run().ok().stdout_has("failed").stderr_has("hint: ");
    sandbox.codexgw(&["key", "delete", "up"]).run().exits(1).explains().stderr_has("not ours");
}

#[test]
fn a_program_that_hangs_is_left_after_ten_seconds() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = with_manager(&upstream);
    add(&sandbox, &upstream, "pass show x", &[]).ok();
    sandbox.write_program("pass", "#!/bin/sh\nexec sleep 600\n");
    let token = sandbox.codexgw(&["token", "up"]).limit(Duration::from_secs(40)).run().exits(5).explains();
    assert!(token.stderr.contains("within 10 s"), "{token}");
}

#[test]
fn a_key_in_a_variable_is_not_for_the_gateway() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--env-key", "UP_KEY"];
    let add = sandbox.codexgw(&add).args(&["--via", "gateway"]).env("UP_KEY", &upstream.key());
    add.run().exits(2).explains().stderr_has("the gateway runs on its own").never_says(&upstream.key());
}

#[test]
fn a_key_of_another_provider_is_told_by_its_prefix() {
    let sandbox = Sandbox::with_codex();
    let add = ["add", "groq", "--key-stdin", "--store", "file", "--no-probe", "--model", "m1"];
    let add = sandbox.codexgw(&add).stdin("sk-or-v1-0123456789abcdef").run().ok();
    add.stderr_has("looks like a key of OpenRouter").never_says("sk-or-v1-0123456789abcdef");
    let set = sandbox.codexgw(&["key", "set", "groq"]).stdin("gsk_0123456789abcdef").run().ok();
    set.never_says("looks like");
}
