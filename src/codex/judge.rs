//! Asks the installed Codex whether it would start with a configuration, before the configuration is in place.
//!
//! Codex has no command for this, so two are used that load the whole configuration and then have nothing to do
//! (observed with Codex 0.169.0; both take `-p`, neither opens a connection or a session):
//!
//! - `codex mcp get NAME` with a server of that name added by `-c`: ends well exactly when Codex would start.
//! - `codex exec --strict-config` with a provider that is none: ends at the first key that Codex does not know, with
//!   line and column, and otherwise at the provider. Such keys are no refusal: without `--strict-config` Codex only
//!   says that it ignores them.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use toml_edit::{DocumentMut, Item, TableLike, Value};

use crate::error::{Error, Result};
use crate::secret::passing_dir::PassingDir;
use crate::secret::private_file;
use crate::settings::Home;

use super::bounded::bounded_words;
use super::{Codex, CodexHome};

/// Longest time that one judgement may take.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// A name that nobody gives to a server or a provider.
const NOBODY: &str = "codexgw_judge";

/// Most unknown keys that are named: each takes another run of Codex.
const MOST_UNKNOWN: usize = 8;

/// What Codex says of a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It would start.
    Accepts {
        /// What it would complain of, one line each.
        warnings: Vec<String>,
    },
    /// It would not.
    Refuses {
        /// Why, in its own words; they may quote a value of the configuration.
        words: String,
    },
}

impl Codex {
    /// Whether this Codex would start with `config` as its `config.toml` and, where one is given, with the profile
    /// `(name, content)` on top. Warnings are about the profile then, else about `config`.
    ///
    /// Codex sees a home of its own, without keys and without sessions; of the person's files only those that the
    /// configuration names.
    ///
    /// # Errors
    /// When Codex cannot be asked, or says nothing of use.
    pub fn judge(&self, home: &Home, config: &str, profile: Option<(&str, &str)>) -> Result<Verdict> {
        let unclear = |cause: String| {
            Error::fixable("cannot ask Codex whether it takes the configuration")
                .cause(cause)
                .hint("see whether Codex works: `codex --version`")
        };
        let court = Court::open(home.state_dir(), config, profile).map_err(|e| unclear(e.to_string()))?;
        court.judge(self).map_err(unclear)
    }
}

/// One judgement: a home for Codex that nobody else uses, and the clock.
struct Court<'a> {
    dir: PassingDir,
    profile: Option<&'a str>,
    started: Instant,
}

