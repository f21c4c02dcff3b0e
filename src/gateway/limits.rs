//! Every bound the gateway keeps, in one place, so that tests can make them small.

use std::time::Duration;

/// Sizes and times that bound what a client or an upstream can do to the gateway.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// Most connections served at once; further ones wait in the listen queue.
    pub connections: usize,
    /// Most bytes of a request head.
    pub head_bytes: usize,
    /// Most header lines of a request.
    pub headers: usize,
    /// Time for a whole request head, counted from the end of the request before it.
    pub head_time: Duration,
    /// Most bytes of a request body, and of a whole answer that is not streamed.
    pub body_bytes: usize,
    /// Longest pause while a body comes in.
    pub body_idle: Duration,
    /// How long the status waits for the upstream's before the stream opens.
    pub status_wait: Duration,
    /// Longest silence towards Codex. Its idle timer counts only after the head, and only `data:` lines reset it.
    pub keepalive: Duration,
    /// Time to reach the upstream.
    pub connect: Duration,
    /// Time until the upstream's status.
    pub upstream_head: Duration,
    /// Longest pause between two pieces of the upstream's answer.
    pub upstream_silence: Duration,
    /// How often a request is sent again before anything of an answer went out.
    pub retries: u32,
    /// The first wait before sending again; it doubles each time.
    pub backoff: Duration,
    /// The longest `Retry-After` worth waiting for inside one request.
    pub retry_after: Duration,
    /// Time for running answers after a stop was asked for.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head_bytes: 32 << 10,
            headers: 64,
            head_time: Duration::from_secs(10),
            body_bytes: 64 << 20,
            body_idle: Duration::from_secs(30),
            status_wait: Duration::from_secs(3),
            keepalive: Duration::from_secs(8),
            connect: Duration::from_secs(10),
            upstream_head: Duration::from_mins(5),
            upstream_silence: Duration::from_mins(5),
            retries: 2,
            backoff: Duration::from_millis(400),
            retry_after: Duration::from_secs(5),
            drain: Duration::from_secs(30),
        }
    }
}
