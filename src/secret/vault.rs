//! Where secrets are kept: one door for all stores.

use crate::error::{Error, Result};
use crate::settings::{Home, KeyStore};

use super::{Secret, key_file, keyring};

/// The secrets of one home. Names are `<provider>` for keys and `<provider>/<header>` for secret headers.
pub struct Vault<'a> {
    home: &'a Home,
}

impl<'a> Vault<'a> {
    /// The vault of a home.
    #[must_use]
    pub fn new(home: &'a Home) -> Self {
        Self { home }
    }

    /// Reads a secret; ends within about two seconds and never asks the person anything.
    ///
    /// # Errors
    /// When there is none of that name, or the store cannot be read; says which of the causes it was.
    pub fn get(&self, name: &str, store: KeyStore) -> Result<Secret> {
        let found = match store {
            KeyStore::Keyring => keyring::get(&self.service(), name)?,
            KeyStore::File => key_file::get(self.home, name)?,
            KeyStore::Env | KeyStore::None => None,
        };
        found.ok_or_else(|| {
            let provider = name.split('/').next().unwrap_or(name);
            Error::secret_store(format!("there is no key for `{name}`"))
                .hint(format!("store it: `codexgw key set {provider}`"))
        })
    }

    /// Stores a secret, in place of one of the same name. The system may ask the person to unlock the store.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set(&self, name: &str, store: KeyStore, secret: &Secret) -> Result<()> {
        match store {
            KeyStore::Keyring => keyring::set(&self.service(), name, secret),
            KeyStore::File => key_file::set(self.home, name, secret),
            KeyStore::Env | KeyStore::None => Err(Error::bug("a secret without a place to keep it")),
        }
    }

    /// Deletes a secret; tells whether there was one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn delete(&self, name: &str, store: KeyStore) -> Result<bool> {
        match store {
            KeyStore::Keyring => keyring::delete(&self.service(), name),
            KeyStore::File => key_file::delete(self.home, name),
            KeyStore::Env | KeyStore::None => Ok(false),
        }
    }

    /// Whether the store can be used at all, before a person is asked for a key.
    ///
    /// # Errors
    /// When it cannot; says what is missing and what can be done.
    pub fn probe(&self, store: KeyStore) -> Result<()> {
        match store {
            KeyStore::Keyring => keyring::probe(),
            KeyStore::File => key_file::probe(self.home),
            KeyStore::Env | KeyStore::None => Ok(()),
        }
    }

    /// The name under which the keyring files our secrets: homes of their own do not share keys.
    fn service(&self) -> String {
        self.home.explicit().map_or_else(|| "codexgw".to_owned(), |dir| format!("codexgw:{}", dir.display()))
    }
}
