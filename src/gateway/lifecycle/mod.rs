//! One gateway per person: started when it is needed, found by proof, stopped by request.
//!
//! Two files in the state folder say who serves: `gateway.lock`, held from before the port is bound until it is closed,
//! and `gateway.json`, which names port and process. Neither is believed alone: a client asks the listener to prove
//! that it knows the token before it hands the token to anyone.

mod client;
mod place;
mod port;
pub(super) mod proof;
mod server;
mod starter;

use std::time::Duration;

pub use client::{status, stop, unproven};
pub use port::pick_port;
pub use server::serve;
pub use starter::ensure;

/// How long a gateway that nobody watches stays without a request.
const DETACHED_IDLE: Duration = Duration::from_hours(6);

/// How to serve.
#[derive(Debug, Clone, Copy, Default)]
pub struct ServeOptions {
    /// A port for this run only; else the one in the settings.
    pub port: Option<u16>,
    /// End after this long without a request, and leave the terminal's session: set for a detached start.
    pub idle_exit: Option<Duration>,
    /// Refuse what cannot be carried over whole, also when the settings do not say so.
    pub strict: bool,
}

/// A gateway that proved itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its loopback port.
    pub port: u16,
    /// Its process id.
    pub pid: u32,
    /// Its version.
    pub version: String,
}

#[cfg(test)]
mod tests;
