//! Questions to a person on a terminal. Nothing here asks when there is no terminal.

use std::io::IsTerminal as _;

use dialoguer::theme::ColorfulTheme;
use dialoguer::{Confirm, FuzzySelect, Input, Password};

use crate::error::{Error, Result};

/// Whether a person can be asked: both standard input and standard error are terminals.
#[must_use]
pub fn possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

fn stopped(e: &dialoguer::Error) -> Error {
    Error::fixable("stopped, nothing was changed").cause(e)
}

/// Asks for a secret without showing what is typed.
pub fn password(question: &str) -> Result<String> {
    Password::with_theme(&ColorfulTheme::default()).with_prompt(question).interact().map_err(|e| stopped(&e))
}

/// Asks for a line of text, offering `default`.
pub fn input(question: &str, default: &str) -> Result<String> {
    Input::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .default(default.to_owned())
        .interact_text()
        .map_err(|e| stopped(&e))
}

/// Asks for one of `items`, searchable; gives its index. The first is offered.
pub fn select(question: &str, items: &[String]) -> Result<usize> {
    FuzzySelect::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .items(items)
        .default(0)
        .max_length(12)
        .interact_opt()
        .map_err(|e| stopped(&e))?
        .ok_or_else(|| Error::fixable("stopped, nothing was changed"))
}

/// Asks yes or no.
pub fn confirm(question: &str, default: bool) -> Result<bool> {
    Confirm::with_theme(&ColorfulTheme::default())
        .with_prompt(question)
        .default(default)
        .interact()
        .map_err(|e| stopped(&e))
}
