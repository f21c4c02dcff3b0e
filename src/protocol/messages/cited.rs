//! Texts with their sources, as the provider made them.
//!
//! Codex gets texts in a row as one message. Thought behind them fits only behind the same blocks, and an answer that
//! goes on can cite again what was cited.

use serde_json::{Value, json};

use super::body::Block;
use crate::protocol::carrier::Carrier;

/// The field of a carrier with the lengths and sources of the texts in the message before it.
pub(super) const TEXTS: &str = "texts";

/// What is kept of a text, beside the words themselves.
pub(super) fn kept(block: &Value) -> Value {
    let length = block["text"].as_str().unwrap_or_default().chars().count();
    json!({"length": length, "citations": sources(block)})
}

/// Whether a text, or what is kept of it, has sources.
pub(super) fn is_cited(block: &Value) -> bool {
    !sources(block).is_empty()
}

/// What a carrier tells of the texts before it.
pub(super) fn texts(carrier: &Carrier) -> Option<&[Value]> {
    carrier.state.get(TEXTS)?.as_array().map(Vec::as_slice)
}

/// Makes the message that was said last into the texts that it was, unless its words are others.
pub(super) fn split<'a>(blocks: &mut Vec<Block<'a>>, texts: &'a [Value]) {
    let Some(Block::Text { text: joined, .. }) = blocks.last() else { return };
    let (joined, mut split) = (joined.plain(), Vec::with_capacity(texts.len()));
    let mut rest = joined.as_ref();
    for text in texts {
        let length = text["length"].as_u64().and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
        let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
        let Some(end) = ends.into_iter().nth(length) else { return };
        let (words, more) = rest.split_at(end);
        rest = more;
        if !words.trim().is_empty() {
            split.push(Block::Text { text: words.to_owned().into(), citations: sources(text), cache_control: None });
        }
    }
    if rest.is_empty() {
        drop(joined);
        blocks.pop();
        blocks.extend(split);
    }
}

fn sources(block: &Value) -> &[Value] {
    block["citations"].as_array().map_or(&[], Vec::as_slice)
}
