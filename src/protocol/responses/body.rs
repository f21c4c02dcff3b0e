//! The shape of a Responses request: narrow, lenient, borrowed from the body.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::protocol::lenient::{Text, TextOr};

/// Why a request cannot be served at all; becomes a 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Rejection {
    /// What is wrong.
    pub message: String,
    /// The field at fault.
    pub param: Option<&'static str>,
}

impl Rejection {
    pub(super) fn new(param: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { message: message.into(), param }
    }
}

/// Reads the body, which must be an object: serde would take a list for a struct's fields in their order.
pub(super) fn object<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Rejection> {
    let refuse = |why: &dyn std::fmt::Display| {
        Err(Rejection::new(None, format!("the request body is not a JSON object: {why}")))
    };
    if !body.trim_ascii_start().starts_with(b"{") {
        return refuse(&"it does not begin with `{`");
    }
    serde_json::from_slice(body).or_else(|error| refuse(&error))
}

/// What routing needs of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The model as Codex names it.
    pub model: String,
    /// Whether the answer is to be streamed.
    pub stream: bool,
}

/// Reads the head alone; the rest is only skipped over.
pub fn head(body: &[u8]) -> Result<Head, Rejection> {
    #[derive(Deserialize)]
    struct Wanted<'a> {
        #[serde(borrow, default)]
        model: Text<'a>,
        #[serde(default)]
        stream: Option<bool>,
    }
    let wanted: Wanted<'_> = object(body)?;
    let model = wanted.model.filled().ok_or_else(|| Rejection::new(Some("model"), "`model` is missing"))?;
    Ok(Head { model: model.into_owned(), stream: wanted.stream.unwrap_or(false) })
}

#[derive(Deserialize)]
pub(super) struct Body<'a> {
    #[serde(borrow, default)]
    pub model: Text<'a>,
    #[serde(default)]
    pub stream: Option<bool>,
    #[serde(borrow, default)]
    pub instructions: Text<'a>,
    #[serde(borrow, default)]
    pub input: TextOr<'a, &'a RawValue>,
    #[serde(borrow, default)]
    pub tools: TextOr<'a, &'a RawValue>,
    #[serde(borrow, default)]
    pub tool_choice: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub parallel_tool_calls: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub reasoning: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub max_output_tokens: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub temperature: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub top_p: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub prompt_cache_key: Text<'a>,
    #[serde(borrow, default)]
    pub service_tier: Text<'a>,
    #[serde(borrow, default)]
    pub previous_response_id: Text<'a>,
}

/// Every kind of input item in one struct: a tagged enum would copy each item before it looks at the tag.
#[derive(Deserialize)]
pub(super) struct RawItem<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow, default)]
    pub role: Text<'a>,
    #[serde(borrow, default)]
    pub content: TextOr<'a, RawPart<'a>>,
    #[serde(borrow, default)]
    pub summary: TextOr<'a, RawPart<'a>>,
    #[serde(borrow, default)]
    pub encrypted_content: Text<'a>,
    #[serde(borrow, default)]
    pub id: Text<'a>,
    #[serde(borrow, default)]
    pub call_id: Text<'a>,
    #[serde(borrow, default)]
    pub name: Text<'a>,
    #[serde(borrow, default)]
    pub namespace: Text<'a>,
    #[serde(borrow, default)]
    pub arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub input: Text<'a>,
    #[serde(borrow, default)]
    pub action: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub output: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub tools: TextOr<'a, &'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct RawPart<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow, default)]
    pub text: Text<'a>,
    #[serde(borrow, default)]
    pub refusal: Text<'a>,
    #[serde(borrow, default)]
    pub image_url: Text<'a>,
    #[serde(borrow, default)]
    pub detail: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawTool<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow, default)]
    pub name: Text<'a>,
    #[serde(borrow, default)]
    pub namespace: Text<'a>,
    #[serde(borrow, default)]
    pub description: Text<'a>,
    #[serde(borrow, default)]
    pub parameters: Option<&'a RawValue>,
    #[serde(default)]
    pub strict: Option<bool>,
    #[serde(borrow, default)]
    pub format: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub tools: TextOr<'a, &'a RawValue>,
    #[serde(borrow, default)]
    pub external_web_access: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub filters: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub user_location: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct RawFilters<'a> {
    #[serde(borrow, default)]
    pub allowed_domains: TextOr<'a, Text<'a>>,
}

#[derive(Deserialize)]
pub(super) struct RawLocation<'a> {
    #[serde(borrow, default)]
    pub city: Text<'a>,
    #[serde(borrow, default)]
    pub region: Text<'a>,
    #[serde(borrow, default)]
    pub country: Text<'a>,
    #[serde(borrow, default)]
    pub timezone: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawFormat<'a> {
    #[serde(borrow, default, rename = "type")]
    pub kind: Text<'a>,
    #[serde(borrow, default)]
    pub name: Text<'a>,
    #[serde(borrow, default)]
    pub schema: Option<&'a RawValue>,
    #[serde(default)]
    pub strict: Option<bool>,
    #[serde(borrow, default)]
    pub syntax: Text<'a>,
    #[serde(borrow, default)]
    pub definition: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawText<'a> {
    #[serde(borrow, default)]
    pub format: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub verbosity: Text<'a>,
}

#[derive(Deserialize)]
pub(super) struct RawReasoning<'a> {
    #[serde(borrow, default)]
    pub effort: Text<'a>,
}

impl<'a> RawPart<'a> {
    /// The text of a part of any text kind.
    pub fn into_text(self) -> Option<Cow<'a, str>> {
        self.text.0.or(self.refusal.0)
    }
}
