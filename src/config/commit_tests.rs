//! The write protocol on a real file system.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::disk::RealDisk;
use super::{Change, Committer, FileEdit, FileError, FileProblem, Outcome, WhenEmpty};

fn committer(folder: &Path) -> Committer {
    Committer::on(Arc::new(RealDisk), &folder.join("state"), Duration::ZERO)
}

fn set(path: &Path, key: &str, value: i64) -> FileEdit {
    FileEdit::splice(path, vec![Change::set(&[key], value)], WhenEmpty::Delete)
}

fn unset(path: &Path, key: &str) -> FileEdit {
    FileEdit::splice(path, vec![Change::remove(&[key])], WhenEmpty::Delete)
}

/// Every file below a folder but the backups and the lock, with its content.
fn tree(folder: &Path) -> Vec<(String, String)> {
    let mut found: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_name() != "state")
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read_to_string(entry.path()).unwrap_or_default()))
        .collect();
    found.sort();
    found
}

#[test]
fn several_files_are_written_undone_and_redone() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("config.toml"), folder.path().join("new.config.toml"));
    fs::write(&one, "a = 1 # mine\r\n").unwrap();
    let committer = committer(folder.path());
    let report = committer.commit("add x", &[set(&one, "x", 1), set(&two, "y", 2)]).unwrap();
    assert_eq!(report.files.iter().map(|file| file.outcome).collect::<Vec<_>>(), [Outcome::Edited, Outcome::Created]);
    assert_eq!(fs::read_to_string(report.files[0].backup.as_ref().unwrap()).unwrap(), "a = 1 # mine\r\n");
    let edited = tree(folder.path());
    assert_eq!(edited[0].1, "a = 1 # mine\r\nx = 1\r\n");
    assert_eq!(edited[1].1, "y = 2\n");
    committer.undo(None, false).unwrap();
    assert_eq!(tree(folder.path()), [("config.toml".to_owned(), "a = 1 # mine\r\n".to_owned())]);
    committer.undo(None, false).unwrap();
    assert_eq!(tree(folder.path()), edited);
    let labels: Vec<_> = committer.list().unwrap().into_iter().map(|past| past.label).collect();
    assert_eq!(labels, ["undo of 2: undo of 1: add x", "undo of 1: add x", "add x"]);
}
