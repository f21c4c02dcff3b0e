//! Keys that outlive their provider, and the command that deletes each.

use std::collections::BTreeMap;

use crate::codex;
use crate::error::{Error, Result};
use crate::secret::Vault;
use crate::settings::{KeyStore, Provider};
use crate::ui;

use super::context::Context;

/// A secret that could not be deleted.
pub struct LeftKey {
    name: String,
    error: Error,
}

impl LeftKey {
    /// Deletes what the vault holds of a provider, and gives back what could not be deleted.
    pub fn forget(context: &Context, id: &str, provider: &Provider) -> Vec<Self> {
        let vault = Vault::new(&context.home);
        let key = vault.delete(id, provider.key).map_err(|error| Self { name: id.to_owned(), error }).err();
        let headers = provider.secret_headers.iter().filter_map(|header| {
            let gone = vault.delete_header(id, header, provider.key);
            gone.map_err(|error| Self { name: format!("{id}/{header}"), error }).err()
        });
        key.into_iter().chain(headers).collect()
    }

    /// Says which they are, why, and how they are deleted later: the rest is done already.
    pub fn say(left: &[Self]) {
        for Self { name, error } in left {
            let hint = error.hints().first().map(String::as_str);
            ui::warn(format!("the key `{name}` could not be deleted: {error}"), hint);
            ui::hint(format!("delete it later: `{}`", Self::command(name)));
        }
    }

    fn command(name: &str) -> String {
        format!("codexgw key delete {name}")
    }

    /// Names the secrets of providers that are gone from the settings, while what the vault holds of them stayed.
    pub fn say_kept(context: &Context, before: &BTreeMap<String, Provider>, after: &BTreeMap<String, Provider>) {
        let vault = Vault::new(&context.home);
        for (id, provider) in before.iter().filter(|(id, _)| !after.contains_key(*id)) {
            let headers = provider.secret_headers.iter().map(|header| format!("{id}/{header}"));
            for name in std::iter::once(id.clone()).chain(headers) {
                // A keyring that cannot be asked may hold it.
                if vault.holds(&name, provider.key).unwrap_or(true) {
                    let place = super::key::store_words(provider.key);
                    ui::note(format!("the key `{name}` stays in the {place}"));
                    ui::hint(format!("delete it, if you do not want it back: `{}`", Self::command(&name)));
                }
            }
        }
    }
}

/// Deletes a secret that belongs to no provider, wherever it is: `<provider>`, or `<provider>/<header>`.
pub fn delete(context: &Context, name: &str, unknown: Error) -> Result<u8> {
    let (id, header) = name.split_once('/').map_or((name, None), |(id, header)| (id, Some(header)));
    if !codex::valid_provider_id(id) || header.is_some_and(|header| http::HeaderName::try_from(header).is_err()) {
        return Err(unknown);
    }
    let vault = Vault::new(&context.home);
    let mut gone = vault.files().into_iter().filter(|file| {
        file == name || header.is_none() && file.strip_prefix(id).is_some_and(|rest| rest.starts_with('/'))
    });
    let files =
        gone.try_fold(0, |count, file| Ok::<_, Error>(count + u32::from(vault.delete(&file, KeyStore::File)?)))?;
    let asked = vault.delete(name, KeyStore::Keyring);
    if files > 0 {
        ui::note(format!("the key `{name}` is gone from the {}", super::key::store_words(KeyStore::File)));
    }
    match asked {
        Ok(true) => {
            ui::note(format!("the key `{name}` is gone from the {}", super::key::store_words(KeyStore::Keyring)));
        }
        Ok(false) if files == 0 => return Err(unknown),
        Err(e) if files == 0 => {
            let error = Error::secret_store(format!("cannot tell whether there is a key `{name}`"))
                .cause("there is no provider and no key file of that name")
                .cause(&e);
            return Err(e.hints().iter().fold(error, Error::hint).hint("see the providers: `codexgw list`"));
        }
        Ok(false) | Err(_) => {}
    }
    Ok(0)
}
