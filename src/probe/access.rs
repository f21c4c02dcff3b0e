//! What it takes to ask a provider that is set up: where it is, and its key.

use std::collections::BTreeMap;

use super::Target;
use crate::catalog::{self, ProviderTemplate};
use crate::error::{Error, Result};
use crate::protocol::gemini::Safety;
use crate::secret::{Secret, Vault};
use crate::settings::{Home, KeyStore, Provider, Road};

/// A provider with its secrets at hand.
pub struct Access<'a> {
    provider: &'a Provider,
    key: Option<Secret>,
    secret_headers: Vec<(String, Secret)>,
}

impl<'a> Access<'a> {
    /// Fetches the secrets. Ends within some seconds, and asks the person nothing.
    ///
    /// # Errors
    /// When the key or the value of a header is not where the settings say.
    pub fn fetch(home: &Home, id: &str, provider: &'a Provider) -> Result<Self> {
        let vault = Vault::new(home);
        let key = match provider.key {
            KeyStore::None => None,
            KeyStore::Env => Some(from_variable(id, provider)?),
            store => Some(vault.key(id, store, &provider.key_command)?),
        };
        let header = |name: &String| Ok((name.clone(), vault.header(id, name, provider.key)?));
        let secret_headers = provider.secret_headers.iter().map(header).collect::<Result<_>>()?;
        Ok(Self { provider, key, secret_headers })
    }

    /// Whom to ask, and with what.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        let template = self.provider.template.as_deref().and_then(catalog::provider);
        Target {
            base_url: self.provider.base_url.clone(),
            key: self.key.as_ref(),
            key_form: Some(self.provider.key_form()),
            headers: &self.provider.headers,
            secret_headers: &self.secret_headers,
            query: &self.provider.query,
            models_path: template.and_then(|template| template.models_path.as_deref()),
            name: &self.provider.name,
            keys_url: template.and_then(|template| template.keys_url.as_deref()),
        }
    }

    /// Hands the key on.
    #[must_use]
    pub fn into_key(self) -> Option<Secret> {
        self.key
    }
}

fn from_variable(id: &str, provider: &Provider) -> Result<Secret> {
    let name = provider.env_key.as_deref().unwrap_or_default();
    std::env::var(name).ok().filter(|value| !value.is_empty()).map(Secret::new).ok_or_else(|| {
        Error::fixable(format!("the key of `{id}` is in a variable that is not set here"))
            .hint(format!("set it: `export {name}=…`; or store the key: `codexgw key set {id}`"))
    })
}

/// A provider as its template alone has it, without a key: enough to ask for a list that is public.
#[must_use]
pub fn unkeyed(template: &ProviderTemplate) -> Provider {
    Provider {
        name: template.name.clone(),
        template: Some(template.id.clone()),
        base_url: template.base_url.clone(),
        road: Road::Gateway,
        wire: template.wire,
        key: KeyStore::None,
        key_form: None,
        env_key: None,
        key_command: Vec::new(),
        headers: template.headers.clone(),
        secret_headers: Vec::new(),
        query: template.query.clone(),
        quirks: None,
        safety: Safety::default(),
        model: template.model.clone().unwrap_or_default(),
        models: BTreeMap::new(),
    }
}
