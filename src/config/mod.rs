//! Editing files that belong to others: read, locate, splice, verify, replace; backups and undo.

mod change;
mod committer;
mod disk;
mod document;
mod edit_error;
mod file_edit;
mod file_error;
mod former;
mod inline;
mod insert;
mod journal;
mod layout;
mod lines;
mod lock;
mod patch;
mod plain;
mod recover;
mod remove;
mod report;
mod splice;
mod swap;
mod target;

pub use change::Change;
pub use committer::Committer;
pub use document::Document;
pub use edit_error::EditError;
pub use file_edit::{FileEdit, WhenEmpty};
pub use file_error::{FileError, FileProblem};
pub use former::Former;
pub use report::{FileDiff, FileReport, Outcome, Past, Report};
pub use splice::splice;

#[cfg(test)]
mod commit_tests;
#[cfg(test)]
mod splice_tests;
#[cfg(test)]
mod trap;
