//! The codex program: where it is and which version.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::settings::Home;

use super::Version;

/// Longest time that `codex --version` may take. The npm package starts Node first, which is slow on a cold disk.
const TIME_LIMIT: Duration = Duration::from_secs(10);

const INSTALL: &str = "install it: `npm install -g @openai/codex`";
const UPDATE: &str = "update it: `npm install -g @openai/codex@latest`";

/// A Codex that can be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codex {
    /// The program as found on PATH.
    pub path: PathBuf,
    /// Its version.
    pub version: Version,
}

impl Codex {
    /// The Codex on PATH.
    ///
    /// # Errors
    /// When there is none, it does not answer, or it is older than [`Version::OLDEST`].
    pub fn find(home: &Home) -> Result<Self> {
        let path = which::which("codex")
            .map_err(|_| Error::fixable("Codex is not installed, or not on your PATH").hint(INSTALL))?;
        Self::at(home, &path)
    }

    /// The Codex at a path.
    ///
    /// # Errors
    /// When it does not answer, or is older than [`Version::OLDEST`].
    pub fn at(home: &Home, path: &Path) -> Result<Self> {
        let version = match remembered(home, path) {
            Some(version) => version,
            None => {
                let version = ask(path)?;
                remember(home, path, version);
                version
            }
        };
        if version < Version::OLDEST {
            return Err(Error::fixable(format!("Codex {version} is too old for codexgw"))
                .cause(format!(
                    "profiles as files came with Codex {}; this one is `{}`",
                    Version::OLDEST,
                    path.display()
                ))
                .hint(UPDATE));
        }
        Ok(Self { path: path.to_path_buf(), version })
    }
}

/// What was learnt of one program file, so that not every run has to start it.
#[derive(Serialize, Deserialize, PartialEq, Eq)]
struct Known {
    path: PathBuf,
    modified_ns: u128,
    bytes: u64,
    version: String,
}

fn memory(home: &Home) -> PathBuf {
    home.state_dir().join("codex.json")
}

/// The file behind the name, told apart by time and size. The npm package's own `package.json` changes with every
/// update, while its small start script may not.
fn fingerprint(path: &Path) -> Option<(u128, u64)> {
    let real = fs_err::canonicalize(path).ok()?;
    let manifest = real.parent().and_then(Path::parent).map(|dir| dir.join("package.json"));
    let file = manifest.filter(|file| file.is_file()).unwrap_or(real);
    let meta = fs_err::metadata(file).ok()?;
    Some((meta.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos(), meta.len()))
}

fn remembered(home: &Home, path: &Path) -> Option<Version> {
    let known: Known = serde_json::from_slice(&fs_err::read(memory(home)).ok()?).ok()?;
    let (modified_ns, bytes) = fingerprint(path)?;
    (known.path == path && known.modified_ns == modified_ns && known.bytes == bytes)
        .then(|| known.version.parse().ok())
        .flatten()
}

/// Best effort: without it, the next run asks again.
fn remember(home: &Home, path: &Path, version: Version) {
    let Some((modified_ns, bytes)) = fingerprint(path) else { return };
    let known = Known { path: path.to_path_buf(), modified_ns, bytes, version: version.to_string() };
    if let Ok(text) = serde_json::to_vec(&known)
        && fs_err::create_dir_all(home.state_dir()).is_ok()
    {
        let _ = fs_err::write(memory(home), text);
    }
}

fn ask(path: &Path) -> Result<Version> {
    let odd = |cause: String| {
        Error::fixable(format!("`{} --version` did not answer as Codex does", path.display()))
            .cause(cause)
            .hint(INSTALL)
    };
    let output = bounded_output(Command::new(path).arg("--version"), TIME_LIMIT).map_err(odd)?;
    let words = String::from_utf8_lossy(&output);
    words
        .split_whitespace()
        .find_map(|word| word.parse().ok())
        .ok_or_else(|| odd(format!("it said {:?}", words.chars().take(80).collect::<String>())))
}

/// Standard output of a command that gets no input and has to end within `limit`; what went wrong, in words,
/// otherwise.
pub(super) fn bounded_output(command: &mut Command, limit: Duration) -> Result<Vec<u8>, String> {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|e| e.to_string())?;
    let mut stdout = child.stdout.take().ok_or("it has no output")?;
    let reader = std::thread::spawn(move || {
        let mut out = Vec::new();
        stdout.read_to_end(&mut out).map(|_| out)
    });
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|e| e.to_string())? {
            break status;
        }
        if started.elapsed() > limit {
            let _ = child.kill();
            let _ = child.wait();
            return Err(format!("it did not end within {} s", limit.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    if !status.success() {
        return Err(format!("it ended with {status}"));
    }
    reader.join().map_err(|_| "its output could not be read".to_owned())?.map_err(|e| e.to_string())
}
