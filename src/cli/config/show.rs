//! `codexgw config show`.

use crate::config::{Document, as_text};
use crate::error::{Error, Result};
use crate::secret::credentials;
use crate::ui;

use super::super::context::prefixes;
use super::ConfigFile;

pub fn show(file: &ConfigFile) -> Result<u8> {
    let Some(bytes) = file.read()? else {
        // A link to nothing is not mended by editing.
        Document::read(&file.path)?;
        return Err(Error::fixable(format!("there is no `{}`", file.path.display()))
            .hint(format!("make it with `{}`", file.edit_command())));
    };
    let text = String::from_utf8_lossy(&bytes);
    ui::line(credentials::hide(&text, &prefixes()).trim_end_matches('\n'));
    if let Err(error) = as_text(&file.path, &bytes) {
        let error = error.on_reading();
        ui::warn(
            format!("{}: {}", error.message(), error.causes().join("; ")),
            error.hints().first().map(String::as_str),
        );
    } else if let Err(problem) = Document::parse(&file.path, &text) {
        let hint = format!("mend it with `{}`", file.edit_command());
        ui::warn(format!("`{}` is not valid TOML: {problem}", file.path.display()), Some(&hint));
    }
    Ok(0)
}
