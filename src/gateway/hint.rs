//! What a person can do about a failure, with the command or the place for it.

use super::upstream::Call;
use crate::protocol::{Failure, FailureCode};

/// The hint for a provider's refusal.
pub(super) fn of(failure: &Failure, refuses_key: bool, call: &Call) -> Option<String> {
    let id = &call.id;
    Some(match (failure.code, failure.status) {
        (FailureCode::InsufficientQuota, _) => match call.keys_url {
            Some(url) => format!("add credit or look at your plan in the provider's console ({url}), or {ELSEWHERE}"),
            None => format!("add credit or look at your plan in the provider's console, or {ELSEWHERE}"),
        },
        (_, 403) if refuses_key => {
            format!("set a key that may do this: `codexgw key set {id}`, or choose another model: {}", model(id))
        }
        _ if refuses_key => format!("set another key: `codexgw key set {id}`"),
        (FailureCode::InvalidPrompt | FailureCode::ModelNotFound, 404) => {
            format!("choose another model: {}", model(id))
        }
        (FailureCode::InvalidPrompt, 413) => "make the conversation shorter: `/compact`".to_owned(),
        (FailureCode::InvalidPrompt, 429) => ELSEWHERE.to_owned(),
        (FailureCode::ServerError, _) | (FailureCode::InvalidPrompt, 500..) => {
            format!("try again later, or look at the provider's status page, or {ELSEWHERE}")
        }
        _ => return None,
    })
}

const ELSEWHERE: &str = "use another provider: `codexgw use <provider>/<model>`";

fn model(id: &str) -> String {
    format!("`codexgw use {id}/<model>`")
}

/// The hint for a provider that cannot be reached.
pub(super) fn of_unreachable(is_loopback: bool, cause: &str) -> &'static str {
    if cause.contains("certificate") {
        "where a company's own certificate is in use, install it in the system's certificate store; \
         else look at the address: `codexgw list --json`"
    } else if is_loopback {
        "start that server, or look at its address: `codexgw list --json`"
    } else {
        "look at your network and proxy, and at the address: `codexgw list --json`"
    }
}
