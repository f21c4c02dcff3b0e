//! Legacy profiles: `profile = …` and `[profiles.*]` (codex-facts 1.2).

use std::path::{Path, PathBuf};

use toml_edit::{Item, TableLike};

use crate::config::{Change, Document, cut};
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
    let mut chosen = None;
    for name in names {
        let path = ["profiles", name.as_str()];
        let Some(taken) = cut(world.text(&config), &path, &[]).map_err(|e| refused(&config, &e))? else { continue };
        let file = if plain_name(&name) == name {
            world.setup.codex_home().profile_file(&name)?
        } else {
            free_file(world, &plain_name(&name))?
        };
        if selected.as_ref() == Some(&name) {
            chosen = Some(file.clone());
        }
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
            let what = "`profile = …`: Codex refuses to start with it".to_owned();
            let then =
                if file == config { adopt(world, selected.as_deref(), chosen.clone())? } else { "removed".to_owned() };
            world.found(Kind::LegacyProfile, &file, &["profile"], what, then);
            world.change(&file, &[Change::remove(&["profile"])])?;
        }
    }
    Ok(())
}

/// What the person's default was, it stays: `config.toml` takes over what the selected profile says. The other profiles
/// keep what they had from `config.toml` so far.
fn adopt(world: &mut World<'_>, selected: Option<&str>, chosen: Option<PathBuf>) -> Result<String> {
    let Some(name) = selected else { return Ok("removed".to_owned()) };
    let chosen = match chosen {
        Some(file) => file,
        None => world.setup.codex_home().profile_file(&plain_name(name))?,
    };
    if !world.has_file(&chosen) {
        return Ok(format!("removed; there is no profile `{name}`"));
    }
    let config = world.config_file();
    let (base, profile) = (world.document(&config)?, world.document(&chosen)?);
    let others: Vec<PathBuf> =
        world.user_files().into_iter().filter(|file| *file != config && *file != chosen).collect();
    let mut stay = Vec::new();
    for path in leaves(profile.root()) {
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        let Some(change) = copy(&profile, &path) else { continue };
        if path == ["profile"] || profile.source(&path) == base.source(&path) {
            continue;
        }
        let before = match base.get(&path) {
            Some(_) => copy(&base, &path),
            None if path == ["model_provider"] => Some(Change::set(&path, "openai")),
            None => None,
        };
        // What cannot be said of the others in words must not come to them from above, such as fewer questions.
        if before.is_none() && path != ["model"] && !others.is_empty() {
            stay.push(format!("`{}`", path.join(".")));
            continue;
        }
        for other in &others {
            if let Some(before) = before.clone().filter(|_| lacks(world, other, &path)) {
                world.change(other, &[before])?;
            }
        }
        world.change(&config, &[change])?;
    }
    if !stay.is_empty() {
        let (stay, shown) = (stay.join(", "), plain_name(name));
        world.steps.push(format!("plain `codex` starts without {stay} of `{name}`; with it: `codex -p {shown}`"));
    }
    Ok(format!("removed; what the profile `{name}` says is the default now, as it was"))
}

fn lacks(world: &World<'_>, file: &Path, path: &[&str]) -> bool {
    world.document(file).is_ok_and(|document| document.get(path).is_none())
}

/// The same value for the same path of another file.
fn copy(document: &Document, path: &[&str]) -> Option<Change> {
    if let Some(source) = document.source(path) {
        return Some(Change::restore(path, source));
    }
    let mut value = document.get(path)?.clone().into_value().ok()?;
    value.decor_mut().clear();
    Some(Change::set(path, value))
}

/// The paths of all values, tables gone into.
fn leaves(table: &dyn TableLike) -> Vec<Vec<String>> {
    let below = |(key, item): (&str, &Item)| -> Vec<Vec<String>> {
        let inner = item.as_table().map_or_else(|| vec![Vec::new()], |table| leaves(table));
        inner.into_iter().map(|path| std::iter::once(key.to_owned()).chain(path).collect()).collect()
    };
    table.iter().flat_map(below).collect()
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
    let (legacy, present) = (Document::parse(file, piece), world.document(file)?);
    let legacy = legacy.map_err(|e| refused(file, &e))?;
    let missing = legacy.root().iter().filter(|(key, _)| present.get(&[key]).is_none());
    let changes: Vec<Change> = missing.filter_map(|(key, _)| copy(&legacy, &[key])).collect();
    world.change(file, &changes)
}

/// A name that Codex takes for a profile, made of one that it may not take.
pub(super) fn plain_name(name: &str) -> String {
    let tame = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '-' };
    let name: String = name.chars().map(tame).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "profile".to_owned() } else { name.to_owned() }
}
