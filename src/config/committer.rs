//! Writing several files, all or none.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::disk::{Disk, RealDisk, Stat};
use super::file_edit::{Action, FileEdit, Undo};
use super::file_error::{FileError, FileProblem};
use super::journal::{Entry, Journal, Step};
use super::lock::Lock;
use super::recover::{recover, revert};
use super::report::{FileDiff, FileReport, Outcome, Past, Report};
use super::swap::{Swap, swap};
use super::target::{Snapshot, Target};

/// How often an edit is made anew because somebody else wrote the file meanwhile. Against Codex adding servers in an
/// endless loop five are now and then too few: a try takes about as long as Codex's whole run.
const ATTEMPTS: usize = 16;
/// How long after the write the files are looked at again. A program that had read a file before our write and takes
/// no lock, as Codex does, has written it back by then, and our edit is made again on top of that.
const SETTLE: Duration = Duration::from_millis(30);

/// Writes files, keeps what was there, and puts it back. See the [module](super) for the protocol.
#[derive(Debug, Clone)]
pub struct Committer {
    state: PathBuf,
    disk: Arc<dyn Disk>,
    settle: Duration,
    /// What our temporary files begin with: nobody else's do, nor those of a codexgw with another home.
    prefix: String,
}

/// One file on its way, with all edits that are about it.
struct Job<'e> {
    edits: Vec<&'e FileEdit>,
    target: Target,
    is_linked: bool,
    /// What the new content was made from.
    base: Option<Snapshot>,
    after: Option<Vec<u8>>,
}

impl Committer {
    /// A committer that keeps its lock and its backups in this folder, which it makes when it must.
    #[must_use]
    pub fn new(state_dir: &Path) -> Self {
        Self::on(Arc::new(RealDisk), state_dir, SETTLE)
    }

    pub(crate) fn on(disk: Arc<dyn Disk>, state_dir: &Path, settle: Duration) -> Self {
        let digest = Sha256::digest(state_dir.as_os_str().as_encoded_bytes());
        let prefix = format!(".codexgw-{:02x}{:02x}{:02x}{:02x}-", digest[0], digest[1], digest[2], digest[3]);
        Self { state: state_dir.to_owned(), disk, settle, prefix }
    }

