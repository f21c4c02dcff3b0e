//! The pages that an answer rests on, as `annotations` name them.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::protocol::ir::Delta;
use crate::protocol::lenient::{Count, Text, read};

/// The pages of one answer. They may come before, within or behind the text that rests on them, and again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Citations {
    pages: Vec<Page>,
    /// How many of the pages are told.
    told: usize,
    /// How many letters have been said.
    said: usize,
    /// How many of those are in messages that are closed, which take no more citations.
    closed: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Page {
    url: String,
    title: String,
    start: usize,
    end: usize,
}

/// The pages stand in an object of their own; some proxies write them flat, as Responses does.
#[derive(Deserialize)]
struct Annotation<'a> {
    #[serde(borrow, default)]
    url_citation: Option<UrlCitation<'a>>,
    #[serde(borrow, flatten)]
    flat: UrlCitation<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct UrlCitation<'a> {
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    title: Text<'a>,
    start_index: Count,
    end_index: Count,
}

impl Citations {
    /// Takes a list of annotations.
    pub(super) fn add(&mut self, annotations: Option<&RawValue>) {
        for raw in read::<Vec<&RawValue>>(annotations).unwrap_or_default() {
            let Some(Annotation { url_citation, flat }) = read::<Annotation<'_>>(Some(raw)) else { continue };
            let page = Page::from(url_citation.unwrap_or(flat));
            if !page.url.is_empty() && !self.pages.contains(&page) {
                self.pages.push(page);
            }
        }
    }

    /// The text has grown.
    pub(super) fn said(&mut self, text: &str) {
        self.said += text.chars().count();
    }

    /// Something else begins, so what rests on pages is told now; without text it waits for some.
    pub(super) fn close(&mut self, out: &mut Vec<Delta>) {
        if self.said == self.closed {
            return;
        }
        for page in &self.pages[self.told..] {
            let place = |place: usize| place.clamp(self.closed, self.said);
            // A page without a place belongs to the whole message.
            let (start, end) = match (place(page.start), place(page.end)) {
                (start, end) if start < end => (start, end),
                _ => (self.closed, self.said),
            };
            let (url, title) = (page.url.clone(), page.title.clone());
            out.push(Delta::Citation { url, title, length: end - start, behind: self.said - end });
        }
        self.told = self.pages.len();
        self.closed = self.said;
    }
}

impl From<UrlCitation<'_>> for Page {
    fn from(citation: UrlCitation<'_>) -> Self {
        let place = |count: Count| count.0.and_then(|count| usize::try_from(count).ok()).unwrap_or(0);
        Self {
            url: citation.url.as_str().to_owned(),
            title: citation.title.as_str().to_owned(),
            start: place(citation.start_index),
            end: place(citation.end_index),
        }
    }
}
