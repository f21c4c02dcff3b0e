//! Where a model lives: the settings file, looked at again whenever it has changed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use fs_err as fs;
use url::Url;

use super::learned::Learned;
use crate::catalog;
use crate::error::{Error, Result};
use crate::protocol::Quirks;
use crate::protocol::messages::Abilities;
use crate::settings::{Home, Provider, Settings};

/// The settings of a running gateway.
pub(super) struct Directory {
    home: Home,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Those of the settings and of what was learnt.
    stamps: [Option<Stamp>; 2],
    catalogue: Arc<Catalogue>,
}

/// What tells that a file has changed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
}

impl Stamp {
    fn of(file: &Path) -> Option<Self> {
        fs::metadata(file).ok().map(|meta| Self { modified: meta.modified().ok(), len: meta.len() })
    }
}

impl Directory {
    /// Nothing read yet.
    pub(super) fn new(home: Home) -> Self {
        Self { home, state: Mutex::default() }
    }

    /// The providers as the file has them now. While it cannot be read, the last good ones stay.
    pub(super) fn current(&self) -> Arc<Catalogue> {
        let file = self.home.settings_file();
        let stamps = [Stamp::of(&file), Stamp::of(&Learned::file(&self.home))];
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if stamps != state.stamps {
            state.stamps = stamps;
            match Settings::read(&file) {
                Ok(settings) => state.catalogue = Arc::new(Catalogue::new(settings, Learned::read(&self.home))),
                Err(error) => {
                    tracing::warn!(cause = ?error.causes(), "the settings cannot be read; the last good ones stay");
                }
            }
        }
        Arc::clone(&state.catalogue)
    }

    /// Keeps what refusals of a model have taught.
    pub(super) fn learn<'a>(&self, id: &str, model: &str, quirks: impl Iterator<Item = &'a str>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(provider) = state.catalogue.settings.providers.get(id) else { return };
        let mut learned = Learned::read(&self.home);
        quirks.for_each(|quirk| learned.add(id, provider, model, quirk));
        if let Err(error) = learned.write(&self.home) {
            tracing::warn!(provider = id, causes = ?error.causes(), "what was learnt cannot be kept");
        }
        // Two lessons within one tick of the file system's clock may have stamps alike.
        state.stamps = [None, None];
    }
}

/// Providers with everything that a request needs of them.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    /// The settings file.
    pub settings: Settings,
    quirks: BTreeMap<String, Quirks>,
    learned: Learned,
}

/// Where a request goes.
#[derive(Debug)]
pub(super) struct Route<'a> {
    /// Provider id.
    pub id: &'a str,
    /// The provider.
    pub provider: &'a Provider,
    /// What it does differently, and the efforts of the model where that matters.
    pub quirks: Cow<'a, Quirks>,
    /// The upstream's own name of the model.
    pub model: &'a str,
}

impl Route<'_> {
    /// How many tokens the model takes, where that is known.
    pub(super) fn window(&self) -> Option<u64> {
        let said = self.provider.models.get(self.model).and_then(|facts| facts.context);
        said.or_else(|| catalog::model_facts(self.model)?.context)
    }

    /// Where a person finds the provider's keys.
    pub(super) fn keys_url(&self) -> Option<&'static str> {
        self.provider.template.as_deref().and_then(catalog::provider)?.keys_url.as_deref()
    }

    /// What the model can do.
    pub(super) fn abilities(&self) -> Abilities {
        self.provider.facts(self.model).abilities(self.model)
    }
}

impl Catalogue {
    fn new(settings: Settings, learned: Learned) -> Self {
        let quirks = settings.providers.iter().map(|(id, provider)| (id.clone(), quirks_of(id, provider))).collect();
        Self { settings, quirks, learned }
    }

    /// Splits `<provider>/<model>` at the first `/`. A model that we do not know passes under its own name.
    ///
    /// # Errors
    /// When there is no such provider, or the gateway cannot have its key.
    pub(super) fn route<'a>(&'a self, name: &'a str) -> Result<Route<'a>> {
        let (id, model) = name.split_once('/').filter(|(_, model)| !model.is_empty()).ok_or_else(|| {
            let name = shown(name);
            Error::fixable(format!("the model `{name}` does not say whose it is"))
                .cause(format!("the gateway's models are named `<provider>/<model>`; providers here: {}", self.ids()))
                .hint("choose one with `/model`, or `codexgw use <provider>/<model>`")
        })?;
        let (Some((id, provider)), Some(quirks)) = (self.settings.providers.get_key_value(id), self.quirks.get(id))
        else {
            let id = shown(id);
            return Err(Error::fixable(format!("there is no provider `{id}`"))
                .cause(format!("providers here: {}", self.ids()))
                .hint(format!("`codexgw add {id}`, or `codexgw list`")));
        };
        let mut quirks = for_model(quirks, provider, model);
        for quirk in self.learned.of_model(id, provider, model) {
            quirks.to_mut().set(quirk);
        }
        if provider.facts(model).images == Some(false) {
            quirks.to_mut().images_rejected = true;
        }
        Ok(Route { id, provider, quirks, model })
    }

    fn ids(&self) -> String {
        let ids: Vec<_> = self.settings.providers.keys().map(|id| format!("`{id}`")).collect();
        if ids.is_empty() { "none".to_owned() } else { ids.join(", ") }
    }
}

/// The provider's own flags, else its template's.
fn quirks_of(id: &str, provider: &Provider) -> Quirks {
    let names = provider.quirks.clone().unwrap_or_else(|| template_quirks(provider));
    let (mut quirks, unknown) = Quirks::from_names(&names);
    if is_openai(provider) {
        quirks.prompt_cache_key_required = true;
        quirks.late_system = true;
        quirks.file_parts = true;
    } else {
        quirks.compact_unsupported = true;
        quirks.additional_tools_unsupported = true;
    }
    if !unknown.is_empty() {
        tracing::warn!(provider = id, ?unknown, "unknown quirks are passed over");
    }
    quirks
}

/// Whether the upstream is `OpenAI` itself, also as Azure serves it. To send another what Codex sends to it alone is to
/// risk the session: it ends unless a compaction item comes (codex-facts G19).
fn is_openai(provider: &Provider) -> bool {
    const HOSTS: [&str; 4] =
        ["api.openai.com", ".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com"];
    let url = Url::parse(&provider.base_url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    HOSTS.iter().any(|known| if known.starts_with('.') { host.ends_with(known) } else { host == *known })
}

/// Adds the efforts that the model is known to have. What the provider said of it goes before our own table.
fn for_model<'a>(quirks: &'a Quirks, provider: &Provider, model: &str) -> Cow<'a, Quirks> {
    let facts = [provider.models.get(model), catalog::model_facts(model)];
    let facts = facts.into_iter().flatten();
    let efforts = facts.clone().map(|facts| &facts.efforts).find(|efforts| !efforts.is_empty());
    if efforts.is_none() {
        return Cow::Borrowed(quirks);
    }
    let mut quirks = quirks.clone();
    quirks.efforts.extend(efforts.into_iter().flatten().cloned());
    Cow::Owned(quirks)
}

fn template_quirks(provider: &Provider) -> Vec<String> {
    let template = provider.template.as_deref().and_then(catalog::provider);
    template.map(|template| template.quirks.clone()).unwrap_or_default()
}

/// A name from outside, short and harmless enough to be repeated.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(100).collect()
}
