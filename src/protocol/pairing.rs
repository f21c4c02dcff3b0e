//! Calls and their outputs: which belong together, and what stands where one is missing.

use std::collections::{HashMap, VecDeque};

use super::ir::{Item, Role};

/// Stands where a call has no output: the person interrupted it, or the history was cut.
pub const NO_OUTPUT: &str = "[no output was recorded for this call]";

/// Stands where a tool said nothing: some upstreams refuse a result without text.
pub const EMPTY_OUTPUT: &str = "(no output)";

/// Which output answers which call, by their positions.
///
/// An id may come again. Of calls that stand side by side the first is answered first; one that an output or another
/// voice parts from its like was interrupted, and what comes now is the later one's.
pub fn answers(items: &[Item<'_>]) -> HashMap<usize, usize> {
    let mut answers = HashMap::new();
    let mut waiting: HashMap<&str, VecDeque<usize>> = HashMap::new();
    let mut last_break = 0;
    for (position, item) in items.iter().enumerate() {
        match item {
            Item::Call { id, .. } => {
                let queue = waiting.entry(id).or_default();
                queue.retain(|earlier| *earlier >= last_break);
                queue.push_back(position);
            }
            Item::Output { call_id, .. } => {
                last_break = position;
                if let Some(call) = waiting.get_mut(call_id.as_ref()).and_then(VecDeque::pop_front) {
                    answers.insert(call, position);
                }
            }
            Item::Message { role, .. } if *role != Role::Assistant => last_break = position,
            Item::Message { .. } | Item::Reasoning { .. } => {}
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ir::{ToolKind, ToolName};

    #[test]
    fn calls_and_outputs_find_each_other() {
        // Calls are letters, outputs the same letters raised, and `.` is another voice.
        for (story, expected) in [
            ("abAB", vec![(0, 2), (1, 3)]),
            ("abBA", vec![(0, 3), (1, 2)]),
            ("aaAA", vec![(0, 2), (1, 3)]),
            ("a.A", vec![(0, 2)]),
            ("a.aA", vec![(2, 3)]),
            ("aAaA", vec![(0, 1), (2, 3)]),
            ("Aa", vec![]),
        ] {
            let items: Vec<Item<'_>> = story
                .chars()
                .map(|letter| match letter {
                    '.' => Item::Message { role: Role::User, parts: Vec::new() },
                    'a'..='z' => Item::Call {
                        id: letter.to_string().into(),
                        tool: ToolName { namespace: None, name: "f".into() },
                        kind: ToolKind::Function,
                        input: "".into(),
                    },
                    _ => Item::Output { call_id: letter.to_ascii_lowercase().to_string().into(), parts: Vec::new() },
                })
                .collect();
            let mut found: Vec<_> = answers(&items).into_iter().collect();
            found.sort_unstable();
            assert_eq!(found, expected, "{story}");
        }
    }
}
