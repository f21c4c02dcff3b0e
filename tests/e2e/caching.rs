//! What Anthropic's cache makes of a long conversation, by the documented rules.

use std::collections::HashSet;

use serde_json::Value;

use super::{Start, Wire, behind_the_gateway};
use crate::support::Turn;
use crate::support::upstream::Request;

/// How many blocks the service looks back from a mark for what it has kept.
const LOOKS_BACK: usize = 20;

/// The blocks of a request in the order in which the cache sees them: each without its mark, and whether it had one.
fn blocks(body: &Value) -> Vec<(String, bool)> {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let turns = list(&body["messages"]).into_iter().flat_map(|message| list(&message["content"]));
    let all = list(&body["tools"]).into_iter().chain(list(&body["system"])).chain(turns);
    all.map(|mut block| {
        let marked = block.as_object_mut().and_then(|block| block.remove("cache_control")).is_some();
        (block.to_string(), marked)
    })
    .collect()
}

#[test]
fn a_long_conversation_is_read_from_the_cache_for_the_most_part() {
    let mut turns: Vec<Turn> =
        (0..20).map(|n| Turn::reason("hm").and(Turn::shell(&format!("seq {n} {}", n + 300)))).collect();
    turns.push(Turn::text("twenty steps done"));
    let (upstream, sandbox) = behind_the_gateway(Wire::Messages, turns);
    Start::Bare.exec(&sandbox, "take twenty steps").run().ok().stdout_has("twenty steps done");
    let mut kept: HashSet<String> = HashSet::new();
    let (mut read, mut sent) = (0, 0);
    for request in upstream.turns().iter().map(Request::json) {
        let blocks = blocks(&request);
        let prefixes: Vec<String> = (0..blocks.len()).map(|n| blocks[..=n].iter().map(|b| &*b.0).collect()).collect();
        let marks: Vec<usize> = (0..blocks.len()).filter(|n| blocks[*n].1).collect();
        let near = |mark: &usize| (mark.saturating_sub(LOOKS_BACK)..=*mark).rev();
        let found = marks.iter().flat_map(near).filter(|n| kept.contains(&prefixes[*n])).max();
        read += found.map_or(0, |n| prefixes[n].len());
        sent += prefixes.last().map_or(0, String::len);
        kept.extend(marks.into_iter().map(|n| prefixes[n].clone()));
    }
    let share = 100 * read / sent;
    assert!(share >= 90, "only {share} % of {sent} bytes came from the cache");
}
