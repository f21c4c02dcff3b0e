//! Legacy profiles: `profile = …` and `[profiles.*]` (codex-facts 1.2).

use std::path::{Path, PathBuf};

use toml_edit::{Item, TableLike};

use crate::config::{Change, cut};
use crate::error::Result;

use super::finding::Kind;
use super::world::{World, refused, tables};

/// Makes every legacy profile a file of its own, and takes the selector out.
pub(super) fn mend(world: &mut World<'_>) -> Result<()> {
    let config = world.config_file();
    let selected = world.str(&config, &["profile"]);
    let mut names = tables(&world.document(&config)?, &["profiles"]);
    // A name that Codex takes keeps it; the others get what is left.
    names.sort_by_key(|name| plain_name(name) != *name);
    for name in names {
        let path = ["profiles", name.as_str()];
        let Some(taken) = cut(world.text(&config), &path, &[]).map_err(|e| refused(&config, &e))? else { continue };
        let file = if plain_name(&name) == name {
            world.setup.codex_home().profile_file(&name)?
        } else {
            free_file(world, &plain_name(&name))?
        };
        let shown = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let then = if world.has_file(&file) {
            fill(world, &file, &taken.piece)?;
            format!("what `{shown}` lacks moves there; what it says already stays")
        } else {
            world.set_text(&file, taken.piece);
            format!("becomes `{shown}`")
        };
        let what = format!("`[profiles.{name}]`: Codex ignores it, and refuses `-p {name}` because of it");
        world.found(Kind::LegacyProfile, &config, &path, what, then);
        world.set_text(&config, taken.rest);
    }
    let left = world.document(&config)?;
    if left.get(&["profiles"]).and_then(Item::as_table_like).is_some_and(TableLike::is_empty) {
        world.change(&config, &[Change::remove(&["profiles"])])?;
    }
    for file in world.user_files() {
        if world.document(&file)?.get(&["profile"]).is_some() {
            let name = selected.as_deref().map(plain_name).unwrap_or_default();
            let what = "`profile = …`: Codex refuses to start with it".to_owned();
            world.found(Kind::LegacyProfile, &file, &["profile"], what, "removed".to_owned());
            world.change(&file, &[Change::remove(&["profile"])])?;
            if world.setup.codex_home().profile_file(&name).is_ok_and(|file| world.has_file(&file)) {
                world.steps.push(format!(
                    "plain `codex` now starts without a profile; with it: `codexgw run --profile {name}`, or `codex -p {name}`"
                ));
            }
        }
    }
    Ok(())
}

/// The file of a profile that nobody has yet.
pub(super) fn free_file(world: &World<'_>, name: &str) -> Result<PathBuf> {
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    for name in std::iter::once(name.to_owned()).chain(numbered) {
        let file = world.setup.codex_home().profile_file(&name)?;
        if !world.has_file(&file) {
            return Ok(file);
        }
    }
    world.setup.codex_home().profile_file(name)
}

/// Adds to a profile file what it lacks. What it says already was said later, and stays.
fn fill(world: &mut World<'_>, file: &Path, piece: &str) -> Result<()> {
    let (legacy, present) = (crate::config::Document::parse(file, piece), world.document(file)?);
    let legacy = legacy.map_err(|e| refused(file, &e))?;
    let missing = legacy.root().iter().filter(|(key, _)| present.get(&[key]).is_none());
    let changes: Vec<Change> = missing
        .filter_map(|(key, item)| {
            if let Some(source) = legacy.source(&[key]) {
                return Some(Change::restore(&[key], source));
            }
            let mut value = item.clone().into_value().ok()?;
            value.decor_mut().clear();
            Some(Change::set(&[key], value))
        })
        .collect();
    world.change(file, &changes)
}

/// A name that Codex takes for a profile, made of one that it may not take.
pub(super) fn plain_name(name: &str) -> String {
    let tame = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let name: String = name.chars().map(tame).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "profile".to_owned() } else { name.to_owned() }
}
