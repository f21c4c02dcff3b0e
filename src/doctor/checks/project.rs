//! A project's own configuration (codex-facts 1.6, G13). Its file may be under version control and belong to a team, so
//! nothing here is mended by itself.

use crate::codex::{CodexHome, ProjectFile};
use crate::config::Document;
use crate::doctor::{Check, Choice, Finding, Severity, World};
use crate::error::Error;
use crate::setup::GATEWAY_ID;

pub const CHECK: Check = Check {
    id: "project",
    about: "a project's configuration that is ignored, broken, or beats your profile",
    is_online: false,
    look,
};

fn look(world: &World) -> Vec<Finding> {
    let config = world.codex_home.as_ref().map(CodexHome::config_file).unwrap_or_default();
    let mut findings = Vec::new();
    for file in ProjectFile::all(&world.cwd, &config) {
        let level = |folder: &str| world.documents().find_map(|d| d.get_str(&["projects", folder, "trust_level"]));
        if !file.is_trusted(level) {
            findings.push(untrusted(&file));
            continue;
        }
        let document = match Document::read(&file.path) {
            Ok(Some(document)) => document,
            Ok(None) => continue,
            Err(e) => {
                findings.push(broken(&file, &e.into()));
                continue;
            }
        };
        findings.extend(model(world, &document));
        findings.extend(catalogue(&document));
    }
    findings
}

/// Codex ignores a project's configuration, with what else stands in it, until the project is trusted.
fn untrusted(file: &ProjectFile) -> Finding {
    Finding::note("project-untrusted", "Codex ignores this project's configuration: you do not trust the project")
        .saw(file.path.display().to_string())
        .saw("Codex says: Untrusted project-local configuration is disabled")
        .say("if you trust it, start `codex` there and say yes")
}

fn broken(file: &ProjectFile, e: &Error) -> Finding {
    let what = "this project's configuration cannot be read, so Codex does not start in it";
    let seen = Finding::broken("project-broken", what).saw(file.path.display().to_string());
    let is_about_edit = |cause: &&String| !cause.starts_with("nothing was changed");
    let seen = e.causes().iter().filter(is_about_edit).fold(seen, Finding::saw);
    seen.say(format!("mend that line in {}", file.path.display()))
}

/// A project may well name a model: that changes the person's default, and is what the file is for. It goes before a
/// profile's, too, and is trouble where it lands at a provider that does not serve it.
fn model(world: &World, document: &Document) -> Option<Finding> {
    let model = document.get_str(&["model"])?;
    let choices = world.choices().into_iter();
    let mut beaten: Vec<_> = choices.filter_map(|choice| Some((beaten(world, choice, model)?, choice))).collect();
    beaten.sort_by_key(|(severity, _)| *severity);
    let (worst, first) = beaten.first()?;
    let start = first.profile.map_or_else(|| "codex".to_owned(), |name| format!("codex -p {name}"));
    let what = format!("this project's model `{model}` goes before yours: `{start}` asks your provider for it");
    let finding = Finding::new("project-model", *worst, what).saw(World::place(document, &["model"]));
    let finding = beaten.iter().filter(|(severity, _)| severity == worst).fold(finding, |finding, (_, choice)| {
        let asks = format!("{} asks `{}`", choice.words(), choice.text("model_provider").unwrap_or("openai"));
        finding.saw(choice.text("model").map_or(asks.clone(), |own| format!("{asks} for `{own}`")))
    });
    let run = first.profile.map_or_else(|| "codexgw run".to_owned(), |name| format!("codexgw run --profile {name}"));
    Some(finding.say(format!("`{run}` names the model itself; plain `codex` follows the project")))
}

/// How bad it is for this choice that Codex asks its provider for the project's model. What a provider serves that is not
/// behind the gateway nobody knows; one that is a profile's alone was chosen for that profile's model.
fn beaten(world: &World, choice: Choice<'_>, model: &str) -> Option<Severity> {
    let provider = choice.text("model_provider").unwrap_or("openai");
    if choice.text("model") == Some(model) {
        return None;
    }
    let id = model.split_once('/').map(|(id, _)| id);
    let is_served =
        || world.settings.as_ref().is_ok_and(|settings| id.is_some_and(|id| settings.providers.contains_key(id)));
    if provider == GATEWAY_ID && !is_served() {
        return Some(Severity::Warning);
    }
    let default = world.config().and_then(|config| config.get_str(&["model_provider"])).unwrap_or("openai");
    let has_model = choice.profile.is_some() && choice.document.get(&["model"]).is_some();
    let is_default = provider == default || provider == GATEWAY_ID;
    has_model.then_some(if is_default { Severity::Note } else { Severity::Warning })
}

fn catalogue(document: &Document) -> Option<Finding> {
    let path = document.get_str(&["model_catalog_json"])?;
    if document.path().with_file_name(path).is_file() {
        return None;
    }
    let what = "this project names a model catalogue that is not there, so Codex does not start in it";
    let place = World::place(document, &["model_catalog_json"]);
    let say = format!("put the file there, or take the line out of {}", document.path().display());
    Some(Finding::broken("project-catalogue", what).saw(format!("{place} names `{path}`")).say(say))
}
