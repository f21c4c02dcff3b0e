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
    /// Nothing was written: the file holds something else than expected.
    Missed(Option<Snapshot>),
    /// The new content is in place, but somebody had written just before: this came out.
    Replaced(Snapshot),
}

/// Puts `put` in the place of `expect`; nothing stands for no file. `temp` is a free name in the same folder; after
/// anything but [`Swap::Done`] and [`Swap::Missed`] it may hold a content.
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
        (Some(_), Some(_)) => match disk.exchange(temp, &target.real) {
            Ok(true) => {
                let out = Target { named: target.named.clone(), real: temp.to_owned() }.read(disk)?;
                if let Some(out) = out.filter(|out| Some(out.bytes.as_slice()) != expect) {
                    return Ok(Swap::Replaced(out));
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
            let out = Target { named: target.named.clone(), real: temp.to_owned() }.read(disk)?;
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

fn sync(disk: &dyn Disk, target: &Target) -> Result<(), FileProblem> {
    disk.sync_folder(target.folder()).map_err(FileProblem::io("write its folder to the disk"))
}
