//! Provider tables in Codex's `config.toml`, and providers in our settings.

use toml_edit::{InlineTable, Value};

use crate::codex::sessions;
use crate::config::{Change, WhenEmpty};
use crate::error::{Error, Result};
use crate::settings::{Provider, Road};

use super::{GATEWAY_ID, Setup, TokenCommand, codex_provider_id};

/// A provider that `add` found out about.
pub struct NewProvider {
    /// Its id, checked.
    pub id: String,
    /// What goes into the settings.
    pub provider: Provider,
    /// Name of the profile to write.
    pub profile: String,
}

/// What moving a provider from one road to another means for the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoadMove {
    /// Where it was.
    pub from: Road,
    /// Sessions that stay filed under the former id.
    pub sessions: usize,
}

impl Setup {
    /// Adds or replaces a provider with its profile, and the provider table that its road needs.
    ///
    /// # Errors
    /// When the profile's name is taken by a file that is not ours, or the gateway's table by one.
    pub fn add_provider(&mut self, new: NewProvider, command: &TokenCommand) -> Result<()> {
        let NewProvider { id, provider, profile } = new;
        let model = provider.model.clone();
        self.settings.providers.insert(id.clone(), provider);
        self.write_road(&id, command)?;
        self.put_profile(&profile, &id, &model)
    }

    /// Puts a provider on the gateway road, if it is not there yet, with all its profiles.
    ///
    /// # Errors
    /// When its key is held only by the shell, which the gateway does not see, or the person has a table of the
    /// gateway's name.
    pub fn move_to_gateway(&mut self, id: &str, command: &TokenCommand) -> Result<Option<RoadMove>> {
        let provider = self.provider_mut(id)?;
        if provider.road == Road::Gateway {
            return Ok(None);
        }
        if provider.key == crate::settings::KeyStore::Env {
            return Err(Error::fixable(format!("`{id}` cannot go through the gateway"))
                .cause("its key is only in a variable of your shell, which the gateway does not see")
                .hint(format!("store the key: `codexgw key set {id}`")));
        }
        let moved = Provider { road: Road::Gateway, env_key: None, ..provider.clone() };
        self.change_provider(id, moved, command)
    }

    /// Replaces the settings of a provider; its table and all its profiles follow.
    ///
    /// # Errors
    /// When there is no such provider, or the person has a table of the gateway's name.
    pub fn change_provider(&mut self, id: &str, new: Provider, command: &TokenCommand) -> Result<Option<RoadMove>> {
        let to = new.road;
        let from = std::mem::replace(self.provider_mut(id)?, new).road;
        self.write_road(id, command)?;
        let profiles: Vec<(String, String)> = self
            .settings
            .profiles
            .iter()
            .filter(|(_, record)| record.provider == id)
            .map(|(name, record)| (name.clone(), record.model.clone()))
            .collect();
        for (name, model) in profiles {
            self.put_profile(&name, id, &model)?;
        }
        let left = codex_provider_id(id, from);
        Ok((from != to).then(|| RoadMove { from, sessions: sessions::count(self.codex_home(), left) }))
    }

    /// Takes out a provider: settings, profiles and, unless it is to stay, a direct provider's own table.
    ///
    /// # Errors
    /// When there is no such provider.
    pub fn remove_provider(&mut self, id: &str, keep_table: bool) -> Result<()> {
        self.provider_mut(id)?;
        if self.settings.default.as_ref().is_some_and(|choice| choice.provider == id) {
            self.clear_default();
        }
        let profiles: Vec<String> = self
            .settings
            .profiles
            .iter()
            .filter(|(_, record)| record.provider == id)
            .map(|(name, _)| name.clone())
            .collect();
        for name in profiles {
            self.remove_profile(&name)?;
        }
        if !keep_table && self.table_is_ours(id) {
            self.edit_config([Change::Remove { path: table_path(id) }]);
        }
        self.settings.providers.remove(id);
        Ok(())
    }

