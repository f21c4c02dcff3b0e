//! The shape of a provider template.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::protocol::Wire;

/// One provider as `templates/providers/<id>.toml` describes it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
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
    /// Base URL without a trailing slash.
    pub base_url: String,
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
    /// Path of the model list under the base URL.
    #[serde(default)]
    pub models_path: Option<String>,
    /// A model to start with.
    #[serde(default)]
    pub model: Option<String>,
    /// Quirk flags (see [`crate::protocol::Quirks`]).
    #[serde(default)]
    pub quirks: Vec<String>,
    /// Headers to send along.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// One line that a person should know before adding it.
    #[serde(default)]
    pub note: Option<String>,
}

/// How a provider wants its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Auth {
    /// `Authorization: Bearer <key>`.
    Bearer,
    /// The same, but a server without a key takes requests too.
    OptionalBearer,
    /// No key at all.
    None,
}
