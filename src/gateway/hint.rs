//! What a person can do about a failure, with the command or the place for it.

use serde_json::Value;

use super::upstream::Call;
use crate::protocol::{Failure, FailureCode, Meaning, Remedy, Words};

/// The hint for a provider's refusal.
pub(super) fn of(failure: &Failure, words: &Words, call: &Call) -> Option<String> {
    let id = &call.id;
    match failure.code {
        FailureCode::ModelNotFound => return Some(format!("choose another model: {}", model(id))),
        FailureCode::WindowTooSmall => {
            return Some(format!(
                "this is what Codex sends at the least, so that nothing can be left out; choose a model with a \
                 larger window: {}",
                model(id)
            ));
        }
        _ => {}
    }
    if let Some(means) = failure.meaning {
        return of_meaning(means, failure, words, call);
    }
    Some(match (failure.code, failure.status) {
        (FailureCode::InvalidPrompt, 404) => format!("choose another model: {}", model(id)),
        (FailureCode::InvalidPrompt, 413) if opens(&call.body) => {
            format!("the provider, or a proxy in front of it, has to take larger requests; or {ELSEWHERE}")
        }
        (FailureCode::InvalidPrompt, 413) => "make the conversation shorter: `/compact`".to_owned(),
        (FailureCode::ServerError, _) | (FailureCode::InvalidPrompt, 500..) => {
            format!("try again later, or look at the provider's status page, or {ELSEWHERE}")
        }
        _ => return None,
    })
}

fn of_meaning(means: Meaning, failure: &Failure, words: &Words, call: &Call) -> Option<String> {
    let id = &call.id;
    let to_do = means.to_do(words.link(), call.keys_url);
    let or = |command: String| to_do.as_ref().map_or_else(|| command.clone(), |to_do| format!("{to_do}, or {command}"));
    Some(match means.remedy() {
        // A limit that ends soon is waited for.
        Remedy::Time if failure.code == FailureCode::RateLimitExceeded => return None,
        Remedy::Key if means == Meaning::Forbidden => {
            format!("set a key that may do this: `codexgw key set {id}`, or choose another model: {}", model(id))
        }
        Remedy::Key => or(format!("set another key: `codexgw key set {id}`")),
        Remedy::Address => format!("name the address that the key belongs to: `codexgw doctor {id}` says how"),
        // What Codex sends at the least cannot be made shorter.
        Remedy::Console if means == Meaning::OverRate && !opens(&call.body) => {
            or(format!("make the conversation shorter: `/compact`, or {ELSEWHERE}"))
        }
        Remedy::Model => or(format!("choose another model: {}", model(id))),
        Remedy::Console | Remedy::Time | Remedy::Elsewhere => or(ELSEWHERE.to_owned()),
    })
}

/// Whether a request holds nothing yet that the model said, in whatever wire it is written.
pub(super) fn opens(body: &[u8]) -> bool {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return false };
    let items = ["messages", "input", "contents"].iter().find_map(|field| body.get(*field)?.as_array());
    items.is_some_and(|items| {
        items.iter().all(|item| matches!(item["role"].as_str(), Some("user" | "developer" | "system")))
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

#[cfg(test)]
mod tests {
    use super::opens;

    #[test]
    fn a_first_message_is_told_from_a_conversation() {
        for (body, expected) in [
            (r#"{"messages":[{"role":"system"},{"role":"user"}]}"#, true),
            (r#"{"messages":[{"role":"user"},{"role":"assistant"},{"role":"user"}]}"#, false),
            (r#"{"input":[{"type":"message","role":"developer"},{"type":"message","role":"user"}]}"#, true),
            (r#"{"input":[{"role":"user"},{"type":"function_call_output"}]}"#, false),
            (r#"{"contents":[{"role":"user"},{"role":"model"}]}"#, false),
            (r#"{"input":"hi"}"#, false),
            ("", false),
        ] {
            assert_eq!(opens(body.as_bytes()), expected, "{body}");
        }
    }
}
