//! Putting one content in the place of another, and noticing whoever else did.

use std::io::ErrorKind;
use std::path::Path;

use super::disk::{Disk, Stat};
use super::file_error::FileProblem;
use super::target::{Snapshot, Target};

/// How it went.
#[derive(Debug)]
pub(crate) enum Swap {
    /// The new content is in place and what it replaced is what was expected.
    Done,
    /// The file holds something else than expected, and still does.
    Missed(Option<Snapshot>),
}

/// Puts `put` in the place of `expect`; nothing stands for no file. `temp` is a free name in the same folder; after
/// an error it may hold a content.
///
/// The two files are exchanged in one step where the system can, so what came out is exactly what was replaced. Where
/// it cannot, a write in the instant between the last look and the rename would be lost. A file with several names is
/// written in place, which is not atomic: the journal holds both contents.
pub(crate) fn swap(
    disk: &dyn Disk,
    target: &Target,
    expect: Option<&[u8]>,
    put: Option<&[u8]>,
    like: &Stat,
    temp: &Path,
) -> Result<Swap, FileProblem> {
    let is_expected = |now: &Option<Snapshot>| now.as_ref().map(|now| now.bytes.as_slice()) == expect;
    let in_place = expect.is_some() && like.links > 1;
    if let Some(put) = put.filter(|_| !in_place) {
        disk.create(temp, put, like).map_err(FileProblem::io("write a file beside it"))?;
    }
    let now = target.read(disk)?;
    if !is_expected(&now) {
        disk.remove(temp).map_err(FileProblem::io("remove a file beside it"))?;
        return Ok(Swap::Missed(now));
    }
    match (now, put) {
        (None, None) => return Ok(Swap::Done),
        (Some(_), Some(put)) if in_place => {
            disk.overwrite(&target.real, put).map_err(FileProblem::io("write it"))?;
            return Ok(Swap::Done);
        }
        (None, Some(_)) => match disk.rename_new(temp, &target.real) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                disk.remove(temp).map_err(FileProblem::io("remove a file beside it"))?;
                return Ok(Swap::Missed(target.read(disk)?));
            }
            Err(source) => return Err(FileProblem::Io { action: "make it", source }),
        },
        (Some(_), Some(put)) => match disk.exchange(temp, &target.real) {
            Ok(true) => {
                let out = beside(target, temp).read(disk)?;
                if !is_expected(&out) {
                    return give_back(disk, target, put, temp);
                }
                sync(disk, target)?;
                disk.remove(temp).map_err(FileProblem::io("remove a file beside it"))?;
            }
            Ok(false) => disk.rename(temp, &target.real).map_err(FileProblem::io("replace it"))?,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                disk.remove(temp).map_err(FileProblem::io("remove a file beside it"))?;
                return Ok(Swap::Missed(None));
            }
            Err(source) => return Err(FileProblem::Io { action: "replace it", source }),
        },
        (Some(_), None) => {
            disk.rename(&target.real, temp).map_err(FileProblem::io("remove it"))?;
            let out = beside(target, temp).read(disk)?;
            if !is_expected(&out) {
                disk.rename_new(temp, &target.real).map_err(FileProblem::io("put it back"))?;
                return Ok(Swap::Missed(out));
            }
            disk.remove(temp).map_err(FileProblem::io("remove it"))?;
        }
    }
    sync(disk, target)?;
    Ok(Swap::Done)
}

/// What came out is a stranger's: puts it back at once, before anybody has read ours in its place. Should somebody have
/// written over ours in that instant, theirs is the youngest and stays.
fn give_back(disk: &dyn Disk, target: &Target, ours: &[u8], temp: &Path) -> Result<Swap, FileProblem> {
    let put_back = || disk.exchange(temp, &target.real).map_err(FileProblem::io("put it back"));
    put_back()?;
    let out = beside(target, temp).read(disk)?;
    if out.is_some_and(|out| out.bytes != ours) {
        put_back()?;
    }
    disk.remove(temp).map_err(FileProblem::io("remove a file beside it"))?;
    Ok(Swap::Missed(target.read(disk)?))
}

fn beside(target: &Target, temp: &Path) -> Target {
    Target { named: target.named.clone(), real: temp.to_owned() }
}

fn sync(disk: &dyn Disk, target: &Target) -> Result<(), FileProblem> {
    disk.sync_folder(target.folder()).map_err(FileProblem::io("write its folder to the disk"))
}
