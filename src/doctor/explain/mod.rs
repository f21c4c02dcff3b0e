//! What Codex's own error messages mean, and what mends their cause. Works without a network and without Codex.

mod after;
mod before;
mod general;

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
/// what is more certain first. What is general is only told when nothing else is known.
#[must_use]
pub fn explain(text: &str) -> Vec<Explanation> {
    let text = normal(text);
    let known = said_in(&text, before::MESSAGES.iter().chain(after::MESSAGES));
    if known.is_empty() { said_in(&text, general::MESSAGES.iter()) } else { known }
}

/// The messages of a table that a text holds, each cause once.
fn said_in(text: &str, table: impl Iterator<Item = &'static Message>) -> Vec<Explanation> {
    let mut found: Vec<Explanation> = Vec::new();
    for Message { id, parts, cause, fix } in table {
        let is_said = parts.iter().all(|part| text.contains(&normal(part)));
        if is_said && found.iter().all(|known| known.id != *id) {
            found.push(Explanation { id, cause, fix });
        }
    }
    found
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
const DOCTOR: &str = "`codexgw doctor` finds the cause, and says what mends it";
const GATEWAY: &str = "go through the gateway: `codexgw add PROVIDER --via gateway --force`";
const EDIT: &str = "mend it: `codexgw config edit`";

#[cfg(test)]
mod tests;
