//! Pure translation between Codex's Responses API and what upstreams speak: no sockets, no clock, no files.
//!
//! One front end ([`responses`]) and one back end per upstream protocol ([`chat`]), with a small shared
//! representation ([`ir`]) between them, so that the grammar of Responses events is written once.

use serde::{Deserialize, Serialize};

pub mod chat;
pub mod ir;
pub mod responses;
pub mod sse;

/// What an upstream speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// OpenAI Responses: passed through.
    Responses,
    /// OpenAI Chat Completions.
    Chat,
}

/// What an upstream does differently from its protocol's documentation, or leaves out. The flags are named in
/// provider templates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Quirks {}
