//! Reads the settings file.

use std::path::Path;

use crate::error::{Error, Result};

use super::Settings;

impl Settings {
    /// Reads the settings; an absent file is an empty one.
    ///
    /// # Errors
    /// When the file cannot be read or does not hold settings; it is never replaced then.
    pub fn read(file: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(Error::fixable(format!("cannot read `{}`", file.display())).cause(e)),
        };
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        toml_edit::de::from_str(text).map_err(|e| {
            Error::fixable(format!("cannot use `{}`", file.display()))
                .cause(e.to_string().trim_end())
                .hint("fix the line, or put back the last version with `codexgw undo`")
        })
    }
}
