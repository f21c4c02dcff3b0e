//! One answer on its way from the upstream's bytes to Codex's events.

use serde_json::Value;

use super::failure;
use super::passing::Passing;
use super::seals::Sealer;
use crate::protocol::ir::{Delta, Usage};
use crate::protocol::responses::{Encoder, KEEPALIVE};
use crate::protocol::{Decoder, End, Failure, sse};

/// The most bytes that are kept of an answer in which no event has come yet, so that its words can be told.
const MAX_HEAD: usize = 64 << 10;

/// The translation of one streamed answer; it ends with exactly one terminal event.
pub(super) enum Translation {
    /// From another protocol.
    Told(Box<Told>),
    /// Responses already: bytes through, watched.
    Pass(Box<Passing>),
}

/// An answer that is told anew as Responses events.
pub(super) struct Told {
    /// The framing; none when the upstream answers with one whole document although a stream was asked for.
    framing: Option<sse::Decoder>,
    /// That document; or what has come of a stream before its first event, since it may be none.
    whole: Vec<u8>,
    has_events: bool,
    decoder: Decoder,
    /// The decoder as it was, for an answer that is asked for again.
    fresh: Decoder,
    encoder: Encoder,
    deltas: Vec<Delta>,
    /// A failure that may pass, while nothing of the answer is out.
    trouble: Option<Failure>,
}

impl Translation {
    /// From what the decoder reads.
    pub(super) fn tell(decoder: Decoder, encoder: Encoder) -> Self {
        Self::Told(Box::new(Told {
            framing: Some(sse::Decoder::new()),
            whole: Vec::new(),
            has_events: false,
            fresh: decoder.clone(),
            decoder,
            encoder,
            deltas: Vec::new(),
            trouble: None,
        }))
    }

    /// Bytes through.
    pub(super) fn pass(encoder: Encoder, sealer: Sealer) -> Self {
        Self::Pass(Box::new(Passing::new(encoder, sealer)))
    }

    /// The stream opens: Codex gets its first event. A passed stream brings its own.
    pub(super) fn open(&mut self, out: &mut Vec<u8>) {
        if let Self::Told(told) = self {
            told.encoder.open(out);
        }
    }

    /// The upstream answers with one document instead of events.
    pub(super) fn expect_whole(&mut self) {
        match self {
            Self::Told(told) => told.framing = None,
            Self::Pass(passing) => passing.expect_whole(),
        }
    }

    /// A piece of the upstream's answer.
    pub(super) fn feed(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Told(told) => told.feed(piece, out),
            Self::Pass(passing) => passing.feed(piece, out),
        }
    }

    /// The upstream's answer is over; what is missing is said.
    pub(super) fn end(&mut self, end: End, out: &mut Vec<u8>) {
        match self {
            Self::Told(told) => told.end(end, out),
            Self::Pass(passing) => passing.end(&end, out),
        }
    }

    /// What was said when the provider paused, once; what it says next comes in an answer of its own.
    pub(super) fn resume(&mut self) -> Option<&[Value]> {
        match self {
            Self::Told(told) => {
                let said = told.decoder.resume()?;
                told.framing = Some(sse::Decoder::new());
                told.whole.clear();
                told.has_events = false;
                Some(said)
            }
            Self::Pass(_) => None,
        }
    }

    /// Ends the stream with `response.failed`.
    pub(super) fn fail(&mut self, failure: Failure, out: &mut Vec<u8>) {
        match self {
            Self::Told(told) => told.encoder.fail(failure, out),
            Self::Pass(passing) => passing.fail(failure, out),
        }
    }

    /// A line that Codex passes over and that resets its idle timer.
    pub(super) fn keep_alive(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Pass(passing) if !passing.is_between_events() => {}
            _ => out.extend_from_slice(KEEPALIVE),
        }
    }

    /// Whether something of the answer is out, so that it cannot be asked for again.
    pub(super) fn has_begun(&self) -> bool {
        match self {
            Self::Told(told) => told.encoder.has_items(),
            Self::Pass(passing) => passing.has_begun(),
        }
    }

    /// The failure that ended the answer before it began and that may pass. It is still to be told, or to be mended.
    pub(super) fn take_trouble(&mut self) -> Option<Failure> {
        match self {
            Self::Told(told) => told.trouble.take(),
            Self::Pass(passing) => passing.take_trouble(),
        }
    }

    /// Another answer comes in place of one that has not begun.
    pub(super) fn start_over(&mut self) {
        match self {
            Self::Told(told) => told.start_over(),
            Self::Pass(passing) => passing.start_over(),
        }
    }

    /// Whether the terminal event is out.
    pub(super) fn is_finished(&self) -> bool {
        match self {
            Self::Told(told) => told.encoder.is_finished(),
            Self::Pass(passing) => passing.is_finished(),
        }
    }

    /// Whether the terminal event says that it failed.
    pub(super) fn has_failed(&self) -> bool {
        match self {
            Self::Told(told) => told.encoder.failure().is_some(),
            Self::Pass(passing) => passing.has_failed(),
        }
    }

    /// Tokens, when the upstream has told.
    pub(super) fn usage(&self) -> Option<&Usage> {
        match self {
            Self::Told(told) => told.encoder.usage(),
            Self::Pass(passing) => passing.usage(),
        }
    }
}

