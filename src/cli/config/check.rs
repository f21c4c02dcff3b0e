//! Whether an edited file may be saved.

use crate::codex::{Codex, Verdict};
use crate::config::Document;
use crate::error::Result;
use crate::settings::{Settings, UnknownKey};
use crate::ui;

use super::super::context::{Context, say_unknown};
use super::{ConfigFile, Kind, read};

/// Longest line of Codex's that is repeated, in characters.
const LONGEST_LINE: usize = 1000;

/// Checks the text. Gives why it is refused, line by line, or nothing; says warnings itself.
pub fn refusal(context: &Context, file: &ConfigFile, text: &str) -> Result<Option<Vec<String>>> {
    if let Err(problem) = Document::parse(&file.path, text) {
        return Ok(Some(vec![format!("it is not valid TOML: {problem}")]));
    }
    Ok(match &file.kind {
        Kind::Settings => refused_as_settings(file, text),
        Kind::Codex => refused_by_codex(context, text, None),
        Kind::Profile(home, name) => {
            let config = read(&home.config_file())?.unwrap_or_default();
            refused_by_codex(context, &String::from_utf8_lossy(&config), Some((name, text)))
        }
    })
}

fn refused_as_settings(file: &ConfigFile, text: &str) -> Option<Vec<String>> {
    if let Err(words) = Settings::parse(text) {
        return Some(words.lines().map(str::to_owned).collect());
    }
    say_unknown(&UnknownKey::all(text), &file.path);
    None
}

fn refused_by_codex(context: &Context, config: &str, profile: Option<(&str, &str)>) -> Option<Vec<String>> {
    let asked = Codex::find(&context.home).and_then(|codex| codex.judge(&context.home, config, profile));
    match asked {
        Ok(Verdict::Accepts { warnings }) => {
            for warning in warnings {
                ui::warn(ui::plain(&warning, LONGEST_LINE), None);
            }
            None
        }
        Ok(Verdict::Refuses { words }) => {
            Some(words.lines().map(|line| format!("Codex says: {}", ui::plain(line, LONGEST_LINE))).collect())
        }
        Err(error) => {
            let warning = format!("Codex was not asked, only the form of the file was checked: {error}");
            ui::warn(warning, error.hints().first().map(String::as_str));
            None
        }
    }
}
