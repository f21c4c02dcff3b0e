//! The reader of one upstream answer, whichever protocol it comes in.

use serde_json::Value;

use super::ir::{Delta, End};
use super::{chat, gemini, messages, responses, sse};

/// Reads one answer; made by the writer of the request that it answers.
#[derive(Debug, Clone)]
pub enum Decoder {
    /// Chat Completions.
    Chat(chat::Decoder),
    /// Messages.
    Messages(messages::Decoder),
    /// `generateContent`.
    Gemini(gemini::Decoder),
    /// Responses, where the answer does not pass as it is.
    Responses(responses::Decoder),
}

impl Decoder {
    /// Whether the answer is whole; what still comes need not be read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        match self {
            Self::Chat(decoder) => decoder.is_done(),
            Self::Messages(decoder) => decoder.is_done(),
            Self::Gemini(decoder) => decoder.is_done(),
            Self::Responses(decoder) => decoder.is_done(),
        }
    }

    /// Takes the next event of a stream.
    pub fn feed(&mut self, event: &sse::Event<'_>, out: &mut Vec<Delta>) {
        match self {
            Self::Chat(decoder) => decoder.feed(event, out),
            Self::Messages(decoder) => decoder.feed(event, out),
            Self::Gemini(decoder) => decoder.feed(event, out),
            Self::Responses(decoder) => decoder.feed(event, out),
        }
    }

    /// Takes the whole body of a non-streamed answer and ends.
    pub fn feed_whole(&mut self, body: &[u8], out: &mut Vec<Delta>) {
        match self {
            Self::Chat(decoder) => decoder.feed_whole(body, out),
            Self::Messages(decoder) => decoder.feed_whole(body, out),
            Self::Gemini(decoder) => decoder.feed_whole(body, out),
            Self::Responses(decoder) => decoder.feed_whole(body, out),
        }
    }

    /// What a provider has said of a turn that it paused, all of it; the answer to [`messages::resumed`] is read next.
    /// None when the answer has not ended with a pause.
    pub fn resume(&mut self) -> Option<&[Value]> {
        match self {
            Self::Messages(decoder) => decoder.resume(),
            Self::Chat(_) | Self::Gemini(_) | Self::Responses(_) => None,
        }
    }

    /// The bytes have ended.
    pub fn finish(&mut self, end: End, out: &mut Vec<Delta>) {
        match self {
            Self::Chat(decoder) => decoder.finish(end, out),
            Self::Messages(decoder) => decoder.finish(end, out),
            Self::Gemini(decoder) => decoder.finish(end, out),
            Self::Responses(decoder) => decoder.finish(end, out),
        }
    }
}
