//! The real Codex, installed once per version from npm into `target/`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The version that the tests run.
pub const VERSION: &str = "0.169.0";

/// The folder that holds `codex`; installs it when it is not there yet.
///
/// # Panics
/// When npm is missing or the install fails: without Codex these tests would prove nothing.
#[track_caller]
pub fn bin_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(install)
}

/// cargo's `target` folder: test programs lie in `target/<profile>/deps`.
pub fn target_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| {
        let program = std::env::current_exe().expect("this program has a path");
        program.ancestors().nth(3).expect("cargo's scratch folder lies in `target`").to_path_buf()
    })
}

fn install() -> PathBuf {
    let root = target_dir().join("codex");
    fs::create_dir_all(&root).expect("`target` is writable");
    let lock = File::create(root.join("lock")).expect("`target` is writable");
    lock.lock().expect("a file in `target` can be locked");
    let prefix = root.join(VERSION);
    let bin = prefix.join("node_modules/.bin");
    let whole = prefix.join("whole");
    if !whole.exists() {
        let output = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--prefix"])
            .arg(&prefix)
            .arg(format!("@openai/codex@{VERSION}"))
            .output()
            .unwrap_or_else(|e| panic!("these tests need npm to install Codex {VERSION}: {e}; run `tests/run`"));
        assert!(
            output.status.success() && bin.join("codex").exists(),
            "`npm install @openai/codex@{VERSION}` failed\n{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        fs::write(&whole, "").expect("`target` is writable");
    }
    bin
}
