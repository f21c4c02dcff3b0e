//! `codexgw providers`.

use std::fs;

use serde_json::Value;

use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

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
fn a_provider_is_shown_with_its_key_its_list_and_the_pages_that_say_so() {
    let (_upstream, sandbox) = super::with_a_gateway_provider();
    let shown = sandbox.codexgw(&["providers", "show", "anthropic"]).run().ok();
    for text in [
        "needed, in the header `x-api-key`; begins with `sk-ant-`",
        "https://api.anthropic.com/v1/models",
        "read on 20",
    ] {
        assert!(shown.stdout.contains(text), "{text}\n{shown}");
    }
    let shown = sandbox.codexgw(&["providers", "show", "anthropic", "--json"]).run().ok();
    let shown: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!((&shown["key_header"], &shown["models_path"]), (&"x-api-key".into(), &"/models".into()));
    assert!(shown["sources"]["pages"][0].as_str().is_some_and(|page| page.starts_with("https://")), "{shown}");
    let own = sandbox.codexgw(&["providers", "show", "up", "--json"]).run().ok();
    let own: Value = serde_json::from_str(&own.stdout).expect("JSON");
    assert_eq!((&own["id"], &own["wire"], &own["road"]), (&"up".into(), &"chat".into(), &"gateway".into()));
    let several = sandbox.codexgw(&["providers", "show", "openrouter"]).run().ok();
    several.stdout_has("wire           chat; also responses, messages (`--wire`)");
    let several = sandbox.codexgw(&["providers", "show", "azure", "--json"]).run().ok();
    let several: Value = serde_json::from_str(&several.stdout).expect("JSON");
    assert_eq!(several["wires"][0], "chat");
}

#[test]
fn a_provider_that_cannot_be_supported_says_why() {
    let sandbox = Sandbox::with_codex();
    for args in [&["providers", "show", "copilot"][..], &["add", "GitHub-Copilot"]] {
        sandbox.codexgw(args).run().exits(2).explains().stderr_has("for its own programs").stderr_has("add custom");
    }
}

#[test]
fn a_provider_says_under_which_id_it_is_configured() {
    let sandbox = Sandbox::with_codex();
    let add = ["add", "deepseek", "--id", "deep", "--key-stdin", "--store", "file", "--no-probe"];
    sandbox.codexgw(&add).stdin("sk-0123456789abcdef").run().ok();
    sandbox.codexgw(&["providers", "show", "deepseek"]).run().ok().stdout_has("configured as  deep");
}

#[test]
fn further_endpoints_are_shown_and_can_be_chosen() {
    let sandbox = Sandbox::with_codex();
    let shown = sandbox.codexgw(&["providers", "show", "zai"]).run().ok();
    for text in [
        "https://api.z.ai/api/paas/v4  (for pay-as-you-go keys)",
        "--endpoint coding",
        "https://api.z.ai/api/coding/paas/v4  (for keys of the GLM Coding Plan)",
    ] {
        assert!(shown.stdout.contains(text), "{text}\n{shown}");
    }
    let found = sandbox.codexgw(&["providers", "coding", "plan", "--json"]).run().ok();
    let rows: Vec<Value> = serde_json::from_str(&found.stdout).expect("JSON");
    assert!(rows.iter().any(|row| row["id"] == "zai" && row["endpoints"][0]["id"] == "coding"), "{found}");

    let add = ["add", "zai", "--key-stdin", "--store", "file", "--no-probe"];
    let key = "0123456789abcdef.0123456789abcdef";
    sandbox.codexgw(&add).args(&["--endpoint", "coding"]).stdin(key).run().ok();
    let list = sandbox.codexgw(&["list", "--json"]).run().ok();
    assert!(list.stdout.contains("https://api.z.ai/api/coding/paas/v4"), "{list}");
    let wrong = sandbox.codexgw(&add).args(&["--force", "--endpoint", "moon"]).stdin(key).run().exits(2).explains();
    wrong.stderr_has("it has `coding`, `responses`").stderr_has("codexgw providers show zai");
    let none = sandbox.codexgw(&["add", "groq", "--endpoint", "eu", "--no-probe"]).run().exits(2).explains();
    none.stderr_has("--base-url URL");
}

