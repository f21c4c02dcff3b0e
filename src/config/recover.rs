//! Undoing what a commit did before it failed or was killed.

use std::path::Path;

use super::disk::{Disk, Stat};
use super::file_error::{FileError, FileProblem};
use super::journal::{Entry, Journal, Record};
use super::swap::{Swap, swap};
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

fn is_complete(disk: &dyn Disk, entry: &Entry) -> Result<bool, FileProblem> {
    if entry.manifest.files.len() < entry.manifest.total {
        return Ok(false);
    }
    for record in &entry.manifest.files {
        let waiting = disk.look(&record.temp).map_err(FileProblem::io("look at a file beside it"))?;
        let now = target(record).read(disk)?.map(|now| now.bytes);
        if waiting.is_some() || now != entry.content(disk, record.after.as_ref())? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn target(record: &Record) -> Target {
    Target { named: record.named.clone(), real: record.real.clone() }
}

fn revert_file(disk: &dyn Disk, entry: &Entry, record: &Record) -> Result<(), FileProblem> {
    let before = entry.content(disk, record.before.as_ref())?;
    let after = entry.content(disk, record.after.as_ref())?;
    let placed = entry.content(disk, record.placed.as_ref())?;
    let target = target(record);
    let waiting = Target { named: record.named.clone(), real: record.temp.clone() }.read(disk)?;
    let former = match &waiting {
        // What came out when ours went in is younger than what was read before.
        Some(out) if Some(&out.bytes) != after.as_ref() => Some(out.bytes.clone()),
        _ => before.clone(),
    };
    if waiting.is_some() {
        disk.remove(&record.temp).map_err(FileProblem::io("remove a file beside it"))?;
    }
    let now = target.read(disk)?;
    let bytes = now.as_ref().map(|now| &now.bytes);
    let torn = record.in_place
        && bytes.zip(after.as_ref()).is_some_and(|(now, after)| after.starts_with(now))
        && bytes != before.as_ref();
    let ours = bytes == after.as_ref() || (placed.is_some() && bytes == placed.as_ref());
    if !(torn || ours) || bytes == former.as_ref() {
        return Ok(());
    }
    let like = now.as_ref().map_or(Stat { mode: record.mode, ..Stat::private() }, |now| now.stat.clone());
    let expect = bytes.map(Vec::as_slice);
    if let Swap::Replaced(out) = swap(disk, &target, expect, former.as_deref(), &like, &record.temp)? {
        disk.rename(&record.temp, &target.real).map_err(FileProblem::io("put it back"))?;
        debug_assert_ne!(Some(&out.bytes), bytes, "only a stranger's content comes out so");
    }
    Ok(())
}
