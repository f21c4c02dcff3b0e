//! Failures of our own making, in the form that makes Codex show the cause, and show it once (codex-facts 4.1).

use http::StatusCode;
use http::header::RETRY_AFTER;

use super::answer::{self, Answer};
use super::client::Client;
use crate::error::Error;
use crate::protocol::ir::Loss;
use crate::protocol::{Failure, OpenAiError};
use crate::secret::redact::redact;

/// A failure that Codex shows as it stands and does not try again: what could be tried again was.
pub(super) fn shown(message: impl Into<String>) -> Failure {
    Failure::shown(message)
}

/// The same without a key that an upstream's words may repeat.
pub(super) fn redacted(mut failure: Failure) -> Failure {
    failure.message = redact(&failure.message).into_owned();
    failure
}

/// An error of ours: what, why, what to do.
pub(super) fn of_error(error: &Error) -> Failure {
    error.hints().iter().fold(shown(error.to_string()), |failure, hint| failure.with_hint(hint))
}

/// A failure as the answer to a request that was not to be streamed, or of which nothing is there yet. To Codex never
/// 401: that would say that the gateway's own token is wrong.
pub(super) fn answer(failure: &Failure, client: Client) -> Answer {
    let form = match client {
        Client::Codex => OpenAiError::for_codex(failure),
        Client::Other => OpenAiError::of(failure),
    };
    let status = StatusCode::from_u16(form.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let mut answer = answer::json(status, form.body(&failure.message));
    if let (Client::Other, Some(seconds)) = (client, failure.retry_after) {
        answer.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    answer
}

/// The refusal of a request that cannot be carried over whole, where the person wants it whole or not at all.
pub(super) fn too_much_lost(losses: &[Loss]) -> Failure {
    let mut named: Vec<String> = losses.iter().map(|loss| format!("{} ({})", loss.code, loss.detail)).collect();
    named.dedup();
    let message = format!("`strict` is on, and this cannot be carried over: {}", named.join(", "));
    let failure = Failure { status: 400, ..shown(message) };
    failure.with_hint("leave it out of the request, or take `strict` out of codexgw's settings")
}