#[test]
fn a_configured_provider_without_a_template_is_shown_as_it_is_set() {
    let (upstream, sandbox) = super::with_a_gateway_provider();
    let shown = sandbox.codexgw(&["providers", "show", "up"]).run().ok();
    shown.stdout_has(&upstream.base_url()).stdout_has("wire           chat").stdout_has("model          m1");
}

const LAB: &str = "id = \"lab\"\nname = \"Lab\"\nbase_url = \"https://lab.example.net/v1\"\nauth = \"bearer\"\n\
                   wire = \"chat\"\nmodel = \"m1\"\nquirks = [\"max_completion_tokens\"]\n";

#[test]
fn a_template_of_one_s_own_counts_like_the_built_in_ones() {
    let sandbox = Sandbox::with_codex();
    let folder = sandbox.path("codexgw/providers");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("lab.toml"), LAB).expect("a template");
    fs::write(folder.join("groq.toml"), LAB.replace("\"lab\"", "\"groq\"")).expect("a template");
    sandbox.codexgw(&["providers", "lab"]).run().ok().stdout_has("Lab (yours)");
    let shown = sandbox.codexgw(&["providers", "show", "lab"]).run().ok();
    let shown = shown.stdout_has("The output limit is called `max_completion_tokens` (max_completion_tokens)");
    assert!(shown.stdout.contains("template") && !shown.stdout.contains("in place of"), "{shown}");
    sandbox.codexgw(&["providers", "show", "groq"]).run().ok().stdout_has("in place of the built-in one");
    let add = ["add", "lab", "--key-stdin", "--store", "file", "--no-probe"];
    sandbox.codexgw(&add).stdin("sk-0123456789abcdef").run().ok();
    sandbox.codexgw(&["providers", "show", "lab"]).run().ok().stdout_has("configured as  lab");
    sandbox.codexgw(&["doctor", "--offline", "--only", "templates"]).run().ok();

    fs::remove_file(folder.join("lab.toml")).expect("the template");
    sandbox.codexgw(&["doctor", "--offline", "--only", "templates"]).run().exits(3).stdout_has("[template-gone]");
}

#[test]
fn a_broken_template_is_told_with_its_place() {
    let sandbox = Sandbox::with_codex();
    let folder = sandbox.path("codexgw/providers");
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("lab.toml"), LAB.replace("wire", "wier")).expect("a template");
    let listed =
        sandbox.codexgw(&["providers"]).run().ok().stderr_has("lab.toml:5:1: unknown field `wier`; `wire` is known");
    assert!(listed.stdout.contains("openrouter"), "{listed}");
    for command in [&["providers", "show", "lab"][..], &["add", "lab"]] {
        sandbox.codexgw(command).run().exits(1).explains().stderr_has("lab.toml:5:1");
    }
    let doctor = sandbox.codexgw(&["doctor", "--offline", "--only", "templates"]).run().exits(3);
    doctor.stdout_has("[template-broken]").stdout_has("lab.toml:5:1");
}

#[test]
fn a_refused_key_names_the_other_endpoints() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let folder = sandbox.path("codexgw/providers");
    fs::create_dir_all(&folder).expect("a folder");
    let endpoint = "\n[[endpoints]]\nid = \"eu\"\nfor = \"keys of Europe\"\nbase_url = \"https://eu.example.net/v1\"\n";
    let lab = LAB.replace("https://lab.example.net/v1", &upstream.base_url()) + endpoint;
    fs::write(folder.join("lab.toml"), lab).expect("a template");
    let refused = sandbox.codexgw(&["add", "lab", "--key-stdin", "--store", "file"]).stdin("sk-no-such-key-0").run();
    refused.explains().stderr_has("it may be a key for elsewhere: `--endpoint eu` is for keys of Europe");
}

#[test]
fn openai_is_added_under_an_id_and_a_name_that_codex_does_not_treat_as_its_own() {
    let sandbox = Sandbox::with_codex();
    let add = ["add", "openai", "--key-stdin", "--store", "file", "--no-probe", "--model", "gpt", "--via", "direct"];
    sandbox.codexgw(&add).stdin("sk-0123456789abcdef").run().ok().stderr_has("codex login");
    let config = sandbox.config().expect("Codex's configuration");
    for text in ["[model_providers.openai-api]", "name = \"OpenAI API\"", "base_url = \"https://api.openai.com/v1\""] {
        assert!(config.contains(text), "{text}\n{config}");
    }
}
