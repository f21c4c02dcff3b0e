//! `codexgw config path --json`.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::codex::CodexHome;
use crate::error::{Error, Result};
use crate::ui;

use super::super::context::Context;

#[derive(Serialize)]
struct Places {
    codex: Place,
    profiles: Vec<Profile>,
    settings: Place,
    state: Place,
}

#[derive(Serialize)]
struct Place {
    path: PathBuf,
    exists: bool,
}

#[derive(Serialize)]
struct Profile {
    name: String,
    path: PathBuf,
}

pub fn print_all(context: &Context) -> Result<u8> {
    let home = CodexHome::resolve()?;
    ui::json(&Places {
        codex: Place::of(home.config_file()),
        profiles: profiles(home.dir())?,
        settings: Place::of(context.home.settings_file()),
        state: Place::of(context.home.state_dir().to_path_buf()),
    });
    Ok(0)
}

impl Place {
    fn of(path: PathBuf) -> Self {
        Self { exists: path.exists(), path }
    }
}

/// The profile files that Codex would find, by name.
fn profiles(dir: &Path) -> Result<Vec<Profile>> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(Error::fixable(format!("cannot list `{}`", dir.display())).cause(e)),
    };
    let mut profiles: Vec<Profile> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_str()?.strip_suffix(".config.toml")?.to_owned();
            let path = CodexHome::at(dir).profile_file(&name).ok()?;
            path.is_file().then_some(Profile { name, path })
        })
        .collect();
    profiles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(profiles)
}
