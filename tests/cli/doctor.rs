//! Every cause that the doctor knows, made for real: it names it, changes nothing by itself, and `--fix` mends it.

use std::fs;
use std::net::TcpListener;

use serde_json::Value;

use crate::support::upstream::Script;
use crate::support::{Outcome, Sandbox, Upstream};

/// Runs the doctor; gives the ids of what it found.
fn ids(outcome: &Outcome) -> Vec<String> {
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"));
    let findings = report["findings"].as_array().cloned().unwrap_or_default();
    findings.iter().map(|finding| finding["id"].as_str().unwrap_or_default().to_owned()).collect()
}

fn examine(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.codexgw(&["doctor", "--offline", "--json"]).args(more).run()
}

/// The doctor finds `id`, says it to a person too, and leaves every file as it was.
#[track_caller]
fn found(sandbox: &Sandbox, id: &str, more: &[&str]) {
    // What the first look keeps for later ones is no change.
    examine(sandbox, more);
    let before = sandbox.files();
    let outcome = examine(sandbox, more).exits(3);
    assert!(ids(&outcome).contains(&id.to_owned()), "`{id}` is not among them\n{outcome}");
    sandbox.codexgw(&["doctor", "--offline"]).args(more).run().exits(3).stdout_has(&format!("[{id}]"));
    assert_eq!(sandbox.files(), before, "the doctor changed something");
}

/// `--fix` mends it.
#[track_caller]
fn mended(sandbox: &Sandbox, id: &str) {
    let outcome = examine(sandbox, &["--fix"]);
    assert!(!ids(&outcome).contains(&id.to_owned()), "`{id}` is still there\n{outcome}");
}

const PROVIDER: &str = "[model_providers.lab]\nname = \"Lab\"\nbase_url = \"https://lab.example.net/v1\"\n";

#[test]
fn a_good_setup_has_nothing_wrong() {
    let (_upstream, sandbox) = super::with_a_gateway_provider();
    let outcome = examine(&sandbox, &[]).exits(0);
    assert_eq!(ids(&outcome), Vec::<String>::new(), "{outcome}");
    sandbox.codexgw(&["doctor", "--offline"]).run().ok().stderr_has("nothing is wrong");
}

#[test]
fn what_stands_in_codex_s_file_is_found_and_mended() {
    for (id, text, is_mended) in [
        ("leak-openai-base-url", "openai_base_url = \"https://relay.example.net/v1\"\n".to_owned(), true),
        ("leak-requires-openai-auth", format!("{PROVIDER}requires_openai_auth = true\n"), true),
        ("config-refused", "approval_policy = \"untrusted\"\n".to_owned(), true),
        ("config-ignored-key", "not_a_key = 1\n".to_owned(), false),
        ("config-broken", "model = \n".to_owned(), false),
        ("old-config-legacy-profile", "[profiles.x]\nmodel = \"m\"\n".to_owned(), true),
        ("old-config-wire-api", format!("{PROVIDER}wire_api = \"chat\"\n"), true),
        ("old-config-reserved-id", PROVIDER.replace("lab]", "ollama]"), true),
        ("old-config-provider-name", "[model_providers.x]\nbase_url = \"http://127.0.0.1:9/v1\"\n".to_owned(), true),
        ("old-config-removed-value", "web_search = false\n".to_owned(), true),
        ("old-config-ignored-key", "[network]\ntimeout = 3\n".to_owned(), true),
        ("old-config-unknown-provider", "model_provider = \"nope\"\n".to_owned(), false),
        ("name-of-openai", PROVIDER.replace("Lab", "Azure"), true),
        ("catalogue-missing", "model_catalog_json = \"gone.json\"\n".to_owned(), true),
        ("key-variable-unset", format!("{PROVIDER}env_key = \"LAB_KEY\"\n"), false),
        (
            "token-command-gone",
            format!("{PROVIDER}auth = {{ command = \"/gone/codexgw\", args = [\"token\", \"lab\"] }}\n"),
            true,
        ),
    ] {
        let sandbox = Sandbox::with_codex();
        sandbox.write_config(&text);
        found(&sandbox, id, &[]);
        if is_mended {
            mended(&sandbox, id);
        }
    }
}

