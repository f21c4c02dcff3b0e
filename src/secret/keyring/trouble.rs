//! What can be wrong with a keyring, each with its own remedy.

use std::time::Duration;

use keyring_core::Error as KeyringError;
use zeroize::Zeroize as _;

use crate::error::Error;

/// Why the keyring did not answer.
#[derive(Debug)]
pub enum Trouble {
    /// There is no session bus.
    NoBus(String),
    /// Nobody on the bus keeps secrets.
    NoService,
    /// There is a keyring program, but it has no collection to put a key into.
    NoCollection,
    /// It is locked, and asking the person is not allowed now.
    Locked,
    /// The person said no, or closed the question.
    Dismissed,
    /// It did not answer.
    TimedOut(Duration),
    /// The value is longer than it takes.
    TooLong(u32),
    /// It holds several of the name.
    Several(usize),
    /// What it holds is not text.
    NotText,
    /// This build has none.
    NoStore,
    /// Anything else, in its own words.
    Failed(String),
}

impl Trouble {
    /// What it means that a question was dismissed: without a display nobody was asked, which the service tells in the
    /// same words.
    const fn dismissed(has_display: bool) -> Self {
        if has_display { Self::Dismissed } else { Self::Locked }
    }
}

fn has_display(set: impl Fn(&str) -> bool) -> bool {
    !cfg!(target_os = "linux") || set("WAYLAND_DISPLAY") || set("DISPLAY")
}

impl Trouble {
    /// Whether the keyring program ended before it answered.
    pub fn is_sudden_end(&self) -> bool {
        matches!(self, Self::Failed(words) if words.contains("disconnected from message bus"))
    }
}

impl From<KeyringError> for Trouble {
    /// Never prints a keyring error with `{:?}`: two of its kinds carry the secret itself.
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::NoStorageAccess(cause) => {
                // The store crates keep their causes to themselves; these are the words of the Secret Service crate.
                let words = cause.to_string();
                if words.contains("prompt dismissed") {
                    Self::dismissed(has_display(|name| std::env::var_os(name).is_some()))
                } else if words.contains("locked") {
                    Self::Locked
                } else {
                    Self::Failed(words)
                }
            }
            KeyringError::PlatformFailure(cause) => Self::Failed(cause.to_string()),
            KeyringError::BadEncoding(mut bytes) | KeyringError::BadDataFormat(mut bytes, _) => {
                bytes.zeroize();
                Self::NotText
            }
            KeyringError::TooLong(_, limit) => Self::TooLong(limit),
            KeyringError::Ambiguous(entries) => Self::Several(entries.len()),
            KeyringError::NoEntry => Self::Failed("it has no such entry".to_owned()),
            KeyringError::Invalid(attribute, reason) => Self::Failed(format!("{attribute}: {reason}")),
            KeyringError::NotSupportedByStore(what) | KeyringError::BadStoreFormat(what) => Self::Failed(what),
            _ => Self::Failed("it failed without saying why".to_owned()),
        }
    }
}

/// Said of an option, since it is one of every command that stores keys.
const FILE_STORE: &str =
    "or keep keys in a file that only you can read: `--store file` with `add`, `key set` or `migrate`";

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        let error = |what: &str| Self::secret_store(what);
        match trouble {
            Trouble::NoBus(cause) => match place() {
                Some(place) => error("cannot reach the keyring: there is no session bus").cause(cause).hint(place),
                None => error("cannot reach the keyring: there is no session bus")
                    .cause(cause)
                    .hint("log in to a desktop session, or start one: `dbus-run-session -- bash`"),
            }
            .hint(FILE_STORE),
            Trouble::NoService => error("cannot reach the keyring: no program on the session bus keeps secrets")
                .hint("install one, such as `gnome-keyring` or `keepassxc`, and log in again")
                .hint(FILE_STORE),
            Trouble::NoCollection => error("the keyring has no place for keys yet: no default collection")
                .hint("make one with a keyring program, such as `seahorse`, or log in to the desktop once")
                .hint(FILE_STORE),
            Trouble::Locked => unlock_hints(std::env::var_os("SSH_CONNECTION").is_some())
                .into_iter()
                .fold(error("the keyring is locked"), Self::hint),
            Trouble::Dismissed => {
                error("the keyring's question was dismissed, so nothing was done").hint("try again and answer it")
            }
            Trouble::TimedOut(limit) => error(&format!("the keyring did not answer within {} s", limit.as_secs()))
                .cause("it may be waiting for a password in a window that you do not see")
                .hint("unlock it (log in to the desktop, or open your password manager), then try again")
                .hint(FILE_STORE),
            Trouble::TooLong(limit) => {
                error(&format!("the key is longer than the keyring takes ({limit} bytes)")).hint(FILE_STORE)
            }
            Trouble::Several(count) => error(&format!("the keyring holds {count} entries for this key"))
                .hint("delete the wrong ones in your password manager, or all: `codexgw key delete PROVIDER`"),
            Trouble::NotText => error("what the keyring holds for this key is not text")
                .hint("store it anew: `codexgw key set PROVIDER`"),
            Trouble::NoStore => error("this build of codexgw knows no keyring").hint(FILE_STORE),
            Trouble::Failed(cause) => error("the keyring failed").cause(cause).hint(FILE_STORE),
        }
    }
}

/// How a keyring is unlocked. The first one is what fits here best: a list of keys shows no more.
const fn unlock_hints(over_ssh: bool) -> [&'static str; 2] {
    let here = "unlock it (log in to the desktop, or open your password manager), then try again";
    let ssh = "over SSH: unlock it with `gnome-keyring-daemon --unlock`, which reads its password from standard input";
    if over_ssh { [ssh, here] } else { [here, ssh] }
}

/// A hint for places that usually have no session bus.
fn place() -> Option<&'static str> {
    let set = |name: &str| std::env::var_os(name).is_some();
    if set("WSL_DISTRO_NAME") {
        Some("WSL starts no keyring by itself: install `gnome-keyring`, and run `dbus-run-session -- bash`")
    } else if std::path::Path::new("/.dockerenv").exists() || std::path::Path::new("/run/.containerenv").exists() {
        Some("a container has no keyring of its own")
    } else if set("SSH_CONNECTION") {
        Some("over SSH there is often none: `dbus-run-session -- bash`, then `gnome-keyring-daemon --unlock`")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_display_nobody_dismissed_anything() {
        assert!(matches!(Trouble::dismissed(true), Trouble::Dismissed));
        assert!(matches!(Trouble::dismissed(false), Trouble::Locked));
        assert!(has_display(|name| name == "DISPLAY") && has_display(|name| name == "WAYLAND_DISPLAY"));
        assert_eq!(has_display(|_| false), !cfg!(target_os = "linux"));
    }

    #[test]
    fn over_ssh_the_way_without_a_desktop_comes_first() {
        assert!(unlock_hints(true)[0].starts_with("over SSH") && unlock_hints(false)[1].starts_with("over SSH"));
    }
}
