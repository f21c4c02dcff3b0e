//! The grammar of Responses events, as they are written.

use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::protocol::ir::Usage;

/// Any event; fields that an event does not have are left out.
#[derive(Debug, Default, Serialize)]
pub(super) struct Event<'a> {
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub sequence_number: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<&'a Response<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<&'a Item<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<&'a Part<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delta: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logprobs: Option<[(); 0]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub annotation: Option<&'a Annotation>,
}

/// An output item.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Message {
        id: &'a str,
        status: &'static str,
        role: &'static str,
        content: &'a [Part<'a>],
    },
    Reasoning {
        id: &'a str,
        summary: &'a [Part<'a>],
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<&'a str>,
    },
    FunctionCall {
        id: &'a str,
        call_id: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        arguments: &'a str,
        status: &'static str,
    },
    CustomToolCall {
        id: &'a str,
        call_id: &'a str,
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<&'a str>,
        input: &'a str,
        status: &'static str,
    },
    ToolSearchCall {
        id: &'a str,
        call_id: &'a str,
        execution: &'static str,
        arguments: &'a Value,
        status: &'static str,
    },
    WebSearchCall {
        id: &'a str,
        status: &'static str,
        action: Search<'a>,
    },
    Compaction {
        id: &'a str,
        encrypted_content: &'a str,
    },
}

/// What a search of the web was for.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "search")]
pub(super) struct Search<'a> {
    pub query: &'a str,
}

/// A page that a piece of the text rests on; the indices count characters.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename = "url_citation")]
pub(super) struct Annotation {
    pub url: String,
    pub title: String,
    pub start_index: usize,
    pub end_index: usize,
}

/// A part of an item.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part<'a> {
    OutputText { text: &'a str, annotations: &'a [Annotation] },
    SummaryText { text: &'a str },
}

/// The response object. The fields that only echo a request are there because SDKs insist on them.
#[derive(Debug, Serialize)]
pub(super) struct Response<'a> {
    pub id: &'a str,
    pub object: &'static str,
    pub created_at: u64,
    pub status: &'static str,
    pub model: &'a str,
    pub output: &'a [Box<RawValue>],
    pub usage: Option<UsageOut>,
    pub error: Option<ErrorOut<'a>>,
    pub incomplete_details: Option<Incomplete>,
    pub instructions: (),
    pub metadata: Empty,
    pub parallel_tool_calls: bool,
    pub temperature: (),
    pub tool_choice: &'static str,
    pub tools: [(); 0],
    pub top_p: (),
}

/// The answer to a request for a compaction alone.
#[derive(Debug, Serialize)]
pub(super) struct Compaction<'a> {
    pub id: &'a str,
    pub object: &'static str,
    pub created_at: u64,
    pub output: &'a [Box<RawValue>],
    pub usage: UsageOut,
}

/// `{}`.
#[derive(Debug, Serialize)]
pub(super) struct Empty {}

#[derive(Debug, Serialize)]
pub(super) struct ErrorOut<'a> {
    pub code: &'a str,
    pub message: &'a str,
}

#[derive(Debug, Serialize)]
pub(super) struct Incomplete {
    pub reason: &'static str,
}

/// Usage as Codex demands it: input, output and total are all required (codex-facts 4).
#[derive(Debug, Serialize)]
pub(super) struct UsageOut {
    input_tokens: u64,
    input_tokens_details: InputDetails,
    output_tokens: u64,
    output_tokens_details: OutputDetails,
    total_tokens: u64,
}

#[derive(Debug, Serialize)]
struct InputDetails {
    cached_tokens: u64,
    /// Newer SDKs insist on it.
    cache_write_tokens: u64,
}

#[derive(Debug, Serialize)]
struct OutputDetails {
    reasoning_tokens: u64,
}

impl From<&Usage> for UsageOut {
    fn from(usage: &Usage) -> Self {
        Self {
            input_tokens: usage.input,
            input_tokens_details: InputDetails { cached_tokens: usage.cached, cache_write_tokens: usage.cache_write },
            output_tokens: usage.output,
            output_tokens_details: OutputDetails { reasoning_tokens: usage.reasoning },
            total_tokens: usage.input.saturating_add(usage.output),
        }
    }
}
