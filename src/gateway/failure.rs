//! Failures of our own making, in the form that makes Codex show the cause, and show it once (codex-facts 4.1).

use http::StatusCode;

use super::answer::{self, Answer};
use crate::error::Error;
use crate::protocol::Failure;
use crate::protocol::ir::Loss;
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

/// An upstream that stopped in the middle.
pub(super) fn broke_off(how: &str) -> Failure {
    shown(format!("the provider's answer broke off: {how}"))
}

/// A failure as the answer to a request that was not to be streamed. Never 401: that would say that the gateway's own
/// token is wrong. Never a success either: an upstream's login page comes with 200.
pub(super) fn answer(failure: &Failure) -> Answer {
    let status = StatusCode::from_u16(failure.status).ok();
    let status = status.filter(|status| status.as_u16() >= 400 && *status != StatusCode::UNAUTHORIZED);
    answer::json(status.unwrap_or(StatusCode::BAD_GATEWAY), failure.to_body())
}

/// The refusal of a request that cannot be carried over whole, where the person wants it whole or not at all.
pub(super) fn too_much_lost(losses: &[Loss]) -> Failure {
    let mut named: Vec<String> = losses.iter().map(|loss| format!("{} ({})", loss.code, loss.detail)).collect();
    named.dedup();
    let message = format!("`strict` is on, and this cannot be carried over: {}", named.join(", "));
    let failure = Failure { status: 400, ..shown(message) };
    failure.with_hint("leave it out of the request, or take `strict` out of codexgw's settings")
}
