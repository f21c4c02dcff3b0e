//! The default provider: the three top-level keys of `config.toml` that `use` sets and `off` puts back.

use toml_edit::Value;

use crate::config::Change;
use crate::error::{Error, Result};
use crate::settings::{DefaultChoice, Previous, Road};

use super::provider::unknown_provider;
use super::{GATEWAY_ID, RoadMove, Setup, TokenCommand, slug};

/// What `use` was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseTarget {
    /// Provider id.
    pub provider: String,
    /// The upstream's own name of the model.
    pub model: String,
}

impl Setup {
    /// Reads `<provider>`, `<provider>/<model>` or `<profile>`.
    ///
    /// # Errors
    /// When nothing of that name is configured.
    pub fn use_target(&self, words: &str) -> Result<UseTarget> {
        if let Some(provider) = self.settings.providers.get(words) {
            return Ok(UseTarget { provider: words.to_owned(), model: provider.model.clone() });
        }
        if let Some(record) = self.settings.profiles.get(words) {
            return Ok(UseTarget { provider: record.provider.clone(), model: record.model.clone() });
        }
        if let Some((provider, model)) = words.split_once('/')
            && self.settings.providers.contains_key(provider)
            && !model.is_empty()
        {
            return Ok(UseTarget { provider: provider.to_owned(), model: model.to_owned() });
        }
        let id = words.split('/').next().unwrap_or(words);
        Err(unknown_provider(id, self.settings.providers.keys()))
    }

    /// Makes a provider and model Codex's default, on the gateway road, and remembers what stood there.
    ///
    /// # Errors
    /// When the provider cannot go through the gateway, or the person has a table of its name.
    pub fn set_default(&mut self, target: &UseTarget, command: &TokenCommand) -> Result<Option<RoadMove>> {
        self.check_gateway_table()?;
        let moved = self.move_to_gateway(&target.provider, command)?;
        if !self.config_has(&["model_providers", GATEWAY_ID]) {
            // Another tool that writes the whole file leaves out what it does not know.
            let table = self.gateway_change(command)?;
            self.edit_config([table]);
        }
        let facts = crate::catalog::model_facts(&target.model).cloned().unwrap_or_default();
        let provider = self.provider_mut(&target.provider)?;
        let facts = provider.models.entry(target.model.clone()).or_insert(facts);
        let efforts = facts.efforts.clone();

        let previous = match &self.settings.default {
            Some(choice) if self.default_is_ours() => choice.previous.clone(),
            _ => self.top_level(),
        };
        let set = |key: &str, value: &str| Change::Set { path: vec![key.to_owned()], value: Value::from(value) };
        let model = slug(&target.provider, &target.model, Road::Gateway);
        let mut changes = vec![set("model_provider", GATEWAY_ID), set("model", &model)];
        if let Some(effort) = self.config_str(&["model_reasoning_effort"])
            && !efforts.is_empty()
            && !efforts.iter().any(|known| known == effort)
        {
            // The former model's effort is sent as it stands, and one that the new model does not have is an error.
            let middle = &efforts[efforts.len() / 2];
            changes.push(set("model_reasoning_effort", middle));
        }
        self.edit_config(changes);
        let UseTarget { provider, model } = target.clone();
        self.settings.default = Some(DefaultChoice { provider, model, previous });
        Ok(moved)
    }

    /// Puts back what stood at the top of `config.toml` before `use`; a choice that the person made since is left
    /// alone. Tells whether anything was ours.
    pub fn clear_default(&mut self) -> bool {
        let choice = self.settings.default.take();
        if !self.default_is_ours() {
            return choice.is_some();
        }
        let previous = choice.map(|choice| choice.previous).unwrap_or_default();
        let keys = [
            ("model_provider", previous.model_provider),
            ("model", previous.model),
            ("model_reasoning_effort", previous.model_reasoning_effort),
        ];
        let mut changes = Vec::new();
        for (key, former) in keys {
            let path = vec![key.to_owned()];
            match former {
                Some(source) => changes.push(Change::Restore { path, source }),
                None if self.config_has(&[key]) => changes.push(Change::Remove { path }),
                None => {}
            }
        }
        self.edit_config(changes);
        true
    }

    /// Whether Codex's default provider is the gateway, and not the person's own of that name.
    #[must_use]
    pub fn default_is_ours(&self) -> bool {
        self.config_str(&["model_provider"]) == Some(GATEWAY_ID) && !self.gateway_table_is_foreign()
    }

    fn top_level(&self) -> Previous {
        let source = |key: &str| self.config().and_then(|document| document.source(&[key]));
        Previous {
            model_provider: source("model_provider"),
            model: source("model"),
            model_reasoning_effort: source("model_reasoning_effort"),
        }
    }
}

/// The error for a default that cannot be changed because a file does not parse is raised by [`Setup::load`]; this
/// one is for a person who asks `off` where nothing is on.
#[must_use]
pub fn nothing_to_put_back() -> Error {
    Error::fixable("Codex's default provider is not codexgw's").hint("see what is configured: `codexgw list`")
}
