//! The checks, one file each. A new one is a file and a line in [`CHECKS`].

mod codex;
mod codex_home;
mod config_file;
mod daemon;
mod gateway;
mod keys;
mod leaks;
mod model_catalogue;
mod names;
mod old_config;
mod profiles;
mod project;
mod provider;
mod proxy;
mod sessions;
mod settings;
mod templates;
mod token_command;

use super::Check;

/// All checks, in the order in which their findings are told.
pub const CHECKS: &[Check] = &[
    leaks::CHECK,
    codex::CHECK,
    codex_home::CHECK,
    config_file::CHECK,
    settings::CHECK,
    templates::CHECK,
    old_config::CHECK,
    names::CHECK,
    profiles::CHECK,
    project::CHECK,
    model_catalogue::CHECK,
    token_command::CHECK,
    keys::CHECK,
    provider::CHECK,
    gateway::CHECK,
    proxy::CHECK,
    daemon::CHECK,
    sessions::CHECK,
];
