//! The keys of a provider on their way from the files, or the shell, to the key store.

use std::path::Path;

use crate::config::Change;
use crate::secret::{Secret, clean_key};
use crate::settings::{KeyStore, Provider, Road};

use super::finding::Kind;
use super::pasted::{Pasted, Place};
use super::providers::Mending;
use super::world::MovedKey;

impl Mending<'_, '_> {
    /// Why its keys cannot be moved, if so. Of two different ones nobody knows which is right; Codex sends the one in the
    /// variable.
    pub(super) fn trouble_with_keys(&self) -> Option<String> {
        let variable = self.table.env_key.as_deref();
        let in_variable = variable.and_then(|variable| (self.world.env)(variable)).filter(|key| !key.trim().is_empty());
        let mut first: Option<&str> = None;
        for (_, pasted) in &self.table.pasted {
            let Ok((secret, _)) = clean_key(&pasted.raw, &[], &[]) else {
                return Some(format!("what stands in `{}` is no key; take it out", pasted.name()));
            };
            if pasted.place == Place::Key {
                let is_the_same =
                    |key: &String| clean_key(key, &[], &[]).is_ok_and(|(key, _)| key.expose() == secret.expose());
                if let (Some(variable), Some(key)) = (variable, &in_variable)
                    && !is_the_same(key)
                {
                    let name = pasted.name();
                    return Some(format!(
                        "Codex sends the key in `{variable}`, and another stands in `{name}`: take it out"
                    ));
                }
                if first.is_some_and(|first| first != pasted.raw) {
                    return Some("two different keys stand there: take the wrong one out".to_owned());
                }
                first = Some(&pasted.raw);
            }
        }
        None
    }

    /// Takes the keys out of the files, and out of the shell where the gateway could not see them.
    pub(super) fn take_keys(&mut self, id: &str, provider: &mut Provider) {
        let table = self.table;
        for (file, pasted) in &table.pasted {
            let Ok((secret, _)) = clean_key(&pasted.raw, &[], &[]) else { continue };
            let store = store_words(self.store);
            self.found_key(file, pasted, format!("moves to the {store} as `{id}`"));
            let name = match &pasted.place {
                Place::Key if provider.key == KeyStore::None => {
                    provider.key = self.store;
                    id.to_owned()
                }
                // The same once more: it has to leave the backups too.
                Place::Key => String::new(),
                Place::Header(name) => {
                    provider.secret_headers.push(name.clone());
                    format!("{id}/{name}")
                }
            };
            self.world.keys.push(MovedKey { name, secret });
        }
        if provider.road == Road::Gateway {
            self.take_variables(id, provider);
        }
        let shadowed = table.env_key.as_deref().filter(|_| !table.pasted.is_empty());
        if let Some(variable) = shadowed.filter(|variable| (self.world.env)(variable).is_some()) {
            self.world.steps.push(format!(
                "`{id}` uses the key of the file; to use the one in `{variable}`: \
                 `printenv {variable} | codexgw key set {id} --key-stdin`"
            ));
        }
    }

    /// Drops the keys of a table that goes because codexgw has the provider already, and a key for it.
    pub(super) fn drop_keys(&mut self, id: &str) {
        for (file, pasted) in &self.table.pasted {
            let Ok((secret, _)) = clean_key(&pasted.raw, &[], &[]) else { continue };
            self.found_key(file, pasted, format!("removed; if it is the right one: `codexgw key set {id}`"));
            self.world.keys.push(MovedKey { name: String::new(), secret });
        }
    }

    /// The changes that take the keys out of a file.
    pub(super) fn without_keys(&self, file: &Path) -> Vec<Change> {
        let here = self.table.pasted.iter().filter(|(place, _)| place == file);
        here.map(|(_, pasted)| Change::Remove { path: pasted.path.clone() }).collect()
    }

    fn found_key(&mut self, file: &Path, pasted: &Pasted, then: String) {
        let what =
            format!("a key stands in the file as plain text: `{}` of provider `{}`", pasted.name(), self.table.id);
        let path: Vec<&str> = pasted.path.iter().map(String::as_str).collect();
        self.world.found(Kind::PastedKey, file, &path, what, then);
    }

    /// The gateway runs on its own and sees no variable of the shell.
    fn take_variables(&mut self, id: &str, provider: &mut Provider) {
        for (header, variable) in self.table.env_headers.clone() {
            if let Some(secret) = self.variable(&variable) {
                provider.secret_headers.push(header.to_lowercase());
                self.world.keys.push(MovedKey { name: format!("{id}/{}", header.to_lowercase()), secret });
            }
        }
        let Some(variable) = self.table.env_key.clone().filter(|_| provider.key == KeyStore::None) else { return };
        provider.key = self.store;
        let step = if let Some(secret) = self.variable(&variable) {
            self.world.keys.push(MovedKey { name: id.to_owned(), secret });
            format!(
                "the value of `{variable}` is in the {} now: the gateway sees no variables",
                store_words(self.store)
            )
        } else {
            format!("store the key of `{id}` (`{variable}` is not set here): `codexgw key set {id}`")
        };
        self.world.steps.push(step);
    }

    fn variable(&self, name: &str) -> Option<Secret> {
        let value = (self.world.env)(name)?;
        clean_key(&value, &[], &[]).ok().map(|(secret, _)| secret)
    }
}

fn store_words(store: KeyStore) -> &'static str {
    if store == KeyStore::File { "key file" } else { "keyring" }
}
