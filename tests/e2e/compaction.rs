//! Conversations that outgrow the model's window.

use super::{Start, Wire, behind_the_gateway};
use crate::support::Turn;

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
