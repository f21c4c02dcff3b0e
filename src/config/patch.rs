//! Byte replacements in a text.

use std::ops::Range;

/// Replacements of ranges of one text, in order and apart from each other.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Patch(Vec<(Range<usize>, String)>);

impl Patch {
    /// One replacement; nothing when it would change no byte.
    pub(crate) fn one(range: Range<usize>, text: impl Into<String>) -> Self {
        Self(vec![(range, text.into())])
    }

    /// An insertion.
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::one(at..at, text)
    }

    /// A removal.
    pub(crate) fn remove(range: Range<usize>) -> Self {
        Self::one(range, "")
    }

    /// Adds a replacement behind all others.
    pub(crate) fn push(&mut self, range: Range<usize>, text: impl Into<String>) {
        self.0.push((range, text.into()));
    }

    /// Whether there is nothing to replace.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text after the replacements; nothing when a range does not fit the text, or when a byte outside the ranges
    /// came out differently.
    pub(crate) fn apply(&self, text: &str) -> Option<String> {
        let mut out = String::with_capacity(text.len() + 256);
        let mut kept = 0;
        for (range, replacement) in &self.0 {
            out.push_str(text.get(kept..range.start)?);
            out.push_str(replacement);
            kept = range.end;
        }
        out.push_str(text.get(kept..)?);
        self.keeps_the_rest(text, &out).then_some(out)
    }

    fn keeps_the_rest(&self, old: &str, new: &str) -> bool {
        let (mut old_at, mut new_at) = (0, 0);
        for (range, replacement) in &self.0 {
            let Some(length) = range.start.checked_sub(old_at) else { return false };
            if old.get(old_at..range.start) != new.get(new_at..new_at + length) {
                return false;
            }
            old_at = range.end;
            new_at += length + replacement.len();
        }
        old.get(old_at..) == new.get(new_at..)
    }
}
