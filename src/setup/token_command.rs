//! The command that Codex runs for a token, as it stands in the provider table.

use std::path::{Path, PathBuf};

use toml_edit::{Array, InlineTable, Value};

use crate::error::{Error, Result};
use crate::settings::Home;

/// After how many milliseconds Codex runs the command again before its next request: a replaced key and a stopped
/// gateway mend themselves within this time.
const REFRESH_MS: i64 = 15_000;

/// How long Codex waits for the command, in milliseconds. Its own default of 5 s is near what a cold start of the
/// gateway on a busy machine takes, and a password manager may take 10 s to hand out a key.
const TIMEOUT_MS: i64 = 12_000;

/// How Codex is to call us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenCommand {
    program: PathBuf,
    home: Option<PathBuf>,
}

impl TokenCommand {
    /// The program as the person ran it: an absolute path with links left as they are, so that it survives an update
    /// behind a link.
    ///
    /// # Errors
    /// When the program's path cannot be told.
    pub fn of_this_program(home: &Home) -> Result<Self> {
        let typed = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
        let program =
            if typed.components().count() > 1 { std::path::absolute(&typed).ok() } else { which::which(&typed).ok() };
        let program = match program.filter(|path| path.is_file()) {
            Some(program) => program,
            None => std::env::current_exe().map_err(|e| Error::bug("cannot tell where codexgw lies").cause(e))?,
        };
        Ok(Self { program, home: home.explicit().map(Path::to_path_buf) })
    }

    /// Why the path may not last, when it lies where programs come and go.
    #[must_use]
    pub fn fragile(&self) -> Option<&'static str> {
        let path = self.program.to_string_lossy();
        if path.contains("/_npx/") {
            return Some("an npx cache");
        }
        ["/target/debug/", "/target/release/"].iter().any(|part| path.contains(part)).then_some("a build folder")
    }

    /// The program that Codex will run.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The arguments for one provider.
    #[must_use]
    pub fn args(&self, provider: &str) -> Vec<String> {
        let home = self.home.iter().flat_map(|dir| ["--home".to_owned(), dir.to_string_lossy().into_owned()]);
        home.chain(["token".to_owned(), provider.to_owned()]).collect()
    }

    /// The `auth` value of a provider table.
    #[must_use]
    pub fn auth(&self, provider: &str) -> Value {
        let mut auth = InlineTable::new();
        auth.insert("command", self.program.to_string_lossy().into_owned().into());
        auth.insert("args", Value::Array(self.args(provider).into_iter().collect::<Array>()));
        auth.insert("timeout_ms", TIMEOUT_MS.into());
        auth.insert("refresh_interval_ms", REFRESH_MS.into());
        auth.into()
    }
}
