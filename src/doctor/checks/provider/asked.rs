//! Whom to ask: the providers of codexgw's settings, and the tables that the person wrote into Codex's file.

use std::collections::BTreeMap;

use toml_edit::Item;

use crate::catalog::{self, KeyForm, ProviderTemplate, provider as template_of};
use crate::codex::is_built_in;
use crate::doctor::{Choice, ProviderTable, Subject, World};
use crate::launch::{PROXY_VARIABLES, Proxy};
use crate::probe::{Target, is_loopback};
use crate::secret::{Secret, Vault};
use crate::settings::{KeyStore, Provider, Road, Wire};
use crate::setup::GATEWAY_ID;

use super::super::web_search;

/// One provider, with all that asking it takes.
pub struct Asked<'w> {
    pub id: &'w str,
    pub base_url: &'w str,
    /// What Codex or the gateway asks it in.
    pub wire: Wire,
    /// The model to start with first.
    pub models: Vec<&'w str>,
    /// Our own record of it, when there is one.
    pub provider: Option<&'w Provider>,
    /// The person's own table, when it is that.
    pub table: Option<ProviderTable<'w>>,
    pub template: Option<&'static ProviderTemplate>,
    /// What offers it Codex's web search, where nothing is known beforehand of how it takes that.
    pub web_search: Vec<Choice<'w>>,
    pub name: &'w str,
    /// What starts Codex on a model of it, with the provider's own name of that.
    pub chosen: Vec<(Choice<'w>, &'w str)>,
    pub world: &'w World,
    /// The proxy on the way there.
    pub proxy: Option<Proxy>,
    /// The variables that name proxies.
    pub proxies: Vec<&'static str>,
    /// Another provider that is set up.
    pub other: Option<&'w str>,
    key: Option<Secret>,
    key_form: Option<KeyForm>,
    headers: BTreeMap<String, String>,
    secret_headers: Vec<(String, Secret)>,
    query: BTreeMap<String, String>,
}

impl<'w> Asked<'w> {
    /// Everybody who is asked about and can be asked.
    pub fn all(world: &'w World) -> Vec<Self> {
        let ours = world.providers().into_iter().filter_map(|(id, provider)| Self::ours(world, id, provider));
        ours.chain(Self::tables(world)).collect()
    }

    /// Whether it is the gateway that asks it.
    pub fn is_behind_gateway(&self) -> bool {
        self.provider.is_some_and(|provider| provider.road == Road::Gateway)
    }

    /// The key, as it is sent.
    pub fn key(&self) -> Option<&Secret> {
        self.key.as_ref()
    }

