//! What the doctor mended, the real Codex runs on.

use serde_json::Value;

use crate::support::upstream::Refusing;
use crate::support::{Sandbox, Turn, Upstream};

#[test]
fn a_chat_provider_that_a_person_set_up_as_if_it_spoke_responses() {
    let upstream = Upstream::chat([Turn::text("by default"), Turn::text("by profile"), Turn::text("by run")]);
    let mut sandbox = Sandbox::with_keyring();
    let key = upstream.key();
    sandbox.set_env("LAB_KEY", &key);
    sandbox.write_config(format!(
        "# mine\nmodel_provider = \"lab\"\nmodel = \"m1\"\n\n[model_providers.lab]\nname = \"Lab\"\nbase_url = \"{}\"\n\
         wire_api = \"responses\"\nenv_key = \"LAB_KEY\"\n",
        upstream.base_url()
    ));
    let profile = "model_provider = \"lab\"\nmodel = \"m2\"\n";
    std::fs::write(sandbox.path("codex/other.config.toml"), profile).expect("a profile");
    let exec = ["exec", "--dangerously-bypass-approvals-and-sandbox", "hi"];
    sandbox.codex(&exec).run().exits(1).stderr_has("404");

    let report = sandbox.codexgw(&["doctor", "--fix"]).run();
    report.clone().exits(0).stderr_has("provider-wire: ran `codexgw migrate --speaks lab=chat --yes`").never_says(&key);
    sandbox.codexgw(&["doctor"]).run().ok().stderr_has("nothing is wrong");
    assert!(sandbox.config().unwrap().starts_with("# mine\n"), "{:?}", sandbox.config());

    sandbox.codexgw(&["run", "--"]).args(&exec).run().ok().stdout_has("by default");
    sandbox.exec("other", "hi").run().ok().stdout_has("by profile");
    sandbox.run("other", "hi").run().ok().stdout_has("by run");
    let models: Vec<_> = upstream.turns().iter().map(|turn| turn.json()["model"].clone()).collect();
    assert_eq!(models, ["m1", "m2", "m2"]);
}

/// Each part of Codex's request that a provider may refuse, by its words.
const REFUSED: [(&str, Refusing); 6] = [
    ("the field `include`", |body| body.get("include").map(|_| "Unknown parameter: 'include'.")),
    ("the field `prompt_cache_key`", |body| {
        body.get("prompt_cache_key").map(|_| "Extra inputs are not permitted, field: 'prompt_cache_key'")
    }),
    ("the field `client_metadata`", |body| {
        body.get("client_metadata").map(|_| "Unknown parameter: 'client_metadata'.")
    }),
    ("messages of the role `developer`", |body| {
        let items = body["input"].as_array()?;
        items.iter().any(|item| item["role"] == "developer").then_some("Unexpected role: developer")
    }),
    ("tools of the type `namespace`", |body| {
        let tools = body["tools"].as_array()?;
        let is_one = |tool: &Value| tool["type"] == "namespace";
        tools.iter().any(is_one).then_some("Invalid value: 'namespace'. Supported values are: 'function'.")
    }),
    ("the field `reasoning.summary`", |body| {
        body["reasoning"].get("summary").map(|_| "Unsupported parameter: 'reasoning.summary'")
    }),
];

#[test]
fn a_provider_that_begins_to_refuse_what_codex_sends_goes_behind_the_gateway() {
    for (part, refusing) in REFUSED {
        let upstream = Upstream::responses([Turn::text("all is well")]);
        let sandbox = Sandbox::with_keyring();
        sandbox.add("lab", &upstream, &[]);
        assert!(sandbox.config().unwrap().contains("[model_providers.lab]"), "it is no direct one: {part}");
        sandbox.codexgw(&["doctor", "lab"]).run().ok();
        upstream.refuse(refusing);
        sandbox.exec("lab", "hi").run().exits(1);

        let outcome = sandbox.codexgw(&["doctor", "lab", "--json"]).run().exits(3);
        let report: Value = serde_json::from_str(&outcome.stdout).expect("a report");
        let finding = &report["findings"][0];
        assert_eq!(finding["id"], "provider-refuses-codex", "{outcome}");
        assert!(finding["what"].as_str().is_some_and(|what| what.ends_with(&format!(": {part}"))), "{outcome}");
        assert_eq!(finding["fix"], "`codexgw add lab --via gateway --wire responses --force`", "{outcome}");
        let mended = sandbox.codexgw(&["doctor", "lab", "--fix"]).run().ok();
        mended.stderr_has("provider-refuses-codex: ran `codexgw add lab --via gateway").never_says(&upstream.key());
        sandbox.codexgw(&["doctor", "lab"]).run().ok().stderr_has("nothing is wrong");
        sandbox.exec("lab", "hi").run().ok().stdout_has("all is well");
    }
}

#[test]
fn a_probe_keeps_what_is_refused_so_that_codex_works_again() {
    for (part, refusing) in REFUSED {
        let upstream = Upstream::responses([Turn::text("all is well")]);
        let sandbox = Sandbox::with_keyring();
        sandbox.add("lab", &upstream, &[]);
        upstream.refuse(refusing);
        let outcome = sandbox.codexgw(&["probe", "lab", "--save"]).run().stderr_has("road: direct → gateway");
        let found: Vec<_> = outcome.stdout.matches("(found)").collect();
        assert_eq!(found.len(), 1, "{part}: {outcome}");
        sandbox.exec("lab", "hi").run().ok().stdout_has("all is well");
    }
}

#[test]
fn a_table_whose_provider_refuses_a_field_goes_behind_the_gateway() {
    let upstream = Upstream::responses([Turn::text("all is well")]);
    let mut sandbox = Sandbox::with_keyring();
    sandbox.set_env("LAB_KEY", upstream.key());
    sandbox.write_config(format!(
        "model_provider = \"lab\"\nmodel = \"m1\"\n\n[model_providers.lab]\nname = \"Lab\"\nbase_url = \"{}\"\n\
         env_key = \"LAB_KEY\"\n",
        upstream.base_url()
    ));
    upstream.refuse(REFUSED[0].1);
    let exec = ["exec", "--dangerously-bypass-approvals-and-sandbox", "hi"];
    sandbox.codex(&exec).run().exits(1).stderr_has("include");
    let mended = sandbox.codexgw(&["doctor", "--fix"]).run().ok();
    mended.stderr_has("provider-refuses-codex: ran `codexgw migrate --speaks lab=responses");
    sandbox.codexgw(&["doctor"]).run().ok().stderr_has("nothing is wrong");
    sandbox.codexgw(&["run", "--"]).args(&exec).run().ok().stdout_has("all is well");
}

#[test]
fn a_model_without_tools_is_told_where_codex_asks_itself() {
    let upstream = Upstream::responses([]);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("lab", &upstream, &[]);
    upstream.refuse(|body| body.get("tools").map(|_| "m1 does not support tools"));
    let outcome = sandbox.codexgw(&["doctor", "lab"]).run().exits(3);
    assert!(format!("{outcome}").contains("takes no tools"), "{outcome}");
    let outcome =
        sandbox.codexgw(&["doctor", "lab", "--run"]).limit(std::time::Duration::from_secs(150)).run().exits(3);
    assert!(!format!("{outcome}").contains("`codexgw doctor`"), "{outcome}");
}
