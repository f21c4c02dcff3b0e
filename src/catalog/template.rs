//! The shape of a provider template.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Endpoint, KeyForm};
use crate::protocol::Wire;

/// One provider as `templates/providers/<id>.toml` describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderTemplate {
    /// Provider id: the file's name.
    pub id: String,
    /// Shown name. Never `OpenAI` or `Azure`: Codex turns on remote compaction for those.
    pub name: String,
    /// Other names that `add` accepts.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Profile name to offer when it is not the id (`claude` for Anthropic).
    #[serde(default)]
    pub profile: Option<String>,
    /// Provider id to offer when the template's own is one that Codex keeps for itself (`ollama-local` for `ollama`).
    #[serde(default)]
    pub default_id: Option<String>,
    /// Base URL without a trailing slash. Parts that only the person knows stand in braces: `{region}`.
    pub base_url: String,
    /// Whom the base URL is for, where there are further [`endpoints`](Self::endpoints): `pay-as-you-go keys`.
    #[serde(default)]
    pub base_url_for: Option<String>,
    /// Further places where it answers: other regions, other plans.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// How the key is sent.
    pub auth: Auth,
    /// The variable that the provider's own documentation uses for the key.
    #[serde(default)]
    pub env: Option<String>,
    /// What a key starts with; a mismatch is a warning, never a refusal.
    #[serde(default)]
    pub key_prefixes: Vec<String>,
    /// Where a person gets a key.
    #[serde(default)]
    pub keys_url: Option<String>,
    /// Its documentation.
    #[serde(default)]
    pub docs: Option<String>,
    /// The wire to use when the probe is skipped.
    pub wire: Wire,
    /// Further wires that its documentation has under the same base URL.
    #[serde(default)]
    pub wires: Vec<Wire>,
    /// Path of the model list under the base URL.
    #[serde(default)]
    pub models_path: Option<String>,
    /// Path under the base URL that answers 401 or 403 to a wrong key, where the model list is public.
    #[serde(default)]
    pub key_check_path: Option<String>,
    /// A model to start with.
    #[serde(default)]
    pub model: Option<String>,
    /// Quirk flags (see [`crate::protocol::Quirks`]).
    #[serde(default)]
    pub quirks: Vec<String>,
    /// Headers to send along.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Query parameters of every request.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// One line that a person should know before adding it.
    #[serde(default)]
    pub note: Option<String>,
    /// What the provider answers, for tests alone ([`Fixture`](super::fixture)).
    #[serde(default, rename = "fixture")]
    pub(super) _fixture: IgnoredAny,
    /// Where the template comes from.
    #[serde(skip)]
    pub origin: Origin,
}

/// Where a template comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// It is built into the program.
    #[default]
    Embedded,
    /// It is the person's own.
    Own {
        /// Its file.
        file: PathBuf,
        /// Whether an embedded one of the same id is out of sight because of it.
        replaces: bool,
    },
}

impl ProviderTemplate {
    /// The provider id to offer: the one that both Codex and codexgw take.
    #[must_use]
    pub fn default_id(&self) -> &str {
        self.default_id.as_deref().unwrap_or(&self.id)
    }

    /// The profile name to offer.
    #[must_use]
    pub fn default_profile(&self) -> &str {
        self.profile.as_deref().unwrap_or_else(|| self.default_id())
    }

    /// The base URLs of all its endpoints, its own first.
    pub fn base_urls(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.base_url.as_str()).chain(self.endpoints.iter().map(|endpoint| endpoint.base_url.as_str()))
    }

    /// The id and all aliases.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

/// The parts of a base URL that only the person knows, each once.
#[must_use]
pub fn parts(base_url: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    for piece in base_url.split('{').skip(1) {
        if let Some((part, _)) = piece.split_once('}')
            && !parts.contains(&part)
        {
            parts.push(part);
        }
    }
    parts
}

/// How a provider wants its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// `Authorization: Bearer <key>`.
    Bearer,
    /// The same, but a server without a key takes requests too.
    OptionalBearer,
    /// `x-api-key: <key>`.
    XApiKey,
    /// `x-goog-api-key: <key>`.
    XGoogApiKey,
    /// `api-key: <key>`.
    ApiKey,
    /// No key at all.
    None,
}

impl Auth {
    /// The header that the key goes in, where there is one.
    #[must_use]
    pub const fn form(self) -> Option<KeyForm> {
        match self {
            Self::Bearer | Self::OptionalBearer => Some(KeyForm::Bearer),
            Self::XApiKey => Some(KeyForm::XApiKey),
            Self::XGoogApiKey => Some(KeyForm::XGoogApiKey),
            Self::ApiKey => Some(KeyForm::ApiKey),
            Self::None => None,
        }
    }

    /// Whether nothing can be done without a key.
    #[must_use]
    pub const fn is_required(self) -> bool {
        !matches!(self, Self::OptionalBearer | Self::None)
    }
}
