//! The arrows between the rooms of the house run one way (see the crate docs).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may use. A room that is not named here is forgotten, and the test fails.
const ALLOWED: &[(&str, &[&str])] = &[
    ("error", &[]),
    ("protocol", &["error"]),
    ("trust", &["error"]),
    ("catalog", &["error", "protocol"]),
    ("settings", &["catalog", "error", "protocol"]),
    ("secret", &["error", "settings"]),
    ("config", &["error"]),
    ("codex", &["catalog", "error", "secret", "settings"]),
    ("probe", &["catalog", "error", "protocol", "secret", "settings", "trust"]),
    ("launch", &["codex", "error"]),
    ("gateway", &["catalog", "codex", "error", "protocol", "secret", "settings", "trust"]),
    ("trial", &["catalog", "error", "gateway"]),
    ("setup", &["catalog", "codex", "config", "error", "gateway", "settings"]),
    ("migrate", &["catalog", "codex", "config", "error", "secret", "settings", "setup"]),
    ("import", &["catalog", "codex", "error", "secret", "settings"]),
    (
        "doctor",
        &[
            "catalog", "codex", "config", "error", "gateway", "launch", "migrate", "probe", "protocol", "secret",
            "settings", "setup", "trust",
        ],
    ),
    ("ui", &["error", "secret"]),
    ("demo", &["catalog", "codex", "error", "gateway", "launch", "settings", "setup", "ui"]),
    (
        "cli",
        &[
            "catalog", "codex", "config", "demo", "doctor", "error", "gateway", "import", "launch", "migrate", "probe",
            "secret", "settings", "setup", "trial", "ui",
        ],
    ),
];

#[test]
fn arrows_between_rooms_run_one_way() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let relative = file.strip_prefix(&source).expect("a file under src").to_string_lossy().into_owned();
        let room = relative.split('/').next().expect("a room").trim_end_matches(".rs").to_owned();
        if ["main", "lib"].contains(&room.as_str()) || room.starts_with("test_") {
            continue;
        }
        let uses = allowed.get(room.as_str()).unwrap_or_else(|| panic!("the room `{room}` is not in the table"));
        let text = fs::read_to_string(&file).expect("a source file");
        // Tests may build their world from any room.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        if relative.ends_with("tests.rs") || relative.contains("/tests/") {
            continue;
        }
        for used in rooms_used(code) {
            if used != room && !uses.contains(&used.as_str()) {
                wrong.push(format!("{relative} uses {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that run the wrong way:\n{}", wrong.join("\n"));
}

#[test]
fn only_the_printer_prints() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    // Test processes talk to their parents in their own way.
    for file in rust_files(&source).into_iter().filter(|file| !file.to_string_lossy().ends_with("tests.rs")) {
        let text = fs::read_to_string(&file).expect("a source file");
        for macro_name in ["println!", "eprintln!", "print!(", "eprint!(", "dbg!"] {
            assert!(!text.contains(macro_name), "{} prints with {macro_name}", file.display());
        }
    }
}

/// The rooms named after `crate::` outside comments, `crate::{a, b}` included.
fn rooms_used(code: &str) -> Vec<String> {
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut rooms = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut word = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => rooms.push(std::mem::take(&mut word)),
                    _ if depth == 0 => word.push(c),
                    _ => {}
                }
            }
            rooms.push(word);
        } else {
            rooms.push(rest.to_owned());
        }
    }
    let first = |path: String| path.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().map(str::to_owned);
    rooms.into_iter().filter_map(first).filter(|room| room.chars().next().is_some_and(char::is_lowercase)).collect()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}
