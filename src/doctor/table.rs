//! A provider's table in one of Codex's files.

use crate::catalog::{self, ProviderTemplate};
use crate::config::{Change, Document};
use crate::settings::{Road, Wire};
use crate::setup::GATEWAY_ID;

use super::{Choice, Fix, World};

/// `[model_providers.<id>]`.
#[derive(Clone, Copy)]
pub struct ProviderTable<'w> {
    /// The file.
    pub document: &'w Document,
    /// The id.
    pub id: &'w str,
}

impl<'w> ProviderTable<'w> {
    /// What stands for a model that only the person can name.
    pub const ANY_MODEL: &'static str = "MODEL";

    /// All of one file.
    pub fn all(document: &'w Document) -> impl Iterator<Item = Self> {
        let tables = document.get(&["model_providers"]).and_then(toml_edit::Item::as_table_like);
        tables.into_iter().flat_map(toml_edit::TableLike::iter).map(move |(id, _)| Self { document, id })
    }

    /// The path of one of its keys.
    #[must_use]
    pub fn path<'k>(&self, key: &'k str) -> [&'k str; 3]
    where
        'w: 'k,
    {
        ["model_providers", self.id, key]
    }

    /// The string at one of its keys.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&'w str> {
        self.document.get_str(&["model_providers", self.id, key])
    }

    /// Whether it has that key.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.document.get(&["model_providers", self.id, key]).is_some()
    }

    /// Where one of its keys stands, or the table when the key does not.
    #[must_use]
    pub fn place(&self, key: &str) -> String {
        let path = ["model_providers", self.id, key];
        World::place(self.document, if self.has(key) { &path } else { &path[..2] })
    }

    /// Whether codexgw wrote it: it belongs to the gateway, or to a provider of ours that Codex asks itself.
    #[must_use]
    pub fn is_ours(&self, world: &World) -> bool {
        let ours = world.settings.as_ref().ok().and_then(|settings| settings.providers.get(self.id));
        self.id == GATEWAY_ID || ours.is_some_and(|provider| provider.road == Road::Direct)
    }

    /// The provider that we know at this address.
    #[must_use]
    pub fn template(&self) -> Option<&'static ProviderTemplate> {
        template_at(self.text("base_url")?)
    }

    /// The command that puts it behind the gateway, which asks it in this wire, with all that refers to it. `model` is
    /// one to start with; without it, where no file names one, it is left to the person as [`Self::ANY_MODEL`].
    #[must_use]
    pub fn behind_gateway(&self, world: &World, wire: Wire, model: Option<&str>) -> Vec<String> {
        let mut words = vec!["migrate".to_owned(), "--speaks".to_owned(), format!("{}={}", self.id, wire.name())];
        let is_chosen = |choice: &Choice<'_>| choice.text("model_provider") == Some(self.id) && choice.has("model");
        let has_model = self.template().is_some_and(|template| template.model.is_some());
        if model.is_some() || !(has_model || world.choices().iter().any(is_chosen)) {
            words.extend(["--model".to_owned(), model.unwrap_or(Self::ANY_MODEL).to_owned()]);
        }
        if self.has_secret() && !world.has_keyring() {
            words.extend(["--store".to_owned(), "file".to_owned()]);
        }
        words.push("--yes".to_owned());
        words
    }

    /// Whether it names a key, or holds one.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        ["env_key", "experimental_bearer_token", "env_http_headers"].iter().any(|key| self.has(key))
    }

    /// A change of one key.
    #[must_use]
    pub fn change(&self, change: Change, label: &'static str) -> Fix {
        Fix::Edit { file: self.document.path().to_path_buf(), changes: vec![change], label }
    }
}

/// The provider that we know at the host of this address, one with the same path first.
#[must_use]
pub fn template_at(url: &str) -> Option<&'static ProviderTemplate> {
    let url = url::Url::parse(url).ok()?;
    let host = url.host_str()?.to_ascii_lowercase();
    let same_host = |template: &&ProviderTemplate| {
        let known = url::Url::parse(&template.base_url).ok();
        known.is_some_and(|known| known.host_str() == Some(host.as_str())) && !crate::probe::is_loopback(url.as_str())
    };
    let path = url.path().trim_end_matches('/');
    let all: Vec<_> = catalog::providers().filter(same_host).collect();
    let same_path =
        all.iter().find(|t| url::Url::parse(&t.base_url).is_ok_and(|u| u.path().trim_end_matches('/') == path));
    same_path.or(all.first()).copied()
}
