//! Black-box tests: the program from outside, with the real Codex, real sockets and a real keyring.
//!
//! `support` holds the sandbox and the doubles, `cli` what a person types without Codex running, `e2e` the real Codex
//! doing work through codexgw, `golden` what requests and answers become, `fuzz` what holds for any bytes, `sdk` the
//! official SDK as a client, `secrets` keys under every strain, `house` the rooms of the source and what README.md says.

mod cli;
mod e2e;
mod fuzz;
mod golden;
mod house;
mod sdk;
mod secrets;
mod support;

use std::path::Path;

/// A file that no `mod` line names would be a test that never runs.
#[test]
fn no_test_file_is_forgotten() {
    fn walk(dir: &Path, forgotten: &mut Vec<String>) {
        let declared = std::fs::read_to_string(dir.join("mod.rs")).unwrap_or_default();
        for entry in std::fs::read_dir(dir).expect("the folder of a test module is readable") {
            let path = entry.expect("its entries are").path();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            // Folders without a `mod.rs` hold what tests read.
            let is_module = path.join("mod.rs").exists() || path.extension().is_some_and(|e| e == "rs");
            if is_module && stem != "mod" && !declared.lines().any(|l| l.trim().ends_with(&format!("mod {stem};"))) {
                forgotten.push(path.display().to_string());
            }
            if path.is_dir() {
                walk(&path, forgotten);
            }
        }
    }
    let mut forgotten = Vec::new();
    for room in ["cli", "e2e", "fuzz", "golden", "house", "sdk", "secrets", "support"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(room), &mut forgotten);
    }
    assert!(forgotten.is_empty(), "no `mod` line names {forgotten:?}");
}
