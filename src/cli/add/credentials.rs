use std::collections::BTreeMap;
use std::io::Read as _;

use crate::catalog::Auth;
use crate::error::{Error, Result};
use crate::secret::key_shape::holds_key;
use crate::secret::{Secret, Vault, looks_like_credential, split_command};
use crate::settings::{KeyStore, Road};
use crate::setup::Setup;
use crate::ui;

use super::super::context::prefixes;
use super::super::key::clean;
use super::{Args, Identity};

/// The key and the headers that go with every request.
pub struct Credentials {
    /// The key, when there is one that we know.
    pub key: Option<Secret>,
    /// Headers that are no secrets.
    pub headers: BTreeMap<String, String>,
    /// Headers that are.
    pub secret_headers: Vec<(String, Secret)>,
    /// What prints the key, when that is where it is.
    pub command: Vec<String>,
    store: KeyStore,
    /// Where secret headers go.
    place: KeyStore,
    /// Whether the key was in the store before.
    stored_already: bool,
}

impl Credentials {
    /// Takes the key that is `given`, or from where the options say, else asks for it on a terminal.
    pub fn gather(
        args: &Args,
        identity: &Identity,
        vault: &Vault,
        setup: &Setup,
        given: Option<Secret>,
    ) -> Result<Self> {
        for (option, variable) in [("--env-key", &args.env_key), ("--key-from-env", &args.key_from_env)] {
            variable.as_deref().map_or(Ok(()), |variable| check_variable(option, variable))?;
        }
        let headers = headers(args, identity)?;
        let mut gathered = Self {
            key: None,
            headers,
            secret_headers: Vec::new(),
            command: Vec::new(),
            store: args.store.into(),
            place: args.store.into(),
            stored_already: false,
        };
        let prefixes = identity.template.map(|template| template.key_prefixes.clone()).unwrap_or_default();
        let mut piped = Piped::read(args)?;
        if let Some(key) = given {
            gathered.needs(vault)?;
            gathered.key = Some(clean(key.expose(), &prefixes)?);
        } else if let Some(line) = piped.key() {
            gathered.needs(vault)?;
            gathered.key = Some(clean(line, &prefixes)?);
        } else if let Some(variable) = &args.key_from_env {
            gathered.needs(vault)?;
            gathered.key = Some(clean(&variable_value(variable)?, &prefixes)?);
        } else if let Some(command) = &args.key_command {
            (gathered.store, gathered.command) = (KeyStore::Command, split_command(command)?);
            let key = vault.key(&identity.id, gathered.store, &gathered.command)?;
            gathered.key = Some(clean(key.expose(), &prefixes)?);
        } else if let Some(variable) = &args.env_key {
            gathered.store = KeyStore::Env;
            gathered.key =
                std::env::var(variable).ok().filter(|v| !v.is_empty()).map(|v| clean(&v, &prefixes)).transpose()?;
            if gathered.key.is_none() {
                ui::warn(format!("`{variable}` is not set here, so the provider is asked without a key"), None);
            }
        } else {
            gathered.ask_or_reuse(args, identity, vault, setup, &prefixes)?;
        }
        for name in &args.secret_headers {
            let value = match piped.header() {
                Some(line) => line,
                None if !args.asks_nothing() => ui::prompt::password(&format!("Value of the header `{name}`"))?,
                None => {
                    return Err(Error::usage(format!("standard input held no value for the header `{name}`"))
                        .hint("give the key first, when there is one, then one line for each `--header-stdin`"));
                }
            };
            gathered.secret_headers.push((name.to_lowercase(), clean(&value, &[])?));
        }
        for name in &args.kept_headers {
            let known = setup.settings.providers.get(&identity.id).map_or(gathered.place, |known| known.key);
            gathered.secret_headers.push((name.clone(), vault.header(&identity.id, name, known)?));
        }
        Ok(gathered)
    }

