//! `codexgw migrate --from`: the providers that another tool holds.

use serde_json::{Value, json};

use crate::support::upstream::Script;
use crate::support::{Sandbox, Terminal, Upstream};

/// A LiteLLM configuration with one model at the upstream, written to `work/config.yaml`.
fn write_litellm(sandbox: &Sandbox, upstream: &Upstream) {
    let yaml = format!(
        "model_list:\n  - model_name: fast\n    litellm_params:\n      model: openai/{}\n      api_base: {}\n      \
         api_key: {}\n  - model_name: sonnet\n    litellm_params:\n      model: openrouter/x\n      \
         api_key: os.environ/NOT_SET\n",
        upstream.model(),
        upstream.base_url(),
        upstream.key(),
    );
    std::fs::write(sandbox.work().join("config.yaml"), yaml).unwrap();
}

#[track_caller]
fn listed(sandbox: &Sandbox) -> Vec<Value> {
    let outcome = sandbox.codexgw(&["list", "--json"]).run().ok();
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"))
}

/// The files of Codex and codexgw that hold a key.
fn holders(sandbox: &Sandbox, key: &str) -> Vec<String> {
    let holds = |content: &[u8]| String::from_utf8_lossy(content).contains(key);
    sandbox.files().into_iter().filter(|(_, content)| holds(content)).map(|(name, _)| name).collect()
}

#[test]
fn a_litellm_configuration_is_set_up_and_its_key_is_only_in_the_store() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    write_litellm(&sandbox, &upstream);
    let outcome = sandbox.codexgw(&["migrate", "--from", "litellm", "--yes", "--store", "file"]).run().ok();
    outcome
        .never_says(&upstream.key())
        .stdout_has("its key is in `NOT_SET`")
        .stderr_has("1 provider set up: `127-0-0-1`");
    let providers = listed(&sandbox);
    assert_eq!(providers.len(), 1, "{providers:?}");
    assert_eq!(providers[0]["id"], "127-0-0-1");
    assert_eq!(providers[0]["base_url"], upstream.base_url());
    assert_eq!((&providers[0]["model"], &providers[0]["wire"]), (&json!(upstream.model()), &json!("chat")));
    let files = holders(&sandbox, &upstream.key());
    assert!(matches!(&files[..], [one] if one.starts_with("codexgw/state/keys/")), "{files:?}");
    let token = sandbox.codexgw(&["token", "127-0-0-1"]).run().ok();
    assert_eq!(token.stdout.trim_end(), upstream.key());
    // Once more: it is there.
    let again = sandbox.codexgw(&["migrate", "--from", "litellm", "--yes"]).run().ok();
    again.stdout_has("`127-0-0-1` has that address already").stderr_has("nothing was changed");
}

#[test]
fn nothing_changes_without_a_yes() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    write_litellm(&sandbox, &upstream);
    let before = sandbox.files();
    sandbox.codexgw(&["migrate", "--from", "litellm", "--dry-run"]).run().ok().never_says(&upstream.key());
    let refused = sandbox.codexgw(&["migrate", "--from", "litellm"]).run().exits(1);
    refused.explains().stderr_has("codexgw migrate --from litellm --yes").never_says(&upstream.key());
    assert_eq!(sandbox.files(), before);
    assert!(upstream.records().is_empty(), "{}", upstream.report());
}

#[test]
fn on_a_terminal_it_asks_once() {
    let upstream = Upstream::chat(Script::none());
    for (answer, count) in [("n", 0), ("y", 1)] {
        let sandbox = Sandbox::with_codex();
        write_litellm(&sandbox, &upstream);
        let terminal = Terminal::start(&sandbox, "codexgw migrate --from litellm --store file");
        terminal.wait_for("Set up 1 provider here?");
        terminal.write(answer);
        let screen = terminal.wait_for("ended with 0");
        assert!(!screen.contains(&upstream.key()), "{screen}");
        assert_eq!(listed(&sandbox).len(), count, "{screen}");
    }
}

