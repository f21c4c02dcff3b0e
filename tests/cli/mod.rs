//! What a person types, without Codex doing any work.

mod add;
mod add_refused;
mod asks;
mod config;
mod default;
mod doctor;
mod gateway;
mod help;
mod key_command;
mod keyring;
mod keys;
mod migrate_from;
mod models;
mod panics;
mod probe;
mod profiles;
mod providers;
mod remove;
mod round_trips;
mod run;
mod token;
mod transcripts;
mod undo;

use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// Codex is there, a provider `up` was added to the gateway road without asking it anything.
#[track_caller]
fn with_a_gateway_provider() -> (Upstream, Sandbox) {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    (upstream, sandbox)
}
