//! The shape of a Responses request: narrow, lenient, borrowed from the body.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::protocol::ir::JsonStr;
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

/// Declares [`Body`] with a reader that, unlike a derived one, also tells which fields it does not know.
macro_rules! body {
    ($($name:ident: $kind:ty,)*) => {
        /// The fields of a request that mean something here.
        #[derive(Default)]
        pub(super) struct Body<'a> {
            $(pub $name: $kind,)*
            /// The names of the others, but for those that hold nothing.
            pub unknown: Vec<Cow<'a, str>>,
        }

        impl<'de: 'a, 'a> Deserialize<'de> for Body<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields;
                impl<'a> Visitor<'a> for Fields {
                    type Value = Body<'a>;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                        let mut body = Body::default();
                        while let Some(key) = map.next_key::<Text<'a>>()? {
                            match key.as_str() {
                                $(stringify!($name) => body.$name = map.next_value()?,)*
                                name if HARMLESS.contains(&name) => {
                                    map.next_value::<IgnoredAny>()?;
                                }
                                _ => {
                                    if !is_nothing(map.next_value()?) {
                                        body.unknown.extend(key.0);
                                    }
                                }
                            }
                        }
                        Ok(body)
                    }
                }
                deserializer.deserialize_map(Fields)
            }
        }
    };
}

body! {
    model: Text<'a>,
    stream: Option<&'a RawValue>,
    instructions: Text<'a>,
    input: TextOr<'a, &'a RawValue>,
    tools: TextOr<'a, &'a RawValue>,
    tool_choice: Option<&'a RawValue>,
    parallel_tool_calls: Option<&'a RawValue>,
    reasoning: Option<&'a RawValue>,
    text: Option<&'a RawValue>,
    max_output_tokens: Option<&'a RawValue>,
    temperature: Option<&'a RawValue>,
    top_p: Option<&'a RawValue>,
    prompt_cache_key: Text<'a>,
    service_tier: Text<'a>,
    previous_response_id: Text<'a>,
    conversation: Option<&'a RawValue>,
    prompt: Option<&'a RawValue>,
    include: TextOr<'a, Text<'a>>,
    truncation: Text<'a>,
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
    pub text: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub refusal: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub image_url: Text<'a>,
    #[serde(borrow, default)]
    pub filename: Text<'a>,
    #[serde(borrow, default)]
    pub file_data: Text<'a>,
    #[serde(borrow, default)]
    pub file_url: Text<'a>,
    #[serde(borrow, default)]
    pub file_id: Text<'a>,
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
