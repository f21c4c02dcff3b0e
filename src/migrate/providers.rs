//! Provider tables: `wire_api = "chat"`, ids that Codex keeps for itself, keys in the file.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{self, KeyForm, ProviderTemplate};
use crate::codex::{self, sessions};
use crate::config::Change;
use crate::error::Result;
use crate::settings::{KeyStore, Provider, Road, Wire};
use crate::setup::GATEWAY_ID;

use super::Spoken;
use super::choice::{Choice, Destiny, follow};
use super::finding::Kind;
use super::pasted::Place;
use super::table::Table;
use super::world::World;

/// Ids for which Codex refuses a table (codex-facts 1.1).
const REFUSED: [&str; 3] = ["openai", "ollama", "lmstudio"];

/// Mends all provider tables, and what chooses them.
pub(super) fn mend(world: &mut World<'_>, store: KeyStore) -> Result<()> {
    let (choices, mut all) = (Choice::all(world)?, Table::all(world)?);
    // What stands in the gateway's place makes room before the gateway's own table is written.
    all.sort_by_key(|table| table.id != GATEWAY_ID);
    let mut destinies = BTreeMap::new();
    let mut taken: BTreeSet<String> = all.iter().map(|table| table.id.clone()).collect();
    taken.extend(world.setup.settings.providers.keys().cloned());
    for table in &all {
        if world.setup.table_is_ours(&table.id) {
            continue;
        }
        let models = Choice::models(&choices, &table.id);
        let mut mending = Mending { world, table, store, models, taken: &mut taken };
        if let Some(destiny) = mending.mend()? {
            destinies.insert(table.id.clone(), destiny);
        }
    }
    follow(world, &choices, &destinies)
}

/// One provider on its way.
pub(super) struct Mending<'w, 'e> {
    pub(super) world: &'w mut World<'e>,
    pub(super) table: &'w Table,
    pub(super) store: KeyStore,
    /// The models that are chosen of it.
    models: Vec<String>,
    taken: &'w mut BTreeSet<String>,
}

impl Mending<'_, '_> {
    fn mend(&mut self) -> Result<Option<Destiny>> {
        let table = self.table;
        let is_refused = self.is_refused();
        let refused_wire = table.wire_api.as_deref().filter(|wire| *wire != "responses");
        let needs_header = table.pasted.iter().any(|(_, pasted)| matches!(pasted.place, Place::Header(_)));
        let blocked = self.blocked();
        if let Some(spoken) = self.spoken() {
            let wire = spoken.wire;
            let Some(why) = blocked else { return self.put_behind_gateway(wire) };
            self.left(Kind::WireApi, &["base_url"], self.speaks(wire), why);
            return Ok(None);
        }
        if let Some(wire) = refused_wire {
            if wire == "chat" && blocked.is_none() {
                return self.put_behind_gateway(Wire::Chat);
            }
            self.take_wire_out(wire)?;
        }
        if needs_header {
            let Some(why) = blocked else { return self.put_behind_gateway(Wire::Responses) };
            self.left(Kind::PastedKey, &["http_headers"], self.key_in_header(), why);
            return Ok(None);
        }
        if table.has_pasted_keys() && !table.has_command {
            let destiny = self.put_key_away(is_refused)?;
            if destiny.is_some() || !is_refused {
                return Ok(destiny);
            }
        }
        self.name_it()?;
        if is_refused {
            let id = self.free_id();
            self.rename(&id)?;
            return Ok(Some(Destiny::Renamed(id)));
        }
        Ok(None)
    }

    /// What was measured of it, or said.
    fn spoken(&self) -> Option<&Spoken> {
        self.world.spoken.iter().find(|spoken| spoken.provider == self.table.id)
    }

    fn speaks(&self, wire: Wire) -> String {
        let id = &self.table.id;
        match wire {
            Wire::Responses => format!("provider `{id}` speaks `responses`; codexgw can ask it in Codex's place"),
            wire => format!("provider `{id}` speaks `{}`, which Codex does not", wire.name()),
        }
    }

