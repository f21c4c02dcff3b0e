//! `codexgw config edit`.

use std::path::PathBuf;

use crate::config::{Committer, FileEdit, FileProblem, as_text};
use crate::error::{Error, Result};
use crate::secret::passing_dir::PassingDir;
use crate::secret::{credentials, private_file};
use crate::ui;
use crate::ui::prompt;

use super::super::context::{Context, prefixes, say_changed};
use super::editor::Editor;
use super::{ConfigFile, check};

pub fn edit(context: &Context, file: &ConfigFile) -> Result<u8> {
    let committer = Committer::new(context.home.state_dir());
    committer.recover()?;
    let before = file.read()?;
    // What cannot be written is said before the person has worked on it.
    as_text(&file.path, before.as_deref().unwrap_or_default())?;
    let longer = [before.as_deref().unwrap_or_default(), b"\n"].concat();
    committer.preview(&[FileEdit::replace(&file.path, before.clone(), longer)])?;

    let editor = Editor::find()?;
    let draft = Draft::new(context, file, before.as_deref().unwrap_or_default())?;
    let text = loop {
        editor.open(&draft.path)?;
        let text = draft.read()?;
        if Some(text.as_bytes()) == before.as_deref() || (before.is_none() && text.is_empty()) {
            ui::note(format!("nothing was changed in `{}`", file.path.display()));
            return Ok(0);
        }
        // Codex's own words may quote them.
        credentials::remember(&text, &prefixes());
        let Some(words) = check::refusal(context, file, &text)? else { break text };
        let refused = Error::fixable(format!("`{}` would not work like that, nothing was saved", file.path.display()));
        let refused = words.into_iter().fold(refused, Error::cause);
        if !prompt::possible() {
            return Err(draft.keep(refused.hint(format!("edit it again: `{}`", file.edit_command()))));
        }
        ui::error(&refused);
        let choices = ["edit it again", "throw away what I changed"].map(str::to_owned);
        if prompt::select("What now?", &choices)? != 0 {
            ui::note("nothing was saved");
            return Ok(1);
        }
    };
    let label = file.edit_command().trim_start_matches("codexgw ").to_owned();
    match committer.commit(&label, &[FileEdit::replace(&file.path, before, text)]) {
        Ok(report) => {
            draft.forget_earlier();
            say_changed(&report);
            ui::note("saved; take it back with `codexgw undo`");
            Ok(0)
        }
        Err(error) => {
            let error = match error.problem {
                FileProblem::Changed => {
                    Error::fixable(format!("`{}` was changed by another program meanwhile", file.path.display()))
                        .cause("nothing was saved")
                        .hint(format!("edit it again: `{}`", file.edit_command()))
                }
                _ => error.into(),
            };
            Err(draft.keep(error))
        }
    }
}

/// A copy that only the person can read, in a folder of its own: editors leave copies beside what they edit.
struct Draft {
    #[expect(dead_code, reason = "held for the copy in it")]
    dir: PassingDir,
    path: PathBuf,
    /// Where it goes when it cannot be saved.
    kept: PathBuf,
}

impl Draft {
    fn new(context: &Context, file: &ConfigFile, before: &[u8]) -> Result<Self> {
        let failed = |e: std::io::Error| Error::fixable("cannot make a copy to edit").cause(e);
        let dir = PassingDir::for_secrets(context.home.state_dir()).map_err(failed)?;
        // The name tells the editor what is in it.
        let path = dir.path().join(file.path.file_name().unwrap_or_else(|| "config.toml".as_ref()));
        private_file::write(&path, before).map_err(failed)?;
        let kept = context.home.state_dir().join("drafts").join(file.draft_name());
        Ok(Self { dir, path, kept })
    }

    fn read(&self) -> Result<String> {
        let failed = |e: std::io::Error| {
            let error = Error::fixable("cannot read what you wrote").cause(e).cause("nothing was saved");
            self.keep(error).hint("save it as UTF-8 text")
        };
        std::fs::read_to_string(&self.path).map_err(failed)
    }

    /// Keeps the copy and names it.
    fn keep(&self, error: Error) -> Error {
        let kept = std::fs::read(&self.path).and_then(|text| private_file::write(&self.kept, &text));
        match kept {
            Ok(()) => error.hint(format!("what you wrote is in `{}`", self.kept.display())),
            Err(e) => error.cause(format!("what you wrote could not be kept: {e}")),
        }
    }

    /// Removes what was kept of an earlier draft: the file has been saved since.
    fn forget_earlier(&self) {
        if std::fs::remove_file(&self.kept).is_ok() {
            let _ = self.kept.parent().map(std::fs::remove_dir);
        }
    }
}
