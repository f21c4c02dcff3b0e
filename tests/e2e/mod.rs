//! The real Codex at work.

mod config;
mod daemon;
mod demo;
mod direct;
mod doubles;
mod env_key;
mod errors;
mod migrate;
mod passthrough;
mod privacy;
mod sessions;
mod slow;
mod strict;
mod switching;
mod terminal;
mod tools;
mod turns;

use crate::support::sandbox::Invocation;
use crate::support::{Sandbox, Script, Upstream};

/// The two ways in which a person starts Codex on a profile.
#[derive(Debug, Clone, Copy)]
enum Start {
    /// `codexgw run --profile P -- exec …`
    Run,
    /// `codex -p P exec …`
    Bare,
}

const STARTS: [Start; 2] = [Start::Run, Start::Bare];

impl Start {
    fn exec<'a>(self, sandbox: &'a Sandbox, prompt: &str) -> Invocation<'a> {
        match self {
            Self::Run => sandbox.run("up", prompt),
            Self::Bare => sandbox.exec("up", prompt),
        }
    }
}

/// A Chat Completions provider `up` on the gateway road, its key in a private keyring.
#[track_caller]
fn chat_behind_the_gateway(script: impl Into<Script>) -> (Upstream, Sandbox) {
    let upstream = Upstream::chat(script);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    (upstream, sandbox)
}