    /// Whether Codex refuses a table of this id, or this one with what stands in it. A table of the gateway's id that
    /// is not the gateway's is in its way.
    fn is_refused(&self) -> bool {
        let id = self.table.id.as_str();
        let overrides_built_in = BUILT_IN.iter().any(|(built_in, fields)| {
            *built_in == id && self.table.keys.iter().any(|key| !fields.contains(&key.as_str()))
        });
        REFUSED.contains(&id) || id == GATEWAY_ID || overrides_built_in
    }

    /// A provider of ours that is the same.
    fn known(&self) -> Option<String> {
        let url = self.table.plain_base_url()?;
        let mut same = self.world.setup.settings.providers.iter().filter(|(_, known)| known.base_url == url);
        same.find(|(_, known)| known.road == Road::Gateway).map(|(id, _)| id.clone())
    }

    /// Why it cannot go behind the gateway, if so.
    fn blocked(&self) -> Option<String> {
        if let Some(why) = self.trouble_with_keys() {
            Some(why)
        } else if self.table.differs {
            Some("your files give it different addresses: give one of the two another id first".to_owned())
        } else if self.known().is_some() {
            None
        } else if self.provider(Road::Gateway, Wire::Chat).is_none() {
            Some(format!("where it is or which model it serves is not clear; to use it: {}", self.add()))
        } else {
            let why = "its `query_params` hold what looks like a key; to use it without them";
            self.table.has_secret_query.then(|| format!("{why}: {}", self.add()))
        }
    }

    fn key_in_header(&self) -> String {
        format!("a key stands in a header of provider `{}`, as plain text", self.table.id)
    }

    /// Takes the line out that stops Codex, where no more can be done for the provider.
    fn take_wire_out(&mut self, wire: &str) -> Result<()> {
        let id = self.table.id.as_str();
        let what = format!("`wire_api = \"{wire}\"` of provider `{id}`: Codex refuses to start with it");
        let then = match self.blocked() {
            Some(why) if wire == "chat" => format!("taken out, so that Codex starts; {why}"),
            _ => format!("taken out, so that Codex starts; to use the provider: {}", self.add()),
        };
        self.found(Kind::WireApi, &["wire_api"], what, then);
        for file in self.table.files.clone() {
            self.world.change(&file, &[Change::remove(&["model_providers", id, "wire_api"])])?;
        }
        Ok(())
    }

    /// Puts the provider behind our gateway.
    fn put_behind_gateway(&mut self, wire: Wire) -> Result<Option<Destiny>> {
        let (kind, key, what) = if self.spoken().is_some() {
            (Kind::WireApi, "base_url", self.speaks(wire))
        } else if wire == Wire::Chat {
            let what = format!("`wire_api = \"chat\"` of provider `{}`: Codex refuses to start with it", self.table.id);
            (Kind::WireApi, "wire_api", what)
        } else {
            (Kind::PastedKey, "http_headers", self.key_in_header())
        };
        if let Some(id) = self.known() {
            self.found(kind, &[key], what, format!("you have it as `{id}` already, behind the gateway"));
            self.drop_keys(&id);
            self.drop_table()?;
            return Ok(Some(Destiny::Gateway(id)));
        }
        let Some(mut provider) = self.provider(Road::Gateway, wire) else { return Ok(None) };
        let id = self.free_id();
        self.take_keys(&id, &mut provider);
        self.found(kind, &[key], what, format!("goes through codexgw's gateway, as `{id}`"));
        let gateway = self.world.setup.gateway_change(self.world.command)?;
        let config = self.world.config_file();
        self.drop_table()?;
        self.world.change(&config, &[gateway])?;
        self.world.setup.settings.providers.insert(id.clone(), provider);
        Ok(Some(Destiny::Gateway(id)))
    }

