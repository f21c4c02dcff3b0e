//! The real Codex at work.

mod caching;
mod compaction;
mod config;
mod daemon;
mod demo;
mod direct;
mod doctor;
mod doubles;
mod env_key;
mod errors;
mod learning;
mod migrate;
mod models;
mod passthrough;
mod privacy;
mod servers;
mod services;
mod sessions;
mod slow;
mod strict;
mod switching;
mod terminal;
mod thinking;
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

/// The interfaces that the gateway translates to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wire {
    Chat,
    Messages,
    Gemini,
}

const WIRES: [Wire; 3] = [Wire::Chat, Wire::Messages, Wire::Gemini];

/// Both starts and all interfaces, each at least once.
const WAYS: [(Wire, Start); 4] =
    [(Wire::Chat, Start::Run), (Wire::Chat, Start::Bare), (Wire::Messages, Start::Run), (Wire::Gemini, Start::Bare)];

impl Wire {
    /// Its name on the command line.
    fn name(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Messages => "messages",
            Self::Gemini => "gemini",
        }
    }

    fn upstream(self, script: impl Into<Script>) -> Upstream {
        match self {
            Self::Chat => Upstream::chat(script),
            Self::Messages => Upstream::messages(script),
            Self::Gemini => Upstream::gemini(script),
        }
    }
}

/// A provider `up` on the gateway road, its key in a private keyring.
#[track_caller]
fn behind_the_gateway(wire: Wire, script: impl Into<Script>) -> (Upstream, Sandbox) {
    let upstream = wire.upstream(script);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", wire.name(), "--no-probe"]);
    (upstream, sandbox)
}

/// The same with Chat Completions.
#[track_caller]
fn chat_behind_the_gateway(script: impl Into<Script>) -> (Upstream, Sandbox) {
    behind_the_gateway(Wire::Chat, script)
}
