//! The shape of a Responses request: narrow, lenient, borrowed from the body.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::protocol::ir::JsonStr;
use crate::protocol::lenient::{Object, Text, TextOr};

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

/// Declares an object with a reader that, unlike a derived one, lets the last of two fields of one name win and hands on
/// the fields that it does not know.
macro_rules! object {
    ($(#[$doc:meta])* $object:ident { $($name:literal $field:ident: $kind:ty,)* } $($rest:ident: $rest_kind:ty = $others:expr)?) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(super) struct $object<'a> {
            $(pub $field: $kind,)*
            $(
                /// The names of the others, but for those that hold nothing.
                pub $rest: $rest_kind,
            )?
        }

        impl<'de: 'a, 'a> Deserialize<'de> for $object<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'a> Visitor<'a> for Fields {
                    type Value = $object<'a>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut object = $object::default();
                        while let Some(key) = map.next_key::<Text<'a>>()? {
                            match key.as_str() {
                                $($name => object.$field = map.next_value()?,)*
                                _ => {
                                    let _value: &RawValue = map.next_value()?;
                                    $($others(&mut object.$rest, key, _value);)?
                                }
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }
    };
}

object! {
    /// The fields of a request that mean something here.
    Body {
        "model" model: Text<'a>,
        "stream" stream: Option<&'a RawValue>,
        "instructions" instructions: Option<&'a RawValue>,
        "input" input: TextOr<'a, Object<RawItem<'a>>>,
        "tools" tools: TextOr<'a, &'a RawValue>,
        "tool_choice" tool_choice: Option<&'a RawValue>,
        "parallel_tool_calls" parallel_tool_calls: Option<&'a RawValue>,
        "reasoning" reasoning: Option<&'a RawValue>,
        "text" text: Option<&'a RawValue>,
        "max_output_tokens" max_output_tokens: Option<&'a RawValue>,
        "temperature" temperature: Option<&'a RawValue>,
        "top_p" top_p: Option<&'a RawValue>,
        "prompt_cache_key" prompt_cache_key: Text<'a>,
        "service_tier" service_tier: Text<'a>,
        "previous_response_id" previous_response_id: Text<'a>,
        "conversation" conversation: Option<&'a RawValue>,
        "prompt" prompt: Option<&'a RawValue>,
        "include" include: TextOr<'a, Text<'a>>,
        "truncation" truncation: Text<'a>,
    }
    unknown: Vec<Cow<'a, str>> = keep_unknown
}

fn keep_unknown<'a>(unknown: &mut Vec<Cow<'a, str>>, name: Text<'a>, value: &RawValue) {
    if !HARMLESS.contains(&name.as_str()) && !is_nothing(value) {
        unknown.extend(name.0);
    }
}

/// Fields that change nothing about the answer: who asks, what for, how it is kept and cached, how it is framed.
const HARMLESS: [&str; 8] = [
    "client_metadata",
    "metadata",
    "moderation",
    "prompt_cache_options",
    "prompt_cache_retention",
    "safety_identifier",
    "stream_options",
    "user",
];

/// The fields that should hold a list, or text, and hold something else. Read only when no list was found.
pub(super) fn misshapen(body: &[u8]) -> Vec<&'static str> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Lists<'a> {
        #[serde(borrow)]
        input: Option<&'a RawValue>,
        #[serde(borrow)]
        tools: Option<&'a RawValue>,
    }
    let lists: Lists<'_> = object(body).unwrap_or_default();
    let is_odd = |raw: &RawValue, may_begin: &[char]| !is_nothing(raw) && !raw.get().starts_with(may_begin);
    let input = lists.input.filter(|raw| is_odd(raw, &['[', '"'])).map(|_| "input");
    let tools = lists.tools.filter(|raw| is_odd(raw, &['['])).map(|_| "tools");
    input.into_iter().chain(tools).collect()
}

/// Whether a value asks for nothing.
fn is_nothing(raw: &RawValue) -> bool {
    matches!(raw.get(), "null" | "false" | "0" | "[]" | "{}" | "\"\"")
}

object! {
    /// Every kind of input item in one struct: a tagged enum would copy each item before it looks at the tag.
    RawItem {
        "type" kind: Text<'a>,
        "role" role: Text<'a>,
        "content" content: TextOr<'a, Object<RawPart<'a>>>,
        "summary" summary: TextOr<'a, Object<RawPart<'a>>>,
        "encrypted_content" encrypted_content: Text<'a>,
        "id" id: Text<'a>,
        "call_id" call_id: Text<'a>,
        "name" name: Text<'a>,
        "namespace" namespace: Text<'a>,
        "arguments" arguments: Option<&'a RawValue>,
        "input" input: Text<'a>,
        "action" action: Option<&'a RawValue>,
        "output" output: Option<&'a RawValue>,
        "tools" tools: TextOr<'a, &'a RawValue>,
    }
}

object! {
    /// A piece of a message, of any kind.
    RawPart {
        "type" kind: Text<'a>,
        "text" text: Option<&'a RawValue>,
        "refusal" refusal: Option<&'a RawValue>,
        "image_url" image_url: Text<'a>,
        "filename" filename: Text<'a>,
        "file_data" file_data: Text<'a>,
        "file_url" file_url: Text<'a>,
        "file_id" file_id: Text<'a>,
        "detail" detail: Text<'a>,
    }
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
    pub mode: Text<'a>,
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
    pub fn into_text(self) -> Option<JsonStr<'a>> {
        self.text.and_then(JsonStr::of).or_else(|| self.refusal.and_then(JsonStr::of))
    }
}
