//! Editing files that belong to others: read, locate, splice, verify, replace; backups and undo.

mod change;
mod edit_error;
mod former;
mod inline;
mod insert;
mod layout;
mod lines;
mod patch;
mod plain;
mod remove;
mod splice;

pub use change::Change;
pub use edit_error::EditError;
pub use former::Former;
pub use splice::splice;

#[cfg(test)]
mod splice_tests;
