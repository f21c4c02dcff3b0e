//! The base instructions that a catalogue entry has to carry: they replace Codex's whole prompt. They are taken from
//! the person's own Codex, once per version, so that none of that text is part of codexgw.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use crate::secret::passing_dir::{self, PassingDir};
use crate::secret::private_file;
use crate::settings::Home;

use super::Codex;
use super::bounded::bounded_output;

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
    passing_dir::sweep(home.state_dir());
    let version = codex.version.to_string();
    if let Some(text) = cached(home, &version) {
        return text;
    }
    let text = match ask(home, codex) {
        Ok(catalogue) => chosen(catalogue).unwrap_or_else(|| FALLBACK.to_owned()),
        // Not kept: the next run may have more luck.
        Err(_) => return FALLBACK.to_owned(),
    };
    // Best effort: without the file, the next run asks again. In place as a whole, since the gateway may be reading.
    let _ = private_file::write(&file(home, &version), text.as_bytes());
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

/// Asks Codex for its own catalogue, in an empty home so that nothing of the person's can stand in the way. Its
/// complaints about that home go to stderr, which nobody reads.
fn ask(home: &Home, codex: &Codex) -> Result<Catalogue, String> {
    let words = |e: std::io::Error| e.to_string();
    let empty = PassingDir::make(home.state_dir()).map_err(words)?;
    let native = codex.native();
    let mut command = Command::new(native.path);
    command.args(["debug", "models"]).envs(native.env).env("CODEX_HOME", empty.path());
    serde_json::from_slice(&bounded_output(&mut command, TIME_LIMIT)?).map_err(|e| e.to_string())
}

/// The instructions of the first model that uses the plain tools, one that people can pick before others. Those of
/// models that write code to call tools speak of tools that the others do not have.
fn chosen(catalogue: Catalogue) -> Option<String> {
    let plain = |entry: &Entry| entry.tool_mode.is_none() && entry.use_responses_lite != Some(true);
    let listed = |entry: &Entry| entry.visibility.as_deref() == Some("list");
    let (listed, others): (Vec<_>, Vec<_>) = catalogue.models.into_iter().filter(plain).partition(listed);
    let texts = listed.into_iter().chain(others).filter_map(|entry| entry.base_instructions);
    texts.map(|text| without_model_name(&text)).find(|text| !text.trim().is_empty())
}

/// Takes out what names the model: a model of another vendor must not believe that it is one of OpenAI's.
fn without_model_name(text: &str) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        if !names_openai(line) {
            lines.push(line.to_owned());
            continue;
        }
        let kept: Vec<String> = line.split_inclusive(". ").filter_map(rework).collect();
        lines.push(kept.concat());
    }
    lines.join("\n")
}

fn names_openai(text: &str) -> bool {
    text.contains("GPT") || text.contains("OpenAI")
}

fn rework(sentence: &str) -> Option<String> {
    if !names_openai(sentence) {
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
        let text = "You are Codex, a coding agent based on GPT-5. You and the user share a workspace.\n\nAs GPT-5 you know. Made by OpenAI. Stay.\nPlain.";
        let expected =
            "You are a coding agent that works in the Codex CLI. You and the user share a workspace.\n\nStay.\nPlain.";
        assert_eq!(without_model_name(text), expected);
    }

    #[test]
    fn plain_models_that_people_can_pick_come_first() {
        let chosen = |json: &str| chosen(serde_json::from_str(json).expect("a catalogue"));
        let code = r#"{"visibility":"list","tool_mode":"code_mode_only","base_instructions":"code"}"#;
        let lite = r#"{"visibility":"list","use_responses_lite":true,"base_instructions":"lite"}"#;
        let hidden = r#"{"visibility":"hide","tool_mode":null,"base_instructions":"hidden"}"#;
        let plain = r#"{"visibility":"list","use_responses_lite":false,"base_instructions":"plain"}"#;
        for (models, expected) in [
            (vec![code, lite, hidden, plain], Some("plain")),
            (vec![code, lite, hidden], Some("hidden")),
            (vec![code, lite], None),
            (vec![r#"{"visibility":"list"}"#], None),
        ] {
            assert_eq!(chosen(&format!(r#"{{"models":[{}]}}"#, models.join(","))).as_deref(), expected);
        }
    }

    #[cfg(unix)]
    #[test]
    fn codex_is_asked_once_and_in_an_empty_home() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(&dir.path().join("home"))).expect("a home");
        let path = dir.path().join("codex");
        let answer = r#"{"models":[{"visibility":"list","base_instructions":"You are Codex, based on GPT-5. Work."}]}"#;
        let script = format!("#!/bin/sh\n[ -z \"$(ls -A \"$CODEX_HOME\")\" ] && echo '{answer}'\n");
        super::super::program::tests::script(&path, &script);
        let codex = Codex { path: path.clone(), version: "0.169.0".parse().expect("a version") };
        let expected = "You are a coding agent that works in the Codex CLI. Work.";
        assert_eq!(cached(&home, "0.169.0"), None);
        assert_eq!(load(&home, &codex), expected);
        fs_err::remove_file(&path).expect("ours");
        assert_eq!(load(&home, &codex), expected);
        assert_eq!(cached(&home, "0.169.0").as_deref(), Some(expected));
        let left = fs_err::read_dir(home.state_dir()).expect("a folder").count();
        assert_eq!(left, 1, "the empty home stayed behind");
    }

    #[test]
    fn without_codex_there_are_words_of_our_own_and_they_are_not_kept() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(dir.path())).expect("a home");
        let codex = Codex { path: dir.path().join("absent"), version: "0.169.0".parse().expect("a version") };
        assert_eq!(load(&home, &codex), FALLBACK);
        assert_eq!(cached(&home, "0.169.0"), None);
    }

    #[test]
    fn a_version_that_is_no_version_reads_no_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let home = Home::resolve(Some(dir.path())).expect("a home");
        assert_eq!(cached(&home, "../../etc/passwd"), None);
    }
}