    /// Leaves the provider to Codex, and its key to the store.
    fn put_key_away(&mut self, is_refused: bool) -> Result<Option<Destiny>> {
        let table = self.table;
        let blocked = self.blocked().filter(|_| self.trouble_with_keys().is_some() || table.differs);
        let (Some(mut provider), None) = (self.provider(Road::Direct, Wire::Responses), &blocked) else {
            let what = format!("a key of provider `{}` stands in the file as plain text", table.id);
            let then = blocked.unwrap_or_else(|| format!("it is not clear how to reach it: {}", self.add()));
            self.left(Kind::PastedKey, &[], what, then);
            return Ok(None);
        };
        let id = if is_refused || !codex::valid_provider_id(&table.id) { self.free_id() } else { table.id.clone() };
        self.take_keys(&id, &mut provider);
        let auth = self.world.command.auth(&id);
        for file in table.files.clone() {
            let mut changes = self.without_keys(&file);
            for key in ["env_key", "env_key_instructions", "requires_openai_auth"] {
                changes.push(Change::remove(&["model_providers", &table.id, key]));
            }
            self.world.change(&file, &changes)?;
        }
        let first = table.files.first().cloned().unwrap_or_else(|| self.world.config_file());
        self.world.change(&first, &[Change::set(&["model_providers", &table.id, "auth"], auth)])?;
        self.name_it()?;
        if id != table.id {
            self.rename(&id)?;
        }
        self.world.setup.settings.providers.insert(id.clone(), provider);
        Ok(Some(Destiny::Direct(id)))
    }

