//! The gathering of changes and their commit.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::codex::CodexHome;
use crate::config::{Change, Committer, Document, FileDiff, FileEdit, FileProblem, Report, WhenEmpty};
use crate::error::{Error, Result};
use crate::settings::{Home, Settings};

use super::settings_file::changes as settings_changes;

/// Changes to Codex's files and to our settings, in the making. Nothing is written before [`Setup::commit`].
pub struct Setup {
    home: Home,
    codex_home: CodexHome,
    before: Settings,
    /// The settings as they will be.
    pub settings: Settings,
    config: Option<Document>,
    edits: BTreeMap<PathBuf, (WhenEmpty, Vec<Change>)>,
    replaced: Vec<FileEdit>,
    pub(super) replaces_gateway_table: bool,
}

impl Setup {
    /// Reads the settings and Codex's `config.toml`, after a killed run's half-done changes were taken back.
    ///
    /// # Errors
    /// When either cannot be read or does not parse; with line and column, and nothing changed.
    pub fn load(home: &Home, codex_home: &CodexHome) -> Result<Self> {
        Committer::new(home.state_dir()).recover()?;
        let before = Settings::read(&home.settings_file())?;
        let config = Document::read(&codex_home.config_file()).map_err(|error| {
            let is_text = matches!(error.problem, FileProblem::Edit(_));
            let error = Error::from(error);
            if is_text {
                error.hint("open it with `codexgw config edit`, which saves what Codex accepts")
            } else {
                error
            }
        })?;
        Ok(Self {
            home: home.clone(),
            codex_home: codex_home.clone(),
            settings: before.clone(),
            before,
            config,
            edits: BTreeMap::new(),
            replaced: Vec::new(),
            replaces_gateway_table: false,
        })
    }

    /// codexgw's own folders.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Codex's folder.
    #[must_use]
    pub fn codex_home(&self) -> &CodexHome {
        &self.codex_home
    }

    /// Codex's `config.toml` as it stands on disk, if there is one.
    #[must_use]
    pub fn config(&self) -> Option<&Document> {
        self.config.as_ref()
    }

    /// Whether Codex's `config.toml` holds something at this path.
    #[must_use]
    pub fn config_has(&self, path: &[&str]) -> bool {
        self.config.as_ref().is_some_and(|document| document.get(path).is_some())
    }

    /// A text value in Codex's `config.toml`.
    #[must_use]
    pub fn config_str(&self, path: &[&str]) -> Option<&str> {
        self.config.as_ref()?.get_str(path)
    }

    /// Adds changes to Codex's `config.toml`.
    pub(super) fn edit_config(&mut self, changes: impl IntoIterator<Item = Change>) {
        let file = self.codex_home.config_file();
        self.settings.config_created |= self.config.is_none();
        self.edit(&file, Self::when_empty(self.settings.config_created), changes);
    }

    /// Adds changes to a file.
    pub(super) fn edit(&mut self, file: &Path, when_empty: WhenEmpty, changes: impl IntoIterator<Item = Change>) {
        let edit = self.edits.entry(file.to_path_buf()).or_default();
        edit.0 = when_empty;
        edit.1.extend(changes);
    }

    /// Adds a file that is replaced as a whole, if it still holds what the edit was made from.
    pub fn replace_file(&mut self, edit: FileEdit) {
        self.replaced.push(edit);
    }

    fn all_edits(&self) -> Result<Vec<FileEdit>> {
        let edit = |(path, (when_empty, changes)): (&PathBuf, &(WhenEmpty, Vec<Change>))| {
            FileEdit::splice(path, changes.clone(), *when_empty)
        };
        let mut edits = self.replaced.clone();
        edits.extend(self.edits.iter().map(edit));
        let changes = settings_changes(&self.before, &self.settings)?;
        if !changes.is_empty() {
            edits.push(FileEdit::splice(self.home.settings_file(), changes, WhenEmpty::Keep));
        }
        Ok(edits)
    }

    /// What a commit would change, file by file.
    ///
    /// # Errors
    /// When a file cannot be edited.
    pub fn preview(&self) -> Result<Vec<FileDiff>> {
        Ok(Committer::new(self.home.state_dir()).preview(&self.all_edits()?)?)
    }

    /// Writes everything, or nothing.
    ///
    /// # Errors
    /// When a file cannot be edited or written; every file is then as it was.
    pub fn commit(&self, label: &str) -> Result<Report> {
        let report = Committer::new(self.home.state_dir()).commit(label, &self.all_edits()?)?;
        for file in &report.files {
            tracing::info!(label, file = %file.path.display(), outcome = ?file.outcome, "changed a file");
        }
        Ok(report)
    }
}
