//! Codex's saved sessions, which it files under the provider id.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use serde::Deserialize;

use super::CodexHome;

/// Where Codex 0.169.0 keeps them; an archived session can be brought back.
const FOLDERS: [&str; 2] = ["sessions", "archived_sessions"];

/// Most session files looked at: counting is a courtesy before a removal and must not take long.
const MOST_FILES: usize = 20_000;

/// Longest first line that is read, in bytes: it holds the whole base instructions.
const LINE_LIMIT: u64 = 1 << 20;

#[derive(Deserialize)]
struct FirstLine {
    payload: Meta,
}

#[derive(Deserialize)]
struct Meta {
    model_provider: Option<String>,
}

/// How many sessions were made with a provider id. Without the provider's table Codex cannot resume them
/// (codex-facts G22).
#[must_use]
pub fn count(home: &CodexHome, provider_id: &str) -> usize {
    by_provider(home).remove(provider_id).unwrap_or(0)
}

/// How many sessions were made with each provider id.
#[must_use]
pub fn by_provider(home: &CodexHome) -> BTreeMap<String, usize> {
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&home.dir().join(folder), 0, &mut files);
    }
    let mut counts = BTreeMap::new();
    for provider in files.iter().filter_map(|file| provider_of(file)) {
        *counts.entry(provider).or_insert(0) += 1;
    }
    counts
}

/// Session files lie under `sessions/<year>/<month>/<day>/`, archived ones under `archived_sessions/` itself.
fn collect(dir: &Path, depth: usize, files: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = fs_err::read_dir(dir) else { return };
    for entry in entries.flatten() {
        if files.len() >= MOST_FILES {
            return;
        }
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if depth < 3 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&path, depth + 1, files);
        } else if name.starts_with("rollout-") && name.ends_with(".jsonl") {
            files.push(path);
        }
    }
}

fn provider_of(file: &Path) -> Option<String> {
    let mut line = String::new();
    BufReader::new(fs_err::File::open(file).ok()?).take(LINE_LIMIT).read_line(&mut line).ok()?;
    serde_json::from_str::<FirstLine>(&line).ok()?.payload.model_provider
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_counted_by_the_provider_in_their_first_line() {
        let dir = tempfile::tempdir().expect("a folder");
        let day = dir.path().join("sessions/2026/11/21");
        fs_err::create_dir_all(&day).expect("folders");
        for (name, line) in [
            ("rollout-1.jsonl", r#"{"type":"session_meta","payload":{"model_provider":"lab"}}"#),
            ("rollout-2.jsonl", r#"{"type":"session_meta","payload":{"model_provider":"other"}}"#),
            ("rollout-3.jsonl", "not json"),
            ("notes.txt", r#"{"payload":{"model_provider":"lab"}}"#),
        ] {
            fs_err::write(day.join(name), line.to_owned() + "\n{}\n").expect("a file");
        }
        let archive = dir.path().join("archived_sessions");
        fs_err::create_dir_all(&archive).expect("a folder");
        fs_err::copy(day.join("rollout-1.jsonl"), archive.join("rollout-4.jsonl")).expect("a file");
        let home = CodexHome::at(dir.path());
        assert_eq!(count(&home, "lab"), 2);
        assert_eq!(count(&home, "nobody"), 0);
    }
}
