//! A TOML file, read.

use std::path::{Path, PathBuf};

use toml_edit::Item;

use super::disk::RealDisk;
use super::edit_error::EditError;
use super::file_error::FileError;
use super::former::Former;
use super::layout::{Layout, value_span};
use super::target::{Target, text};

/// What a file holds, through its links; nothing when it is not there. Only a regular file of a sane size is opened.
///
/// # Errors
/// When there is something else, or it cannot be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    let disk = &RealDisk;
    let snapshot =
        Target::resolve(disk, path).and_then(|target| target.read(disk)).map_err(|problem| problem.of(path))?;
    Ok(snapshot.map(|snapshot| snapshot.bytes))
}

/// What a file holds as text.
///
/// # Errors
/// When it is none, with line and column.
pub fn as_text<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a str, FileError> {
    text(bytes).map_err(|problem| problem.of(path))
}

/// A file's text with what it says, at the moment it was read.
#[derive(Debug, Clone)]
pub struct Document {
    path: PathBuf,
    text: String,
    parsed: toml_edit::Document<String>,
}

impl Document {
    /// Reads a file through its links; nothing when it is not there.
    ///
    /// # Errors
    /// When the file cannot be read, is not text, or is not valid TOML (with line and column).
    pub fn read(path: &Path) -> Result<Option<Self>, FileError> {
        let Some(bytes) = read(path)? else { return Ok(None) };
        let document = Self::parse(path, as_text(path, &bytes)?).map_err(|e| super::FileProblem::from(e).of(path))?;
        Ok(Some(document))
    }

    /// A text that did not come from the disk.
    ///
    /// # Errors
    /// When it is not valid TOML.
    pub fn parse(path: &Path, text: &str) -> Result<Self, EditError> {
        let body = text.strip_prefix('\u{feff}').unwrap_or(text);
        let parsed = toml_edit::Document::parse(body.to_owned()).map_err(|error| EditError::syntax(body, &error))?;
        Ok(Self { path: path.to_owned(), text: text.to_owned(), parsed })
    }

    /// The file as it was named.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The table of everything.
    #[must_use]
    pub fn root(&self) -> &toml_edit::Table {
        self.parsed.as_table()
    }

    /// What stands at a path, in whatever form.
    #[must_use]
    pub fn get(&self, path: &[&str]) -> Option<&Item> {
        path.iter()
            .try_fold(self.parsed.as_item(), |item, key| item.as_table_like()?.get(key))
            .filter(|item| !item.is_none())
    }

    /// The string at a path.
    #[must_use]
    pub fn get_str(&self, path: &[&str]) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// The raw text of the value at a path, for [`Change::Restore`](super::Change::Restore). Nothing for a table that
    /// is not written between braces.
    #[must_use]
    pub fn source(&self, path: &[&str]) -> Option<String> {
        self.parsed.raw().get(value_span(self.get(path)?)?).map(str::to_owned)
    }

    /// The line, from 1, where a key or table is first spelled.
    #[must_use]
    pub fn line(&self, path: &[&str]) -> Option<usize> {
        self.get(path)?;
        let layout = Layout::parse(self.parsed.raw()).ok()?;
        let is_at = |of: &[String]| of.iter().zip(path).all(|(key, wanted)| key == wanted);
        let below = layout.statements.iter().find(|s| s.path.len() >= path.len() && is_at(&s.path));
        // Between braces: the line where they begin.
        let holder = || layout.statements.iter().rev().find(|s| !s.is_header && is_at(&s.path));
        let start = below.or_else(holder)?.lines.start;
        Some(1 + self.parsed.raw().get(..start)?.matches('\n').count())
    }

    /// The key's line and its place, for [`Change::PutBack`](super::Change::PutBack) after a removal.
    #[must_use]
    pub fn former(&self, path: &[&str]) -> Option<Former> {
        let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
        Former::of(&Layout::parse(self.parsed.raw()).ok()?, &path)
    }
}