    /// Takes out everything that is ours from Codex's files and the settings.
    ///
    /// # Errors
    /// When a file cannot be edited.
    pub fn remove_everything(&mut self) -> Result<()> {
        // First and once: what stood before is known only until the provider of the default is gone.
        self.clear_default();
        for id in self.settings.providers.keys().cloned().collect::<Vec<_>>() {
            self.remove_provider(&id, false)?;
        }
        if self.table_is_ours(GATEWAY_ID) {
            self.edit_config([Change::Remove { path: table_path(GATEWAY_ID) }]);
        }
        Ok(())
    }

    /// Writes a provider's table anew after its key has moved: the table of the direct road says where the key is.
    ///
    /// # Errors
    /// When there is no such provider.
    pub fn renew_table(&mut self, id: &str, command: &TokenCommand) -> Result<()> {
        self.write_road(id, command)
    }

    /// Gives the gateway another port.
    pub fn set_port(&mut self, port: u16, command: &TokenCommand) {
        self.settings.port = Some(port);
        if self.table_is_ours(GATEWAY_ID) {
            self.edit_config([Change::Table { path: table_path(GATEWAY_ID), entries: gateway_table(port, command) }]);
        }
    }

    /// Whether the table `[model_providers.<id>]` is one that we wrote: it runs our token command for this id, or it
    /// has the very URL of the provider of that id.
    #[must_use]
    pub fn table_is_ours(&self, id: &str) -> bool {
        let args = self.config().and_then(|document| document.get(&["model_providers", id, "auth", "args"]));
        let runs_ours = args.and_then(toml_edit::Item::as_array).is_some_and(|args| {
            let words: Vec<_> = args.iter().filter_map(Value::as_str).collect();
            words.ends_with(&["token", id])
        });
        let url = self.config_str(&["model_providers", id, "base_url"]);
        runs_ours || url.is_some_and(|url| self.settings.providers.get(id).is_some_and(|known| known.base_url == url))
    }

    /// Whether `[model_providers.codexgw]` may be written: a table of that name that the person made is left alone.
    ///
    /// # Errors
    /// When there is one, and it was not [given up](Setup::replace_gateway_table).
    pub fn check_gateway_table(&self) -> Result<()> {
        if self.replaces_gateway_table || !self.gateway_table_is_foreign() {
            return Ok(());
        }
        Err(Error::fixable(format!(
            "`config.toml` has a table `[model_providers.{GATEWAY_ID}]` that codexgw did not make"
        ))
        .cause("the gateway needs that name, and the table was left as it is")
        .hint("give the table another name: `codexgw config edit`")
        .hint("or have it replaced: `codexgw add … --force`"))
    }

    /// Lets the gateway's table replace one that the person made.
    pub fn replace_gateway_table(&mut self) {
        self.replaces_gateway_table = true;
    }

    /// Whether a table stands under the gateway's id that does not run our token command.
    pub(super) fn gateway_table_is_foreign(&self) -> bool {
        self.config_has(&["model_providers", GATEWAY_ID]) && !self.table_is_ours(GATEWAY_ID)
    }

    /// A provider of ours.
    ///
    /// # Errors
    /// When there is none of that id; names those that there are.
    pub fn provider_mut(&mut self, id: &str) -> Result<&mut Provider> {
        if !self.settings.providers.contains_key(id) {
            return Err(unknown_provider(id, self.settings.providers.keys()));
        }
        self.settings.providers.get_mut(id).ok_or_else(|| Error::bug("a provider vanished"))
    }

    /// Makes a model the one that a provider starts with. The former one goes, unless something starts on it.
    ///
    /// # Errors
    /// When there is no such provider.
    pub fn start_with(&mut self, id: &str, model: &str) -> Result<()> {
        let profiles = self.settings.profiles.values().map(|record| (&record.provider, &record.model));
        let default = self.settings.default.as_ref().map(|choice| (&choice.provider, &choice.model));
        let used: Vec<String> =
            profiles.chain(default).filter(|(of, _)| *of == id).map(|(_, model)| model.clone()).collect();
        let provider = self.provider_mut(id)?;
        let former = std::mem::replace(&mut provider.model, model.to_owned());
        if former != model && !used.contains(&former) {
            provider.models.remove(&former);
        }
        Ok(())
    }

