//! Model catalogue files of ours, for Codex's `model_catalog_json`: on the direct road, where nobody answers
//! `GET /models` in Codex's shape, and on the gateway road when the person's own `config.toml` names a catalogue,
//! which would switch the fetched one off (codex-facts G27).

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::codex::{Codex, catalogue, instructions};
use crate::error::{Error, Result};
use crate::settings::{Home, Provider, Road};

use super::{GATEWAY_ID, Setup, slug};

/// Where the catalogue of one of Codex's provider ids lies.
#[must_use]
pub fn file(home: &Home, codex_id: &str) -> PathBuf {
    home.state_dir().join("catalogues").join(format!("{codex_id}.json"))
}

impl Setup {
    /// Writes the catalogue files anew where what they should hold has changed: one for each direct provider, and one
    /// for the gateway where it is needed. Without a Codex, the short instructions of our own serve until there is one.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn refresh_catalogues(&self, codex: Option<&Codex>) -> Result<()> {
        let home = self.home();
        let text = codex.map_or_else(|| instructions::FALLBACK.to_owned(), |codex| instructions::load(home, codex));
        let on = |road: Road| {
            let providers = self.settings.providers.iter().filter(move |(_, provider)| provider.road == road);
            providers.map(|(id, provider)| (id.as_str(), provider))
        };
        for (id, provider) in on(Road::Direct) {
            write_if_changed(&file(home, id), &document(std::iter::once((id, provider)), &text))?;
        }
        if self.config_has(&["model_catalog_json"]) && on(Road::Gateway).next().is_some() {
            write_if_changed(&file(home, GATEWAY_ID), &document(on(Road::Gateway), &text))?;
        }
        Ok(())
    }
}

fn document<'a>(providers: impl Iterator<Item = (&'a str, &'a Provider)>, instructions: &str) -> Vec<u8> {
    let mut entries = Vec::new();
    for (id, provider) in providers {
        for model in provider.chosen() {
            let priority = u32::from(*model != provider.model);
            let facts = provider.facts(model);
            entries.push(catalogue::entry(&slug(id, model, provider.road), &facts, instructions, priority));
        }
    }
    catalogue::document(&entries).to_string().into_bytes()
}

fn write_if_changed(file: &Path, content: &[u8]) -> Result<()> {
    if fs_err::read(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    let write = || -> std::io::Result<()> {
        let dir = file.parent().unwrap_or_else(|| Path::new("."));
        fs_err::create_dir_all(dir)?;
        let mut temporary = tempfile::NamedTempFile::new_in(dir)?;
        temporary.write_all(content)?;
        temporary.persist(file)?;
        Ok(())
    };
    write().map_err(|e| Error::fixable(format!("cannot write `{}`", file.display())).cause(e))
}
