//! `codexgw add` when all is well.

use serde_json::Value;

use crate::support::upstream::{Purpose, Script};
use crate::support::{Sandbox, Upstream};

#[test]
fn the_probe_decides_wire_and_road_and_add_says_which_and_why() {
    let none = Script::none;
    for (upstream, road, wire) in [
        (Upstream::responses(none()), "direct", "responses"),
        (Upstream::chat(none()), "gateway", "chat"),
        (Upstream::chat_and_functions(none()), "gateway", "chat"),
        (Upstream::messages(none()), "gateway", "messages"),
        (Upstream::gemini(none()), "gateway", "models/"),
    ] {
        let sandbox = Sandbox::with_codex();
        let outcome = sandbox.add("up", &upstream, &[]);
        let told = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(told.contains(road) && told.to_lowercase().contains(wire), "it does not say `{road}`\n{outcome}");
        assert!(told.contains("codex -p up"), "it does not say what to type next\n{outcome}");
        assert!(!upstream.of(Purpose::Probe).is_empty(), "{}", upstream.report());
        let table = if road == "direct" { "[model_providers.up]" } else { "[model_providers.codexgw]" };
        let config = sandbox.config().unwrap();
        assert!(config.contains(table), "{config}");
        assert!(sandbox.profile("up").is_some(), "{:?}", sandbox.files().keys());
        upstream.assert_nothing_of_codex_arrived();
    }
}

#[test]
fn anthropic_and_gemini_are_set_up_by_template_with_their_web_search() {
    for (upstream, template, id, wire) in [
        (Upstream::messages(Script::none()), "anthropic", "claude", "messages"),
        (Upstream::gemini(Script::none()), "google", "gemini", "gemini"),
    ] {
        for probe in [&[][..], &["--no-probe"]] {
            let sandbox = Sandbox::with_codex();
            let (url, model) = (upstream.base_url(), upstream.model());
            let args = ["add", template, "--base-url", &url, "--model", &model, "--key-stdin", "--store", "file"];
            sandbox.codexgw(&args).args(probe).stdin(&upstream.key()).run().ok();
            let settings = std::fs::read_to_string(sandbox.path("codexgw/config.toml")).unwrap();
            assert!(settings.contains(&format!("wire = \"{wire}\"")), "{settings}");
            // The header is the one that is usual on that wire.
            assert!(!settings.contains("key_form"), "{settings}");
            let profile = sandbox.profile(id).unwrap();
            assert!(!profile.contains("web_search"), "{profile}");
        }
    }
}

#[test]
fn a_wire_that_only_the_gateway_speaks_is_not_for_the_direct_road() {
    let upstream = Upstream::messages(Script::none());
    for wire in ["messages", "gemini", "chat"] {
        for probe in [&[][..], &["--no-probe"]] {
            let sandbox = Sandbox::with_codex();
            let (url, model) = (upstream.base_url(), upstream.model());
            let args = ["add", "custom", "--id", "up", "--base-url", &url, "--model", &model, "--key-stdin"];
            let wanted = ["--store", "file", "--wire", wire, "--via", "direct"];
            let outcome = sandbox.codexgw(&args).args(&wanted).args(probe).stdin(&upstream.key()).run();
            outcome.explains().stderr_has("--via gateway");
        }
    }
}

#[test]
fn the_key_is_kept_in_the_store_and_nowhere_else() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--json"]).never_says(&upstream.key());
    let holders: Vec<String> = sandbox
        .files()
        .into_iter()
        .filter(|(_, content)| String::from_utf8_lossy(content).contains(&upstream.key()))
        .map(|(name, _)| name)
        .collect();
    assert!(matches!(&holders[..], [one] if one.starts_with("codexgw/state/keys/")), "{holders:?}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&sandbox.path(&holders[0]).metadata().unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_key_of_a_keyring_is_in_no_file_at_all() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]).never_says(&upstream.key());
    for (name, content) in sandbox.files() {
        assert!(!String::from_utf8_lossy(&content).contains(&upstream.key()), "{name} holds the key");
    }
}

#[test]
fn add_json_is_for_scripts() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let outcome = sandbox.add("up", &upstream, &["--json"]);
    let told: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"));
    assert_eq!(told["id"], "up", "{outcome}");
    assert_eq!(told["road"], "gateway", "{outcome}");
    assert_eq!(told["wire"], "chat", "{outcome}");
    assert_eq!(told["model"], "m1", "{outcome}");
}

