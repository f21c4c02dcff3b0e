//! A project's `.codex/config.toml`: Codex ignores provider settings there (codex-facts 1.6).

use std::path::{Path, PathBuf};

use crate::config::{Change, cut, join};
use crate::error::Result;

use super::finding::Kind;
use super::world::{World, refused, tables};

/// The project files that Codex reads when it is started in `cwd`: from there up to the root of the repository.
#[must_use]
pub fn files(cwd: &Path, config: &Path) -> Vec<PathBuf> {
    let same = |file: &Path| file.canonicalize().ok().is_some_and(|file| config.canonicalize().ok() == Some(file));
    let mut files = Vec::new();
    for folder in cwd.ancestors() {
        let file = folder.join(".codex/config.toml");
        if file.is_file() && !same(&file) {
            files.push(file);
        }
        if folder.join(".git").exists() {
            break;
        }
    }
    files
}

/// Moves the provider settings of one project file to where Codex reads them.
pub(super) fn mend(world: &mut World<'_>, file: &Path) -> Result<()> {
    move_tables(world, file)?;
    move_choice(world, file)?;
    if world.document(file)?.get(&["profile"]).is_some() {
        let what = "`profile` in a project's configuration is ignored".to_owned();
        world.found(Kind::ProjectSettings, file, &["profile"], what, "removed".to_owned());
        world.change(file, &[Change::remove(&["profile"])])?;
    }
    for key in ["openai_base_url", "chatgpt_base_url"] {
        if world.document(file)?.get(&[key]).is_some() {
            let what = format!("`{key}` in a project's configuration is ignored");
            // In the person's own file it would send the ChatGPT login to that host (codex-facts G4).
            let then = "add the provider instead: `codexgw add custom --base-url URL`".to_owned();
            world.left(Kind::ProjectSettings, file, &[key], what, then);
        }
    }
    Ok(())
}

fn move_tables(world: &mut World<'_>, file: &Path) -> Result<()> {
    let config = world.config_file();
    for id in tables(&world.document(file)?, &["model_providers"]) {
        let path = ["model_providers", id.as_str()];
        let what = format!("provider `{id}` stands in a project's configuration, where Codex ignores it");
        let meaning = |text: &str| cut(text, &path, &[]).ok().flatten().map(|cut| normal(&cut.piece));
        let here = cut(world.text(file), &path, &path).map_err(|e| refused(file, &e))?;
        let Some(here) = here else { continue };
        let then = if world.document(&config)?.get(&path).is_none() {
            let joined = join(world.text(&config), &here.piece).map_err(|e| refused(&config, &e))?;
            world.set_text(&config, joined);
            "moved to your own `config.toml`"
        } else if meaning(world.text(&config)) == meaning(world.text(file)) {
            "removed; your own `config.toml` has it already"
        } else {
            let then = "your own `config.toml` has another of that name: keep one of the two".to_owned();
            world.left(Kind::ProjectSettings, file, &path, what, then);
            continue;
        };
        world.found(Kind::ProjectSettings, file, &path, what, then.to_owned());
        world.set_text(file, here.rest);
    }
    Ok(())
}

/// What a table says, without comments and order.
fn normal(piece: &str) -> Vec<String> {
    let mut lines: Vec<String> =
        piece.lines().map(|line| line.split('#').next().unwrap_or_default().trim().to_owned()).collect();
    lines.retain(|line| !line.is_empty());
    lines.sort();
    lines
}

/// A project's choice of provider becomes a profile of the project's name: in the person's own file it would hold
/// everywhere.
fn move_choice(world: &mut World<'_>, file: &Path) -> Result<()> {
    let Some(provider) = world.str(file, &["model_provider"]) else { return Ok(()) };
    let what = format!("`model_provider = \"{provider}\"` in a project's configuration is ignored");
    let path = ["model_provider"];
    if world.str(&world.config_file(), &path).as_ref() == Some(&provider) {
        world.found(Kind::ProjectSettings, file, &path, what, "removed; it is your default anyway".to_owned());
        return world.change(file, &[Change::remove(&path)]);
    }
    let folder = file.parent().and_then(Path::parent).and_then(Path::file_name).unwrap_or_default();
    let name = super::profiles::plain_name(&folder.to_string_lossy());
    let profile = world.setup.codex_home().profile_file(&name)?;
    if world.has_file(&profile) {
        let then = format!("a profile `{name}` exists already: start Codex with `-p` and a profile of that provider");
        world.left(Kind::ProjectSettings, file, &path, what, then);
        return Ok(());
    }
    let mut changes = vec![Change::set(&path, provider.as_str())];
    if let Some(model) = world.str(file, &["model"]) {
        changes.push(Change::set(&["model"], model));
    }
    world.change(&profile, &changes)?;
    world.found(Kind::ProjectSettings, file, &path, what, format!("becomes the profile `{name}`"));
    world.steps.push(format!("in that project, start Codex with `codexgw run --profile {name}`"));
    world.change(file, &[Change::remove(&path)])
}
