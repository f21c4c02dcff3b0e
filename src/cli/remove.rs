use clap::Args as ClapArgs;

use crate::codex::sessions;
use crate::error::{Error, Result};
use crate::gateway::Learned;
use crate::settings::Road;
use crate::ui;

use super::context::{Context, commit_or_show, say_changed};
use super::left_keys::LeftKey;

/// Remove a provider: its key, its settings, its profiles and its table in Codex's configuration
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw remove openrouter")]
pub struct Args {
    /// The provider, as `codexgw list` shows it
    id: String,
    /// Do not ask
    #[arg(long, short = 'y')]
    yes: bool,
    /// Leave a direct provider's table in config.toml, so that its sessions can be resumed
    #[arg(long)]
    keep_table: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut setup = context.setup()?;
        let provider = setup.provider_mut(&self.id)?.clone();
        let has_table = setup.config_has(&["model_providers", &self.id]) && setup.table_is_ours(&self.id);
        setup.remove_provider(&self.id, self.keep_table)?;
        if !self.dry_run && !self.yes {
            let lost = if has_table && !self.keep_table { sessions::count(setup.codex_home(), &self.id) } else { 0 };
            if !self.agreed(lost)? {
                return Err(Error::fixable("stopped, nothing was changed"));
            }
        }
        let Some(report) = commit_or_show(&setup, &format!("remove {}", self.id), self.dry_run)? else {
            return Ok(0);
        };
        LeftKey::say(&LeftKey::forget(context, &self.id, &provider));
        let mut learned = Learned::read(&context.home);
        if learned.forget(&self.id) {
            learned.write(&context.home)?;
        }
        say_changed(&report);
        ui::note(format!("`{}` is gone", self.id));
        if provider.road == Road::Gateway {
            ui::note("the table of the gateway stays, so that sessions can be resumed on another model");
        }
        Ok(0)
    }

    fn agreed(&self, lost: usize) -> Result<bool> {
        if !ui::prompt::possible() {
            return Err(Error::fixable(format!("`{}` is removed only on a yes", self.id))
                .hint(format!("say it: `codexgw remove {} --yes`", self.id)));
        }
        if lost > 0 {
            ui::warn(
                format!("Codex cannot resume {} made with `{}` afterwards", ui::plural(lost, "session"), self.id),
                Some(&format!("keep its table: `codexgw remove {} --keep-table`", self.id)),
            );
        }
        ui::prompt::confirm(&format!("Remove `{}` with its key and profiles?", self.id), false)
    }
}
