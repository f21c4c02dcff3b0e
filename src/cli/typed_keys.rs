//! Keys that a person types onto the command line by mistake.

use std::ffi::OsString;

use crate::catalog::typed_key_prefixes;
use crate::secret::Secret;
use crate::secret::key_shape::{is_key, words};

/// Makes the redacting printer know what looks like a key on the command line, so that no complaint about it repeats
/// it into a log.
pub fn remember(args: impl Iterator<Item = OsString>) {
    let prefixes = typed_key_prefixes();
    // Known from here on, though nobody keeps it.
    let keep_out_of_sight = |key: &str| drop(Secret::new(key.to_owned()));
    let mut after_key = false;
    for arg in args {
        let arg = arg.to_string_lossy();
        let (name, value) = arg.split_once('=').filter(|_| arg.starts_with('-')).unwrap_or(("", &arg));
        if (after_key && !arg.starts_with('-')) || name == "--key" {
            keep_out_of_sight(value);
        }
        for word in words(&arg).filter(|word| is_key(word, &prefixes)) {
            keep_out_of_sight(word);
            // Names of things are made in small letters.
            keep_out_of_sight(&word.to_lowercase());
        }
        after_key = arg == "--key";
    }
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

    #[test]
    fn keys_of_every_kind_are_known_wherever_they_are_typed() {
        for key in ["AIzaSyTyped0123456789", "0123456789abcdef0123456789typed0", "5ca1ab1e-0000-4000-8000-0123456789ab"]
        {
            remember([format!("X-Custom={key}"), format!("--header=X={key}")].into_iter().map(Into::into));
            assert_eq!(redact(&format!("`{key}`")), "`[redacted]`");
        }
    }
}
