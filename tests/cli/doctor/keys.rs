//! Keys, and the commands that hand them out.

use std::fs;

use super::PROVIDER;
use super::broken::{Broken, doctor, ids};
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// The provider's table with its key in this variable.
fn keyed(variable: &str) -> String {
    format!("{PROVIDER}env_key = \"{variable}\"\n")
}

/// The same at `OpenRouter`, whose variable and prefix are known.
fn openrouter(variable: &str) -> String {
    keyed(variable).replace("https://lab.example.net/v1", "https://openrouter.ai/api/v1")
}

#[test]
fn variables_that_are_missing_or_wrong() {
    Broken::config("key-variable-unset", &keyed("LAB_KEY")).holds();
    Broken::config("key-variable-empty", &keyed("LAB_KEY")).env("LAB_KEY", " ").holds();
    Broken::config("key-variable-newline", &keyed("LAB_KEY")).env("LAB_KEY", "sk-0123456789\n").holds();
    Broken::config("key-variable-other", &openrouter("MY_KEY"))
        .env("OPENROUTER_API_KEY", "sk-or-v1-0123456789abcdef")
        .mended()
        .holds();
    Broken::config("key-variable-other", &keyed("LAB_API_KEY")).env("LAB_APIKEY", "0123456789abcdef").mended().holds();
    Broken::config("key-variable-dollar", &keyed("$LAB_KEY")).env("LAB_KEY", "sk-0123456789").mended().holds();
    // Codex reads a file of its own, too.
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(keyed("LAB_KEY"));
    fs::write(sandbox.path("codex/.env"), "LAB_KEY=\"0123456789abcdef\"\n").expect("a file");
    assert_eq!(ids(&doctor(&sandbox, &["--offline"]).exits(0)), Vec::<String>::new());
    Broken::config("key-of-another", &openrouter("MY_KEY")).env("MY_KEY", "gsk_0123456789abcdefghij").holds();
    let sandbox = Sandbox::with_codex();
    fs::write(sandbox.path("home/.zshrc"), "# mine\nexport LAB_KEY=abc\n").expect("a file");
    sandbox.write_config(keyed("LAB_KEY"));
    Broken::new("key-variable-unread", sandbox).holds();
}

#[test]
fn keys_that_are_not_where_they_should_be() {
    let (upstream, sandbox) = super::super::with_a_gateway_provider();
    sandbox.codexgw(&["key", "delete", "up"]).run().ok();
    Broken::new("key-missing", sandbox).keeping(upstream).holds();
    for (text, id) in [("", "key-empty"), ("sk-0123456789\nabcdef", "key-newline")] {
        let (upstream, sandbox) = super::super::with_a_gateway_provider();
        fs::write(sandbox.path("codexgw/state/keys/up"), text).expect("a key");
        let outcome = doctor(&sandbox, &[]).exits(3);
        assert_eq!(ids(&outcome), [id], "one cause, one finding\n{outcome}");
        Broken::new(id, sandbox).keeping(upstream).holds();
    }
    // The keyring has gone away.
    let upstream = Upstream::chat(Script::none());
    let mut sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    sandbox.set_env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/gone");
    Broken::new("key-store", sandbox).keeping(upstream).holds();
}

/// The provider's table with a command that hands out its key.
fn command(command: &str, more: &str) -> String {
    format!("{PROVIDER}auth = {{ command = \"{command}\"{more} }}\n")
}

#[test]
fn token_commands_that_fail_open() {
    let ours = command("/gone/codexgw", ", args = [\"token\", \"lab\"]");
    Broken::config("token-command-gone", &ours).mended().holds();
    Broken::config("token-command-gone", &command("no-such-program show lab", "")).holds();
    Broken::config("token-command-arguments", &command("sh -c true", "")).mended().holds();
    Broken::config("token-command-arguments", &command("sh -c 'echo 1'", "")).holds();
    let shell = |script: &str| command("sh", &format!(", args = [\"-c\", \"{script}\"]"));
    for (id, script) in [
        ("token-command-failed", "echo locked >&2; exit 3"),
        ("token-command-empty", "true"),
        ("token-command-lines", "echo sk-one; echo sk-two"),
    ] {
        Broken::config(id, &shell(script)).asked("token-command").holds();
    }
    let slow = command("sleep", ", args = [\"60\"], timeout_ms = 200");
    Broken::config("token-command-failed", &slow).asked("token-command").holds();
}

#[test]
fn what_a_token_command_prints_is_never_shown() {
    let sandbox = Sandbox::with_codex();
    let key = "sk-canary0123456789abcdef";
    sandbox.write_config(command("sh", &format!(", args = [\"-c\", \"echo {key}; echo {key} >&2; exit 1\"]")));
    let outcome = sandbox.codexgw(&["doctor", "--only", "token-command"]).run().exits(3);
    outcome.stdout_has("[token-command-failed]").never_says(key);
    sandbox.write_config(command("echo plain-canary-0123456789", ""));
    let outcome = sandbox.codexgw(&["doctor", "--offline"]).run().exits(3);
    outcome.stdout_has("[token-command-arguments]").never_says("plain-canary");
}
