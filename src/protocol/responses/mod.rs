//! The front end: what Codex sends and what it reads.

mod body;
mod decoder;
mod document;
mod encoder;
mod event;
mod file;
mod head;
mod lower;
mod open;
mod parse;
mod rewrite;
mod shorten;
mod tap;

pub use body::Rejection;
pub use decoder::Decoder;
pub use document::told_as_events;
pub use encoder::{Encoder, ResponseMeta};
pub use head::{Head, head};
pub use lower::{Outbound, lower};
pub use parse::parse;
pub use rewrite::{Rewritten, rewrite, with_trigger};
pub use shorten::{refuses_reasoning, trim, without_reasoning};
pub use tap::Tap;

pub use super::lenient::mend_halves;

/// A `data:` line that keeps Codex waiting and that it ignores (codex-facts 4: comments do not reset its idle timer).
pub const KEEPALIVE: &[u8] = b"event: keepalive\ndata: {\"type\":\"keepalive\"}\n\n";
