//! Breaking off and going on.

use std::time::Duration;

use rustix::process::Signal;

use super::{STARTS, Start, chat_behind_the_gateway};
use crate::support::Turn;
use crate::support::sandbox::EXEC;
use crate::support::upstream::{Ending, Purpose};

#[test]
fn an_interrupted_turn_ends_the_upstream_call_and_can_be_resumed() {
    for start in STARTS {
        let (upstream, sandbox) = chat_behind_the_gateway([
            Turn::shell("echo remembered"),
            Turn::text("this sentence never ends").ends(Ending::Stall),
            Turn::text("resumed where we were"),
        ]);
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
        let history = upstream.turn(2)["messages"].to_string();
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
