//! Values and keys that Codex has dropped: some stop it, some it ignores (codex-facts 1.1 and 1.3).

use std::path::Path;

use toml_edit::{Item, Value};

use crate::catalog;
use crate::codex;
use crate::config::{Change, Document};
use crate::error::Result;

use super::finding::Kind;
use super::providers::tame;
use super::world::{World, tables};

/// Keys and tables at the top that no Codex has known, or none does any more. Guides still recommend them.
const IGNORED: [&str; 29] = [
    "experimental_instructions_file",
    "env_key",
    "api_key",
    "apiKey",
    "openai_api_key",
    "auth",
    "network",
    "default",
    "gateway",
    "base_url",
    "model_max_output_tokens",
    "max_output_tokens",
    "temperature",
    "model_temperature",
    "model_supports_reasoning_summaries",
    "model_reasoning_summary_format",
    "disable_response_storage",
    "preferred_auth_method",
    "base_instructions",
    "include_apply_patch_tool",
    "experimental_use_freeform_apply_patch",
    "windows_wsl_setup_acknowledged",
    "zsh_path",
    "model_catalog_url",
    "commit_attribution",
    "network_proxy",
    "default_model",
    "telemetry",
    "debug",
];

/// Keys under a new name.
const RENAMED: [(&str, &str); 1] = [("experimental_instructions_file", "model_instructions_file")];

/// Mends one file.
pub(super) fn mend(world: &mut World<'_>, file: &Path) -> Result<()> {
    refused_values(world, file)?;
    let document = world.document(file)?;
    for (old, new) in RENAMED {
        // A file that is not there was ignored before, and would stop Codex under the new name.
        let is_there = document.get_str(&[old]).is_some_and(|path| file.with_file_name(path).is_file());
        if is_there && document.get(&[new]).is_none() {
            world.found(Kind::IgnoredKey, file, &[old], ignored(old), format!("renamed to `{new}`, as Codex did"));
            world.change(file, &[Change::rename(&[old], new)])?;
        }
    }
    for key in IGNORED {
        let Some(item) = world.document(file)?.get(&[key]).cloned() else { continue };
        let shown = if item.is_table_like() { format!("[{key}]") } else { key.to_owned() };
        if holds_text_like_a_key(&item)
            || (item.is_str()
                && crate::secret::looks_like_credential(key)
                && key != "env_key"
                && !key.ends_with("method"))
        {
            let then = "it may hold a key: store that with `codexgw key set PROVIDER`, then take it out".to_owned();
            world.left(Kind::PastedKey, file, &[key], ignored(&shown), then);
            continue;
        }
        world.found(Kind::IgnoredKey, file, &[key], ignored(&shown), "removed".to_owned());
        world.change(file, &[Change::remove(&[key])])?;
    }
    Ok(())
}

fn ignored(key: &str) -> String {
    format!("`{key}`: Codex knows no such setting and ignores it")
}

/// Keys of a provider's table that no Codex has known, and what was meant by some of them.
const OF_PROVIDERS: [(&str, Option<&str>); 17] = [
    ("headers", Some("http_headers")),
    ("api_key_env", Some("env_key")),
    ("models", None),
    ("timeout", None),
    ("request_timeout_ms", None),
    ("connect_timeout_ms", None),
    ("proxy", None),
    ("ca_cert", None),
    ("tls", None),
    ("client_cert", None),
    ("organization", None),
    ("api_version", None),
    ("stream", None),
    ("model", None),
    ("model_catalog_json", None),
    ("display_name", None),
    ("base_url_env", None),
];

/// Mends the keys of provider tables that Codex ignores.
pub(super) fn provider_keys(world: &mut World<'_>, file: &Path) -> Result<()> {
    for id in tables(&world.document(file)?, &["model_providers"]) {
        variable_name(world, file, &id)?;
        for (key, meant) in OF_PROVIDERS {
            let document = world.document(file)?;
            let path = ["model_providers", id.as_str(), key];
            let Some(item) = document.get(&path) else { continue };
            let what = format!("`{key}` of provider `{id}`: Codex knows no such setting and ignores it");
            let is_free = |new: &str| document.get(&["model_providers", &id, new]).is_none();
            let fits = |new: &str| match item.as_table_like() {
                Some(headers) => new == "http_headers" && headers.iter().all(|(_, value)| value.is_str()),
                None => new == "env_key" && item.as_str().is_some_and(super::pasted::is_variable_name),
            };
            let (then, change) = match meant.filter(|new| is_free(new) && fits(new)) {
                Some(new) => (format!("renamed to `{new}`, which Codex reads"), Change::rename(&path, new)),
                None => ("removed".to_owned(), Change::remove(&path)),
            };
            world.found(Kind::IgnoredKey, file, &path, what, then);
            world.change(file, &[change])?;
        }
    }
    Ok(())
}

/// Codex takes `env_key = "$KEY"` by its letters, and finds no variable of that name.
fn variable_name(world: &mut World<'_>, file: &Path, id: &str) -> Result<()> {
    let path = ["model_providers", id, "env_key"];
    let Some(written) = world.str(file, &path) else { return Ok(()) };
    let Some(name) = super::pasted::variable_of(&written) else { return Ok(()) };
    let what = format!("`env_key = \"{written}\"` of provider `{id}`: Codex looks for a variable of just that name");
    world.found(Kind::VariableName, file, &path, what, format!("becomes `\"{name}\"`"));
    world.change(file, &[Change::set(&path, name)])
}

