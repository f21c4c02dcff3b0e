//! What is known of the model that a request goes to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The facts of a model that this protocol needs; the default is a model of which nothing is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Abilities {
    /// The most tokens that it makes in one answer.
    pub max_output: Option<u64>,
    /// How it is made to think.
    pub thinking: ThinkingKind,
    /// The efforts that it takes, lowest first; empty when not known.
    pub efforts: Vec<String>,
    /// Whether it can be held to a JSON schema (`output_config.format`).
    pub schema_output: bool,
}

/// How a model is made to think.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ThinkingKind {
    /// Not at all, or it is not known how: nothing is asked for.
    #[default]
    None,
    /// By a budget of tokens (Claude 4.5 and earlier).
    Budget,
    /// It decides by itself, steered by an effort (Claude 4.6 and later).
    Adaptive,
    /// The same, and it cannot be switched off.
    Always,
}
