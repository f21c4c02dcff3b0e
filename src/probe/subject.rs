//! A provider to be asked, with all that it takes.

use std::collections::BTreeMap;

use super::Target;
use crate::catalog::{self, KeyForm, ProviderTemplate};
use crate::error::{Error, Result};
use crate::secret::{Secret, Vault};
use crate::settings::{Home, KeyStore, Provider, Wire};

/// A provider to be asked: one that is configured, one that only the catalogue knows, or an address.
pub struct Subject {
    /// Shown name.
    pub name: String,
    /// Its template.
    pub template: Option<&'static ProviderTemplate>,
    /// Its base URL as far as it is known.
    pub base_url: String,
    /// The key.
    pub key: Option<Secret>,
    /// The header that it goes in, where that is known.
    pub key_form: Option<KeyForm>,
    /// Headers that are no secrets.
    pub headers: BTreeMap<String, String>,
    /// Headers that are.
    pub secret_headers: Vec<(String, Secret)>,
    /// Query parameters of every request.
    pub query: BTreeMap<String, String>,
    /// The model to ask, unless another is named.
    pub model: Option<String>,
    /// What it is thought to speak.
    pub wire: Option<Wire>,
    /// Quirks that are known already.
    pub quirks: Vec<String>,
    /// How it is configured, with its id.
    pub configured: Option<(String, Provider)>,
}

impl Subject {
    /// A configured provider with its key out of the vault; `variable` reads the environment.
    ///
    /// # Errors
    /// When its key cannot be had.
    pub fn of_provider(
        id: &str,
        provider: &Provider,
        vault: &Vault<'_>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Self> {
        let key = match provider.key {
            KeyStore::None => None,
            KeyStore::Env => provider.env_key.as_deref().and_then(variable).map(Secret::new),
            store => Some(vault.key(id, store, &provider.key_command)?),
        };
        let header = |name: &String| Ok((name.clone(), vault.header(id, name, provider.key)?));
        let template = provider.template.as_deref().and_then(catalog::provider);
        let of_template = || template.map(|template| template.quirks.clone()).unwrap_or_default();
        Ok(Self {
            name: provider.name.clone(),
            template,
            base_url: provider.base_url.clone(),
            key,
            key_form: Some(provider.key_form()),
            headers: provider.headers.clone(),
            secret_headers: provider.secret_headers.iter().map(header).collect::<Result<_>>()?,
            query: provider.query.clone(),
            model: Some(provider.model.clone()),
            wire: Some(provider.wire),
            quirks: provider.quirks.clone().unwrap_or_else(of_template),
            configured: Some((id.to_owned(), provider.clone())),
        })
    }

    /// A configured provider, a key in a variable read from this process.
    ///
    /// # Errors
    /// When the key or the value of a header is not where the settings say.
    pub fn of_settings(home: &Home, id: &str, provider: &Provider) -> Result<Self> {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let subject = Self::of_provider(id, provider, &Vault::new(home), variable)?;
        if provider.key == KeyStore::Env && subject.key.is_none() {
            let name = provider.env_key.as_deref().unwrap_or_default();
            return Err(Error::fixable(format!("the key of `{id}` is in a variable that is not set here"))
                .hint(format!("set it: `export {name}=…`; or store the key: `codexgw key set {id}`")));
        }
        Ok(subject)
    }

    /// A provider as its template knows it.
    #[must_use]
    pub fn of_template(template: &'static ProviderTemplate, base_url: &str, key: Option<Secret>) -> Self {
        Self {
            name: template.name.clone(),
            template: Some(template),
            base_url: base_url.to_owned(),
            key,
            key_form: template.auth.form(),
            headers: template.headers.clone(),
            secret_headers: Vec::new(),
            query: template.query.clone(),
            model: template.model.clone(),
            wire: Some(template.wire),
            quirks: template.quirks.clone(),
            configured: None,
        }
    }

    /// An address. One that lies under a template's is that provider's.
    #[must_use]
    pub fn of_url(base_url: &str, key: Option<Secret>) -> Self {
        let under = |template: &&'static ProviderTemplate| {
            let rest = base_url.trim().strip_prefix(template.base_url.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let template = catalog::providers().filter(under).max_by_key(|template| template.base_url.len());
        match template {
            Some(template) => Self::of_template(template, base_url, key),
            None => Self {
                name: super::survey::host(base_url),
                template: None,
                base_url: base_url.to_owned(),
                key,
                key_form: None,
                headers: BTreeMap::new(),
                secret_headers: Vec::new(),
                query: BTreeMap::new(),
                model: None,
                wire: None,
                quirks: Vec::new(),
                configured: None,
            },
        }
    }

    /// Whom to ask.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        Target {
            base_url: self.base_url.clone(),
            key: self.key.as_ref(),
            key_form: self.key_form,
            headers: &self.headers,
            secret_headers: &self.secret_headers,
            query: &self.query,
            models_path: self.template.and_then(|template| template.models_path.as_deref()),
            name: &self.name,
            keys_url: self.template.and_then(|template| template.keys_url.as_deref()),
        }
    }
}