impl<'a> Court<'a> {
    fn open(state: &Path, config: &str, profile: Option<(&'a str, &str)>) -> std::io::Result<Self> {
        // A configuration may hold keys.
        let dir = PassingDir::for_secrets(state)?;
        let court = Self { dir, profile: profile.map(|(name, _)| name), started: Instant::now() };
        // A project of its own: what lies in the folders around it is not asked about.
        private_file::create_dir(&court.home().join(".git"))?;
        private_file::create_dir(&court.codex_home())?;
        private_file::write(&court.file(None), config.as_bytes())?;
        if let Some((name, content)) = profile {
            private_file::write(&court.file(Some(name)), content.as_bytes())?;
        }
        let texts = [Some(config), profile.map(|(_, content)| content)];
        for document in texts.into_iter().flatten().filter_map(|text| text.parse::<DocumentMut>().ok()) {
            strings(document.as_item(), &mut |text| court.bring(text));
        }
        Ok(court)
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    fn codex_home(&self) -> PathBuf {
        self.dir.path().join("codex")
    }

    fn file(&self, profile: Option<&str>) -> PathBuf {
        let name = profile.map_or_else(|| "config.toml".to_owned(), |name| format!("{name}.config.toml"));
        self.codex_home().join(name)
    }

    /// Lets Codex find a file that the configuration names from the real home or from Codex's real folder: else it
    /// would refuse what it takes in place. What is not a path names no such file.
    fn bring(&self, named: &str) {
        let (from, to, relative) = match named.strip_prefix("~/") {
            Some(rest) => (dirs::home_dir(), self.home(), Path::new(rest)),
            None => (CodexHome::resolve().ok().map(|home| home.dir().to_owned()), self.codex_home(), Path::new(named)),
        };
        let inside = relative.components().all(|part| !matches!(part, std::path::Component::ParentDir));
        let Some(real) = from.map(|dir| dir.join(relative)).filter(|_| inside && relative.is_relative()) else {
            return;
        };
        let there = to.join(relative);
        if !real.is_file() || there.exists() {
            return;
        }
        // Best effort: without the file, Codex says that it is missing.
        let _ = there.parent().map(std::fs::create_dir_all);
        #[cfg(unix)]
        let _ = std::os::unix::fs::symlink(&real, &there);
        #[cfg(not(unix))]
        let _ = std::fs::copy(&real, &there);
    }

    fn judge(&self, codex: &Codex) -> Result<Verdict, String> {
        let plain = self.load(codex)?;
        let (ignored, strict) = self.load_strictly(codex);
        Ok(match (plain, strict) {
            (None, None) => Verdict::Accepts {
                warnings: ignored
                    .into_iter()
                    .map(|key| format!("Codex does not know `{key}` and ignores it"))
                    .collect(),
            },
            // The strict run names line and column, which are true as long as no key was taken out before.
            (Some(_), Some(words)) if ignored.is_empty() => Verdict::Refuses { words },
            (Some(words), _) | (None, Some(words)) => Verdict::Refuses { words },
        })
    }

    /// Loads the configuration; gives the words of a refusal.
    fn load(&self, codex: &Codex) -> Result<Option<String>, String> {
        let server = format!("mcp_servers.{NOBODY}.command=\"true\"");
        let (ended, said) = self.ask(codex, &["mcp", "get", NOBODY, "-c", &server])?;
        if ended {
            return Ok(None);
        }
        match self.words(&said) {
            // A Codex that cannot answer this question with a profile.
            Some(words) if !words.starts_with("--profile only applies") => Ok(Some(words)),
            _ => Err(format!("it said {:?}", said.chars().take(200).collect::<String>())),
        }
    }

    /// Loads it with unknown keys forbidden, as often as there are such keys. Gives those of the file in question,
    /// and the words of a refusal for another reason. Ends early when the time is up: the verdict does not hang on it.
    fn load_strictly(&self, codex: &Codex) -> (Vec<String>, Option<String>) {
        let mut ignored = Vec::new();
        let provider = format!("model_provider=\"{NOBODY}\"");
        for _ in 0..MOST_UNKNOWN {
            let Ok((_, said)) = self.ask(codex, &["exec", "--strict-config", "-c", &provider]) else { break };
            // Anything else is its word about the provider that is none.
            let Some(words) = self.words(&said).filter(|_| said.contains("Error loading config.toml")) else { break };
            let Some((place, key)) = words.split_once(" unknown configuration field `") else {
                return (ignored, Some(words));
            };
            let in_profile = self.profile.filter(|name| place.starts_with(&format!("{name}.config.toml:")));
            let key = key.lines().next().unwrap_or_default().trim_end_matches('`');
            if in_profile == self.profile {
                ignored.push(key.to_owned());
            }
            if !take_out(&self.file(in_profile), key) {
                break;
            }
        }
        (ignored, None)
    }

    /// Runs Codex where it finds nothing but this configuration. Tells whether it ended well, and what it said.
    fn ask(&self, codex: &Codex, args: &[&str]) -> Result<(bool, String), String> {
        let native = codex.native();
        let mut command = Command::new(native.path);
        if let Some(name) = self.profile {
            command.args(["-p", name]);
        }
        command.args(args).current_dir(self.home()).env_clear().envs(native.env);
        // What a start script and Windows need to start a program at all.
        for name in ["PATH", "PATHEXT", "SYSTEMROOT", "COMSPEC", "LANG"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command.env("HOME", self.home()).env("USERPROFILE", self.home()).env("CODEX_HOME", self.codex_home());
        let left = TIME_LIMIT.saturating_sub(self.started.elapsed());
        let (status, said) = bounded_words(&mut command, left)?;
        Ok((status.success(), said))
    }

    /// What Codex said after its `Error`, without the wrapping and without the lines of the file that it shows. Paths
    /// are those of the files, not of our folder.
    fn words(&self, said: &str) -> Option<String> {
        let from = said.lines().position(|line| line.starts_with("Error"))?;
        let lines: Vec<&str> = said.lines().skip(from).collect();
        let caused = lines.iter().position(|line| *line == "Caused by:");
        let first = lines[0].strip_prefix("Error loading config.toml:").or_else(|| lines[0].strip_prefix("Error:"));
        let told = match caused {
            Some(at) if lines[0].contains("failed to load") => lines[at + 1..].to_vec(),
            at => std::iter::once(first.unwrap_or(lines[0]))
                .chain(lines[1..at.unwrap_or(lines.len())].iter().copied())
                .collect(),
        };
        let told = told.iter().map(|line| line.trim()).take_while(|line| *line != "|").filter(|line| !line.is_empty());
        let mut words = told.collect::<Vec<_>>().join("\n");
        let dir = self.codex_home();
        for dir in std::fs::canonicalize(&dir).into_iter().chain([dir]) {
            words = words.replace(&format!("{}{}", dir.display(), std::path::MAIN_SEPARATOR), "");
        }
        (!words.is_empty()).then_some(words)
    }
}

/// Calls for every string in it.
fn strings(item: &Item, call: &mut impl FnMut(&str)) {
    match item {
        Item::None => (),
        Item::Value(value) => strings_of(value, call),
        Item::Table(table) => table.iter().for_each(|(_, item)| strings(item, call)),
        Item::ArrayOfTables(tables) => {
            tables.iter().flat_map(toml_edit::Table::iter).for_each(|(_, item)| strings(item, call));
        }
    }
}

fn strings_of(value: &Value, call: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => call(text.value()),
        Value::Array(values) => values.iter().for_each(|value| strings_of(value, call)),
        Value::InlineTable(table) => table.iter().for_each(|(_, value)| strings_of(value, call)),
        _ => (),
    }
}

/// Takes the key out of the file by the path that Codex shows, in which a dot may stand in a key too. False when it
/// is not there.
fn take_out(file: &Path, key: &str) -> bool {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let Ok(mut document) = text.parse::<DocumentMut>() else { return false };
    take_out_of(document.as_table_mut(), key) && std::fs::write(file, document.to_string()).is_ok()
}

fn take_out_of(table: &mut dyn TableLike, path: &str) -> bool {
    if table.remove(path).is_some() {
        return true;
    }
    let keys: Vec<String> = table.iter().map(|(key, _)| key.to_owned()).collect();
    keys.iter().any(|key| {
        let rest = path.strip_prefix(key.as_str()).and_then(|rest| rest.strip_prefix('.'));
        rest.is_some_and(|rest| table.get_mut(key).is_some_and(|item| take_out_of_item(item, rest)))
    })
}

fn take_out_of_item(item: &mut Item, path: &str) -> bool {
    if let Some(table) = item.as_table_like_mut() {
        return take_out_of(table, path);
    }
    let Some((index, rest)) = path.split_once('.') else { return false };
    let Ok(index) = index.parse::<usize>() else { return false };
    match item {
        Item::ArrayOfTables(tables) => tables.get_mut(index).is_some_and(|table| take_out_of(table, rest)),
        Item::Value(Value::Array(values)) => match values.get_mut(index) {
            Some(Value::InlineTable(table)) => take_out_of(table, rest),
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
#[path = "judge_tests.rs"]
mod tests;