#[test]
fn variables_that_hurt_are_found() {
    for (id, name, value) in [
        ("key-variable-empty", "LAB_KEY", " "),
        ("key-variable-newline", "LAB_KEY", "sk-0123456789\n"),
        ("old-config-shell-variable", "OPENAI_BASE_URL", "http://h/v1"),
        ("codex-home-relative", "CODEX_HOME", "../codex"),
    ] {
        let mut sandbox = Sandbox::with_codex();
        sandbox.write_config(format!("{PROVIDER}env_key = \"LAB_KEY\"\n"));
        sandbox.set_env(name, value);
        found(&sandbox, id, &[]);
    }
    let mut sandbox = Sandbox::with_codex();
    sandbox.set_env("CODEX_HOME", "/no/such/folder");
    let outcome = examine(&sandbox, &[]).exits(3);
    assert!(ids(&outcome).contains(&"codex-home-missing".to_owned()), "{outcome}");
}

#[test]
fn a_codex_that_is_missing_old_or_doubled_is_found() {
    let none = Sandbox::new();
    let outcome = examine(&none, &[]).exits(3);
    assert_eq!(ids(&outcome), ["codex-missing"], "{outcome}");
    let old = Sandbox::new();
    old.write_program("codex", "#!/bin/sh\necho codex-cli 0.94.0\n");
    assert!(ids(&examine(&old, &[]).exits(3)).contains(&"codex-too-old".to_owned()));
    let two = Sandbox::with_codex();
    two.write_program("codex", "#!/bin/sh\necho codex-cli 0.150.0\n");
    assert!(ids(&examine(&two, &[]).exits(3)).contains(&"codex-several".to_owned()));
}

#[test]
fn what_is_wrong_around_the_gateway_is_found() {
    let (_upstream, mut sandbox) = super::with_a_gateway_provider();
    sandbox.set_env("HTTPS_PROXY", "http://127.0.0.1:9");
    found(&sandbox, "proxy-before-gateway", &[]);
    let (_upstream, sandbox) = super::with_a_gateway_provider();
    let settings = fs::read_to_string(sandbox.path("codexgw/config.toml")).expect("settings");
    let port: u16 = settings.lines().find_map(|line| line.strip_prefix("port = ")?.parse().ok()).expect("a port");
    let stranger = TcpListener::bind(("127.0.0.1", port)).expect("the port is free");
    found(&sandbox, "gateway-port-taken", &[]);
    mended(&sandbox, "gateway-port-taken");
    drop(stranger);
    sandbox.write_config(sandbox.config().unwrap().replace("http://127.0.0.1:", "http://127.0.0.1:1"));
    found(&sandbox, "gateway-elsewhere", &[]);
}

#[test]
fn keys_profiles_and_settings_are_looked_after() {
    let (_upstream, sandbox) = super::with_a_gateway_provider();
    sandbox.codexgw(&["key", "delete", "up"]).run().ok();
    found(&sandbox, "key-missing", &[]);
    let (_upstream, sandbox) = super::with_a_gateway_provider();
    fs::remove_file(sandbox.path("codex/up.config.toml")).expect("the profile's file");
    found(&sandbox, "profile-gone", &[]);
    mended(&sandbox, "profile-gone");
    found(&sandbox, "profile-unknown", &["upp"]);
    fs::write(sandbox.path("codex/half.config.toml"), "model_provider = \"codexgw\"\n").expect("a profile");
    found(&sandbox, "profile-without-model", &[]);
    let file = sandbox.path("codexgw/config.toml");
    fs::write(&file, fs::read_to_string(&file).expect("settings") + "\n[provider]\n").expect("settings");
    found(&sandbox, "settings-unknown-key", &[]);
}

