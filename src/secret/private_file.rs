//! Small files that only their owner may read.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, Kind, Result};

/// Longest file that is read, in bytes: no key and no token comes near.
const LONGEST: u64 = 1 << 16;

/// What half-written files are called: nobody else's files in our folders are.
const HALF: &str = ".new-";

/// A half-written file that is older than this was left by a run that was killed: writing one takes no time at all.
const ABANDONED: Duration = Duration::from_secs(60);

/// Makes a folder that only its owner may enter.
pub fn create_dir(dir: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
    }
    #[cfg(not(unix))]
    {
        std::fs::create_dir_all(dir)
    }
}

/// Puts a file in place as a whole, readable by its owner only (temporary files are made so).
pub fn write(file: &Path, content: &[u8]) -> std::io::Result<()> {
    prepare(file, content)?.persist(file)?;
    Ok(())
}

/// The same, unless the file is there already; tells whether this call made it.
pub fn write_new(file: &Path, content: &[u8]) -> std::io::Result<bool> {
    match prepare(file, content)?.persist_noclobber(file) {
        Ok(_) => Ok(true),
        Err(e) if e.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(e) => Err(e.error),
    }
}

fn prepare(file: &Path, content: &[u8]) -> std::io::Result<tempfile::NamedTempFile> {
    let dir = file.parent().unwrap_or_else(|| Path::new("."));
    create_dir(dir)?;
    sweep(dir);
    let mut temporary = tempfile::Builder::new().prefix(HALF).tempfile_in(dir)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Removes what killed runs left half-written, since it may hold a secret. What cannot be removed now is tried again
/// by the next write.
fn sweep(dir: &Path) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let is_half = entry.file_name().to_string_lossy().starts_with(HALF);
        let age = || entry.metadata().ok()?.modified().ok()?.elapsed().ok();
        if is_half && age().is_some_and(|age| age > ABANDONED) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Reads a file; nothing when it is absent. One that others may read is refused: what is in it is no secret any more.
pub fn read(file: &Path) -> Result<Option<String>> {
    let failed =
        |e: std::io::Error| Error::new(Kind::SecretStore, format!("cannot read `{}`", file.display())).cause(e);
    // Looked at before it is opened: opening a pipe would wait for whoever writes into it.
    let meta = match std::fs::metadata(file) {
        Ok(meta) => meta,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(failed(e)),
    };
    if !meta.is_file() || meta.len() > LONGEST {
        return Err(Error::secret_store(format!("`{}` is not a file that codexgw made", file.display()))
            .cause("it was not read")
            .hint("look at it, and move it away: the key is asked for again"));
    }
    let handle = std::fs::File::open(file).map_err(failed)?;
    if let Some(why) = open_to_others(&handle.metadata().map_err(failed)?) {
        return Err(Error::secret_store(format!("`{}` can be read by others ({why})", file.display()))
            .cause("it was not used; whoever could read it may have the key")
            .hint(format!("close it: `chmod 600 '{}'`, and think about replacing the key", file.display())));
    }
    let mut text = String::new();
    handle.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    Ok(Some(text))
}

/// Why others can read it, if they can.
#[cfg(unix)]
fn open_to_others(meta: &std::fs::Metadata) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let mode = meta.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Some(format!("mode {mode:o}"));
    }
    let me = rustix::process::geteuid().as_raw();
    (me != 0 && meta.uid() != me).then(|| format!("it belongs to user {}", meta.uid()))
}

#[cfg(not(unix))]
fn open_to_others(_: &std::fs::Metadata) -> Option<String> {
    None
}
