//! What an answer rests on: pages, and the stretches of text that rest on each.

use std::ops::Range;

use super::chunk::{Grounding, Segment, Source};
use crate::protocol::ir::Delta;
use crate::protocol::lenient::{TextOr, read};

/// The pages of one answer, each named once for every stretch that rests on it.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources(Vec<Page>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    url: String,
    title: String,
    /// The whole text when none is told.
    stretch: Option<Stretch>,
}

/// A stretch of the text as it was told: its bytes, and its words, which are told on most roads.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stretch {
    bytes: Range<usize>,
    words: String,
}

impl Sources {
    /// Takes what is said with one chunk of the answer; the same may be said again with later ones.
    pub(super) fn add(&mut self, grounding: Grounding<'_>) {
        let TextOr::List(sources) = grounding.grounding_chunks else { return };
        let mut told = Vec::new();
        if let TextOr::List(supports) = grounding.grounding_supports {
            for support in supports {
                let indices = read::<Vec<usize>>(support.grounding_chunk_indices).unwrap_or_default();
                let Some(segment) = support.segment else { continue };
                for source in indices.iter().filter_map(|index| sources.get(*index)) {
                    self.push(source, Some(Stretch::from(&segment)));
                }
                told.extend(indices);
            }
        }
        for (_, source) in sources.iter().enumerate().filter(|(index, _)| !told.contains(index)) {
            self.push(source, None);
        }
    }

    fn push(&mut self, source: &Source<'_>, stretch: Option<Stretch>) {
        let Some(page) = &source.web else { return };
        let (url, title) = (page.uri.as_str().to_owned(), page.title.as_str().to_owned());
        if stretch.is_some() {
            // Where it is used is told at last.
            self.0.retain(|known| known.url != url || known.stretch.is_some());
        }
        let is_known = |known: &Page| known.url == url && (stretch.is_none() || known.stretch == stretch);
        if !url.is_empty() && !self.0.iter().any(is_known) {
            self.0.push(Page { url, title, stretch });
        }
    }

    /// Names the pages that this text rests on, now that it is whole. Without text there is no place for them.
    pub(super) fn cite(&mut self, text: &str, out: &mut Vec<Delta>) {
        if text.is_empty() {
            return;
        }
        for Page { url, title, stretch } in self.0.drain(..) {
            let stretch = stretch.and_then(|stretch| stretch.within(text)).unwrap_or(0..text.len());
            let length = text[stretch.clone()].chars().count();
            let behind = text[stretch.end..].chars().count();
            out.push(Delta::Citation { url, title, length, behind });
        }
    }
}

impl Stretch {
    /// Where it is in this text. The bytes are counted from the beginning of the answer, so behind a tool call the words
    /// alone tell.
    fn within(self, text: &str) -> Option<Range<usize>> {
        let words = self.words.as_str();
        let found = text.get(self.bytes.clone()).filter(|found| !found.is_empty());
        if found.is_some_and(|found| words.is_empty() || found == words) {
            return Some(self.bytes);
        }
        let start = text.find(words).filter(|_| !words.is_empty())?;
        Some(start..start + words.len())
    }
}

impl From<&Segment<'_>> for Stretch {
    fn from(segment: &Segment<'_>) -> Self {
        let place = |index: Option<u64>| index.and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
        // A start of zero is left out on the wire.
        let bytes = place(segment.start_index.0)..place(segment.end_index.0);
        Self { bytes, words: segment.text.as_str().to_owned() }
    }
}
