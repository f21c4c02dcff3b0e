//! The local gateway: listener, door, exchange, upstream client, lifecycle.
//!
//! A request comes in at the `listener`, passes the `door`, and is answered by the `exchange`: it asks the
//! `directory` where the model lives and `keys` for the provider's key, sends the request as `outgoing` has translated it
//! through `upstream`, and streams the answer back (`live`).

mod answer;
mod asking;
mod body;
mod client;
mod context;
mod directory;
mod door;
mod errand;
mod exchange;
mod failure;
mod hint;
mod keys;
mod learned;
mod lifecycle;
mod limits;
mod listener;
mod live;
mod models;
mod outgoing;
mod passing;
mod phase;
mod record;
mod redirect;
mod seals;
mod service;
mod translation;
mod upstream;
mod wait;
mod whole;

#[cfg(test)]
mod tests;

pub use errand::{Errand, Heard};
pub use learned::Learned;
pub use lifecycle::{Running, ServeOptions, ensure, pick_port, serve, status, stop, unproven};

/// Our version, as the gateway proves it and upstreams see it.
const VERSION: &str = env!("CARGO_PKG_VERSION");