#[test]
fn a_wrong_base_url_is_mended_by_asking() {
    for given in ["", "/", "/v1", "/v1/", "/v1/chat/completions", "/v1/responses", "/v1/models"] {
        let upstream = Upstream::chat(Script::none());
        let sandbox = Sandbox::with_codex();
        let url = format!("http://{}{given}", upstream.address());
        let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin"];
        sandbox.codexgw(&add).args(&["--store", "file"]).stdin(&upstream.key()).run().ok();
        let settings = std::fs::read_to_string(sandbox.path("codexgw/config.toml")).unwrap();
        assert!(settings.contains(&format!("\"{}\"", upstream.base_url())), "`{given}` gave\n{settings}");
    }
}

#[test]
fn a_dry_run_shows_the_change_and_makes_none() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("model = \"mine\"\n");
    let before = sandbox.files();
    let outcome = sandbox.add("up", &upstream, &["--dry-run"]);
    assert!(outcome.stdout.contains("+[model_providers.codexgw]"), "{outcome}");
    let settled = |files: std::collections::BTreeMap<String, Vec<u8>>| -> Vec<(String, Vec<u8>)> {
        // What is remembered of the installed Codex is no change of anything.
        files.into_iter().filter(|(name, _)| !name.starts_with("codexgw/state/")).collect()
    };
    assert_eq!(settled(sandbox.files()), settled(before), "{outcome}");
    let keys = sandbox.files().into_keys().filter(|name| name.contains("keys")).collect::<Vec<_>>();
    assert!(keys.is_empty(), "{keys:?}");
}

#[test]
fn a_key_from_a_variable_is_read_once_and_stored() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-from-env", "UP_KEY"];
    sandbox.codexgw(&add).args(&["--store", "file"]).env("UP_KEY", &upstream.key()).run().ok();
    let token = sandbox.codexgw(&["token", "up"]).run().ok();
    assert_eq!(token.stdout.trim_end(), upstream.key());
    sandbox.codexgw(&add).args(&["--store", "file", "--force"]).run().exits(1).explains().stderr_has("UP_KEY");
}

#[test]
fn a_second_gateway_provider_leaves_the_configuration_alone() {
    let (first, second) = (Upstream::chat(Script::none()), Upstream::chat(Script::none()));
    let sandbox = Sandbox::with_codex();
    sandbox.add("one", &first, &[]);
    let before = sandbox.config();
    sandbox.add("two", &second, &[]);
    assert_eq!(sandbox.config(), before);
}

#[test]
fn a_proxy_that_would_catch_loopback_is_warned_of_with_the_line_to_export() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin", "--store", "file"];
    let with_proxy = |no_proxy: &str| {
        let add = sandbox.codexgw(&add).args(&["--force"]).stdin(&upstream.key());
        add.env("HTTP_PROXY", "http://127.0.0.1:9").env("NO_PROXY", no_proxy).run().ok()
    };
    with_proxy("").stderr_has("export NO_PROXY=");
    with_proxy("localhost,127.0.0.1").never_says("NO_PROXY");
}

#[test]
fn query_parameters_are_kept_and_go_to_codex_or_the_gateway() {
    for (via, file, line) in [
        ("gateway", "codexgw/config.toml", "api-version = \"2026-10-01\""),
        ("direct", "codex/config.toml", "query_params = { api-version = \"2026-10-01\" }"),
    ] {
        let sandbox = Sandbox::with_codex();
        let args = ["add", "custom", "--id", "up", "--base-url", "http://127.0.0.1:9/v1", "--no-probe", "--model", "m"];
        let more = ["--query", "api-version=2026-10-01", "--via", via, "--json"];
        sandbox.codexgw(&args).args(&more).run().ok();
        let text = std::fs::read_to_string(sandbox.path(file)).unwrap();
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn a_provider_of_ones_own_is_added_again_by_its_id_alone() {
    let upstream = Upstream::responses([]);
    let sandbox = Sandbox::with_keyring();
    let more = ["--model", "m1", "--model", "m2", "--header", "X-Title=mine", "--query", "tier=2", "--via", "direct"];
    sandbox.add("lab", &upstream, &more);
    sandbox.codexgw(&["add", "lab", "--via", "gateway", "--force"]).run().ok().never_says(&upstream.key());
    let settings = std::fs::read_to_string(sandbox.path("codexgw/config.toml")).expect("settings");
    for kept in ["road = \"gateway\"", "m2", "X-Title = \"mine\"", "tier = \"2\"", &upstream.base_url()] {
        assert!(settings.contains(kept), "{kept}: {settings}");
    }
    sandbox.codexgw(&["add", "other", "--via", "gateway", "--force"]).run().exits(2).stderr_has("does not know");
}
