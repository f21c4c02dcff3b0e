//! The base instructions that a catalogue entry has to carry: they replace Codex's whole prompt. They are taken from
//! the person's own Codex, once per version, so that none of that text is part of codexgw.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::settings::Home;

use super::Codex;
use super::program::bounded_output;

/// Longest time that `codex debug models` may take.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// What serves when Codex cannot be asked: enough to work, in our own words.
pub const FALLBACK: &str = "\
You are a coding agent in the Codex CLI. You work in the user's own folder, with the tools that you are given.

- Look before you change: read the files that matter and the instructions that lie beside them (AGENTS.md).
- Run commands with the shell tool. Prefer `rg` for searching.
- Edit files with `apply_patch` where it is offered, in small patches. Never undo changes that are not yours.
- Keep going until the task is done, then check your work: build it, run the tests that are there.
- Say what you did in a few plain sentences, naming files by path. Say plainly what you could not do.
";

#[derive(Deserialize)]
struct Catalogue {
    models: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    base_instructions: Option<String>,
    #[serde(default)]
    tool_mode: Option<String>,
    #[serde(default)]
    use_responses_lite: Option<bool>,
    #[serde(default)]
    visibility: Option<String>,
}

/// The instructions for models of third parties under this Codex, asked of it when they are not cached yet.
pub fn load(home: &Home, codex: &Codex) -> String {
    let version = codex.version.to_string();
    if let Some(text) = cached(home, &version) {
        return text;
    }
    let Some(text) = extract(home, codex) else { return FALLBACK.to_owned() };
    // Best effort: without the cache, the next run asks again.
    let file = file(home, &version);
    if let Some(dir) = file.parent()
        && fs_err::create_dir_all(dir).is_ok()
    {
        let _ = fs_err::write(file, &text);
    }
    text
}

/// The instructions for a version of Codex, when they were taken before. Starts nothing.
#[must_use]
pub fn cached(home: &Home, version: &str) -> Option<String> {
    let plain = version.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'.' || c == b'-');
    fs_err::read_to_string(file(home, version)).ok().filter(|text| plain && !text.is_empty())
}

fn file(home: &Home, version: &str) -> PathBuf {
    home.state_dir().join("instructions").join(format!("{version}.md"))
}

/// Asks Codex for its own catalogue, in an empty home so that nothing of the person's can stand in the way.
fn extract(home: &Home, codex: &Codex) -> Option<String> {
    fs_err::create_dir_all(home.state_dir()).ok()?;
    let empty = tempfile::Builder::new().prefix("codex-home-").tempdir_in(home.state_dir()).ok()?;
    let mut command = Command::new(&codex.path);
    command.args(["debug", "models"]).env("CODEX_HOME", empty.path());
    let catalogue: Catalogue = serde_json::from_slice(&bounded_output(&mut command, TIME_LIMIT).ok()?).ok()?;
    let usable = |entry: &Entry| entry.tool_mode.is_none() && entry.use_responses_lite != Some(true);
    let mut entries = catalogue.models.into_iter().filter(usable);
    let listed = |entry: &Entry| entry.visibility.as_deref() == Some("list");
    let entry = entries.find(listed)?;
    entry.base_instructions.map(|text| without_model_name(&text)).filter(|text| !text.trim().is_empty())
}

/// Takes out what names the model: a model of another vendor must not believe that it is one of OpenAI's.
fn without_model_name(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        if !line.contains("GPT") {
            lines.push(line.to_owned());
            continue;
        }
        let kept: Vec<String> = line.split_inclusive(". ").filter_map(rework).collect();
        lines.push(kept.concat());
    }
    lines.join("\n")
}

fn rework(sentence: &str) -> Option<String> {
    if !sentence.contains("GPT") {
        return Some(sentence.to_owned());
    }
    let opening = sentence.trim_start().starts_with("You are Codex");
    opening.then(|| "You are a coding agent that works in the Codex CLI. ".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_that_name_the_model_go_or_are_reworked() {
        let text = "You are Codex, a coding agent based on GPT-5. You and the user share a workspace.\n\nAs GPT-5 you know. Stay.\nPlain.";
        let expected =
            "You are a coding agent that works in the Codex CLI. You and the user share a workspace.\n\nStay.\nPlain.";
        assert_eq!(without_model_name(text), expected);
    }

    #[test]
    fn a_version_that_is_no_version_reads_no_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(dir.path())).expect("a home");
        assert_eq!(cached(&home, "../../etc/passwd"), None);
    }
}
