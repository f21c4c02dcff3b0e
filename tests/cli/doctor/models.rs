//! Models that cannot carry Codex, or of which it knows nothing.

use std::fs;

use super::PROVIDER;
use super::broken::{Broken, doctor, ids};
use super::canned::{Canned, counted, good, json, models};
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// The default is this model of the person's own provider.
fn default(model: &str) -> String {
    format!("model_provider = \"lab\"\nmodel = \"{model}\"\n{PROVIDER}")
}

/// Some keep the list for administrators, or list but a part of what they serve. Codex asks for no list.
#[test]
fn a_list_that_says_otherwise_is_no_trouble_where_the_model_answers() {
    for list in [models(r#"{"id":"m-listed"}"#), json(403, r#"{"error":{"message":"admin only"}}"#)] {
        let canned = Canned::start("127.0.0.1:0", move |line, body| match line {
            "GET /v1/models" => list.clone(),
            _ if body["stream"] == true => counted(3),
            line => good(line),
        });
        let sandbox = Sandbox::with_codex();
        sandbox.write_config(default("m-alias").replace("https://lab.example.net/v1", &canned.base_url()));
        assert_eq!(ids(&doctor(&sandbox, &["--only", "provider"]).exits(0)), Vec::<String>::new());
    }
}

#[test]
fn models_of_which_codex_knows_nothing_or_something_wrong() {
    Broken::config("model-missing", &format!("model_provider = \"lab\"\n{PROVIDER}")).holds();
    Broken::config("model-window", &format!("model_context_window = 4096\n{}", default("gpt-5.5"))).holds();
    Broken::config("model-code-mode", &default("gpt-6-sol")).prints_command().holds();
    Broken::config("model-metadata", &default("claude-sonnet-4-5")).mended().holds();
    Broken::config("model-metadata", &default("nobody-knows-it")).note().prints_command().holds();
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(default("gpt-5.5"));
    assert_eq!(ids(&doctor(&sandbox, &["--offline"]).exits(0)), Vec::<String>::new());
}

/// A gateway provider with something more in its settings about the model `m1`.
fn with_facts(facts: &str) -> (Upstream, Sandbox) {
    let (upstream, sandbox) = super::super::with_a_gateway_provider();
    let file = sandbox.path("codexgw/config.toml");
    let settings = fs::read_to_string(&file).expect("settings");
    let mut document: toml_edit::DocumentMut = settings.parse().expect("settings");
    let facts: toml_edit::DocumentMut = facts.parse().expect("facts");
    let mut table = toml_edit::InlineTable::new();
    for (key, value) in facts.iter() {
        table.insert(key, value.as_value().expect("a value").clone());
    }
    document["providers"]["up"]["models"]["m1"] = toml_edit::value(table);
    fs::write(&file, document.to_string()).expect("settings");
    (upstream, sandbox)
}

#[test]
fn models_that_cannot_carry_codex() {
    for (id, facts) in [
        ("model-window", "context = 8192"),
        ("model-window-narrow", "context = 24000"),
        ("model-without-tools", "tools = false"),
    ] {
        let (upstream, sandbox) = with_facts(facts);
        Broken::new(id, sandbox).keeping(upstream).holds();
    }
    // What the provider says of it counts as well.
    for (id, entry) in [
        ("model-window", r#"{"id":"m","max_model_len":2048}"#),
        ("model-without-tools", r#"{"id":"m","supports_tools":false}"#),
    ] {
        let canned = Canned::good_but(move |line| (line == "GET /v1/models").then(|| models(entry)));
        let sandbox = Sandbox::with_codex();
        let config = format!("model_provider = \"lab\"\nmodel = \"m\"\n{PROVIDER}");
        sandbox.write_config(config.replace("https://lab.example.net/v1", &canned.base_url()));
        Broken::new(id, sandbox).asked("provider").keeping(canned).holds();
    }
}

#[test]
fn a_provider_that_refuses_the_web_search() {
    let upstream = Upstream::responses(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "direct", "--no-probe"]);
    let file = sandbox.path("codexgw/config.toml");
    let settings = fs::read_to_string(&file).expect("settings");
    let mut document: toml_edit::DocumentMut = settings.parse().expect("settings");
    let quirks: toml_edit::Array = ["web_search_rejected"].into_iter().collect();
    document["providers"]["up"]["quirks"] = toml_edit::value(quirks);
    fs::write(&file, document.to_string()).expect("settings");
    Broken::new("web-search-refused", sandbox).keeping(upstream).mended().holds();
}

#[test]
fn a_model_that_is_not_served() {
    let upstream = Upstream::chat(Script::none()).with_models(&["m-new", "other"]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe", "--model", "m-old"]);
    let outcome = sandbox.codexgw(&["doctor", "up"]).run().exits(3);
    outcome.stdout_has("[provider-model]").stdout_has("`m-new`");
    Broken::new("provider-model", sandbox).asked("provider").keeping(upstream).prints_command().holds();
}

/// What a profile names counts as much as what codexgw's settings say.
#[test]
fn a_model_that_is_misspelt_where_codex_reads_it() {
    for (model, id) in [("up/m-nwe", "provider-model"), ("m-new", "model-unowned"), ("m-nwe", "model-unowned")] {
        let upstream = Upstream::chat(Script::none()).with_models(&["m-new", "other"]);
        let sandbox = Sandbox::with_codex();
        sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
        let file = sandbox.path("codex/up.config.toml");
        let profile = fs::read_to_string(&file).expect("a profile");
        fs::write(&file, profile.replace("up/m-new", model)).expect("a profile");
        let check = if id == "provider-model" { "provider" } else { "model" };
        Broken::new(id, sandbox).asked(check).keeping(upstream).mended().holds();
    }
    let canned = Canned::start("127.0.0.1:0", |line, body| match line {
        "GET /v1/models" => models(r#"{"id":"m-new"}"#),
        _ if body["stream"] == true && body["model"] == "m-nwe" => {
            json(404, r#"{"error":{"message":"The model `m-nwe` does not exist","code":"model_not_found"}}"#)
        }
        _ if body["stream"] == true => counted(3),
        line => good(line),
    });
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(default("m-nwe").replace("https://lab.example.net/v1", &canned.base_url()));
    Broken::new("provider-model", sandbox).asked("provider").keeping(canned).mended().holds();
}
