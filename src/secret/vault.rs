//! Where secrets are kept: one door for all stores.

use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::settings::{Home, KeyStore};

use super::{Secret, key_command, key_file, keyring};

/// The secrets of one home. Names are `<provider>` for keys and `<provider>/<header>` for secret headers.
pub struct Vault<'a> {
    home: &'a Home,
    /// Longest time that a key command may take.
    limit: Duration,
}

impl<'a> Vault<'a> {
    /// The vault of a home.
    #[must_use]
    pub fn new(home: &'a Home) -> Self {
        Self { home, limit: key_command::LIMIT }
    }

    /// The same, in which a key command is not waited for longer than this.
    #[must_use]
    pub fn within(self, limit: Duration) -> Self {
        Self { limit: self.limit.min(limit), ..self }
    }

    /// Reads a provider's key, which `command` prints when that is its store. Ends within about two seconds, with a
    /// command within ten, and asks the person nothing by itself.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read; says which of the causes it was.
    pub fn key(&self, provider: &str, store: KeyStore, command: &[String]) -> Result<Secret> {
        if store != KeyStore::Command {
            return self.get(provider, store);
        }
        Self::timed(provider, store, || key_command::get(command, self.limit))
    }

    /// Reads the value of a provider's secret header. Where the provider's key is in no store of ours, the settings
    /// do not say which one was chosen for its headers.
    ///
    /// # Errors
    /// Those of [`get`](Self::get).
    pub fn header(&self, provider: &str, header: &str, store: KeyStore) -> Result<Secret> {
        let name = format!("{provider}/{header}");
        match store {
            KeyStore::Keyring | KeyStore::File => self.get(&name, store),
            KeyStore::Env | KeyStore::Command | KeyStore::None => {
                self.get(&name, KeyStore::File).or_else(|_| self.get(&name, KeyStore::Keyring))
            }
        }
    }

    /// Reads a secret that we keep; ends within about two seconds and never asks the person anything.
    ///
    /// # Errors
    /// When there is none of that name, or the store cannot be read; says which of the causes it was.
    pub fn get(&self, name: &str, store: KeyStore) -> Result<Secret> {
        let found = Self::timed(name, store, || match store {
            KeyStore::Keyring => keyring::get(&self.service(), name),
            KeyStore::File => key_file::get(self.home, name),
            KeyStore::Env | KeyStore::Command | KeyStore::None => Ok(None),
        })?;
        found.ok_or_else(|| {
            let provider = name.split('/').next().unwrap_or(name);
            Error::secret_store(format!("there is no key for `{name}`"))
                .hint(format!("store it: `codexgw key set {provider}`"))
        })
    }

    /// Whether a store of ours holds a secret of that name; within about two seconds.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn holds(&self, name: &str, store: KeyStore) -> Result<bool> {
        Ok(match store {
            KeyStore::Keyring => keyring::get(&self.service(), name)?.is_some(),
            KeyStore::File => key_file::get(self.home, name)?.is_some(),
            KeyStore::Env | KeyStore::Command | KeyStore::None => false,
        })
    }

    /// The names of all secrets that are kept in files.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        key_file::names(self.home)
    }

    /// Stores a secret, in place of one of the same name. The system may ask the person to unlock the store.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn set(&self, name: &str, store: KeyStore, secret: &Secret) -> Result<()> {
        match store {
            KeyStore::Keyring => keyring::set(&self.service(), name, secret),
            KeyStore::File => key_file::set(self.home, name, secret),
            KeyStore::Env | KeyStore::Command | KeyStore::None => {
                Err(Error::bug("a secret without a place to keep it"))
            }
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
            KeyStore::Env | KeyStore::Command | KeyStore::None => Ok(false),
        }
    }

    /// Deletes the value of a provider's secret header, wherever [`header`](Self::header) would find it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn delete_header(&self, provider: &str, header: &str, store: KeyStore) -> Result<bool> {
        let name = format!("{provider}/{header}");
        match store {
            KeyStore::Keyring | KeyStore::File => self.delete(&name, store),
            KeyStore::Env | KeyStore::Command | KeyStore::None => {
                Ok(self.delete(&name, KeyStore::File)? || self.delete(&name, KeyStore::Keyring)?)
            }
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
            KeyStore::Env | KeyStore::Command | KeyStore::None => Ok(()),
        }
    }

    /// Reads, and logs how long it took.
    fn timed<T>(name: &str, store: KeyStore, read: impl FnOnce() -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let outcome = read();
        tracing::debug!(name, ?store, ms = started.elapsed().as_millis(), ok = outcome.is_ok(), "asked for a secret");
        outcome
    }

    /// The name under which the keyring files our secrets: homes of their own do not share keys.
    fn service(&self) -> String {
        self.home.explicit().map_or_else(|| "codexgw".to_owned(), |dir| format!("codexgw:{}", dir.display()))
    }
}
