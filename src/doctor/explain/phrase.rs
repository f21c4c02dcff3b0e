//! Words that tell a cause, as the tables write them.
//!
//! A `*` stands for anything of some length, a `^` in front for the beginning of what was said, a `$` for its end.
//! Letter case, spaces and quotes do not matter.

use super::pasted::letters;

/// The most bytes that a `*` stands for.
const GAP: usize = 240;

/// Words to look for.
pub struct Phrase {
    is_beginning: bool,
    is_end: bool,
    parts: Vec<String>,
}

impl Phrase {
    pub fn new(written: &str) -> Self {
        let text = written.strip_prefix('^').unwrap_or(written);
        let bare = text.strip_suffix('$').unwrap_or(text);
        Self {
            is_beginning: text.len() < written.len(),
            is_end: bare.len() < text.len(),
            parts: bare.split('*').map(letters).collect(),
        }
    }

    /// Whether a text says it. Both are nothing but letters.
    pub fn is_in(&self, text: &str) -> bool {
        let Some((first, rest)) = self.parts.split_first() else { return false };
        if self.is_beginning {
            return text.strip_prefix(first.as_str()).is_some_and(|text| self.goes_on(text, rest));
        }
        text.match_indices(first.as_str()).any(|(at, _)| self.goes_on(&text[at + first.len()..], rest))
    }

    fn goes_on(&self, text: &str, parts: &[String]) -> bool {
        let Some((part, rest)) = parts.split_first() else {
            return !self.is_end || text.trim_end_matches('.').is_empty();
        };
        let near = text.match_indices(part.as_str()).take_while(|(at, _)| *at <= GAP);
        near.map(|(at, _)| &text[at + part.len()..]).any(|text| self.goes_on(text, rest))
    }

    /// Whether a text is a piece of it.
    pub fn holds(&self, text: &str) -> bool {
        self.parts.iter().any(|part| part.contains(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_found_as_it_is_written() {
        for (phrase, text, is_in) in [
            ("idle timeout", "the Idle\n\"time out\"", true),
            ("model * not found", "model `m1` not found", true),
            ("model * not found", "not found: model", false),
            ("a * b * c", "a b a c", true),
            ("^no file", "no file here", true),
            ("^no file", "there is no file", false),
            ("no file$", "there is no file.", true),
            ("no file$", "there is no file here", false),
            ("^no file$", "no file", true),
            ("model`s", "model\u{2019}s", true),
        ] {
            assert_eq!(Phrase::new(phrase).is_in(&letters(text)), is_in, "{phrase} in {text}");
        }
        let far = format!("model {} not found", "x".repeat(GAP + 1));
        assert!(!Phrase::new("model * not found").is_in(&letters(&far)));
    }

    #[test]
    fn a_piece_may_be_of_any_part() {
        let phrase = Phrase::new("model metadata for * not found. defaulting");
        assert!(phrase.holds(&letters("Model metadata")) && phrase.holds(&letters("not found. Def")));
        assert!(!phrase.holds(&letters("metadata for m1 not found")));
    }
}
