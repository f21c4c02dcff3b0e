//! `codexgw migrate`: finds what today's Codex refuses or ignores in the person's files, and mends it.
//!
//! Passes run one after another over the texts in memory (`world`), each on what the one before made: what a project
//! file holds in vain, provider tables, legacy profiles, values that are gone, keys that nobody reads. What was found
//! is told, the outcome is shown as a diff, and one commit writes it. Running it again finds nothing new.
//!
//! Keys leave the files for the key store. The backups that held them go too, so that step cannot be undone; all
//! others can.

mod choice;
mod finding;
mod keys;
mod pasted;
mod profiles;
mod project;
mod providers;
mod removed;
mod shell;
mod table;
mod world;

#[cfg(test)]
mod tests;

use std::path::Path;

use crate::config::{Committer, FileDiff, Report};
use crate::error::Result;
use crate::secret::Vault;
use crate::settings::{KeyStore, Wire};
use crate::setup::{Setup, TokenCommand};

pub use finding::{Finding, Kind};
pub use project::files as project_files;
pub use shell::start_up_file;

use world::{MovedKey, World};

/// The world around the files.
pub struct Surroundings<'e> {
    /// Where Codex would be started.
    pub cwd: &'e Path,
    /// The person's home directory.
    pub home: Option<&'e Path>,
    /// The shell's variables.
    pub env: &'e dyn Fn(&str) -> Option<String>,
    /// Whether the project's files are looked at, too. What others wrote there gets into the person's own file by it.
    pub with_project: bool,
    /// What was measured of providers that do not speak what Codex does.
    pub spoken: &'e [Spoken],
}

/// What a provider of the person's own really speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spoken {
    /// Its id.
    pub provider: String,
    /// Its wire.
    pub wire: Wire,
    /// The model to start with, where no file names one.
    pub model: Option<String>,
}

/// What was found, and what will be written.
pub struct Migration {
    /// In the order of the passes.
    pub findings: Vec<Finding>,
    /// What the person should do or know afterwards.
    pub steps: Vec<String>,
    setup: Setup,
    keys: Vec<MovedKey>,
    store: KeyStore,
}

/// What a migration did.
pub struct Migrated {
    /// The files that changed.
    pub report: Report,
    /// How many keys went to the store.
    pub keys: usize,
    /// How many backups went because they held one.
    pub forgotten: usize,
}

impl Migration {
    /// Reads everything and plans. Writes nothing.
    ///
    /// # Errors
    /// When Codex's `config.toml` cannot be read or does not parse.
    pub fn plan(setup: Setup, command: &TokenCommand, around: &Surroundings<'_>, store: KeyStore) -> Result<Self> {
        let mut world = World::read(setup, command, around)?;
        let config = world.config_file();
        let project = if around.with_project { project::files(around.cwd, &config) } else { Vec::new() };
        for file in project {
            world.load_or_tell(&file);
            if world.has_file(&file) {
                project::mend(&mut world, &file)?;
                removed::mend(&mut world, &file)?;
            }
        }
        for file in world.user_files() {
            removed::provider_keys(&mut world, &file)?;
        }
        providers::mend(&mut world, store)?;
        profiles::mend(&mut world)?;
        for file in world.user_files() {
            removed::mend(&mut world, &file)?;
        }
        removed::unknown_providers(&mut world)?;
        choice::note_in_settings(&mut world);
        shell::explain(&mut world, around.home);
        let edits = world.edits();
        let World { mut setup, findings, steps, keys, .. } = world;
        for edit in edits {
            setup.replace_file(edit);
        }
        Ok(Self { findings, steps, setup, keys, store })
    }

    /// Whether anything would be written.
    #[must_use]
    pub fn mends(&self) -> bool {
        self.findings.iter().any(|finding| !finding.by_hand)
    }

    /// Whether a key would go to the store.
    #[must_use]
    pub fn stores_keys(&self) -> bool {
        self.keys.iter().any(|key| !key.name.is_empty())
    }

    /// The setup as it will be.
    #[must_use]
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What would change, file by file. The keys in it are known to the printer, which does not show them.
    ///
    /// # Errors
    /// When a file cannot be edited.
    pub fn preview(&self) -> Result<Vec<FileDiff>> {
        self.setup.preview()
    }

    /// Stores the keys, writes the files, and removes the backups that hold one of the keys.
    ///
    /// # Errors
    /// When a key cannot be stored or a file cannot be written; both are then as they were.
    pub fn commit(&self, vault: &Vault<'_>) -> Result<Migrated> {
        let named = || self.keys.iter().filter(|key| !key.name.is_empty());
        if named().next().is_some() {
            vault.probe(self.store)?;
        }
        let mut stored = Vec::new();
        let mut store = || {
            for key in named() {
                stored.push((key.name.as_str(), vault.get(&key.name, self.store).ok()));
                vault.set(&key.name, self.store, &key.secret)?;
            }
            self.setup.commit("migrate")
        };
        let outcome = store();
        let report = outcome.inspect_err(|_| {
            for (name, before) in stored {
                // Best effort on a way that has failed already.
                let _ = match before {
                    Some(secret) => vault.set(name, self.store, &secret),
                    None => vault.delete(name, self.store).map(|_| ()),
                };
            }
        })?;
        let texts: Vec<&str> = self.keys.iter().map(|key| key.secret.expose()).collect();
        let forgotten =
            if texts.is_empty() { 0 } else { Committer::new(self.setup.home().state_dir()).forget(&texts)? };
        Ok(Migrated { report, keys: named().count(), forgotten })
    }
}
