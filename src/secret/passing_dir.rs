//! Folders for passing use, in which copies of files with keys may stand.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use super::private_file;

/// Where they are, under the state folder.
const ROOM: &str = "passing";

/// Held locked by the run that made the folder: the lock goes with the run, however it ends.
const LOCK: &str = "lock";

/// The part that is used.
const INSIDE: &str = "in";

/// A folder without a lock file that is older than this was left by a run that was killed while it made it.
const ABANDONED: Duration = Duration::from_secs(60);

/// How often a folder is made anew that others remove: as often as others could end at the same moment.
const MOST_ATTEMPTS: usize = 100;

/// Those of this process.
static LIVE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Folders around them that this process made, the innermost first. Whichever of its folders goes last takes them along.
static MADE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

fn live() -> MutexGuard<'static, Vec<PathBuf>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A folder that only its owner may enter and nobody else uses. It goes when it is dropped; when the process is
/// killed, with the next run that makes one.
#[derive(Debug)]
pub struct PassingDir {
    dir: tempfile::TempDir,
    #[expect(dead_code, reason = "held for its lock")]
    lock: File,
}

impl PassingDir {
    /// Makes an empty one under the state folder.
    pub fn make(state: &Path) -> io::Result<Self> {
        let room = state.join(ROOM);
        sweep(state);
        note_missing(&room);
        let dir = folder_in(&room)?;
        live().push(dir.path().to_owned());
        let lock = OpenOptions::new().write(true).create_new(true).open(dir.path().join(LOCK))?;
        lock.try_lock()?;
        let this = Self { dir, lock };
        private_file::create_dir(&this.path())?;
        Ok(this)
    }

    /// The same for what holds keys: it goes when the person interrupts, too.
    pub fn for_secrets(state: &Path) -> io::Result<Self> {
        watch_for_interrupts();
        Self::make(state)
    }

    /// The folder.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join(INSIDE)
    }
}

impl Drop for PassingDir {
    fn drop(&mut self) {
        // What cannot be removed now is tried again by the next run.
        let _ = std::fs::remove_dir_all(self.dir.path());
        live().retain(|dir| dir != self.dir.path());
        for folder in MADE.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // Not when something else is in it meanwhile.
            let _ = std::fs::remove_dir(folder);
        }
    }
}

/// Remembers what will have to be made for this folder, and the folder itself.
fn note_missing(room: &Path) {
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let missing = room.ancestors().skip(1).take_while(|folder| !folder.exists());
    for folder in std::iter::once(room).chain(missing) {
        if !made.iter().any(|known| known == folder) {
            made.push(folder.to_owned());
        }
    }
}

fn folder_in(room: &Path) -> io::Result<tempfile::TempDir> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    let mut attempts = 0;
    loop {
        private_file::create_dir(room)?;
        attempts += 1;
        match builder.tempdir_in(room) {
            // Another run has ended, and was the last one in the room.
            Err(e) if e.kind() == io::ErrorKind::NotFound && attempts < MOST_ATTEMPTS => (),
            made => return made,
        }
    }
}

/// Removes the folders that killed runs left.
pub fn sweep(state: &Path) {
    for entry in std::fs::read_dir(state.join(ROOM)).into_iter().flatten().flatten() {
        let is_left = match OpenOptions::new().write(true).open(entry.path().join(LOCK)) {
            Ok(lock) => lock.try_lock().is_ok(),
            Err(_) => {
                let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
                age().is_some_and(|age| age > ABANDONED)
            }
        };
        if is_left {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// From the first call on, an interrupt ends the process after its folders are gone.
fn watch_for_interrupts() {
    static WATCH: Once = Once::new();
    WATCH.call_once(|| {
        let (ready, is_ready) = std::sync::mpsc::channel();
        let watch = move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
            runtime.block_on(async {
                let interrupted = interrupted();
                // Nobody waits any more, or everybody does.
                let _ = ready.send(());
                if let Some(code) = interrupted.await {
                    for dir in live().iter() {
                        let _ = std::fs::remove_dir_all(dir);
                    }
                    std::process::exit(code);
                }
            });
        };
        // Without the watch, the next run removes what is left.
        if std::thread::Builder::new().spawn(watch).is_ok() {
            let _ = is_ready.recv();
        }
    });
}

/// Catches signals from the call on. Gives the exit code that goes with the one that came.
#[cfg(unix)]
fn interrupted() -> impl Future<Output = Option<i32>> {
    use tokio::signal::unix::{SignalKind, signal};
    let catch = |kind: SignalKind| signal(kind).ok();
    let (interrupt, terminate) = (catch(SignalKind::interrupt()), catch(SignalKind::terminate()));
    async {
        let (mut interrupt, mut terminate) = (interrupt?, terminate?);
        let kind = tokio::select! {
            _ = interrupt.recv() => SignalKind::interrupt(),
            _ = terminate.recv() => SignalKind::terminate(),
        };
        Some(128 + kind.as_raw_value())
    }
}

/// The exit code that a program has on Windows that is interrupted.
#[cfg(not(unix))]
fn interrupted() -> impl Future<Output = Option<i32>> {
    const STATUS_CONTROL_C_EXIT: i32 = 0xC000_013A_u32.cast_signed();
    async { tokio::signal::ctrl_c().await.ok().map(|()| STATUS_CONTROL_C_EXIT) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_is_private_and_leaves_nothing() {
        let state = tempfile::tempdir().expect("a folder");
        let state = state.path().join("home/state");
        let one = PassingDir::make(&state).expect("a folder");
        let two = PassingDir::make(&state).expect("a folder");
        assert_eq!(std::fs::read_dir(one.path()).expect("it is there").count(), 0);
        let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!((mode(one.dir.path()), mode(&one.path())), (0o700, 0o700));
        drop(two);
        assert!(one.path().is_dir(), "the lock of another does not keep it");
        drop(one);
        assert!(!state.join("home").exists() && !state.exists());
    }

    #[test]
    fn the_last_of_several_takes_the_folders_along_that_the_first_made() {
        let state = tempfile::tempdir().expect("a folder");
        let state = state.path().join("home/state");
        let one = PassingDir::make(&state).expect("a folder");
        let two = PassingDir::make(&state).expect("a folder");
        drop(one);
        assert!(two.path().is_dir());
        drop(two);
        assert!(!state.exists());
    }

    #[test]
    fn what_a_killed_run_left_goes_with_the_next() {
        let state = tempfile::tempdir().expect("a folder");
        let left = state.path().join(ROOM).join("left");
        std::fs::create_dir_all(left.join(INSIDE)).expect("ours");
        std::fs::write(left.join(LOCK), "").expect("ours");
        // Being made by another run right now.
        let young = state.path().join(ROOM).join("young");
        std::fs::create_dir_all(&young).expect("ours");
        let one = PassingDir::make(state.path()).expect("a folder");
        assert!(!left.exists() && young.exists());
        sweep(state.path());
        assert!(one.path().is_dir());
    }
}
