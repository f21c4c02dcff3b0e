//! Text that others wrote, made fit to be quoted.

use serde_json::Value;

use crate::protocol::Words;

/// Longest quotation, in characters.
const LONGEST: usize = 200;

/// One line of foreign text without control characters, cut at [`LONGEST`].
pub fn quote(text: &str) -> String {
    let printable: String = text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
    let words: Vec<_> = printable.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let mut cut: String = line.chars().take(LONGEST - 1).collect();
    cut.push('…');
    cut
}

/// The provider's own words in an error body: `error.message` and its usual variants, else the text itself.
pub fn error_words(body: &str) -> String {
    let Ok(json) = serde_json::from_str::<Value>(body) else { return quote(body) };
    // FastAPI says beside the words what they are about, as the way to it.
    let field = json.pointer("/detail/0/loc").and_then(Value::as_array).filter(|way| way.len() > 1);
    let field = field.and_then(|way| way.iter().skip(1).find_map(Value::as_str));
    if let Some(words) = json.pointer("/detail/0/msg").and_then(Value::as_str) {
        return quote(&field.map_or_else(|| words.to_owned(), |field| format!("{field}: {words}")));
    }
    let words = Words::of(&json).message;
    quote(if words.is_empty() { body } else { &words })
}

/// Whether a character leaves the terminal as it is: no controls, nothing that turns the direction of the text.
fn is_plain(c: char) -> bool {
    let turns = matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !turns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_one_plain_line() {
        assert_eq!(quote("a\u{1b}[31mb\r\n\tc\u{202e}d"), "a [31mb c d");
        assert_eq!(quote("  "), "");
        let long = quote(&"é".repeat(500));
        assert_eq!((long.chars().count(), long.ends_with("é…")), (200, true));
        assert_eq!(quote(&"x".repeat(200)), "x".repeat(200));
    }

    #[test]
    fn the_words_are_found_wherever_providers_put_them() {
        for (body, words) in [
            (r#"{"error":{"message":"no\u001b key","type":"x"}}"#, "no key"),
            (r#"{"error":"no key"}"#, "no key"),
            (r#"{"message":"no key"}"#, "no key"),
            (r#"{"detail":"no key"}"#, "no key"),
            (r#"{"detail":[{"msg":"no key","loc":["body"]}]}"#, "no key"),
            (r#"{"detail":[{"msg":"no key","loc":["body","k",0]}]}"#, "k: no key"),
            (r#"{"object":"error","message":"no key"}"#, "no key"),
            (r#"[{"error":{"code":400,"message":"no key"}}]"#, "no key"),
            (r#"{"error":{"message":"no","metadata":{"raw":"as the host says"}}}"#, "no: as the host says"),
            (r#"{"success":false,"errors":[{"code":1,"message":"no key"}]}"#, "no key"),
            (r#""no key""#, "no key"),
            (r#"{"code":7}"#, r#"{"code":7}"#),
            ("plain words\n", "plain words"),
            ("", ""),
        ] {
            assert_eq!(error_words(body), words, "{body}");
        }
    }
}
