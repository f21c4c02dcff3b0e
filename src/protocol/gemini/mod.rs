//! The back end for upstreams that speak Gemini's `generateContent`.

mod body;
mod chunk;
mod contents;
mod decoder;
mod encode;
mod grounding;
mod media;
mod model;
mod schema;
mod signatures;
mod thinking;

pub use decoder::Decoder;
pub use encode::{Options, Outbound, Safety, encode, encode_with, path, refuses_signatures};

/// The protocol's name in carriers.
const WIRE: &str = "gemini";

/// Stands in front of the call ids that the upstream gave: it wants those back. Others it never saw, and some doors of
/// Google know no ids at all and refuse them.
const GIVEN_ID: &str = "gm_";

#[cfg(test)]
mod strict;
#[cfg(test)]
mod tests;
