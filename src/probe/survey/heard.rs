//! What an answer of the interview holds, read as the gateway reads it.

use crate::probe::client::Reply;
use crate::probe::{ProbeError, foreign};
use crate::protocol::ir::{Delta, Stop};
use crate::protocol::{Decoder, End, sse};

/// What an answer holds.
#[derive(Debug, Default)]
pub struct Heard {
    /// The text.
    pub text: String,
    /// The names of the tools called.
    pub calls: Vec<String>,
    /// Whether the model ran out of tokens.
    pub cut_short: bool,
    /// Whether it came as a stream of events.
    pub streamed: bool,
}

impl Heard {
    /// Reads a 2xx answer.
    ///
    /// # Errors
    /// When the answer tells of a failure, or holds none that can be read.
    pub fn read(mut decoder: Decoder, reply: &Reply) -> Result<Self, ProbeError> {
        let mut deltas = Vec::new();
        let start = reply.body.trim_start_matches(['\u{feff}', '\r', '\n']);
        let streamed = ["data:", "event:", "id:", ":"].iter().any(|field| start.starts_with(field));
        if streamed {
            let mut events = sse::Decoder::new();
            let mut feed = |event: sse::Event<'_>| decoder.feed(&event, &mut deltas);
            // An event too large is an answer that breaks off.
            let _ = events.feed(reply.body.as_bytes(), &mut feed);
            let _ = events.finish(&mut feed);
            if !decoder.is_done() {
                decoder.finish(End::Eof, &mut deltas);
            }
        } else {
            decoder.feed_whole(reply.body.as_bytes(), &mut deltas);
        }
        let mut heard = Self { streamed, ..Self::default() };
        for delta in deltas {
            match delta {
                Delta::Text(text) => heard.text.push_str(&text),
                Delta::CallStart { tool, .. } => heard.calls.push(tool.name.into_owned()),
                Delta::Stop(stop) => heard.cut_short = stop == Stop::Length,
                Delta::Fail(failure) => {
                    return Err(ProbeError::Refused { status: reply.status, words: foreign::quote(&failure.message) });
                }
                _ => {}
            }
        }
        Ok(heard)
    }

    /// Whether the text holds a word.
    pub fn says(&self, word: &str) -> bool {
        self.text.to_lowercase().contains(word)
    }
}
