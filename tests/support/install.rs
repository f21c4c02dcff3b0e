//! What the tests need of other makers, installed once into `target/` by its pinned versions.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::codex::target_dir;

/// A folder of that name in `target/` in which `wanted` has been installed; a lock keeps others waiting until it is.
///
/// # Panics
/// When the install fails: without it the tests would prove nothing.
#[track_caller]
pub fn once(name: &str, wanted: &str, install: impl FnOnce(&Path)) -> PathBuf {
    let root = target_dir().join(name);
    fs::create_dir_all(&root).expect("`target` is writable");
    let lock = File::create(root.join("lock")).expect("`target` is writable");
    lock.lock().expect("a file in `target` can be locked");
    let whole = root.join("whole");
    if fs::read_to_string(&whole).ok().as_deref() != Some(wanted) {
        install(&root);
        fs::write(&whole, wanted).expect("`target` is writable");
    }
    root
}

/// The programs of a Python environment that holds these packages and no other.
#[track_caller]
pub fn python(name: &str, requirements: &str) -> PathBuf {
    let root = once(name, requirements, |root| {
        let list = root.join("requirements.txt");
        fs::write(&list, requirements).expect("`target` is writable");
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(root.join("venv")));
        let pip = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement"];
        run(Command::new(root.join("venv/bin/python")).args(pip).arg(list));
    });
    root.join("venv/bin")
}

/// The `node_modules` that a `package.json` asks for.
#[track_caller]
pub fn npm(name: &str, manifest: &str) -> PathBuf {
    let root = once(name, manifest, |root| {
        fs::write(root.join("package.json"), manifest).expect("`target` is writable");
        let install = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"];
        run(Command::new("npm").args(install).arg(root));
    });
    root.join("node_modules")
}

#[track_caller]
fn run(command: &mut Command) {
    let output = command.output().unwrap_or_else(|e| panic!("{command:?}: {e}; these tests need it, run `tests/run`"));
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?} failed\n{stdout}\n{stderr}");
}
