//! The back end for upstreams that speak Anthropic's Messages.

mod abilities;
mod body;
mod cache;
mod cited;
mod conversation;
mod decoder;
mod encode;
mod ending;
mod event;
mod media;
mod pause;
mod raw;
mod schema;
mod searches;
mod thinking;
mod tools;

pub use abilities::{Abilities, ThinkingKind};
pub use decoder::Decoder;
pub use encode::{Outbound, encode, refuses_signatures};
pub use pause::resumed;

/// The protocol's name in carriers.
const WIRE: &str = "messages";

#[cfg(test)]
mod tests;
#[cfg(test)]
mod validate;
