//! What reading a stream of JSON events takes, whatever they say: where it ends, and why it fails.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::failure::{Failure, failure_from_oddity};
use super::ir::{Delta, End, Stop};
use super::lenient::mended;
use super::sse;

/// The most tool calls that one answer may hold; more is a broken upstream.
pub(super) const MAX_CALLS: usize = 512;

/// The most characters that are kept of an event that is no piece of an answer.
const MAX_ODDITY: usize = 4096;

/// The most characters that are shown of an event that cannot be read.
const MAX_SHOWN: usize = 120;

/// How far the reading of one answer has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Frame {
    /// Whether there is anything of an answer.
    pub has_output: bool,
    malformed: Option<String>,
    /// The first event that was no piece of an answer; it is the cause when nothing else comes.
    oddity: Option<String>,
    done: bool,
}

impl Frame {
    /// Whether the answer is whole; what still comes need not be read.
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// The data of the next event, if it is to be read.
    pub fn next<'e>(&mut self, event: &sse::Event<'e>, out: &mut Vec<Delta>) -> Option<Cow<'e, str>> {
        let data = event.data.trim();
        if self.done || data.is_empty() {
            return None;
        }
        if let Some(text) = self.malformed.take() {
            let message = format!("the provider's stream holds an event that is not JSON: `{text}`");
            self.fail(Failure::shown(message), out);
            return None;
        }
        Some(mended(data))
    }

    /// Notes an event that could not be read.
    pub fn misread(&mut self, data: &str, openers: &[char]) {
        if data.starts_with(openers) {
            // Whether it is nonsense or the last, torn one shows with what comes next.
            self.malformed = Some(data.chars().take(MAX_SHOWN).collect());
        } else {
            // Keepalive words of proxies are no objects.
            self.wonder(data);
        }
    }

    /// Keeps the first event that is no piece of an answer.
    pub fn wonder(&mut self, data: &str) {
        if self.oddity.is_none() && !data.is_empty() {
            self.oddity = Some(data.chars().take(MAX_ODDITY).collect());
        }
    }

    /// Why there is no answer at all.
    pub fn nothing(&self) -> Failure {
        self.nothing_but(Failure::broken_off("it is empty"))
    }

    /// The same, with a failure for where nothing came that could be told.
    pub fn nothing_but(&self, failure: Failure) -> Failure {
        self.oddity.as_deref().map_or(failure, failure_from_oddity)
    }

    /// Ends the answer well.
    pub fn stop(&mut self, stop: Stop, out: &mut Vec<Delta>) {
        self.done = true;
        out.push(Delta::Stop(stop));
    }

    /// Ends the answer with a failure.
    pub fn fail(&mut self, failure: Failure, out: &mut Vec<Delta>) {
        self.done = true;
        out.push(Delta::Fail(failure));
    }

    /// Fails with words of our own.
    pub fn fail_with(&mut self, message: impl Into<String>, out: &mut Vec<Delta>) {
        self.fail(Failure::shown(message), out);
    }

    /// Fails since there are more than [`MAX_CALLS`].
    pub fn too_many_calls(&mut self, out: &mut Vec<Delta>) {
        self.fail_with(format!("the provider made more than {MAX_CALLS} tool calls at once"), out);
    }

    /// Fails since a call has no name: left out, the model would wait for an output that never comes; and Codex cannot
    /// run what has no name.
    pub fn nameless_call(&mut self, out: &mut Vec<Delta>) {
        self.fail_with("the provider's answer holds a tool call without a name", out);
    }

    /// The bytes have ended before the field that says why the answer stopped.
    pub fn break_off(&mut self, end: End, field: &str, out: &mut Vec<Delta>) {
        let reason = match end {
            End::Cut(reason) => reason,
            End::Eof if self.malformed.is_some() => "it ends inside an event".to_owned(),
            End::Eof if self.has_output => format!("it ends without `{field}`"),
            End::Eof => return self.fail(self.nothing(), out),
        };
        self.fail(Failure::broken_off(&reason), out);
    }

    /// The answer is whole, but it is not the last.
    pub const fn pause(&mut self) {
        self.done = true;
    }
}

/// An error that says something; some servers send the empty field with every event.
pub(super) fn told_error(error: Option<&RawValue>) -> Option<&RawValue> {
    error.filter(|error| !matches!(error.get(), "null" | "{}" | "\"\"" | "false"))
}
