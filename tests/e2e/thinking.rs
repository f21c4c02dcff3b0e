//! Models that think: what they thought goes back to them unmodified, which their services check.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Start, Wire, behind_the_gateway};
use crate::support::sandbox::EXEC;
use crate::support::{Sandbox, Turn, Upstream, mcp};

/// Thought, tools one after the other and side by side, and words in between, all in one loop.
fn thoughtful() -> [Turn; 4] {
    [
        Turn::reason("**First** I look").and(Turn::shell("echo one")),
        Turn::reason("**Then** I look twice").and(Turn::shell("echo two")).and(Turn::shell("echo three")),
        Turn::text("Almost there.").and(Turn::shell("echo four")),
        Turn::reason("**Done** with it").and(Turn::text("thought it through")),
    ]
}

#[test]
fn thought_goes_back_unmodified_inside_a_loop_of_tools() {
    for (wire, start) in [(Wire::Messages, Start::Run), (Wire::Gemini, Start::Bare)] {
        let (upstream, sandbox) = behind_the_gateway(wire, thoughtful());
        start
            .exec(&sandbox, "think and work")
            .run()
            .ok()
            .stdout_has("thought it through")
            .stderr_has("First")
            .stderr_has("Then")
            .stderr_has("Done");
        // That each signature is on its own part, and right, is what the double checks.
        let body = upstream.turn(3).to_string();
        let signatures = match wire {
            Wire::Messages => body.matches("\"signature\":\"").count(),
            _ => body.matches("\"thoughtSignature\":\"").count() - body.matches("skip_thought_signature").count(),
        };
        assert_eq!(signatures, if wire == Wire::Messages { 2 } else { 3 }, "{wire:?}: {body}");
        assert_eq!(upstream.said(3).calls, [1, 2, 1]);
    }
}

#[test]
fn thought_that_only_the_service_can_read_goes_back_as_well() {
    let secret = Turn::secret().and(Turn::shell("echo one"));
    let (upstream, sandbox) = behind_the_gateway(Wire::Messages, [secret, Turn::text("kept it to myself")]);
    Start::Bare.exec(&sandbox, "think").run().ok().stdout_has("kept it to myself");
    let first = upstream.turn(1)["messages"][1]["content"][0].clone();
    assert_eq!(first["type"], "redacted_thinking", "{first}");
}

#[test]
fn a_model_with_a_budget_gets_its_thought_back_as_well() {
    let upstream = Wire::Messages.upstream(thoughtful()).with_models(&["claude-haiku-4-5"]);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "messages", "--no-probe"]);
    let high =
        ["-p", "up", "-c", "model_reasoning_effort=\"high\"", "exec", "--dangerously-bypass-approvals-and-sandbox"];
    sandbox.codex(&high).args(&["think and work"]).run().ok().stdout_has("thought it through").stderr_has("First");
    assert_eq!(upstream.turn(0)["thinking"]["type"], "enabled");
}

#[test]
fn a_gemini_of_the_second_generation_works_as_well() {
    let [first, second, third, last] = thoughtful();
    let view = Turn::call("view_image", json!({"path": "pixel.png"}));
    let upstream = Upstream::gemini([first, second, third, view, last]).with_models(&["gemini-2.5-flash"]);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "gemini", "--no-probe"]);
    std::fs::write(sandbox.work().join("pixel.png"), STANDARD.decode(mcp::PNG).unwrap()).unwrap();
    sandbox.exec("up", "think and work").run().ok().stdout_has("thought it through").stderr_has("First");
    let said = upstream.said(4);
    assert_eq!((said.calls, said.images.len()), (vec![1, 2, 1, 1], 1));
}

#[test]
fn thought_that_no_longer_fits_its_conversation_is_left_out() {
    let upstream = Upstream::messages([
        Turn::reason("**Pondering** it").and(Turn::shell("echo one")),
        Turn::reason("**Still** pondering").and(Turn::text("a first answer")),
        Turn::text("an answer with other tools"),
    ]);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "messages", "--no-probe"]);
    sandbox.exec("up", "think").run().ok().stdout_has("a first answer");
    // A new tool changes what stands in front of every thought.
    mcp::add_server(&sandbox);
    let resume = [&["-p", "up"], &EXEC[..], &["resume", "--last", "and with a camera?"]].concat();
    sandbox.codex(&resume).run().ok().stdout_has("an answer with other tools").shows_no_error();
    let refused = upstream.take_violations();
    assert!(refused.iter().all(|why| why.contains("bound to a different conversation")), "{refused:?}");
    assert_eq!(refused.len(), 1, "{refused:?}");
    let last = upstream.turns().pop().unwrap().json().to_string();
    assert!(last.contains("a first answer") && !last.contains("\"signature\""), "{last}");
}

#[test]
fn the_effort_may_change_from_turn_to_turn() {
    const EFFORTS: [&str; 3] = ["high", "none", "xhigh"];
    let models = ["claude-opus-5-5", "claude-sonnet-4-6", "claude-haiku-4-5"].map(|model| (Wire::Messages, model));
    for (wire, model) in
        models.into_iter().chain([(Wire::Gemini, "gemini-3.8-flash"), (Wire::Gemini, "gemini-2.5-pro")])
    {
        let turn = |effort: &str| {
            [
                Turn::reason("hm").and(Turn::shell("echo one")),
                Turn::reason("ah").and(Turn::text(&format!("done with {effort}"))),
            ]
        };
        let upstream = wire.upstream(EFFORTS.into_iter().flat_map(turn).collect::<Vec<_>>()).with_models(&[model]);
        let sandbox = Sandbox::with_keyring();
        sandbox.add("up", &upstream, &["--via", "gateway", "--wire", wire.name(), "--no-probe"]);
        for (n, effort) in EFFORTS.into_iter().enumerate() {
            let wanted = format!("model_reasoning_effort=\"{effort}\"");
            let prompt = ["resume", "--last", "go on"];
            let args = [&["-p", "up", "-c", &wanted], &EXEC[..], &prompt[if n == 0 { 2 } else { 0 }..]].concat();
            let outcome = sandbox.codex(&args).run().ok().shows_no_error();
            outcome.stdout_has(&format!("done with {effort}"));
        }
    }
}
