use std::collections::BTreeSet;

use clap::Args as ClapArgs;
use serde_json::Value;

use crate::catalog::{self, ModelFacts};
use crate::cli::context::{Context, commit_or_show, say_changed, show_diffs};
use crate::codex::Codex;
use crate::error::{Error, Result};
use crate::probe::{self, Models};
use crate::settings::Provider;
use crate::setup::unknown_provider;
use crate::ui;

/// Ask providers again what their models can do, and tell Codex
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw models refresh --dry-run\n  codexgw models refresh openrouter")]
pub struct Args {
    /// Ask this provider only
    provider: Option<String>,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut setup = context.setup()?;
        let providers: Vec<(String, Provider)> = match &self.provider {
            Some(id) => match setup.settings.providers.get(id) {
                Some(provider) => vec![(id.clone(), provider.clone())],
                None => return Err(unknown_provider(id, setup.settings.providers.keys())),
            },
            None => setup.settings.providers.clone().into_iter().collect(),
        };
        if providers.is_empty() {
            return Err(Error::usage("no provider is configured").hint("add one: `codexgw add openrouter`"));
        }
        let asked: Vec<(&str, &Provider)> = providers.iter().map(|(id, provider)| (id.as_str(), provider)).collect();
        let answers = probe::roll_call(&context.home, &asked, |provider| provider.chosen().cloned().collect());
        let mut silent = None;
        for ((id, provider), answer) in asked.into_iter().zip(answers) {
            match answer {
                Ok(told) => {
                    for (model, facts) in refreshed(id, provider, &told) {
                        say(id, &model, &provider.models.get(&model).cloned().unwrap_or_default(), &facts);
                        if let Some(provider) = setup.settings.providers.get_mut(id) {
                            provider.models.insert(model, facts);
                        }
                    }
                }
                Err(e) => {
                    ui::warn(format!("`{id}` is left as it is: {e}"), e.hints().first().map(String::as_str));
                    silent = Some(e);
                }
            }
        }
        let diffs = setup.preview()?;
        if diffs.is_empty() && !self.dry_run {
            ui::note("nothing has changed");
        } else {
            show_diffs(&diffs);
        }
        if self.dry_run {
            return Ok(0);
        }
        // Also where no fact has changed: another Codex may have other instructions.
        setup.refresh_catalogues(Codex::find(&context.home).ok().as_ref())?;
        if !diffs.is_empty()
            && let Some(report) = commit_or_show(&setup, "models refresh", false)?
        {
            say_changed(&report);
            ui::note("Codex sees it at its next start");
        }
        Ok(silent.map_or(0, |e| e.kind().exit_code()))
    }
}

/// What is known now of each chosen model.
fn refreshed(id: &str, provider: &Provider, told: &Models) -> Vec<(String, ModelFacts)> {
    let one = |model: &String| {
        let said = told.list.iter().find(|(name, _)| name == model).map(|(_, facts)| facts.clone());
        if said.is_none() && told.complete {
            let hint = format!("choose another: `codexgw models {id}`");
            ui::warn(format!("`{id}` no longer lists `{}`", ui::plain(model, 80)), Some(&hint));
        }
        let known = catalog::model_facts(model).cloned().unwrap_or_default();
        let old = provider.models.get(model).cloned().unwrap_or_default();
        (model.clone(), renewed(said.unwrap_or_default(), &old, &known))
    };
    provider.chosen().map(one).collect()
}

/// What the provider says now wins; what it does not say stays as it was; what is still open our own tables fill. Whether
/// thought can be switched off they know best.
fn renewed(said: ModelFacts, old: &ModelFacts, known: &ModelFacts) -> ModelFacts {
    let mut facts = said.merged_over(old).merged_over(known);
    facts.thinking = known.thinking.or(facts.thinking);
    facts
}

/// Names what is new of a model.
fn say(id: &str, model: &str, old: &ModelFacts, new: &ModelFacts) {
    let changes = changes(old, new);
    if !changes.is_empty() {
        ui::note(format!("{id}/{}: {}", ui::plain(model, 80), changes.join(", ")));
    }
}

fn changes(old: &ModelFacts, new: &ModelFacts) -> Vec<String> {
    let fields = |facts: &ModelFacts| serde_json::to_value(facts).unwrap_or_default();
    let (old, new) = (fields(old), fields(new));
    let names: BTreeSet<&String> =
        [&old, &new].into_iter().filter_map(Value::as_object).flatten().map(|(k, _)| k).collect();
    let differs = |name: &&String| old[name.as_str()] != new[name.as_str()];
    names.into_iter().filter(differs).map(|name| format!("{name} {}", change(&old[name], &new[name]))).collect()
}

fn change(old: &Value, new: &Value) -> String {
    match (old, new) {
        (Value::Null, new) => shown(new),
        (old, Value::Null) => format!("{} → unknown", shown(old)),
        (old, new) => format!("{} → {}", shown(old), shown(new)),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join("/"),
        Value::Object(price) => format!("${} in, ${} out", price["input"], price["output"]),
        Value::String(text) => ui::plain(text, 60),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Price, ThinkingKind, Usd};

    #[test]
    fn the_provider_wins_and_what_it_does_not_say_stays() {
        let said = ModelFacts { context: Some(8), ..ModelFacts::default() };
        let old = ModelFacts {
            context: Some(4),
            images: Some(false),
            apply_patch: Some(false),
            thinking: Some(ThinkingKind::Budget),
            ..ModelFacts::default()
        };
        let known = ModelFacts {
            images: Some(true),
            max_output: Some(2),
            thinking: Some(ThinkingKind::Always),
            ..ModelFacts::default()
        };
        let expected = ModelFacts {
            context: Some(8),
            images: Some(false),
            apply_patch: Some(false),
            max_output: Some(2),
            thinking: Some(ThinkingKind::Always),
            ..ModelFacts::default()
        };
        assert_eq!(renewed(said, &old, &known), expected);
    }

    #[test]
    fn changes_are_named_one_by_one() {
        let old = ModelFacts {
            context: Some(4),
            images: Some(true),
            efforts: vec!["low".into()],
            tools: Some(true),
            ..ModelFacts::default()
        };
        let new = ModelFacts {
            context: Some(8),
            images: Some(false),
            efforts: vec!["low".into(), "high".into()],
            price: Some(Price { output: Usd::from(2.5), ..Price::default() }),
            ..ModelFacts::default()
        };
        assert_eq!(
            changes(&old, &new),
            [
                "context 4 → 8",
                "efforts low → low/high",
                "images yes → no",
                "price $0.0 in, $2.5 out",
                "tools yes → unknown"
            ]
        );
        assert!(changes(&new, &new).is_empty());
    }
}
