//! The back end for upstreams that speak Anthropic's Messages.

mod abilities;
mod body;
mod cache;
mod conversation;
mod decoder;
mod encode;
mod ending;
mod event;
mod media;
mod schema;
mod thinking;
mod tools;

pub use abilities::{Abilities, ThinkingKind};
pub use decoder::Decoder;
pub use encode::{Outbound, encode, refuses_signatures};

/// The protocol's name in carriers.
const WIRE: &str = "messages";

/// Marks in a carrier the thought that stood behind a search of the provider's own.
const SEARCHED: &str = "searched";

#[cfg(test)]
mod tests;
#[cfg(test)]
mod validate;
