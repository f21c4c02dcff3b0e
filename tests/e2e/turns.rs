//! Turns of the real Codex on providers behind the gateway.

use serde_json::{Value, json};

use super::{STARTS, Start, WAYS, WIRES, Wire, behind_the_gateway, chat_behind_the_gateway};
use crate::support::sandbox::EXEC;
use crate::support::{Sandbox, Turn, Upstream};

#[test]
fn a_text_turn_shows_reasoning_answer_and_usage_and_no_warning() {
    for (wire, start) in WIRES.into_iter().flat_map(|wire| STARTS.map(|start| (wire, start))) {
        let turn = Turn::reason("**Pondering** the greeting").and(Turn::text("hello from the script"));
        let (upstream, sandbox) = behind_the_gateway(wire, turn.dribbled(5));
        start
            .exec(&sandbox, "say hello")
            .run()
            .ok()
            .stdout_has("hello from the script")
            .stderr_has("Pondering")
            // Codex counts what was not cached: 1200 + 34 - 200.
            .stderr_has("tokens used\n1,034")
            .never_says("metadata")
            .shows_no_error()
            .never_says("warning:");
        upstream.assert_nothing_of_codex_arrived();
        let request = &upstream.turns()[0];
        let body = String::from_utf8_lossy(&request.body);
        let model = upstream.model();
        let named = body.contains(&format!("\"model\":\"{model}\"")) || request.target.contains(&model);
        assert!(named, "{} {body}", request.target);
        assert!(upstream.said(0).person.concat().contains("say hello"), "{body}");
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
    for (wire, start) in WAYS {
        let (upstream, sandbox) = behind_the_gateway(
            wire,
            [
                Turn::shell("echo one > made.txt"),
                Turn::text("Let me look.").and(Turn::shell("cat made.txt; exit 3")),
                Turn::text("it says one"),
            ],
        );
        start.exec(&sandbox, "make a file").run().ok().stdout_has("it says one");
        assert_eq!(std::fs::read_to_string(sandbox.work().join("made.txt")).unwrap(), "one\n");
        let said = upstream.said(2);
        assert_eq!(said.model, ["Let me look."]);
        let output = said.outputs.last().unwrap();
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

#[test]
fn the_default_provider_is_what_a_bare_codex_uses() {
    let upstream = Upstream::chat(Turn::text("hello by default"));
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--default"]);
    let outcome = sandbox.codex(&[EXEC[0], EXEC[1], "say hello"]).run().ok().stdout_has("hello by default");
    outcome.never_says("metadata");
}

#[test]
fn an_ephemeral_run_leaves_codex_s_own_files_alone() {
    let (upstream, sandbox) = chat_behind_the_gateway(Turn::text("hello and gone"));
    let before = (sandbox.config(), sandbox.profile("up"));
    let run = ["run", "--ephemeral", "--provider", "up", "--", EXEC[0], EXEC[1], "say hello"];
    sandbox.codexgw(&run).run().ok().stdout_has("hello and gone").never_says("metadata");
    assert_eq!((sandbox.config(), sandbox.profile("up")), before);
    assert_eq!(upstream.turns().len(), 1);
}

#[test]
fn another_model_by_option_passes_through_under_its_own_name() {
    let (upstream, sandbox) = chat_behind_the_gateway(Turn::text("hello from another"));
    let run = ["run", "--profile", "up", "--model", "vendor/unknown:free", "--", EXEC[0], EXEC[1], "say hello"];
    sandbox.codexgw(&run).run().ok().stdout_has("hello from another");
    assert_eq!(upstream.turn(0)["model"], "vendor/unknown:free");
}

#[test]
fn a_trusted_project_s_own_model_does_not_win_over_the_profile() {
    let (upstream, sandbox) = chat_behind_the_gateway(Turn::text("hello from the profile"));
    std::fs::create_dir(sandbox.work().join(".codex")).unwrap();
    std::fs::write(sandbox.work().join(".codex/config.toml"), "model = \"gpt-5.5\"\n").unwrap();
    sandbox.trust_workspace();
    sandbox.run("up", "say hello").run().ok().stdout_has("hello from the profile");
    assert_eq!(upstream.turn(0)["model"], "m1");
}

#[test]
fn a_catalogue_of_the_person_s_own_does_not_spoil_a_profile() {
    let upstream = Upstream::chat([Turn::text("hello all the same"), Turn::text("hello all the same")]);
    let sandbox = Sandbox::with_keyring();
    let theirs = sandbox.codex(&["debug", "models"]).run().ok().stdout;
    std::fs::write(sandbox.path("home/models.json"), theirs).unwrap();
    sandbox.write_config(format!("model_catalog_json = \"{}\"\n", sandbox.path("home/models.json").display()));
    sandbox.add("up", &upstream, &[]);
    for start in STARTS {
        start.exec(&sandbox, "say hello").run().ok().stdout_has("hello all the same").never_says("metadata");
    }
}

#[test]
fn a_secret_header_reaches_the_provider_and_no_file() {
    let upstream = Upstream::chat(Turn::text("hello with a header"));
    let sandbox = Sandbox::with_keyring();
    let url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &url, "--model", "m1", "--key-stdin"];
    let stdin = format!("{}\nheader-secret-0123456789\n", upstream.key());
    sandbox
        .codexgw(&add)
        .args(&["--header-stdin", "X-Team-Token", "--header", "X-Title=codex"])
        .stdin(&stdin)
        .run()
        .ok();
    for (name, content) in sandbox.files() {
        assert!(!String::from_utf8_lossy(&content).contains("header-secret"), "{name} holds the header");
    }
    sandbox.exec("up", "say hello").run().ok().stdout_has("hello with a header");
    let request = &upstream.turns()[0];
    assert_eq!(request.header("x-team-token"), Some("header-secret-0123456789"));
    assert_eq!(request.header("x-title"), Some("codex"));
}

#[test]
fn a_wanted_shape_of_the_answer_reaches_the_model() {
    for wire in WIRES {
        let (upstream, sandbox) = behind_the_gateway(wire, Turn::text("{\"mood\":\"good\"}"));
        let schema = json!({
            "type": "object", "properties": {"mood": {"type": "string"}}, "required": ["mood"],
            "additionalProperties": false,
        });
        let file = sandbox.path("home/schema.json");
        std::fs::write(&file, schema.to_string()).unwrap();
        let exec = ["-p", "up", EXEC[0], EXEC[1], "--output-schema", file.to_str().unwrap(), "how are you?"];
        sandbox.codex(&exec).run().ok().stdout_has("{\"mood\":\"good\"}");
        assert_eq!(upstream.said(0).schema, schema, "{wire:?}");
    }
}

#[test]
fn a_provider_that_streams_nothing_is_understood_all_the_same() {
    let whole = json!({
        "id": "c1", "object": "chat.completion", "created": 1_700_000_000, "model": "m1",
        "choices": [{
            "index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "hello in one piece"},
        }],
        "usage": {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14},
    });
    let (_upstream, sandbox) = chat_behind_the_gateway(Turn::status(200, "application/json", &whole.to_string()));
    Start::Bare.exec(&sandbox, "say hello").run().ok().stdout_has("hello in one piece").stderr_has("tokens used\n14");
}

#[test]
fn a_whole_answer_in_place_of_a_stream_is_understood_on_every_interface() {
    let message = json!({
        "id": "m1", "type": "message", "role": "assistant", "model": "x", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "hello in one piece"}], "usage": {"input_tokens": 10, "output_tokens": 4},
    });
    let candidates = json!({
        "candidates": [{
            "content": {"role": "model", "parts": [{"text": "hello in one piece"}]}, "finishReason": "STOP", "index": 0,
        }],
        "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 4, "totalTokenCount": 14},
    });
    for (wire, whole) in [(Wire::Messages, &message), (Wire::Gemini, &candidates), (Wire::Gemini, &json!([candidates]))]
    {
        let (_upstream, sandbox) = behind_the_gateway(wire, Turn::status(200, "application/json", &whole.to_string()));
        let outcome = Start::Bare.exec(&sandbox, "say hello").run().ok();
        outcome.stdout_has("hello in one piece").stderr_has("tokens used\n14");
    }
}
