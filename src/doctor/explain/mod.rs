//! What Codex's own error messages mean, and what mends their cause. Works without a network and without Codex.

mod after;
mod before;
mod general;
mod harmless;
mod machine;
mod provider;
mod status;

use serde::Serialize;

/// Most bytes between two parts of one message: paths and names stand there.
const WIDEST_GAP: usize = 400;

/// A message of Codex 0.169.0, as far as it always reads the same.
struct Message {
    id: &'static str,
    /// All of these are in it, in this order and near to each other; letter case does not matter.
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
/// what is more certain first. A status is only told where no words of the answer are known, and what is general when
/// nothing else is. What Codex says by the way explains no failure.
#[must_use]
pub fn explain(text: &str) -> Vec<Explanation> {
    let has_complaint = complaint(text).is_some();
    let text = normal(text);
    let mut known = said_in(&text, before::MESSAGES.iter());
    // Whatever the provider says to a request without a key.
    if known.iter().any(|known| known.id == "token-command-failed") {
        return known;
    }
    let of_answer = said_in(&text, after::MESSAGES.iter().chain(provider::MESSAGES).chain(machine::MESSAGES));
    known.extend(if of_answer.is_empty() { said_in(&text, status::MESSAGES.iter()) } else { of_answer });
    if known.is_empty() {
        known = said_in(&text, general::MESSAGES.iter());
    }
    if known.is_empty() && !has_complaint { said_in(&text, harmless::MESSAGES.iter()) } else { known }
}

/// The messages of a table that a text holds, each cause once.
fn said_in(text: &str, table: impl Iterator<Item = &'static Message>) -> Vec<Explanation> {
    let mut found: Vec<Explanation> = Vec::new();
    for Message { id, parts, cause, fix } in table {
        if says(text, parts) && found.iter().all(|known| known.id != *id) {
            found.push(Explanation { id, cause, fix });
        }
    }
    found
}

/// The last line with which Codex says that something failed.
#[must_use]
pub fn complaint(text: &str) -> Option<String> {
    let text = anstream::adapter::strip_str(text).to_string();
    let lines = text.lines().map(str::trim);
    lines.rev().find(|line| line.starts_with("ERROR: ") || line.starts_with("Error: ")).map(str::to_owned)
}

/// Whether the parts follow each other in a text, as in one message.
fn says(text: &str, parts: &[&str]) -> bool {
    let [first, rest @ ..] = parts else { return true };
    let first = normal(first);
    text.match_indices(&first).any(|(place, _)| {
        let mut after = &text[place + first.len()..];
        rest.iter().all(|part| {
            let part = normal(part);
            let found = after.find(&part).filter(|gap| *gap <= WIDEST_GAP);
            after = found.map_or("", |gap| &after[gap + part.len()..]);
            found.is_some()
        })
    })
}

/// Without letter case, line breaks, colours, the frame of a terminal's window and the two kinds of apostrophe.
fn normal(text: &str) -> String {
    let text = anstream::adapter::strip_str(text).to_string().to_lowercase();
    let text = text.replace(|c| matches!(c, '\u{2019}' | '\'' | '\u{2500}'..='\u{259f}'), " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

const fn message(id: &'static str, parts: &'static [&'static str], cause: &'static str, fix: &'static str) -> Message {
    Message { id, parts, cause, fix }
}

const MIGRATE: &str = "`codexgw migrate` mends it after showing what changes";
const KEY_REFUSED: &str = "the provider does not take the key: a wrong one, one of another provider, or none was sent";
const QUOTA: &str = "the provider says that the account has no credit left, or its plan no more for now";
const NO_MODEL: &str = "the provider does not serve a model of this name, or not to this key";
const TOOL_TYPES: &str = "the provider takes function tools only; Codex sends other kinds too";
const UNSUPPORTED: &str = "the provider refuses a part of what Codex sends: its Responses API is incomplete";
const DOCTOR: &str = "`codexgw doctor` finds the cause, and says what mends it";
const GATEWAY: &str = "go through the gateway: `codexgw add PROVIDER --via gateway --force`, with an address of your own \
                       `codexgw add custom --id PROVIDER --base-url URL --via gateway --force`";
const EDIT: &str = "mend it: `codexgw config edit`";

#[cfg(test)]
mod tests;
