//! The codex program: where it is and which version.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::secret::private_file;
use crate::settings::Home;

use super::Version;
use super::bounded::bounded_output;
use super::package::{Native, Package};

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
        let version = match Package::of(path).map(|package| package.version).or_else(|| remembered(home, path)) {
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

    /// The program to start, and the variables that it wants: npm's start script is gone around where that is safe,
    /// which saves the start of Node.
    #[must_use]
    pub fn native(&self) -> Native {
        Package::of(&self.path)
            .and_then(|package| package.native())
            .unwrap_or_else(|| Native { path: self.path.clone(), env: Vec::new() })
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

/// The file behind the name, told apart by time and size. Only a program that is Codex itself has one: the bytes of a
/// start script, or of a version manager's stand-in, say nothing about the version that it starts.
fn fingerprint(path: &Path) -> Option<(u128, u64)> {
    let real = fs_err::canonicalize(path).ok()?;
    if !real.file_name()?.to_string_lossy().starts_with("codex") {
        return None;
    }
    let mut file = fs_err::File::open(real).ok()?;
    let mut start = [0; 2];
    file.read_exact(&mut start).ok()?;
    if start == *b"#!" {
        return None;
    }
    let meta = file.metadata().ok()?;
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
    if let Ok(text) = serde_json::to_vec(&known) {
        let _ = private_file::write(&memory(home), &text);
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

#[cfg(all(test, unix))]
pub(super) mod tests {
    use std::io::Write as _;
    use std::process::Stdio;

    use super::*;

    /// Puts a script in place. Another process writes it: while this one had it open, a child of another test could
    /// inherit it, and the system would refuse to run it.
    pub fn script(path: &Path, text: &str) {
        let mut writer = Command::new("/bin/sh")
            .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
            .arg(path)
            .stdin(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        writer.stdin.take().expect("it is piped").write_all(text.as_bytes()).expect("it reads");
        assert!(writer.wait().expect("it ends").success());
    }

    /// A program that says something and counts how often it was started.
    fn program(dir: &Path, says: &str) -> PathBuf {
        let path = dir.join("codex");
        let count = dir.join("count").display().to_string();
        script(&path, &format!("#!/bin/sh\necho started >> '{count}'\n{says}\n"));
        path
    }

    fn found(says: &str) -> Result<Codex> {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(&dir.path().join("home")))?;
        Codex::at(&home, &program(dir.path(), says))
    }

    #[test]
    fn a_codex_tells_its_version() {
        let codex = found("echo codex-cli 0.169.0").unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(codex.version.to_string(), "0.169.0");
        assert_eq!(codex.native().path, codex.path);
    }

    #[test]
    fn what_is_not_codex_or_too_old_is_named_with_a_remedy() {
        for (says, message) in [
            ("echo codex-cli 0.133.0", "Codex 0.133.0 is too old"),
            ("echo hello", "did not answer as Codex does"),
            ("echo codex-cli 0.169.0; exit 3", "did not answer as Codex does"),
        ] {
            let Err(error) = found(says) else { panic!("{says} was taken") };
            assert!(error.message().contains(message), "{error}");
            assert!(error.hints()[0].contains("npm install -g @openai/codex"), "{error}");
        }
    }

    #[test]
    fn a_script_is_asked_each_time_because_it_may_start_another_version() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(&dir.path().join("home"))).unwrap_or_else(|e| panic!("{e}"));
        let path = program(dir.path(), "echo codex-cli 0.169.0");
        for _ in 0..2 {
            Codex::at(&home, &path).unwrap_or_else(|e| panic!("{e}"));
        }
        assert_eq!(fs_err::read_to_string(dir.path().join("count")).expect("counted").lines().count(), 2);
    }

    #[test]
    fn a_binary_is_known_until_it_changes() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(&dir.path().join("home"))).unwrap_or_else(|e| panic!("{e}"));
        let path = dir.path().join("codex");
        let version: Version = "0.169.0".parse().expect("a version");
        fs_err::write(&path, b"\x7fELF and so on").expect("ours");
        remember(&home, &path, version);
        assert_eq!(remembered(&home, &path), Some(version));
        fs_err::write(&path, b"\x7fELF and so on, but longer").expect("ours");
        assert_eq!(remembered(&home, &path), None);
    }
}
