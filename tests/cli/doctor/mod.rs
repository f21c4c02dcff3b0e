//! Every cause that the doctor knows, made for real.

mod base_url;
mod broken;
mod bundle;
mod canned;
mod codex;
mod configuration;
mod default_provider;
mod gateway;
mod keys;
mod models;
mod provider;
mod question;
mod run;

use crate::support::Sandbox;

use broken::{doctor, ids, troubles};

/// A provider's table as a person writes it.
const PROVIDER: &str = "[model_providers.lab]\nname = \"Lab\"\nbase_url = \"https://lab.example.net/v1\"\n";

#[test]
fn a_good_setup_has_nothing_wrong() {
    let (_upstream, sandbox) = super::with_a_gateway_provider();
    let outcome = doctor(&sandbox, &["--offline"]).exits(0);
    assert_eq!(ids(&outcome), Vec::<String>::new(), "{outcome}");
    sandbox.codexgw(&["doctor", "--offline"]).run().ok().stderr_has("nothing is wrong");
}

#[test]
fn the_worst_comes_first_and_in_words() {
    let sandbox = Sandbox::with_codex();
    std::fs::write(sandbox.path("codex/auth.json"), "{\"tokens\":{\"access_token\":\"t\"}}").expect("a file");
    sandbox.write_config(format!(
        "web_search = false\nnot_a_key = 1\nmodel_provider = \"lab\"\n{PROVIDER}requires_openai_auth = true\n"
    ));
    let outcome = sandbox.codexgw(&["doctor", "--offline"]).run().exits(3);
    let first = outcome.stdout.lines().next().unwrap_or_default();
    assert!(first.starts_with("danger ") && first.ends_with("[leak-requires-openai-auth]"), "{outcome}");
    outcome
        .stdout_has("→ `codexgw doctor --fix`")
        .stdout_has("[old-config-removed-value]")
        .stderr_has("codexgw doctor --fix");
}

#[test]
fn a_person_s_own_provider_can_be_asked_about_by_name() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(PROVIDER);
    assert_eq!(ids(&doctor(&sandbox, &["--offline", "lab"]).exits(0)), Vec::<String>::new());
    let outcome = doctor(&sandbox, &["--offline", "labb"]).exits(3);
    assert_eq!(ids(&outcome), ["profile-unknown"]);
    outcome.stdout_has("did you mean `codexgw doctor lab`?");
}

#[test]
fn what_was_not_asked_about_is_left_alone() {
    let sandbox = Sandbox::with_codex();
    let other = PROVIDER.replace("lab]", "other]").replace("Lab", "Azure");
    let config = format!("model_provider = \"lab\"\nmodel = \"m\"\n{PROVIDER}{other}[profiles.x]\nmodel = \"m\"\n");
    sandbox.write_config(&config);
    let outcome = doctor(&sandbox, &["--offline", "lab", "--fix"]).exits(3);
    assert_eq!(troubles(&outcome), ["old-config-legacy-profile"], "{outcome}");
    assert_eq!(sandbox.config(), Some(config));
    outcome.stdout_has("`codexgw migrate --yes` mends it, with whatever else it finds");
    let outcome = doctor(&sandbox, &["--offline", "other", "--fix"]).exits(3);
    assert_eq!(troubles(&outcome), ["old-config-legacy-profile"], "{outcome}");
    assert!(sandbox.config().unwrap().contains("name = \"other\""), "{:?}", sandbox.config());
}

#[test]
fn what_was_mended_and_what_was_left_out_is_told() {
    let sandbox = Sandbox::with_codex();
    // Two things, of which one is edited and the other migrated.
    sandbox.write_config(format!("web_search = false\n{}", PROVIDER.replace("Lab", "Azure")));
    let outcome = sandbox.codexgw(&["doctor", "--offline", "--fix"]).run().ok();
    let outcome = outcome.stderr_has("name-of-openai: edited").stderr_has("old-config-removed-value: ran");
    outcome.stderr_has("not looked at without the network: `provider`, `built-in`, `codex-doctor`");
    sandbox.write_config("web_search = false\n");
    let outcome = doctor(&sandbox, &["--offline", "--fix"]).exits(0);
    outcome.stdout_has("\"mended\": [").stdout_has("old-config-removed-value: ran");
}

#[test]
fn one_check_can_be_asked_for_and_all_are_listed() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("web_search = false\nopenai_base_url = \"https://relay.example.net/v1\"\n");
    for only in ["leak", "leak-openai-base-url"] {
        assert_eq!(ids(&doctor(&sandbox, &["--offline", "--only", only]).exits(3)), ["leak-openai-base-url"]);
    }
    sandbox.codexgw(&["doctor", "--only", "nonsense"]).run().exits(2).explains();
    sandbox.codexgw(&["doctor", "--list"]).run().ok().stdout_has("token-command");
    sandbox.codexgw(&["doctor", "--list", "--json"]).run().ok().stdout_has("\"id\": \"token-command\"");
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
    sandbox
        .codexgw(&["explain", "--profile only applies to runtime commands", "--json"])
        .run()
        .ok()
        .stdout_has("\"profile-not-here\"");
    let unknown = sandbox.codexgw(&["explain", "all is well"]).run().exits(3).explains();
    unknown.stderr_has("codexgw doctor --run").stderr_has("--bundle report.md");
    // A provider's words, out of a coloured log that says more than one thing.
    let log = "warning: Model metadata for `m1` not found.\nERROR: Reconnecting... 1/5\n\
               \u{1b}[31mERROR:\u{1b}[0m developer is not one of ['system', 'user']\n";
    let told = sandbox.codexgw(&["explain", "--json"]).stdin(log).run().ok();
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told[0]["id"], "developer-role");
    // The words of the Codex that is installed.
    sandbox.write_config(format!("{PROVIDER}wire_api = \"chat\"\n"));
    let refused = sandbox.codex(&["mcp", "list"]).run().exits(1);
    sandbox.codexgw(&["explain", "--json"]).stdin(&refused.stderr).run().ok().stdout_has("\"wire-api-chat\"");
}
