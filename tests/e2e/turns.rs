//! Turns of the real Codex on a Chat Completions provider behind the gateway.

use serde_json::Value;

use super::{STARTS, Start, chat_behind_the_gateway};
use crate::support::{Sandbox, Turn, Upstream};

#[test]
fn a_text_turn_shows_reasoning_answer_and_usage_and_no_warning() {
    for start in STARTS {
        let turn = Turn::reason("**Pondering** the greeting").and(Turn::text("hello from the script"));
        let (upstream, sandbox) = chat_behind_the_gateway(turn.dribbled(5));
        start
            .exec(&sandbox, "say hello")
            .run()
            .ok()
            .stdout_has("hello from the script")
            .stderr_has("Pondering")
            // Codex counts what was not cached: 1200 + 34 - 200.
            .stderr_has("tokens used\n1,034")
            .never_says("metadata")
            .never_says("ERROR")
            .never_says("warning:");
        upstream.assert_nothing_of_codex_arrived();
        let request = upstream.turn(0);
        assert_eq!(request["model"], "m1");
        let messages = request["messages"].to_string();
        assert!(messages.contains("say hello"), "{messages}");
    }
}

#[test]
fn what_the_probe_finds_is_enough_for_a_turn() {
    let upstream = Upstream::chat(Turn::text("hello from the script"));
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]);
    sandbox.exec("up", "say hello").run().ok().stdout_has("hello from the script");
    upstream.assert_nothing_of_codex_arrived();
}

#[test]
fn a_provider_with_chat_and_poor_responses_is_used_through_the_gateway() {
    let upstream = Upstream::chat_and_functions(Turn::text("hello from the script"));
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]);
    assert!(!sandbox.config().unwrap().contains("[model_providers.up"), "{:?}", sandbox.config());
    sandbox.exec("up", "say hello").run().ok().stdout_has("hello from the script");
}

#[test]
fn a_shell_command_loop_feeds_every_output_back() {
    for start in STARTS {
        let (upstream, sandbox) = chat_behind_the_gateway([
            Turn::shell("echo one > made.txt"),
            Turn::text("Let me look.").and(Turn::shell("cat made.txt; exit 3")),
            Turn::text("it says one"),
        ]);
        start.exec(&sandbox, "make a file").run().ok().stdout_has("it says one");
        assert_eq!(std::fs::read_to_string(sandbox.work().join("made.txt")).unwrap(), "one\n");
        let last = upstream.turn(2);
        let messages = last["messages"].as_array().unwrap();
        let (said, answered) = (&messages[messages.len() - 2], &messages[messages.len() - 1]);
        assert_eq!(said["content"], "Let me look.", "{said}");
        assert_eq!(answered["role"], "tool");
        let output = answered["content"].to_string();
        assert!(output.contains("Process exited with code 3") && output.contains("one"), "{output}");
    }
}

#[test]
fn thirty_turns_in_one_session_keep_their_order() {
    let mut turns: Vec<Turn> = (0..30).map(|n| Turn::shell(&format!("echo step {n} >> steps.txt"))).collect();
    turns.push(Turn::text("thirty steps done"));
    let (upstream, sandbox) = chat_behind_the_gateway(turns);
    Start::Bare.exec(&sandbox, "take thirty steps").run().ok().stdout_has("thirty steps done");
    let expected = (0..30).fold(String::new(), |all, n| all + &format!("step {n}\n"));
    assert_eq!(std::fs::read_to_string(sandbox.work().join("steps.txt")).unwrap(), expected);
    let messages = upstream.turn(30)["messages"].as_array().unwrap().clone();
    let answers = messages.iter().filter(|m| m["role"] == "tool").count();
    assert_eq!(answers, 30, "{}", Value::Array(messages));
}
