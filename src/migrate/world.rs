//! What a migration reads and changes, in memory: each pass sees what the one before made of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{Change, Document, EditError, FileEdit, splice};
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::setup::{Setup, TokenCommand};

use super::finding::{Finding, Kind};
use super::{Spoken, Surroundings};

/// A key that leaves a file.
pub(super) struct MovedKey {
    /// Its name in the store: the provider, or provider and header.
    pub(super) name: String,
    /// It.
    pub(super) secret: Secret,
}

/// A file as it is and as it will be.
struct File {
    before: Option<Document>,
    text: String,
}

/// Codex's files and our settings, on their way.
pub(super) struct World<'e> {
    pub(super) setup: Setup,
    pub(super) command: &'e TokenCommand,
    /// The shell's variables.
    pub(super) env: &'e dyn Fn(&str) -> Option<String>,
    pub(super) spoken: &'e [Spoken],
    pub(super) findings: Vec<Finding>,
    /// Commands that the person should run afterwards.
    pub(super) steps: Vec<String>,
    pub(super) keys: Vec<MovedKey>,
    files: BTreeMap<PathBuf, File>,
}

/// Where a choice of provider and model stands: the top of a file, or a legacy profile's table.
#[derive(Debug, Clone)]
pub(super) struct Scope {
    pub(super) file: PathBuf,
    pub(super) at: Vec<String>,
}

impl Scope {
    pub(super) fn path<'a>(&'a self, key: &'a str) -> Vec<&'a str> {
        self.at.iter().map(String::as_str).chain([key]).collect()
    }
}

impl<'e> World<'e> {
    /// Reads Codex's configuration and its profile files; one of those that does not parse is left to the person.
    pub(super) fn read(setup: Setup, command: &'e TokenCommand, around: &Surroundings<'e>) -> Result<Self> {
        let (config, profiles) = (setup.codex_home().config_file(), setup.codex_home().profiles());
        let mut world = Self {
            setup,
            command,
            env: around.env,
            spoken: around.spoken,
            findings: Vec::new(),
            steps: Vec::new(),
            keys: Vec::new(),
            files: BTreeMap::new(),
        };
        world.load(&config)?;
        for (_, file) in profiles {
            world.load_or_tell(&file);
        }
        Ok(world)
    }

    /// Takes a file in.
    pub(super) fn load(&mut self, path: &Path) -> Result<()> {
        let before = Document::read(path)?;
        let text = before.as_ref().map(|document| document.text().to_owned()).unwrap_or_default();
        self.files.insert(path.to_path_buf(), File { before, text });
        Ok(())
    }

    /// Takes a file in that matters less: one that cannot be read becomes a finding.
    pub(super) fn load_or_tell(&mut self, path: &Path) {
        if let Err(e) = self.load(path) {
            self.findings.push(Finding {
                kind: Kind::BrokenFile,
                file: Some(path.to_path_buf()),
                line: None,
                what: e.to_string(),
                then: "mend it first; it was left out".to_owned(),
                by_hand: true,
            });
        }
    }

    /// Codex's `config.toml`.
    pub(super) fn config_file(&self) -> PathBuf {
        self.setup.codex_home().config_file()
    }

    /// Codex's files of the person, `config.toml` first.
    pub(super) fn user_files(&self) -> Vec<PathBuf> {
        let home = self.setup.codex_home().dir();
        let config = self.config_file();
        let profiles = self.files.keys().filter(|file| file.parent() == Some(home) && **file != config).cloned();
        std::iter::once(config.clone()).chain(profiles).collect()
    }

    /// What a file says now.
    pub(super) fn document(&self, file: &Path) -> Result<Document> {
        let text = self.files.get(file).map(|file| file.text.as_str()).unwrap_or_default();
        Document::parse(file, text).map_err(|e| refused(file, &e))
    }

    /// The text of a file now.
    pub(super) fn text(&self, file: &Path) -> &str {
        self.files.get(file).map(|file| file.text.as_str()).unwrap_or_default()
    }

    /// Whether a file is there, or will be.
    pub(super) fn has_file(&self, file: &Path) -> bool {
        self.files.get(file).is_some_and(|file| file.before.is_some() || !file.text.is_empty())
    }

    /// Makes a file hold a text.
    pub(super) fn set_text(&mut self, file: &Path, text: String) {
        match self.files.get_mut(file) {
            Some(known) => known.text = text,
            None => {
                self.files.insert(file.to_path_buf(), File { before: None, text });
            }
        }
    }

    /// Changes a file.
    pub(super) fn change(&mut self, file: &Path, changes: &[Change]) -> Result<()> {
        let text = splice(self.text(file), changes).map_err(|e| refused(file, &e))?;
        self.set_text(file, text);
        Ok(())
    }

    /// A text value, as the file says it now.
    pub(super) fn str(&self, file: &Path, path: &[&str]) -> Option<String> {
        self.document(file).ok()?.get_str(path).map(str::to_owned)
    }

    /// Records what was found, with the line that it had when the file was read.
    pub(super) fn found(&mut self, kind: Kind, file: &Path, path: &[&str], what: String, then: String) {
        self.record(kind, file, path, what, then, false);
    }

    /// Records what is left to the person.
    pub(super) fn left(&mut self, kind: Kind, file: &Path, path: &[&str], what: String, then: String) {
        self.record(kind, file, path, what, then, true);
    }

    fn record(&mut self, kind: Kind, file: &Path, path: &[&str], what: String, then: String, by_hand: bool) {
        let before = self.files.get(file).and_then(|file| file.before.as_ref());
        let line = before.and_then(|document| document.line(path));
        self.findings.push(Finding { kind, file: Some(file.to_path_buf()), line, what, then, by_hand });
    }

    /// Everywhere that a provider and model can be chosen: `config.toml`, its legacy profiles, the profile files.
    pub(super) fn scopes(&self) -> Result<Vec<Scope>> {
        let mut scopes = Vec::new();
        for file in self.user_files() {
            scopes.push(Scope { file: file.clone(), at: Vec::new() });
            for name in tables(&self.document(&file)?, &["profiles"]) {
                scopes.push(Scope { file: file.clone(), at: vec!["profiles".to_owned(), name] });
            }
        }
        Ok(scopes)
    }

    /// The edits that make the files what they became, for the one commit.
    pub(super) fn edits(&self) -> Vec<FileEdit> {
        let changed =
            self.files.iter().filter(|(_, file)| file.before.as_ref().map_or("", Document::text) != file.text);
        let edit = |(path, file): (&PathBuf, &File)| {
            let old = file.before.as_ref().map(|document| document.text().as_bytes().to_vec());
            FileEdit::replace(path, old, file.text.as_bytes())
        };
        changed.map(edit).collect()
    }
}

/// The names of the tables in a table.
pub(super) fn tables(document: &Document, path: &[&str]) -> Vec<String> {
    let table = if path.is_empty() {
        Some(document.root() as &dyn toml_edit::TableLike)
    } else {
        document.get(path).and_then(toml_edit::Item::as_table_like)
    };
    let entries = table.into_iter().flat_map(toml_edit::TableLike::iter);
    entries.filter(|(_, item)| item.is_table_like()).map(|(key, _)| key.to_owned()).collect()
}

/// The error for a file that cannot be edited as planned.
pub(super) fn refused(file: &Path, error: &EditError) -> Error {
    Error::fixable(format!("cannot migrate `{}`", file.display())).cause(error).cause("nothing was changed")
}