    /// Whose keys begin as this one does, where those are not its own.
    pub fn key_owner(&self) -> Option<&'static str> {
        let key = self.key.as_ref()?.expose();
        let prefixes = catalog::key_prefixes();
        let longest =
            prefixes.iter().map(|(_, prefix)| *prefix).filter(|p| key.starts_with(*p)).max_by_key(|p| p.len())?;
        let mut owners = prefixes.iter().filter(|(_, prefix)| *prefix == longest).map(|(owner, _)| *owner);
        let owner = owners.next().filter(|_| owners.next().is_none())?;
        let own = self.template.is_some_and(|template| template.key_prefixes.iter().any(|own| own == longest));
        (!own && owner != self.name).then_some(owner)
    }

    /// What else to use till it works, as the end of a sentence.
    pub fn till_then(&self) -> String {
        self.other.map(|other| format!("; another provider till then: `codexgw use {other}`")).unwrap_or_default()
    }

    /// The target of the probe.
    pub fn target(&self) -> Target<'_> {
        Target {
            base_url: self.base_url.to_owned(),
            key: self.key.as_ref(),
            key_form: self.key_form,
            headers: &self.headers,
            secret_headers: &self.secret_headers,
            query: &self.query,
            models_path: self.template.and_then(|template| template.models_path.as_deref()),
            name: self.name,
            keys_url: self.template.and_then(|template| template.keys_url.as_deref()),
        }
    }

    /// The command that sets it up again, to be completed.
    pub fn add_again(&self) -> String {
        let id = self.id;
        match self.template.filter(|_| self.provider.is_some_and(|provider| provider.template.is_some())) {
            Some(template) => format!("codexgw add {} --id {id} --force", template.id),
            None if self.table.is_some() => {
                let key = self.table.and_then(|table| table.text("env_key"));
                let key = key.map(|variable| format!(" --key-from-env {variable}")).unwrap_or_default();
                let model = self.models.first().map(|model| format!(" --model {model}")).unwrap_or_default();
                format!("codexgw add custom --id {id} --force{key}{model}")
            }
            None => format!("codexgw add custom --id {id} --force"),
        }
    }

    fn ours(world: &'w World, id: &'w str, provider: &'w Provider) -> Option<Self> {
        let vault = Vault::new(&world.home);
        let key = match provider.key {
            KeyStore::None => None,
            // The check of keys says why there is none, here and below.
            KeyStore::Env => Some(Secret::new(world.var(provider.env_key.as_deref()?)?.to_owned())),
            // One that cannot be sent is told by that check as well.
            store => Some(vault.key(id, store, &provider.key_command).ok().filter(|key| can_be_sent(key))?),
        };
        let header = |name: &String| Some((name.clone(), vault.header(id, name, provider.key).ok()?));
        let chosen = chosen(world, id, provider.road);
        let mut models: Vec<&str> = vec![&provider.model];
        let others = provider.models.keys().map(String::as_str).chain(chosen.iter().map(|(_, model)| *model));
        for model in others {
            if !models.contains(&model) {
                models.push(model);
            }
        }
        Some(Self {
            id,
            base_url: &provider.base_url,
            wire: if provider.road == Road::Direct { Wire::Responses } else { provider.wire },
            models,
            provider: Some(provider),
            table: None,
            template: provider.template.as_deref().and_then(template_of),
            web_search: if provider.road == Road::Direct { web_search::offering(world, id) } else { Vec::new() },
            name: &provider.name,
            chosen,
            world,
            proxy: proxy_before(world, &provider.base_url),
            proxies: proxies(world),
            other: other(world, id),
            key,
            key_form: Some(provider.key_form()),
            headers: provider.headers.clone(),
            secret_headers: provider.secret_headers.iter().filter_map(header).collect(),
            query: provider.query.clone(),
        })
    }

    /// The tables that are not ours. One whose key cannot be had here is left out: the checks of keys and of token
    /// commands tell why.
    fn tables(world: &'w World) -> Vec<Self> {
        let wanted = |id: &str| match &world.subject {
            None => true,
            Some(Subject::Provider(wanted)) => wanted == id,
            Some(Subject::Profile(name)) => world
                .choices()
                .iter()
                .any(|choice| choice.profile == Some(name) && choice.text("model_provider") == Some(id)),
        };
        let mut found: Vec<Self> = Vec::new();
        for table in world.tables().filter(|table| !is_built_in(table.id) && !table.is_ours(world) && wanted(table.id))
        {
            if !found.iter().any(|other| other.id == table.id) {
                found.extend(Self::table(world, table));
            }
        }
        found
    }

    fn table(world: &'w World, table: ProviderTable<'w>) -> Option<Self> {
        if ["auth", "gateway_oauth", "requires_openai_auth"].iter().any(|key| table.has(key)) {
            return None;
        }
        let key = match (table.text("env_key"), table.text("experimental_bearer_token")) {
            (Some(variable), _) => Some(world.var(variable).filter(|value| !value.contains(['\n', '\r']))?),
            (None, pasted) => pasted,
        };
        let strings = |key: &str| -> Vec<(String, String)> {
            let entries = table.document.get(&table.path(key)).and_then(Item::as_table_like);
            let entries = entries.into_iter().flat_map(toml_edit::TableLike::iter);
            entries.filter_map(|(name, value)| Some((name.to_owned(), value.as_str()?.to_owned()))).collect()
        };
        let from_env = strings("env_http_headers").into_iter();
        let from_env = from_env.filter_map(|(name, variable)| Some((name, world.var(&variable)?.to_owned())));
        // They may hold keys, so that all of them are treated so.
        let secret_headers = strings("http_headers").into_iter().chain(from_env);
        let models = world.choices().into_iter().filter(|choice| choice.text("model_provider") == Some(table.id));
        Some(Self {
            id: table.id,
            base_url: table.text("base_url")?,
            wire: Wire::Responses,
            models: models.filter_map(|choice| choice.text("model")).collect(),
            provider: None,
            table: Some(table),
            template: table.template(),
            web_search: web_search::offering(world, table.id),
            name: table.text("name").unwrap_or(table.id),
            chosen: Vec::new(),
            world,
            proxy: proxy_before(world, table.text("base_url")?),
            proxies: proxies(world),
            other: other(world, table.id),
            // Spaces before it are sent along, those behind it are not.
            key: key.map(|key| Secret::new(key.trim_end().to_owned())),
            key_form: key.map(|_| KeyForm::Bearer),
            headers: BTreeMap::new(),
            secret_headers: secret_headers.map(|(name, value)| (name, Secret::new(value))).collect(),
            query: strings("query_params").into_iter().collect(),
        })
    }
}

/// The proxy that the probe and the gateway go through: never one on the way to this machine.
fn proxy_before(world: &World, url: &str) -> Option<Proxy> {
    Proxy::before(url, |name| world.env.get(name).cloned()).filter(|_| !is_loopback(url))
}

fn proxies(world: &World) -> Vec<&'static str> {
    PROXY_VARIABLES.into_iter().filter(|name| world.var(name).is_some()).collect()
}

/// The first of our other providers.
fn other<'w>(world: &'w World, id: &str) -> Option<&'w str> {
    world.settings.as_ref().ok()?.providers.keys().map(String::as_str).find(|other| *other != id)
}

/// What starts Codex on a model of a provider of ours.
fn chosen<'w>(world: &'w World, id: &str, road: Road) -> Vec<(Choice<'w>, &'w str)> {
    let model = |choice: &Choice<'w>| {
        let model = choice.text("model")?;
        let own = match road {
            Road::Direct => choice.text("model_provider").filter(|chosen| *chosen == id).map(|_| model),
            Road::Gateway => {
                choice.text("model_provider").filter(|chosen| *chosen == GATEWAY_ID)?;
                model.strip_prefix(id)?.strip_prefix('/')
            }
        };
        own.filter(|model| !model.is_empty())
    };
    world.choices().into_iter().filter_map(|choice| Some((choice, model(&choice)?))).collect()
}

/// Whether a key is more than nothing, and fit for a header.
fn can_be_sent(key: &Secret) -> bool {
    !key.expose().trim().is_empty() && !key.expose().chars().any(char::is_control)
}
