//! The searches of the web that the provider made in earlier turns, as they go back to it.
//!
//! What was found is sealed by the provider, and its thought fits only behind it.

use std::collections::HashSet;

use serde_json::Value;

use super::body::Block;
use super::thinking;
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{Item, Role};

/// The field of a carrier with the blocks of searches.
pub(super) const BLOCKS: &str = "blocks";

/// Marks in a carrier the thought that stood behind a search which was not kept.
pub(super) const SEARCHED: &str = "searched";

/// The most bytes that are kept of the searches of one answer: Codex sends them along with every later request.
pub(super) const MAX_KEPT: usize = 2 << 20;

/// Which searches go back. Calls and results are paired by id, also over two answers: a search that the model asked for
/// side by side with tools of Codex runs when their outputs are there.
#[derive(Debug, Default)]
pub(super) struct Searches<'a> {
    paired: HashSet<&'a str>,
}

impl<'a> Searches<'a> {
    /// Finds them in a conversation with that model.
    pub fn of(items: &'a [Item<'_>], model: &str) -> Self {
        let mut called = HashSet::new();
        let mut paired = HashSet::new();
        for block in items.iter().flat_map(|item| own(item, model)) {
            if is_call(block) {
                called.insert(id(block));
            } else if called.contains(id(block)) {
                paired.insert(id(block));
            }
        }
        paired.extend(waiting(items).iter().flat_map(|item| own(item, model)).filter(|block| is_call(block)).map(id));
        paired.remove("");
        Self { paired }
    }

    /// The blocks of a carrier that go back, and whether those are all; none for a carrier of something else.
    pub fn blocks(&self, carrier: &'a Carrier) -> Option<(Vec<Block<'a>>, bool)> {
        let blocks = kept(carrier)?;
        let whole: Vec<Block<'a>> =
            blocks.iter().filter(|block| self.paired.contains(id(block))).map(Block::Given).collect();
        let all = whole.len() == blocks.len();
        Some((whole, all))
    }
}

/// The answer that is still going on: nothing but the outputs of its calls has been said since.
fn waiting<'i, 'a>(items: &'i [Item<'a>]) -> &'i [Item<'a>] {
    let outputs = items.iter().rev().take_while(|item| matches!(item, Item::Output { .. })).count();
    if outputs == 0 {
        return &[];
    }
    let answer = &items[..items.len() - outputs];
    let is_other = |item: &Item<'_>| match item {
        Item::Message { role, .. } => *role != Role::Assistant,
        Item::Output { .. } => true,
        Item::Reasoning { .. } | Item::Call { .. } => false,
    };
    &answer[answer.iter().rposition(is_other).map_or(0, |other| other + 1)..]
}

fn own<'i>(item: &'i Item<'_>, model: &str) -> &'i [Value] {
    match item {
        Item::Reasoning { carrier: Some(carrier), .. } if thinking::is_own(carrier, model) => {
            kept(carrier).unwrap_or_default()
        }
        _ => &[],
    }
}

fn kept(carrier: &Carrier) -> Option<&[Value]> {
    carrier.state.get(BLOCKS)?.as_array().map(Vec::as_slice)
}

/// Whether a block belongs to a tool that the provider runs itself.
pub(super) fn is_of_server(kind: &str) -> bool {
    kind == "server_tool_use" || (kind.ends_with("_tool_result") && kind != "tool_result")
}

fn is_call(block: &Value) -> bool {
    block["type"] == "server_tool_use"
}

fn id(block: &Value) -> &str {
    block[if is_call(block) { "id" } else { "tool_use_id" }].as_str().unwrap_or_default()
}
