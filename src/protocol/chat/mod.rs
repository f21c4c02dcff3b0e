//! The back end for upstreams that speak Chat Completions.

mod body;
mod chunk;
mod citations;
mod decoder;
mod encode;
mod messages;
mod think;

pub use decoder::Decoder;
pub use encode::{Outbound, encode};

/// The protocol's name in carriers.
const WIRE: &str = "chat";