    fn ask_or_reuse(
        &mut self,
        args: &Args,
        identity: &Identity,
        vault: &Vault,
        setup: &Setup,
        prefixes: &[String],
    ) -> Result<()> {
        let auth = identity.template.map_or(Auth::OptionalBearer, |template| template.auth);
        if auth == Auth::None {
            self.store = KeyStore::None;
            return Ok(());
        }
        if let Some(known) = setup.settings.providers.get(&identity.id)
            && matches!(known.key, KeyStore::Keyring | KeyStore::File | KeyStore::Command)
            && let Ok(key) = vault.key(&identity.id, known.key, &known.key_command)
        {
            (self.store, self.key, self.stored_already) = (known.key, Some(key), true);
            self.command.clone_from(&known.key_command);
            if known.key != KeyStore::Command {
                self.place = known.key;
            }
            ui::note(format!("using the key of `{}` that is stored already", identity.id));
            return Ok(());
        }
        if args.asks_nothing() {
            if !auth.is_required() {
                self.store = KeyStore::None;
                return Ok(());
            }
            let from = identity.template.and_then(|template| template.env.as_deref()).unwrap_or("VAR");
            return Err(Error::usage(format!("`{}` needs a key", identity.name)).hint(format!(
                "pipe it in with `--key-stdin`, or take it from a variable with `--key-from-env {from}`"
            )));
        }
        self.needs(vault)?;
        if let Some(url) = identity.keys_url() {
            ui::note(format!("Keys are made at {url}"));
        }
        let question = if auth.is_required() {
            format!("Key for {}", identity.name)
        } else {
            format!("Key for {} (empty for none)", identity.name)
        };
        let typed = ui::prompt::password(&question)?;
        if typed.trim().is_empty() && !auth.is_required() {
            self.store = KeyStore::None;
        } else {
            self.key = Some(clean(&typed, prefixes)?);
        }
        Ok(())
    }

    /// Makes sure that the store works before a key is asked for.
    fn needs(&self, vault: &Vault) -> Result<()> {
        vault.probe(self.store)
    }

    /// Where the key will be.
    pub fn key_store(&self) -> KeyStore {
        if self.store == KeyStore::Env || self.key.is_some() { self.store } else { KeyStore::None }
    }

    /// Checks that the road can carry what was given.
    pub fn fit(&self, road: Road, id: &str) -> Result<()> {
        if road == Road::Direct && !self.secret_headers.is_empty() {
            return Err(Error::usage(format!("`{id}` has secret headers, which only the gateway can send"))
                .cause("Codex would want them in its configuration file")
                .hint("send it through the gateway: `--via gateway`"));
        }
        Ok(())
    }

    /// Stores the secrets, does the rest, and takes the secrets back when the rest fails.
    pub fn store_around<T>(&self, vault: &Vault, id: &str, rest: impl FnOnce() -> Result<T>) -> Result<T> {
        let store = self.key_store();
        let mut undo: Vec<(String, Option<Secret>)> = Vec::new();
        let ours = matches!(store, KeyStore::Keyring | KeyStore::File) && !self.stored_already;
        let key = self.key.as_ref().filter(|_| ours).map(|key| (id.to_owned(), key));
        let headers = self.secret_headers.iter().map(|(name, value)| (format!("{id}/{name}"), value));
        let place = self.place;
        for (name, secret) in key.into_iter().chain(headers) {
            undo.push((name.clone(), vault.get(&name, place).ok()));
            if let Err(e) = vault.set(&name, place, secret) {
                put_back(vault, place, undo);
                return Err(e);
            }
        }
        rest().inspect_err(|_| put_back(vault, place, undo))
    }
}

/// Best effort on a way that has failed already: the error that is told is the first one.
fn put_back(vault: &Vault, store: KeyStore, undo: Vec<(String, Option<Secret>)>) {
    for (name, before) in undo {
        let _ = match before {
            Some(secret) => vault.set(&name, store, &secret),
            None => vault.delete(&name, store).map(|_| ()),
        };
    }
}