    fn write_road(&mut self, id: &str, command: &TokenCommand) -> Result<()> {
        let provider = self.provider_mut(id)?;
        match provider.road {
            Road::Direct => {
                let entries = direct_table(id, provider, command);
                self.edit_config([Change::Table { path: table_path(id), entries }]);
            }
            Road::Gateway => {
                self.check_gateway_table()?;
                let table = self.gateway_change(command)?;
                self.edit_config([table]);
            }
        }
        Ok(())
    }

    /// The change that writes the gateway's provider table, with a port picked if there was none. Whether somebody else's
    /// table stands there is the caller's to know.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn gateway_change(&mut self, command: &TokenCommand) -> Result<Change> {
        let port = match self.settings.port {
            Some(port) => port,
            None => crate::gateway::pick_port()?,
        };
        self.settings.port = Some(port);
        Ok(Change::Table { path: table_path(GATEWAY_ID), entries: gateway_table(port, command) })
    }

    /// Deletes a file of ours when a removal leaves nothing in it.
    pub(super) fn when_empty(created: bool) -> WhenEmpty {
        if created { WhenEmpty::Delete } else { WhenEmpty::Keep }
    }
}

/// The error for an id that nobody has.
pub fn unknown_provider<'a>(id: &str, known: impl Iterator<Item = &'a String>) -> Error {
    let known: Vec<String> = known.map(|id| format!("`{id}`")).collect();
    let error = Error::fixable(format!("there is no provider `{id}`"));
    if known.is_empty() {
        error.hint("add one: `codexgw add openrouter`")
    } else {
        let error = error.cause(format!("configured: {}", known.join(", ")));
        match crate::catalog::provider(id) {
            Some(template) => error.hint(format!("add it: `codexgw add {}`", template.id)),
            None => error.hint("see them: `codexgw list`"),
        }
    }
}

fn table_path(id: &str) -> Vec<String> {
    vec!["model_providers".to_owned(), id.to_owned()]
}

fn gateway_table(port: u16, command: &TokenCommand) -> Vec<(String, Value)> {
    vec![
        ("name".to_owned(), GATEWAY_ID.into()),
        ("base_url".to_owned(), gateway_url(port).into()),
        ("wire_api".to_owned(), "responses".into()),
        ("auth".to_owned(), command.auth(GATEWAY_ID)),
    ]
}

/// The base URL of our gateway as Codex is told.
#[must_use]
pub fn gateway_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}/v1")
}

fn direct_table(id: &str, provider: &Provider, command: &TokenCommand) -> Vec<(String, Value)> {
    let mut entries = vec![
        ("name".to_owned(), provider.name.as_str().into()),
        ("base_url".to_owned(), provider.base_url.as_str().into()),
        ("wire_api".to_owned(), "responses".into()),
    ];
    if !provider.headers.is_empty() {
        let headers: InlineTable = provider.headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        entries.push(("http_headers".to_owned(), headers.into()));
    }
    if !provider.query.is_empty() {
        let query: InlineTable = provider.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        entries.push(("query_params".to_owned(), query.into()));
    }
    match &provider.env_key {
        Some(variable) => {
            entries.push(("env_key".to_owned(), variable.as_str().into()));
            let words = format!("Set it, or let codexgw do it: codexgw run --provider {id}");
            entries.push(("env_key_instructions".to_owned(), words.into()));
        }
        None if provider.key != crate::settings::KeyStore::None => {
            entries.push(("auth".to_owned(), command.auth(id)));
        }
        None => {}
    }
    entries
}

/// The overrides that put Codex on a provider without writing anything, for `run --ephemeral`.
#[must_use]
pub fn overrides(id: &str, provider: &Provider, port: Option<u16>, command: &TokenCommand) -> Vec<(String, String)> {
    let (codex_id, entries) = match (provider.road, port) {
        (Road::Gateway, Some(port)) => (GATEWAY_ID, gateway_table(port, command)),
        _ => (id, direct_table(id, provider, command)),
    };
    let table: InlineTable = entries.into_iter().collect();
    vec![
        ("model_provider".to_owned(), Value::from(codex_id).to_string()),
        (format!("model_providers.{codex_id}"), Value::from(table).to_string().trim().to_owned()),
    ]
}
