//! Breaking off and going on.

use std::time::Duration;

use rustix::process::Signal;

use super::{Start, WAYS, WIRES, behind_the_gateway, chat_behind_the_gateway};
use crate::support::Turn;
use crate::support::sandbox::EXEC;
use crate::support::upstream::{Ending, Purpose};

#[test]
fn an_interrupted_turn_ends_the_upstream_call_and_can_be_resumed() {
    for (wire, start) in WAYS {
        let (upstream, sandbox) = behind_the_gateway(
            wire,
            [
                Turn::reason("hm").and(Turn::shell("echo remembered")),
                Turn::reason("half a thought").and(Turn::text("this never ends")).ends(Ending::Stall),
                Turn::text("resumed where we were"),
            ],
        );
        let running = start.exec(&sandbox, "start something long").start();
        upstream.wait_for(Purpose::Turn, 2);
        running.signal(Signal::INT);
        running.wait(Duration::from_mins(1)).exits(1).stderr_has("turn interrupted");
        upstream.wait_for_hang_up();

        let resume = ["resume", "--last", "go on"];
        let again = match start {
            Start::Run => sandbox.codexgw(&[&["run", "--profile", "up", "--"], &EXEC[..], &resume].concat()),
            Start::Bare => sandbox.codex(&[&["-p", "up"], &EXEC[..], &resume].concat()),
        };
        again.run().ok().stdout_has("resumed where we were");
        let history = upstream.turn(2).to_string();
        for word in ["start something long", "remembered", "go on"] {
            assert!(history.contains(word), "the history lacks `{word}`: {history}");
        }
    }
}

#[test]
fn a_provider_that_never_answers_can_be_left_at_once() {
    let (upstream, sandbox) = chat_behind_the_gateway(Turn::silence());
    let running = Start::Bare.exec(&sandbox, "anybody there?").start();
    upstream.wait_for(Purpose::Turn, 1);
    running.signal(Signal::INT);
    running.wait(Duration::from_mins(1)).exits(1).stderr_has("turn interrupted");
    upstream.wait_for_hang_up();
}

#[test]
fn ten_resumed_turns_keep_their_order_and_their_thoughts() {
    for wire in WIRES {
        let turn = |n: usize| {
            let thought = Turn::reason(&format!("thought {n}"));
            [thought.and(Turn::shell(&format!("echo step {n}"))), Turn::text(&format!("answer {n}"))]
        };
        let (upstream, sandbox) = behind_the_gateway(wire, (0..10).flat_map(turn).collect::<Vec<_>>());
        Start::Run.exec(&sandbox, "question 0").run().ok().stdout_has("answer 0");
        for n in 1..10 {
            let question = format!("question {n}");
            let resume = [&["-p", "up"], &EXEC[..], &["resume", "--last", &question]].concat();
            sandbox.codex(&resume).run().ok().stdout_has(&format!("answer {n}")).shows_no_error();
        }
        let said = upstream.said(19);
        let answers: Vec<String> = (0..9).map(|n| format!("answer {n}")).collect();
        assert_eq!(said.model, answers, "{wire:?}");
        let in_order = |texts: &[String], word: &str| {
            let found: Vec<usize> =
                (0..10).filter_map(|n| texts.iter().position(|t| t.contains(&format!("{word} {n}")))).collect();
            found.len() == 10 && found.is_sorted()
        };
        assert!(in_order(&said.outputs, "step"), "{:?}", said.outputs);
        assert!(in_order(&said.person, "question"), "{:?}", said.person);
    }
}
