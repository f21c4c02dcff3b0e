//! Codex's own default, OpenAI, where nothing else is set up.

use std::fs;

use super::PROVIDER;
use super::broken::{Broken, doctor, finding, ids};
use crate::support::Sandbox;

#[test]
fn a_login_that_is_missing_or_broken() {
    let sandbox = Sandbox::with_codex();
    Broken::new("codex-doctor-login", sandbox).asked("codex-doctor").holds();
    let sandbox = Sandbox::with_codex();
    fs::write(sandbox.path("codex/auth.json"), "not json").expect("a file");
    Broken::new("login-broken", sandbox).holds();
    Broken::config("login-key-unread", "").env("OPENAI_API_KEY", "sk-0123456789abcdef").holds();
    // Who has a provider may have that key for something else.
    Broken::config("login-key-unread", PROVIDER).env("OPENAI_API_KEY", "sk-0123456789abcdef").note().holds();
}

#[test]
fn a_provider_that_is_not_reached() {
    let report = r#"{"checks":{"network.provider_reachability":{"status":"fail","summary":"unreachable",
        "details":{"openai API inference URL":"https://api.openai.com/v1/x connect failed (required)"}}}}"#;
    let script =
        format!("#!/bin/sh\nif [ \"$1\" = doctor ]; then echo '{report}'; exit 1; fi\necho codex-cli 0.169.0\n");
    let with = |config: &str, login: bool| {
        let mut sandbox = Sandbox::new();
        sandbox.write_program("codex", &script);
        sandbox.write_config(config);
        sandbox.set_env("HTTPS_PROXY", "http://127.0.0.1:9");
        if login {
            fs::write(sandbox.path("codex/auth.json"), r#"{"OPENAI_API_KEY":"sk-0123456789abcdef"}"#).expect("a file");
        }
        sandbox
    };
    Broken::new("codex-doctor-openai", with("", true)).asked("codex-doctor").holds();
    let outcome = doctor(&with("", true), &["--only", "codex-doctor"]).exits(3);
    let found = finding(&outcome, "codex-doctor-openai").unwrap_or_else(|| panic!("{outcome}"));
    assert!(found["evidence"].to_string().contains("connect failed"), "{found}");
    assert!(found["fix"].as_str().is_some_and(|fix| fix.contains("unset HTTPS_PROXY")), "{found}");
    // Nobody asks it then.
    for config in [PROVIDER.to_owned(), format!("model_provider = \"lab\"\nmodel = \"m\"\n{PROVIDER}")] {
        let outcome = doctor(&with(&config, false), &["--only", "codex-doctor"]).exits(0);
        assert!(!ids(&outcome).contains(&"codex-doctor-openai".to_owned()), "{outcome}");
    }
}
