//! One writer at a time, among ourselves.

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use super::file_error::FileProblem;

/// How long to wait while the lock does not change hands: patience is with a queue that moves, however long it is, not
/// with somebody who hangs. A commit takes a fraction of a second.
const PATIENCE: Duration = Duration::from_secs(10);

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
        let mut since = taken(path);
        let wait = move || {
            // Nobody takes it any more when the time has run out; it is then let go at once.
            let _ = send.send(file.lock().map(|()| file));
        };
        thread::Builder::new().spawn(wait).map_err(FileProblem::io("wait for the lock file"))?;
        loop {
            match receive.recv_timeout(PATIENCE) {
                Ok(locked) => {
                    let file = locked.map_err(FileProblem::io("lock the lock file"))?;
                    // For those who wait. Where the time cannot be set, they wait shorter.
                    let _ = file.set_modified(SystemTime::now());
                    return Ok(Self(file));
                }
                Err(RecvTimeoutError::Timeout) if taken(path) != since => since = taken(path),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Err(FileProblem::Locked),
            }
        }
    }
}

/// When somebody took the lock last.
fn taken(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|meta| meta.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_lock_is_waited_for_until_it_is_free() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("lock");
        let first = Lock::take(&path).expect("it is free");
        let before = taken(&path).expect("it is there");
        thread::scope(|scope| {
            let second = scope.spawn(|| Lock::take(&path).map(|_| ()));
            while !second.is_finished() && before.elapsed().is_ok_and(|age| age < Duration::from_millis(50)) {
                thread::yield_now();
            }
            assert!(!second.is_finished(), "two have the lock");
            drop(first);
            second.join().expect("no panic").expect("it is free");
        });
        assert!(taken(&path).expect("it is there") > before);
    }

    #[test]
    fn somebody_who_hangs_is_not_waited_for_forever() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("lock");
        let _hanging = Lock::take(&path).expect("it is free");
        let started = Instant::now();
        assert!(matches!(Lock::take(&path), Err(FileProblem::Locked)));
        assert!(started.elapsed() >= PATIENCE);
    }
}
