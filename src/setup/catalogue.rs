//! Model catalogue files of ours, for Codex's `model_catalog_json`: on the direct road, where nobody answers
//! `GET /models` in Codex's shape, and on the gateway road when the person's own `config.toml` names a catalogue,
//! which would switch the fetched one off (codex-facts G27).

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::codex::{Codex, catalogue, instructions};
use crate::error::{Error, Result};
use crate::settings::{Home, Provider, Road, Settings};

use super::{GATEWAY_ID, slug};

/// Where the catalogue of one of Codex's provider ids lies.
#[must_use]
pub fn file(home: &Home, codex_id: &str) -> PathBuf {
    home.state_dir().join("catalogues").join(format!("{codex_id}.json"))
}

/// Writes the catalogue files anew where what they should hold has changed: one for each direct provider, and one
/// for the gateway. Without a Codex, the short instructions of our own serve until there is one.
///
/// # Errors
/// When a file cannot be written.
pub fn refresh(home: &Home, settings: &Settings, codex: Option<&Codex>) -> Result<()> {
    let text = codex.map_or_else(|| instructions::FALLBACK.to_owned(), |codex| instructions::load(home, codex));
    let direct = settings.providers.iter().filter(|(_, provider)| provider.road == Road::Direct);
    for (id, provider) in direct {
        write_if_changed(&file(home, id), &document(std::iter::once((id.as_str(), provider)), &text))?;
    }
    let behind_gateway = settings.providers.iter().filter(|(_, provider)| provider.road == Road::Gateway);
    let behind_gateway: Vec<_> = behind_gateway.map(|(id, provider)| (id.as_str(), provider)).collect();
    if behind_gateway.is_empty() {
        return Ok(());
    }
    write_if_changed(&file(home, GATEWAY_ID), &document(behind_gateway.into_iter(), &text))
}

fn document<'a>(providers: impl Iterator<Item = (&'a str, &'a Provider)>, instructions: &str) -> Vec<u8> {
    let mut entries = Vec::new();
    for (id, provider) in providers {
        for (model, facts) in &provider.models {
            let priority = u32::from(*model != provider.model);
            entries.push(catalogue::entry(&slug(id, model, provider.road), facts, instructions, priority));
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
