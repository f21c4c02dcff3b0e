//! Undoing what a commit did before it failed or was killed.

use std::path::Path;

use super::disk::{Disk, Stat};
use super::file_error::{FileError, FileProblem};
use super::journal::{Entry, Journal, Record};
use super::swap::swap;
use super::target::Target;

/// Ends every commit that a kill interrupted: one whose files are all in place is done, any other is undone.
pub(crate) fn recover(disk: &dyn Disk, journal: &Journal<'_>, state: &Path) -> Result<(), FileError> {
    let here = |problem: FileProblem| problem.of(state);
    for (id, pending) in journal.ids().map_err(here)? {
        if !pending {
            continue;
        }
        match journal.load(id, true).map_err(here)? {
            Some(entry) if is_complete(disk, &entry).map_err(here)? => {
                for record in &entry.manifest.files {
                    disk.remove(&record.temp)
                        .map_err(|error| FileProblem::io("remove a file beside it")(error).of(&record.named))?;
                }
                journal.finish(&entry).map_err(here)?;
            }
            Some(entry) => {
                revert(disk, &entry)?;
                journal.remove(id, true).map_err(here)?;
            }
            None => journal.remove(id, true).map_err(here)?,
        }
    }
    Ok(())
}

/// Puts back all files of an entry, the last one first. What somebody else wrote since stays.
pub(crate) fn revert(disk: &dyn Disk, entry: &Entry) -> Result<(), FileError> {
    for record in entry.manifest.files.iter().rev() {
        revert_file(disk, entry, record).map_err(|problem| problem.of(&record.named))?;
    }
    Ok(())
}

/// Whether every file holds its new content, and nothing of a stranger's came out when that went in.
fn is_complete(disk: &dyn Disk, entry: &Entry) -> Result<bool, FileProblem> {
    if entry.manifest.files.len() < entry.manifest.total {
        return Ok(false);
    }
    for record in &entry.manifest.files {
        let before = entry.content(disk, record.before.as_ref())?;
        let after = entry.content(disk, record.after.as_ref())?;
        let out = waiting(disk, record)?;
        if content(disk, &target(record))? != after || (out.is_some() && out != before && out != after) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn target(record: &Record) -> Target {
    Target { named: record.named.clone(), real: record.real.clone() }
}

/// What the file beside it holds.
fn waiting(disk: &dyn Disk, record: &Record) -> Result<Option<Vec<u8>>, FileProblem> {
    content(disk, &Target { named: record.named.clone(), real: record.temp.clone() })
}

fn content(disk: &dyn Disk, target: &Target) -> Result<Option<Vec<u8>>, FileProblem> {
    Ok(target.read(disk)?.map(|snapshot| snapshot.bytes))
}

fn revert_file(disk: &dyn Disk, entry: &Entry, record: &Record) -> Result<(), FileProblem> {
    let before = entry.content(disk, record.before.as_ref())?;
    let after = entry.content(disk, record.after.as_ref())?;
    let target = target(record);
    if disk.look(target.folder()).map_err(FileProblem::io("look at its folder"))?.is_none() {
        // Whoever removed the whole folder does not want the file back.
        return Ok(());
    }
    let out = waiting(disk, record)?;
    if out.is_some() {
        disk.remove(&record.temp).map_err(FileProblem::io("remove a file beside it"))?;
    }
    // What came out when ours went in is younger than what was read before.
    let former = if out.is_some() && out != after { out } else { before.clone() };
    let snapshot = target.read(disk)?;
    let now = snapshot.as_ref().map(|now| &now.bytes);
    let torn = record.in_place
        && now.zip(after.as_ref()).is_some_and(|(now, after)| after.starts_with(now))
        && now != before.as_ref();
    if !(torn || now == after.as_ref()) || now == former.as_ref() {
        return Ok(());
    }
    let like = snapshot.as_ref().map_or(Stat { mode: record.mode, ..Stat::private() }, |now| now.stat.clone());
    // A stranger who is faster still has the youngest content, which stays.
    swap(disk, &target, now.map(Vec::as_slice), former.as_deref(), &like, &record.temp).map(|_| ())
}
