//! A look at Responses events that pass through: what they cost and whether they ended.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::protocol::ir::Usage;
use crate::protocol::lenient::{Count, Text, TextOr, TokenDetails, read};
use crate::protocol::sse;

/// The most characters that are kept of an error.
const MAX_ERROR: usize = 4096;

/// Watches a passed-through stream; it changes nothing.
#[derive(Debug, Default)]
pub struct Tap {
    sse: sse::Decoder,
    seen: Seen,
    blind: bool,
}

#[derive(Debug, Default)]
struct Seen {
    usage: Option<Usage>,
    terminal: bool,
    items: bool,
    events: bool,
    error: Option<String>,
    oddity: Option<String>,
    seals: Vec<String>,
}

impl Tap {
    /// A tap at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes. An event beyond the bound only ends the watching.
    pub fn feed(&mut self, bytes: &[u8]) {
        if !self.blind {
            let seen = &mut self.seen;
            self.blind = self.sse.feed(bytes, |event| seen.look(event)).is_err();
        }
    }

    /// The stream has ended: an event without its blank line counts, as it does for Codex.
    pub fn finish(&mut self) {
        let seen = &mut self.seen;
        self.blind |= self.sse.finish(|event| seen.look(event)).is_err();
    }

    /// Takes the whole body of a non-streamed answer.
    pub fn feed_whole(&mut self, body: &[u8]) {
        let Ok(document) = serde_json::from_slice::<Document<'_>>(body) else { return };
        if document.object.as_str() == "response" || document.output.is_some() {
            self.seen.usage = document.usage.map(Usage::from);
            let items = read::<TextOr<'_, SealedItem<'_>>>(document.output);
            if let Some(TextOr::List(items)) = items {
                self.seen.seals.extend(items.into_iter().filter_map(SealedItem::into_seal));
            }
            self.seen.terminal = true;
            self.seen.items = true;
        } else if document.error.is_some() {
            self.seen.error = Some(String::from_utf8_lossy(body).chars().take(MAX_ERROR).collect());
        }
    }

    /// What it cost, once the upstream has said it.
    #[must_use]
    pub const fn usage(&self) -> Option<&Usage> {
        self.seen.usage.as_ref()
    }

    /// What only the upstream itself can open, of the items that have passed since this was asked last.
    pub fn take_seals(&mut self) -> Vec<String> {
        std::mem::take(&mut self.seen.seals)
    }

    /// Whether a terminal event has passed.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.seen.terminal
    }

    /// Whether any event has passed; an answer without one is no stream.
    #[must_use]
    pub const fn has_events(&self) -> bool {
        self.seen.events
    }

    /// The data of an event that is an error and no terminal event, or a document that is one.
    #[must_use]
    pub fn error(&self) -> Option<&str> {
        self.seen.error.as_deref()
    }

    /// The data of the first event that is neither of this protocol nor an error.
    #[must_use]
    pub fn oddity(&self) -> Option<&str> {
        self.seen.oddity.as_deref()
    }

    /// Whether any output item has passed.
    #[must_use]
    pub const fn has_items(&self) -> bool {
        self.seen.items
    }

    /// Whether the stream holds an event too large to be watched.
    #[must_use]
    pub const fn is_blind(&self) -> bool {
        self.blind
    }
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    error: Option<&'a RawValue>,
}

/// A whole answer, or what stands in its place.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Document<'a> {
    #[serde(borrow)]
    object: Text<'a>,
    #[serde(borrow)]
    output: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
    usage: Option<RawUsage>,
}

/// An output item, for what is sealed in it.
#[derive(Deserialize)]
struct SealedItem<'a> {
    #[serde(borrow, default)]
    encrypted_content: Text<'a>,
}

impl SealedItem<'_> {
    fn into_seal(self) -> Option<String> {
        self.encrypted_content.filled().map(Cow::into_owned)
    }
}

#[derive(Deserialize)]
struct Done<'a> {
    #[serde(borrow)]
    item: SealedItem<'a>,
}

