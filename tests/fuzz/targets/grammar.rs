//! The grammar of Responses events that nothing may break.

use std::collections::HashSet;

use serde_json::Value;

/// Numbered events, one end that comes last, items that are opened once, hold what their deltas said and are closed
/// once, and ids that no two items share. Calls alone may stay open, where the answer is not complete.
///
/// # Panics
/// When the events, or the response that was made of the same answer, break it.
#[track_caller]
pub fn assert_kept(events: &[Value], response: &Value) {
    let mut open: Vec<Option<(&str, String)>> = Vec::new();
    for (position, event) in events.iter().enumerate() {
        assert_eq!(event["sequence_number"], position, "{event}");
        let kind = event["type"].as_str().expect("an event has a type");
        let is_terminal = matches!(kind, "response.completed" | "response.incomplete" | "response.failed");
        assert_eq!(is_terminal, position + 1 == events.len(), "{kind} at {position} of {}", events.len());
        let Some(index) = event["output_index"].as_u64().and_then(|index| usize::try_from(index).ok()) else {
            continue;
        };
        if kind == "response.output_item.added" {
            assert_eq!(index, open.len(), "{event}");
            open.push(Some((event["item"]["id"].as_str().expect("an item has an id"), String::new())));
            continue;
        }
        let (id, said) = open[index].as_mut().expect("no event comes after its item was closed");
        if let Some(delta) = event["delta"].as_str() {
            said.push_str(delta);
        }
        if let Some(whole) = ["text", "arguments", "input"].iter().find_map(|key| event[key].as_str()) {
            assert_eq!(whole, said, "{event}");
        }
        if kind == "response.output_item.done" {
            assert_eq!(event["item"]["id"], *id, "{event}");
            open[index] = None;
        } else {
            assert_eq!(event["item_id"], *id, "{event}");
        }
    }
    for (id, _) in open.into_iter().flatten() {
        let is_call = !id.starts_with("msg") && !id.starts_with("rs");
        assert!(is_call && response["status"] != "completed", "{id} is still open");
    }
    let output = response["output"].as_array().expect("a response has an output");
    let ids: Vec<_> = output.iter().filter_map(|item| item["id"].as_str()).collect();
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
    assert_eq!(events.last().map(|event| &event["response"]), Some(response));
}
