//! What was found out about one thing that a wire can or cannot do.

use serde::{Serialize, Serializer};

use crate::probe::ProbeError;

/// What a wire is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// An answer as a stream of events.
    Streamed,
    /// An answer in one piece.
    Whole,
    /// Whether the stream comes while the answer is made.
    Paced,
    /// Tools that are functions.
    Functions,
    /// `tool_choice: required`.
    Required,
    /// Several calls in one turn.
    Parallel,
    /// Freeform tools, such as Codex's `apply_patch`.
    Custom,
    /// Groups of tools, as MCP servers are.
    Namespace,
    /// The provider's own search of the web.
    WebSearch,
    /// Messages of the role `developer`.
    DeveloperRole,
    /// Images in messages.
    Images,
}

impl Topic {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 11] = [
        Self::Streamed,
        Self::Paced,
        Self::Whole,
        Self::Functions,
        Self::Required,
        Self::Parallel,
        Self::Custom,
        Self::Namespace,
        Self::WebSearch,
        Self::DeveloperRole,
        Self::Images,
    ];

    /// The words for it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Streamed => "streamed answer",
            Self::Paced => "streams as it writes",
            Self::Whole => "answer in one piece",
            Self::Functions => "function tools",
            Self::Required => "`tool_choice: required`",
            Self::Parallel => "parallel calls",
            Self::Custom => "freeform tools",
            Self::Namespace => "tool namespaces",
            Self::WebSearch => "web search",
            Self::DeveloperRole => "`developer` role",
            Self::Images => "images",
        }
    }
}

/// The outcome, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// The gateway does it for it.
    Gateway,
    /// What came does not tell.
    Unclear,
}

/// What was found out about one topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ability {
    /// What was asked for.
    pub topic: Topic,
    /// The outcome.
    pub verdict: Verdict,
    /// What it rests on, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Ability {
    pub(super) fn yes(topic: Topic) -> Self {
        Self { topic, verdict: Verdict::Yes, why: None }
    }

    pub(super) fn no(topic: Topic, why: impl Into<String>) -> Self {
        Self::told(topic, Verdict::No, why)
    }

    pub(super) fn unclear(topic: Topic, why: impl Into<String>) -> Self {
        Self::told(topic, Verdict::Unclear, why)
    }

    pub(super) fn told(topic: Topic, verdict: Verdict, why: impl Into<String>) -> Self {
        let why = why.into();
        Self { topic, verdict, why: (!why.is_empty()).then_some(why) }
    }
}

/// What a provider said, else what its answer means.
pub(super) fn words(error: &ProbeError) -> String {
    match error {
        ProbeError::Refused { words, .. } | ProbeError::Server { words, .. } if !words.is_empty() => words.clone(),
        ProbeError::NotFound { .. } => "there is no such path".to_owned(),
        ProbeError::Unknown { start, .. } if start.is_empty() => "the answer is empty".to_owned(),
        ProbeError::Unknown { start, .. } => format!("it answers in a form that is not known: `{start}`"),
        error => error.to_string(),
    }
}

/// Writes an error as its words.
#[expect(clippy::ref_option, reason = "serde calls it by reference")]
pub(super) fn in_words<S: Serializer>(error: &Option<ProbeError>, serializer: S) -> Result<S::Ok, S::Error> {
    error.as_ref().map(words).serialize(serializer)
}
