//! What only its own upstream may read again, carried in the `encrypted_content` of a reasoning item.
//!
//! Codex keeps that string and replays it with the item, also after the model was changed (codex-facts G21), so the
//! carrier names the protocol and the model that made it, and a foreign one is dropped.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// State of one upstream's reasoning. The readable text stands in the item's summary, not here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carrier {
    /// Marks the string as ours, and the version of this shape. Must stay the first field: see [`PREFIX`].
    codexgw: u8,
    /// The protocol: `chat`, `messages`.
    pub wire: String,
    /// The upstream's own name of the model.
    pub model: String,
    /// Whatever that back end wants to see again.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub state: Value,
}

/// The base64 form of `{"codexgw` — how every carrier of ours starts.
const PREFIX: &str = "eyJjb2RleGd3";

impl Carrier {
    /// A carrier for that protocol and model.
    pub fn new(wire: &str, model: &str, state: Value) -> Self {
        Self { codexgw: 1, wire: wire.to_owned(), model: model.to_owned(), state }
    }

    /// The string for `encrypted_content`.
    #[must_use]
    pub fn seal(&self) -> String {
        // A struct of strings and a `Value` always serialises; an empty carrier would simply be foreign.
        STANDARD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    /// Opens a string that [`Carrier::seal`] made; none for every other.
    #[must_use]
    pub fn open(text: &str) -> Option<Self> {
        if !Self::is_ours(text) {
            return None;
        }
        let bytes = STANDARD.decode(text).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Whether a string looks like one of ours, without opening it.
    #[must_use]
    pub fn is_ours(text: &str) -> bool {
        text.starts_with(PREFIX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_again() {
        let carrier = Carrier::new("chat", "deepseek-reasoner", serde_json::json!({"details": [1]}));
        assert!(Carrier::is_ours(&carrier.seal()));
        assert_eq!(Carrier::open(&carrier.seal()), Some(carrier));
    }

    #[test]
    fn foreign_and_broken_strings_do_not_open() {
        for text in ["", "gAAAAABo", "ENC==", "eyJjb2RleGd3", "eyJjb2RleGd3IjoxfQ=="] {
            assert_eq!(Carrier::open(text), None, "{text}");
        }
    }
}
