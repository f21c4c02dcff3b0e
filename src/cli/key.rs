use std::collections::BTreeSet;
use std::io::Read as _;
use std::time::Instant;

use clap::{Args as ClapArgs, Subcommand};
use serde::Serialize;

use crate::error::{Error, Result};
use crate::secret::{Secret, Vault, clean_key, join_command, quoted};
use crate::settings::{KeyStore, Provider};
use crate::setup::unknown_provider;
use crate::{catalog, ui};

use super::add::StoreChoice;
use super::context::Context;
use super::left_keys;
use super::list::label;

/// Set, delete and list the keys of providers
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw key set openrouter             # asks, shows nothing\n  \
                        pass show openrouter | codexgw key set openrouter")]
pub struct Args {
    #[command(subcommand)]
    command: KeyCommand,
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Store a provider's key; it is asked for, or read from standard input
    Set {
        /// The provider, as `codexgw list` shows it
        provider: String,
        /// Read it from standard input, also on a terminal
        #[arg(long)]
        key_stdin: bool,
        /// Keep it there from now on
        #[arg(long, value_name = "STORE")]
        store: Option<StoreChoice>,
        #[command(flatten)]
        never: NoKeyOption,
    },
    /// Delete a provider's key, or one that has outlived its provider
    Delete {
        /// The provider, as `codexgw list` shows it or showed it once
        provider: String,
    },
    /// Say where each provider's key is and how that answered, never the key
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// An option that exists only to be refused: a key on a command line ends up in the shell's history and in the list
/// of processes.
#[derive(Debug, Default, ClapArgs)]
pub struct NoKeyOption {
    #[arg(long = "key", hide = true, num_args = 0..=1, value_name = "KEY", default_missing_value = "")]
    key: Option<String>,
}

impl NoKeyOption {
    /// Refuses a key on the command line, without repeating it.
    pub fn check(&self) -> Result<()> {
        if self.key.is_none() {
            return Ok(());
        }
        Err(Error::usage("there is no option `--key`")
            .cause("a key on the command line stays in the shell's history and shows in the list of processes")
            .hint(
                "leave it out to be asked, or pipe it in: `… | codexgw key set PROVIDER`, `codexgw add … --key-stdin`",
            ))
    }
}

#[derive(Serialize)]
struct Row {
    provider: String,
    store: KeyStore,
    present: bool,
    /// How long the store took to answer; absent where none was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u128>,
    note: String,
    /// What to do when it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        crate::secret::forbid_core_dumps();
        match self.command {
            KeyCommand::Set { provider, key_stdin, store, never } => {
                never.check()?;
                set(context, &provider, key_stdin, store.map(Into::into))
            }
            KeyCommand::Delete { provider } => delete(context, &provider),
            KeyCommand::List { json } => list(context, json),
        }
    }
}

fn set(context: &Context, id: &str, key_stdin: bool, wanted: Option<KeyStore>) -> Result<u8> {
    let mut setup = context.setup()?;
    let provider = setup.provider_mut(id)?;
    let former = provider.key;
    let replaced = replaced(id, provider);
    let held = matches!(former, KeyStore::Keyring | KeyStore::File);
    if !held {
        // A provider without a key of ours gets one now; the direct road's table then calls for it.
        provider.key = KeyStore::Keyring;
        provider.key_command = Vec::new();
        provider.env_key = None;
    }
    provider.key = wanted.unwrap_or(provider.key);
    let (store, template) = (provider.key, provider.template.clone());
    let headers: Vec<String> = provider.secret_headers.iter().map(|name| format!("{id}/{name}")).collect();
    let vault = Vault::new(&context.home);
    vault.probe(store)?;
    let prefixes = template.as_deref().and_then(catalog::provider).map(|t| t.key_prefixes.clone()).unwrap_or_default();
    let key = if ui::prompt::possible() && !key_stdin {
        clean(&ui::prompt::password(&format!("Key for `{id}`"))?, &prefixes)?
    } else {
        read_key(&prefixes)?
    };
    vault.set(id, store, &key)?;
    let command = context.token_command()?;
    setup.renew_table(id, &command)?;
    setup.commit(&format!("key set {id}"))?;
    if held && former != store {
        for header in headers {
            vault.set(&header, store, &vault.get(&header, former)?)?;
            vault.delete(&header, former)?;
        }
        vault.delete(id, former)?;
    }
    if let Some((what, hint)) = replaced {
        ui::warn(what, Some(&hint));
    }
    let where_it_is = store_words(store);
    ui::note(format!("the key of `{id}` is in the {where_it_is}; a gateway that runs uses it within ten seconds"));
    Ok(0)
}

/// What a key that is set takes the place of, when it is no key of ours, and the command that brings it back.
fn replaced(id: &str, provider: &Provider) -> Option<(String, String)> {
    let (what, option) = match (provider.key, &provider.env_key) {
        (KeyStore::Command, _) => {
            let command = join_command(&provider.key_command);
            (
                format!("`{command}` is not asked for the key of `{id}` any more"),
                format!("--key-command {}", quoted(&command)),
            )
        }
        (KeyStore::Env, Some(variable)) => (
            format!("Codex does not read the key of `{id}` from `{variable}` any more"),
            format!("--env-key {variable}"),
        ),
        _ => return None,
    };
    let named = match provider.template.as_deref().and_then(catalog::provider) {
        Some(template) if template.default_id() == id => template.id.clone(),
        Some(template) => format!("{} --id {id}", template.id),
        None => format!("custom --id {id} --base-url {}", provider.base_url),
    };
    let hint = format!("take it back with `codexgw add {named} --model {} {option} --force`", provider.model);
    Some((what, hint))
}

