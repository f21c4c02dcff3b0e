//! What every command needs: where things are.

use std::path::Path;
use std::sync::Once;

use crate::catalog::BrokenTemplate;
use crate::codex::CodexHome;
use crate::config::{FileDiff, Outcome, Report};
use crate::error::{Error, Result};
use crate::secret::credentials;
use crate::settings::{Home, Settings, UnknownKey};
use crate::setup::{Setup, TokenCommand};
use crate::{catalog, ui};

/// Where codexgw's own things are.
pub struct Context {
    /// codexgw's folders.
    pub home: Home,
    warned: Once,
}

impl Context {
    pub fn new(home: Option<&Path>) -> Result<Self> {
        let home = Home::resolve(home)?;
        catalog::with_own_from(home.templates_dir());
        Ok(Self { home, warned: Once::new() })
    }

    pub fn settings(&self) -> Result<Settings> {
        self.warn_of_unknown_keys();
        Settings::read(&self.home.settings_file())
    }

    pub fn setup(&self) -> Result<Setup> {
        self.warn_of_unknown_keys();
        Setup::load(&self.home, &CodexHome::resolve()?)
    }

    /// Warns once of keys in the settings that nobody reads: a mistyped one does nothing, and nobody would know why.
    fn warn_of_unknown_keys(&self) {
        self.warned.call_once(|| {
            let file = self.home.settings_file();
            // What else may be wrong with the file is said by whoever reads it.
            if let Ok(text) = fs_err::read_to_string(&file) {
                say_unknown(&UnknownKey::all(&text), &file);
            }
        });
    }

    pub fn token_command(&self) -> Result<TokenCommand> {
        TokenCommand::of_this_program(&self.home)
    }
}

/// Warns of unknown keys, with what each most likely stands for.
pub fn say_unknown(keys: &[UnknownKey], file: &Path) {
    for key in keys {
        let known = key.nearest.as_ref().map(|name| format!("`{name}` is known; ")).unwrap_or_default();
        let hint = format!("{known}mend it with `codexgw config edit --settings`");
        ui::warn(format!("{key} in `{}`, line {}", file.display(), key.line), Some(&hint));
    }
}

/// Commits, or shows what a commit would change. Tells whether it was committed.
pub fn commit_or_show(setup: &Setup, label: &str, dry_run: bool) -> Result<Option<Report>> {
    if dry_run {
        show_diffs(&setup.preview()?);
        return Ok(None);
    }
    setup.commit(label).map(Some)
}

/// A provider that cannot be set up by its name.
pub(super) fn no_template(words: &str, why: &str) -> Error {
    Error::usage(format!("codexgw has no template for `{}`", ui::plain(words, 60)))
        .cause(why)
        .hint("a bridge of yours goes like any other server: `codexgw add custom --base-url URL`")
}

/// The error for one of the person's own templates that cannot be used.
pub fn unusable(broken: &BrokenTemplate) -> Error {
    Error::fixable(format!("the template `{}` cannot be used", broken.id()))
        .cause(broken)
        .hint("mend it there; `codexgw providers` says when it is good")
}

/// What keys of known providers start with.
pub fn prefixes() -> Vec<&'static str> {
    catalog::key_prefixes().into_iter().map(|(_, prefix)| prefix).collect()
}

/// Shows what changes in the person's own files, without the credentials that stand in them.
pub fn show_diffs(diffs: &[FileDiff]) {
    if diffs.is_empty() {
        ui::note("nothing would change");
    }
    let prefixes = prefixes();
    for diff in diffs {
        let hide = |text: &Option<String>| text.as_ref().map(|text| credentials::hide(text, &prefixes));
        let shown = FileDiff { path: diff.path.clone(), before: hide(&diff.before), after: hide(&diff.after) };
        if shown.before == shown.after {
            ui::note(format!("{}: a credential changes, which is not shown", diff.path.display()));
        }
        ui::diff(&shown.unified());
    }
}

/// Names the files that a commit changed.
pub fn say_changed(report: &Report) {
    for file in &report.files {
        let what = match file.outcome {
            Outcome::Created => "made",
            Outcome::Edited => "edited",
            Outcome::Deleted => "removed",
        };
        ui::note(format!("  {what} {}", file.path.display()));
    }
}
