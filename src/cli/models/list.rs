use std::collections::BTreeMap;

use clap::Args as ClapArgs;

use crate::catalog::{self, ModelFacts, ProviderTemplate};
use crate::error::{Error, Result};
use crate::probe::{self, unkeyed};
use crate::settings::{Provider, Settings};
use crate::ui;

use super::row::{HEADER, Row};
use crate::cli::context::Context;

#[derive(Debug, ClapArgs)]
#[group(skip)]
pub struct Args {
    /// A provider, configured or not, and words that have to occur in what is known of a model
    #[arg(value_name = "PROVIDER | WORD")]
    words: Vec<String>,
    /// Ask nobody; show what the settings and codexgw's own tables know
    #[arg(long)]
    offline: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A provider whose models are to be listed.
struct Subject {
    id: String,
    provider: Provider,
    /// Whether it is set up here.
    configured: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let settings = context.settings()?;
        let (subjects, words) = subjects(&settings, &self.words);
        let of_ours = |word: &String| catalog::nearest_of(word, settings.providers.keys().map(String::as_str));
        let meant = words.first().and_then(|word| of_ours(word).or_else(|| catalog::nearest(word)));
        if subjects.is_empty() {
            let near = meant.unwrap_or("openrouter");
            return Err(Error::usage("no provider is configured").hint(format!("name one: `codexgw models {near}`")));
        }
        let told = if self.offline { BTreeMap::new() } else { ask(context, &subjects) };
        let mut rows = Vec::new();
        for subject in &subjects {
            rows.extend(self::rows(subject, told.get(&subject.id)));
        }
        rows.retain(|row| row.has(words));
        if self.json {
            ui::json(&rows);
        } else if rows.is_empty() {
            ui::note("no model of that kind");
            if let Some(near) = meant {
                ui::hint(format!("did you mean the provider: `codexgw models {near}`"));
            } else {
                let ids: Vec<&str> = settings.providers.keys().map(String::as_str).collect();
                ui::hint(format!("looked at {}; another: `codexgw models PROVIDER WORD`", ids.join(", ")));
            }
        } else {
            show(&rows);
        }
        for subject in subjects.iter().filter(|subject| !subject.can_be_asked()) {
            ui::hint(format!("its own list wants a key: `codexgw add {}`", subject.id));
        }
        Ok(0)
    }
}

/// Whose models, and the words to look for: the first word may be a provider.
fn subjects<'a>(settings: &Settings, words: &'a [String]) -> (Vec<Subject>, &'a [String]) {
    let configured =
        |(id, provider): (&String, &Provider)| Subject { id: id.clone(), provider: provider.clone(), configured: true };
    let all = || settings.providers.iter();
    let Some((first, rest)) = words.split_first() else { return (all().map(configured).collect(), words) };
    if let Some(found) = settings.providers.get_key_value(first) {
        return (vec![configured(found)], rest);
    }
    let Some(template) = catalog::provider(first) else { return (all().map(configured).collect(), words) };
    let of_template: Vec<Subject> = all()
        .filter(|(_, provider)| provider.template.as_deref() == Some(template.id.as_str()))
        .map(configured)
        .collect();
    if of_template.is_empty() { (vec![unconfigured(template)], rest) } else { (of_template, rest) }
}

fn unconfigured(template: &ProviderTemplate) -> Subject {
    Subject { id: template.id.clone(), provider: unkeyed(template), configured: false }
}

impl Subject {
    /// Whether it can be asked: a provider that is not set up has no key, and perhaps no address.
    fn can_be_asked(&self) -> bool {
        let template = || self.provider.template.as_deref().and_then(catalog::provider);
        self.configured
            || template().is_some_and(|template| {
                let is_public = template.key_check_path.is_some() || !template.auth.is_required();
                is_public && catalog::parts(&template.base_url).is_empty()
            })
    }
}

/// What each of them lists. Whoever does not answer is named.
fn ask(context: &Context, subjects: &[Subject]) -> BTreeMap<String, Vec<(String, ModelFacts)>> {
    let asked: Vec<(&str, &Provider)> = subjects
        .iter()
        .filter(|subject| subject.can_be_asked())
        .map(|subject| (subject.id.as_str(), &subject.provider))
        .collect();
    let answers = probe::roll_call(&context.home, &asked, |_| Vec::new());
    let mut told = BTreeMap::new();
    for ((id, _), answer) in asked.into_iter().zip(answers) {
        match answer {
            Ok(models) => {
                told.insert(id.to_owned(), models.list);
            }
            Err(e) => {
                ui::warn(format!("`{id}` lists nothing: {e}"), e.hints().first().map(String::as_str));
            }
        }
    }
    told
}

/// The models of one provider: those chosen first, then as it lists them; without a list, what is known beforehand.
fn rows(subject: &Subject, told: Option<&Vec<(String, ModelFacts)>>) -> Vec<Row> {
    let Subject { id, provider, configured } = subject;
    let listed: BTreeMap<&str, &ModelFacts> =
        told.into_iter().flatten().map(|(model, facts)| (model.as_str(), facts)).collect();
    // That of a template is a mere proposal, of no interest beside a list.
    let chosen = provider.chosen().filter(|_| *configured || listed.is_empty());
    let mut names: Vec<&str> = chosen.map(String::as_str).collect();
    let of_maker: Vec<&str> =
        provider.template.as_deref().into_iter().flat_map(catalog::models_of).filter(|_| listed.is_empty()).collect();
    for model in told.into_iter().flatten().map(|(model, _)| model.as_str()).chain(of_maker) {
        if !names.contains(&model) {
            names.push(model);
        }
    }
    let row = |model: &str| {
        let known = provider.facts(model);
        let facts = match listed.get(model) {
            Some(&said) => said.clone().merged_over(&known),
            None => known,
        };
        Row {
            provider: id.clone(),
            model: model.to_owned(),
            chosen: *configured && (provider.models.contains_key(model) || provider.model == model),
            first: *configured && provider.model == model,
            facts,
        }
    };
    names.into_iter().map(row).collect()
}

fn show(rows: &[Row]) {
    ui::line(ui::table(&HEADER, rows.iter().map(Row::columns)));
    if rows.iter().any(|row| row.chosen) {
        ui::note("* chosen here, so in Codex's picker");
    }
    let dates = || rows.iter().filter_map(|row| row.facts.price.as_ref()?.as_of.as_deref());
    if rows.iter().any(|row| row.facts.price.is_some()) {
        let since = dates().min().map(|date| format!(", some as of {date}")).unwrap_or_default();
        ui::note(format!("prices in US dollars per million tokens{since}"));
    }
}
