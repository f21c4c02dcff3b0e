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

impl Abilities {
    /// What the name of a Claude says of it, where nothing else is known: older ones take fewer tokens than is usual, and
    /// how a model is made to think hangs on its generation.
    #[must_use]
    pub fn of_name(model: &str) -> Self {
        let Some(version) = version(model) else { return Self::default() };
        let (thinking, max_output) = match version {
            _ if version < (3, 5) => (ThinkingKind::None, Some(4096)),
            _ if version < (3, 7) => (ThinkingKind::None, Some(8192)),
            // Opus 4 and 4.1 make half of what the others of their time do.
            _ if version < (4, 2) && model.contains("opus") => (ThinkingKind::Budget, Some(32_000)),
            _ if version < (4, 6) => (ThinkingKind::Budget, Some(64_000)),
            _ => (ThinkingKind::Adaptive, None),
        };
        Self { max_output, thinking, ..Self::default() }
    }
}

/// The generation in the name of a Claude, which stands before its family or behind it.
fn version(model: &str) -> Option<(u32, u32)> {
    let (_, name) = model.split_once("claude-")?;
    let mut numbers = name.split(['-', '.', '@']).map(|word| {
        // Longer ones are dates.
        word.parse::<u32>().ok().filter(|_| word.len() <= 2)
    });
    let major = numbers.by_ref().find_map(|number| number)?;
    Some((major, numbers.next().flatten().unwrap_or(0)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_generation() {
        use ThinkingKind::{Adaptive, Budget, None as Thoughtless};
        for (name, thinking, max_output) in [
            ("claude-3-haiku-20240307", Thoughtless, Some(4096)),
            ("claude-instant-1.2", Thoughtless, Some(4096)),
            ("claude-3-5-haiku-20241022", Thoughtless, Some(8192)),
            ("anthropic/claude-3.5-sonnet", Thoughtless, Some(8192)),
            ("claude-3-7-sonnet-latest", Budget, Some(64_000)),
            ("claude-sonnet-4-20250514", Budget, Some(64_000)),
            ("claude-opus-4@20250514", Budget, Some(32_000)),
            ("claude-opus-4-0", Budget, Some(32_000)),
            ("us.anthropic.claude-opus-4-1-20250805-v1:0", Budget, Some(32_000)),
            ("claude-opus-4-5", Budget, Some(64_000)),
            ("claude-opus-4.6", Adaptive, None),
            ("claude-sonnet-6", Adaptive, None),
            ("claude-mythos-5-2", Adaptive, None),
            ("claude-next", Thoughtless, None),
            ("glm-5.3", Thoughtless, None),
            ("", Thoughtless, None),
        ] {
            let abilities = Abilities::of_name(name);
            assert_eq!((abilities.thinking, abilities.max_output), (thinking, max_output), "{name}");
        }
    }
}
