//! Pure translation between Codex's Responses API and what upstreams speak: no sockets, no clock, no files.
//!
//! One front end ([`responses`]) and one back end per upstream protocol ([`chat`], [`messages`], [`gemini`]), with a
//! small shared representation ([`ir`]) between them, so that the grammar of Responses events is written once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub mod carrier;
pub mod chat;
pub mod compaction;
mod decoder;
pub mod failure;
mod frame;
pub mod gemini;
pub mod images;
pub mod ir;
mod lenient;
pub mod loss;
pub mod meaning;
pub mod messages;
pub mod openai_error;
mod outbound;
mod pairing;
pub mod quirks;
mod quota;
pub mod refusal;
pub mod responses;
pub mod sse;
pub mod tools;
pub mod wait;
mod wording;
pub mod words;

pub use decoder::Decoder;
pub use failure::{Failure, FailureCode, failure_from_response};
pub use ir::End;
pub use meaning::{Meaning, Remedy};
pub use openai_error::OpenAiError;
pub use outbound::{Destination, Outbound};
pub use quirks::Quirks;
pub use wait::Wait;
pub use words::Words;

/// What an upstream speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// OpenAI Responses: passed through.
    Responses,
    /// OpenAI Chat Completions.
    Chat,
    /// Anthropic Messages.
    Messages,
    /// Gemini's `generateContent`.
    Gemini,
}

impl Wire {
    /// The word for it in settings and on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Responses => "responses",
            Self::Chat => "chat",
            Self::Messages => "messages",
            Self::Gemini => "gemini",
        }
    }
}

#[cfg(test)]
mod tests;
