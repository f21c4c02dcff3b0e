//! The shape of a `generateContent` answer, whole or in chunks.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::protocol::ir::Usage;
use crate::protocol::lenient::{Count, Text, TextOr};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub candidates: TextOr<'a, Candidate<'a>>,
    #[serde(borrow, default)]
    pub prompt_feedback: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub usage_metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate<'a> {
    #[serde(borrow, default)]
    pub content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub finish_reason: Text<'a>,
    #[serde(borrow, default)]
    pub finish_message: Text<'a>,
    #[serde(borrow, default)]
    pub grounding_metadata: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Content<'a> {
    #[serde(borrow, default)]
    pub parts: TextOr<'a, Part<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    pub text: Text<'a>,
    #[serde(borrow, default)]
    pub thought: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub thought_signature: Text<'a>,
    #[serde(borrow, default)]
    pub function_call: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub tool_call: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub tool_response: Option<&'a RawValue>,
}

impl Part<'_> {
    pub(super) fn is_thought(&self) -> bool {
        self.thought.is_some_and(|thought| thought.get() == "true")
    }
}

#[derive(Deserialize)]
pub(super) struct FunctionCall<'a> {
    #[serde(borrow, default)]
    pub id: Text<'a>,
    #[serde(borrow, default)]
    pub name: Text<'a>,
    #[serde(borrow, default)]
    pub args: Option<&'a RawValue>,
}

/// A search that the provider made by itself.
#[derive(Deserialize)]
pub(super) struct Search<'a> {
    #[serde(borrow, default)]
    pub args: Option<Queries<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Queries<'a> {
    #[serde(borrow, default)]
    pub queries: TextOr<'a, Text<'a>>,
}

/// What an answer rests on.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Grounding<'a> {
    #[serde(borrow, default)]
    pub grounding_chunks: TextOr<'a, Source<'a>>,
    #[serde(borrow, default)]
    pub grounding_supports: TextOr<'a, Support<'a>>,
}

/// Which words rest on which of the sources.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Support<'a> {
    #[serde(borrow, default)]
    pub segment: Option<Segment<'a>>,
    #[serde(borrow, default)]
    pub grounding_chunk_indices: Option<&'a RawValue>,
}

/// A stretch of the text, in bytes.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Segment<'a> {
    #[serde(default)]
    pub start_index: Count,
    #[serde(default)]
    pub end_index: Count,
    #[serde(borrow, default)]
    pub text: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow, default)]
    pub web: Option<Page<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Page<'a> {
    #[serde(borrow, default)]
    pub uri: Text<'a>,
    #[serde(borrow, default)]
    pub title: Text<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Feedback<'a> {
    #[serde(borrow, default)]
    pub block_reason: Text<'a>,
    #[serde(borrow, default)]
    pub block_reason_message: Text<'a>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(clippy::struct_field_names, reason = "the names on the wire")]
pub(super) struct RawUsage {
    prompt_token_count: Count,
    tool_use_prompt_token_count: Count,
    cached_content_token_count: Count,
    candidates_token_count: Count,
    thoughts_token_count: Count,
    total_token_count: Count,
}

impl From<RawUsage> for Usage {
    fn from(raw: RawUsage) -> Self {
        let count = |count: Count| count.0.unwrap_or(0);
        let input = count(raw.prompt_token_count).saturating_add(count(raw.tool_use_prompt_token_count));
        let (said, thought) = (count(raw.candidates_token_count), count(raw.thoughts_token_count));
        // Thought stands beside what was said, unless the total tells that it is a part of it.
        let inside = thought > 0 && thought <= said && raw.total_token_count.0 == Some(input.saturating_add(said));
        let output = if inside { said } else { said.saturating_add(thought) };
        let cached = count(raw.cached_content_token_count).min(input);
        Self { input, cached, cache_write: 0, output, reasoning: thought }
    }
}
