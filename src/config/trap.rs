//! A file system that lets a test step in before every operation.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::disk::{Disk, RealDisk, Stat};

type Hook = dyn FnMut(usize, &'static str, &Path) -> io::Result<()> + Send;

/// The real file system behind a hook that is called with the number, name and path of each operation.
pub(crate) struct Trap {
    calls: AtomicUsize,
    hook: Mutex<Box<Hook>>,
}

impl Trap {
    pub(crate) fn new(hook: impl FnMut(usize, &'static str, &Path) -> io::Result<()> + Send + 'static) -> Self {
        Self { calls: AtomicUsize::new(0), hook: Mutex::new(Box::new(hook)) }
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn step(&self, name: &'static str, path: &Path) -> io::Result<()> {
        let call = 1 + self.calls.fetch_add(1, Ordering::SeqCst);
        (self.hook.lock().unwrap())(call, name, path)
    }
}

impl fmt::Debug for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trap").finish_non_exhaustive()
    }
}

impl Disk for Trap {
    fn look(&self, path: &Path) -> io::Result<Option<Stat>> {
        self.step("look", path)?;
        RealDisk.look(path)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.step("read_link", path)?;
        RealDisk.read_link(path)
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        self.step("real_path", path)?;
        RealDisk.real_path(path)
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        self.step("read", path)?;
        RealDisk.read(path, limit)
    }

    fn names(&self, path: &Path) -> io::Result<Vec<OsString>> {
        self.step("names", path)?;
        RealDisk.names(path)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        self.step("create_folder", path)?;
        RealDisk.create_folder(path)
    }

    fn create(&self, path: &Path, bytes: &[u8], like: &Stat) -> io::Result<()> {
        self.step("create", path)?;
        RealDisk.create(path, bytes, like)
    }

    fn overwrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.step("overwrite", path)?;
        RealDisk.overwrite(path, bytes)
    }

    fn exchange(&self, path: &Path, other: &Path) -> io::Result<bool> {
        self.step("exchange", path)?;
        RealDisk.exchange(path, other)
    }

    fn rename(&self, path: &Path, to: &Path) -> io::Result<()> {
        self.step("rename", path)?;
        RealDisk.rename(path, to)
    }

    fn rename_new(&self, path: &Path, to: &Path) -> io::Result<()> {
        self.step("rename_new", path)?;
        RealDisk.rename_new(path, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.step("remove", path)?;
        RealDisk.remove(path)
    }

    fn remove_folder(&self, path: &Path) -> io::Result<()> {
        self.step("remove_folder", path)?;
        RealDisk.remove_folder(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step("sync_folder", path)?;
        RealDisk.sync_folder(path)
    }
}
