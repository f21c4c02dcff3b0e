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
mod tests;