#[test]
fn what_a_provider_says_is_told() {
    let ids_online = |sandbox: &Sandbox| ids(&sandbox.codexgw(&["doctor", "--json"]).run());
    // All is well.
    let (upstream, sandbox) = super::with_a_gateway_provider();
    assert_eq!(ids_online(&sandbox), Vec::<String>::new());
    // The key is no longer taken.
    upstream.accept_key("sk-another-key-0123456789");
    assert_eq!(ids_online(&sandbox), ["provider-wrong-key"]);
    // The model is no longer there.
    let upstream = Upstream::chat(Script::none()).with_models(&["m-new", "other"]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe", "--model", "m-old"]);
    let outcome = sandbox.codexgw(&["doctor", "up"]).run().exits(3);
    outcome.stdout_has("[provider-model]").stdout_has("`m-new`");
    // Nobody is there, or somebody else.
    for (id, upstream) in [("provider-web-page", Upstream::page(200)), ("provider-failing", Upstream::page(500))] {
        let sandbox = Sandbox::with_codex();
        sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
        let found = ids_online(&sandbox);
        assert!(found.iter().any(|found| found == id), "{id}: {found:?}");
    }
    let sandbox = Sandbox::with_codex();
    let url = format!("http://{}/v1", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m", "--no-probe", "--via", "gateway"];
    sandbox.codexgw(&add).run().ok();
    assert_eq!(ids_online(&sandbox), ["provider-unreachable"]);
}

#[test]
fn a_project_that_beats_the_profile_is_found_and_mended() {
    let sandbox = Sandbox::with_codex();
    fs::create_dir(sandbox.work().join(".codex")).expect("a folder");
    let file = sandbox.work().join(".codex/config.toml");
    fs::write(&file, "model = \"theirs\" # x\nmodel_catalog_json = \"gone.json\"\n[tui]\n").expect("a file");
    found(&sandbox, "project-model", &[]);
    found(&sandbox, "project-catalogue", &[]);
    mended(&sandbox, "project-model");
    assert_eq!(fs::read_to_string(&file).unwrap(), "[tui]\n");
}

#[test]
fn sessions_whose_provider_is_gone_are_told_without_alarm() {
    let sandbox = Sandbox::with_codex();
    let day = sandbox.path("codex/sessions/2026/11/21");
    fs::create_dir_all(&day).expect("a folder");
    fs::write(day.join("rollout-1.jsonl"), "{\"payload\":{\"model_provider\":\"old\"}}\n").expect("a file");
    assert_eq!(ids(&examine(&sandbox, &[]).exits(0)), ["session-orphaned"]);
}

#[test]
fn one_check_can_be_asked_for_and_all_are_listed() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("web_search = false\nopenai_base_url = \"https://relay.example.net/v1\"\n");
    let outcome = examine(&sandbox, &["--only", "leak"]).exits(3);
    assert_eq!(ids(&outcome), ["leak-openai-base-url"]);
    sandbox.codexgw(&["doctor", "--list"]).run().ok().stdout_has("token-command");
}

#[test]
fn errors_of_codex_are_explained() {
    let sandbox = Sandbox::with_codex();
    sandbox
        .codexgw(&["explain", "Error: Model provider `nope` not found"])
        .run()
        .ok()
        .stdout_has("[unknown-provider]")
        .stdout_has("codexgw use");
    sandbox.codexgw(&["explain"]).stdin("unexpected status 404 Not Found: x").run().ok().stdout_has("[status-404]");
    sandbox.codexgw(&["explain", "all is well"]).run().exits(3).explains();
    // The words of the Codex that is installed.
    sandbox.write_config(format!("{PROVIDER}wire_api = \"chat\"\n"));
    let refused = sandbox.codex(&["mcp", "list"]).run().exits(1);
    sandbox.codexgw(&["explain", "--json"]).stdin(&refused.stderr).run().ok().stdout_has("\"wire-api-chat\"");
}
