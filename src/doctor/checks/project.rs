//! A project's own configuration: its `model` beats a profile's when the project is trusted (codex-facts G13).

use crate::config::{Change, Document};
use crate::doctor::{Check, Finding, Fix, World};

pub const CHECK: Check =
    Check { id: "project", about: "a project's model that beats your profile", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let config = world.codex_home.as_ref().map(crate::codex::CodexHome::config_file).unwrap_or_default();
    let mut findings = Vec::new();
    for file in crate::migrate::project_files(&world.cwd, &config) {
        let Ok(Some(document)) = Document::read(&file) else { continue };
        if let Some(finding) = untrusted(world, &document) {
            findings.push(finding);
            continue;
        }
        findings.extend(in_vain(&document));
        if let Some(model) = document.get_str(&["model"]) {
            let what = format!("this project asks for the model `{model}`, whatever your profile says");
            let fix = Fix::Edit {
                file: file.clone(),
                changes: vec![Change::remove(&["model"])],
                label: "take a project's `model` out",
            };
            findings.push(
                Finding::warning("project-model", what)
                    .saw(World::place(&document, &["model"]))
                    .saw("`codexgw run` passes the profile's model itself; plain `codex -p` follows the project")
                    .mended_by(fix),
            );
        }
        if let Some(path) = document.get_str(&["model_catalog_json"])
            && !file.with_file_name(path).is_file()
        {
            let what = "this project names a model catalogue that is not there, so Codex does not start in it";
            let fix = Fix::Edit {
                file: file.clone(),
                changes: vec![Change::remove(&["model_catalog_json"])],
                label: "take a project's missing catalogue out",
            };
            findings.push(
                Finding::broken("project-catalogue", what)
                    .saw(format!("{} names `{path}`", World::place(&document, &["model_catalog_json"])))
                    .mended_by(fix),
            );
        }
    }
    findings
}

/// What says of providers is ignored there. It is others who wrote it, so that it is never taken over unasked.
fn in_vain(document: &Document) -> Option<Finding> {
    let keys: Vec<&str> = ["model_provider", "model_providers", "profile", "openai_base_url", "chatgpt_base_url"]
        .into_iter()
        .filter(|key| document.get(&[key]).is_some())
        .collect();
    let first = *keys.first()?;
    let named: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let what = format!("Codex ignores {} in this project's configuration", named.join(", "));
    Some(
        Finding::broken("project-settings", what)
            .saw(World::place(document, &[first]))
            .saw("a provider in your own files is asked with your key, and its token command is run: read it first")
            .say("to take it over: `codexgw migrate --project`, which shows what it would write, and asks"),
    )
}

/// Codex ignores a project's configuration, with what else stands in it, until the project is trusted.
fn untrusted(world: &World, document: &Document) -> Option<Finding> {
    let project = document.path().parent()?.parent()?;
    let levels: Vec<_> = world
        .documents()
        .flat_map(|config| {
            // The folder that Codex asked about is that of the repository, which may lie above.
            project.ancestors().filter_map(|dir| config.get_str(&["projects", dir.to_str()?, "trust_level"]))
        })
        .collect();
    if levels.first() == Some(&"trusted") {
        return None;
    }
    Some(
        Finding::note("project-untrusted", "Codex ignores this project's configuration: you do not trust the project")
            .saw(document.path().display().to_string())
            .saw("Codex says: Untrusted project-local configuration is disabled")
            .say("if you trust it, start `codex` there and say yes"),
    )
}
