//! The small set of things that all protocols share.
//!
//! A request borrows from the body that it was read from; deltas own what they carry. Nothing here knows a protocol.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;

use super::carrier::Carrier;
use super::failure::Failure;
pub use super::json_str::JsonStr;
pub use super::loss::{self, Loss};

/// What Codex asks for.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// The model as Codex names it.
    pub model: Cow<'a, str>,
    /// Whether the answer is to be streamed.
    pub stream: bool,
    /// The conversation, oldest first, instructions included.
    pub items: Vec<Item<'a>>,
    /// The tools, namespaces resolved.
    pub tools: Vec<Tool<'a>>,
    /// The provider's own search of the web, where the model may use it.
    pub web_search: Option<WebSearch<'a>>,
    /// Which tool the model must call.
    pub tool_choice: ToolChoice<'a>,
    /// Whether several calls may come at once.
    pub parallel_tool_calls: Option<bool>,
    /// How hard to think; any string, since Codex passes on what the person wrote.
    pub effort: Option<Cow<'a, str>>,
    /// The form of the answer, when it is not free text.
    pub format: Option<Format<'a>>,
    /// The most tokens to make.
    pub max_output_tokens: Option<u64>,
    /// Sampling temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// A key that is the same for all requests of a conversation.
    pub cache_key: Option<Cow<'a, str>>,
    /// Whether the answer is to be a summary of the conversation and nothing else; see [`super::compaction`].
    pub compacts: bool,
    /// What was not understood or has no place in the shared form.
    pub losses: Vec<Loss>,
}

impl Request<'_> {
    /// About how many bytes a body of it will have, so that the body is not copied while it grows.
    #[must_use]
    pub fn text_size(&self) -> usize {
        let parts = |parts: &[Part<'_>]| -> usize {
            parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.json_len() + 64,
                    Part::Image { url, .. } => url.len() + 128,
                    Part::Document { source, .. } => source.as_str().len() + 192,
                })
                .sum()
        };
        let items: usize = self
            .items
            .iter()
            .map(|item| match item {
                Item::Message { parts: list, .. } | Item::Output { parts: list, .. } => parts(list) + 96,
                Item::Reasoning { text, .. } => text.len() + 64,
                Item::Call { input, .. } => input.len() + input.len() / 8 + 128,
            })
            .sum();
        items + self.tools.len() * 1024 + 1024
    }

    /// The ids of the calls in the conversation.
    #[must_use]
    pub fn call_ids(&self) -> HashSet<String> {
        let ids = self.items.iter().filter_map(|item| match item {
            Item::Call { id, .. } => Some(id.clone().into_owned()),
            _ => None,
        });
        ids.collect()
    }
}

/// One step of the conversation.
#[derive(Debug, Clone)]
pub enum Item<'a> {
    /// Something said.
    Message {
        /// By whom.
        role: Role,
        /// What.
        parts: Vec<Part<'a>>,
    },
    /// What the model thought.
    Reasoning {
        /// The readable form.
        text: Cow<'a, str>,
        /// What only its own upstream can read.
        carrier: Option<Carrier>,
    },
    /// A tool call.
    Call {
        /// Ties the output to it.
        id: Cow<'a, str>,
        /// Which tool.
        tool: ToolName<'a>,
        /// How the tool is called.
        kind: ToolKind,
        /// JSON for functions and searches, raw text for custom tools. Not always valid: Codex replays what a model
        /// sent.
        input: Cow<'a, str>,
    },
    /// What a tool answered.
    Output {
        /// The call it answers.
        call_id: Cow<'a, str>,
        /// The answer.
        parts: Vec<Part<'a>>,
    },
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The provider's or Codex's own instructions.
    System,
    /// Instructions of the developer.
    Developer,
    /// The person.
    User,
    /// The model.
    Assistant,
}

/// A piece of a message or of a tool's output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'a> {
    /// Text.
    Text(JsonStr<'a>),
    /// An image, by its URL, mostly a `data:` URL.
    Image {
        /// The URL.
        url: Cow<'a, str>,
        /// `low`, `high`, `auto`, `original`.
        detail: Option<Cow<'a, str>>,
    },
    /// A PDF.
    Document {
        /// The file's name.
        name: Cow<'a, str>,
        /// Where it is.
        source: DocumentSource<'a>,
    },
}

impl Part<'_> {
    /// The text, when it is one.
    #[must_use]
    pub const fn as_text(&self) -> Option<&JsonStr<'_>> {
        match self {
            Self::Text(text) => Some(text),
            Self::Image { .. } | Self::Document { .. } => None,
        }
    }

    /// Whether it is no text, and so not taken everywhere.
    #[must_use]
    pub const fn is_media(&self) -> bool {
        !matches!(self, Self::Text(_))
    }

    /// What it is, in a word.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image { .. } => "image",
            Self::Document { .. } => "document",
        }
    }
}

/// Where a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentSource<'a> {
    /// Here, in base64.
    Data(Cow<'a, str>),
    /// On the web, at this address.
    Url(Cow<'a, str>),
}

impl DocumentSource<'_> {
    /// The data or the address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Data(text) | Self::Url(text) => text,
        }
    }
}

/// Names the parts that a place takes nothing of but text: an image of the assistant, a document in instructions.
pub(super) fn lose_media(parts: &[Part<'_>], place: &str, losses: &mut Vec<Loss>) {
    let nouns: HashSet<_> = parts.iter().filter(|part| part.is_media()).map(Part::noun).collect();
    for noun in ["image", "document"].into_iter().filter(|noun| nouns.contains(noun)) {
        let article = if noun == "image" { "an" } else { "a" };
        losses.push(Loss::new(loss::CONTENT_PART, format!("{article} {noun} {place}")));
    }
}

/// A tool's full name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ToolName<'a> {
    /// The group it stands in; every MCP server is one.
    pub namespace: Option<Cow<'a, str>>,
    /// Its name in there.
    pub name: Cow<'a, str>,
}

