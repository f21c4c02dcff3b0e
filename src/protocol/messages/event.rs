//! The shape of a Messages answer, read so that an odd field never ends the whole.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::protocol::ir::Usage;
use crate::protocol::lenient::{Count, Text, TextOr};

/// Any event of a stream, or a whole answer, which is one message.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Event<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub index: Option<&'a RawValue>,
    #[serde(borrow)]
    pub message: Option<&'a RawValue>,
    #[serde(borrow)]
    pub content_block: Option<&'a RawValue>,
    #[serde(borrow)]
    pub delta: Option<&'a RawValue>,
    #[serde(borrow)]
    pub usage: Option<&'a RawValue>,
    #[serde(borrow)]
    pub error: Option<&'a RawValue>,
    #[serde(borrow)]
    pub content: TextOr<'a, &'a RawValue>,
    #[serde(borrow)]
    pub stop_reason: Text<'a>,
    #[serde(borrow)]
    pub stop_details: Option<&'a RawValue>,
}

/// A block as it begins, or as a whole.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Block<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub text: Text<'a>,
    #[serde(borrow)]
    pub thinking: Text<'a>,
    #[serde(borrow)]
    pub signature: Text<'a>,
    #[serde(borrow)]
    pub data: Text<'a>,
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow)]
    pub input: Option<&'a RawValue>,
    #[serde(borrow)]
    pub citations: TextOr<'a, &'a RawValue>,
}

/// What is added to a block, or said at the end of the message.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Piece<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow)]
    pub text: Text<'a>,
    #[serde(borrow)]
    pub thinking: Text<'a>,
    #[serde(borrow)]
    pub signature: Text<'a>,
    #[serde(borrow)]
    pub partial_json: Text<'a>,
    #[serde(borrow)]
    pub citation: Option<&'a RawValue>,
    #[serde(borrow)]
    pub stop_reason: Text<'a>,
    #[serde(borrow)]
    pub stop_details: Option<&'a RawValue>,
}

/// Where a text has it from; only pages have an address.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Citation<'a> {
    #[serde(borrow)]
    pub url: Text<'a>,
    #[serde(borrow)]
    pub source: Text<'a>,
    #[serde(borrow)]
    pub title: Text<'a>,
}

/// Why an answer was refused.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct StopDetails<'a> {
    #[serde(borrow)]
    pub category: Text<'a>,
    #[serde(borrow)]
    pub explanation: Text<'a>,
}

/// Tokens as Anthropic counts them: `input_tokens` are those after the last mark of the cache alone.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct RawUsage {
    input_tokens: Count,
    cache_creation_input_tokens: Count,
    cache_read_input_tokens: Count,
    output_tokens: Count,
    output_tokens_details: OutputDetails,
}

#[derive(Debug, Clone, Copy, Default)]
struct OutputDetails(Count);

impl<'de> Deserialize<'de> for OutputDetails {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Self(Count(value.get("thinking_tokens").and_then(Value::as_u64))))
    }
}

impl RawUsage {
    /// Joins two counts of one answer. Every number only grows, and what one event leaves out or sets to nought
    /// another has told.
    pub fn join(&mut self, other: Self) {
        let more = |one: &mut Count, other: Count| one.0 = one.0.max(other.0);
        more(&mut self.input_tokens, other.input_tokens);
        more(&mut self.cache_creation_input_tokens, other.cache_creation_input_tokens);
        more(&mut self.cache_read_input_tokens, other.cache_read_input_tokens);
        more(&mut self.output_tokens, other.output_tokens);
        more(&mut self.output_tokens_details.0, other.output_tokens_details.0);
    }
}

impl From<RawUsage> for Usage {
    fn from(raw: RawUsage) -> Self {
        let count = |count: Count| count.0.unwrap_or(0);
        let (cached, cache_write) = (count(raw.cache_read_input_tokens), count(raw.cache_creation_input_tokens));
        Self {
            input: count(raw.input_tokens).saturating_add(cached).saturating_add(cache_write),
            cached,
            cache_write,
            output: count(raw.output_tokens),
            reasoning: count(raw.output_tokens_details.0),
        }
    }
}
