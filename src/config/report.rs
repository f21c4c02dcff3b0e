//! What a commit did, or would do.

use std::path::PathBuf;

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The number to undo it by; nothing when no file had to change.
    pub id: Option<u64>,
    /// The files that changed.
    pub files: Vec<FileReport>,
}

/// What happened to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReport {
    /// The file as it was named.
    pub path: PathBuf,
    /// What was done.
    pub outcome: Outcome,
    /// Its former content; nothing for a new file.
    pub backup: Option<PathBuf>,
}

/// What was done to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was not there before.
    Created,
    /// Its content changed.
    Edited,
    /// It is gone.
    Deleted,
}

/// A commit of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    /// Its number.
    pub id: u64,
    /// What the person did.
    pub label: String,
    /// When, in seconds since 1970.
    pub at: i64,
    /// The files, as they were named.
    pub files: Vec<PathBuf>,
}

/// What a commit would do to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDiff {
    /// The file as it was named.
    pub path: PathBuf,
    /// Its content now; nothing when it is not there.
    pub before: Option<String>,
    /// Its content then; nothing when it would go.
    pub after: Option<String>,
}

impl FileDiff {
    /// As a unified diff with three lines around each change.
    #[must_use]
    pub fn unified(&self) -> String {
        let name = |content: &Option<String>| {
            content.as_ref().map_or_else(|| "/dev/null".to_owned(), |_| self.path.display().to_string())
        };
        let (before, after) = (self.before.as_deref().unwrap_or_default(), self.after.as_deref().unwrap_or_default());
        similar::TextDiff::from_lines(before, after)
            .unified_diff()
            .context_radius(3)
            .header(&name(&self.before), &name(&self.after))
            .to_string()
    }
}
