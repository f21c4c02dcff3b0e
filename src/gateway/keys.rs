//! Provider keys, read from the vault and kept for seconds: a replaced key works at the next turn.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{Error, Result};
use crate::secret::{Secret, Vault};
use crate::settings::{Home, KeyStore};

/// A turn of many requests asks the keyring once or twice; a key replaced on the command line is not waited for long.
const KEPT: Duration = Duration::from_secs(10);

/// The keys that were read lately, by name (`<provider>` or `<provider>/<header>`).
pub(super) struct Keys {
    home: Home,
    kept: Mutex<HashMap<String, (Instant, Arc<Secret>)>>,
    /// Keys that no store has, for as long as this process runs.
    lent: Mutex<HashMap<String, Arc<Secret>>>,
}

impl Keys {
    /// Nothing read yet.
    pub(super) fn new(home: Home) -> Self {
        Self { home, kept: Mutex::default(), lent: Mutex::default() }
    }

    /// Takes a provider's key that no store has.
    pub(super) fn lend(&self, provider: &str, key: Secret) {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner).insert(provider.to_owned(), Arc::new(key));
    }

    /// The key that was lent for a provider.
    pub(super) fn lent(&self, provider: &str) -> Option<Arc<Secret>> {
        self.lent.lock().unwrap_or_else(PoisonError::into_inner).get(provider).cloned()
    }

    /// A provider's key, which `command` prints when that is its store.
    pub(super) async fn key(&self, provider: &str, store: KeyStore, command: &[String]) -> Result<Arc<Secret>> {
        let (id, command) = (provider.to_owned(), command.to_vec());
        self.kept_or(provider, move |vault| vault.key(&id, store, &command)).await
    }

    /// The value of a provider's secret header.
    pub(super) async fn header(&self, provider: &str, header: &str, store: KeyStore) -> Result<Arc<Secret>> {
        let (id, wanted) = (provider.to_owned(), header.to_owned());
        self.kept_or(&format!("{provider}/{header}"), move |vault| vault.header(&id, &wanted, store)).await
    }

    async fn kept_or(
        &self,
        name: &str,
        read: impl FnOnce(&Vault<'_>) -> Result<Secret> + Send + 'static,
    ) -> Result<Arc<Secret>> {
        if let Some(secret) = self.fresh(name) {
            return Ok(secret);
        }
        let home = self.home.clone();
        let read = tokio::task::spawn_blocking(move || read(&Vault::new(&home))).await;
        let secret = Arc::new(read.map_err(|e| Error::bug("reading a key failed").cause(e))??);
        self.lock().insert(name.to_owned(), (Instant::now(), Arc::clone(&secret)));
        Ok(secret)
    }

    /// Forgets what belongs to a provider: it has just been refused.
    pub(super) fn forget(&self, provider: &str) {
        self.lock().retain(|name, _| name.split('/').next() != Some(provider));
    }

    fn fresh(&self, name: &str) -> Option<Arc<Secret>> {
        let mut kept = self.lock();
        kept.retain(|_, (read, _)| read.elapsed() < KEPT);
        kept.get(name).map(|(_, secret)| Arc::clone(secret))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Instant, Arc<Secret>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
