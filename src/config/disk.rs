//! The one seam between this room and the file system, so that every operation can be made to fail in a test.

use std::ffi::OsString;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What a path is, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Link,
    Other,
}

/// What the file system says about a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stat {
    pub(crate) kind: Kind,
    pub(crate) length: u64,
    /// Permission bits.
    pub(crate) mode: u32,
    /// How many names the file has.
    pub(crate) links: u64,
    /// User and group.
    pub(crate) owner: Option<(u32, u32)>,
}

/// Every file system operation of this room.
pub(crate) trait Disk: fmt::Debug + Send + Sync {
    /// What is at a path; nothing when there is nothing.
    fn look(&self, path: &Path) -> io::Result<Option<Stat>>;
    /// Where a symbolic link points to.
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;
    /// A folder's path without links.
    fn real_path(&self, folder: &Path) -> io::Result<PathBuf>;
    /// At most `limit` bytes of a file; nothing when there is no file.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>>;
    /// The names in a folder; none when there is no such folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>>;
    /// Makes a folder and those above it, for the owner alone.
    fn create_folder(&self, folder: &Path) -> io::Result<()>;
    /// Makes a file that must not be there yet, with exactly this mode, and waits until the bytes are on the disk.
    fn create(&self, path: &Path, bytes: &[u8], like: &Stat) -> io::Result<()>;
    /// Writes into a file without replacing it. Not atomic.
    fn overwrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Exchanges two files in one step. False where the system cannot.
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<bool>;
    /// Renames, replacing what is there.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Renames; fails when the new name is taken.
    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file; no such file is fine.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes a folder of ours with all that is in it.
    fn remove_folder(&self, folder: &Path) -> io::Result<()>;
    /// Waits until the names in a folder are on the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;
}

impl Stat {
    /// A new file for its owner alone.
    pub(crate) const fn private() -> Self {
        Self { kind: Kind::File, length: 0, mode: 0o600, links: 1, owner: None }
    }
}

/// The real file system.
#[derive(Debug)]
pub(crate) struct RealDisk;

impl Disk for RealDisk {
    fn look(&self, path: &Path) -> io::Result<Option<Stat>> {
        let Some(meta) = present(path.symlink_metadata())? else { return Ok(None) };
        let kind = match meta.file_type() {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        };
        Ok(Some(stat(kind, &meta)))
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        path.read_link()
    }

    fn real_path(&self, folder: &Path) -> io::Result<PathBuf> {
        folder.canonicalize()
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(file) = present(File::open(path))? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(limit).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<OsString>> {
        let Some(entries) = present(folder.read_dir())? else { return Ok(Vec::new()) };
        entries.map(|entry| entry.map(|entry| entry.file_name())).collect()
    }

    fn create_folder(&self, folder: &Path) -> io::Result<()> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)
    }

    fn create(&self, path: &Path, bytes: &[u8], like: &Stat) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let written = fill(&mut file, bytes, like);
        if written.is_err() {
            // The error that matters is the first one; what is left has a name that the next run cleans up.
            let _ = std::fs::remove_file(path);
        }
        written
    }

    fn overwrite(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).truncate(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    #[cfg(target_os = "linux")]
    fn exchange(&self, one: &Path, other: &Path) -> io::Result<bool> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
            Ok(()) => Ok(true),
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => Ok(false),
            Err(errno) => Err(errno.into()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn exchange(&self, _one: &Path, _other: &Path) -> io::Result<bool> {
        Ok(false)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn rename_new(&self, from: &Path, to: &Path) -> io::Result<()> {
        // A second name that must be new, then the first one goes: exclusive on every system that has hard links.
        match std::fs::hard_link(from, to) {
            Ok(()) => std::fs::remove_file(from),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
            Err(_) if to.symlink_metadata().is_err() => std::fs::rename(from, to),
            Err(error) => Err(error),
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        present(std::fs::remove_file(path)).map(|_| ())
    }

    fn remove_folder(&self, folder: &Path) -> io::Result<()> {
        present(std::fs::remove_dir_all(folder)).map(|_| ())
    }

    #[cfg(unix)]
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync_folder(&self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }
}

fn present<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn stat(kind: Kind, meta: &std::fs::Metadata) -> Stat {
    use std::os::unix::fs::MetadataExt;
    Stat {
        kind,
        length: meta.len(),
        mode: meta.mode() & 0o7777,
        links: meta.nlink(),
        owner: Some((meta.uid(), meta.gid())),
    }
}

#[cfg(not(unix))]
fn stat(kind: Kind, meta: &std::fs::Metadata) -> Stat {
    let mode = if meta.permissions().readonly() { 0o400 } else { 0o600 };
    Stat { kind, length: meta.len(), mode, links: 1, owner: None }
}

#[cfg(unix)]
fn fill(file: &mut File, bytes: &[u8], like: &Stat) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    file.write_all(bytes)?;
    let meta = file.metadata()?;
    if let Some((user, group)) = like.owner.filter(|&owner| owner != (meta.uid(), meta.gid())) {
        // Only root may give a file away; for everybody else the new file is the writer's, as with any editor.
        let _ = fchown(&*file, None, Some(group));
        let _ = fchown(&*file, Some(user), None);
    }
    // After the owner: changing that clears the set-id bits.
    file.set_permissions(std::fs::Permissions::from_mode(like.mode))?;
    file.sync_all()
}

#[cfg(not(unix))]
fn fill(file: &mut File, bytes: &[u8], _like: &Stat) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}
