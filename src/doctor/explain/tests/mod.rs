//! One row per text: the one cause that it tells.

mod codex;
mod pasted;
mod providers;

use super::{CAUSES, Message, explain, general, warnings};

fn messages() -> impl Iterator<Item = &'static Message> {
    CAUSES.into_iter().flatten().chain(general::MESSAGES).chain(warnings::MESSAGES)
}

fn rows() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    codex::PRINTED.iter().chain(providers::WORDS)
}

fn check(rows: &[(&str, &str)]) {
    let id = |text: &str| explain(text).map_or("", |known| known.id);
    let wrong = rows.iter().filter(|(wanted, text)| id(text) != *wanted);
    let wrong: Vec<String> = wrong.map(|(wanted, text)| format!("{wanted}, not `{}`: {text}", id(text))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_codex_prints_is_understood() {
    check(codex::PRINTED);
}

#[test]
fn what_providers_say_is_understood() {
    check(providers::WORDS);
}

#[test]
fn every_phrase_tells_its_own_message_or_a_more_special_one() {
    let order: Vec<_> = messages().map(|message| message.id).collect();
    let place = |id: &str| order.iter().position(|known| *known == id);
    for message in messages() {
        for phrase in message.phrases {
            let text = phrase.trim_matches(['^', '$']).replace(" * ", " … ");
            let found = explain(&text).map(|known| known.id);
            assert!(
                found.is_some_and(|id| id == message.id || place(id) < place(message.id)),
                "{} is not found by {phrase}: {found:?}",
                message.id
            );
        }
        assert!(message.cause.len() > 20 && message.fix.len() > 8, "{}", message.id);
    }
}

#[test]
fn an_id_means_one_cause() {
    for message in messages() {
        let same = |other: &&Message| other.id == message.id;
        assert!(messages().filter(same).all(|other| other.cause == message.cause), "{}", message.id);
    }
}

#[test]
fn every_message_has_an_example() {
    for message in messages() {
        assert!(rows().any(|(id, _)| *id == message.id), "{}", message.id);
    }
}
