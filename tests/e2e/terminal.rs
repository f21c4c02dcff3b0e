//! The terminal UI.

use super::chat_behind_the_gateway;
use crate::support::{Terminal, Turn, Upstream};

#[test]
fn the_model_picker_lists_two_providers_and_switches_in_one_session() {
    let (upstream, sandbox) = chat_behind_the_gateway(Turn::text("hello from the first"));
    let other = Upstream::chat(Turn::text("hello from the second")).with_models(&["n1"]).with_key("sk-other-abcdef");
    sandbox.add("other", &other, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    sandbox.trust_workspace();
    let terminal = Terminal::start(&sandbox, "codexgw run --profile up");
    terminal.wait_for("up/m1");
    terminal.submit("say hello");
    terminal.wait_for("hello from the first");

    terminal.submit("/model");
    let screen = terminal.wait_for("other/n1");
    let line = screen.lines().rev().find(|l| l.contains("other/n1")).unwrap().trim_start_matches(['›', ' ']);
    let number = line.split('.').next().unwrap().to_owned();
    assert!(screen.contains("up/m1"), "{screen}");
    terminal.press(&number);
    terminal.wait_for("changed to other/n1");
    terminal.submit("and hello again");
    let screen = terminal.wait_for("hello from the second");
    assert!(!screen.contains("metadata for"), "{screen}");
    let history = other.turn(0)["messages"].to_string();
    assert!(history.contains("hello from the first"), "one session, one history: {history}");
    assert_eq!(upstream.turns().len(), 1);
}

#[test]
fn a_provider_on_the_direct_road_works_in_the_terminal() {
    let upstream = Upstream::responses(Turn::text("hello directly"));
    let sandbox = crate::support::Sandbox::with_keyring();
    sandbox.add("up", &upstream, &[]);
    sandbox.trust_workspace();
    let terminal = Terminal::start(&sandbox, "codex -p up");
    terminal.wait_for("m1");
    terminal.submit("say hello");
    let screen = terminal.wait_for("hello directly");
    assert!(!screen.contains("metadata for"), "{screen}");
}
