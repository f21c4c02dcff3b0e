//! One writer at a time, among ourselves.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use super::file_error::FileProblem;

/// How long to wait for other codexgws. A commit takes a tenth of a second at most, and many may be waiting.
const PATIENCE: Duration = Duration::from_secs(30);

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
        // The system wakes those who wait in the order in which they came; asking it again and again would let luck
        // decide, and in a crowd somebody is always out of luck. On a thread of its own, so that it can be given up.
        let (send, receive) = mpsc::channel();
        let wait = move || {
            // Nobody takes it any more when the time has run out; it is then let go at once.
            let _ = send.send(file.lock().map(|()| file));
        };
        thread::Builder::new().spawn(wait).map_err(FileProblem::io("wait for the lock file"))?;
        match receive.recv_timeout(PATIENCE) {
            Ok(locked) => locked.map(Self).map_err(FileProblem::io("lock the lock file")),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(FileProblem::Locked),
        }
    }
}
