//! What to do with one file.

use std::path::{Path, PathBuf};

use super::change::Change;
use super::disk::Stat;
use super::file_error::FileProblem;
use super::splice::splice;
use super::target::text;

/// What becomes of a file in which nothing is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenEmpty {
    /// It stays, empty.
    #[default]
    Keep,
    /// It goes. One that is reached through a symbolic link stays, so that the link keeps its target.
    Delete,
}

/// One file and what to do with it.
#[derive(Debug, Clone)]
pub struct FileEdit {
    /// The file; links are followed.
    pub path: PathBuf,
    pub(crate) action: Action,
}

#[derive(Debug, Clone)]
pub(crate) enum Action {
    Splice {
        changes: Vec<Change>,
        when_empty: WhenEmpty,
    },
    Write(Vec<u8>),
    Delete,
    /// Puts one content over another.
    Put {
        expect: Option<Vec<u8>>,
        put: Option<Vec<u8>>,
        mode: u32,
        undo: Option<Undo>,
    },
}

/// A commit that is undone; with `force` over any content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Undo {
    pub(crate) id: u64,
    pub(crate) force: bool,
}

impl FileEdit {
    /// Applies changes to a TOML file; one that is not there counts as empty.
    pub fn splice(path: impl Into<PathBuf>, changes: Vec<Change>, when_empty: WhenEmpty) -> Self {
        Self { path: path.into(), action: Action::Splice { changes, when_empty } }
    }

    /// Makes the whole file hold this. For files that are ours alone, in any format.
    pub fn write(path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        Self { path: path.into(), action: Action::Write(content.into()) }
    }

    /// Makes the whole file hold this, provided that it still holds what was read; nothing for a file that was not there.
    pub fn replace(path: impl Into<PathBuf>, read: Option<Vec<u8>>, content: impl Into<Vec<u8>>) -> Self {
        let action = Action::Put { expect: read, put: Some(content.into()), mode: Stat::private().mode, undo: None };
        Self { path: path.into(), action }
    }

    /// Deletes a file that is ours alone.
    pub fn delete(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), action: Action::Delete }
    }

    /// Puts back a content, with this mode if the file is not there; without force only over `expect`.
    pub(crate) fn put(path: &Path, expect: Option<Vec<u8>>, put: Option<Vec<u8>>, mode: u32, undo: Undo) -> Self {
        Self { path: path.to_owned(), action: Action::Put { expect, put, mode, undo: Some(undo) } }
    }
}

impl Action {
    /// What the file holds after this, given what it holds now.
    pub(crate) fn apply(&self, now: Option<&[u8]>, is_linked: bool) -> Result<Option<Vec<u8>>, FileProblem> {
        match self {
            Self::Splice { changes, when_empty } => {
                let old = text(now.unwrap_or_default())?;
                let new = splice(old, changes)?;
                let is_empty = new.trim_start_matches('\u{feff}').trim().is_empty();
                let goes = is_empty && new != old && *when_empty == WhenEmpty::Delete && !is_linked;
                Ok((!goes && (now.is_some() || !new.is_empty())).then(|| new.into_bytes()))
            }
            Self::Write(content) => Ok(Some(content.clone())),
            Self::Delete => Ok(None),
            Self::Put { expect, put, undo, .. } => {
                let is_expected = now == expect.as_deref() || now == put.as_deref();
                match undo {
                    _ if is_expected => Ok(put.clone()),
                    Some(Undo { force: true, .. }) => Ok(put.clone()),
                    Some(Undo { id, .. }) => Err(FileProblem::ChangedSince(*id)),
                    None => Err(FileProblem::Changed),
                }
            }
        }
    }
}
