//! What Codex's own error messages mean, and what mends their cause. Works without a network and without Codex.

mod after;
mod before;

use serde::Serialize;

/// A message of Codex 0.169.0, as far as it always reads the same.
struct Message {
    id: &'static str,
    /// All of these are in it; letter case does not matter.
    parts: &'static [&'static str],
    cause: &'static str,
    fix: &'static str,
}

/// What a message means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// A stable name of the cause.
    pub id: &'static str,
    /// Why Codex says it.
    pub cause: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// The meaning of a text that Codex printed; several when it printed several messages. The order is that of the table:
/// what is more certain first.
#[must_use]
pub fn explain(text: &str) -> Vec<Explanation> {
    let text = normal(text);
    let says = |message: &&Message| message.parts.iter().all(|part| text.contains(&normal(part)));
    messages()
        .filter(says)
        .map(|message| Explanation { id: message.id, cause: message.cause, fix: message.fix })
        .collect()
}

/// Without letter case, line breaks and the two kinds of apostrophe.
fn normal(text: &str) -> String {
    let text = text.to_lowercase().replace(['\u{2019}', '\''], " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const fn message(id: &'static str, parts: &'static [&'static str], cause: &'static str, fix: &'static str) -> Message {
    Message { id, parts, cause, fix }
}

const MIGRATE: &str = "`codexgw migrate` mends it after showing what changes";
const DOCTOR: &str = "`codexgw doctor` finds out which, and says what mends it";
const GATEWAY: &str = "go through the gateway: `codexgw add PROVIDER --via gateway --force`";
const EDIT: &str = "mend it: `codexgw config edit`";

/// All messages that codexgw knows.
fn messages() -> impl Iterator<Item = &'static Message> {
    before::MESSAGES.iter().chain(after::MESSAGES)
}

#[cfg(test)]
mod tests {
    use super::{explain, messages};

    #[test]
    fn every_message_is_known_by_its_own_words_and_named_once() {
        for message in messages() {
            let ids: Vec<_> = explain(&message.parts.join(" … ")).into_iter().map(|known| known.id).collect();
            assert!(ids.contains(&message.id), "{} is not found: {ids:?}", message.id);
            assert!(message.cause.len() > 20 && message.fix.len() > 8, "{}", message.id);
        }
        let mut ids: Vec<_> = messages().map(|message| message.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), messages().count());
    }

    #[test]
    fn what_codex_really_prints_is_understood() {
        for (text, id) in [
            (
                "Error loading config.toml: `wire_api = \"chat\"` is no longer supported.\nHow to fix: set `wire_api = \
                 \"responses\"` in your provider config.\nin `model_providers.gw.wire_api`",
                "wire-api-chat",
            ),
            ("Error: Model provider `nope` not found", "unknown-provider"),
            ("ERROR: Missing environment variable: `GWK`.", "env-key-missing"),
            (
                "Codex ran out of room in the model\u{2019}s context window. Start a new thread or clear earlier history",
                "context-full",
            ),
            ("We\u{2019}re currently experiencing high demand, which may cause temporary errors.", "high-demand"),
            ("unexpected status 404 Not Found: {\"detail\":\"Not Found\"}, url: http://h/v1/responses", "status-404"),
            ("stream disconnected before completion: stream closed before response.completed", "stream-cut"),
            ("ERROR: exceeded retry limit, last status: 429 Too Many Requests", "rate-limit-lost"),
            ("warning: Model metadata for `m1` not found. Defaulting to fallback metadata;", "metadata"),
        ] {
            let found = explain(text);
            assert_eq!(found.first().map(|known| known.id), Some(id), "{text}");
        }
        assert!(explain("all is well").is_empty());
    }
}
