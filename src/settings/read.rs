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
        Self::parse(&text).map_err(|words| {
            Error::fixable(format!("cannot use `{}`", file.display()))
                .cause(words)
                .hint("mend it with `codexgw config edit --settings`")
        })
    }

    /// Reads the text of a settings file. Keys that nobody knows are passed over.
    ///
    /// # Errors
    /// When it does not hold settings: the parser's words, with the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        toml_edit::de::from_str(text).map_err(|e| e.to_string().trim_end().to_owned())
    }
}
