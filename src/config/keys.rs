//! The keys of a statement, as they are spelled.

use std::ops::Range;

/// Where each key of a header or of a key-value line stands, quotes included. `start` is where the line begins.
pub(crate) fn spelled(text: &str, start: usize) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let blank = |at: usize| matches!(bytes.get(at), Some(b' ' | b'\t'));
    let mut at = start;
    let skip = |at: &mut usize| {
        while blank(*at) {
            *at += 1;
        }
    };
    skip(&mut at);
    while bytes.get(at) == Some(&b'[') {
        at += 1;
        skip(&mut at);
    }
    let mut keys = Vec::new();
    loop {
        skip(&mut at);
        let from = at;
        match bytes.get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                at += 1;
                while let Some(byte) = bytes.get(at).filter(|byte| *byte != quote && **byte != b'\n') {
                    at += if *byte == b'\\' && *quote == b'"' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            _ => {
                while bytes.get(at).is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
                    at += 1;
                }
            }
        }
        if at == from {
            return keys;
        }
        keys.push(from..at);
        skip(&mut at);
        if bytes.get(at) != Some(&b'.') {
            return keys;
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::spelled;

    #[test]
    fn keys_are_found_in_every_spelling() {
        for (line, keys) in [
            ("model = 1", vec!["model"]),
            ("  [a . \"b.c\" .'d\\']  # x", vec!["a", "\"b.c\"", "'d\\'"]),
            ("[[ x.y ]]", vec!["x", "y"]),
            ("\"a\\\"b\".c='d'", vec!["\"a\\\"b\"", "c"]),
        ] {
            let found: Vec<&str> = spelled(line, 0).into_iter().map(|range| &line[range]).collect();
            assert_eq!(found, keys, "{line}");
        }
    }
}
