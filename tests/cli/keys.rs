//! `codexgw key`.

use serde_json::Value;

use super::with_a_gateway_provider;
use crate::support::Sandbox;

#[test]
fn a_key_is_replaced_listed_unseen_and_deleted() {
    let (upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["key", "set", "up"]).stdin("sk-another-0123456789\n").run().ok();
    assert_eq!(sandbox.codexgw(&["token", "up"]).run().ok().stdout.trim_end(), "sk-another-0123456789");
    let list = sandbox.codexgw(&["key", "list"]).run().ok().stdout_has("up").stdout_has("file");
    list.never_says("sk-another-0123456789").never_says(&upstream.key());
    let json = sandbox.codexgw(&["key", "list", "--json"]).run().ok().never_says("sk-another-0123456789");
    serde_json::from_str::<Value>(&json.stdout).unwrap_or_else(|e| panic!("{e}\n{json}"));
    sandbox.codexgw(&["key", "delete", "up"]).run().ok();
    let token = sandbox.codexgw(&["token", "up"]).run();
    assert!(token.code != Some(0) && token.stdout.is_empty(), "{token}");
    token.stderr_has("codexgw key set up");
}

#[test]
fn a_key_moves_to_the_store_that_is_named() {
    let sandbox = Sandbox::with_codex();
    let add = ["add", "custom", "--id", "open", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--no-probe"];
    sandbox.codexgw(&add).run().ok();
    let set = ["key", "set", "open", "--key-stdin", "--store", "file"];
    sandbox.codexgw(&set).stdin("sk-moved-0123456789\n").run().ok();
    assert_eq!(sandbox.codexgw(&["token", "open"]).run().ok().stdout.trim_end(), "sk-moved-0123456789");
}

#[test]
fn a_key_of_an_unknown_provider_is_refused() {
    let sandbox = Sandbox::with_codex();
    sandbox.codexgw(&["key", "set", "nope"]).stdin("sk-x-0123456789").run().exits(1).explains().stderr_has("nope");
    // It may be in the keyring, which is not there.
    sandbox.codexgw(&["key", "delete", "nope"]).run().exits(5).explains().stderr_has("nope");
    for odd in ["..", "a/../b", "a/b/c", "A b"] {
        sandbox.codexgw(&["key", "delete", odd]).run().exits(1).explains();
    }
}

#[test]
fn deleting_the_key_of_a_provider_that_needs_none_says_so() {
    let sandbox = Sandbox::with_codex();
    let add = ["add", "custom", "--id", "open", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--no-probe"];
    sandbox.codexgw(&add).run().ok();
    sandbox.codexgw(&["key", "delete", "open"]).run().ok().stderr_has("`open` has no key");
}

#[test]
fn a_key_typed_in_the_wrong_place_is_not_repeated() {
    let sandbox = Sandbox::new();
    for key in [
        "AIzaSyAbCdEfGhIjKlMnOpQrStUvWxYz0123456",
        "xai-AbCdEfGhIjKlMnOp0123",
        "ghp_AbCdEfGhIjKlMnOp0123",
        "github_pat_11AbCdEfGhIjKlMn",
        "hf_AbCdEfGhIjKlMnOp",
        "nvapi-AbCdEfGhIjKlMnOp",
        "pplx-AbCdEfGhIjKlMnOp",
        "r8_AbCdEfGhIjKlMnOp",
        "fw_AbCdEfGhIjKlMnOp",
        "csk-AbCdEfGhIjKlMnOp",
        "tgp_v1_AbCdEfGhIjKlMnOp",
        "sess-AbCdEfGhIjKlMnOp",
        "gsk_AbCdEfGhIjKlMnOp",
        "sk-AbCdEfGhIjKlMnOp",
        "AKIAIOSFODNN7EXAMPLE",
        "0123456789abcdef0123456789abcdef",
        "5ca1ab1e-0000-4000-8000-0123456789ab",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.AbCdEf",
    ] {
        for command in [&["add"][..], &["key", "set"], &["use"], &["config", "show", "--profile"]] {
            let outcome = sandbox.codexgw(command).args(&[key]).run().explains();
            assert_ne!(outcome.code, Some(0), "{outcome}");
            let small = key.to_lowercase().replace('_', "");
            outcome.never_says(key).never_says(&key.to_lowercase()).never_says(&small);
        }
    }
}

#[test]
fn a_key_that_an_undone_add_leaves_is_named_and_can_be_deleted() {
    let (upstream, sandbox) = with_a_gateway_provider();
    let held = |sandbox: &Sandbox| sandbox.files().into_keys().any(|name| name == "codexgw/state/keys/up");
    let undo = sandbox.codexgw(&["undo"]).run().ok().stderr_has("`codexgw key delete up`");
    undo.stderr_has("the key `up` stays in the key file").never_says(&upstream.key());
    assert!(held(&sandbox));
    sandbox.codexgw(&["key", "list"]).run().ok().stderr_has("`codexgw key delete up`");
    sandbox.codexgw(&["key", "delete", "up"]).run().ok().stderr_has("gone from the key file");
    assert!(!held(&sandbox));
    // The provider comes back without it, and nothing more is left when it goes again.
    sandbox.codexgw(&["undo"]).run().ok();
    sandbox.codexgw(&["undo"]).run().ok().never_says("key delete");
}
