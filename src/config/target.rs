//! The file behind a path, and its content at one moment.

use std::path::{Path, PathBuf};

use super::disk::{Disk, Kind, Stat};
use super::file_error::FileProblem;

/// No configuration is larger; what is, is not one.
pub(crate) const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// As many links as Linux follows.
pub(crate) const MAX_LINKS: usize = 40;

/// A path with its links resolved. A link is followed, never replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The file as it was named.
    pub(crate) named: PathBuf,
    /// The file itself.
    pub(crate) real: PathBuf,
}

/// A file's content with what the file system says about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) bytes: Vec<u8>,
    pub(crate) stat: Stat,
}

impl Target {
    /// Follows the links. The file itself need not be there, unless a link leads to it.
    pub(crate) fn resolve(disk: &dyn Disk, named: &Path) -> Result<Self, FileProblem> {
        let mut path = std::path::absolute(named).map_err(FileProblem::io("find it"))?;
        for link in 0..=MAX_LINKS {
            match disk.look(&path).map_err(FileProblem::io("look at it"))?.map(|stat| stat.kind) {
                Some(Kind::Link) => {
                    let to = disk.read_link(&path).map_err(FileProblem::io("follow its link"))?;
                    path = path.parent().map_or_else(|| to.clone(), |folder| folder.join(&to));
                }
                Some(Kind::Other) => return Err(FileProblem::NotAFile),
                None if link > 0 => return Err(FileProblem::Dangling(path)),
                Some(Kind::File) | None => return Ok(Self { named: named.to_owned(), real: Self::real(disk, &path)? }),
            }
        }
        Err(FileProblem::LinkCycle)
    }

    fn real(disk: &dyn Disk, path: &Path) -> Result<PathBuf, FileProblem> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Err(FileProblem::NotAFile) };
        match disk.real_path(folder) {
            Ok(folder) => Ok(folder.join(name)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(path.to_owned()),
            Err(source) => Err(FileProblem::Io { action: "find its folder", source }),
        }
    }

    /// The folder of the file itself.
    pub(crate) fn folder(&self) -> &Path {
        self.real.parent().unwrap_or(Path::new("/"))
    }

    /// Whether the person reaches the file through a link.
    pub(crate) fn is_linked(&self, disk: &dyn Disk) -> bool {
        matches!(disk.look(&self.named), Ok(Some(Stat { kind: Kind::Link, .. })))
    }

    /// What the file holds now; nothing when it is not there.
    pub(crate) fn read(&self, disk: &dyn Disk) -> Result<Option<Snapshot>, FileProblem> {
        let Some(stat) = disk.look(&self.real).map_err(FileProblem::io("look at it"))? else { return Ok(None) };
        if stat.kind != Kind::File {
            return Err(FileProblem::NotAFile);
        }
        if stat.length > MAX_BYTES {
            return Err(FileProblem::TooBig);
        }
        let Some(bytes) = disk.read(&self.real, MAX_BYTES + 1).map_err(FileProblem::io("read it"))? else {
            return Ok(None);
        };
        if bytes.len() as u64 > MAX_BYTES {
            return Err(FileProblem::TooBig);
        }
        Ok(Some(Snapshot { bytes, stat }))
    }
}

/// How UTF-16 begins, which PowerShell writes with `>`.
const UTF16: [[u8; 2]; 2] = [[0xff, 0xfe], [0xfe, 0xff]];

/// The bytes as text; refuses what is not UTF-8 or holds NUL.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, FileProblem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = place(bytes.get(..error.valid_up_to()).unwrap_or_default());
        FileProblem::NotUtf8 { line, column, is_utf16: bytes.starts_with(&UTF16[0]) || bytes.starts_with(&UTF16[1]) }
    })?;
    match text.find('\0') {
        None => Ok(text),
        Some(offset) => {
            let (line, column) = place(bytes.get(..offset).unwrap_or_default());
            Err(FileProblem::Nul { line, column })
        }
    }
}

/// Line and column, from 1, of what stands after these bytes; columns count characters.
fn place(before: &[u8]) -> (usize, usize) {
    let before = String::from_utf8_lossy(before);
    let before = before.strip_prefix('\u{feff}').unwrap_or(&before);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (1 + before.matches('\n').count(), 1 + line.chars().count())
}
