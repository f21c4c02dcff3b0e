//! What every command needs: where things are.

use std::path::Path;

use crate::codex::CodexHome;
use crate::config::{FileDiff, Outcome, Report};
use crate::error::Result;
use crate::settings::{Home, Settings};
use crate::setup::{Setup, TokenCommand};
use crate::ui;

/// Where codexgw's own things are.
pub struct Context {
    /// codexgw's folders.
    pub home: Home,
}

impl Context {
    pub fn new(home: Option<&Path>) -> Result<Self> {
        Ok(Self { home: Home::resolve(home)? })
    }

    pub fn settings(&self) -> Result<Settings> {
        Settings::read(&self.home.settings_file())
    }

    pub fn setup(&self) -> Result<Setup> {
        Setup::load(&self.home, &CodexHome::resolve()?)
    }

    pub fn token_command(&self) -> Result<TokenCommand> {
        TokenCommand::of_this_program(&self.home)
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

pub fn show_diffs(diffs: &[FileDiff]) {
    if diffs.is_empty() {
        ui::note("nothing would change");
    }
    for diff in diffs {
        ui::diff(&diff.unified());
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
