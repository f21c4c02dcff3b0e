//! Which provider and model each place chooses, and what becomes of that when a provider's id changes.

use std::collections::BTreeMap;

use crate::config::Change;
use crate::error::Result;
use crate::settings::{DefaultChoice, Previous, ProfileRecord, Wire};
use crate::setup::GATEWAY_ID;

use super::world::{Scope, World};

/// What a provider id stands for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destiny {
    /// The same provider under another id.
    Renamed(String),
    /// Our provider of this id, still reached by Codex itself.
    Direct(String),
    /// Our provider of this id, behind the gateway.
    Gateway(String),
}

/// A place with what it chooses, as the files were read.
pub(super) struct Choice {
    scope: Scope,
    own_provider: Option<String>,
    own_model: Option<String>,
    /// With what it takes over from the top of `config.toml`.
    pub(super) provider: Option<String>,
    pub(super) model: Option<String>,
}

impl Choice {
    /// All of them.
    pub(super) fn all(world: &World<'_>) -> Result<Vec<Self>> {
        let config = world.config_file();
        let base = |key: &str| world.str(&config, &[key]);
        let (base_provider, base_model) = (base("model_provider"), base("model"));
        let choose = |scope: Scope| {
            let own = |key: &str| world.str(&scope.file, &scope.path(key));
            let (own_provider, own_model) = (own("model_provider"), own("model"));
            Self {
                provider: own_provider.clone().or_else(|| base_provider.clone()),
                model: own_model.clone().or_else(|| base_model.clone()),
                own_provider,
                own_model,
                scope,
            }
        };
        Ok(world.scopes()?.into_iter().map(choose).collect())
    }

    /// The models that are chosen of a provider, the default's first.
    pub(super) fn models(all: &[Self], provider: &str) -> Vec<String> {
        let mut models: Vec<String> = Vec::new();
        for choice in all.iter().filter(|choice| choice.provider.as_deref() == Some(provider)) {
            models.extend(choice.model.clone().filter(|model| !models.contains(model)));
        }
        models
    }
}

/// Makes every place choose what it chose before, under the names of now.
pub(super) fn follow(world: &mut World<'_>, choices: &[Choice], destinies: &BTreeMap<String, Destiny>) -> Result<()> {
    for choice in choices {
        let Some(destiny) = choice.provider.as_ref().and_then(|id| destinies.get(id)) else { continue };
        let (provider, model) = match destiny {
            Destiny::Renamed(id) | Destiny::Direct(id) => (id.clone(), choice.own_model.clone()),
            Destiny::Gateway(id) => {
                // A place that names either needs both: the other one may be that of another provider.
                let named = choice.own_provider.is_some() || choice.own_model.is_some();
                let model =
                    choice.model.clone().or_else(|| Some(world.setup.settings.providers.get(id)?.model.clone()));
                (GATEWAY_ID.to_owned(), model.filter(|_| named).map(|model| format!("{id}/{model}")))
            }
        };
        let mut changes = Vec::new();
        if choice.own_provider.is_some() {
            changes.push(Change::set(&choice.scope.path("model_provider"), provider));
        }
        if let Some(model) = model {
            changes.push(Change::set(&choice.scope.path("model"), model));
        }
        if let Destiny::Gateway(id) = destiny {
            changes.extend(no_web_search(world, &choice.scope, id)?);
        }
        world.change(&choice.scope.file.clone(), &changes)?;
    }
    Ok(())
}

/// Chat Completions has no web search to carry Codex's own over to.
fn no_web_search(world: &World<'_>, scope: &Scope, id: &str) -> Result<Option<Change>> {
    let is_chat = world.setup.settings.providers.get(id).is_some_and(|provider| provider.wire == Wire::Chat);
    let path = scope.path("web_search");
    let is_profile = scope.file != world.config_file() || !scope.at.is_empty();
    let absent = world.document(&scope.file)?.get(&path).is_none();
    Ok((is_chat && is_profile && absent).then(|| Change::set(&path, "disabled")))
}

/// Notes in our settings what now chooses a provider of ours, so that `off`, `remove` and `list` know of it.
pub(super) fn note_in_settings(world: &mut World<'_>) {
    for file in world.user_files() {
        let provider = world.str(&file, &["model_provider"]);
        let model = world.str(&file, &["model"]);
        let (Some(provider), Some(model)) = (provider, model) else { continue };
        let ours = if provider == GATEWAY_ID {
            model.split_once('/').map(|(id, model)| (id.to_owned(), model.to_owned()))
        } else {
            Some((provider, model))
        };
        let Some((provider, model)) = ours.filter(|(id, _)| world.setup.settings.providers.contains_key(id)) else {
            continue;
        };
        if file == world.config_file() {
            if world.str(&file, &["model_provider"]).as_deref() == Some(GATEWAY_ID)
                && world.setup.settings.default.is_none()
            {
                let previous = Previous::default();
                world.setup.settings.default = Some(DefaultChoice { provider, model, previous });
            }
        } else if let Some(name) = file.file_name().and_then(|name| name.to_str()?.strip_suffix(".config.toml")) {
            let record = ProfileRecord { provider, model, created: false };
            world.setup.settings.profiles.entry(name.to_owned()).or_insert(record);
        }
    }
}
