use clap::Args as ClapArgs;

use crate::config::{Committer, Past};
use crate::error::{Error, Result};
use crate::settings::Settings;
use crate::ui;

use super::context::{Context, say_changed, show_diffs};
use super::left_keys::LeftKey;

/// Put back the files as they were before a change; the last one, unless another is named
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "Examples:\n  codexgw undo            # undoing an undo brings the change back\n  codexgw undo --list\n  codexgw undo 3 --show   \
                  # what change 3 did"
)]
pub struct Args {
    /// The change to undo or to show, by its number
    id: Option<u64>,
    /// List the changes that can be undone
    #[arg(long, conflicts_with_all = ["id", "force", "dry_run"])]
    list: bool,
    /// Show what the change did, and change nothing
    #[arg(long, conflicts_with_all = ["list", "force", "dry_run"])]
    show: bool,
    /// Put the files back even if they were changed since
    #[arg(long)]
    force: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let committer = Committer::new(context.home.state_dir());
        if self.list {
            list(&committer)?;
        } else if self.id.is_none() && committer.list()?.is_empty() {
            return Err(Error::fixable("there is nothing to undo").hint("see what is configured: `codexgw list`"));
        } else if self.show {
            show(&committer, self.id)?;
        } else if self.dry_run {
            let (_, edits) = committer.plan_undo(self.id, self.force)?;
            show_diffs(&committer.preview(&edits)?);
        } else {
            // Settings that do not parse name no keys; putting them back may be what this is for.
            let providers = || Settings::read(&context.home.settings_file()).unwrap_or_default().providers;
            let before = providers();
            let report = committer.undo(self.id, self.force)?;
            say_changed(&report);
            ui::note("undone; keys are as they were");
            LeftKey::say_kept(context, &before, &providers());
        }
        Ok(0)
    }
}

fn show(committer: &Committer, id: Option<u64>) -> Result<()> {
    let (past, diffs) = committer.show(id)?;
    ui::note(format!("change {}, {}: {}", past.id, when(&past), past.label));
    show_diffs(&diffs);
    Ok(())
}

fn when(past: &Past) -> String {
    let at = jiff::Timestamp::from_second(past.at).map(|at| at.strftime("%Y-%m-%d %H:%M UTC").to_string());
    at.unwrap_or_default()
}

fn list(committer: &Committer) -> Result<()> {
    let past = committer.list()?;
    if past.is_empty() {
        ui::note("there is nothing to undo");
        return Ok(());
    }
    let rows = past.iter().map(|past| {
        let files: Vec<_> =
            past.files.iter().filter_map(|file| file.file_name()).map(|n| n.to_string_lossy()).collect();
        vec![past.id.to_string(), when(past), past.label.clone(), files.join(", ")]
    });
    ui::line(ui::table(&["NUMBER", "WHEN", "CHANGE", "FILES"], rows));
    Ok(())
}
