//! A LiteLLM proxy's `config.yaml`: each provider that it sends requests to becomes one here. Those that codexgw cannot
//! reach by itself stay behind the proxy, which is offered as a provider of its own.

mod entry;
mod upstreams;

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};

use super::{Found, FoundKey, Lookup};

use entry::{Entry, Scope};

/// The variable that holds the key of a proxy whose file names none.
const MASTER_KEY: &str = "LITELLM_MASTER_KEY";

/// The file to read: the one named, else the first that is there and is one of LiteLLM's.
///
/// # Errors
/// When there is none.
pub fn find(named: Option<PathBuf>, here: &Path, home: Option<&Path>) -> Result<PathBuf> {
    if let Some(file) = named {
        return Ok(file);
    }
    let mut candidates = vec![here.join("config.yaml"), here.join("litellm_config.yaml")];
    candidates.extend(home.map(|home| home.join(".litellm/config.yaml")));
    let is_ours = |file: &PathBuf| std::fs::read_to_string(file).is_ok_and(|text| text.contains("model_list"));
    let looked: Vec<String> = candidates.iter().map(|file| format!("`{}`", file.display())).collect();
    candidates.into_iter().find(is_ours).ok_or_else(|| {
        Error::fixable("found no configuration of a LiteLLM proxy")
            .cause(format!("looked for {}", looked.join(", ")))
            .hint("name it: `codexgw migrate --from litellm --path FILE`")
    })
}

/// Reads the file.
///
/// # Errors
/// When it cannot be read, or is no configuration of a LiteLLM proxy.
pub fn read(file: &Path, lookup: Lookup) -> Result<Vec<Found>> {
    let text = fs_err::read_to_string(file)
        .map_err(|e| Error::fixable(format!("cannot read `{}`", file.display())).cause(e))?;
    parse(&text, &format!("`{}`", file.display()), lookup)
}

fn parse(text: &str, origin: &str, lookup: Lookup) -> Result<Vec<Found>> {
    let refuse = |cause: String| {
        Error::fixable(format!("{origin} is no configuration of a LiteLLM proxy"))
            .cause(cause)
            .hint("name the right file: `codexgw migrate --from litellm --path FILE`")
    };
    // Without its snippets: what stands around a mistake may be a key. The message may quote one too.
    let options = serde_saphyr::options! { with_snippet: false };
    let config: Value = serde_saphyr::from_str_with_options(text, options).map_err(|e| {
        let line = e.location().map(|location| format!(", line {}", location.line())).unwrap_or_default();
        refuse(format!("it is not YAML that can be read{line}"))
    })?;
    let Some(models) = config.get("model_list").and_then(Value::as_array) else {
        return Err(refuse("it has no `model_list`".to_owned()));
    };
    let scope = Scope::new(&config, lookup);
    let mut found: Vec<Found> = Vec::new();
    let mut behind: Vec<String> = Vec::new();
    for entry in models.iter().filter_map(Entry::read) {
        let next = entry.found(&scope, origin);
        if entry.is_closed() {
            behind.push(entry.name.clone());
        }
        match found.iter_mut().find(|known| same_provider(known, &next)) {
            Some(known) => next.models.iter().for_each(|model| known.add_model(model)),
            None => found.push(next),
        }
    }
    if !behind.is_empty() {
        found.push(proxy(&config, &scope, &behind, origin));
    }
    Ok(found)
}

fn same_provider(a: &Found, b: &Found) -> bool {
    let same_place = a.id == b.id && a.base_url == b.base_url && a.blocked == b.blocked;
    // What cannot be set up is told once, whatever its keys.
    same_place && (a.blocked.is_some() || a.key.same_as(&b.key))
}

/// The proxy itself, for the models that only it can reach.
fn proxy(config: &Value, scope: &Scope, models: &[String], origin: &str) -> Found {
    let mut found = Found::named("litellm", origin.to_owned());
    "LiteLLM, the proxy itself".clone_into(&mut found.name);
    found.template = Some("litellm".to_owned());
    let master = config.pointer("/general_settings/master_key").and_then(Value::as_str);
    found.key = scope.key(master.unwrap_or_default());
    if matches!(found.key, FoundKey::Missing) {
        found.key = scope.variable(MASTER_KEY).unwrap_or(FoundKey::Missing);
    }
    for model in models.iter().filter(|model| !model.contains('*')) {
        found.add_model(model);
    }
    if found.models.is_empty() {
        found.notes.push("the file names no single model of it".to_owned());
    }
    found.notes.push("for the models that only the proxy reaches; it has to be running".to_owned());
    found
}

#[cfg(test)]
mod tests;
