//! The command line: clap types, one file per subcommand, no logic that another door could need.

mod add;
mod address;
mod completions;
mod config;
mod context;
mod default;
mod demo;
mod doctor;
mod explain;
mod gateway;
mod key;
mod left_keys;
mod list;
mod measured;
mod migrate;
mod models;
mod probe;
mod profile;
mod providers;
mod remove;
mod run;
mod token;
mod typed_keys;
mod undo;
mod uninstall;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::ui;

use context::Context;

/// Run OpenAI's Codex CLI on any model of any provider.
#[derive(Debug, Parser)]
#[command(name = "codexgw", version, max_term_width = 100, disable_help_subcommand = true)]
#[command(after_help = "Start here:\n  codexgw demo              see Codex work through codexgw, no key needed\n  \
                        codexgw add openrouter    add a provider\n  \
                        codexgw run               start Codex on it")]
pub struct Cli {
    /// Keep everything that is codexgw's own in DIR
    #[arg(long, global = true, env = "CODEXGW_HOME", value_name = "DIR", hide_env_values = true)]
    home: Option<PathBuf>,

    /// Say on stderr what happens inside; twice and three times for more
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    verbose: u8,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Args),
    Add(Box<add::Args>),
    List(list::Args),
    Providers(providers::Args),
    Models(models::Args),
    Migrate(migrate::Args),
    Run(run::Args),
    Probe(probe::Args),
    Doctor(doctor::Args),
    Explain(explain::Args),
    Use(default::UseArgs),
    Off(default::OffArgs),
    Profile(profile::Args),
    Key(key::Args),
    Remove(remove::Args),
    Config(config::Args),
    Undo(undo::Args),
    Gateway(gateway::Args),
    Token(token::Args),
    Completions(completions::Args),
    Uninstall(uninstall::Args),
}

impl Cli {
    /// Reads this process's command line.
    ///
    /// # Errors
    /// When it is wrong, or asks only for help; says so in clap's words, for [`crate::ui::parser`].
    pub fn read() -> Result<Self, clap::Error> {
        typed_keys::remember(std::env::args_os());
        Self::try_parse()
    }

    /// Runs the command; gives back the exit code.
    ///
    /// # Errors
    /// What the command could not do, as a [`crate::error::Error`]; anything else is a bug of ours.
    pub fn run(self) -> anyhow::Result<u8> {
        ui::log(self.verbose);
        let context = Context::new(self.home.as_deref())?;
        let code = match self.command {
            Command::Demo(args) => args.run(&context),
            Command::Add(args) => args.run(&context),
            Command::List(args) => args.run(&context),
            Command::Providers(args) => args.run(&context),
            Command::Models(args) => args.run(&context),
            Command::Migrate(args) => args.run(&context),
            Command::Run(args) => args.run(&context),
            Command::Probe(args) => args.run(&context),
            Command::Doctor(args) => args.run(&context),
            Command::Explain(args) => args.run(),
            Command::Use(args) => args.run(&context),
            Command::Off(args) => args.run(&context),
            Command::Profile(args) => args.run(&context),
            Command::Key(args) => args.run(&context),
            Command::Remove(args) => args.run(&context),
            Command::Config(args) => args.run(&context),
            Command::Undo(args) => args.run(&context),
            Command::Gateway(args) => args.run(&context),
            Command::Token(args) => args.run(&context),
            Command::Completions(args) => Ok(args.run()),
            Command::Uninstall(args) => args.run(&context),
        }?;
        Ok(code)
    }
}
