//! Whom to ask: the providers of codexgw's settings, and the tables that the person wrote into Codex's file.

use std::collections::BTreeMap;

use toml_edit::Item;

use crate::catalog::{self, KeyForm, ProviderTemplate, provider as template_of};
use crate::codex::is_built_in;
use crate::config::Change;
use crate::doctor::credential::token;
use crate::doctor::{Choice, CredentialCommand, Fix, ProviderTable, World, typed};
use crate::launch::{PROXY_VARIABLES, Proxy};
use crate::probe::{Target, is_loopback};
use crate::secret::{Secret, Vault};
use crate::settings::{KeyStore, Provider, Road, Wire};
use crate::setup::GATEWAY_ID;

use super::super::web_search;

/// One provider, with all that asking it takes.
pub struct Asked<'w> {
    pub world: &'w World,
    pub id: &'w str,
    pub base_url: &'w str,
    /// What Codex or the gateway asks it in.
    pub wire: Wire,
    /// The model to start with first.
    pub models: Vec<&'w str>,
    /// The starts of Codex that go by it, each with the model that it names.
    pub chosen: Vec<(Choice<'w>, &'w str)>,
    /// Our own record of it, when there is one.
    pub provider: Option<&'w Provider>,
    /// The person's own table, when it is that.
    pub table: Option<ProviderTable<'w>>,
    pub template: Option<&'static ProviderTemplate>,
    /// What offers it Codex's web search, where nothing is known beforehand of how it takes that.
    pub web_search: Vec<Choice<'w>>,
    pub name: &'w str,
    /// The proxy on the way there.
    pub proxy: Option<Proxy>,
    /// The variables that name proxies.
    pub proxies: Vec<&'static str>,
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

    /// What gives it this base URL, and leaves all else as it is.
    pub fn at(&self, base_url: &str) -> Fix {
        match self.table {
            Some(table) => {
                table.change(Change::set(&table.path("base_url"), base_url), "name the address that answers")
            }
            None => Fix::Command(self.again(&["--base-url", base_url])),
        }
    }

    /// `add` of one of ours, which keeps what is not named.
    fn again(&self, options: &[&str]) -> Vec<String> {
        let template = self.provider.and_then(|provider| provider.template.as_deref());
        let by_id = template.unwrap_or("custom");
        let who = match template_of(self.id) {
            Some(_) if by_id != self.id => vec!["add", by_id, "--id", self.id],
            _ => vec!["add", self.id],
        };
        who.into_iter().chain(options.iter().copied()).chain(["--force"]).map(str::to_owned).collect()
    }

    /// What lets the gateway ask it in this wire; words for the person where a value is missing that only the person
    /// has.
    pub fn in_wire(&self, wire: Wire, base_url: &str, listed: &[&str]) -> Result<Fix, String> {
        let model = listed.first().copied().filter(|_| self.models.is_empty());
        let words = match self.table {
            Some(table) => table.behind_gateway(self.world, wire, model),
            None if self.models.is_empty() => {
                self.anew(wire, Road::Gateway, base_url, &[model.unwrap_or(ProviderTable::ANY_MODEL)])
            }
            None => self.anew(wire, Road::Gateway, base_url, &self.models),
        };
        if self.loses_headers() {
            let headers = "with the headers that it has: `codexgw config show --settings`";
            return Err(format!("let the gateway translate: `{}`, {headers}", typed(&words)));
        }
        if words.iter().any(|word| word == ProviderTable::ANY_MODEL) {
            return Err(format!("let the gateway translate: `{}`", typed(&words)));
        }
        Ok(Fix::Command(words))
    }

    /// What puts it behind the gateway in the wire that it is asked in, as it is but for that.
    pub fn to_gateway(&self, model: &str) -> Result<Fix, String> {
        if self.provider.is_none() || template_of(self.id).is_some() {
            return self.in_wire(Wire::Responses, self.base_url, &[model]);
        }
        let mut words = vec!["add", self.id, "--via", "gateway", "--wire", Wire::Responses.name(), "--force"];
        if self.goes_to_file() {
            words.extend(["--store", "file"]);
        }
        Ok(Fix::command(&words))
    }

    /// The command that sets up one of ours anew: with its key, but for the headers.
    pub fn anew(&self, wire: Wire, road: Road, base_url: &str, models: &[&str]) -> Vec<String> {
        let template = self.template.filter(|_| self.provider.is_some_and(|provider| provider.template.is_some()));
        let template = template.map_or("custom", |template| template.id.as_str());
        let via = if road == Road::Gateway { "gateway" } else { "direct" };
        let mut words =
            vec!["add", template, "--id", self.id, "--base-url", base_url, "--wire", wire.name(), "--via", via];
        words.extend(models.iter().flat_map(|model| ["--model", model]));
        if let Some(variable) = self.provider.and_then(|provider| provider.env_key.as_deref()) {
            words.extend([if road == Road::Gateway { "--key-from-env" } else { "--env-key" }, variable]);
        }
        if road == Road::Gateway && self.goes_to_file() {
            words.extend(["--store", "file"]);
        }
        words.into_iter().chain(["--force"]).map(str::to_owned).collect()
    }

    /// Whether it has headers, which setting it up anew would lose.
    pub fn loses_headers(&self) -> bool {
        self.provider.is_some_and(|p| !p.headers.is_empty() || !p.secret_headers.is_empty() || !p.query.is_empty())
    }

    /// Whether it is Codex's default.
    pub fn is_default(&self) -> bool {
        let default = self.world.settings.as_ref().ok().and_then(|settings| settings.default.as_ref());
        default.is_some_and(|choice| choice.provider == self.id)
    }

    /// Whether it has a secret that the gateway could not see where it is, and that no keyring can take.
    pub fn goes_to_file(&self) -> bool {
        let is_to_store = match (self.table, self.provider) {
            (Some(table), _) => table.has_secret(),
            (None, provider) => provider.is_some_and(|provider| provider.key == KeyStore::Env),
        };
        is_to_store && !self.world.has_keyring()
    }

    /// The command that finds out what it can do.
    pub fn probe(&self) -> String {
        let Some(table) = self.table else { return format!("codexgw probe {}", self.id) };
        let key = table.text("env_key").map(|variable| format!(" --key-from-env {variable}")).unwrap_or_default();
        format!("codexgw probe {}{key}", self.base_url)
    }

    /// What it is known to do differently.
    pub fn quirks(&self) -> &'w [String] {
        let measured = self.provider.and_then(|provider| provider.quirks.as_deref());
        measured.or_else(|| Some(self.template?.quirks.as_slice())).unwrap_or_default()
    }

    fn ours(world: &'w World, id: &'w str, provider: &'w Provider) -> Option<Self> {
        let vault = Vault::new(&world.home).within(world.time_left());
        let key = match provider.key {
            KeyStore::None => None,
            // The check of keys says why there is none, here and below.
            KeyStore::Env => Some(Secret::new(world.var(provider.env_key.as_deref()?)?.to_owned())),
            // One that cannot be sent is told by that check as well.
            store => Some(vault.key(id, store, &provider.key_command).ok().filter(can_be_sent)?),
        };
        let header = |name: &String| Some((name.clone(), vault.header(id, name, provider.key).ok()?));
        let chosen = chosen(world, id);
        let others = provider.models.keys().map(String::as_str).chain(chosen.iter().map(|(_, model)| *model));
        Some(Self {
            world,
            id,
            base_url: &provider.base_url,
            wire: if provider.road == Road::Direct { Wire::Responses } else { provider.wire },
            models: each_once(std::iter::once(provider.model.as_str()).chain(others)),
            chosen,
            provider: Some(provider),
            table: None,
            template: provider.template.as_deref().and_then(template_of),
            web_search: if provider.road == Road::Direct { web_search::offering(world, id) } else { Vec::new() },
            name: &provider.name,
            proxy: proxy_before(world, &provider.base_url),
            proxies: proxies(world),
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
        // What migration left for old sessions to be resumed under.
        let is_left_behind = |id: &str| {
            world.settings.as_ref().is_ok_and(|settings| settings.providers.contains_key(id))
                && world.choices().iter().all(|choice| choice.text("model_provider") != Some(id))
        };
        let mut found: Vec<Self> = Vec::new();
        let is_asked =
            |table: &ProviderTable<'_>| !is_built_in(table.id) && !table.is_ours(world) && !is_left_behind(table.id);
        for table in world.tables().filter(is_asked) {
            if !found.iter().any(|other| other.id == table.id) {
                found.extend(Self::table(world, table));
            }
        }
        found
    }

    fn table(world: &'w World, table: ProviderTable<'w>) -> Option<Self> {
        // A token that goes into another header is not followed.
        let is_delivered = table.document.get(&["model_providers", table.id, "gateway_oauth", "delivery"]).is_some();
        if table.has("requires_openai_auth") || is_delivered {
            return None;
        }
        let printed = if table.has("auth") || table.has("gateway_oauth") {
            let command = CredentialCommand::of(table).filter(|command| !command.is_ours())?;
            Some(token(&world.ran(&command))?)
        } else {
            None
        };
        let printed = printed.as_ref().map(Secret::expose);
        let key = match (table.text("env_key"), printed.or_else(|| table.text("experimental_bearer_token"))) {
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
        let chosen = chosen(world, table.id);
        Some(Self {
            world,
            id: table.id,
            base_url: table.text("base_url")?,
            wire: Wire::Responses,
            models: each_once(chosen.iter().map(|(_, model)| *model)),
            chosen,
            provider: None,
            table: Some(table),
            template: table.template(),
            web_search: web_search::offering(world, table.id),
            name: table.text("name").unwrap_or(table.id),
            proxy: proxy_before(world, table.text("base_url")?),
            proxies: proxies(world),
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

/// Whether a key is more than nothing, and fit for a header.
fn can_be_sent(key: &Secret) -> bool {
    !key.expose().trim().is_empty() && !key.expose().chars().any(char::is_control)
}

/// The starts of Codex that go by this provider, itself or behind the gateway, with the models that they name.
fn chosen<'w>(world: &'w World, id: &str) -> Vec<(Choice<'w>, &'w str)> {
    let of_it = |choice: Choice<'w>| {
        let model = choice.text("model")?;
        match choice.text("model_provider")? {
            GATEWAY_ID => model.split_once('/').filter(|(owner, _)| *owner == id).map(|(_, model)| (choice, model)),
            provider => (provider == id).then_some((choice, model)),
        }
    };
    world.choices().into_iter().filter_map(of_it).filter(|(_, model)| !model.is_empty()).collect()
}

fn each_once<'w>(models: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    let mut once: Vec<&str> = Vec::new();
    for model in models {
        if !once.contains(&model) {
            once.push(model);
        }
    }
    once
}