fn variable_value(variable: &str) -> Result<String> {
    std::env::var(variable).ok().filter(|value| !value.trim().is_empty()).ok_or_else(|| {
        Error::fixable(format!("`{variable}` is not set, or empty"))
            .hint(format!("set it: `export {variable}=…`, or be asked: leave `--key-from-env` out"))
    })
}

/// Refuses what cannot be the name of a variable, above all the key itself.
fn check_variable(option: &str, name: &str) -> Result<()> {
    if holds_key(name, &prefixes()) {
        return Err(Error::usage(format!("`{option}` takes the name of a variable, and this looks like a key"))
            .cause("it would stand in files and in the shell's history in plain text; nothing was written")
            .hint("leave the option out to be asked, or pipe the key in with `--key-stdin`; better make a new one"));
    }
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if starts_well && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_') {
        return Ok(());
    }
    Err(Error::usage(format!("`{name}` cannot be the name of a variable"))
        .cause("it has letters, digits and `_`, no digit first")
        .hint(format!("name the variable that holds the key, such as `{option} LAB_KEY`")))
}

fn headers(args: &Args, identity: &Identity) -> Result<BTreeMap<String, String>> {
    let mut headers = identity.template.map(|template| template.headers.clone()).unwrap_or_default();
    for header in &args.headers {
        let Some((name, value)) = header.split_once('=') else {
            return Err(Error::usage("a header is written `NAME=VALUE`").hint("for example `--header X-Title=codex`"));
        };
        let name = name.trim();
        if looks_like_credential(name) {
            return Err(Error::usage(format!("the header `{name}` looks like a credential"))
                .cause("on a command line it stays in the shell's history and shows in the list of processes")
                .hint(format!("`--header-stdin {name}`")));
        }
        if is_credential(value) {
            return Err(Error::usage(format!("the value of the header `{name}` looks like a key"))
                .cause("it would stand in files and in the shell's history in plain text; nothing was written")
                .hint(format!("pipe it in: `--header-stdin {name}`; better make a new one")));
        }
        let valid = http::HeaderName::try_from(name).is_ok() && http::HeaderValue::try_from(value.trim()).is_ok();
        if !valid {
            return Err(Error::usage(format!("`{name}` is not a header that can be sent")));
        }
        headers.insert(name.to_owned(), value.trim().to_owned());
    }
    for name in &args.secret_headers {
        if http::HeaderName::try_from(name.as_str()).is_err() {
            return Err(Error::usage(format!("`{name}` is not the name of a header")));
        }
    }
    Ok(headers)
}

fn is_credential(value: &str) -> bool {
    let scheme = value.trim().split_once(' ').map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("bearer" | "basic")) || holds_key(value, &prefixes())
}

/// What came in on standard input: the key's line first, then one for each secret header.
struct Piped {
    lines: std::vec::IntoIter<String>,
    key: Option<String>,
}

impl Piped {
    fn read(args: &Args) -> Result<Self> {
        let piped_headers = !args.secret_headers.is_empty() && args.asks_nothing();
        if !args.key_stdin && !piped_headers {
            return Ok(Self { lines: Vec::new().into_iter(), key: None });
        }
        let mut text = String::new();
        std::io::stdin()
            .take(1 << 20)
            .read_to_string(&mut text)
            .map_err(|e| Error::fixable("cannot read standard input").cause(e))?;
        let lines: Vec<String> = text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
        let mut lines = lines.into_iter();
        let key = if args.key_stdin { Some(lines.next().unwrap_or_default()) } else { None };
        Ok(Self { lines, key })
    }

    fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    fn header(&mut self) -> Option<String> {
        self.lines.next()
    }
}

#[cfg(test)]
mod tests {
    use crate::secret::looks_like_credential;

    #[test]
    fn headers_that_look_like_credentials() {
        for name in ["Authorization", "X-Api-Key", "x-portkey-virtual-key", "Cookie", "X-Auth-Token"] {
            assert!(looks_like_credential(name), "{name}");
        }
        for name in ["X-Title", "HTTP-Referer", "x-team", "x-portkey-provider"] {
            assert!(!looks_like_credential(name), "{name}");
        }
    }
}
