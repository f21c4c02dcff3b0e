mod by_hand;
mod files;
mod from;

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum as _};

use crate::error::Result;
use crate::migrate::Spoken;
use crate::settings::Wire;

use super::add::{StoreChoice, WireChoice};
use super::context::Context;

use from::{From, Options};

/// Mend what today's Codex refuses or ignores in your files, or take over the providers of another tool
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw migrate                      # shows what it found, and asks\n  \
                        codexgw migrate --dry-run\n  codexgw migrate --speaks lab=chat\n  \
                        codexgw migrate --from cc-switch\n  \
                        codexgw migrate --from litellm --path proxy/config.yaml\n  codexgw migrate --from env --yes")]
pub struct Args {
    /// Set up here the providers that another tool holds
    #[arg(long, value_name = "TOOL")]
    from: Option<From>,
    /// The tool's file, when it is not where the tool keeps it
    #[arg(long, value_name = "FILE", requires = "from")]
    path: Option<PathBuf>,
    /// What a provider of your own really speaks, such as `lab=chat`; it is put behind the gateway, which translates
    #[arg(long, value_name = "PROVIDER=WIRE", value_parser = spoken, conflicts_with = "from")]
    speaks: Vec<(String, Wire)>,
    /// The model to start with, where your files name none for it
    #[arg(long, requires = "speaks")]
    model: Option<String>,
    /// Move what this project's `.codex/config.toml` says of providers to your own files, too; read it first
    #[arg(long, conflicts_with = "from")]
    project: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking
    #[arg(long)]
    yes: bool,
    /// Where to keep the keys
    #[arg(long, value_name = "STORE", default_value = "keyring")]
    store: StoreChoice,
    /// Ask the other tool's providers nothing
    #[arg(long, requires = "from")]
    no_probe: bool,
    /// Print what was found as JSON; changes something only with --yes
    #[arg(long, conflicts_with = "from")]
    json: bool,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        crate::secret::forbid_core_dumps();
        let Self { from, path, speaks, model, project, dry_run, yes, store, no_probe, json } = self;
        match from {
            Some(from) => from::run(context, from, &Options { path, dry_run, yes, store, probe: !no_probe }),
            None => {
                let spoken = |(provider, wire)| Spoken { provider, wire, model: model.clone() };
                let spoken = speaks.into_iter().map(spoken).collect();
                files::run(context, &files::Options { dry_run, yes, json, store: store.into(), project, spoken })
            }
        }
    }
}

fn spoken(words: &str) -> std::result::Result<(String, Wire), String> {
    let (provider, wire) = words.split_once('=').ok_or("it is written `PROVIDER=WIRE`")?;
    let wire = WireChoice::from_str(wire, true).ok().and_then(WireChoice::wanted);
    let wire = wire.ok_or("the wire is `responses`, `chat`, `messages` or `gemini`")?;
    Ok((provider.to_owned(), wire))
}
