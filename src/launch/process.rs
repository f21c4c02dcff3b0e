//! Codex as a process: replaced into on Unix, waited for elsewhere.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::error::{Error, Result};

/// A codex run that is ready to start. Whatever is not named here is inherited.
#[derive(Debug)]
pub struct Launch {
    /// The program to run.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Variables to set besides the inherited ones.
    pub env: Vec<(OsString, OsString)>,
}

impl Launch {
    /// The command, for callers that want to watch it.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args).envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Replaces this process by codex; returns only when that failed.
    ///
    /// # Errors
    /// When the program cannot be started.
    #[cfg(unix)]
    pub fn exec(self) -> Result<u8> {
        use std::os::unix::process::CommandExt as _;
        tracing::info!(program = %self.program.display(), args = ?self.args, "starting Codex");
        let cause = self.command().exec();
        Err(self.failed(&cause))
    }

    /// Runs codex and gives back its exit code.
    ///
    /// # Errors
    /// When the program cannot be started.
    #[cfg(not(unix))]
    pub fn exec(self) -> Result<u8> {
        let status = self.command().status().map_err(|cause| self.failed(&cause))?;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
    }

    fn failed(&self, cause: &std::io::Error) -> Error {
        Error::fixable(format!("cannot start `{}`", self.program.display()))
            .cause(cause)
            .hint("reinstall Codex: `npm install -g @openai/codex`")
    }
}
