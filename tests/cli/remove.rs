//! `codexgw list`, `remove` and `uninstall`.

use serde_json::Value;

use super::with_a_gateway_provider;
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

#[test]
fn an_empty_list_says_how_to_begin() {
    let sandbox = Sandbox::with_codex();
    let outcome = sandbox.codexgw(&["list"]).run().ok();
    assert!(format!("{}{}", outcome.stdout, outcome.stderr).contains("codexgw add"), "{outcome}");
    let json = sandbox.codexgw(&["list", "--json"]).run().ok();
    serde_json::from_str::<Value>(&json.stdout).unwrap_or_else(|e| panic!("{e}\n{json}"));
}

#[test]
fn a_list_names_provider_road_wire_and_model() {
    let (upstream, sandbox) = with_a_gateway_provider();
    let list = sandbox.codexgw(&["list"]).run().ok();
    for word in ["up", "gateway", "chat", "m1", "file"] {
        assert!(list.stdout.contains(word), "`{word}` is missing\n{list}");
    }
    let json = sandbox.codexgw(&["list", "--json"]).run().ok().never_says(&upstream.key());
    let rows: Value = serde_json::from_str(&json.stdout).unwrap_or_else(|e| panic!("{e}\n{json}"));
    let row = &rows[0];
    let told = ["id", "road", "wire", "model", "base_url"].map(|field| row[field].as_str().unwrap_or_default());
    assert_eq!(told, ["up", "gateway", "chat", "m1", &upstream.base_url()], "{json}");
}

#[test]
fn removing_a_gateway_provider_takes_out_key_settings_and_profile_and_keeps_the_shared_table() {
    let (upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["remove", "up", "--yes"]).run().ok();
    assert!(sandbox.config().unwrap().contains("[model_providers.codexgw]"));
    assert_eq!(sandbox.profile("up"), None);
    sandbox.codexgw(&["list", "--json"]).run().ok().never_says(&upstream.base_url());
    for (name, content) in sandbox.files() {
        let content = String::from_utf8_lossy(&content);
        assert!(!content.contains(&upstream.key()) || name.contains("backups"), "`{name}` still holds the key");
    }
}

#[test]
fn removing_a_direct_provider_can_keep_its_table() {
    let upstream = Upstream::responses(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &[]);
    let added = sandbox.config();
    sandbox.codexgw(&["remove", "up", "--yes", "--keep-table"]).run().ok();
    assert_eq!(sandbox.config(), added);
    assert_eq!(sandbox.profile("up"), None);
}

#[test]
fn removing_what_is_not_there_changes_nothing_and_names_what_is() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let before = sandbox.config();
    sandbox.codexgw(&["remove", "nope", "--yes"]).run().exits(1).explains().stderr_has("nope");
    assert_eq!(sandbox.config(), before);
}

#[test]
fn removing_without_a_terminal_and_without_yes_asks_for_yes() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let before = sandbox.config();
    let outcome = sandbox.codexgw(&["remove", "up"]).run().stderr_has("--yes");
    assert!(matches!(outcome.code, Some(1 | 2)), "{outcome}");
    assert_eq!(sandbox.config(), before);
}

#[test]
fn uninstall_takes_out_everything() {
    let (upstream, sandbox) = with_a_gateway_provider();
    let direct = Upstream::responses(Script::none());
    sandbox.add("straight", &direct, &["--default"]);
    sandbox.codexgw(&["token", "codexgw"]).run().ok();
    sandbox.codexgw(&["uninstall", "--yes"]).run().ok();
    let left: Vec<String> = sandbox.files().into_keys().collect();
    let ours = |name: &&String| name.ends_with(".config.toml") || name.contains("keys/") || name.contains("gateway");
    assert_eq!(left.iter().filter(ours).collect::<Vec<_>>(), Vec::<&String>::new(), "{left:?}");
    assert_eq!(sandbox.config().unwrap_or_default(), "");
    for (name, content) in sandbox.files() {
        assert!(!String::from_utf8_lossy(&content).contains(&upstream.key()), "`{name}` still holds the key");
    }
    sandbox.codexgw(&["gateway", "status"]).run().exits(1);
}
