//! Keys that a person types onto the command line by mistake.

use std::ffi::OsString;

use crate::catalog;
use crate::secret::Secret;

/// Shorter words are no keys, whatever they start with.
const SHORTEST: usize = 16;

/// Makes the redacting printer know what looks like a key on the command line, so that no complaint about it repeats
/// it into a log.
pub fn remember(args: impl Iterator<Item = OsString>) {
    let mut after_key = false;
    for arg in args {
        let arg = arg.to_string_lossy();
        let (name, value) = arg.split_once('=').filter(|_| arg.starts_with('-')).unwrap_or(("", &arg));
        if (after_key && !arg.starts_with('-')) || name == "--key" || looks_like_key(value) {
            // Known from here on, though nobody keeps it.
            drop(Secret::new(value.to_owned()));
        }
        after_key = arg == "--key";
    }
}

fn looks_like_key(word: &str) -> bool {
    let starts = |prefix: &str| word.starts_with(prefix);
    word.len() >= SHORTEST && (starts("sk-") || catalog::key_prefixes().into_iter().any(|(_, prefix)| starts(prefix)))
}

#[cfg(test)]
mod tests {
    use super::remember;
    use crate::secret::redact::redact;

    #[test]
    fn keys_on_a_command_line_are_not_repeated() {
        let typed = ["codexgw", "add", "sk-typed-0123456789", "--id=gsk_typed0123456789", "--key", "anything-typed"];
        remember(typed.into_iter().chain(["--key=otherwise-typed", "--model", "sk-short"]).map(Into::into));
        for (said, shown) in [
            ("unknown sk-typed-0123456789", "unknown [redacted]"),
            ("`gsk_typed0123456789`", "`[redacted]`"),
            ("anything-typed otherwise-typed", "[redacted] [redacted]"),
            ("sk-short codexgw --model", "sk-short codexgw --model"),
        ] {
            assert_eq!(redact(said), shown);
        }
    }
}
