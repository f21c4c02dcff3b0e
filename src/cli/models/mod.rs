mod list;
mod refresh;
mod row;
mod test;

use clap::{Args as ClapArgs, Subcommand};

use crate::error::Result;

use super::context::Context;

/// Show which models there are, what they cost and what they can do
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  codexgw models\n  codexgw models openrouter coder free\n  \
                        codexgw models test openrouter openai/gpt-oss-20b\n  codexgw models refresh --dry-run")]
pub struct Args {
    #[command(subcommand)]
    command: Option<ModelsCommand>,
    #[command(flatten)]
    list: list::Args,
}

#[derive(Debug, Subcommand)]
enum ModelsCommand {
    Test(test::Args),
    Refresh(refresh::Args),
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        crate::secret::forbid_core_dumps();
        match self.command {
            Some(ModelsCommand::Test(args)) => args.run(context),
            Some(ModelsCommand::Refresh(args)) => args.run(context),
            None => self.list.run(context),
        }
    }
}
