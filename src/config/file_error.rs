//! Why a file was not read or written.

use std::io;
use std::path::{Path, PathBuf};

use super::edit_error::EditError;
use super::target::{MAX_BYTES, MAX_LINKS};
use crate::error::Error;

/// A file and what is wrong with it. Unless it says otherwise, nothing was changed.
#[derive(Debug, thiserror::Error)]
#[error("`{}`: {problem}", path.display())]
pub struct FileError {
    /// The file as it was named.
    pub path: PathBuf,
    /// What is wrong.
    #[source]
    pub problem: FileProblem,
}

/// What can be wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileProblem {
    /// The text is not TOML, or cannot be edited as asked.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// Symbolic links that lead nowhere but in a circle, or too many of them.
    #[error("its symbolic links go in a circle, or there are more than {MAX_LINKS} of them")]
    LinkCycle,
    /// A symbolic link to something that is not there.
    #[error("it is a symbolic link to `{}`, which does not exist", .0.display())]
    Dangling(PathBuf),
    /// A folder, device, pipe or socket.
    #[error("it is not a regular file")]
    NotAFile,
    /// More than 4 MiB.
    #[error("it is larger than {} MiB", MAX_BYTES / (1024 * 1024))]
    TooBig,
    /// Not UTF-8 from here on.
    #[error("line {line}, column {column}: it is not UTF-8 text")]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// It begins as UTF-16 does.
        is_utf16: bool,
    },
    /// A NUL byte.
    #[error("line {line}, column {column}: it holds a NUL byte, so it is not a text file")]
    Nul {
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
    },
    /// Nobody may write it.
    #[error("it is read-only")]
    ReadOnly,
    /// Somebody else writes it all the time.
    #[error("another program keeps changing it")]
    Concurrent,
    /// It is not what the edit was made from.
    #[error("it was changed since")]
    Changed,
    /// It is not what this commit left behind, so the commit cannot be undone without losing what came later.
    #[error("it was changed since")]
    ChangedSince(u64),
    /// Another codexgw holds the lock.
    #[error("another codexgw is still writing")]
    Locked,
    /// A journal entry that is not there, or cannot be read.
    #[error("{}", .0.map_or_else(|| "there is nothing to undo".to_owned(), |id| format!("there is no change {id} to undo")))]
    NoEntry(Option<u64>),
    /// The edit failed and a file of it could not be put back.
    #[error("`{}` could not be put back; its former text is in `{}`", file.display(), copy.display())]
    Stuck {
        /// The file that holds the new text still.
        file: PathBuf,
        /// Its former text.
        copy: PathBuf,
        /// Why the edit failed at first.
        #[source]
        because: Box<FileProblem>,
    },
    /// The file system said no.
    #[error("cannot {action}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The answer.
        source: io::Error,
    },
}

impl FileProblem {
    /// Names the file.
    pub(crate) fn of(self, path: &Path) -> FileError {
        FileError { path: path.to_owned(), problem: self }
    }

    /// A failed operation, in words: `cannot {action}`.
    pub(crate) fn io(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }

    fn hint(&self, path: &Path) -> Option<String> {
        let path = path.display();
        Some(match self {
            Self::Edit(EditError::Syntax { .. } | EditError::Conflict { .. }) => {
                // Not to be undone: the mistake came after our last edit, which would go with it.
                "fix the line, then run the same command again".to_owned()
            }
            Self::LinkCycle => format!("see where it leads with `ls -l {path}`, then remove it: `rm {path}`"),
            Self::Dangling(target) => {
                let folder = target.parent().filter(|folder| !folder.is_dir());
                let folder = folder.map(|folder| format!("mkdir -p {} && ", folder.display())).unwrap_or_default();
                format!("make the file with `{folder}touch {}`, or remove the link with `rm {path}`", target.display())
            }
            Self::NotAFile => format!("see what it is with `ls -ld {path}`"),
            Self::ReadOnly => {
                format!(
                    "if it is yours to change, make it writable: `chmod u+w {path}`; if another tool makes it, edit it there"
                )
            }
            Self::Concurrent => "close Codex and what else writes the file, then run the same command again".to_owned(),
            Self::Locked => "wait a moment, then run the same command again".to_owned(),
            Self::Changed => "run the same command again".to_owned(),
            Self::ChangedSince(id) => {
                format!(
                    "see what would be lost with `codexgw undo {id} --force --dry-run`, then `codexgw undo {id} --force`"
                )
            }
            Self::NoEntry(_) => "see which changes there are: `codexgw undo --list`".to_owned(),
            Self::Stuck { file, copy, .. } => format!("put it back: `cp {} {}`", copy.display(), file.display()),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "make room on the disk: `df -h`".to_owned()
                }
                io::ErrorKind::PermissionDenied => format!("see whose it is with `ls -ld {path}` and its folder"),
                _ => return None,
            },
            Self::NotUtf8 { is_utf16, .. } => format!(
                "see what it is with `file {path}`, and make UTF-8 of it: \
                 `cp {path} {path}.old && iconv -f {} -t utf-8 {path}.old > {path}`",
                if *is_utf16 { "utf-16" } else { "latin1" }
            ),
            Self::Nul { .. } => format!("take it out: `cp {path} {path}.old && tr -d '\\000' < {path}.old > {path}`"),
            Self::TooBig => format!("no configuration is that large; see what fills it: `head -c 2000 {path}`"),
            Self::Edit(_) => return None,
        })
    }
}

impl FileError {
    /// The same, where the file was only to be read.
    #[must_use]
    pub fn on_reading(self) -> Error {
        let error = Error::fixable(format!("cannot read `{}`", self.path.display())).cause(&self.problem);
        self.problem.hint(&self.path).into_iter().fold(error, Error::hint)
    }
}

impl From<FileError> for Error {
    fn from(FileError { path, problem }: FileError) -> Self {
        let message = format!("cannot edit `{}`", path.display());
        let mut error = match &problem {
            FileProblem::Edit(EditError::Unverified { .. }) => Self::bug(message),
            // Not about a file that the person would know.
            FileProblem::NoEntry(_) => {
                let error = Self::fixable(problem.to_string()).cause("nothing was changed");
                return problem.hint(&path).into_iter().fold(error, Self::hint);
            }
            _ => Self::fixable(message),
        };
        if let FileProblem::Stuck { because, .. } = &problem {
            error = error.cause(because).cause(&problem);
        } else {
            error = error.cause(&problem).cause("nothing was changed");
        }
        match problem.hint(&path) {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_behind_a_dangling_link_is_made_with_its_folder() {
        let dir = tempfile::tempdir().expect("a folder");
        for (target, makes_folder) in [("x.toml", false), ("nowhere/x.toml", true)] {
            let target = dir.path().join(target);
            let hint = FileProblem::Dangling(target.clone()).hint(Path::new("/c")).expect("a hint");
            let folder = format!("`mkdir -p {} && touch ", target.parent().expect("a folder").display());
            assert_eq!(hint.contains(&folder), makes_folder, "{hint}");
            assert!(hint.contains(&format!("touch {}`", target.display())), "{hint}");
        }
    }
}
