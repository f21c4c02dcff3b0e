//! `codexgw config`: find, see and edit Codex's configuration and our own.

mod check;
mod edit;
mod editor;
mod path;
mod show;

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, Subcommand};

use crate::codex::CodexHome;
use crate::config::{self, FileError};
use crate::error::Result;
use crate::settings;
use crate::ui;

use super::context::Context;

/// Find, see and edit Codex's config.toml, profile files, and codexgw's own settings
#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  codexgw config show                  # without keys\n  \
                        codexgw config edit                  # Codex has to accept it before it is saved\n  \
                        codexgw config edit --profile fast\n  codexgw config path --settings")]
pub struct Args {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print where the file is
    Path {
        #[command(flatten)]
        selector: Selector,
        /// Print where all files are, as JSON
        #[arg(long, conflicts_with_all = ["settings", "profile"])]
        json: bool,
    },
    /// Print the file, credentials left out
    Show {
        #[command(flatten)]
        selector: Selector,
    },
    /// Open the file in `$VISUAL` or `$EDITOR`; save it only if Codex accepts it
    Edit {
        #[command(flatten)]
        selector: Selector,
    },
    /// Print the JSON Schema of codexgw's settings
    Schema,
}

/// Which file: Codex's config.toml, unless told otherwise.
#[derive(Debug, ClapArgs)]
struct Selector {
    /// codexgw's own settings instead
    #[arg(long, conflicts_with = "profile")]
    settings: bool,
    /// The file of this profile instead
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
}

/// One of the files, found.
#[derive(Debug)]
struct ConfigFile {
    path: PathBuf,
    kind: Kind,
}

/// Whose it is.
#[derive(Debug)]
enum Kind {
    Codex,
    Profile(CodexHome, String),
    Settings,
}

impl Args {
    pub fn run(self, context: &Context) -> Result<u8> {
        match self.command {
            ConfigCommand::Path { json: true, .. } => path::print_all(context),
            ConfigCommand::Path { selector, .. } => {
                ui::line(selector.find(context)?.path.display().to_string());
                Ok(0)
            }
            ConfigCommand::Show { selector } => show::show(&selector.find(context)?),
            ConfigCommand::Edit { selector } => edit::edit(context, &selector.find(context)?),
            ConfigCommand::Schema => {
                ui::json(&settings::schema());
                Ok(0)
            }
        }
    }
}

impl Selector {
    fn find(self, context: &Context) -> Result<ConfigFile> {
        if self.settings {
            return Ok(ConfigFile { path: context.home.settings_file(), kind: Kind::Settings });
        }
        let home = CodexHome::resolve()?;
        Ok(match self.profile {
            Some(name) => ConfigFile { path: home.profile_file(&name)?, kind: Kind::Profile(home, name) },
            None => ConfigFile { path: home.config_file(), kind: Kind::Codex },
        })
    }
}

impl ConfigFile {
    /// The command that edits this file.
    fn edit_command(&self) -> String {
        match &self.kind {
            Kind::Codex => "codexgw config edit".to_owned(),
            Kind::Profile(_, name) => format!("codexgw config edit --profile {name}"),
            Kind::Settings => "codexgw config edit --settings".to_owned(),
        }
    }

    /// What a copy of it is called that could not be saved.
    fn draft_name(&self) -> String {
        match &self.kind {
            Kind::Codex => "config.toml".to_owned(),
            Kind::Profile(_, name) => format!("{name}.config.toml"),
            Kind::Settings => "settings.toml".to_owned(),
        }
    }

    /// What it holds; nothing when it is not there.
    fn read(&self) -> Result<Option<Vec<u8>>> {
        read(&self.path)
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    config::read(path).map_err(FileError::on_reading)
}
