//! What a person sees, whole: every word on both streams and every exit code, as snapshots.

use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

const KEY: &str = "sk-test-0123456789abcdef0123456789";

#[test]
fn a_life_with_two_providers() {
    let (chat, straight) = (Upstream::chat(Script::none()), Upstream::responses(Script::none()));
    let (chat_url, straight_url) = (chat.base_url(), straight.base_url());
    let sandbox = Sandbox::with_codex();
    let mut seen = String::new();
    let mut type_in = |args: &[&str], stdin: &str| sandbox.codexgw(args).stdin(stdin).onto(&mut seen);
    let key = ["--key-stdin", "--store", "file"];
    type_in(&["list"], "");
    type_in(&[&["add", "custom", "--id", "up", "--base-url", &chat_url, "--model", "m1"], &key[..]].concat(), KEY);
    let add = ["add", "custom", "--id", "straight", "--base-url", &straight_url, "--model", "m1", "--json"];
    type_in(&[&add, &key[..]].concat(), KEY);
    type_in(&["list"], "");
    type_in(&["key", "set", "up"], "sk-another-0123456789\n");
    type_in(&["key", "list"], "");
    type_in(&["profile", "add", "second", "--provider", "up", "--model", "m2"], "");
    type_in(&["profile", "list"], "");
    type_in(&["use", "up/m2"], "");
    type_in(&["use", "straight"], "");
    type_in(&["list"], "");
    type_in(&["off"], "");
    type_in(&["gateway", "status"], "");
    type_in(&["profile", "remove", "second"], "");
    type_in(&["remove", "straight", "--yes"], "");
    type_in(&["uninstall", "--yes"], "");
    insta::assert_snapshot!(seen);
}

#[test]
fn mistakes() {
    let upstream = Upstream::chat(Script::none());
    let url = upstream.base_url();
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &[]);
    let mut seen = String::new();
    let mut type_in = |args: &[&str], stdin: &str| sandbox.codexgw(args).stdin(stdin).onto(&mut seen);
    let custom = |more: &[&'static str]| -> Vec<String> {
        let add = ["add", "custom", "--base-url", &url, "--model", "m1", "--key-stdin", "--store", "file"];
        add.iter().chain(more).map(|arg| (*arg).to_owned()).collect()
    };
    let mut add = |more: &[&'static str]| {
        let args = custom(more);
        type_in(&args.iter().map(String::as_str).collect::<Vec<_>>(), KEY);
    };
    add(&["--id", "openai"]);
    add(&["--id", "up"]);
    add(&["--id", "UP!"]);
    add(&["--id", "two", "--header", "X-Api-Key=secret"]);
    add(&["--id", "two", "--via", "direct"]);
    add(&["--id", "two", "--no-probe", "--via", "direct"]);
    type_in(&["add", "custom", "--id", "two"], "");
    type_in(&["add", "openruter"], "");
    type_in(&["add", "openrouter"], "");
    type_in(&["add", "openrouter", "--key", "sk-on-the-line"], "");
    type_in(&["use", "nope"], "");
    type_in(&["off"], "");
    type_in(&["remove", "nope"], "");
    type_in(&["remove", "up"], "");
    type_in(&["uninstall"], "");
    type_in(&["key", "set", "nope"], KEY);
    type_in(&["key", "set", "up"], "");
    type_in(&["key", "set", "up"], "two words");
    type_in(&["token", "nope"], "");
    type_in(&["profile", "add", "a.b", "--provider", "up", "--model", "m2"], "");
    type_in(&["profile", "add", "up", "--provider", "nope", "--model", "m2"], "");
    type_in(&["profile", "remove", "nope"], "");
    type_in(&["run", "--profile", "upp"], "");
    type_in(&["run", "--profile", "up", "--", "-p", "x"], "");
    type_in(&["run", "--provider", "nope"], "");
    type_in(&["gateway", "move", "--port", "80"], "");
    insta::assert_snapshot!(seen);
}

#[test]
fn a_configuration_that_does_not_parse() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--default"]);
    let broken = sandbox.config().unwrap() + "broken = = 1\n";
    sandbox.write_config(&broken);
    let mut seen = String::new();
    for args in [
        &["add", "custom", "--id", "two", "--base-url", "http://127.0.0.1:9/v1"][..],
        &["use", "up"],
        &["off"],
        &["remove", "up", "--yes"],
        &["uninstall", "--yes"],
        &["run", "--profile", "up"],
        &["list"],
    ] {
        sandbox.codexgw(args).onto(&mut seen);
        assert_eq!(sandbox.config().unwrap(), broken, "{args:?}");
    }
    insta::assert_snapshot!(seen);
}
