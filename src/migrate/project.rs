//! A project's `.codex/config.toml`: Codex ignores provider settings there (codex-facts 1.6).
//!
//! Whoever may write to a repository may write that file, so nothing in it is taken over by itself. What an untrusted
//! project says counts for nobody, and is left alone.

use std::path::Path;

use toml_edit::Item;

use crate::codex::ProjectFile;
use crate::config::{Change, Document, cut, join};
use crate::error::Result;

use super::finding::Kind;
use super::removed;
use super::world::{World, refused, tables};

/// The keys that Codex ignores there and that concern providers.
const IGNORED: [&str; 5] = ["model_provider", "model_providers", "profile", "openai_base_url", "chatgpt_base_url"];

/// What mends it, when the person wants that.
const COMMAND: &str = "`codexgw migrate --project`";

/// Looks at one project's file. Changes it, and the person's own with it, only when that is asked for.
pub(super) fn mend(world: &mut World<'_>, project: &ProjectFile, takes_over: bool) -> Result<()> {
    let file = &project.path;
    if !is_trusted(world, project)? {
        if takes_over {
            let what = "you do not trust this project, so nothing is taken over from it".to_owned();
            let then = "if you do, start `codex` there and say yes".to_owned();
            world.left(Kind::ProjectSettings, file, &[], what, then);
        }
        return Ok(());
    }
    world.load_or_tell(file);
    if !world.has_file(file) {
        return Ok(());
    }
    if takes_over {
        take_over(world, file)?;
        return removed::mend(world, file);
    }
    tell(world, file)
}

fn is_trusted(world: &World<'_>, project: &ProjectFile) -> Result<bool> {
    let documents = world.user_files().iter().map(|file| world.document(file)).collect::<Result<Vec<_>>>()?;
    Ok(project.is_trusted(|folder| {
        documents.iter().find_map(|document| document.get_str(&["projects", folder, "trust_level"]))
    }))
}

/// Tells what is wrong in the file, and leaves it as it is.
fn tell(world: &mut World<'_>, file: &Path) -> Result<()> {
    let document = world.document(file)?;
    let present: Vec<&str> = IGNORED.into_iter().filter(|key| document.get(&[key]).is_some()).collect();
    if let Some(first) = present.first() {
        let names: Vec<String> = present.iter().map(|key| format!("`{key}`")).collect();
        let what =
            format!("provider settings in a project's configuration, which Codex ignores there: {}", names.join(", "));
        let own = ["model_provider", "model_providers"];
        let then = if own.iter().any(|key| present.contains(key)) {
            format!("to have them in your own, see what they are, and agree: {COMMAND}")
        } else {
            "to use the provider, add it: `codexgw add custom`".to_owned()
        };
        world.left(Kind::ProjectSettings, file, &[first], what, then);
    }
    let (text, known) = (world.text(file).to_owned(), world.findings.len());
    removed::mend(world, file)?;
    world.set_text(file, text);
    for finding in world.findings.iter_mut().skip(known).filter(|finding| !finding.by_hand) {
        finding.by_hand = true;
        finding.then = format!("the file is the project's; to have it mended there: {COMMAND}");
    }
    Ok(())
}

/// Moves the provider settings of one project file to where Codex reads them.
fn take_over(world: &mut World<'_>, file: &Path) -> Result<()> {
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
            format!("moved to your own `config.toml`{}", consequences(&world.document(&config)?, &path))
        } else if meaning(world.text(&config)) == meaning(world.text(file)) {
            "removed; your own `config.toml` has it already".to_owned()
        } else {
            let then = "your own `config.toml` has another of that name: keep one of the two".to_owned();
            world.left(Kind::ProjectSettings, file, &path, what, then);
            continue;
        };
        world.found(Kind::ProjectSettings, file, &path, what, then);
        world.set_text(file, here.rest);
    }
    Ok(())
}

/// What a provider's table means for the person: where prompts go, what is sent, and what is run.
fn consequences(document: &Document, path: &[&str; 2]) -> String {
    let at = |key: &str| document.get(&[path[0], path[1], key]);
    let text = |key: &str| at(key).and_then(Item::as_str);
    let address = text("base_url").map(|url| format!("what you ask there goes to `{url}`"));
    let key = text("env_key").map(|variable| format!("it is sent your `{variable}`"));
    let login = at("requires_openai_auth").map(|_| "it is sent your OpenAI login".to_owned());
    let program = ["auth", "gateway_oauth"].into_iter().find_map(at);
    let program = program.map(|program| format!("Codex runs the program of `{}`", program.to_string().trim()));
    [address, key, login, program].into_iter().flatten().map(|words| format!("; {words}")).collect()
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
