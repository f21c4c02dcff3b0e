//! The back end for upstreams that speak Gemini's `generateContent`.

mod body;
mod chunk;
mod contents;
mod decoder;
mod encode;
mod media;
mod model;
mod schema;
mod signatures;
mod thinking;

pub use decoder::Decoder;
pub use encode::{Options, Outbound, Safety, encode, encode_with, path};

/// The protocol's name in carriers.
const WIRE: &str = "gemini";

#[cfg(test)]
mod strict;
#[cfg(test)]
mod tests;
