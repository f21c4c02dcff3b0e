//! One short question in Codex's own form, with all its fields and tools: what Codex meets where it asks a provider
//! itself.

use super::interview::{Interview, Known};
use super::questions;
use super::timed::Timed;
use crate::catalog::ModelFacts;
use crate::probe::lowered::{lowered, without_tools};
use crate::probe::{Client, ProbeError, Target};
use crate::protocol::{Quirks, Wire, refusal};

/// Most things that are left out one after the other.
const MOST: usize = 6;

/// What stands in the question for its shortness, and that Codex never sends.
const OURS_ALONE: &str = "drop:max_output_tokens";

/// What of Codex's own request is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sends {
    /// Freeform tools: Codex sends them to models that a catalogue says can use them.
    pub custom: bool,
    /// Its search of the web.
    pub web_search: bool,
}

/// What a provider does with Codex's own request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directly {
    /// What it refuses, in the order in which it says so.
    pub refused: Vec<Refused>,
    /// How it answers the rest.
    pub timed: Timed,
}

/// One refusal of a part of Codex's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What it is about.
    pub part: Part,
    /// HTTP status.
    pub status: u16,
    /// The provider's words.
    pub words: String,
}

/// A part of Codex's request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// What the quirk of this name stands for.
    Quirk(String),
    /// Tools of any kind.
    Tools,
    /// Something that the provider does not name.
    Unnamed,
}

impl Part {
    /// The words for it.
    #[must_use]
    pub fn words(&self) -> String {
        let quirk = match self {
            Self::Quirk(quirk) => quirk.as_str(),
            Self::Tools => return "tools".to_owned(),
            Self::Unnamed => return "something that it does not name".to_owned(),
        };
        match quirk {
            "custom_tools_rejected" => "tools of the type `custom`".to_owned(),
            "namespace_tools_rejected" => "tools of the type `namespace`".to_owned(),
            "web_search_rejected" => "the tool `web_search`".to_owned(),
            "web_search_extra_fields_rejected" => "Codex's fields in the tool `web_search`".to_owned(),
            "developer_role_rejected" => "messages of the role `developer`".to_owned(),
            "prompt_cache_key_rejected" => "the field `prompt_cache_key`".to_owned(),
            "parallel_true_rejected" | "parallel_false_rejected" => "the field `parallel_tool_calls`".to_owned(),
            "tool_choice_auto_only" => "the field `tool_choice`".to_owned(),
            "strict_rejected" => "the field `strict` of tools".to_owned(),
            quirk => match quirk.strip_prefix(crate::protocol::quirks::DROP) {
                Some(field) => format!("the field `{field}`"),
                None => format!("what `{quirk}` stands for"),
            },
        }
    }
}

/// Asks a model one short question as Codex would, again without each thing that is refused.
///
/// # Errors
/// When it does not answer a plain question either, or in a form that cannot be read.
pub async fn directly(
    client: &Client,
    target: &Target<'_>,
    model: &str,
    sends: Sends,
    facts: ModelFacts,
) -> Result<Directly, ProbeError> {
    let base_url = target.base_url.trim_end_matches('/').to_owned();
    let abilities = facts.abilities(model);
    let effort = abilities.efforts.first().cloned();
    let known = Known { abilities, quirks: Quirks::default(), model: model.to_owned() };
    let interview = Interview::new(client, Target { base_url, ..target.clone() }, Wire::Responses, &known);
    let whole = questions::count_of_codex(model, effort.as_deref());
    let left_out =
        |kind: &serde_json::Value| (kind == "custom" && !sends.custom) || (kind == "web_search" && !sends.web_search);
    let mut question = without_tools(&whole, |tool| left_out(&tool["type"])).unwrap_or(whole);
    let mut refused: Vec<Refused> = Vec::new();
    loop {
        let (status, words) = match interview.ask_as_codex(&question).await {
            Ok((heard, reply)) => return Ok(Directly { refused, timed: Timed::of(&heard, &reply) }),
            Err(ProbeError::Refused { status, words }) if matches!(status, 400 | 422) => (status, words),
            Err(error) => return Err(error),
        };
        let lesson = refusal::learn(Wire::Responses, status, &words, question.to_string().as_bytes());
        let without = lesson.as_ref().and_then(|lesson| lowered(&question, lesson));
        let (part, less) = match (lesson, without) {
            (Some(lesson), Some(less)) if refused.len() < MOST => (Part::Quirk(lesson.quirk().to_owned()), less),
            // It is about tools as such, or it says nothing.
            _ => match without_tools(&question, |_| true).filter(|_| words.to_lowercase().contains("tool")) {
                Some(less) => (Part::Tools, less),
                None if refused.iter().any(|refused| refused.part == Part::Unnamed) => {
                    return Err(ProbeError::Refused { status, words });
                }
                None => (Part::Unnamed, questions::count(model)),
            },
        };
        if part != Part::Quirk(OURS_ALONE.to_owned()) {
            refused.push(Refused { part, status, words });
        }
        question = less;
    }
}
