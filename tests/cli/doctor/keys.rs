//! Keys, and the commands that hand them out.

use std::fs;

use super::PROVIDER;
use super::broken::{Broken, doctor, finding, ids, troubles};
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// The provider's table with its key in this variable.
fn keyed(variable: &str) -> String {
    format!("{PROVIDER}env_key = \"{variable}\"\n")
}

fn with_config(text: &str) -> Sandbox {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(text);
    sandbox
}

/// The same, and Codex's default.
fn chosen(variable: &str) -> String {
    format!("model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{}", keyed(variable))
}

/// The same at `OpenRouter`, whose variable and prefix are known.
fn openrouter(variable: &str) -> String {
    keyed(variable).replace("https://lab.example.net/v1", "https://openrouter.ai/api/v1")
}

#[test]
fn variables_that_are_missing_or_wrong() {
    Broken::config("key-variable-unset", &chosen("LAB_KEY")).holds();
    // Nobody asks this one.
    Broken::config("key-variable-unset", &keyed("LAB_KEY")).note().holds();
    Broken::config("key-variable-empty", &chosen("LAB_KEY")).env("LAB_KEY", " ").holds();
    Broken::config("key-variable-newline", &chosen("LAB_KEY")).env("LAB_KEY", "sk-0123456789\n").holds();
    let header = format!("{PROVIDER}env_http_headers = {{ Authorization = \"LAB_AUTH\" }}\n");
    Broken::config("key-header-unset", &format!("model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{header}")).holds();
    assert_eq!(ids(&doctor(&with_config(&header), &["--offline"]).exits(0)), Vec::<String>::new());
    let two = format!("{}{}", chosen("LAB_KEY"), keyed("LAB_KEY").replace("lab", "other"));
    let found = ids(&doctor(&with_config(&two), &["--offline", "--only", "key"]).exits(3));
    assert_eq!(found, ["key-variable-unset"]);
    Broken::config(
        "key-variable-other",
        &format!("model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{}", openrouter("MY_KEY")),
    )
    .env("OPENROUTER_API_KEY", "sk-or-v1-0123456789abcdef")
    .mended()
    .holds();
    Broken::config("key-variable-other", &chosen("LAB_API_KEY")).env("LAB_APIKEY", "0123456789abcdef").mended().holds();
    Broken::config("key-variable-dollar", &keyed("$LAB_KEY")).env("LAB_KEY", "sk-0123456789").mended().holds();
    // Codex reads a file of its own, too.
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(keyed("LAB_KEY"));
    fs::write(sandbox.path("codex/.env"), "LAB_KEY=\"0123456789abcdef\"\n").expect("a file");
    assert_eq!(ids(&doctor(&sandbox, &["--offline"]).exits(0)), Vec::<String>::new());
    Broken::config(
        "key-of-another",
        &format!("model_provider = \"lab\"\nmodel = \"gpt-5.5\"\n{}", openrouter("MY_KEY")),
    )
    .env("MY_KEY", "gsk_0123456789abcdefghij")
    .holds();
    for (id, file, text) in [
        ("key-variable-unread", "home/.zshrc", "# mine\nexport LAB_KEY=abc\n"),
        ("key-variable-unexported", "home/.bashrc", "LAB_KEY=\"abc\"\n"),
        ("key-variable-unread", "home/.bashrc", "LAB_KEY=\"abc\"\nexport LAB_KEY\n"),
    ] {
        let sandbox = Sandbox::with_codex();
        fs::write(sandbox.path(file), text).expect("a file");
        sandbox.write_config(chosen("LAB_KEY"));
        Broken::new(id, sandbox).holds();
    }
}

/// What Codex sends stays what it sends.
#[test]
fn a_dead_key_beside_a_good_variable_is_not_put_in_its_place() {
    for dead in ["api_key = \"sk-dead-0123456789abcdef\"", "experimental_bearer_token = \"sk-dead-0123456789abcdef\""] {
        let sandbox = Sandbox::with_codex();
        let config = format!("{PROVIDER}env_key = \"LAB_KEY\"\n{dead}\n");
        sandbox.write_config(&config);
        let fixed = sandbox.codexgw(&["doctor", "--offline", "--fix"]).env("LAB_KEY", "sk-good-0123456789abcdef").run();
        fixed.exits(3).stdout_has("Codex sends the key in `LAB_KEY`").stdout_has("take it out");
        assert_eq!(sandbox.config(), Some(config));
    }
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
        assert_eq!(troubles(&outcome), [id], "one cause, one finding\n{outcome}");
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
fn token_commands_are_run_as_codex_runs_them() {
    // A relative folder is one below Codex's own.
    let below = command("sh", ", args = [\"-c\", \"echo sk-one\"], cwd = \"sub\"");
    let mut sandbox = Sandbox::with_codex();
    sandbox.write_config(&below);
    fs::create_dir(sandbox.path("work/sub")).expect("a folder");
    Broken::new("token-command-folder", sandbox).asked("token-command").holds();
    sandbox = Sandbox::with_codex();
    sandbox.write_config(&below);
    fs::create_dir(sandbox.path("codex/sub")).expect("a folder");
    assert_eq!(ids(&doctor(&sandbox, &["--only", "token-command"]).exits(0)), Vec::<String>::new());
    let json = command("echo", ", args = ['{\"token\": \"sk-one\"}']");
    Broken::config("token-command-json", &json).asked("token-command").holds();
    let slow = command("sleep", ", args = [\"60\"], timeout_ms = 30000");
    Broken::config("token-command-slow", &slow).asked("token-command").holds();
    let export = format!("{PROVIDER}gateway_oauth = {{ credential_export = {{ command = \"/gone/program\" }} }}\n");
    Broken::config("token-command-gone", &export).asked("token-command").holds();
    // What it prints is tried.
    let upstream = Upstream::responses(Script::none());
    let table =
        command("echo", ", args = [\"sk-not-the-key\"]").replace("https://lab.example.net/v1", &upstream.base_url());
    Broken::config("provider-wrong-key", &table).asked("provider").keeping(upstream).holds();
}

#[test]
fn a_key_command_that_does_not_end_is_named() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.write_program("hand-out", &format!("#!/bin/sh\necho {}\n", upstream.key()));
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-command", "hand-out"];
    sandbox.codexgw(&add).args(&["--no-probe"]).run().ok();
    sandbox.write_program("hand-out", "#!/bin/sh\nexec sleep 60\n");
    let outcome = doctor(&sandbox, &[]).exits(3);
    let found = finding(&outcome, "key-store").unwrap_or_else(|| panic!("{outcome}"));
    assert!(found["what"].to_string().contains("`hand-out` did not hand out the key"), "{found}");
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
