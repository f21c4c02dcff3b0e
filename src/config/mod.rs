//! Editing files that belong to others: read, locate, splice, verify, replace; backups and undo.
//!
//! Codex's `config.toml` and its profile files are the person's. This room changes the few keys that it was asked to
//! change and no other byte, whatever the file looks like, whoever else writes it, and whenever the power goes.
//!
//! # The text
//!
//! [`splice()`] applies [`Change`]s to a text. `toml_edit` parses it and says where every statement stands; what is
//! written are byte replacements, because a document that `toml_edit` prints has lost its CRs, BOM and missing final
//! newline. Keys and tables are found by path, in every form that TOML has for them (headers, dotted keys, braces, and
//! any mixture spread over the file), never by a comment: Codex's own editor drops comments.
//!
//! - A value that is already there is replaced alone, or left alone if it means the same.
//! - A new key or table goes to a place from which a removal takes exactly the same bytes again, so
//!   `remove(set(text)) == text`, blank lines, line endings and a missing final newline included. The rules are in
//!   `insert` and `remove`. There is one exception: a [`Change::Set`] that had to make its table leaves the empty
//!   table behind when only the key is removed.
//! - [`Document::source`] with [`Change::Restore`] puts a former value back as it was spelled, and
//!   [`Document::former`] with [`Change::PutBack`] a removed line to where it stood.
//! - [`Change::Rename`] respells one key in every header and line that names it; [`cut()`] takes a table out with its
//!   comments, to stand in another text.
//! - The result is parsed again. It must mean what the text meant but for the changes, worked out on a model that
//!   knows nothing of text, and every byte outside the replaced ranges must be the same. Else nothing is written.
//!
//! # The file
//!
//! [`Committer::commit`] writes several files, all or none:
//!
//! 1. Links are followed, at most 40; a circle, a link to nothing, anything but a regular file, a file that nobody may
//!    write, one above 4 MiB, one that is not UTF-8 or holds NUL is refused, as is invalid TOML, with line and column.
//! 2. All files are planned. If none changes, nothing is touched, not even a modification time.
//! 3. One lock file in the state folder keeps other runs of codexgw out for up to ten seconds. Commits that a kill
//!    interrupted are ended first: done if all their files are in place, else taken back. Temporary files that such a
//!    run left are removed; their names hold a digest of the state folder's path, so they can only be ours.
//! 4. For each file the journal is written first: what was there, what will be there, and the name of the temporary
//!    file, each on the disk before the next step. Then the temporary file is made in the real file's folder, with its
//!    mode and owner (0600 for a new file), written and synced; the file is read again and must be what the plan was
//!    made from; and the two are exchanged (`renameat2` on Linux; elsewhere, and on file systems that cannot, renamed).
//!    What came out is compared with what was read. A new file is linked to its name, which fails if somebody else has
//!    made it meanwhile; a file that goes is renamed first and looked at. Then the folder is synced.
//! 5. Codex takes no lock. Where the look before or the comparison after shows that it wrote meanwhile, what it wrote
//!    is put back at once, and the edit is made again on top of what it wrote, up to 16 times. It may also have read the file before and written it after
//!    our edit: so all files are looked at once more, 30 ms later, and the edit is made again if it is gone.
//! 6. If anything fails, the files that were already written are put back, unless a stranger wrote them since.
//!
//! The journal's last 20 entries are the backups: [`Committer::undo`] puts back one commit, and is a commit itself, so
//! that undoing it brings the edit back. A file that was changed since is put back only by force.
//!
//! # What is not promised
//!
//! - A file with several names (hard links) is written in place, so that all its names keep showing the same; a kill
//!   in that moment leaves it cut short until the next run, which has both contents in the journal and mends it.
//! - A program that reads the file before our write and writes it more than 30 ms after it undoes our edit unseen.
//! - If a program wrote between our last look and the exchange, and another writes again in the instant before that is
//!   put back (two system calls), the first one's write is lost.
//! - Where files cannot be exchanged, what a program writes between the last look and the rename (microseconds) is lost.
//! - How wide these windows are, measured with `strace` on Linux: Codex 0.169.0 (`mcp add`) renames 0.3 to 0.7 ms after
//!   its read; between our last look and the exchange lie 0.1 ms, and 0.05 ms later what came out is compared. So the
//!   30 ms cover a read and write of Codex some forty times over, and none of 300 rounds against a loop of the real
//!   `codex mcp add` lost an edit of either side.
//! - Access control lists and extended attributes are not carried over. The lock may not hold over NFS.
//!
//! All file system operations go through one trait, so that tests let each of them fail once, and die at each.

mod change;
mod committer;
mod cut;
mod disk;
mod document;
mod edit_error;
mod file_edit;
mod file_error;
mod former;
mod inline;
mod insert;
mod journal;
mod keys;
mod layout;
mod lines;
mod lock;
mod patch;
mod plain;
mod recover;
mod remove;
mod rename;
mod report;
mod splice;
mod swap;
mod target;

pub use change::Change;
pub use committer::Committer;
pub use cut::{Cut, cut, join};
pub use document::{Document, as_text, read};
pub use edit_error::EditError;
pub use file_edit::{FileEdit, WhenEmpty};
pub use file_error::{FileError, FileProblem};
pub use former::Former;
pub use report::{FileDiff, FileReport, Outcome, Past, Report};
pub use splice::splice;

#[cfg(test)]
mod commit_tests;
#[cfg(test)]
mod cut_tests;
#[cfg(test)]
mod splice_tests;
#[cfg(test)]
mod trap;
