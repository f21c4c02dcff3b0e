//! What was written, kept so that it can be put back: by `undo`, and by the next run after a kill.
//!
//! One folder per commit, `backups/000042`, called `000042.pending` until every file of the commit is in place. The
//! manifest is replaced in one step before each file is touched, so that it always names what may have happened.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk::{Disk, Stat};
use super::file_error::FileProblem;
use super::report::Past;
use super::target::MAX_BYTES;

/// How many commits are kept.
pub(crate) const KEPT: usize = 20;
const MANIFEST: &str = "manifest.json";
const PENDING: &str = ".pending";

/// One commit, as written down.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// What the person did.
    pub(crate) label: String,
    /// Seconds since 1970.
    pub(crate) at: i64,
    /// How many files the commit is about.
    pub(crate) total: usize,
    pub(crate) files: Vec<Record>,
}

/// One file of a commit. Contents are named by the files that hold them in the entry's folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) named: PathBuf,
    pub(crate) real: PathBuf,
    /// Where the new content waits, or what came out when it was put in place.
    pub(crate) temp: PathBuf,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) mode: u32,
    /// Written into, not replaced: the file has several names.
    pub(crate) in_place: bool,
}

/// What a record is made from.
pub(crate) struct Step<'s> {
    pub(crate) named: &'s Path,
    pub(crate) real: &'s Path,
    pub(crate) temp: &'s Path,
    pub(crate) before: Option<&'s [u8]>,
    pub(crate) after: Option<&'s [u8]>,
    pub(crate) mode: u32,
    pub(crate) in_place: bool,
}

/// The folder of entries.
#[derive(Debug)]
pub(crate) struct Journal<'d> {
    disk: &'d dyn Disk,
    folder: PathBuf,
}

/// One entry that is being written or read.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) folder: PathBuf,
    pub(crate) manifest: Manifest,
    contents: usize,
}

impl<'d> Journal<'d> {
    pub(crate) fn new(disk: &'d dyn Disk, state: &Path) -> Self {
        Self { disk, folder: state.join("backups") }
    }

    /// Opens an entry for a commit of so many files.
    pub(crate) fn begin(&self, label: &str, total: usize) -> Result<Entry, FileProblem> {
        let id = self.ids()?.last().map_or(1, |(id, _)| id + 1);
        let folder = self.folder.join(format!("{id:06}{PENDING}"));
        self.disk.create_folder(&folder).map_err(FileProblem::io("make a folder for backups"))?;
        self.disk.sync_folder(&self.folder).map_err(FileProblem::io("make a folder for backups"))?;
        let at = jiff::Timestamp::now().as_second();
        let manifest = Manifest { label: label.to_owned(), at, total, files: Vec::new() };
        Ok(Entry { id, folder, manifest, contents: 0 })
    }

    /// All entries by age, oldest first, and whether each is still pending.
    pub(crate) fn ids(&self) -> Result<Vec<(u64, bool)>, FileProblem> {
        let names = self.disk.names(&self.folder).map_err(FileProblem::io("list the backups"))?;
        let mut ids: Vec<_> = names
            .iter()
            .filter_map(|name| {
                let name = name.to_str()?;
                let number = name.strip_suffix(PENDING).unwrap_or(name);
                Some((number.parse().ok()?, number.len() < name.len()))
            })
            .collect();
        ids.sort_unstable();
        Ok(ids)
    }

    /// Reads an entry; nothing when a kill left it without a manifest.
    pub(crate) fn load(&self, id: u64, pending: bool) -> Result<Option<Entry>, FileProblem> {
        let folder = self.folder.join(format!("{id:06}{}", if pending { PENDING } else { "" }));
        let bytes = self.disk.read(&folder.join(MANIFEST), MAX_BYTES).map_err(FileProblem::io("read a backup"))?;
        let manifest = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(manifest.map(|manifest| Entry { id, folder, manifest, contents: usize::MAX }))
    }

    /// Removes an entry.
    pub(crate) fn remove(&self, id: u64, pending: bool) -> Result<(), FileProblem> {
        let folder = self.folder.join(format!("{id:06}{}", if pending { PENDING } else { "" }));
        self.disk.remove_folder(&folder).map_err(FileProblem::io("remove a backup"))
    }

    /// Marks a commit as done: from here on it can be undone.
    pub(crate) fn finish(&self, entry: &Entry) -> Result<PathBuf, FileProblem> {
        let done = self.folder.join(format!("{:06}", entry.id));
        // No fsync: should a power cut bring the old name back, the next run finds all files in place and ends here again.
        self.disk.rename(&entry.folder, &done).map_err(FileProblem::io("finish the backup"))?;
        Ok(done)
    }

    /// Removes all but the youngest entries.
    pub(crate) fn prune(&self) -> Result<(), FileProblem> {
        let ids = self.ids()?;
        for (id, pending) in ids.iter().take(ids.len().saturating_sub(KEPT)) {
            self.remove(*id, *pending)?;
        }
        Ok(())
    }
}

impl Entry {
    /// Writes down what is about to happen to one file, in place of what was written about it before.
    pub(crate) fn record(&mut self, disk: &dyn Disk, index: usize, step: &Step<'_>) -> Result<(), FileProblem> {
        let record = Record {
            named: step.named.to_owned(),
            real: step.real.to_owned(),
            temp: step.temp.to_owned(),
            before: self.keep(disk, step.before)?,
            after: self.keep(disk, step.after)?,
            mode: step.mode,
            in_place: step.in_place,
        };
        if index < self.manifest.files.len() {
            self.manifest.files[index] = record;
        } else {
            self.manifest.files.push(record);
        }
        let manifest = serde_json::to_vec_pretty(&self.manifest)
            .map_err(|error| FileProblem::Io { action: "write the backup", source: error.into() })?;
        let fresh = self.folder.join(format!("manifest-{}", self.contents));
        let written = disk
            .create(&fresh, &manifest, &Stat::private())
            .and_then(|()| disk.rename(&fresh, &self.folder.join(MANIFEST)))
            .and_then(|()| disk.sync_folder(&self.folder));
        written.map_err(FileProblem::io("write the backup"))
    }

    fn keep(&mut self, disk: &dyn Disk, content: Option<&[u8]>) -> Result<Option<String>, FileProblem> {
        let Some(content) = content else { return Ok(None) };
        let name = format!("{:03}", self.contents);
        self.contents += 1;
        disk.create(&self.folder.join(&name), content, &Stat::private())
            .map_err(FileProblem::io("write the backup"))?;
        Ok(Some(name))
    }

    /// As a person sees it.
    pub(crate) fn past(&self) -> Past {
        let Manifest { label, at, files, .. } = &self.manifest;
        let files = files.iter().map(|record| record.named.clone()).collect();
        Past { id: self.id, label: label.clone(), at: *at, files }
    }

    /// Reads a kept content.
    pub(crate) fn content(&self, disk: &dyn Disk, name: Option<&String>) -> Result<Option<Vec<u8>>, FileProblem> {
        let Some(name) = name else { return Ok(None) };
        match disk.read(&self.folder.join(name), MAX_BYTES + 1).map_err(FileProblem::io("read a backup"))? {
            Some(content) => Ok(Some(content)),
            None => Err(FileProblem::NoEntry(Some(self.id))),
        }
    }
}