    /// What [`Committer::commit`] would change. Writes nothing, takes no lock.
    ///
    /// # Errors
    /// The same as for a commit, as far as they can be known.
    pub fn preview(&self, edits: &[FileEdit]) -> Result<Vec<FileDiff>, FileError> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let diffs = self.plan(edits)?.into_iter().map(|job| FileDiff {
            before: job.base.as_ref().map(|base| text(&base.bytes)),
            after: job.after.as_deref().map(text),
            path: job.target.named,
        });
        Ok(diffs.collect())
    }

    /// Ends what a killed run left half done. Whoever reads files in order to edit them does this first, or plans on
    /// top of what is about to be taken back.
    ///
    /// # Errors
    /// When another codexgw does not end its commit in time, or a file cannot be put back.
    pub fn recover(&self) -> Result<(), FileError> {
        let here = |problem: FileProblem| problem.of(&self.state);
        let journal = Journal::new(&*self.disk, &self.state);
        if journal.ids().map_err(here)?.iter().all(|(_, pending)| !pending) {
            return Ok(());
        }
        let _lock = Lock::take(&self.state.join("config.lock")).map_err(here)?;
        recover(&*self.disk, &journal, &self.state)
    }

    /// Makes all edits or none. `label` is what `undo` will show. An edit that changes nothing touches nothing.
    ///
    /// # Errors
    /// When a file cannot be read, edited or written; those that were written already are put back.
    pub fn commit(&self, label: &str, edits: &[FileEdit]) -> Result<Report, FileError> {
        let disk = &*self.disk;
        let here = |problem: FileProblem| problem.of(&self.state);
        let journal = Journal::new(disk, &self.state);
        // Planned before the state folder is touched, so that a no-op or a refused edit leaves no trace. But where a
        // commit was interrupted, what the files hold now may be about to be taken back.
        if self.preview(edits)?.is_empty() && journal.ids().map_err(here)?.iter().all(|(_, pending)| !pending) {
            return Ok(Report::default());
        }
        disk.create_folder(&self.state).map_err(|error| here(FileProblem::io("make the state folder")(error)))?;
        let _lock = Lock::take(&self.state.join("config.lock")).map_err(here)?;
        recover(disk, &journal, &self.state)?;
        for edit in edits {
            self.sweep(&edit.path).map_err(|problem| problem.of(&edit.path))?;
        }
        let mut jobs = self.plan(edits)?;
        if jobs.is_empty() {
            return Ok(Report::default());
        }
        let mut entry = journal.begin(label, jobs.len()).map_err(here)?;
        let written = self.write(&mut entry, &mut jobs).and_then(|()| journal.finish(&entry).map_err(here));
        let done = match written {
            Ok(done) => done,
            Err(error) => return Err(self.take_back(&journal, &entry, error)),
        };
        let files = jobs.iter().zip(&entry.manifest.files).map(|(job, record)| FileReport {
            path: job.target.named.clone(),
            outcome: match (&job.base, &job.after) {
                (None, _) => Outcome::Created,
                (_, None) => Outcome::Deleted,
                _ => Outcome::Edited,
            },
            backup: record.before.as_ref().map(|name| done.join(name)),
        });
        let report = Report { id: Some(entry.id), files: files.collect() };
        // The edit is done; old backups that cannot be removed now will be by the next one.
        let _ = journal.prune();
        Ok(report)
    }

    /// The commits that can be undone, youngest first.
    ///
    /// # Errors
    /// When the backups cannot be read.
    pub fn list(&self) -> Result<Vec<Past>, FileError> {
        let here = |problem: FileProblem| problem.of(&self.state);
        let journal = Journal::new(&*self.disk, &self.state);
        let mut past = Vec::new();
        for (id, _) in journal.ids().map_err(here)?.into_iter().rev().filter(|(_, pending)| !pending) {
            if let Some(entry) = journal.load(id, false).map_err(here)? {
                past.push(entry.past());
            }
        }
        Ok(past)
    }

    /// Removes every backup that holds one of these texts: what has left a file because it must not lie there must not
    /// lie beside it either. Tells how many went; those commits cannot be undone any more.
    ///
    /// # Errors
    /// When the backups cannot be read or removed.
    pub fn forget(&self, texts: &[&str]) -> Result<usize, FileError> {
        let disk = &*self.disk;
        let journal = Journal::new(disk, &self.state);
        let forget = || {
            let _lock = Lock::take(&self.state.join("config.lock"))?;
            let mut gone = 0;
            for (id, pending) in journal.ids()? {
                let Some(entry) = journal.load(id, pending)? else { continue };
                let records = entry.manifest.files.iter();
                let contents = records.flat_map(|record| [record.before.as_ref(), record.after.as_ref()]);
                for name in contents {
                    let content = entry.content(disk, name)?.unwrap_or_default();
                    let holds = |text: &&str| content.windows(text.len().max(1)).any(|part| part == text.as_bytes());
                    if texts.iter().any(holds) {
                        journal.remove(id, pending)?;
                        gone += 1;
                        break;
                    }
                }
            }
            Ok(gone)
        };
        forget().map_err(|problem: FileProblem| problem.of(&self.state))
    }

    /// What one commit did, the last one if none is named: whatever the files hold now.
    ///
    /// # Errors
    /// When there is no such commit.
    pub fn show(&self, id: Option<u64>) -> Result<(Past, Vec<FileDiff>), FileError> {
        let disk = &*self.disk;
        let show = || {
            let entry = self.entry(id)?;
            let mut diffs = Vec::new();
            for record in &entry.manifest.files {
                let content = |name: &Option<String>| {
                    let bytes = entry.content(disk, name.as_ref())?;
                    Ok::<_, FileProblem>(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
                };
                let (before, after) = (content(&record.before)?, content(&record.after)?);
                diffs.push(FileDiff { path: record.named.clone(), before, after });
            }
            Ok((entry.past(), diffs))
        };
        show().map_err(|problem: FileProblem| problem.of(&self.state))
    }

    /// The edits that put back the files of one commit, the last one if none is named, with a label for them. With
    /// `force` also over what was written since.
    ///
    /// # Errors
    /// When there is no such commit.
    pub fn plan_undo(&self, id: Option<u64>, force: bool) -> Result<(String, Vec<FileEdit>), FileError> {
        let disk = &*self.disk;
        let plan = || {
            let entry = self.entry(id)?;
            let mut edits = Vec::new();
            for record in &entry.manifest.files {
                let before = entry.content(disk, record.before.as_ref())?;
                let after = entry.content(disk, record.after.as_ref())?;
                let undo = Undo { id: entry.id, force };
                edits.push(FileEdit::put(&record.named, after, before, record.mode, undo));
            }
            Ok((format!("undo of {}: {}", entry.id, entry.manifest.label), edits))
        };
        plan().map_err(|problem: FileProblem| problem.of(&self.state))
    }

    /// One commit that is done, the last one if none is named.
    fn entry(&self, id: Option<u64>) -> Result<Entry, FileProblem> {
        let journal = Journal::new(&*self.disk, &self.state);
        let mut done = journal.ids()?.into_iter().filter(|(_, pending)| !pending).map(|(known, _)| known);
        let found = match id {
            Some(id) => done.find(|known| *known == id),
            None => done.next_back(),
        };
        let entry = found.map(|id| journal.load(id, false)).transpose()?.flatten();
        entry.ok_or(FileProblem::NoEntry(id))
    }

    /// Puts back the files of one commit. This is a commit too: undoing it brings the edit back.
    ///
    /// # Errors
    /// When there is no such commit, or when a file was changed since and `force` is not given.
    pub fn undo(&self, id: Option<u64>, force: bool) -> Result<Report, FileError> {
        let (label, edits) = self.plan_undo(id, force)?;
        self.commit(&label, &edits)
    }

    /// Reads the files and works out what they will hold. Those that stay as they are drop out.
    fn plan<'e>(&self, edits: &'e [FileEdit]) -> Result<Vec<Job<'e>>, FileError> {
        let disk = &*self.disk;
        let mut jobs: Vec<Job<'e>> = Vec::new();
        for edit in edits {
            let mut plan = || {
                let target = Target::resolve(disk, &edit.path)?;
                if let Some(index) = jobs.iter().position(|job| job.target.real == target.real) {
                    jobs[index].edits.push(edit);
                    let base = jobs[index].base.take();
                    return jobs[index].rebase(base);
                }
                let base = target.read(disk)?;
                let is_linked = target.is_linked(disk);
                let mut job = Job { edits: vec![edit], target, is_linked, base: None, after: None };
                job.rebase(base)?;
                jobs.push(job);
                Ok(())
            };
            plan().map_err(|problem: FileProblem| problem.of(&edit.path))?;
        }
        jobs.retain(Job::is_change);
        match jobs.iter().find(|job| job.base.as_ref().is_some_and(|base| base.stat.mode & 0o222 == 0)) {
            Some(job) => Err(FileProblem::ReadOnly.of(&job.target.named)),
            None => Ok(jobs),
        }
    }

    fn write(&self, entry: &mut Entry, jobs: &mut [Job<'_>]) -> Result<(), FileError> {
        let mut tries = 0;
        for (index, job) in jobs.iter_mut().enumerate() {
            self.publish(entry, index, job, &mut tries).map_err(|problem| problem.of(&job.target.named))?;
        }
        for _ in 0..ATTEMPTS {
            std::thread::sleep(self.settle);
            let mut settled = true;
            for (index, job) in jobs.iter_mut().enumerate() {
                let again = self.reclaim(entry, index, job, &mut tries);
                settled &= !again.map_err(|problem| problem.of(&job.target.named))?;
            }
            if settled {
                break;
            }
        }
        Ok(())
    }

    /// Makes the edit again if somebody wrote over it. True when it had to.
    fn reclaim(
        &self,
        entry: &mut Entry,
        index: usize,
        job: &mut Job<'_>,
        tries: &mut usize,
    ) -> Result<bool, FileProblem> {
        let now = job.target.read(&*self.disk)?;
        if bytes(now.as_ref()) == job.after.as_deref() {
            return Ok(false);
        }
        job.rebase(now)?;
        if !job.is_change() {
            return Ok(false);
        }
        self.publish(entry, index, job, tries)?;
        Ok(true)
    }

    /// Puts the new content of one file in place, made anew whenever somebody else was faster.
    fn publish(
        &self,
        entry: &mut Entry,
        index: usize,
        job: &mut Job<'_>,
        tries: &mut usize,
    ) -> Result<(), FileProblem> {
        let disk = &*self.disk;
        let folder = job.target.folder().to_owned();
        disk.create_folder(&folder).map_err(FileProblem::io("make its folder"))?;
        for _ in 0..ATTEMPTS {
            *tries += 1;
            let temp = folder.join(format!("{}{}-{tries}.tmp", self.prefix, entry.id));
            let like = job.stat();
            let expect = bytes(job.base.as_ref());
            let step = Step {
                named: &job.target.named,
                real: &job.target.real,
                temp: &temp,
                before: expect,
                after: job.after.as_deref(),
                mode: like.mode,
                in_place: expect.is_some() && like.links > 1,
            };
            entry.record(disk, index, &step)?;
            match swap(disk, &job.target, expect, job.after.as_deref(), &like, &temp)? {
                Swap::Done => return Ok(()),
                Swap::Missed(now) => {
                    job.rebase(now)?;
                    if !job.is_change() {
                        return Ok(());
                    }
                }
            }
        }
        Err(FileProblem::Concurrent)
    }

    /// Undoes a commit that failed.
    fn take_back(&self, journal: &Journal<'_>, entry: &Entry, error: FileError) -> FileError {
        match revert(&*self.disk, entry) {
            Ok(()) => {
                // A pending entry that stays behind is found and ended by the next run.
                let _ = journal.remove(entry.id, true);
                error
            }
            Err(stuck) => {
                let record = entry.manifest.files.iter().find(|record| record.named == stuck.path);
                let copy = record.and_then(|record| record.before.as_ref()).map(|name| entry.folder.join(name));
                let problem = FileProblem::Stuck {
                    file: stuck.path,
                    copy: copy.unwrap_or_else(|| entry.folder.clone()),
                    because: Box::new(error.problem),
                };
                problem.of(&error.path)
            }
        }
    }

    /// Removes what a killed run left beside a file. Only with the lock held: then nobody uses these names.
    fn sweep(&self, path: &Path) -> Result<(), FileProblem> {
        let target = Target::resolve(&*self.disk, path)?;
        let names = self.disk.names(target.folder()).map_err(FileProblem::io("list its folder"))?;
        for name in names {
            if name.to_str().is_some_and(|name| name.starts_with(&self.prefix)) {
                let left = target.folder().join(name);
                self.disk.remove(&left).map_err(FileProblem::io("remove a file that a killed run left"))?;
            }
        }
        Ok(())
    }
}

impl Job<'_> {
    fn is_change(&self) -> bool {
        bytes(self.base.as_ref()) != self.after.as_deref()
    }

    /// Makes the new content from what the file turned out to hold.
    fn rebase(&mut self, now: Option<Snapshot>) -> Result<(), FileProblem> {
        let mut content = now.as_ref().map(|now| now.bytes.clone());
        for edit in &self.edits {
            content = edit.action.apply(content.as_deref(), self.is_linked)?;
        }
        self.after = content;
        self.base = now;
        Ok(())
    }

    /// The mode and owner for the new file.
    fn stat(&self) -> Stat {
        match (&self.base, self.edits.first().map(|edit| &edit.action)) {
            (Some(base), _) => base.stat.clone(),
            (None, Some(Action::Put { mode, .. })) => Stat { mode: *mode, ..Stat::private() },
            (None, _) => Stat::private(),
        }
    }
}

fn bytes(snapshot: Option<&Snapshot>) -> Option<&[u8]> {
    snapshot.map(|snapshot| snapshot.bytes.as_slice())
}
