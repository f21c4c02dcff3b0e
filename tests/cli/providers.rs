//! `codexgw providers`.

use serde_json::Value;

use crate::support::Sandbox;

#[test]
fn what_is_known_is_listed_searched_and_shown() {
    let (_upstream, sandbox) = super::with_a_gateway_provider();
    let listed = sandbox.codexgw(&["providers"]).run().ok();
    for id in ["anthropic", "gemini", "openrouter", "ollama", "azure"] {
        assert!(listed.stdout.lines().any(|line| line.starts_with(id)), "{id}\n{listed}");
    }
    let found = sandbox.codexgw(&["providers", "GOOGLE", "gemini", "--json"]).run().ok();
    let rows: Vec<Value> = serde_json::from_str(&found.stdout).expect("JSON");
    assert_eq!(rows.iter().map(|row| &row["id"]).collect::<Vec<_>>(), ["gemini", "vertex"], "{found}");
    sandbox.codexgw(&["providers", "no-such-word"]).run().ok().stderr_has("codexgw add custom");
    sandbox.codexgw(&["providers", "show", "claude"]).run().ok().stdout_has("messages").stdout_has("ANTHROPIC_API_KEY");
    sandbox
        .codexgw(&["providers", "show", "opnrouter"])
        .run()
        .exits(2)
        .explains()
        .stderr_has("providers show openrouter");
}

#[test]
fn a_provider_says_under_which_id_it_is_configured() {
    let sandbox = Sandbox::with_codex();
    let add = ["add", "deepseek", "--id", "deep", "--key-stdin", "--store", "file", "--no-probe"];
    sandbox.codexgw(&add).stdin("sk-0123456789abcdef").run().ok();
    sandbox.codexgw(&["providers", "show", "deepseek"]).run().ok().stdout_has("configured as  deep");
}
