//! Codex's own folder.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The folder that holds Codex's configuration, sessions and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodexHome {
    dir: PathBuf,
}

impl CodexHome {
    /// `CODEX_HOME`, which has to exist as Codex itself demands, else `~/.codex`, which may come later.
    ///
    /// # Errors
    /// When `CODEX_HOME` names no folder, or there is no home directory.
    pub fn resolve() -> Result<Self> {
        if let Some(dir) = std::env::var_os("CODEX_HOME").filter(|dir| !dir.is_empty()) {
            let dir = PathBuf::from(dir);
            if let Ok(rest) = dir.strip_prefix("~")
                && !dir.is_dir()
            {
                return Err(Error::fixable(format!(
                    "`CODEX_HOME` names `{}`, and nobody puts your home directory there",
                    dir.display()
                ))
                .cause("only a shell reads `~` so, where it stands without quotes; what sets this variable is none")
                .hint(format!(
                    "write the whole path where it is set: `export CODEX_HOME=\"$HOME/{}\"`",
                    rest.display()
                )));
            }
            if !dir.is_dir() {
                return Err(Error::fixable(format!("`CODEX_HOME` names `{}`, which is not a folder", dir.display()))
                    .cause("Codex refuses to start then")
                    .hint(if dir.exists() {
                        "name a folder, or go back to the usual one: `unset CODEX_HOME`".to_owned()
                    } else {
                        format!("make it: `mkdir -p {}`, or `unset CODEX_HOME`", dir.display())
                    }));
            }
            // What we write into Codex's files has to hold wherever Codex is started.
            let dir = std::path::absolute(&dir)
                .map_err(|e| Error::fixable(format!("cannot use `{}` as Codex's home", dir.display())).cause(e))?;
            return Ok(Self { dir });
        }
        let home = dirs::home_dir().ok_or_else(|| {
            Error::fixable("cannot find your home directory").hint("name Codex's folder: `export CODEX_HOME=DIR`")
        })?;
        Ok(Self { dir: home.join(".codex") })
    }

    /// A folder known to be one.
    #[must_use]
    pub fn at(dir: &Path) -> Self {
        Self { dir: dir.to_path_buf() }
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The variables of its `.env`, which count over the shell's.
    #[must_use]
    pub fn dotenv(&self) -> std::collections::BTreeMap<String, String> {
        let text = std::fs::read_to_string(self.dir().join(".env")).unwrap_or_default();
        super::dotenv::variables(&text)
    }

    /// The person's configuration.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.dir.join("config.toml")
    }

    /// The profiles that have a file, by name.
    #[must_use]
    pub fn profiles(&self) -> Vec<(String, PathBuf)> {
        let entries = std::fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut profiles: Vec<(String, PathBuf)> = entries
            .filter_map(|entry| {
                let name = entry.file_name().to_str()?.strip_suffix(".config.toml")?.to_owned();
                self.profile_file(&name).ok().map(|file| (name, file))
            })
            .collect();
        profiles.sort();
        profiles
    }

    /// The file of a profile.
    ///
    /// # Errors
    /// When Codex would not take the name.
    pub fn profile_file(&self, name: &str) -> Result<PathBuf> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        // One that starts with a dash would be an option to `codex -p`.
        if name.is_empty() || name.starts_with('-') || !name.chars().all(allowed) {
            return Err(Error::usage(format!("`{}` cannot be the name of a profile", name.escape_default()))
                .cause("Codex takes letters, digits, `-` and `_`")
                .hint("choose a plain name, such as `--profile work`"));
        }
        Ok(self.dir.join(format!("{name}.config.toml")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profile_names_are_those_that_codex_takes() {
        let home = CodexHome::at(Path::new("/c"));
        assert_eq!(home.profile_file("claude-4_5").expect("a file"), Path::new("/c/claude-4_5.config.toml"));
        for bad in ["", "a.b", "../x", "a b", "é", "-a"] {
            assert!(home.profile_file(bad).is_err(), "{bad}");
        }
    }
}
