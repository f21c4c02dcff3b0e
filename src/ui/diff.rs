//! Unified diffs, coloured on a terminal.

use std::io::Write as _;

use anstyle::{AnsiColor, Style};

use crate::secret::redact::redact;

/// Prints a unified diff on stdout.
pub fn diff(text: &str) {
    let mut out = anstream::stdout().lock();
    for line in text.lines() {
        let style = match line.as_bytes() {
            [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] => Style::new().bold(),
            [b'+', ..] => AnsiColor::Green.on_default(),
            [b'-', ..] => AnsiColor::Red.on_default(),
            [b'@', ..] => AnsiColor::Cyan.on_default(),
            _ => Style::new(),
        };
        let _ = writeln!(out, "{style}{}{style:#}", redact(line));
    }
}
