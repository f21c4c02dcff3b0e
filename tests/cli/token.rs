//! `codexgw token`, which Codex runs: the token and nothing else, or nothing and why.

use super::with_a_gateway_provider;
use crate::support::Sandbox;

#[test]
fn the_key_comes_out_alone() {
    let (upstream, sandbox) = with_a_gateway_provider();
    let outcome = sandbox.codexgw(&["token", "up"]).run().ok();
    assert_eq!((outcome.stdout.as_str(), outcome.stderr.as_str()), (format!("{}\n", upstream.key()).as_str(), ""));
}

#[test]
fn the_gateway_s_token_starts_the_gateway_and_stays_the_same() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let first = sandbox.codexgw(&["token", "codexgw"]).run().ok();
    assert_eq!(first.stderr, "", "{first}");
    let hex = first.stdout.trim_end();
    assert!(hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()), "{first}");
    sandbox.codexgw(&["gateway", "status"]).run().ok();
    sandbox.codexgw(&["gateway", "stop"]).run().ok();
    let second = sandbox.codexgw(&["token", "codexgw"]).run().ok();
    assert_eq!(second.stdout, first.stdout);
}

#[test]
fn an_unknown_provider_gives_nothing_and_the_reason() {
    let sandbox = Sandbox::with_codex();
    let outcome = sandbox.codexgw(&["token", "nope"]).run().exits(1).explains();
    assert_eq!(outcome.stdout, "", "{outcome}");
}

#[test]
fn what_a_file_store_shows_to_others_is_not_used() {
    use std::os::unix::fs::PermissionsExt;
    let (upstream, sandbox) = with_a_gateway_provider();
    let key = sandbox.files().into_keys().find(|name| name.contains("state/keys/")).expect("the key is in a file");
    std::fs::set_permissions(sandbox.path(&key), std::fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = sandbox.codexgw(&["token", "up"]).run().exits(5).explains();
    assert_eq!(outcome.stdout, "", "{outcome}");
    outcome.never_says(&upstream.key());
}