fn delete(context: &Context, id: &str) -> Result<u8> {
    let settings = context.settings()?;
    let Some(provider) = settings.providers.get(id) else {
        return left_keys::delete(context, id, unknown_provider(id, settings.providers.keys()));
    };
    if provider.key == KeyStore::Command {
        return Err(Error::fixable(format!("the key of `{id}` is not ours to delete"))
            .cause(format!("`{}` hands it out", join_command(&provider.key_command)))
            .hint(format!("delete it there, or take out the provider: `codexgw remove {id}`")));
    }
    if provider.key == KeyStore::None {
        ui::note(format!("`{id}` has no key"));
        return Ok(0);
    }
    let was_there = Vault::new(&context.home).delete(id, provider.key)?;
    if was_there {
        ui::note(format!("the key of `{id}` is gone from the {}", store_words(provider.key)));
    } else {
        ui::note(format!("there was no key of `{id}` in the {}", store_words(provider.key)));
    }
    Ok(0)
}

fn list(context: &Context, json: bool) -> Result<u8> {
    let settings = context.settings()?;
    let vault = Vault::new(&context.home);
    // All at once: a keyring that does not answer is waited for once, not once for every provider.
    let rows: Vec<Row> = std::thread::scope(|scope| {
        let asked: Vec<_> =
            settings.providers.iter().map(|(id, provider)| scope.spawn(|| row(&vault, id, provider))).collect();
        asked.into_iter().filter_map(|row| row.join().ok()).collect()
    });
    if json {
        ui::json(&rows);
    } else if rows.is_empty() {
        ui::note("no providers yet; add one: codexgw add openrouter");
    } else {
        let hints: BTreeSet<String> = rows.iter().filter_map(|row| row.hint.clone()).collect();
        let lines = rows.into_iter().map(|row| {
            let present = if row.present { "yes" } else { "no" };
            let took = row.took_ms.map(|ms| format!("{ms} ms")).unwrap_or_default();
            vec![row.provider, label(&row.store), present.to_owned(), took, row.note]
        });
        ui::line(ui::table(&["PROVIDER", "STORE", "THERE", "ANSWERED IN", ""], lines));
        for hint in hints {
            ui::hint(hint);
        }
    }
    let of_none = |name: &String| name.split('/').next().is_none_or(|id| !settings.providers.contains_key(id));
    for name in vault.files().into_iter().filter(of_none) {
        let hint = format!("delete it: `codexgw key delete {name}`");
        ui::warn(format!("the key file `{name}` is of no provider"), Some(&hint));
    }
    Ok(0)
}

/// Asks the store of one provider's key.
fn row(vault: &Vault, id: &str, provider: &Provider) -> Row {
    let row = |present, note: String| Row {
        provider: id.to_owned(),
        store: provider.key,
        present,
        took_ms: None,
        note,
        hint: None,
    };
    match provider.key {
        KeyStore::None => row(true, "needs no key".to_owned()),
        KeyStore::Env => {
            let variable = provider.env_key.clone().unwrap_or_default();
            let set = std::env::var(&variable).is_ok_and(|value| !value.trim().is_empty());
            row(set, format!("`{variable}`, read by Codex itself"))
        }
        store => {
            let started = Instant::now();
            let answer = vault.key(id, store, &provider.key_command);
            let took_ms = Some(started.elapsed().as_millis());
            match answer {
                // The program alone: its arguments name the person's entries.
                Ok(_) => {
                    let note = provider.key_command.first().map(|program| format!("`{program}`")).unwrap_or_default();
                    Row { took_ms, ..row(true, note) }
                }
                Err(e) => Row { took_ms, hint: e.hints().first().cloned(), ..row(false, e.message().to_owned()) },
            }
        }
    }
}

/// Reads a key from standard input.
pub fn read_key(prefixes: &[String]) -> Result<Secret> {
    let mut text = String::new();
    std::io::stdin()
        .take(64 * 1024)
        .read_to_string(&mut text)
        .map_err(|e| Error::fixable("cannot read the key from standard input").cause(e))?;
    let key = clean(&text, prefixes);
    zeroize::Zeroize::zeroize(&mut text);
    key
}

/// Checks a key that a person gave, and says what was odd about it.
pub fn clean(raw: &str, prefixes: &[String]) -> Result<Secret> {
    let (key, warnings) = clean_key(raw, prefixes, &catalog::key_prefixes())?;
    for warning in warnings {
        ui::warn(warning, None);
    }
    Ok(key)
}

/// A store in words.
pub fn store_words(store: KeyStore) -> &'static str {
    match store {
        KeyStore::Keyring => "keyring",
        KeyStore::File => "key file",
        KeyStore::Env => "environment",
        KeyStore::Command => "program that hands it out",
        KeyStore::None => "nowhere",
    }
}
