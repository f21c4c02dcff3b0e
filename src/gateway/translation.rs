//! One answer on its way from the upstream's bytes to Codex's events.

use super::failure;
use crate::protocol::failure::failure_from_oddity;
use crate::protocol::ir::{Delta, Usage};
use crate::protocol::responses::{Encoder, KEEPALIVE, Tap};
use crate::protocol::{Decoder, End, Failure, sse};

/// The most bytes that are kept of an answer in which no event has come yet, so that its words can be told.
const MAX_HEAD: usize = 64 << 10;

/// The translation of one streamed answer; it ends with exactly one terminal event.
pub(super) enum Translation {
    /// From another protocol.
    Told(Box<Told>),
    /// Responses already: bytes through, watched.
    Pass(Box<Passed>),
}

/// An answer that is told anew as Responses events.
pub(super) struct Told {
    /// The framing; none when the upstream answers with one whole document although a stream was asked for.
    framing: Option<sse::Decoder>,
    /// That document; or what has come of a stream before its first event, since it may be none.
    whole: Vec<u8>,
    has_events: bool,
    decoder: Decoder,
    encoder: Encoder,
    deltas: Vec<Delta>,
}

/// A Responses answer that passes.
pub(super) struct Passed {
    tap: Tap,
    /// What has come before the first event.
    head: Vec<u8>,
    /// Whether the last piece ended with an event, so that one of ours may follow.
    between_events: bool,
    /// Writes the terminal event that the upstream left out.
    encoder: Encoder,
}

impl Translation {
    /// From what the decoder reads.
    pub(super) fn tell(decoder: Decoder, encoder: Encoder) -> Self {
        Self::Told(Box::new(Told {
            framing: Some(sse::Decoder::new()),
            whole: Vec::new(),
            has_events: false,
            decoder,
            encoder,
            deltas: Vec::new(),
        }))
    }

    /// Bytes through.
    pub(super) fn pass(encoder: Encoder) -> Self {
        Self::Pass(Box::new(Passed { tap: Tap::new(), head: Vec::new(), between_events: true, encoder }))
    }

    /// The stream opens: Codex gets its first event. A passed stream brings its own.
    pub(super) fn open(&mut self, out: &mut Vec<u8>) {
        if let Self::Told(told) = self {
            told.encoder.open(out);
        }
    }

    /// The upstream answers with one document instead of events.
    pub(super) fn expect_whole(&mut self) {
        if let Self::Told(told) = self {
            told.framing = None;
        }
    }

    /// A piece of the upstream's answer.
    pub(super) fn feed(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::Told(told) => told.feed(piece, out),
            Self::Pass(passed) => {
                passed.tap.feed(piece);
                if !passed.tap.has_events() {
                    keep(&mut passed.head, piece);
                }
                passed.between_events = [&b"\n\n"[..], b"\r\n\r\n", b"\r\r"].iter().any(|end| piece.ends_with(end));
                out.extend_from_slice(piece);
            }
        }
    }

    /// The upstream's answer is over; what is missing is said.
    pub(super) fn end(&mut self, end: End, out: &mut Vec<u8>) {
        match self {
            Self::Told(told) => told.end(end, out),
            Self::Pass(passed) => passed.end(&end, out),
        }
    }

    /// Ends the stream with `response.failed`.
    pub(super) fn fail(&mut self, failure: Failure, out: &mut Vec<u8>) {
        match self {
            Self::Told(told) => told.encoder.fail(failure, out),
            Self::Pass(passed) => passed.fail(failure, out),
        }
    }

    /// A line that Codex passes over and that resets its idle timer.
    pub(super) fn keep_alive(&mut self, out: &mut Vec<u8>) {
        match self {
            Self::Pass(passed) if !passed.between_events => {}
            _ => out.extend_from_slice(KEEPALIVE),
        }
    }

    /// Whether the terminal event is out.
    pub(super) fn is_finished(&self) -> bool {
        match self {
            Self::Told(told) => told.encoder.is_finished(),
            Self::Pass(passed) => passed.tap.is_finished() || passed.encoder.is_finished(),
        }
    }

    /// Whether the terminal event says that it failed.
    pub(super) fn has_failed(&self) -> bool {
        match self {
            Self::Told(told) => told.encoder.failure().is_some(),
            Self::Pass(passed) => passed.encoder.failure().is_some(),
        }
    }

    /// Tokens, when the upstream has told.
    pub(super) fn usage(&self) -> Option<&Usage> {
        match self {
            Self::Told(told) => told.encoder.usage(),
            Self::Pass(passed) => passed.tap.usage(),
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
                    self.decoder.feed_whole(&self.whole, &mut self.deltas);
                }
            }
            None if matches!(end, End::Eof) => self.decoder.feed_whole(&self.whole, &mut self.deltas),
            None => {}
        }
        self.decoder.finish(end, &mut self.deltas);
        self.push(out);
    }

    fn push(&mut self, out: &mut Vec<u8>) {
        for delta in self.deltas.drain(..) {
            let delta = match delta {
                Delta::Fail(why) => Delta::Fail(failure::redacted(why)),
                delta => delta,
            };
            self.encoder.push(delta, out);
        }
    }
}

impl Passed {
    fn end(&mut self, end: &End, out: &mut Vec<u8>) {
        self.tap.finish();
        match end {
            _ if self.tap.is_finished() => {}
            // What was too large to be watched may have been the end: Codex has it.
            End::Eof if self.tap.is_blind() => {}
            End::Eof => {
                let head = String::from_utf8_lossy(&self.head);
                let words = self.tap.error().or((!self.tap.has_events() && !head.trim().is_empty()).then_some(&*head));
                let failure = words.map_or_else(|| failure::ended_early(None), failure_from_oddity);
                self.fail(failure::redacted(failure), out);
            }
            End::Cut(cause) => self.fail(failure::ended_early(Some(cause)), out),
        }
    }

    fn fail(&mut self, failure: Failure, out: &mut Vec<u8>) {
        if !self.between_events {
            // Ends the torn event, so that ours is read as one of its own.
            out.extend_from_slice(b"\n\n");
        }
        self.encoder.fail(failure, out);
    }
}

/// Keeps a piece, up to the bound.
fn keep(head: &mut Vec<u8>, piece: &[u8]) {
    head.extend_from_slice(&piece[..piece.len().min(MAX_HEAD.saturating_sub(head.len()))]);
}
