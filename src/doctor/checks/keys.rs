//! Whether each provider's key is where it should be.

use crate::config::Document;
use crate::doctor::{Check, Finding, World};
use crate::secret::Vault;
use crate::settings::{KeyStore, Provider};

pub const CHECK: Check = Check { id: "key", about: "whether every provider has its key", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let vault = Vault::new(&world.home);
    // Side by side: a keyring that does not answer is waited for once.
    let mut findings: Vec<Finding> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            world.providers().into_iter().map(|(id, p)| scope.spawn(|| stored(&vault, id, p))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok().flatten()).collect()
    });
    findings.dedup_by(|a, b| a.what == b.what);
    for document in world.documents() {
        findings.extend(variables(world, document));
    }
    findings
}

fn stored(vault: &Vault<'_>, id: &str, provider: &Provider) -> Option<Finding> {
    if matches!(provider.key, KeyStore::None | KeyStore::Env) {
        return None;
    }
    let error = vault.key(id, provider.key, &provider.key_command).err()?;
    Some(if error.message().starts_with("there is no key") {
        let what = format!("`{id}` has no key");
        Finding::broken("key-missing", what).say(format!("store it: `codexgw key set {id}`"))
    } else {
        Finding::of_error("key-store", &error).saw(format!("asked for the key of `{id}`"))
    })
}

/// Providers whose key Codex reads from a variable itself.
fn variables(world: &World, document: &Document) -> Vec<Finding> {
    let providers = document.get(&["model_providers"]).and_then(toml_edit::Item::as_table_like);
    let ids = providers.into_iter().flat_map(toml_edit::TableLike::iter).map(|(id, _)| id.to_owned());
    ids.filter_map(|id| {
        let path = ["model_providers", id.as_str(), "env_key"];
        let variable = document.get_str(&path)?;
        let seen = format!("{} names `{variable}`", World::place(document, &path));
        let value = world.env.get(variable);
        match value.map(String::as_str) {
            None => {
                let what = format!("`{variable}` is not set in this shell, so Codex refuses to ask `{id}`");
                let say = format!("set it: `export {variable}=…`; or let codexgw keep the key: `codexgw migrate`");
                Some(Finding::warning("key-variable-unset", what).saw(seen).say(say))
            }
            Some(value) if value.trim().is_empty() => {
                let what = format!("`{variable}` is empty, so Codex refuses to ask `{id}`");
                Some(
                    Finding::broken("key-variable-empty", what).saw(seen).say(format!("set it: `export {variable}=…`")),
                )
            }
            Some(value) if value.contains(['\n', '\r']) => {
                let what =
                    format!("`{variable}` holds a line break, so Codex sends `{id}` no key at all, without a word");
                let say =
                    format!("set it without: `export {variable}=\"$(printf %s \"${variable}\" | tr -d '\\r\\n')\"`");
                Some(Finding::broken("key-variable-newline", what).saw(seen).say(say))
            }
            Some(_) => None,
        }
    })
    .collect()
}
