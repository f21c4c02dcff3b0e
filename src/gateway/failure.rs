//! Failures of our own making, in the form that makes Codex show the cause, and show it once (codex-facts 4.1).

use http::StatusCode;

use super::answer::{self, Answer};
use crate::error::Error;
use crate::protocol::Failure;

/// A failure that Codex shows as it stands and does not try again: what could be tried again was.
pub(super) fn shown(message: impl Into<String>) -> Failure {
    Failure::shown(message)
}

/// An error of ours: what, why, what to do.
pub(super) fn of_error(error: &Error) -> Failure {
    let mut message = error.to_string();
    for hint in error.hints() {
        message.push_str("\nhint: ");
        message.push_str(hint);
    }
    shown(message)
}

/// An upstream that stopped in the middle.
pub(super) fn ended_early(cause: Option<&str>) -> Failure {
    match cause {
        None => shown("the provider's answer ended early"),
        Some(cause) => shown(format!("the provider's answer ended early: {cause}")),
    }
}

/// A failure as the answer to a request that was not to be streamed. Never 401: that would say that the gateway's own
/// token is wrong.
pub(super) fn answer(failure: &Failure) -> Answer {
    let status = StatusCode::from_u16(failure.status()).unwrap_or(StatusCode::BAD_GATEWAY);
    let status = if status == StatusCode::UNAUTHORIZED { StatusCode::BAD_GATEWAY } else { status };
    answer::error(status, failure.code.as_str(), &failure.message)
}
