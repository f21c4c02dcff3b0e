//! A provider as the person's files describe it, all of them taken together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use toml_edit::{Item, TableLike};

use crate::error::Result;

use super::pasted::{self, Pasted};
use super::world::{World, tables};

/// One provider id with what its tables say; profile files are laid over `config.toml`.
pub(super) struct Table {
    pub(super) id: String,
    /// The files that hold a part of it.
    pub(super) files: Vec<PathBuf>,
    pub(super) name: Option<String>,
    pub(super) base_url: Option<String>,
    pub(super) wire_api: Option<String>,
    pub(super) env_key: Option<String>,
    /// Headers that are no secrets.
    pub(super) headers: BTreeMap<String, String>,
    /// Headers whose values stand in variables.
    pub(super) env_headers: BTreeMap<String, String>,
    /// Query parameters that are no secrets.
    pub(super) query: BTreeMap<String, String>,
    /// Whether there are others.
    pub(super) has_secret_query: bool,
    /// Whether a header authorizes by something else than a key, such as a name and a password.
    pub(super) has_other_authorization: bool,
    /// Whether the files give it more than one address.
    pub(super) differs: bool,
    /// The keys in its tables.
    pub(super) keys: BTreeSet<String>,
    /// Whether Codex already gets the key from a command.
    pub(super) has_command: bool,
    pub(super) pasted: Vec<(PathBuf, Pasted)>,
}

impl Table {
    /// All providers that the person's files define.
    pub(super) fn all(world: &World<'_>) -> Result<Vec<Self>> {
        let mut ids: Vec<String> = Vec::new();
        for file in world.user_files() {
            ids.extend(tables(&world.document(&file)?, &["model_providers"]));
        }
        ids.sort();
        ids.dedup();
        let mut all = ids.into_iter().map(|id| Self::read(world, id)).collect::<Result<Vec<_>>>()?;
        // A key that stands where nobody reads it was meant for the provider that is chosen.
        let config = world.config_file();
        let chosen = world.str(&config, &["model_provider"]);
        let owner = all.iter_mut().find(|table| Some(&table.id) == chosen.as_ref());
        if let Some(owner) =
            owner.filter(|table| table.pasted.is_empty() && table.env_key.is_none() && !table.has_command)
        {
            let astray = pasted::astray(world.document(&config)?.root());
            owner.pasted.extend(astray.into_iter().map(|pasted| (config.clone(), pasted)));
        }
        Ok(all)
    }

    fn read(world: &World<'_>, id: String) -> Result<Self> {
        let mut table = Self {
            id,
            files: Vec::new(),
            name: None,
            base_url: None,
            wire_api: None,
            env_key: None,
            headers: BTreeMap::new(),
            env_headers: BTreeMap::new(),
            query: BTreeMap::new(),
            has_secret_query: false,
            has_other_authorization: false,
            differs: false,
            keys: BTreeSet::new(),
            has_command: false,
            pasted: Vec::new(),
        };
        for file in world.user_files() {
            let document = world.document(&file)?;
            let item = document.get(&["model_providers", table.id.as_str()]);
            if let Some(part) = item.and_then(Item::as_table_like) {
                table.take(part);
                let at = ["model_providers", table.id.as_str()];
                table.pasted.extend(pasted::find(part, &at).into_iter().map(|pasted| (file.clone(), pasted)));
                table.files.push(file);
            }
        }
        Ok(table)
    }

    fn take(&mut self, part: &dyn TableLike) {
        let text = |key: &str| part.get(key).and_then(Item::as_str).map(str::to_owned);
        let first = |present: &mut Option<String>, key: &str| *present = present.take().or_else(|| text(key));
        self.differs |= self.base_url.is_some() && text("base_url").is_some_and(|url| self.base_url != Some(url));
        self.keys.extend(part.iter().map(|(key, _)| key.to_owned()));
        first(&mut self.name, "name");
        first(&mut self.base_url, "base_url");
        first(&mut self.wire_api, "wire_api");
        let env_key = text("env_key").filter(|name| pasted::is_variable_name(name));
        self.env_key = self.env_key.take().or(env_key);
        let pairs = |key: &str| {
            let table = part.get(key).and_then(Item::as_table_like);
            let pairs = table.into_iter().flat_map(TableLike::iter);
            pairs.filter_map(|(key, item)| Some((key.to_owned(), item.as_str()?.to_owned()))).collect::<Vec<_>>()
        };
        let is_secret =
            |name: &str| name.eq_ignore_ascii_case("authorization") || crate::secret::looks_like_credential(name);
        let is_other =
            |(name, value): &(String, String)| name.eq_ignore_ascii_case("authorization") && !pasted::is_bearer(value);
        self.has_other_authorization |= pairs("http_headers").iter().any(is_other);
        self.headers.extend(pairs("http_headers").into_iter().filter(|(name, _)| !is_secret(name)));
        self.env_headers.extend(pairs("env_http_headers"));
        for (name, value) in pairs("query_params") {
            if is_secret(&name) {
                self.has_secret_query = true;
            } else {
                self.query.insert(name, value);
            }
        }
        self.has_command |= part.contains_key("auth") || part.contains_key("gateway_oauth");
    }

    /// Whether its key is in a file as text.
    pub(super) fn has_pasted_keys(&self) -> bool {
        !self.pasted.is_empty()
    }

    /// The base URL as we keep it: without a slash at the end, and without the path that a client appends.
    pub(super) fn plain_base_url(&self) -> Option<String> {
        let known = || match self.id.as_str() {
            "ollama" => Some("http://localhost:11434/v1".to_owned()),
            "lmstudio" => Some("http://localhost:1234/v1".to_owned()),
            _ => None,
        };
        let url = self.base_url.clone().filter(|url| !url.trim().is_empty()).or_else(known)?;
        let url = url.trim().trim_end_matches('/');
        let url = url.strip_suffix("/chat/completions").or_else(|| url.strip_suffix("/responses")).unwrap_or(url);
        let is_url = url::Url::parse(url).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.username().is_empty()
        });
        is_url.then(|| url.trim_end_matches('/').to_owned())
    }
}
