//! Conversations that outgrow the model's window.

use super::{Start, WIRES, Wire, behind_the_gateway};
use crate::support::{Sandbox, Turn, Upstream};

#[test]
fn a_full_window_is_compacted_in_the_middle_of_a_turn() {
    for (wire, start) in [(Wire::Messages, Start::Run), (Wire::Gemini, Start::Bare)] {
        let (upstream, sandbox) = behind_the_gateway(
            wire,
            [
                Turn::reason("hm").and(Turn::shell("echo something long")).read(960_000),
                Turn::reason("ah").and(Turn::shell("echo more")),
                Turn::text("went on afterwards"),
            ],
        );
        start.exec(&sandbox, "fill the window").run().ok().stdout_has("went on afterwards").shows_no_error();
        // The double answers a request without tools with one word, which is the summary then.
        let said = upstream.said(2);
        let summary = said.person.iter().any(|text| text.contains("pong"));
        assert!(summary && said.calls == [1], "{wire:?}: {said:#?}");
        assert!(!said.outputs.concat().contains("something long"), "{wire:?}: {said:#?}");
    }
}

/// Behind a provider of that name Codex sends a compaction trigger (codex-facts G19). No command of ours writes it, but
/// a person may.
fn named_openai(sandbox: &Sandbox) -> [String; 3] {
    let program = sandbox.program().display().to_string();
    let config = sandbox.config().expect("`add` has written it");
    let base_url = config.lines().find(|line| line.starts_with("base_url")).expect("the gateway's address");
    let (_, base_url) = base_url.split_once('=').expect("a value");
    [
        format!(
            "model_providers.oa={{name=\"OpenAI\",base_url={},auth={{command=\"{program}\",args=[\"token\",\"codexgw\"]}}}}",
            base_url.trim()
        ),
        "model_provider=oa".to_owned(),
        // Less than every scripted answer costs, so that the first one makes the conversation too long.
        "model_auto_compact_token_limit=1000".to_owned(),
    ]
}

/// One turn that Codex interrupts for a compaction, which it leaves to the server.
fn compacts_half_way(wire: &str, upstream: &Upstream, sandbox: &Sandbox) {
    sandbox.add("up", upstream, &["--via", "gateway", "--wire", wire, "--no-probe"]);
    let [provider, chosen, limit] = named_openai(sandbox);
    let model = format!("up/{}", upstream.model());
    let mut args = vec!["exec", "--dangerously-bypass-approvals-and-sandbox", "-m", &model];
    for setting in [&provider, &chosen, &limit] {
        args.extend(["-c", setting]);
    }
    args.push("make a file");
    let outcome = sandbox.codex(&args).run().ok();
    // With a colon it is Codex's word for a failed turn; its log has the word too, as of a cache that was being written.
    outcome.stdout_has("remembered it all").never_says("compaction output item").never_says("ERROR:");
    // The double answers a request without tools with one word, which is the summary then.
    let history = upstream.turn(1).to_string();
    assert!(history.contains("replaced by this summary") && history.contains("\\n\\npong"), "{wire}: {history}");
    assert!(!history.contains("echo one"), "{wire}: {history}");
    assert!(!sandbox.gateway_log().contains("compaction"), "{}", sandbox.gateway_log());
    upstream.assert_nothing_of_codex_arrived();
}

fn script() -> [Turn; 2] {
    [Turn::shell("echo one > made.txt"), Turn::text("remembered it all")]
}

#[test]
fn a_compaction_that_codex_leaves_to_the_server_is_written_by_the_model() {
    for wire in WIRES {
        compacts_half_way(wire.name(), &wire.upstream(script()), &Sandbox::with_keyring());
    }
}

#[test]
fn a_responses_provider_without_compaction_is_asked_for_a_summary() {
    compacts_half_way("responses", &Upstream::responses(script()), &Sandbox::with_keyring());
}
