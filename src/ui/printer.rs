//! The only place that prints: results on stdout, everything about them on stderr, both without secrets.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use crate::error::Error;
use crate::secret::redact::redact;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default().bold();

/// Prints a line of the result on stdout. A reader that went away (`| head`) is no error.
pub fn line(text: impl AsRef<str>) {
    let _ = writeln!(anstream::stdout().lock(), "{}", redact(text.as_ref()));
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
    let _ = writeln!(anstream::stderr().lock(), "{}", redact(text.as_ref()));
}

/// Prints a warning on stderr, with the command that helps when there is one.
pub fn warn(text: impl AsRef<str>, hint: Option<&str>) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{WARNING}warning:{WARNING:#} {}", redact(text.as_ref()));
    if let Some(hint) = hint {
        let _ = writeln!(err, "{HINT}hint:{HINT:#} {}", redact(hint));
    }
}

/// Prints an error on stderr: what, why, and the command that mends it.
pub fn error(error: &Error) {
    let mut err = anstream::stderr().lock();
    let _ = writeln!(err, "{ERROR}error:{ERROR:#} {}", redact(error.message()));
    for cause in error.causes() {
        let _ = writeln!(err, "cause: {}", redact(cause));
    }
    for hint in error.hints() {
        let _ = writeln!(err, "{HINT}hint:{HINT:#} {}", redact(hint));
    }
}
