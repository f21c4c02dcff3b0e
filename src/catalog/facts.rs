//! What is known of one model.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Price;
use crate::protocol::messages::Abilities;
pub use crate::protocol::messages::ThinkingKind;

/// Facts of one model. Absent means unknown; what the provider's own `/models` says wins over templates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct ModelFacts {
    /// Shown name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Context window in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<u64>,
    /// Most tokens of one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output: Option<u64>,
    /// Whether it takes images.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub images: Option<bool>,
    /// Whether it calls tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<bool>,
    /// Reasoning efforts that it takes, weakest first; empty when it does not reason or that is unknown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub efforts: Vec<String>,
    /// How an Anthropic model is made to think.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thinking: Option<ThinkingKind>,
    /// Whether it can be held to a JSON schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_output: Option<bool>,
    /// Whether it calls several tools in one answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel: Option<bool>,
    /// Whether it writes patches as Codex's `apply_patch` tool reads them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub apply_patch: Option<bool>,
    /// What its tokens cost here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

impl ModelFacts {
    /// These facts, with the gaps filled from `base`: what the provider said wins over the template.
    #[must_use]
    pub fn merged_over(self, base: &Self) -> Self {
        Self {
            name: self.name.or_else(|| base.name.clone()),
            context: self.context.or(base.context),
            max_output: self.max_output.or(base.max_output),
            images: self.images.or(base.images),
            tools: self.tools.or(base.tools),
            efforts: if self.efforts.is_empty() { base.efforts.clone() } else { self.efforts },
            thinking: self.thinking.or(base.thinking),
            schema_output: self.schema_output.or(base.schema_output),
            parallel: self.parallel.or(base.parallel),
            apply_patch: self.apply_patch.or(base.apply_patch),
            price: self.price.or_else(|| base.price.clone()),
        }
    }
}

impl ModelFacts {
    /// What writing a request for this model needs of them; the gaps are filled from what its name tells.
    #[must_use]
    pub fn abilities(self, model: &str) -> Abilities {
        let guess = Abilities::of_name(model);
        Abilities {
            max_output: self.max_output.or(guess.max_output),
            thinking: self.thinking.unwrap_or(guess.thinking),
            efforts: self.efforts,
            schema_output: self.schema_output.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_said_wins_and_gaps_are_filled() {
        let said = ModelFacts { context: Some(8), images: Some(false), ..ModelFacts::default() };
        let base = ModelFacts {
            name: Some("M".into()),
            context: Some(1),
            max_output: Some(2),
            images: Some(true),
            tools: Some(true),
            efforts: vec!["low".into()],
            thinking: Some(ThinkingKind::Budget),
            schema_output: Some(false),
            parallel: Some(true),
            apply_patch: Some(true),
            price: Some(Price::default()),
        };
        let expected = ModelFacts { context: Some(8), images: Some(false), ..base.clone() };
        assert_eq!(said.merged_over(&base), expected);
        assert_eq!(ModelFacts::default().merged_over(&base), base);
        assert_eq!(base.clone().merged_over(&expected), base);
    }
}
