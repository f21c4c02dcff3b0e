//! Profile files: `$CODEX_HOME/<name>.config.toml`, of which only our own keys are ours.

use toml_edit::Value;

use crate::config::{Change, Document};
use crate::error::{Error, Result};
use crate::settings::{ProfileRecord, Road, Wire};

use super::{Setup, catalogue, codex_provider_id, slug};

/// The keys that belong to provider and model. `model_reasoning_effort` is written by Codex's `/model` beside `model`
/// and goes with it.
const KEYS: [&str; 5] = ["model_provider", "model", "web_search", "model_catalog_json", "model_reasoning_effort"];

impl Setup {
    /// Whether a profile of this name may be written.
    ///
    /// # Errors
    /// When the name is not one that Codex takes, or is taken by a file that is not ours.
    pub fn check_profile_name(&self, name: &str) -> Result<()> {
        let file = self.codex_home().profile_file(name)?;
        if self.config_has(&["profiles", name]) {
            return Err(Error::fixable(format!("`config.toml` still has the old table `[profiles.{name}]`"))
                .cause("Codex refuses `--profile` of that name while it is there")
                .hint("choose another name with `--profile NAME`, or move that table's settings to a file"));
        }
        let taken = |document: &Document| ["model", "model_provider"].iter().any(|key| document.get(&[key]).is_some());
        if !self.settings.profiles.contains_key(name) && Document::read(&file)?.as_ref().is_some_and(taken) {
            return Err(Error::fixable(format!("there is a profile `{name}` already"))
                .cause(format!("`{}` was not made by codexgw, so it is left alone", file.display()))
                .hint("choose another name with `--profile NAME`"));
        }
        Ok(())
    }

    /// Writes a profile for a provider and model of ours. A file that is not ours and names a model or provider of its
    /// own is never touched.
    ///
    /// # Errors
    /// When the name is not one that Codex takes, or is taken.
    pub fn put_profile(&mut self, name: &str, id: &str, model: &str) -> Result<()> {
        self.check_profile_name(name)?;
        let file = self.codex_home().profile_file(name)?;
        let present = Document::read(&file)?;
        let known = self.settings.profiles.get(name).cloned();
        let created = known.map_or(present.is_none(), |record| record.created);
        let provider = self.provider_mut(id)?;
        let (road, wire) = (provider.road, provider.wire);
        let codex_id = codex_provider_id(id, road).to_owned();

        let mut wanted: Vec<(&str, Value)> =
            vec![("model_provider", codex_id.as_str().into()), ("model", slug(id, model, road).into())];
        if road == Road::Gateway && wire == Wire::Chat {
            // Chat Completions has no web search to carry Codex's own over to.
            wanted.push(("web_search", "disabled".into()));
        }
        if road == Road::Direct || self.config_has(&["model_catalog_json"]) {
            let catalogue = catalogue::file(self.home(), &codex_id);
            wanted.push(("model_catalog_json", catalogue.to_string_lossy().into_owned().into()));
        }
        let stale = KEYS[..4].iter().filter(|key| {
            !wanted.iter().any(|(name, _)| name == *key)
                && present.as_ref().is_some_and(|document| document.get(&[key]).is_some())
        });
        let mut changes: Vec<Change> = stale.map(|key| Change::Remove { path: vec![(*key).to_owned()] }).collect();
        changes.extend(wanted.into_iter().map(|(key, value)| Change::Set { path: vec![key.to_owned()], value }));
        self.edit(&file, Self::when_empty(created), changes);
        let record = ProfileRecord { provider: id.to_owned(), model: model.to_owned(), created };
        self.settings.profiles.insert(name.to_owned(), record);
        Ok(())
    }

    /// Takes our keys out of a profile; the file goes when nothing else was in it.
    ///
    /// # Errors
    /// When the profile is not ours.
    pub fn remove_profile(&mut self, name: &str) -> Result<()> {
        let Some(record) = self.settings.profiles.remove(name) else {
            return Err(Error::fixable(format!("`{name}` is not a profile of codexgw"))
                .hint("see the profiles: `codexgw profile list`"));
        };
        let file = self.codex_home().profile_file(name)?;
        let Some(document) = Document::read(&file)? else { return Ok(()) };
        let present = KEYS.iter().filter(|key| document.get(&[key]).is_some());
        let changes: Vec<Change> = present.map(|key| Change::Remove { path: vec![(*key).to_owned()] }).collect();
        self.edit(&file, Self::when_empty(record.created), changes);
        Ok(())
    }

    /// The model that a profile names now: Codex's `/model` may have changed it since we wrote it.
    ///
    /// # Errors
    /// When there is no such profile file (Codex itself would silently run its default), or it does not parse.
    pub fn profile_choice(&self, name: &str) -> Result<ProfileChoice> {
        let file = self.codex_home().profile_file(name)?;
        let Some(document) = Document::read(&file)? else {
            let mut known: Vec<String> = self.settings.profiles.keys().map(|name| format!("`{name}`")).collect();
            known.sort();
            let error = Error::fixable(format!("there is no profile `{name}`"))
                .cause(format!("`{}` does not exist", file.display()));
            return Err(if known.is_empty() {
                error.hint("add a provider, and with it a profile: `codexgw add openrouter`")
            } else {
                error.hint(format!("there are {}; see `codexgw profile list`", known.join(", ")))
            });
        };
        let text = |key: &str| document.get_str(&[key]).map(str::to_owned);
        let own_or_base = |key: &str| text(key).or_else(|| self.config_str(&[key]).map(str::to_owned));
        Ok(ProfileChoice { provider: own_or_base("model_provider"), model: own_or_base("model") })
    }
}

/// What a profile chooses, in Codex's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileChoice {
    /// Codex's provider id.
    pub provider: Option<String>,
    /// The model as Codex sends it.
    pub model: Option<String>,
}
