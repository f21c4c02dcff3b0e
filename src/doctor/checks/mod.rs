//! The checks, one file each. A new one is a file and a line in [`CHECKS`].

mod base_url;
mod built_in;
mod codex;
mod codex_doctor;
mod codex_home;
mod config_file;
mod daemon;
mod gateway;
mod keys;
mod leaks;
mod login;
mod model_catalogue;
mod models;
mod names;
mod old_config;
mod profiles;
mod project;
mod provider;
mod proxy;
mod route;
mod sessions;
mod settings;
mod slip;
mod templates;
mod token_command;
mod web_search;

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
    base_url::CHECK,
    names::CHECK,
    profiles::CHECK,
    project::CHECK,
    model_catalogue::CHECK,
    models::CHECK,
    route::CHECK,
    web_search::CHECK,
    token_command::CHECK,
    keys::CHECK,
    provider::CHECK,
    built_in::CHECK,
    gateway::CHECK,
    proxy::CHECK,
    daemon::CHECK,
    codex_doctor::CHECK,
    login::CHECK,
    sessions::CHECK,
];
