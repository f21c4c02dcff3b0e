//! The one log line of a request: what it was, how it went. No body, secret, path or id.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::asking::Begun;
use crate::protocol::Wire;
use crate::protocol::ir::{Loss, Usage};

/// What is known of a request so far; it is logged when dropped, so a client that hung up leaves a line too.
#[derive(Debug)]
pub(super) struct Record {
    provider: String,
    model: String,
    wire: Wire,
    started: Instant,
    first: Option<Duration>,
    /// Codes of losses and how often each came.
    losses: BTreeMap<&'static str, usize>,
    /// The upstream's HTTP status.
    pub status: Option<u16>,
    /// Tokens, as the upstream counted them.
    pub usage: Option<Usage>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The client left before the end.
    HungUp,
    /// The answer is whole.
    Answered,
    /// The client was told why not.
    Failed,
}

impl Record {
    /// A request that has just come in.
    pub(super) fn new(provider: &str, model: &str, wire: Wire) -> Self {
        Self {
            provider: provider.to_owned(),
            model: model.to_owned(),
            wire,
            started: Instant::now(),
            first: None,
            losses: BTreeMap::new(),
            status: None,
            usage: None,
            outcome: Outcome::HungUp,
        }
    }

    /// Counts what could not be carried over.
    pub(super) fn lose(&mut self, losses: &[Loss]) {
        for loss in losses {
            *self.losses.entry(loss.code).or_default() += 1;
        }
    }

    /// The upstream has answered; with it comes what had to be left out for that.
    pub(super) fn connected(&mut self, begun: &Begun) {
        self.status = Some(begun.response.status().as_u16());
        self.lose(begun.left_out.as_slice());
    }

    /// The codes of what was lost, each once, as a header's value.
    pub(super) fn losses(&self) -> Option<http::HeaderValue> {
        let codes: Vec<&str> = self.losses.keys().copied().collect();
        (!codes.is_empty()).then(|| http::HeaderValue::try_from(codes.join(",")).ok()).flatten()
    }

    /// The upstream's first byte is here.
    pub(super) fn first_byte(&mut self) {
        self.first.get_or_insert_with(|| self.started.elapsed());
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        let usage = self.usage.unwrap_or_default();
        let losses: Vec<String> = self.losses.iter().map(|(code, count)| format!("{code}:{count}")).collect();
        tracing::info!(
            provider = %self.provider,
            // Chosen by the client: escaped, so that it cannot forge a line.
            model = ?self.model,
            wire = ?self.wire,
            status = self.status,
            outcome = ?self.outcome,
            first_ms = self.first.map(|first| first.as_millis()),
            total_ms = self.started.elapsed().as_millis(),
            input = usage.input,
            cached = usage.cached,
            output = usage.output,
            reasoning = usage.reasoning,
            losses = %losses.join(","),
            "request"
        );
    }
}
