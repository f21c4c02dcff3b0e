//! codexgw lets a person who uses OpenAI's Codex CLI run it on any model of any provider.

pub mod catalog;
pub mod cli;
pub mod codex;
pub mod config;
pub mod error;
pub mod gateway;
pub mod launch;
pub mod probe;
pub mod protocol;
pub mod secret;
pub mod settings;
pub mod ui;
