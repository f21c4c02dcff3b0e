//! `codexgw use` and `codexgw off`.

use super::with_a_gateway_provider;
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// What `key` at the top of the file holds.
fn top(config: &str, key: &str) -> Option<String> {
    let document: toml_edit::DocumentMut = config.parse().expect("the file still parses");
    document.get(key).and_then(|item| item.as_str()).map(str::to_owned)
}

#[test]
fn use_makes_a_provider_the_default_and_off_puts_back_what_stood_there() {
    for former in
        ["", "model = 'mine'  # by hand\nmodel_provider=\"theirs\"\n\n[tui]\nx = 1\n", "[tui]\nnotifications = true"]
    {
        let (upstream, sandbox) = with_a_gateway_provider();
        let added = sandbox.config().unwrap();
        let before = format!("{former}{}{added}", if former.ends_with('\n') { "" } else { "\n" });
        sandbox.write_config(&before);
        sandbox.codexgw(&["use", "up"]).run().ok();
        let used = sandbox.config().unwrap();
        assert_eq!(top(&used, "model_provider").as_deref(), Some("codexgw"), "{used}");
        assert_eq!(top(&used, "model").as_deref(), Some("up/m1"), "{used}");
        sandbox.codexgw(&["use", "up/m2"]).run().ok();
        assert_eq!(top(&sandbox.config().unwrap(), "model").as_deref(), Some("up/m2"));
        sandbox.codexgw(&["off"]).run().ok();
        assert_eq!(sandbox.config().unwrap(), before);
        drop(upstream);
    }
}

#[test]
fn use_moves_a_direct_provider_to_the_gateway_and_says_so() {
    let upstream = Upstream::responses(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &[]);
    let outcome = sandbox.codexgw(&["use", "up"]).run().ok();
    assert!(format!("{}{}", outcome.stdout, outcome.stderr).contains("gateway"), "{outcome}");
    let config = sandbox.config().unwrap();
    assert_eq!(top(&config, "model_provider").as_deref(), Some("codexgw"), "{config}");
}

#[test]
fn use_of_something_unknown_changes_nothing_and_names_what_there_is() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let before = sandbox.config();
    sandbox.codexgw(&["use", "nope"]).run().exits(1).explains().stderr_has("nope").stderr_has("up");
    assert_eq!(sandbox.config(), before);
}

#[test]
fn use_takes_a_profile_too() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["profile", "add", "second", "--provider", "up", "--model", "m2"]).run().ok();
    sandbox.codexgw(&["use", "second"]).run().ok();
    assert_eq!(top(&sandbox.config().unwrap(), "model").as_deref(), Some("up/m2"));
}

#[test]
fn off_with_nothing_on_says_so_and_writes_nothing() {
    let sandbox = Sandbox::with_codex();
    sandbox.codexgw(&["off"]).run().exits(1).explains();
    assert_eq!(sandbox.config(), None);
}

#[test]
fn off_leaves_a_file_that_does_not_parse_alone_and_says_what_to_do() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["use", "up"]).run().ok();
    let broken = sandbox.config().unwrap() + "broken = = 1\n";
    sandbox.write_config(&broken);
    sandbox.codexgw(&["off"]).run().exits(1).explains().stderr_has("line ");
    assert_eq!(sandbox.config().unwrap(), broken);
}

#[test]
fn off_keeps_what_the_person_chose_in_the_meantime() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["use", "up"]).run().ok();
    let used = sandbox.config().unwrap();
    sandbox.write_config(used.replace("\"up/m1\"", "\"up/m2\""));
    sandbox.codexgw(&["off"]).run().ok();
    let config = sandbox.config().unwrap();
    assert_eq!((top(&config, "model_provider"), top(&config, "model")), (None, None), "{config}");
}