/// Whether something below looks like a secret, by its key.
fn holds_text_like_a_key(item: &Item) -> bool {
    let Some(table) = item.as_table_like() else { return false };
    table.iter().any(|(key, item)| {
        (item.as_str().is_some_and(|text| text.len() >= 16) && crate::secret::looks_like_credential(key))
            || holds_text_like_a_key(item)
    })
}

fn refused_values(world: &mut World<'_>, file: &Path) -> Result<()> {
    let document = world.document(file)?;
    let text = |path: &[&str]| document.get_str(path).map(str::to_owned);
    if text(&["approval_policy"]).as_deref() == Some("untrusted") {
        let what = "`approval_policy = \"untrusted\"`: Codex refuses to start with it".to_owned();
        world.found(Kind::RemovedValue, file, &["approval_policy"], what, "removed, as Codex asks".to_owned());
        world.change(file, &[Change::remove(&["approval_policy"])])?;
    }
    if let Some(on) = document.get(&["web_search"]).and_then(Item::as_bool) {
        let value = if on { "live" } else { "disabled" };
        let what = format!("`web_search = {on}`: Codex takes only words there, and refuses to start");
        world.found(Kind::RemovedValue, file, &["web_search"], what, format!("becomes `\"{value}\"`"));
        world.change(file, &[Change::set(&["web_search"], value)])?;
    }
    for key in ["model_reasoning_effort", "plan_mode_reasoning_effort"] {
        if text(&[key]).as_deref() == Some("") {
            let what = format!("`{key}` is empty, which Codex refuses");
            world.found(Kind::RemovedValue, file, &[key], what, "removed".to_owned());
            world.change(file, &[Change::remove(&[key])])?;
        }
    }
    if document.get(&["experimental_thread_store_endpoint"]).is_some() {
        let path = ["experimental_thread_store_endpoint"];
        let what = "`experimental_thread_store_endpoint`: Codex refuses to start with it".to_owned();
        world.found(Kind::RemovedValue, file, &path, what, "removed".to_owned());
        world.change(file, &[Change::remove(&path)])?;
    }
    for key in ["model_provider", "oss_provider"] {
        if text(&[key]).as_deref() == Some("ollama-chat") && !defines(world, "ollama-chat")? {
            let what = format!("`{key} = \"ollama-chat\"`: Codex no longer has that provider");
            world.found(Kind::RemovedValue, file, &[key], what, "becomes `\"ollama\"`, as Codex asks".to_owned());
            world.change(file, &[Change::set(&[key], Value::from("ollama"))])?;
        }
    }
    Ok(())
}

/// Names a provider that is chosen and that nobody defines: Codex refuses to start with it.
pub(super) fn unknown_providers(world: &mut World<'_>) -> Result<()> {
    for scope in world.scopes()? {
        let Some(id) = world.str(&scope.file, &scope.path("model_provider")) else { continue };
        if codex::is_built_in(&id) || defines(world, &id)? {
            continue;
        }
        let what =
            format!("`model_provider = \"{id}\"`: no provider of that name is configured, and Codex refuses to start");
        let is_default = scope.file == world.config_file() && scope.at.is_empty();
        let known = providers(world)?;
        let same = known.iter().find(|other| other.eq_ignore_ascii_case(&id)).cloned();
        let near = same.or_else(|| catalog::nearest_of(&id, known.iter().map(String::as_str)).map(str::to_owned));
        let then = match catalog::provider(&id) {
            _ if near.is_some() => {
                format!("did you mean `{}`? Name it: `codexgw config edit`", near.unwrap_or_default())
            }
            _ if !is_default => "name one that is: `codexgw list` shows those of codexgw".to_owned(),
            // What a tool for dotfiles has not filled in.
            _ if id.contains(['{', '$', '%', '<']) => {
                "name one that is: `codexgw list` shows those of codexgw".to_owned()
            }
            Some(template) => format!("add it: `codexgw add {} --default`", template.id),
            None => format!("add it: `codexgw add custom --id {} --base-url URL --default`", tame(&id)),
        };
        world.left(Kind::UnknownProvider, &scope.file, &scope.path("model_provider"), what, then);
    }
    Ok(())
}

/// The ids of all providers that the person's files define.
fn providers(world: &World<'_>) -> Result<Vec<String>> {
    let mut ids = Vec::new();
    for file in world.user_files() {
        let document = world.document(&file)?;
        let tables = Document::get(&document, &["model_providers"]).and_then(toml_edit::Item::as_table_like);
        ids.extend(tables.into_iter().flat_map(toml_edit::TableLike::iter).map(|(id, _)| id.to_owned()));
    }
    Ok(ids)
}

/// Whether any of the person's files defines a provider.
fn defines(world: &World<'_>, id: &str) -> Result<bool> {
    let mut found = false;
    for file in world.user_files() {
        found |= Document::get(&world.document(&file)?, &["model_providers", id]).is_some();
    }
    Ok(found)
}
