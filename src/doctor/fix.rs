//! What mends a finding.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::{Serialize, Serializer};

use crate::config::{Change, Committer, FileEdit, WhenEmpty};
use crate::error::{Error, Result};
use crate::settings::Home;

/// What mends it.
#[derive(Debug, Clone)]
pub enum Fix {
    /// A command of codexgw, by its arguments; `--fix` runs it.
    Command(Vec<String>),
    /// Several of them, one after the other.
    Commands(Vec<Vec<String>>),
    /// A change of a configuration file; `--fix` makes it, and `undo` takes it back.
    Edit {
        /// The file.
        file: PathBuf,
        /// What changes.
        changes: Vec<Change>,
        /// What the change is called.
        label: &'static str,
    },
    /// Something that only the person can do, with a command where there is one.
    Person(String),
}

impl Fix {
    /// A command of codexgw.
    pub fn command(words: &[&str]) -> Self {
        Self::Command(words.iter().map(|&word| word.to_owned()).collect())
    }

    /// Whether `--fix` can do it.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        !matches!(self, Self::Person(_))
    }

    /// In words for the person.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Command(words) => format!("`{}`", typed(words)),
            Self::Commands(commands) => {
                let commands: Vec<String> = commands.iter().map(|words| format!("`{}`", typed(words))).collect();
                commands.join(", then ")
            }
            Self::Edit { .. } => "`codexgw doctor --fix`".to_owned(),
            Self::Person(words) => words.clone(),
        }
    }
}

impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.words())
    }
}

/// A command of codexgw as it is typed.
#[must_use]
pub fn typed(words: &[String]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=@%+,".contains(c);
    let quoted = |word: &String| {
        if word.chars().all(is_plain) && !word.is_empty() {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    let words: Vec<String> = words.iter().map(quoted).collect();
    format!("codexgw {}", words.join(" "))
}

/// Carries out a fix. Gives back what was done.
///
/// # Errors
/// When it fails; a change of a file is then as it was.
pub fn apply(fix: &Fix, home: &Home) -> Result<String> {
    match fix {
        Fix::Command(words) => run(words, home),
        Fix::Commands(commands) => {
            let done: Vec<String> = commands.iter().map(|words| run(words, home)).collect::<Result<_>>()?;
            Ok(done.join(", "))
        }
        Fix::Edit { file, changes, label } => {
            let edit = FileEdit::splice(file, changes.clone(), WhenEmpty::Keep);
            Committer::new(home.state_dir()).commit(&format!("doctor: {label}"), &[edit])?;
            Ok(format!("edited {}", file.display()))
        }
        Fix::Person(words) => Err(Error::fixable("this is yours to do").hint(words)),
    }
}

/// Moves keys out of configuration files, into the keyring unless it is told otherwise.
const MIGRATE: &str = "migrate --yes";

fn run(words: &[String], home: &Home) -> Result<String> {
    let program = std::env::current_exe().map_err(|e| Error::bug("cannot tell where codexgw lies").cause(e))?;
    let mut command = Command::new(program);
    if let Some(dir) = home.explicit() {
        command.arg("--home").arg(dir);
    }
    let shown = typed(words);
    let output = command
        .args(words)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| Error::fixable(format!("cannot run `{shown}`")).cause(e))?;
    if output.status.success() {
        return Ok(format!("ran `{shown}`"));
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let error = Error::fixable(format!("`{shown}` failed"));
    let error = if words.contains("keyring") && shown.contains(MIGRATE) {
        error.hint(format!("keep the keys in a file: `codexgw {MIGRATE} --store file`"))
    } else {
        error
    };
    Err(words.lines().filter(|line| !line.trim().is_empty()).take(6).fold(error, Error::cause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_printed_so_that_it_can_be_typed() {
        let fix = Fix::command(&["add", "custom", "--model", "it's a model", "--base-url", "http://h/v1?a=1&b=2"]);
        let typed = "`codexgw add custom --model 'it'\\''s a model' --base-url 'http://h/v1?a=1&b=2'`";
        assert_eq!(fix.words(), typed);
    }
}
