//! One writer at a time, among ourselves.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::file_error::FileProblem;

/// How long to wait for another codexgw.
const PATIENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// The lock, held until it is dropped or the process ends. Over NFS it may not hold.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

impl Lock {
    /// Takes the lock file, waiting a bounded time.
    pub(crate) fn take(path: &Path) -> Result<Self, FileProblem> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(FileProblem::io("open the lock file"))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self(file)),
                Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(FileProblem::Locked),
                Err(TryLockError::Error(source)) => {
                    return Err(FileProblem::Io { action: "lock the lock file", source });
                }
            }
        }
    }
}
