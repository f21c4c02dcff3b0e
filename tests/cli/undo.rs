//! Taking back, and living with Codex's own editor.

use super::with_a_gateway_provider;
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

#[test]
fn undo_takes_back_the_last_change_and_undo_again_brings_it_back() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let before = "# mine\r\nmodel = \"mine\"\r\n";
    sandbox.write_config(before);
    sandbox.add("up", &upstream, &[]);
    let added = sandbox.config();
    sandbox.codexgw(&["undo"]).run().ok();
    assert_eq!(sandbox.config().as_deref(), Some(before));
    assert_eq!(sandbox.profile("up"), None);
    sandbox.codexgw(&["undo"]).run().ok();
    assert_eq!(sandbox.config(), added);
    assert!(sandbox.profile("up").is_some());
}

#[test]
fn undo_with_nothing_to_undo_says_so() {
    Sandbox::with_codex().codexgw(&["undo"]).run().exits(1).explains().stderr_has("there is nothing to undo");
}

#[test]
fn undo_show_prints_what_a_change_did_and_changes_nothing() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.write_config(sandbox.config().unwrap() + "experimental_bearer_token = \"never-shown\"\n");
    sandbox.codexgw(&["use", "up"]).run().ok();
    let before = sandbox.files();
    let shown = sandbox.codexgw(&["undo", "--show"]).run().ok().stdout_has("+model_provider = \"codexgw\"");
    shown.never_says("never-shown").stderr_has("change 2");
    sandbox.codexgw(&["undo", "1", "--show"]).run().ok().stdout_has("+[model_providers.codexgw").stderr_has("add up");
    sandbox.codexgw(&["undo", "--show", "1"]).run().ok().stderr_has("add up");
    assert_eq!(sandbox.files(), before);
}

#[test]
fn undo_of_a_number_that_is_not_there_names_it() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    for arguments in [&["undo", "99"][..], &["undo", "99", "--show"]] {
        let outcome = sandbox.codexgw(arguments).run().exits(1).explains();
        outcome.stderr_has("no change 99").stderr_has("`codexgw undo --list`");
    }
    Sandbox::new().codexgw(&["undo", "99"]).run().exits(1).stderr_has("no change 99");
}

#[test]
fn undo_does_not_overwrite_what_the_person_wrote_since() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let edited = sandbox.config().unwrap() + "\n[tui]\nnotifications = true\n";
    sandbox.write_config(&edited);
    let outcome = sandbox.codexgw(&["undo"]).run();
    let config = sandbox.config().unwrap_or_default();
    assert!(config.contains("notifications = true"), "the person's own lines are gone\n{outcome}\n{config}");
}

#[test]
fn tables_are_found_again_after_codex_s_own_editor_has_rewritten_the_file() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let direct = Upstream::responses(Script::none());
    sandbox.add("straight", &direct, &[]);
    sandbox.codexgw(&["use", "up"]).run().ok();
    sandbox.codex(&["mcp", "add", "tiny", "--", "node", "server.js"]).run().ok();
    assert!(sandbox.config().unwrap().contains("[mcp_servers.tiny]"));
    sandbox.codexgw(&["off"]).run().ok();
    sandbox.codexgw(&["uninstall", "--yes"]).run().ok();
    let left = sandbox.config().unwrap();
    assert!(left.contains("[mcp_servers.tiny]"), "{left}");
    assert!(!left.contains("model_provider") && !left.contains("codexgw"), "{left}");
    sandbox.codex(&["mcp", "list"]).run().ok().stdout_has("tiny");
}

#[test]
fn what_a_refused_undo_advises_works_and_is_about_the_same_change() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["use", "up"]).run().ok();
    let edited = sandbox.config().unwrap() + "\n[tui]\nnotifications = true\n";
    sandbox.write_config(&edited);
    for (arguments, id) in [(&["undo", "1"][..], "1"), (&["undo", "--dry-run"], "2"), (&["undo"], "2")] {
        let refused = sandbox.codexgw(arguments).run().exits(1).explains();
        let (look, force) = (format!("`codexgw undo {id} --force --dry-run`"), format!("`codexgw undo {id} --force`"));
        refused.stderr_has(&look).stderr_has(&force);
        sandbox.codexgw(&["undo", id, "--force", "--dry-run"]).run().ok().stdout_has("-notifications = true");
    }
    assert_eq!(sandbox.config(), Some(edited));
    sandbox.codexgw(&["undo", "1", "--force"]).run().ok();
    assert_eq!(sandbox.config().unwrap_or_default(), "");
}

#[test]
fn nobody_is_sent_to_undo_what_codexgw_did_not_do() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config("[broken\n");
    let outcome = sandbox.codexgw(&["off"]).run().exits(1).explains().stderr_has("`codexgw config edit`");
    outcome.never_says("codexgw undo");
    sandbox.write_config("");
    std::fs::write(sandbox.path("codexgw/config.toml"), "[broken\n").unwrap();
    let outcome = sandbox.codexgw(&["list"]).run().exits(1).explains();
    outcome.stderr_has("`codexgw config edit --settings`").never_says("codexgw undo");
}
