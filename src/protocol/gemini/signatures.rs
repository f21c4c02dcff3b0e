//! Thought signatures: each must go back on the part on which it came.
//!
//! They travel in a reasoning item that stands between what they belong to: behind a text, at the end of a thought, in
//! front of a call.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Stands for a signature that was lost, or never was: documented for histories of other models.
pub(super) const NO_SIGNATURE: &str = "skip_thought_signature_validator";

/// The signatures that one reasoning item carries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Signatures {
    /// Of the text in front of the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<Signed>,
    /// Of the item's own thought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thought: Option<Signed>,
    /// What the provider's own tools did, part by part, behind the item's thought.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Value>,
    /// Of the call behind the item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<SignedCall>,
}

/// The signature of the last part of a text: parts with and without one must not be merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Signed {
    pub signature: String,
    /// How many bytes that part has; in a stream it often has none.
    pub length: usize,
}

/// The signature of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SignedCall {
    pub signature: String,
    /// The call's name, so that no other call gets it when the history was cut.
    pub name: String,
}

impl Signatures {
    /// What a carrier holds.
    pub(super) fn read(state: &Value) -> Self {
        Self::deserialize(state).unwrap_or_default()
    }

    /// What a carrier is to hold; null when there is nothing.
    pub(super) fn into_state(self) -> Value {
        if self == Self::default() {
            return Value::Null;
        }
        // Strings and numbers always serialise.
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Signed {
    /// A text parted in front of the signed part; none when it cannot be the same text.
    pub(super) fn part<'a>(&self, text: &'a str) -> Option<(&'a str, &'a str)> {
        text.split_at_checked(text.len().checked_sub(self.length)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_is_null_and_everything_comes_back() {
        assert_eq!(Signatures::default().into_state(), Value::Null);
        let all = Signatures {
            text: Some(Signed { signature: "a".into(), length: 0 }),
            thought: Some(Signed { signature: "b".into(), length: 2 }),
            parts: vec![json!({"toolCall": {}})],
            call: Some(SignedCall { signature: "c".into(), name: "f".into() }),
        };
        assert_eq!(Signatures::read(&all.clone().into_state()), all);
        for odd in [Value::Null, json!([]), json!({"details": [1]}), json!({"call": 1})] {
            assert_eq!(Signatures::read(&odd), Signatures::default(), "{odd}");
        }
    }

    #[test]
    fn a_text_is_parted_only_where_it_can_be() {
        let signed = |length| Signed { signature: String::new(), length };
        assert_eq!(signed(0).part("né"), Some(("né", "")));
        assert_eq!(signed(2).part("né"), Some(("n", "é")));
        assert_eq!(signed(1).part("né"), None);
        assert_eq!(signed(4).part("né"), None);
    }
}
