//! Samples in the shapes that CC Switch writes.

use std::path::Path;

use rusqlite::Connection;
use serde_json::{Value, json};

use super::record::{Record, Tool};
use super::*;
use crate::import::FoundKey;

/// `id template base_url wire model key`, and why not.
fn told(found: &Found) -> String {
    let key = match &found.key {
        FoundKey::Literal(secret) => format!("[{}]", secret.expose().len()),
        FoundKey::EnvVar(name) => format!("${name}"),
        FoundKey::Missing => "-".to_owned(),
    };
    let wire = found.wire.map_or_else(|| "-".to_owned(), |wire| format!("{wire:?}").to_lowercase());
    let field = |field: &Option<String>| field.clone().unwrap_or_else(|| "-".to_owned());
    let why = found.blocked.as_ref().map(|why| format!(" not: {why}")).unwrap_or_default();
    let (template, url, model) = (field(&found.template), field(&found.base_url), field(&found.model));
    format!("{} {template} {url} {wire} {model} {key}{why}", found.id)
}

fn one(tool: Tool, settings: Value, meta: Value) -> String {
    let record = Record { tool, name: "One".to_owned(), settings: Some(settings), meta };
    record.found("`db`").map_or_else(|| "nothing".to_owned(), |found| told(&found))
}

const RELAY: &str = "model_provider = \"custom\"\nmodel = \"gpt-5.1-codex\"\nmodel_reasoning_effort = \"high\"\n\n\
                     [model_providers.custom]\nname = \"custom\"\nwire_api = \"responses\"\nrequires_openai_auth = true\n\
                     base_url = \"https://relay.example/v1\"\n";

#[test]
fn what_a_codex_entry_becomes() {
    let key = json!({"OPENAI_API_KEY": "sk-123456789"});
    let config = |text: &str| json!({"auth": key, "config": text});
    for (settings, meta, expected) in [
        (config(RELAY), json!({}), "one - https://relay.example/v1 responses gpt-5.1-codex [12]"),
        (
            config(&RELAY.replace("\"responses\"", "\"chat\"")),
            json!({}),
            "one - https://relay.example/v1 chat gpt-5.1-codex [12]",
        ),
        // Its own router translates: the word in `config.toml` is for Codex then, not for the provider.
        (config(RELAY), json!({"apiFormat": "openai_chat"}), "one - https://relay.example/v1 chat gpt-5.1-codex [12]"),
        (
            config(RELAY),
            json!({"apiFormat": "anthropic"}),
            "one - https://relay.example/v1 messages gpt-5.1-codex [12]",
        ),
        (
            config(&RELAY.replace("relay.example", "openrouter.ai/api")),
            json!({}),
            "one openrouter https://openrouter.ai/api/v1 responses gpt-5.1-codex [12]",
        ),
        (
            json!({"auth": {}, "config": format!("{RELAY}experimental_bearer_token = \"sk-abcdef\"\n")}),
            json!({}),
            "one - https://relay.example/v1 responses gpt-5.1-codex [9]",
        ),
        (
            json!({"auth": {}, "config": format!("{RELAY}env_key = \"RELAY_KEY\"\n")}),
            json!({}),
            "one - https://relay.example/v1 responses gpt-5.1-codex $RELAY_KEY",
        ),
        (config(""), json!({}), "one openai https://api.openai.com/v1 - - [12]"),
        (config("openai_base_url = \"https://eu.example/v1\""), json!({}), "one - https://eu.example/v1 - - [12]"),
        // The table of a provider that is not the active one says nothing.
        (
            config(&RELAY.replace("= \"custom\"\nmodel =", "= \"other\"\nmodel =")),
            json!({}),
            "one - - - gpt-5.1-codex [12]",
        ),
        (
            json!({"auth": {"tokens": {"access_token": "x"}}, "config": ""}),
            json!({}),
            "one - - - - - not: it is a login with an account, not a provider with a key",
        ),
        (Value::Null, Value::Null, "one - - - - - not: it is a login with an account, not a provider with a key"),
        // A relay's key must not go to OpenAI.
        (
            config("not toml = = ="),
            json!({}),
            "one - - - - - not: its `config.toml` is not TOML, so nothing says where it is",
        ),
        (
            json!({"auth": key, "config": {"base_url": "x"}}),
            json!({}),
            "one - - - - - not: its `config.toml` is not TOML, so nothing says where it is",
        ),
        (
            json!({"auth": {}, "config": format!("{RELAY}http_headers = {{ Authorization = \"Bearer sk-abc\" }}\n")}),
            json!({}),
            "one - https://relay.example/v1 responses gpt-5.1-codex [6]",
        ),
        (
            json!({"auth": {}, "config": format!("{RELAY}http_headers = {{ x-api-key = \"sk-abc\", x-team = \"a\" }}\n")}),
            json!({}),
            "one - https://relay.example/v1 responses gpt-5.1-codex - not: no key was found for it but what may be in \
             `x-api-key`, `x-team`; add it by hand with `--header-stdin`",
        ),
        (
            config(&format!("{RELAY}query_params = {{ api-version = \"1\" }}\n")),
            json!({}),
            "one - https://relay.example/v1 responses gpt-5.1-codex [12] not: it wants query parameters, which codexgw \
             does not send",
        ),
    ] {
        assert_eq!(one(Tool::Codex, settings.clone(), meta), expected, "{settings}");
    }
}

