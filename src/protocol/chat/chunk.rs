//! The shape of a Chat Completions answer, whole or in chunks, in all the forms in which providers send it.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::protocol::ir::Usage;
use crate::protocol::lenient::{Count, Text, TextOr, TokenDetails};

#[derive(Deserialize)]
pub(super) struct Chunk<'a> {
    #[serde(borrow, default)]
    pub choices: TextOr<'a, Choice<'a>>,
    #[serde(borrow, default)]
    pub usage: Option<&'a RawValue>,
    /// Groq's place for usage.
    #[serde(borrow, default)]
    pub x_groq: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub error: Option<&'a RawValue>,
    /// Set on some providers' bare error objects.
    #[serde(borrow, default)]
    pub object: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct Choice<'a> {
    #[serde(borrow, default)]
    pub delta: Option<Delta<'a>>,
    #[serde(borrow, default)]
    pub message: Option<Delta<'a>>,
    #[serde(borrow, default)]
    pub finish_reason: Text<'a>,
    /// Moonshot's place for usage.
    #[serde(borrow, default)]
    pub usage: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub error: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, default)]
    pub content: TextOr<'a, ContentPart<'a>>,
    #[serde(borrow, default)]
    pub refusal: Text<'a>,
    #[serde(borrow, default)]
    pub reasoning_content: Text<'a>,
    #[serde(borrow, default)]
    pub reasoning: Text<'a>,
    #[serde(borrow, default)]
    pub reasoning_details: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub tool_calls: TextOr<'a, ToolCall<'a>>,
    #[serde(borrow, default)]
    pub annotations: Option<&'a RawValue>,
    /// The form before `tool_calls`.
    #[serde(borrow, default)]
    pub function_call: Option<Function<'a>>,
}

/// Content as a list; Mistral sends thought this way, its `thinking` being a list of texts.
#[derive(Deserialize)]
pub(super) struct ContentPart<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow, default)]
    pub text: Text<'a>,
    #[serde(borrow, default)]
    pub thinking: TextOr<'a, ThinkingPart<'a>>,
}

#[derive(Deserialize)]
pub(super) struct ThinkingPart<'a> {
    #[serde(borrow, default)]
    pub text: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct ToolCall<'a> {
    #[serde(borrow, default)]
    pub index: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub id: Text<'a>,
    #[serde(borrow, default)]
    pub function: Option<Function<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Function<'a> {
    #[serde(borrow, default)]
    pub name: Text<'a>,
    #[serde(borrow, default)]
    pub arguments: Option<&'a RawValue>,
}

/// Usage with every name that a count is known to go by.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct RawUsage {
    prompt_tokens: Count,
    completion_tokens: Count,
    total_tokens: Count,
    prompt_tokens_details: Option<TokenDetails>,
    completion_tokens_details: Option<TokenDetails>,
    /// DeepSeek.
    prompt_cache_hit_tokens: Count,
    /// Moonshot.
    cached_tokens: Count,
    /// LiteLLM, for Anthropic models.
    cache_creation_input_tokens: Count,
    cache_read_input_tokens: Count,
    reasoning_tokens: Count,
}

impl From<RawUsage> for Usage {
    fn from(raw: RawUsage) -> Self {
        let prompt = raw.prompt_tokens_details.unwrap_or_default();
        let completion = raw.completion_tokens_details.unwrap_or_default();
        let input = raw.prompt_tokens.0.unwrap_or(0);
        let mut output = raw.completion_tokens.0.unwrap_or(0);
        let reasoning = completion.reasoning_tokens.0.or(raw.reasoning_tokens.0).unwrap_or(0);
        // xAI counts thought beside the completion; its total tells.
        let beside = input.saturating_add(output).saturating_add(reasoning);
        if reasoning > 0 && raw.total_tokens.0 == Some(beside) {
            output = output.saturating_add(reasoning);
        }
        // A proxy may write zero under the one name and the count under another.
        let names = [prompt.cached_tokens, raw.prompt_cache_hit_tokens, raw.cached_tokens, raw.cache_read_input_tokens];
        let cached = names.into_iter().filter_map(|count| count.0).max().unwrap_or(0);
        Self {
            input,
            cached: cached.min(input),
            cache_write: prompt.cache_write_tokens.0.or(raw.cache_creation_input_tokens.0).unwrap_or(0),
            output,
            reasoning: reasoning.min(output),
        }
    }
}
