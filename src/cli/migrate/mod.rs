mod from;

use std::path::PathBuf;

use clap::Args as ClapArgs;

use crate::error::Result;

use super::add::StoreChoice;
use super::context::Context;

use from::{From, Options};

/// Set up here the providers that another tool holds
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw migrate --from cc-switch --dry-run\n  \
                        codexgw migrate --from litellm --path proxy/config.yaml\n  codexgw migrate --from env --yes")]
pub struct Args {
    /// Where they are now
    #[arg(long, value_name = "TOOL")]
    from: From,
    /// The tool's file, when it is not where the tool keeps it
    #[arg(long, value_name = "FILE")]
    path: Option<PathBuf>,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// Where to keep the keys
    #[arg(long, value_name = "STORE", default_value = "keyring")]
    store: StoreChoice,
    /// Ask the providers nothing
    #[arg(long)]
    no_probe: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        let Self { from, path, dry_run, yes, store, no_probe } = self;
        from::run(context, from, &Options { path, dry_run, yes, store, probe: !no_probe })
    }
}
