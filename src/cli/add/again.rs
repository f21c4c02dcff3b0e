//! Adding a provider of the person's own once more: what is not said anew is as the settings have it.

use crate::catalog;
use crate::settings::{KeyStore, Provider};
use crate::setup::Setup;

use super::{Args, KeyHeader, ViaChoice};

impl Args {
    /// With what the settings know of the provider, when it is named by its id here and no template has that name.
    pub(super) fn completed(mut self, setup: &Setup) -> Self {
        let id = self.provider.clone();
        let Some(known) = setup.settings.providers.get(&id).filter(|_| catalog::provider(&id).is_none()) else {
            return self;
        };
        self.provider = known.template.clone().unwrap_or_else(|| "custom".to_owned());
        if self.base_url.is_none() && self.endpoint.is_none() {
            self.base_url = Some(known.base_url.clone());
        }
        if self.model.is_empty() {
            let others = known.models.keys().filter(|name| **name != known.model);
            self.model = std::iter::once(&known.model).chain(others).cloned().collect();
        }
        if self.profile.is_none() && !setup.settings.profiles.contains_key(&id) {
            let mut profiles = setup.settings.profiles.iter();
            self.profile = profiles.find(|(_, profile)| profile.provider == id).map(|(name, _)| name.clone());
        }
        self.keep_key(known);
        let named = |given: &[String], name: &str| {
            given.iter().any(|pair| pair.split_once('=').is_some_and(|(other, _)| other.trim() == name))
        };
        let kept = |(name, value): (&String, &String)| format!("{name}={value}");
        let headers = known.headers.iter().filter(|(name, _)| !named(&self.headers, name)).map(kept);
        let headers: Vec<String> = headers.collect();
        let query: Vec<String> = known.query.iter().filter(|(name, _)| !named(&self.query, name)).map(kept).collect();
        self.headers.extend(headers);
        self.query.extend(query);
        let secret = known.secret_headers.iter().filter(|name| !self.secret_headers.contains(name));
        self.kept_headers = secret.cloned().collect();
        self.id = self.id.or(Some(id));
        self
    }

    /// A stored key is found by the id.
    fn keep_key(&mut self, known: &Provider) {
        self.key_header = self.key_header.or(known.key_form.map(KeyHeader::from));
        let is_given = self.key_stdin || self.key_from_env.is_some() || self.key_command.is_some();
        if known.key != KeyStore::Env || is_given || self.env_key.is_some() {
            return;
        }
        // The gateway does not see the variable.
        if self.via == Some(ViaChoice::Gateway) || self.default {
            self.key_from_env.clone_from(&known.env_key);
        } else {
            self.env_key.clone_from(&known.env_key);
        }
    }
}
