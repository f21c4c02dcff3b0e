//! A key as a person gives it, made into one that can be sent.

use crate::error::{Error, Result};

use super::Secret;

/// Trims a key and refuses what cannot be one. Gives warnings about what was odd, none of which shows the key.
/// `prefixes` is what keys of its provider start with, `known` whose keys start with what.
///
/// # Errors
/// When it is empty, or holds characters that no key has.
pub fn clean_key(raw: &str, prefixes: &[String], known: &[(&str, &str)]) -> Result<(Secret, Vec<String>)> {
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
    warnings.extend(odd_prefix(key, prefixes, known));
    Ok((Secret::new(key.to_owned()), warnings))
}

/// What is odd about how a key starts, when its provider's keys start in a way of their own.
fn odd_prefix(key: &str, prefixes: &[String], known: &[(&str, &str)]) -> Option<String> {
    if prefixes.is_empty() {
        return None;
    }
    let own = prefixes.iter().filter(|prefix| key.starts_with(prefix.as_str())).map(String::len).max();
    // Whose it is tells the longest prefix: `sk-or-` is more than the `sk-` of many.
    let longest =
        known.iter().map(|(_, prefix)| prefix).filter(|prefix| key.starts_with(**prefix)).max_by_key(|p| p.len());
    let owners: Vec<&str> = known.iter().filter(|(_, p)| Some(p) == longest).map(|(owner, _)| *owner).collect();
    match (own, longest, &owners[..]) {
        (own, Some(prefix), [owner]) if own.is_none_or(|own| own < prefix.len()) => {
            Some(format!("this looks like a key of {owner}, whose keys start with `{prefix}`"))
        }
        (Some(_), ..) => None,
        (None, ..) => {
            let usual: Vec<String> = prefixes.iter().map(|prefix| format!("`{prefix}`")).collect();
            Some(format!("keys of this provider usually start with {}; this one does not", usual.join(" or ")))
        }
    }
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
            let (key, said) = clean_key(raw, &["sk-".to_owned()], &[]).unwrap_or_else(|e| panic!("{raw:?}: {e}"));
            assert_eq!((key.expose(), said.len()), ("sk-abc123", warnings), "{raw:?}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_repeating_it() {
        for raw in
            ["", "  \n", "\"\"", "\"", "Bearer ", "sk-a\"b", "'sk-ab", "sk-abc def", "sk-a\nsk-b", "sk-…", "sk-\u{7f}x"]
        {
            let Err(error) = clean_key(raw, &[], &[]) else { panic!("{raw:?} was taken") };
            assert!(!error.to_string().contains("sk-"), "{error}");
        }
    }

    #[test]
    fn a_foreign_prefix_is_only_a_warning() {
        let known = [("DeepSeek", "sk-"), ("LiteLLM", "sk-"), ("Groq", "gsk_"), ("OpenRouter", "sk-or-")];
        for (key, own, said) in [
            ("gsk_123456789", "sk-or-", "this looks like a key of Groq, whose keys start with `gsk_`"),
            ("sk-or-123456789", "sk-", "this looks like a key of OpenRouter, whose keys start with `sk-or-`"),
            ("sk-123456789", "sk-or-", "keys of this provider usually start with `sk-or-`; this one does not"),
            ("123456789", "gsk_", "keys of this provider usually start with `gsk_`; this one does not"),
            ("sk-123456789", "sk-", ""),
            ("sk-or-123456789", "sk-or-", ""),
        ] {
            let (_, warnings) = clean_key(key, &[own.to_owned()], &known).unwrap_or_else(|e| panic!("{key}: {e}"));
            assert_eq!(warnings.join("; "), said, "{key} for {own}");
        }
        let (_, warnings) = clean_key("gsk_123456789", &[], &known).unwrap_or_else(|e| panic!("{e}"));
        assert!(warnings.is_empty(), "a provider whose keys are unknown may have any: {warnings:?}");
    }
}