#[test]
fn what_an_entry_of_another_tool_becomes() {
    let env =
        |pairs: &[(&str, &str)]| json!({"env": pairs.iter().copied().collect::<std::collections::BTreeMap<_, _>>()});
    for (tool, settings, meta, expected) in [
        (
            Tool::Claude,
            env(&[
                ("ANTHROPIC_BASE_URL", "https://api.deepseek.com/anthropic"),
                ("ANTHROPIC_AUTH_TOKEN", "sk-12345"),
                ("ANTHROPIC_MODEL", "deepseek-v4-pro[1m]"),
            ]),
            json!({}),
            "one deepseek - - deepseek-v4-pro [8]",
        ),
        (
            Tool::Claude,
            env(&[
                ("ANTHROPIC_BASE_URL", "https://relay.example"),
                ("ANTHROPIC_AUTH_TOKEN", ""),
                ("ANTHROPIC_API_KEY", "sk-1"),
            ]),
            json!({}),
            "one - https://relay.example/v1 messages - [4]",
        ),
        (
            Tool::Claude,
            env(&[("ANTHROPIC_BASE_URL", "https://relay.example/v1/"), ("ANTHROPIC_AUTH_TOKEN", "sk-1")]),
            json!({"apiFormat": "openai_chat"}),
            "one - https://relay.example/v1 chat - [4]",
        ),
        (
            Tool::Claude,
            json!({"env": {"ANTHROPIC_BASE_URL": "https://relay.example"}, "api_format": "openai_responses"}),
            json!({}),
            "one - https://relay.example responses - -",
        ),
        (
            Tool::Claude,
            env(&[]),
            json!({}),
            "one - - - - - not: it is a login with an account, not a provider with a key",
        ),
        (
            Tool::Gemini,
            env(&[
                ("GOOGLE_GEMINI_BASE_URL", "https://relay.example"),
                ("GEMINI_API_KEY", "AIza1"),
                ("GEMINI_MODEL", "g"),
            ]),
            json!({}),
            "one - https://relay.example/v1beta gemini g [5]",
        ),
    ] {
        assert_eq!(one(tool, settings.clone(), meta), expected, "{settings}");
    }
}

fn database(path: &Path, wal: bool) -> Connection {
    let connection = Connection::open(path).unwrap();
    if wal {
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    }
    connection
        .execute_batch(
            "CREATE TABLE providers (id TEXT NOT NULL, app_type TEXT NOT NULL, name TEXT NOT NULL,
             settings_config TEXT NOT NULL, website_url TEXT, category TEXT, created_at INTEGER, sort_index INTEGER,
             notes TEXT, meta TEXT NOT NULL DEFAULT '{}', is_current BOOLEAN NOT NULL DEFAULT 0,
             PRIMARY KEY (id, app_type));",
        )
        .unwrap();
    connection
}