#[test]
fn cc_switch_is_read_and_a_provider_that_does_not_answer_hinders_no_other() {
    let upstream = Upstream::responses(Script::none());
    let sandbox = Sandbox::with_codex();
    // Codex has a table of that name from CC Switch itself.
    sandbox.write_config("[model_providers.relay]\nname = \"relay\"\nbase_url = \"https://relay.example/v1\"\n");
    let folder = sandbox.path("home/.cc-switch");
    std::fs::create_dir_all(&folder).unwrap();
    let database = rusqlite::Connection::open(folder.join("cc-switch.db")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE providers (id TEXT, app_type TEXT, name TEXT, settings_config TEXT, created_at INTEGER,
             sort_index INTEGER, meta TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (id, app_type))",
        )
        .unwrap();
    for (name, url) in [("Dead", "http://127.0.0.1:9/v1".to_owned()), ("Relay", upstream.base_url())] {
        let config = format!(
            "model_provider = \"custom\"\nmodel = \"{}\"\n[model_providers.custom]\nbase_url = \"{url}\"\n",
            upstream.model()
        );
        let settings = json!({"auth": {"OPENAI_API_KEY": upstream.key()}, "config": config}).to_string();
        let sql = "INSERT INTO providers (id, app_type, name, settings_config) VALUES (?1, 'codex', ?1, ?2)";
        database.execute(sql, (name, settings)).unwrap();
    }
    let outcome = sandbox.codexgw(&["migrate", "--from", "cc-switch", "--yes", "--store", "file"]).run().exits(4);
    outcome.never_says(&upstream.key()).stderr_has("`dead` was not added").stderr_has("1 provider set up: `relay-2`");
    let providers = listed(&sandbox);
    assert_eq!(providers.iter().map(|p| &p["id"]).collect::<Vec<_>>(), ["relay-2"]);
    assert_eq!((&providers[0]["road"], &providers[0]["wire"]), (&json!("direct"), &json!("responses")));
    let files = holders(&sandbox, &upstream.key());
    assert!(matches!(&files[..], [one] if one.starts_with("codexgw/state/keys/")), "{files:?}");
}

#[test]
fn the_variables_of_the_shell_are_read() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let migrate = sandbox.codexgw(&["migrate", "--from", "env", "--yes", "--store", "file"]);
    let migrate = migrate.env("OPENAI_API_BASE", &upstream.base_url()).env("OPENAI_API_KEY", &upstream.key());
    migrate.env("OPENAI_MODEL", "m1").run().ok().never_says(&upstream.key()).stdout_has("in OPENAI_API_KEY");
    assert_eq!(listed(&sandbox)[0]["base_url"], upstream.base_url());
    let token = sandbox.codexgw(&["token", "127-0-0-1"]).run().ok();
    assert_eq!(token.stdout.trim_end(), upstream.key());
    sandbox.codexgw(&["migrate", "--from", "env"]).run().ok().stderr_has("found no providers");
}

#[test]
fn what_is_not_there_is_told_with_what_to_do() {
    let sandbox = Sandbox::with_codex();
    for tool in ["cc-switch", "litellm"] {
        let outcome = sandbox.codexgw(&["migrate", "--from", tool]).run().exits(1);
        outcome.explains().stderr_has(&format!("codexgw migrate --from {tool} --path FILE"));
    }
    sandbox.codexgw(&["migrate", "--from", "env", "--path", "x"]).run().exits(2).explains();
}

#[test]
fn what_is_advised_is_a_command_that_has_the_option() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let migrate = |more: &[&str]| {
        let migrate = sandbox.codexgw(&["migrate", "--from", "env", "--yes"]).args(more);
        let migrate = migrate.env("OPENAI_API_BASE", &upstream.base_url()).env("OPENAI_API_KEY", &upstream.key());
        migrate.run().never_says(&upstream.key())
    };
    let refused = migrate(&["--no-probe", "--store", "file"]).exits(2);
    let advice = format!(
        "`codexgw add custom --id 127-0-0-1 --base-url {} --key-from-env OPENAI_API_KEY --store file --model MODEL`",
        upstream.base_url()
    );
    refused.stderr_has(&advice);
    // No keyring is there either.
    migrate(&["--no-probe"]).exits(5).stderr_has("`--store file` with `add`, `key set` or `migrate`");
}