    /// What our settings will say of it; nothing when its address or a model is not known.
    fn provider(&self, road: Road, wire: Wire) -> Option<Provider> {
        let base_url = self.table.plain_base_url()?;
        let template = catalog::of_host(&base_url);
        let mut models = self.models.clone();
        models.extend(self.spoken().and_then(|spoken| spoken.model.clone()).filter(|_| models.is_empty()));
        models.extend(template.and_then(|template| template.model.clone()).filter(|_| models.is_empty()));
        let facts = |name: &String| (name.clone(), catalog::model_facts(name).cloned().unwrap_or_default());
        let mut headers = template.map(|template| template.headers.clone()).unwrap_or_default();
        headers.extend(self.table.headers.clone());
        let mut query = template.map(|template| template.query.clone()).unwrap_or_default();
        query.extend(self.table.query.clone());
        Some(Provider {
            name: self.table.name.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| self.table.id.clone()),
            template: template.map(|template| template.id.clone()),
            base_url,
            road,
            wire,
            key: KeyStore::None,
            key_form: template.and_then(|template| template.auth.form()).filter(|form| *form != KeyForm::of_wire(wire)),
            env_key: None,
            key_command: Vec::new(),
            headers,
            secret_headers: Vec::new(),
            query,
            quirks: None,
            safety: crate::settings::Safety::default(),
            model: models.first()?.clone(),
            models: models.iter().map(facts).collect(),
        })
    }

    /// Takes the table out where no session needs it; Codex refuses to resume a session whose provider is gone.
    fn drop_table(&mut self) -> Result<()> {
        let id = self.table.id.as_str();
        let count = sessions::count(self.world.setup.codex_home(), id);
        let sessions = if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") };
        let keep = count > 0 && !REFUSED.contains(&id);
        for file in self.table.files.clone() {
            // A key may stand outside of the table, too.
            let mut changes = self.without_keys(&file);
            let goes = if keep { &["model_providers", id, "wire_api"][..] } else { &["model_providers", id] };
            changes.push(Change::remove(goes));
            self.world.change(&file, &changes)?;
        }
        if keep {
            self.world.steps.push(format!(
                "the table `{id}` stays, since {sessions} saved under it could not be resumed without it: `codex -c model_provider={id} resume`",
            ));
        }
        Ok(())
    }

    fn rename(&mut self, to: &str) -> Result<()> {
        let id = self.table.id.as_str();
        let what = if id == GATEWAY_ID {
            format!("`[model_providers.{id}]` is not codexgw's own, and stands in its way")
        } else if self.is_refused() {
            format!("`[model_providers.{id}]`: Codex keeps that id for itself, and refuses to start")
        } else {
            format!("provider `{id}`: codexgw takes only lower-case ids")
        };
        self.found(Kind::ReservedId, &[], what, format!("renamed to `{to}`, with what refers to it"));
        for file in self.table.files.clone() {
            self.world.change(&file, &[Change::rename(&["model_providers", id], to)])?;
        }
        Ok(())
    }

    /// Codex refuses a provider without a name.
    fn name_it(&mut self) -> Result<()> {
        let id = self.table.id.as_str();
        if self.table.name.as_deref().is_some_and(|name| !name.is_empty())
            || BUILT_IN.iter().any(|(built_in, _)| *built_in == id) && !self.is_refused()
        {
            return Ok(());
        }
        let what = format!("provider `{id}` has no `name`: Codex refuses to start");
        self.found(Kind::ProviderName, &[], what, format!("gets the name `{id}`"));
        let Some(file) = self.table.files.first().cloned() else { return Ok(()) };
        self.world.change(&file, &[Change::set(&["model_providers", id, "name"], id)])
    }

    /// An id that nobody has.
    fn free_id(&mut self) -> String {
        let id = self.table.id.as_str();
        // `openai` is what many call anything that speaks as OpenAI does.
        let is_it = |template: &&ProviderTemplate| {
            id != "openai" || self.table.plain_base_url().is_some_and(|url| catalog::of_host(&url) == Some(template))
        };
        let template = catalog::provider(id).filter(is_it).map(ProviderTemplate::default_id).filter(|it| *it != id);
        let wanted = match template {
            Some(other) => other.to_owned(),
            None if codex::is_reserved(id) => format!("{id}-custom"),
            None => tame(id),
        };
        let free = |name: &String| *name == id || !self.taken.contains(name);
        let usable = |name: &String| codex::valid_provider_id(name) && !codex::is_reserved(name) && free(name);
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let chosen = std::iter::once(wanted.clone()).chain(numbered).find(usable).unwrap_or(wanted);
        self.taken.insert(chosen.clone());
        chosen
    }

    /// The command that adds it, in place of the table where it keeps its id.
    pub(super) fn add(&self) -> String {
        let url = self.table.plain_base_url().unwrap_or_else(|| "URL".to_owned());
        let id = tame(&self.table.id);
        let (id, force) = if codex::is_reserved(&id) { (format!("{id}-custom"), "") } else { (id, " --force") };
        format!("`codexgw add custom --id {id} --base-url {url} --model MODEL{force}`")
    }

    pub(super) fn found(&mut self, kind: Kind, below: &[&str], what: String, then: String) {
        let (file, path) = self.place(below);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        self.world.found(kind, &file, &path, what, then);
    }

    fn left(&mut self, kind: Kind, below: &[&str], what: String, then: String) {
        let (file, path) = self.place(below);
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        self.world.left(kind, &file, &path, what, then);
    }

    /// The first file that says it, and the path there.
    fn place(&self, below: &[&str]) -> (std::path::PathBuf, Vec<String>) {
        let path: Vec<&str> =
            ["model_providers", self.table.id.as_str()].into_iter().chain(below.iter().copied()).collect();
        let says =
            |file: &&std::path::PathBuf| self.world.document(file).is_ok_and(|document| document.get(&path).is_some());
        let file = self.table.files.iter().find(says).or_else(|| self.table.files.first());
        (file.cloned().unwrap_or_default(), path.into_iter().map(str::to_owned).collect())
    }
}

/// Built-in providers whose table may hold only these, and no name (codex-facts 1.1).
const BUILT_IN: [(&str, &[&str]); 3] = [
    ("amazon-bedrock", &["base_url", "auth", "http_headers", "aws"]),
    ("amazon-bedrock-runtime", &["base_url", "auth", "http_headers", "aws"]),
    ("gcp", &["base_url", "auth", "http_headers", "project_id", "location", "credential_file"]),
];

/// An id of ours, made of one that may not be.
pub(super) fn tame(id: &str) -> String {
    let tame = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_' { c } else { '-' };
    let id: String = id.to_lowercase().chars().map(tame).collect();
    let id = id.trim_matches(['-', '_']);
    if id.is_empty() { "custom".to_owned() } else { id.chars().take(60).collect() }
}
