//! The gateway's files in the state folder: lock, whereabouts, log.

use std::fs::{File, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::settings::Home;

/// A log longer than this is set aside at the next start.
const LOG_BYTES: u64 = 5 << 20;

/// Where a running gateway is; a hint for clients, proven by the challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Whereabouts {
    /// Process id.
    pub pid: u32,
    /// Loopback port.
    pub port: u16,
    /// Version.
    pub version: String,
    /// When it started, RFC 3339.
    pub started_at: String,
}

/// The state folder as the gateway uses it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    dir: PathBuf,
}

impl Place {
    /// The place in this home; nothing is made yet.
    pub(super) fn new(home: &Home) -> Self {
        Self { dir: home.state_dir().to_owned() }
    }

    /// The log of a detached gateway.
    pub(super) fn log_file(&self) -> PathBuf {
        self.dir.join("gateway.log")
    }

    fn whereabouts_file(&self) -> PathBuf {
        self.dir.join("gateway.json")
    }

    /// What the last gateway wrote, if it can be read.
    pub(super) fn whereabouts(&self) -> Option<Whereabouts> {
        serde_json::from_slice(&fs::read(self.whereabouts_file()).ok()?).ok()
    }

    /// Says where this gateway is.
    pub(super) fn announce(&self, here: &Whereabouts) -> Result<()> {
        self.write_whereabouts(here)
            .map_err(|e| Error::fixable(format!("cannot write `{}`", self.whereabouts_file().display())).cause(e))
    }

    fn write_whereabouts(&self, here: &Whereabouts) -> std::io::Result<()> {
        // `NamedTempFile` makes it 0600.
        let mut file = tempfile::NamedTempFile::new_in(&self.dir)?;
        file.write_all(&serde_json::to_vec(here)?)?;
        file.persist(self.whereabouts_file())?;
        Ok(())
    }

    /// Takes back what `pid` announced.
    pub(super) fn withdraw(&self, pid: u32) {
        if self.whereabouts().is_some_and(|here| here.pid == pid) {
            let _ = fs::remove_file(self.whereabouts_file());
        }
    }

    /// The lock that a serving gateway holds.
    pub(super) fn serving_lock(&self, patience: Duration) -> Result<Option<File>> {
        self.lock("gateway.lock", patience)
    }

    /// The lock that a client holds while it starts a gateway.
    pub(super) fn starting_lock(&self, patience: Duration) -> Result<Option<File>> {
        self.lock("gateway.start.lock", patience)
    }

    /// Takes a lock, or gives up after `patience`; it is free again when the file is dropped or the process ends.
    fn lock(&self, name: &str, patience: Duration) -> Result<Option<File>> {
        make_private_dir(&self.dir)?;
        let path = self.dir.join(name);
        let cannot = |e| Error::fixable(format!("cannot lock `{}`", path.display())).cause(e);
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
        let file = file.into_parts().0;
        let deadline = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(file)),
                Err(TryLockError::Error(e)) => return Err(cannot(e)),
                Err(TryLockError::WouldBlock) if Instant::now() >= deadline => return Ok(None),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    /// Opens the log for a detached start, setting a long one aside.
    pub(super) fn open_log(&self) -> Result<File> {
        make_private_dir(&self.dir)?;
        let path = self.log_file();
        if fs::metadata(&path).is_ok_and(|meta| meta.len() > LOG_BYTES) {
            let _ = fs::rename(&path, self.dir.join("gateway.log.1"));
        }
        let mut options = std::fs::OpenOptions::new();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&path).map_err(|e| Error::fixable(format!("cannot write `{}`", path.display())).cause(e))
    }

    /// The last line of the log that tells something.
    pub(super) fn last_log_line(&self) -> Option<String> {
        let text = fs::read(self.log_file()).ok()?;
        let text = String::from_utf8_lossy(&text[text.len().saturating_sub(4096)..]).into_owned();
        text.lines().rev().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    }
}

/// Makes the state folder, for its owner alone.
fn make_private_dir(dir: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|e| Error::fixable(format!("cannot make the folder `{}`", dir.display())).cause(e))
}
