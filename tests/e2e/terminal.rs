//! The terminal UI.

use super::{WIRES, behind_the_gateway, chat_behind_the_gateway};
use crate::support::tmux::READY;
use crate::support::{Terminal, Turn, Upstream};

#[test]
fn the_model_picker_lists_two_providers_and_switches_in_one_session() {
    let (upstream, sandbox) = chat_behind_the_gateway(Turn::text("hello from the first"));
    let other = Upstream::chat([Turn::text("hello from the second"), Turn::text("hello a third time")])
        .with_models(&["n1"])
        .with_key("sk-other-abcdef");
    sandbox.add("other", &other, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    sandbox.trust_workspace();
    let terminal = Terminal::start(&sandbox, "codexgw run --profile up");
    terminal.wait_for(READY);
    terminal.submit("say hello");
    terminal.wait_for("hello from the first");

    terminal.submit("/model");
    let picker = terminal.wait_for("Select Model");
    let choices: Vec<&str> = picker.lines().skip_while(|l| !l.contains("Select Model")).collect();
    assert!(choices.iter().any(|l| l.contains("m1") && l.contains("current")), "{picker}");
    let wanted = choices.iter().find(|l| l.contains("n1")).unwrap_or_else(|| panic!("no `n1` in\n{picker}"));
    let number = wanted.trim_start_matches(['›', ' ']).split('.').next().unwrap();
    terminal.press(number);
    let changed = |screen: &str| screen.contains("changed to other/n1");
    let screen = terminal.wait_until("the change or the efforts", |s| changed(s) || s.contains("Reasoning Level"));
    if !changed(&screen) {
        terminal.press("Enter");
        terminal.wait_until("the change", changed);
    }
    terminal.submit("and hello again");
    let screen = terminal.wait_for("hello from the second");
    assert!(!screen.contains("metadata for"), "{screen}");
    let history = other.turn(0)["messages"].to_string();
    assert!(history.contains("hello from the first"), "one session, one history: {history}");
    assert_eq!(upstream.turns().len(), 1);
    drop(terminal);

    // Codex wrote the choice into the profile, which is what counts from then on.
    sandbox.run("up", "and once more").run().ok().stdout_has("hello a third time");
    sandbox.codexgw(&["profile", "list"]).run().ok().stdout_has("other/n1");
}

#[test]
fn a_provider_on_the_direct_road_works_in_the_terminal() {
    let upstream = Upstream::responses(Turn::text("hello directly"));
    let sandbox = crate::support::Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]);
    sandbox.trust_workspace();
    let terminal = Terminal::start(&sandbox, "codex -p up");
    terminal.wait_for(READY);
    terminal.submit("say hello");
    let screen = terminal.wait_for("hello directly");
    assert!(!screen.contains("metadata for"), "{screen}");
}

#[test]
fn a_long_history_is_compacted_by_the_provider_s_model() {
    for wire in WIRES {
        let story = Turn::reason("hm").and(Turn::shell("echo once upon a time"));
        let (upstream, sandbox) =
            behind_the_gateway(wire, [story, Turn::text("a long story"), Turn::text("remembered")]);
        sandbox.trust_workspace();
        let terminal =
            Terminal::start(&sandbox, "codexgw run --profile up -- --dangerously-bypass-approvals-and-sandbox");
        terminal.wait_for(READY);
        terminal.submit("tell a story");
        terminal.wait_for("a long story");
        terminal.submit("/compact");
        terminal.wait_for("ompacted");
        terminal.submit("what was it about?");
        terminal.wait_for("remembered");
        // The double answers a request without tools with one word, which is the summary then.
        let history = upstream.turn(2).to_string();
        assert!(history.contains("pong") && !history.contains("a long story"), "{wire:?}: {history}");
        assert_eq!(upstream.said(2).calls, [0_usize; 0], "{wire:?}: {history}");
    }
}
