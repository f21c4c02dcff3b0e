//! The person's editor.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use crate::error::{Error, Result};
use crate::secret::split_command;
use crate::ui::prompt;

/// What is there on a machine where nobody chose an editor.
const USUAL: [&str; 3] = ["vi", "nano", "notepad"];

/// The program that edits a file, with its arguments.
#[derive(Debug, PartialEq, Eq)]
pub struct Editor {
    words: Vec<OsString>,
}

impl Editor {
    /// `VISUAL`, else `EDITOR`, else a usual one that is on PATH.
    pub fn find() -> Result<Self> {
        let named = ["VISUAL", "EDITOR"].into_iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
        if let Some(value) = named {
            return Ok(Self::from_value(&value));
        }
        // A usual one works in a terminal, and without one waits for ever.
        if !prompt::possible() {
            return Err(Error::usage("there is no terminal here to edit in").hint(
                "start it in one, or name an editor that opens a window of its own: `export EDITOR=\"code --wait\"`",
            ));
        }
        let usual = USUAL.into_iter().find(|name| which::which(name).is_ok());
        usual.map(|name| Self { words: vec![name.into()] }).ok_or_else(|| {
            Error::fixable("no editor is named, and none of the usual ones is on your PATH")
                .hint("name yours: `export EDITOR=nano`")
        })
    }

    /// A program, or a command with arguments as it is typed.
    fn from_value(value: &OsString) -> Self {
        let text = value.to_string_lossy();
        let plain = || text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let words = match which::which(value) {
            // A path with blanks in it.
            Ok(_) => vec![value.clone()],
            Err(_) => split_command(&text).unwrap_or_else(|_| plain()).into_iter().map(OsString::from).collect(),
        };
        Self { words }
    }

    /// Opens the file and waits until the person is done.
    pub fn open(&self, file: &Path) -> Result<()> {
        let (program, arguments) = self.words.split_first().ok_or_else(|| Error::usage("the editor has no name"))?;
        let shown = program.to_string_lossy();
        let failed = |cause: String| {
            Error::fixable(format!("the editor `{shown}` did not do its work"))
                .cause(cause)
                .cause("nothing was saved")
                .hint("name another: `export EDITOR=nano`")
        };
        let status = Command::new(program).args(arguments).arg(file).status().map_err(|e| failed(e.to_string()))?;
        if status.success() { Ok(()) } else { Err(failed(format!("it ended with {status}"))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_arguments() {
        for (value, words) in [
            ("code --wait", vec!["code", "--wait"]),
            ("'/opt/my editor/bin' -w", vec!["/opt/my editor/bin", "-w"]),
            ("edit $x", vec!["edit", "$x"]),
        ] {
            let words = words.into_iter().map(OsString::from).collect();
            assert_eq!(Editor::from_value(&value.into()), Editor { words });
        }
    }
}
