//! The only place that prints: results on stdout, everything about them on stderr, both without secrets.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use crate::error::Error;
use crate::secret::redact::Redacting;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Prints a line of the result on stdout. A reader that went away (`| head`) is no error.
pub fn line(text: impl AsRef<str>) {
    let _ = writeln!(Redacting::new(anstream::stdout().lock()), "{}", text.as_ref());
}

/// Prints a JSON document on stdout.
pub fn json(value: &impl serde::Serialize) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(text),
        Err(e) => error(&Error::bug("cannot write the result as JSON").cause(e)),
    }
}

/// Prints a line of progress or explanation on stderr.
pub fn note(text: impl AsRef<str>) {
    let _ = writeln!(stderr(), "{}", text.as_ref());
}

/// Prints a warning on stderr, with the command that helps when there is one.
pub fn warn(text: impl AsRef<str>, hint: Option<&str>) {
    let mut err = stderr();
    let _ = writeln!(err, "{WARNING}warning:{WARNING:#} {}", text.as_ref());
    if let Some(hint) = hint {
        let _ = writeln!(err, "{HINT}hint:{HINT:#} {hint}");
    }
}

/// Prints the command that helps on stderr.
pub fn hint(text: impl AsRef<str>) {
    let _ = writeln!(stderr(), "{HINT}hint:{HINT:#} {}", text.as_ref());
}

/// Prints an error on stderr: what, why, and the command that mends it.
pub fn error(error: &Error) {
    let mut err = stderr();
    let _ = writeln!(err, "{ERROR}error:{ERROR:#} {}", error.message());
    for cause in error.causes() {
        let _ = writeln!(err, "cause: {cause}");
    }
    for hint in error.hints() {
        let _ = writeln!(err, "{HINT}hint:{HINT:#} {hint}");
    }
}

/// Prints what the command line's own parser has to say: help on stdout, mistakes on stderr.
pub fn parser(said: &clap::Error) {
    let text = said.render().ansi().to_string();
    let _ = if said.use_stderr() {
        write!(stderr(), "{text}")
    } else {
        write!(Redacting::new(anstream::stdout().lock()), "{text}")
    };
}

/// Where everything about results goes, without secrets.
fn stderr() -> Redacting<anstream::AutoStream<std::io::StderrLock<'static>>> {
    Redacting::new(anstream::stderr().lock())
}