#[derive(Deserialize)]
struct Terminal {
    response: Option<Response>,
}

#[derive(Deserialize)]
struct Response {
    usage: Option<RawUsage>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct RawUsage {
    input_tokens: Count,
    output_tokens: Count,
    input_tokens_details: Option<TokenDetails>,
    output_tokens_details: Option<TokenDetails>,
}

impl From<RawUsage> for Usage {
    fn from(raw: RawUsage) -> Self {
        let input = raw.input_tokens_details.unwrap_or_default();
        let output = raw.output_tokens_details.unwrap_or_default();
        Self {
            input: raw.input_tokens.0.unwrap_or(0),
            cached: input.cached_tokens.0.unwrap_or(0),
            cache_write: input.cache_write_tokens.0.unwrap_or(0),
            output: raw.output_tokens.0.unwrap_or(0),
            reasoning: output.reasoning_tokens.0.unwrap_or(0),
        }
    }
}

impl Seen {
    fn look(&mut self, event: sse::Event<'_>) {
        self.events = true;
        // The `event:` line is optional; Codex itself reads the `type` in the data.
        let Ok(Head { kind, error }) = serde_json::from_str::<Head<'_>>(event.data) else { return };
        let words = || Some(event.data.chars().take(MAX_ERROR).collect());
        match kind.as_str() {
            "response.completed" | "response.incomplete" | "response.failed" => {
                self.terminal = true;
                if let Ok(Terminal { response: Some(response) }) = serde_json::from_str(event.data) {
                    self.usage = response.usage.map(Usage::from).or(self.usage.take());
                }
            }
            // Servers of other protocols send the bare object.
            "" if error.is_none() => self.oddity = self.oddity.take().or_else(words),
            "error" | "" => self.error = self.error.take().or_else(words),
            "response.output_item.added" => self.items = true,
            "response.output_item.done" => {
                self.items = true;
                let done = serde_json::from_str::<Done<'_>>(event.data).ok();
                self.seals.extend(done.and_then(|done| done.item.into_seal()));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usage_items_and_the_end_are_seen_through_any_cut() {
        let stream = b"event: response.created\ndata: {\"type\":\"response.created\"}\n\n\
            data: {\"type\":\"response.output_item.added\",\"item\":{}}\n\n: c\n\ndata: nonsense\n\n\
            data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"usage\":{\"input_tokens\":10,\
            \"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":3,\"output_tokens_details\":null,\
            \"total_tokens\":13}}}\n\n";
        for cut in 0..stream.len() {
            let mut tap = Tap::new();
            tap.feed(&stream[..cut]);
            assert!(!tap.is_finished() || cut == stream.len());
            tap.feed(&stream[cut..]);
            assert!(tap.is_finished() && tap.has_items());
            assert_eq!(tap.usage(), Some(&Usage { input: 10, cached: 4, output: 3, ..Usage::default() }));
        }
    }

    #[test]
    fn seals_are_handed_over_once() {
        let item = r#"{"type":"reasoning","id":"rs","summary":[],"encrypted_content":"gAAA"}"#;
        let mut tap = Tap::new();
        for kind in ["added", "done"] {
            tap.feed(format!("data: {{\"type\":\"response.output_item.{kind}\",\"item\":{item}}}\n\n").as_bytes());
        }
        assert_eq!(tap.take_seals(), ["gAAA"]);
        assert_eq!(tap.take_seals(), [""; 0]);
        tap.feed_whole(format!(r#"{{"object":"response","output":[{{"type":"message"}},{item}]}}"#).as_bytes());
        assert_eq!(tap.take_seals(), ["gAAA"]);
    }

    #[test]
    fn an_end_without_terminal_event_is_told() {
        let mut tap = Tap::new();
        tap.feed(b"data: {\"type\":\"response.created\"}\n\n");
        tap.finish();
        assert!(!tap.is_finished() && !tap.has_items());
    }
}
