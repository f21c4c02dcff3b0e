//! The shape of the settings file.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalog::{self, KeyForm, ModelFacts};
pub use crate::protocol::Wire;
pub use crate::protocol::gemini::Safety;

/// The whole settings file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Settings {
    /// Loopback port of the gateway, picked at the first gateway `add` and kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Which road `add` takes when the command does not say.
    #[serde(skip_serializing_if = "Via::is_auto")]
    pub via: Via,
    /// Whether the gateway refuses a request of which something cannot be carried over to the provider.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
    /// What `use` made the default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<DefaultChoice>,
    /// Whether Codex had no `config.toml` before us; an empty one goes again then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub config_created: bool,
    /// Providers by id.
    pub providers: BTreeMap<String, Provider>,
    /// Profile files that we wrote keys into, by name.
    pub profiles: BTreeMap<String, ProfileRecord>,
}

/// The road asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Via {
    /// Direct when the probe showed that the provider takes all of Codex, else the gateway.
    #[default]
    Auto,
    /// Codex talks to the provider itself.
    Direct,
    /// Codex talks to our gateway.
    Gateway,
}

impl Via {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it by reference")]
    fn is_auto(&self) -> bool {
        *self == Self::Auto
    }
}

/// The road a provider is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Road {
    /// Codex talks to the provider itself, through `[model_providers.<id>]`.
    Direct,
    /// Codex talks to our gateway, through `[model_providers.codexgw]`.
    Gateway,
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Provider {
    /// Shown name.
    pub name: String,
    /// The template it was made from; absent for `custom`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Base URL without a trailing slash; the path of the wire is appended.
    pub base_url: String,
    /// Direct or gateway.
    pub road: Road,
    /// What the upstream speaks.
    pub wire: Wire,
    /// Where the key is.
    pub key: KeyStore,
    /// In which header the key is sent; when absent, the one that is usual for the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_form: Option<KeyForm>,
    /// The variable Codex reads itself; only with [`KeyStore::Env`], direct road only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_key: Option<String>,
    /// The program with its arguments that prints the key; only with [`KeyStore::Command`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_command: Vec<String>,
    /// Headers sent along that are no secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// Names of headers whose values are secrets, kept beside the key under `<id>/<header>`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_headers: Vec<String>,
    /// Query parameters of every request, such as `api-version`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// Quirk flags measured or set for this provider; when absent, those of the template hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quirks: Option<Vec<String>>,
    /// How Gemini's content filters are set: `permissive` for code, or `unset` for the provider's own.
    #[serde(default, skip_serializing_if = "Safety::is_usual")]
    pub safety: Safety,
    /// The upstream's own name of the model to start with.
    pub model: String,
    /// The models that the person chose, by the upstream's own name, with what is known of each.
    #[serde(default)]
    pub models: BTreeMap<String, ModelFacts>,
}

impl Provider {
    /// The quirks that nobody knows, or that would take from a request what makes it one: no notice is taken of them.
    #[must_use]
    pub fn unusable_quirks(&self) -> Vec<String> {
        crate::protocol::Quirks::from_names(self.quirks.iter().flatten()).1
    }

    /// In which header the key is sent.
    #[must_use]
    pub fn key_form(&self) -> KeyForm {
        self.key_form.unwrap_or_else(|| KeyForm::of_wire(self.wire))
    }

    /// The models that Codex is told of: the one to start with first.
    pub fn chosen(&self) -> impl Iterator<Item = &String> {
        let others = self.models.keys().filter(|model| **model != self.model);
        std::iter::once(&self.model).filter(|model| !model.is_empty()).chain(others)
    }

    /// All that is known of a model here: what stands in the settings, the gaps filled from our own tables.
    #[must_use]
    pub fn facts(&self, model: &str) -> ModelFacts {
        let known = catalog::known(self.template.as_deref(), model);
        match self.models.get(model) {
            Some(said) => said.clone().merged_over(&known),
            None => known,
        }
    }
}

/// Where a provider's key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyStore {
    /// The OS keyring.
    Keyring,
    /// A 0600 file in the state folder, by explicit choice.
    File,
    /// Codex reads a variable itself (`env_key`); we hold nothing.
    Env,
    /// Another program prints it (`key_command`); we hold nothing.
    Command,
    /// The provider wants no key.
    None,
}

/// What `use` wrote, and what stood there before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct DefaultChoice {
    /// Provider id.
    pub provider: String,
    /// The upstream's own name of the model.
    pub model: String,
    /// The former top-level values.
    #[serde(default)]
    pub previous: Previous,
}

/// Former top-level values of `config.toml`, as TOML source text; absent when the key was not there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(deny_unknown_fields)]
pub struct Previous {
    /// That of `model_provider`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_provider: Option<String>,
    /// That of `model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// That of `model_reasoning_effort`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_reasoning_effort: Option<String>,
}

/// A profile file that we wrote keys into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ProfileRecord {
    /// Provider id.
    pub provider: String,
    /// The upstream's own name of the model it was made with (Codex's `/model` may have changed the file since).
    pub model: String,
    /// Whether the file did not exist before us.
    pub created: bool,
}
