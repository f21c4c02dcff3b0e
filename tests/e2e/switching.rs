//! One history over providers of different kinds.

use super::chat_behind_the_gateway;
use crate::support::sandbox::EXEC;
use crate::support::{Sandbox, Turn, Upstream, mcp};
use serde_json::json;

/// A provider that speaks Chat Completions, and one that speaks Responses and takes back nothing that it did not seal.
fn both(chat: Vec<Turn>, responses: Vec<Turn>) -> (Upstream, Upstream, Sandbox) {
    let (chat, sandbox) = chat_behind_the_gateway(chat);
    let responses = Upstream::responses(responses).with_key("sk-other-0123456789");
    sandbox.add("other", &responses, &["--via", "gateway", "--wire", "responses", "--no-probe"]);
    mcp::add_server(&sandbox);
    (chat, responses, sandbox)
}

/// A turn of everything that leaves traces in the history.
fn work(said: &str) -> Vec<Turn> {
    vec![
        Turn::reason("**Pondering** it").and(Turn::shell("echo one")).and(Turn::shell("echo two")),
        Turn::reason("**More** of it")
            .and(Turn::patch(&format!("*** Begin Patch\n*** Add File: {said}.txt\n+made\n*** End Patch\n"))),
        Turn::call("take_picture", json!({"of": "a cat"})),
        Turn::text(said),
    ]
}

fn resume(sandbox: &Sandbox, profile: &str, prompt: &str) -> String {
    let args = [&["run", "--profile", profile, "--"], &EXEC[..], &["resume", "--last", prompt]].concat();
    sandbox.codexgw(&args).run().ok().shows_no_error().stdout
}

#[test]
fn a_session_goes_on_at_a_provider_of_another_kind_and_back() {
    let (chat_turns, responses_turns) = (work("first"), work("second"));
    let (chat, responses, sandbox) = both([chat_turns, work("third")].concat(), responses_turns);
    sandbox.run("up", "begin here").run().ok().stdout_has("first");
    assert!(resume(&sandbox, "other", "go on there").contains("second"));
    assert!(resume(&sandbox, "up", "and back").contains("third"));

    let there = responses.turn(0)["input"].to_string();
    for word in ["begin here", "one", "two", "first.txt", mcp::WORDS, mcp::PNG, "go on there"] {
        assert!(there.contains(word), "`{word}` did not come along: {there}");
    }
    let back = chat.turn(4)["messages"].to_string();
    for word in ["begin here", "first.txt", "second.txt", mcp::WORDS, mcp::PNG, "and back"] {
        assert!(back.contains(word), "`{word}` did not come along: {back}");
    }
    assert!(!back.contains("test-encrypted-"), "what one provider sealed is of no use to another: {back}");
}

#[test]
fn a_session_goes_from_claude_to_gemini_to_chat_and_back_to_claude() {
    let claude = Upstream::messages([work("first"), work("fourth")].concat());
    let gemini = Upstream::gemini(work("second")).with_key("AIza-other-0123456789");
    let chat = Upstream::chat(work("third")).with_key("sk-third-0123456789");
    let sandbox = Sandbox::with_keyring();
    for (id, upstream, wire) in [("claude", &claude, "messages"), ("gem", &gemini, "gemini"), ("chat", &chat, "chat")] {
        sandbox.add(id, upstream, &["--via", "gateway", "--wire", wire, "--no-probe"]);
    }
    mcp::add_server(&sandbox);
    sandbox.run("claude", "begin here").run().ok().stdout_has("first");
    assert!(resume(&sandbox, "gem", "go on there").contains("second"));
    assert!(resume(&sandbox, "chat", "and there").contains("third"));
    assert!(resume(&sandbox, "claude", "and back").contains("fourth"));
    for (said, words) in [
        (gemini.said(0), &["begin here", "go on there"][..]),
        (chat.said(0), &["begin here", "go on there", "and there"]),
        (claude.said(4), &["begin here", "go on there", "and there", "and back"]),
    ] {
        let person = said.person.concat();
        assert!(words.iter().all(|word| person.contains(word)), "{person}");
        // Two commands, a patch and a picture at each provider before.
        assert_eq!((said.outputs.len(), said.images.len()), (4 * (words.len() - 1), words.len() - 1), "{said:#?}");
    }
    let body = claude.turn(4).to_string();
    assert!(body.contains("Pondering"), "Claude's own thought comes back to it: {body}");
}
