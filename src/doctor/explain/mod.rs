//! What an error means that Codex printed, and what mends its cause. Works without a network and without Codex.
//!
//! Most errors are Codex's own words. Others are a provider's, which Codex repeats: what the gateway makes of those is
//! asked of [`crate::protocol`], so that both know the same.

mod account;
mod after;
mod before;
mod general;
mod machine;
mod pasted;
mod phrase;
mod refusal;
mod request;
mod status;
mod warnings;

use std::sync::LazyLock;

use serde::Serialize;

use pasted::Entry;
use phrase::Phrase;

/// A cause, and the words that tell it.
struct Message {
    id: &'static str,
    /// One of these is said; how they are written stands in [`phrase`].
    phrases: &'static [&'static str],
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

/// Tables whose words tell the cause, the more special first.
const CAUSES: [&[Message]; 5] =
    [before::MESSAGES, account::MESSAGES, machine::MESSAGES, after::MESSAGES, request::MESSAGES];

/// A message with its phrases made ready for the search.
type Ready = (&'static Message, Vec<Phrase>);

static READY: LazyLock<[Vec<Ready>; 3]> = LazyLock::new(|| {
    let ready = |tables: &[&'static [Message]]| {
        let messages = tables.iter().flat_map(|table| table.iter());
        messages.map(|message| (message, message.phrases.iter().map(|phrase| Phrase::new(phrase)).collect())).collect()
    };
    [ready(&CAUSES), ready(&[general::MESSAGES]), ready(&[warnings::MESSAGES])]
});

/// The one cause that a text tells, be it a line of Codex's or a whole log: the most special that is known. What only
/// says that something failed counts when nothing better is there, and a warning when nothing failed.
#[must_use]
pub fn explain(text: &str) -> Option<Explanation> {
    let [causes, general, warnings] = &*READY;
    let entries = pasted::read(text);
    let everything = Entry::of_all(&entries);
    let (warned, said): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| said_in(warnings, std::slice::from_ref(entry)).is_some());
    said_in(causes, &said)
        // A line that broke in an unlucky place may begin like a message of its own.
        .or_else(|| said_in(causes, &[Entry::of_all(&said)]))
        .or_else(|| said.iter().find_map(|entry| of_id(refusal::read(entry)?)))
        .or_else(|| said.iter().find_map(|entry| status::meaning(entry.status()?)))
        .or_else(|| said_in(general, &said))
        .or_else(|| said_in(warnings, &warned))
        .or_else(|| piece(&everything))
}

/// The first message of a table that is said.
fn said_in(table: &[Ready], entries: &[Entry]) -> Option<Explanation> {
    let is_said = |phrases: &[Phrase]| entries.iter().any(|entry| phrases.iter().any(|it| it.is_in(entry.letters())));
    table.iter().find(|(_, phrases)| is_said(phrases)).map(|(message, _)| message.explanation())
}

/// The message of which a text is a part too short to be told otherwise, if it can be of one alone.
fn piece(entry: &Entry) -> Option<Explanation> {
    /// Fewer letters than these stand in too many sentences.
    const LEAST: usize = 12;
    let letters = entry.letters().trim_end_matches('.');
    if letters.len() < LEAST || !entry.words().contains(' ') {
        return None;
    }
    let has = |(_, phrases): &&Ready| phrases.iter().any(|phrase| phrase.holds(letters));
    let mut found = READY.iter().flatten().filter(has).map(|(message, _)| message);
    let first = found.next()?;
    found.all(|other| other.id == first.id).then(|| first.explanation())
}

/// The cause of a name that the tables have.
fn of_id(id: &str) -> Option<Explanation> {
    CAUSES.into_iter().flatten().find(|message| message.id == id).map(Message::explanation)
}

impl Message {
    const fn explanation(&self) -> Explanation {
        Explanation { id: self.id, cause: self.cause, fix: self.fix }
    }
}

const fn message(
    id: &'static str,
    phrases: &'static [&'static str],
    cause: &'static str,
    fix: &'static str,
) -> Message {
    Message { id, phrases, cause, fix }
}

const MIGRATE: &str = "`codexgw migrate` mends it after showing what changes";
const DOCTOR: &str = "`codexgw doctor` finds the cause, and says what mends it";
const GATEWAY: &str = "go through the gateway: `codexgw add PROVIDER --via gateway --force`";
const EDIT: &str = "mend it: `codexgw config edit`";

#[cfg(test)]
mod tests;
