//! A Responses answer on its way through: byte for byte, watched, and ended where the upstream left its end out.

use super::failure;
use super::seals::Sealer;
use super::translation::{keep, said};
use crate::protocol::failure::{failure_from_oddity, failure_from_stream};
use crate::protocol::ir::Usage;
use crate::protocol::responses::{Encoder, Tap, told_as_events};
use crate::protocol::{End, Failure};

/// The most bytes of a document that stands where a stream was asked for.
const MAX_DOCUMENT: usize = 16 << 20;

/// A Responses answer that passes.
pub(super) struct Passing {
    tap: Tap,
    /// What has come before the first event.
    head: Vec<u8>,
    /// The last bytes, which tell whether one of our own events may follow.
    tail: Vec<u8>,
    /// The upstream's document, when it answers with one instead of events.
    document: Option<Vec<u8>>,
    /// Writes the terminal event that the upstream left out.
    encoder: Encoder,
    sealer: Sealer,
    /// A failure that may pass, while nothing has passed.
    trouble: Option<Failure>,
}

impl Passing {
    /// Nothing has come yet.
    pub(super) fn new(encoder: Encoder, sealer: Sealer) -> Self {
        Self { tap: Tap::new(), head: Vec::new(), tail: Vec::new(), document: None, encoder, sealer, trouble: None }
    }

    /// The upstream answers with one document instead of events.
    pub(super) fn expect_whole(&mut self) {
        self.document = Some(Vec::new());
    }

    /// A piece of the upstream's answer.
    pub(super) fn feed(&mut self, piece: &[u8], out: &mut Vec<u8>) {
        if let Some(document) = &mut self.document {
            document.extend_from_slice(&piece[..piece.len().min(MAX_DOCUMENT.saturating_sub(document.len()))]);
            return;
        }
        self.tap.feed(piece);
        self.sealer.made(self.tap.take_seals());
        if !self.tap.has_events() {
            keep(&mut self.head, piece);
        }
        // Codex passes over such an event, and the upstream may keep its end open long after it.
        let error = self.tap.error().filter(|_| !self.tap.is_finished());
        let failure = error.map(|error| failure_from_stream(&serde_json::from_str(error).unwrap_or_default()));
        if let Some(failure) = failure.as_ref().filter(|failure| failure.may_pass() && !self.has_begun()) {
            self.trouble = Some(failure::redacted(failure.clone()));
            return;
        }
        self.tail.extend_from_slice(&piece[piece.len().saturating_sub(4)..]);
        self.tail.drain(..self.tail.len().saturating_sub(4));
        out.extend_from_slice(piece);
        if let Some(failure) = failure {
            self.fail(failure::redacted(failure), out);
        }
    }

    /// The upstream's answer is over; what is missing is said.
    pub(super) fn end(&mut self, end: &End, out: &mut Vec<u8>) {
        if self.is_finished() {
            return;
        }
        let torn = !self.is_between_events();
        self.tap.finish();
        self.sealer.made(self.tap.take_seals());
        let failure = match end {
            _ if self.tap.is_finished() => return,
            // What was too large to be watched may have been the end: Codex has it.
            End::Eof if self.tap.is_blind() => return,
            End::Eof => match self.document.take() {
                Some(document) if told_as_events(&document, &mut self.tap, out) => {
                    return self.sealer.made(self.tap.take_seals());
                }
                Some(document) => nothing(&document),
                None => match self.tap.error().or(self.tap.oddity()) {
                    Some(words) => failure_from_oddity(words),
                    None if !self.tap.has_events() => nothing(&self.head),
                    None if torn => Failure::broken_off("it ends inside an event"),
                    None => Failure::broken_off("it ends without `response.completed`"),
                },
            },
            End::Cut(cause) => Failure::broken_off(cause),
        };
        let failure = failure::redacted(failure);
        if failure.may_pass() && !self.has_begun() {
            self.trouble = Some(failure);
        } else {
            self.fail(failure, out);
        }
    }

    /// Whether a byte has passed.
    pub(super) const fn has_begun(&self) -> bool {
        !self.tail.is_empty()
    }

    /// The failure that ended the answer before it began and that may pass.
    pub(super) fn take_trouble(&mut self) -> Option<Failure> {
        self.trouble.take()
    }

    /// Another answer comes in place of one that has not begun.
    pub(super) fn start_over(&mut self) {
        self.tap = Tap::new();
        self.head.clear();
        self.document = None;
    }

    /// Ends the stream with `response.failed`.
    pub(super) fn fail(&mut self, failure: Failure, out: &mut Vec<u8>) {
        if !self.is_between_events() {
            // Ends the torn event, so that ours is read as one of its own.
            out.extend_from_slice(b"\n\n");
        }
        self.encoder.fail(failure, out);
    }

    /// Whether the last byte ended an event, so that one of ours may follow.
    pub(super) fn is_between_events(&self) -> bool {
        self.tail.is_empty() || [&b"\n\n"[..], b"\r\n\r\n", b"\r\r"].iter().any(|end| self.tail.ends_with(end))
    }

    /// Whether the terminal event is out.
    pub(super) const fn is_finished(&self) -> bool {
        self.tap.is_finished() || self.encoder.is_finished()
    }

    /// Whether that event is a failure of ours.
    pub(super) const fn has_failed(&self) -> bool {
        self.encoder.failure().is_some()
    }

    /// Tokens, when the upstream has told.
    pub(super) const fn usage(&self) -> Option<&Usage> {
        self.tap.usage()
    }
}

/// Why bytes without any event are no answer.
fn nothing(bytes: &[u8]) -> Failure {
    match said(bytes) {
        words if words.is_empty() => Failure::broken_off("it is empty"),
        words => failure_from_oddity(&words),
    }
}

#[cfg(test)]
#[path = "passing_tests.rs"]
mod tests;
