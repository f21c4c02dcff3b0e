//! The keyring of the operating system, with bounded waiting and causes told apart.

#[cfg(all(target_os = "linux", feature = "secret-service"))]
mod secret_service;
#[cfg(all(test, target_os = "linux", feature = "secret-service"))]
mod tests;
mod trouble;

use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error as KeyringError};
use zeroize::Zeroize as _;

use crate::error::Result;

use super::Secret;
use trouble::Trouble;

/// Longest time that a read may take: Codex waits for it, and a keyring that hangs must not hang Codex.
const READ_LIMIT: Duration = Duration::from_secs(2);

/// Longest time that a write may take: the system may be asking the person to unlock the keyring.
const WRITE_LIMIT: Duration = Duration::from_secs(60);

/// How often, and after how long each, a keyring that ended is looked for again: within the time of a read.
const RESTART_LOOKS: usize = 6;
const RESTART_LOOK: Duration = Duration::from_millis(200);

/// Reads a secret; nothing when there is none of that name.
pub fn get(service: &str, name: &str) -> Result<Option<Secret>> {
    let (service, name) = (service.to_owned(), name.to_owned());
    bounded(READ_LIMIT, move || {
        if !readable(&service, &name)? {
            return Ok(None);
        }
        match entry(&service, &name)?.get_secret() {
            Ok(bytes) => text(bytes).map(Some),
            Err(KeyringError::NoEntry) => Ok(None),
            Err(e) => Err(e.into()),
        }
    })
}

/// Stores a secret, in place of one of the same name.
pub fn set(service: &str, name: &str, secret: &Secret) -> Result<()> {
    let (service, name) = (service.to_owned(), name.to_owned());
    let bytes = zeroize::Zeroizing::new(secret.expose().as_bytes().to_vec());
    // One that does not even say whether it is there is not waited for as a person is.
    probe()?;
    bounded(WRITE_LIMIT, move || Ok(entry(&service, &name)?.set_secret(&bytes)?))
}

/// Deletes a secret; tells whether there was one.
pub fn delete(service: &str, name: &str) -> Result<bool> {
    let (service, name) = (service.to_owned(), name.to_owned());
    probe()?;
    bounded(WRITE_LIMIT, move || match entry(&service, &name)?.delete_credential() {
        Ok(()) => Ok(true),
        Err(KeyringError::NoEntry) => Ok(false),
        // All of them: whoever deletes a key wants none of it to stay.
        Err(KeyringError::Ambiguous(entries)) => {
            entries.iter().try_for_each(Entry::delete_credential)?;
            Ok(true)
        }
        Err(e) => Err(e.into()),
    })
}

/// Whether there is a keyring that a person could store a key in.
pub fn probe() -> Result<()> {
    bounded(READ_LIMIT, || {
        writable()?;
        store().map(drop)
    })
}

#[cfg(all(target_os = "linux", feature = "secret-service"))]
use secret_service::{readable, writable};

/// Whether a secret can be read without anybody being asked; elsewhere the store itself tells.
#[cfg(not(all(target_os = "linux", feature = "secret-service")))]
fn readable(_: &str, _: &str) -> Result<bool, Trouble> {
    Ok(true)
}

/// Whether a secret could be stored; elsewhere the store itself tells.
#[cfg(not(all(target_os = "linux", feature = "secret-service")))]
fn writable() -> Result<(), Trouble> {
    Ok(())
}

/// What is not text is no key of ours, and is overwritten all the same.
fn text(bytes: Vec<u8>) -> Result<Secret, Trouble> {
    String::from_utf8(bytes).map(Secret::new).map_err(|e| {
        e.into_bytes().zeroize();
        Trouble::NotText
    })
}

/// Runs the work on a thread of its own, so that a keyring that never answers is left behind. A thread also keeps it
/// apart from whatever runtime the caller has.
fn bounded<T: Send + 'static>(limit: Duration, work: impl Fn() -> Result<T, Trouble> + Send + 'static) -> Result<T> {
    let (send, receive) = mpsc::channel();
    std::thread::Builder::new()
        .spawn(move || {
            // Nobody waits any more when the time has run out.
            let _ = send.send(patiently(work));
        })
        .map_err(|e| Trouble::Failed(e.to_string()))?;
    match receive.recv_timeout(limit) {
        Ok(done) => done.map_err(Into::into),
        Err(mpsc::RecvTimeoutError::Timeout) => Err(Trouble::TimedOut(limit).into()),
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(Trouble::Failed("the keyring's library failed".into()).into()),
    }
}

/// A keyring program that ended while it was asked is started again by the bus or the system, and asked once more.
fn patiently<T>(work: impl Fn() -> Result<T, Trouble>) -> Result<T, Trouble> {
    let first = work();
    if !matches!(&first, Err(trouble) if trouble.is_sudden_end()) {
        return first;
    }
    let mut last = first;
    for _ in 0..RESTART_LOOKS {
        std::thread::sleep(RESTART_LOOK);
        last = work();
        if !matches!(&last, Err(trouble) if trouble.is_sudden_end() || matches!(trouble, Trouble::NoService)) {
            break;
        }
    }
    last
}

fn entry(service: &str, name: &str) -> Result<Entry, Trouble> {
    let label = format!("codexgw: {name}");
    let modifiers = if cfg!(target_os = "linux") { Some([("label", label.as_str())].into()) } else { None };
    Ok(store()?.build(service, name, modifiers.as_ref())?)
}

#[cfg(all(target_os = "linux", feature = "secret-service"))]
fn store() -> Result<Arc<CredentialStore>, Trouble> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

#[cfg(target_os = "macos")]
fn store() -> Result<Arc<CredentialStore>, Trouble> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn store() -> Result<Arc<CredentialStore>, Trouble> {
    // Keys stay on this machine: the default would let them roam with the person's profile.
    let settings = [("persistence", "Local")].into();
    Ok(windows_native_keyring_store::Store::new_with_configuration(&settings)?)
}

#[cfg(not(any(all(target_os = "linux", feature = "secret-service"), target_os = "macos", windows)))]
fn store() -> Result<Arc<CredentialStore>, Trouble> {
    Err(Trouble::NoStore)
}