fn insert(connection: &Connection, app: &str, name: &str, sort: i64, settings: &Value) {
    let sql = "INSERT INTO providers (id, app_type, name, settings_config, sort_index) VALUES (?1, ?2, ?1, ?3, ?4)";
    connection.execute(sql, (name, app, settings.to_string(), sort)).unwrap();
}

fn relay() -> Value {
    json!({"auth": {"OPENAI_API_KEY": "sk-123456789"}, "config": RELAY})
}

#[test]
fn the_database_is_read_with_its_journal_and_left_as_it_is() {
    for wal in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(DATABASE);
        let connection = database(&file, wal);
        insert(&connection, "codex", "Second", 2, &relay());
        insert(&connection, "codex", "First", 1, &relay());
        insert(&connection, "opencode", "Other", 0, &json!({}));
        let names = |folder: &Path| {
            let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name()).collect();
            names.sort();
            names
                .into_iter()
                .map(|name| std::fs::read(folder.join(&name)).map(|bytes| (name, bytes)).unwrap())
                .collect::<Vec<_>>()
        };
        let before = names(folder.path());
        // CC Switch still has it open: in the second round nothing is in the main file yet.
        let found = read(&find(Some(folder.path().to_owned()), None).unwrap()).unwrap();
        let ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
        assert_eq!(ids, ["first", "second"]);
        assert!(names(folder.path()) == before, "something was written");
        assert_eq!(found[0].origin, format!("`{}`, for Codex", file.display()));
    }
}

#[test]
fn the_older_file_is_read_too() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(CONFIG);
    let config = json!({
        "version": 2,
        "claude": {"current": "", "providers": {
            "a": {"id": "a", "name": "Deep", "settingsConfig": {"env": {
                "ANTHROPIC_BASE_URL": "https://api.deepseek.com/anthropic", "ANTHROPIC_AUTH_TOKEN": "sk-1"}}}}},
        "codex": {"current": "b", "providers": {"b": {"id": "b", "name": "Relay", "settingsConfig": relay()}}},
        "mcp": {"servers": {}},
    });
    std::fs::write(&file, config.to_string()).unwrap();
    let found: Vec<String> =
        read(&find(Some(folder.path().to_owned()), None).unwrap()).unwrap().iter().map(told).collect();
    assert_eq!(found, ["relay - https://relay.example/v1 responses gpt-5.1-codex [12]", "deep deepseek - - - [4]"]);
}

#[test]
fn what_is_not_its_own_is_refused_without_being_quoted() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    for file in [write("broken.json", "{\"key\": sk-secret"), write("text.db", "sk-secret is no database at all")] {
        let Err(error) = read(&file) else { panic!("{} was read", file.display()) };
        assert!(!error.to_string().contains("sk-secret"), "{error}");
    }
    let Err(error) = find(None, Some(folder.path())) else { panic!("nothing is there") };
    assert!(error.hints()[0].contains("--path"), "{error}");
}

#[test]
fn headers_that_are_not_taken_over_are_told() {
    let config = format!("{RELAY}http_headers = {{ x-team = \"a\" }}\nenv_http_headers = {{ x-user = \"USER\" }}\n");
    let settings = Some(json!({"auth": {"OPENAI_API_KEY": "sk-123456789"}, "config": config}));
    let record = Record { tool: Tool::Codex, name: "One".to_owned(), settings, meta: Value::Null };
    let found = record.found("`db`").expect("a provider");
    assert_eq!(found.notes, ["sent by Codex so far, and not taken over: `x-team`, `x-user`"]);
    assert!(found.blocked.is_none());
}

#[test]
fn an_entry_that_is_not_json_is_told_as_such() {
    let record = Record { tool: Tool::Claude, name: "One".to_owned(), settings: None, meta: Value::Null };
    let found = record.found("`db`").expect("a provider");
    assert_eq!(found.blocked.as_deref(), Some("what CC Switch holds of it is not JSON"));
}
