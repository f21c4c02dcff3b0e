//! The person's own provider templates.

use std::fmt;
use std::path::{Path, PathBuf};

use toml_edit::Document;

use super::catalogue::nearest;
use super::rules::{self, Offence};
use super::template::{Origin, ProviderTemplate};

/// A template of the person's that cannot be used. Nothing else is touched by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenTemplate {
    /// Its file.
    pub file: PathBuf,
    /// Line and column, counted from 1, when it is a place in the file.
    pub place: Option<(usize, usize)>,
    /// What is wrong there.
    pub why: String,
}

impl BrokenTemplate {
    /// The id that it would have.
    #[must_use]
    pub fn id(&self) -> String {
        stem(&self.file)
    }
}

impl fmt::Display for BrokenTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.why)
    }
}

/// Reads every `.toml` file of the folder; one that is not there holds none.
pub fn read(folder: &Path) -> (Vec<ProviderTemplate>, Vec<BrokenTemplate>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return (Vec::new(), Vec::new()) };
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    let (mut good, mut broken) = (Vec::new(), Vec::new());
    for file in files {
        match one(&file) {
            Ok(template) => good.push(template),
            Err(why) => broken.push(why),
        }
    }
    (good, broken)
}

fn one(file: &Path) -> Result<ProviderTemplate, BrokenTemplate> {
    let broken = |place, why| BrokenTemplate { file: file.to_owned(), place, why };
    let text = std::fs::read_to_string(file).map_err(|e| broken(None, e.to_string()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut template: ProviderTemplate = toml_edit::de::from_str(text).map_err(|e| {
        let place = e.span().map(|span| place(text, span.start));
        broken(place, in_words(e.message()))
    })?;
    template.origin = Origin::Own { file: file.to_owned(), replaces: false };
    match rules::offence(&template, &stem(file)) {
        None => Ok(template),
        Some(Offence { key, why }) => Err(broken(place_of(text, key), why)),
    }
}

/// The parser's words in one line; in place of all fields that there are, the one that was likely meant.
fn in_words(message: &str) -> String {
    let line = message.trim().replace('\n', ", ");
    let Some((what, known)) = line.split_once(", expected one of ") else { return line };
    let Some(field) = what.strip_prefix("unknown field `").and_then(|rest| rest.strip_suffix('`')) else { return line };
    let known = known.split(", ").map(|name| name.trim_matches('`'));
    match nearest(field, known) {
        Some(near) => format!("{what}; `{near}` is known"),
        None => what.to_owned(),
    }
}

fn stem(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Line and column of a byte, counted from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

/// Where a key stands; the start of the file for one that is not there.
fn place_of(text: &str, key: &str) -> Option<(usize, usize)> {
    let document = Document::parse(text).ok()?;
    let at = document.as_table().key(key).and_then(toml_edit::Key::span).map_or(0, |span| span.start);
    Some(place(text, at))
}