impl Told {
    fn feed(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        let Some(framing) = &mut self.framing else {
            self.whole.extend_from_slice(piece);
            return;
        };
        if !self.has_events {
            keep(&mut self.whole, piece);
        }
        let fed = framing.feed(piece, |event| {
            self.has_events = true;
            self.decoder.feed(&event, &mut self.deltas);
        });
        if let Err(too_large) = fed {
            self.decoder.finish(End::Cut(too_large.to_string()), &mut self.deltas);
        }
        self.push(out);
    }

    fn end(&mut self, end: End, out: &mut Vec<u8>) {
        match &mut self.framing {
            // The last event may lack its blank line; one too large for memory was not the last word anyway.
            Some(framing) => {
                let _ = framing.finish(|event| {
                    self.has_events = true;
                    self.decoder.feed(&event, &mut self.deltas);
                });
                // Nothing but a document after all, whatever its content type says.
                if !self.has_events && matches!(end, End::Eof) {
                    self.decoder.feed_whole(said(&self.whole).as_bytes(), &mut self.deltas);
                }
            }
            None if matches!(end, End::Eof) => self.decoder.feed_whole(&self.whole, &mut self.deltas),
            None => {}
        }
        self.decoder.finish(end, &mut self.deltas);
        self.push(out);
    }

    fn start_over(&mut self) {
        self.framing = Some(sse::Decoder::new());
        self.whole.clear();
        self.has_events = false;
        self.decoder = self.fresh.clone();
        self.encoder.start_over();
    }

    fn push(&mut self, out: &mut Vec<u8>) {
        for delta in self.deltas.drain(..) {
            let delta = match delta {
                Delta::Fail(why) if why.may_pass() && !self.encoder.has_items() => {
                    self.trouble = Some(failure::redacted(why));
                    break;
                }
                Delta::Fail(why) => Delta::Fail(failure::redacted(why)),
                delta => delta,
            };
            self.encoder.push(delta, out);
        }
    }
}

/// What stands in a stream that holds no event, without its comments and the beginning of an event.
pub(super) fn said(head: &[u8]) -> String {
    let is_frame = |line: &str| {
        ["event:", "data:", "id:", "retry:", ":"].iter().any(|field| line.starts_with(field) || field.starts_with(line))
    };
    let text = String::from_utf8_lossy(head);
    let lines = text.split(['\n', '\r']).filter(|line| !line.trim().is_empty() && !is_frame(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Keeps a piece, up to the bound.
pub(super) fn keep(head: &mut Vec<u8>, piece: &[u8]) {
    head.extend_from_slice(&piece[..piece.len().min(MAX_HEAD.saturating_sub(head.len()))]);
}
