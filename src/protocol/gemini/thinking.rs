//! How hard to think: Codex's efforts as levels or budgets.

use super::body::ThinkingConfig;
use super::model::{Model, Thinking};
use crate::protocol::ir::{Loss, loss};
use crate::protocol::quirks::Quirks;

/// The words that `thinkingLevel` knows.
const LEVELS: [&str; 4] = ["minimal", "low", "medium", "high"];

/// The budget that lets a model think as long as it wants.
const DYNAMIC: i64 = -1;

/// The configuration for an effort; none when the model takes none.
pub(super) fn thinking(
    model: Model,
    effort: Option<&str>,
    quirks: &Quirks,
    losses: &mut Vec<Loss>,
) -> Option<ThinkingConfig> {
    let config = match model.thinking() {
        Thinking::Level(levels) => Some(level(levels, effort, quirks)),
        Thinking::Budget { least, most, unasked } => {
            let wanted = effort.filter(|_| !quirks.reasoning_effort_unportable).and_then(|word| budget(word, most));
            // Without a budget, a model that does not think unasked refuses to show its thoughts.
            let budget = wanted.map(|wanted| wanted.clamp(least, most)).or(unasked.then_some(DYNAMIC));
            budget.map(|budget| ThinkingConfig {
                include_thoughts: budget != 0,
                thinking_budget: Some(budget),
                ..ThinkingConfig::default()
            })
        }
        // What the settings say of a model goes before what its name does not say.
        Thinking::None if quirks.efforts.is_empty() => None,
        Thinking::None => Some(level(&[], effort, quirks)),
    };
    if let Some(wanted) = effort {
        losses.extend(lost(wanted, config.as_ref()));
    }
    config
}

fn level(levels: &[&str], effort: Option<&str>, quirks: &Quirks) -> ThinkingConfig {
    let known: Vec<&str> = quirks.efforts.iter().map(String::as_str).filter(|effort| LEVELS.contains(effort)).collect();
    let levels = if known.is_empty() { levels } else { &known };
    let choice = Quirks {
        reasoning_effort_unportable: quirks.reasoning_effort_unportable || levels.is_empty(),
        efforts: levels.iter().map(|&level| level.to_owned()).collect(),
        ..Quirks::default()
    };
    let level = effort.and_then(|wanted| choice.effort(wanted)).map(str::to_owned);
    ThinkingConfig { include_thoughts: true, thinking_level: level, thinking_budget: None }
}

/// The tokens that an effort stands for; Google's own OpenAI door counts likewise.
fn budget(effort: &str, most: i64) -> Option<i64> {
    Some(match effort {
        "none" => 0,
        "minimal" => 512,
        "low" => 1024,
        "medium" => 8192,
        "high" => 24_576,
        "xhigh" | "max" => most,
        _ => return None,
    })
}

/// What became of an effort, when it was not taken as it stands.
fn lost(wanted: &str, config: Option<&ThinkingConfig>) -> Option<Loss> {
    let detail = match config {
        Some(ThinkingConfig { thinking_level: Some(level), .. }) if level == wanted => return None,
        Some(ThinkingConfig { thinking_level: Some(level), .. }) => format!("`{wanted}` becomes `{level}`"),
        Some(ThinkingConfig { thinking_budget: Some(budget), .. }) if *budget != DYNAMIC => {
            if wanted != "none" || *budget == 0 {
                return None;
            }
            format!("`{wanted}` becomes {budget} tokens")
        }
        _ => format!("`{wanted}` is not sent"),
    };
    Some(Loss::new(loss::EFFORT, detail))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(model: &str, effort: Option<&str>, quirks: &Quirks) -> (Value, String) {
        let mut losses = Vec::new();
        let config = thinking(Model::of(model), effort, quirks, &mut losses);
        let losses: Vec<String> = losses.into_iter().map(|loss| loss.detail).collect();
        (serde_json::to_value(config).unwrap(), losses.join(", "))
    }

    #[test]
    fn efforts_become_what_the_model_takes() {
        let level = |level: &str| json!({"includeThoughts": true, "thinkingLevel": level});
        let budget = |budget: i64| json!({"includeThoughts": true, "thinkingBudget": budget});
        let shown = json!({"includeThoughts": true});
        for (model, effort, config, lost) in [
            ("gemini-3-pro", None, shown.clone(), ""),
            ("gemini-3-pro", Some("low"), level("low"), ""),
            ("gemini-3-pro", Some("medium"), level("high"), "`medium` becomes `high`"),
            ("gemini-3.1-pro", Some("medium"), level("medium"), ""),
            ("gemini-3-flash", Some("minimal"), level("minimal"), ""),
            ("gemini-3-flash", Some("none"), level("minimal"), "`none` becomes `minimal`"),
            ("gemini-3.8-flash", Some("minimal"), level("low"), "`minimal` becomes `low`"),
            ("gemini-3-flash", Some("xhigh"), level("high"), "`xhigh` becomes `high`"),
            ("gemini-3-flash", Some("banana"), shown, "`banana` is not sent"),
            ("gemini-2.5-pro", None, budget(-1), ""),
            ("gemini-2.5-pro", Some("medium"), budget(8192), ""),
            ("gemini-2.5-pro", Some("xhigh"), budget(32_768), ""),
            ("gemini-2.5-pro", Some("none"), budget(128), "`none` becomes 128 tokens"),
            ("gemini-2.5-flash", Some("none"), json!({"thinkingBudget": 0}), ""),
            ("gemini-2.5-flash", Some("max"), budget(24_576), ""),
            ("gemini-2.5-flash", Some("banana"), budget(-1), "`banana` is not sent"),
            ("gemini-2.5-flash-lite", None, Value::Null, ""),
            ("gemini-2.5-flash-lite", Some("low"), budget(1024), ""),
            ("gemini-2.0-flash", Some("low"), Value::Null, "`low` is not sent"),
            ("gemma-4-31b-it", None, Value::Null, ""),
        ] {
            assert_eq!(told(model, effort, &Quirks::default()), (config, lost.to_owned()), "{model} {effort:?}");
        }
    }

    #[test]
    fn what_the_settings_say_goes_first() {
        let listed = Quirks { efforts: vec!["low".into(), "high".into(), "max".into()], ..Quirks::default() };
        assert_eq!(told("gemini-3-flash", Some("minimal"), &listed).0["thinkingLevel"], "low");
        assert_eq!(told("gemma-4", Some("max"), &listed).0["thinkingLevel"], "high");
        let locked = Quirks { reasoning_effort_unportable: true, ..Quirks::default() };
        for (model, config) in [
            ("gemini-3-flash", json!({"includeThoughts": true})),
            ("gemini-2.5-pro", json!({"includeThoughts": true, "thinkingBudget": -1})),
        ] {
            assert_eq!(told(model, Some("low"), &locked), (config, "`low` is not sent".to_owned()));
        }
    }
}
