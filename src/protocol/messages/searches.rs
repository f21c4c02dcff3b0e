//! The searches of the web that the provider made in earlier turns, as they go back to it.
//!
//! What was found is sealed by the provider, and its thought fits only behind it.

use std::collections::HashSet;

use serde_json::Value;

use super::body::Block;
use super::thinking;
use crate::protocol::carrier::Carrier;
use crate::protocol::ir::{Item, Role};
use crate::protocol::pairing::answers;

/// The field of a carrier with the blocks of searches.
pub(super) const BLOCKS: &str = "blocks";

/// Marks in a carrier the thought that stood behind a search which was not kept.
pub(super) const SEARCHED: &str = "searched";

/// The most bytes that are kept of the searches of one answer: Codex sends them along with every later request.
pub(super) const MAX_KEPT: usize = 2 << 20;

/// Which searches go back. Calls and results are paired by id, also over two answers: a search that the model asked for
/// side by side with tools of Codex runs when their outputs are there, and nothing else was said.
#[derive(Debug, Default)]
pub(super) struct Searches<'a> {
    paired: HashSet<&'a str>,
}

impl<'a> Searches<'a> {
    /// Finds them in a conversation with that model.
    pub fn of(items: &'a [Item<'_>], model: &str) -> Self {
        let mut walk = Walk::default();
        if items.iter().all(|item| own(item, model).is_empty()) {
            return Self::default();
        }
        let answered: HashSet<usize> = answers(items).into_values().collect();
        for (position, item) in items.iter().enumerate() {
            match item {
                Item::Output { .. } if answered.contains(&position) => {
                    walk.waits |= std::mem::take(&mut walk.has_calls);
                }
                Item::Message { role: Role::Assistant, .. } | Item::Reasoning { .. } | Item::Call { .. } => {
                    walk.step(own(item, model));
                    walk.has_calls |= matches!(item, Item::Call { .. });
                }
                Item::Output { .. } | Item::Message { .. } => walk.interrupt(),
            }
        }
        if walk.waits {
            walk.paired.extend(walk.open);
        }
        walk.odd.insert("");
        Self { paired: &walk.paired - &walk.odd }
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

/// The walk along a conversation.
#[derive(Default)]
struct Walk<'a> {
    paired: HashSet<&'a str>,
    seen: HashSet<(bool, &'a str)>,
    /// Ids that came again, or of results that nothing waited for: there is no telling what belongs together.
    odd: HashSet<&'a str>,
    /// The calls that have no result yet.
    open: Vec<&'a str>,
    /// Whether Codex has been asked to call something since it last did.
    has_calls: bool,
    /// Whether nothing has been said since Codex did.
    waits: bool,
}

impl<'a> Walk<'a> {
    /// Somebody else speaks: what waits for a result gets none.
    fn interrupt(&mut self) {
        self.open.clear();
        (self.has_calls, self.waits) = (false, false);
    }

    /// The assistant goes on; with results, if there are calls that wait for some.
    fn step(&mut self, blocks: &'a [Value]) {
        if std::mem::take(&mut self.waits) && blocks.first().is_none_or(is_call) {
            self.open.clear();
        }
        for block in blocks {
            if !self.seen.insert((is_call(block), id(block))) {
                self.odd.insert(id(block));
            } else if is_call(block) {
                self.open.push(id(block));
            } else if let Some(position) = self.open.iter().position(|open| *open == id(block)) {
                self.paired.insert(self.open.remove(position));
            } else {
                self.odd.insert(id(block));
            }
        }
    }
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
