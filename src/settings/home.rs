//! Where codexgw keeps what is its own.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// codexgw's own two folders: one for settings, one for state (gateway token and lock, backups, caches, logs).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    config: PathBuf,
    state: PathBuf,
    explicit: Option<PathBuf>,
}

impl Home {
    /// Takes `--home` or `CODEXGW_HOME` when given (settings in `DIR/config.toml`, state in `DIR/state`), else the
    /// platform's folders for configuration and state.
    ///
    /// # Errors
    /// When no folder was given and the platform names no home directory.
    pub fn resolve(explicit: Option<&Path>) -> Result<Self> {
        if let Some(dir) = explicit {
            let dir = std::path::absolute(dir)
                .map_err(|e| Error::usage(format!("cannot use `{}` as codexgw's home", dir.display())).cause(e))?;
            return Ok(Self { config: dir.clone(), state: dir.join("state"), explicit: Some(dir) });
        }
        let no_home = || {
            Error::fixable("cannot find your home directory")
                .hint("name a folder: `codexgw --home DIR …` or `export CODEXGW_HOME=DIR`")
        };
        let config = dirs::config_dir().ok_or_else(no_home)?.join("codexgw");
        let state = dirs::state_dir().or_else(dirs::data_local_dir).ok_or_else(no_home)?.join("codexgw");
        Ok(Self { config, state, explicit: None })
    }

    /// The settings file.
    #[must_use]
    pub fn settings_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The folder of settings and of the person's own templates.
    #[must_use]
    pub fn config_dir(&self) -> &Path {
        &self.config
    }

    /// The folder of the person's own provider templates.
    #[must_use]
    pub fn templates_dir(&self) -> PathBuf {
        self.config.join("providers")
    }

    /// The folder of state: mode 0700, made by whoever writes there first.
    #[must_use]
    pub fn state_dir(&self) -> &Path {
        &self.state
    }

    /// The folder that `--home` or `CODEXGW_HOME` named, if one did; written into Codex's `auth.args`.
    #[must_use]
    pub fn explicit(&self) -> Option<&Path> {
        self.explicit.as_deref()
    }

    /// Removes the settings file and the state folder, and the folders that are empty then. Tells what went.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn erase(&self) -> Result<Vec<PathBuf>> {
        let mut gone = Vec::new();
        let failed =
            |path: &Path, e: std::io::Error| Error::fixable(format!("cannot remove `{}`", path.display())).cause(e);
        let settings = self.settings_file();
        if settings.is_file() {
            fs_err::remove_file(&settings).map_err(|e| failed(&settings, e))?;
            gone.push(settings);
        }
        if self.state.is_dir() {
            fs_err::remove_dir_all(&self.state).map_err(|e| failed(&self.state, e))?;
            gone.push(self.state.clone());
        }
        // What the person keeps there (own templates) stays: only an empty folder can be removed this way.
        let _ = std::fs::remove_dir(&self.config);
        Ok(gone)
    }
}
