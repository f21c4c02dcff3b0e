//! A key as a person gives it, made into one that can be sent.

use crate::error::{Error, Result};

use super::Secret;

/// Trims a key and refuses what cannot be one. Gives warnings about what was odd, none of which shows the key.
///
/// # Errors
/// When it is empty, or holds characters that no key has.
pub fn clean_key(raw: &str, prefixes: &[String]) -> Result<(Secret, Vec<String>)> {
    let mut warnings = Vec::new();
    let mut key = raw.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    // Until nothing comes off any more: people paste `"Bearer …"` as well as `Bearer "…"`.
    loop {
        if let Some(inner) = unquoted(key) {
            key = inner;
            warnings.push("the quotes around the key were taken off".to_owned());
        } else if let Some(inner) = without_bearer(key) {
            key = inner;
            warnings.push("`Bearer` in front of the key was taken off".to_owned());
        } else {
            break;
        }
    }
    let refuse =
        |what: &str| Err(Error::fixable(what).hint("copy the key once more, alone and whole, and give it again"));
    if key.is_empty() {
        return refuse("the key is empty");
    }
    if key.chars().any(char::is_control) {
        return refuse("the key holds a line break or another control character");
    }
    if key.chars().any(char::is_whitespace) {
        return refuse("the key holds a space, so it is more than a key");
    }
    if key.contains(['"', '\'', '`']) {
        return refuse("the key holds a quote, so it is more than a key, or less");
    }
    if !key.is_ascii() {
        return refuse("the key holds a character that keys do not have, such as `…` or a typographic quote");
    }
    if !prefixes.is_empty() && !prefixes.iter().any(|prefix| key.starts_with(prefix.as_str())) {
        let known: Vec<String> = prefixes.iter().map(|prefix| format!("`{prefix}`")).collect();
        warnings.push(format!("keys of this provider usually start with {}; this one does not", known.join(" or ")));
    }
    Ok((Secret::new(key.to_owned()), warnings))
}

fn unquoted(key: &str) -> Option<&str> {
    let strip = |quote| key.strip_prefix(quote)?.strip_suffix(quote);
    ['"', '\'', '`'].into_iter().find_map(strip).map(str::trim)
}

fn without_bearer(key: &str) -> Option<&str> {
    let (word, rest) = key.split_at_checked("bearer".len())?;
    let alone = rest.is_empty() || rest.starts_with(char::is_whitespace);
    (alone && word.eq_ignore_ascii_case("bearer")).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::clean_key;

    #[test]
    fn what_is_pasted_around_a_key_comes_off() {
        for (raw, warnings) in [
            ("sk-abc123\n", 0),
            ("  sk-abc123\r\n", 0),
            ("\"sk-abc123\"", 1),
            ("'Bearer sk-abc123'", 2),
            ("bearer sk-abc123", 1),
            ("Bearer\t\"sk-abc123\"", 2),
            ("`sk-abc123`", 1),
            ("\u{feff}sk-abc123", 0),
        ] {
            let (key, said) = clean_key(raw, &["sk-".to_owned()]).unwrap_or_else(|e| panic!("{raw:?}: {e}"));
            assert_eq!((key.expose(), said.len()), ("sk-abc123", warnings), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_repeating_it() {
        for raw in
            ["", "  \n", "\"\"", "\"", "Bearer ", "sk-a\"b", "'sk-ab", "sk-abc def", "sk-a\nsk-b", "sk-…", "sk-\u{7f}x"]
        {
            let Err(error) = clean_key(raw, &[]) else { panic!("{raw:?} was taken") };
            assert!(!error.to_string().contains("sk-"), "{error}");
        }
    }

    #[test]
    fn a_foreign_prefix_is_only_a_warning() {
        let (_, said) = clean_key("gsk_123456789", &["sk-or-".to_owned()]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(said.len(), 1);
        assert!(!said[0].contains("gsk_"), "{}", said[0]);
    }
}
