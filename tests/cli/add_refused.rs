//! `codexgw add` when something is wrong: a clear error, and all or none.

use std::net::TcpListener;

use crate::support::upstream::Script;
use crate::support::{Outcome, Sandbox, Upstream};

const KEY: &str = "sk-test-0123456789abcdef0123456789";

/// Runs `add custom` with these further arguments; nothing of Codex's may change and no key may be stored.
#[track_caller]
fn refused(sandbox: &Sandbox, url: &str, more: &[&str]) -> Outcome {
    let before = sandbox.files();
    let mut args = vec!["add", "custom", "--base-url", url, "--model", "m1", "--key-stdin"];
    for (option, value) in [("--id", "up"), ("--store", "file")] {
        if !more.contains(&option) {
            args.extend([option, value]);
        }
    }
    args.extend(more);
    let outcome = sandbox.codexgw(&args).stdin(KEY).run().never_says(KEY).explains();
    for (name, content) in sandbox.files() {
        let had = before.get(&name);
        let ours = name.starts_with("codexgw/state/") && !name.contains("keys");
        assert!(had == Some(&content) || ours, "`{name}` was {} by a refused add\n{outcome}", {
            if had.is_some() { "changed" } else { "left behind" }
        });
    }
    outcome
}

#[test]
fn a_wrong_key_is_refused() {
    let upstream = Upstream::chat(Script::none()).with_key("sk-the-right-one");
    refused(&Sandbox::with_codex(), &upstream.base_url(), &[])
        .exits(4)
        .stderr_has("401")
        .stderr_has("Incorrect API key");
}

#[test]
fn an_unreachable_host_is_refused() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    refused(&Sandbox::with_codex(), &format!("http://{closed}/v1"), &[]).exits(4).stderr_has(&closed.to_string());
    refused(&Sandbox::with_codex(), "http://no-such-host.invalid/v1", &[]).exits(4).stderr_has("no-such-host.invalid");
}

#[test]
fn an_html_page_is_refused() {
    let upstream = Upstream::page(200);
    refused(&Sandbox::with_codex(), &upstream.base_url(), &[]).exits(4).stderr_has("login page");
}

#[test]
fn a_tls_failure_is_refused() {
    let upstream = Upstream::chat(Script::none());
    let url = format!("https://{}/v1", upstream.address());
    refused(&Sandbox::with_codex(), &url, &[]).exits(4).stderr_has("no secure connection");
}

#[test]
fn a_url_that_is_none_is_refused() {
    for url in ["not a url", "ftp://127.0.0.1/v1", "http://"] {
        let outcome = refused(&Sandbox::with_codex(), url, &[]);
        assert!(matches!(outcome.code, Some(1 | 2)), "{outcome}");
    }
}

#[test]
fn a_configuration_that_does_not_parse_is_refused_before_anything_is_asked() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("model = \"mine\"\nbroken = = 1\n");
    refused(&sandbox, &upstream.base_url(), &[]).exits(1).stderr_has("config.toml").stderr_has("line 2, column 10");
    assert!(upstream.records().is_empty(), "it asked the provider first\n{}", upstream.report());
}

#[test]
fn a_codex_that_is_too_old_is_refused_before_anything_is_asked() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.write_program("codex", "#!/bin/sh\necho codex-cli 0.120.0\n");
    refused(&sandbox, &upstream.base_url(), &[])
        .exits(1)
        .stderr_has("0.120.0")
        .stderr_has("0.134")
        .stderr_has("@openai/codex");
    assert!(upstream.records().is_empty(), "it asked the provider first\n{}", upstream.report());
}

#[test]
fn reserved_ids_are_refused_and_another_is_offered() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    for id in
        ["openai", "ollama", "lmstudio", "amazon-bedrock", "amazon-bedrock-runtime", "gcp", "ollama-chat", "codexgw"]
    {
        refused(&sandbox, &upstream.base_url(), &["--id", id]).stderr_has(id).stderr_has("--id");
    }
    for id in ["", "a b", "a/b", "../up", "ü"] {
        refused(&sandbox, &upstream.base_url(), &["--id", id]).exits(2);
    }
}

#[test]
fn an_existing_provider_is_shown_and_replaced_only_by_force() {
    let (first, second) = (Upstream::chat(Script::none()), Upstream::chat(Script::none()));
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &first, &[]);
    refused(&sandbox, &second.base_url(), &[]).exits(1).stderr_has(&first.base_url()).stderr_has("--force");
    sandbox.add("up", &second, &["--force"]);
    let list = sandbox.codexgw(&["list", "--json"]).run().ok();
    assert!(list.stdout.contains(&second.base_url()) && !list.stdout.contains(&first.base_url()), "{list}");
}

#[test]
fn a_credential_among_the_headers_is_refused_unseen() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    for name in ["Authorization", "x-api-key", "api-key", "X-Auth-Token", "Cookie"] {
        let header = format!("{name}=very-secret-value");
        refused(&sandbox, &upstream.base_url(), &["--header", &header])
            .exits(2)
            .stderr_has(&format!("--header-stdin {name}"))
            .never_says("very-secret-value");
    }
}

#[test]
fn a_key_on_the_command_line_is_refused_unseen() {
    let sandbox = Sandbox::with_codex();
    for args in [["--key", "sk-on-the-line"].as_slice(), &["--key=sk-on-the-line"]] {
        sandbox
            .codexgw(&["add", "openrouter"])
            .args(args)
            .run()
            .exits(2)
            .stderr_has("--key-stdin")
            .never_says("sk-on-the-line");
    }
}

