//! What the gateway could not carry over of what Codex sends.

use std::collections::BTreeMap;

use serde::Serialize;

use super::questions;
use super::written::written;
use crate::protocol::loss::{self, Loss};
use crate::protocol::messages::Abilities;
use crate::protocol::{Destination, Quirks, Wire, gemini};

/// One sort of loss.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Its stable code.
    pub code: &'static str,
    /// What is lost, in words.
    pub what: String,
}

/// The losses of a request that holds all that Codex sends, on this wire with these quirks.
pub fn losses(wire: Wire, model: &str, quirks: &Quirks, abilities: &Abilities) -> Vec<Lost> {
    let question = questions::representative(model, abilities.efforts.first().map(String::as_str));
    let to = Destination { wire, model, quirks, abilities, safety: gemini::Safety::default() };
    let found = written(&question, &to).map(|written| written.losses).unwrap_or_default();
    let mut by_code: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for Loss { code, detail } in found {
        let details = by_code.entry(code).or_default();
        if !details.contains(&detail) {
            details.push(detail);
        }
    }
    by_code.into_iter().map(|(code, details)| Lost { code, what: words(code, &details) }).collect()
}

fn words(code: &str, details: &[String]) -> String {
    let meaning = loss::ALL.iter().find(|(known, _)| *known == code).map_or("", |(_, meaning)| meaning);
    format!("{} ({})", meaning.trim().trim_end_matches('.'), details.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(wire: Wire, quirks: &[&str]) -> Vec<&'static str> {
        let (quirks, _) = Quirks::from_names(quirks);
        losses(wire, "m", &quirks, &Abilities::default()).into_iter().map(|lost| lost.code).collect()
    }

    #[test]
    fn each_wire_loses_its_own() {
        for (wire, quirks, expected) in [
            (Wire::Responses, &[][..], &[][..]),
            (Wire::Responses, &["web_search_rejected"], &["web_search"]),
            (Wire::Responses, &["drop:text.verbosity"], &["field"]),
            (Wire::Chat, &[], &["verbosity", "web_search"]),
            (Wire::Chat, &["reasoning_effort_unportable"], &["reasoning_effort", "verbosity", "web_search"]),
        ] {
            assert_eq!(codes(wire, quirks), expected, "{wire:?} {quirks:?}");
        }
    }

    #[test]
    fn a_loss_is_told_in_words() {
        let lost = losses(Wire::Responses, "m", &Quirks::from_names(["web_search_rejected"]).0, &Abilities::default());
        assert_eq!(lost[0].what, "The `web_search` tool, where the provider has no search of its own (web_search)");
    }
}
