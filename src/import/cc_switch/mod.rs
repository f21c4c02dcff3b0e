//! CC Switch, a desktop program that switches Claude Code, Codex and others between providers: its database
//! `~/.cc-switch/cc-switch.db`, and the `config.json` of its versions before that.

mod database;
mod json;
mod record;

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::Found;

const DATABASE: &str = "cc-switch.db";
const CONFIG: &str = "config.json";

/// The file to read: the one named, or the one in the folder named, or the one in CC Switch's own folder.
///
/// # Errors
/// When there is none.
pub fn find(named: Option<PathBuf>, home: Option<&Path>) -> Result<PathBuf> {
    let place = named.or_else(|| home.map(|home| home.join(".cc-switch")));
    let Some(place) = place else {
        return Err(Error::fixable("cannot find your home directory")
            .hint("name the file: `codexgw migrate --from cc-switch --path FILE`"));
    };
    if place.is_file() {
        return Ok(place);
    }
    // Newer versions leave the old file behind, so the database comes first.
    [DATABASE, CONFIG].into_iter().map(|name| place.join(name)).find(|file| file.is_file()).ok_or_else(|| {
        Error::fixable(format!("found nothing of CC Switch in `{}`", place.display()))
            .hint("name its database: `codexgw migrate --from cc-switch --path FILE`")
    })
}

/// Reads the file; what is in it stays as it is.
///
/// # Errors
/// When it cannot be read, or is none of CC Switch's.
pub fn read(file: &Path) -> Result<Vec<Found>> {
    let is_json = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let records = if is_json { json::read(file)? } else { database::read(file)? };
    let origin = format!("`{}`", file.display());
    Ok(records.iter().filter_map(|record| record.found(&origin)).collect())
}

#[cfg(test)]
mod tests;
