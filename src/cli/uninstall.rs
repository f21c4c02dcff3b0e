use clap::Args as ClapArgs;

use crate::error::{Error, Result};
use crate::{gateway, ui};

use super::context::{Context, commit_or_show, say_changed};
use super::left_keys::LeftKey;

/// Take out everything: keys, provider tables, profiles, settings, the gateway
#[derive(Debug, ClapArgs)]
#[command(after_help = "Example:\n  codexgw uninstall --dry-run\n  codexgw uninstall --yes")]
pub struct Args {
    /// Do not ask
    #[arg(long, short = 'y')]
    yes: bool,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let mut setup = context.setup()?;
        let providers = setup.settings.providers.clone();
        if !self.dry_run && !self.yes {
            if !ui::prompt::possible() {
                return Err(Error::fixable("everything is taken out only on a yes")
                    .hint("say it: `codexgw uninstall --yes`, or look first: `codexgw uninstall --dry-run`"));
            }
            let question =
                format!("Take out {} with keys, tables and profiles?", ui::plural(providers.len(), "provider"));
            if !ui::prompt::confirm(&question, false)? {
                return Err(Error::fixable("stopped, nothing was changed"));
            }
        }
        setup.remove_everything()?;
        let Some(report) = commit_or_show(&setup, "uninstall", self.dry_run)? else { return Ok(0) };
        say_changed(&report);
        let forgotten = providers.iter().flat_map(|(id, provider)| LeftKey::forget(context, id, provider));
        let left: Vec<LeftKey> = forgotten.collect();
        // At once: nothing that goes wrong from here on may hide which keys are left.
        LeftKey::say(&left);
        gateway::stop(&context.home)?;
        for gone in context.home.erase()? {
            ui::note(format!("  removed {}", gone.display()));
        }
        if !left.is_empty() {
            // The commands that were named need nothing of what is gone.
            return Err(Error::secret_store(format!("{} could not be deleted", ui::plural(left.len(), "key")))
                .cause("all else of codexgw is taken out")
                .hint("unlock or start the keyring, then run the commands above"));
        }
        ui::note("codexgw has left Codex as it found it; remove the program itself the way you installed it");
        Ok(0)
    }
}