impl ToolName<'_> {
    /// The same name, owned.
    #[must_use]
    pub fn into_owned(self) -> ToolName<'static> {
        ToolName {
            namespace: self.namespace.map(|namespace| Cow::Owned(namespace.into_owned())),
            name: Cow::Owned(self.name.into_owned()),
        }
    }
}

/// How Codex wants a tool called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ToolKind {
    /// JSON arguments in a string.
    Function,
    /// Free text.
    Custom,
    /// Codex's own search for tools that it holds back.
    Search,
}

/// A tool on offer.
#[derive(Debug, Clone)]
pub struct Tool<'a> {
    /// Its name.
    pub name: ToolName<'a>,
    /// What it is for.
    pub description: Cow<'a, str>,
    /// How it is called.
    pub spec: ToolSpec<'a>,
}

/// The form of a tool's input.
#[derive(Debug, Clone)]
pub enum ToolSpec<'a> {
    /// A function with a JSON schema.
    Function {
        /// The schema, as Codex wrote it.
        parameters: Option<&'a RawValue>,
        /// Whether the model is held to it.
        strict: bool,
    },
    /// Free text, maybe with a grammar.
    Custom {
        /// `lark` or `regex`, and the definition.
        grammar: Option<(Cow<'a, str>, Cow<'a, str>)>,
    },
    /// The search for tools.
    Search {
        /// The schema of its arguments.
        parameters: Option<&'a RawValue>,
    },
}

impl ToolSpec<'_> {
    /// The kind of call that this input makes.
    #[must_use]
    pub const fn kind(&self) -> ToolKind {
        match self {
            Self::Function { .. } => ToolKind::Function,
            Self::Custom { .. } => ToolKind::Custom,
            Self::Search { .. } => ToolKind::Search,
        }
    }
}

/// The provider's own search of the web.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebSearch<'a> {
    /// Whether pages may be fetched now; otherwise only an index that was made before may be searched.
    pub live: bool,
    /// The only domains to search; empty when all are allowed.
    pub allowed_domains: Vec<Cow<'a, str>>,
    /// Where the person is, roughly.
    pub location: Option<Location<'a>>,
}

/// A rough place, as far as it was told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location<'a> {
    /// The city.
    pub city: Option<Cow<'a, str>>,
    /// The state or region.
    pub region: Option<Cow<'a, str>>,
    /// The country's two letters.
    pub country: Option<Cow<'a, str>>,
    /// The IANA name of the time zone.
    pub timezone: Option<Cow<'a, str>>,
}

/// Which tool must be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ToolChoice<'a> {
    /// As the model likes.
    #[default]
    Auto,
    /// None.
    None,
    /// Any.
    Required,
    /// This one.
    Tool(ToolName<'a>),
}

/// The form of the answer.
#[derive(Debug, Clone)]
pub enum Format<'a> {
    /// Any JSON object.
    Json,
    /// JSON of a schema.
    Schema {
        /// The schema's name.
        name: Cow<'a, str>,
        /// The schema.
        schema: &'a RawValue,
        /// Whether the model is held to it.
        strict: bool,
    },
}

/// One step of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Delta {
    /// Readable thought.
    Reasoning(String),
    /// What the upstream wants back with the thought; belongs to the reasoning before it.
    Carrier(Carrier),
    /// Text of the answer.
    Text(String),
    /// A page that a stretch of the text rests on.
    Citation {
        /// Its address.
        url: String,
        /// Its title, or nothing.
        title: String,
        /// How many characters rest on it.
        length: usize,
        /// How many more there are behind those, up to this point.
        behind: usize,
    },
    /// The provider has searched the web by itself.
    WebSearch {
        /// What it searched for.
        query: String,
    },
    /// A tool call begins.
    CallStart {
        /// Tells the calls of one answer apart; the upstream's numbering.
        key: usize,
        /// The upstream's id; empty when it gave none.
        id: String,
        /// Which tool.
        tool: ToolName<'static>,
        /// How Codex wants it called.
        kind: ToolKind,
    },
    /// More of a call's JSON arguments.
    CallInput {
        /// Which call.
        key: usize,
        /// The next characters.
        json: String,
    },
    /// A call is whole.
    CallEnd {
        /// Which call.
        key: usize,
    },
    /// What it cost, so far; the last one counts.
    Usage(Usage),
    /// The upstream gave a reason for its stop that nobody knows; told where it is all that came.
    Unknown(String),
    /// The answer is whole; nothing comes after.
    Stop(Stop),
    /// The answer failed; nothing comes after.
    Fail(Failure),
}

/// Why an answer ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The model was done, or waits for its tools.
    Done,
    /// The limit of output tokens.
    Length,
}

/// Tokens, normalised: `input` includes what was read from and written to a cache, `output` includes reasoning.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// All input tokens.
    pub input: u64,
    /// Those read from a cache.
    pub cached: u64,
    /// Those written to a cache.
    pub cache_write: u64,
    /// All output tokens.
    pub output: u64,
    /// Those spent on thought.
    pub reasoning: u64,
}

impl std::ops::Add for Usage {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            cached: self.cached.saturating_add(other.cached),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            output: self.output.saturating_add(other.output),
            reasoning: self.reasoning.saturating_add(other.reasoning),
        }
    }
}

/// How the bytes of an answer ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The connection closed in order.
    Eof,
    /// It broke, and why, in words for the person.
    Cut(String),
}