#[test]
fn an_empty_or_broken_key_is_refused() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let url = upstream.base_url();
    for key in ["", "  \n", "two words", "line\nline"] {
        let add =
            ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin", "--store", "file"];
        let outcome = sandbox.codexgw(&add).stdin(key).run().explains();
        assert_ne!(outcome.code, Some(70), "{outcome}");
        assert_eq!(sandbox.config(), None, "{outcome}");
    }
}

#[test]
fn without_a_keyring_it_stops_and_says_how_to_choose_a_file() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    refused(&sandbox, &upstream.base_url(), &["--store", "keyring"]).exits(5).stderr_has("--store file");
}

#[test]
fn a_profile_that_cannot_be_written_undoes_all_the_rest() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("model = \"mine\"\n");
    std::fs::create_dir(sandbox.path("codex/up.config.toml")).unwrap();
    refused(&sandbox, &upstream.base_url(), &[]).exits(1).stderr_has("up.config.toml");
    assert_eq!(sandbox.config().unwrap(), "model = \"mine\"\n");
}

#[test]
fn a_profile_of_the_person_s_own_is_never_replaced() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let own = "# mine\napproval_policy = \"never\"\n";
    std::fs::write(sandbox.path("codex/up.config.toml"), own).unwrap();
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin", "--store", "file"];
    sandbox.codexgw(&add).stdin(KEY).run();
    let profile = sandbox.profile("up").unwrap();
    assert!(own.lines().all(|line| profile.lines().any(|l| l == line)), "{profile}");
}

#[test]
fn an_unknown_provider_is_refused_with_the_known_ones() {
    let sandbox = Sandbox::with_codex();
    sandbox.codexgw(&["add", "openruter"]).run().exits(2).explains().stderr_has("openrouter");
}

#[test]
fn an_address_with_parts_that_only_the_person_knows_is_asked_for() {
    for (provider, part, url) in [
        ("azure", "`resource`", "--base-url https://RESOURCE.openai.azure.com/openai/v1"),
        ("bedrock", "`region`", "--base-url https://bedrock-mantle.REGION.api.aws/v1"),
        ("vertex", "`location` and `project`", "/projects/PROJECT/locations/LOCATION"),
        ("cloudflare", "`account_id`", "accounts/ACCOUNT_ID/ai/v1"),
    ] {
        let sandbox = Sandbox::with_codex();
        let outcome = sandbox.codexgw(&["add", provider, "--key-stdin", "--no-probe", "--model", "m"]).stdin("k").run();
        outcome.exits(2).explains().stderr_has(part).stderr_has(url);
        assert_eq!(sandbox.config(), None);
    }
}

#[test]
fn a_credential_in_the_query_is_refused_unseen() {
    let sandbox = Sandbox::with_codex();
    let args = ["add", "custom", "--id", "up", "--base-url", "http://127.0.0.1:9/v1", "--no-probe", "--model", "m"];
    for (query, hint) in [("api_key=sk-secret-1", "--key-stdin"), ("version", "--query api-version=")] {
        let outcome = sandbox.codexgw(&args).args(&["--query", query]).run();
        outcome.exits(2).explains().stderr_has(hint).never_says("sk-secret-1");
    }
}

#[test]
fn a_key_where_a_name_or_a_plain_value_belongs_is_refused() {
    let sandbox = Sandbox::with_codex();
    let key = "sk-canary0123456789abcdef";
    let add = ["add", "custom", "--base-url", "http://127.0.0.1:9/v1", "--id", "up", "--model", "m", "--no-probe"];
    let before = sandbox.files();
    for (more, words) in [
        (&["--via", "direct", "--wire", "responses", "--env-key", key][..], "takes the name of a variable"),
        (&["--key-from-env", key], "takes the name of a variable"),
        (&["--header", "X-Custom=sk-canary0123456789abcdef"], "looks like a key"),
        (&["--header", "X-Custom=Basic abc"], "looks like a key"),
        (&["--via", "direct", "--env-key", "my key"], "cannot be the name of a variable"),
    ] {
        let outcome = sandbox.codexgw(&add).args(more).run().exits(2).explains().stderr_has(words);
        outcome.never_says(key);
        assert_eq!(sandbox.files(), before);
    }
}

#[test]
fn a_table_of_the_person_s_own_in_the_gateway_s_place_stays() {
    let sandbox = Sandbox::with_codex();
    let own = "model_provider = \"codexgw\"\nmodel = \"x\"\n\n[model_providers.codexgw]\nname = \"mine\"\n\
               base_url = \"http://else/v1\"\n";
    sandbox.write_config(own);
    let upstream = Upstream::chat(Script::none());
    for road in [&["--via", "gateway"][..], &["--wire", "chat"]] {
        refused(&sandbox, &upstream.base_url(), &[road, &["--no-probe"]].concat())
            .exits(1)
            .stderr_has("[model_providers.codexgw]")
            .stderr_has("`codexgw config edit`")
            .stderr_has("--force");
    }
    // Neither does taking out what is ours touch it.
    sandbox.add("straight", &Upstream::responses(Script::none()), &["--via", "direct", "--no-probe"]);
    sandbox.codexgw(&["gateway", "move"]).run().ok();
    sandbox.codexgw(&["use", "straight"]).run().exits(1).stderr_has("`codexgw config edit`");
    sandbox.codexgw(&["off"]).run();
    sandbox.codexgw(&["uninstall", "--yes"]).run().ok();
    assert_eq!(sandbox.config().as_deref(), Some(own));
}

#[test]
fn a_table_in_the_gateway_s_place_is_replaced_by_force() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("[model_providers.codexgw]\nname = \"mine\"\nbase_url = \"http://else/v1\"\n");
    let upstream = Upstream::chat(Script::none());
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe", "--force"]);
    let config = sandbox.config().unwrap();
    assert!(config.contains("http://127.0.0.1:") && !config.contains("http://else"), "{config}");
}
