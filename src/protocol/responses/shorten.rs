//! A request that has been made ready to pass, with something left out after all.

use std::borrow::Cow;

use super::body::{Rejection, object};
use super::rewrite::{Entries, Fate, Look, Writer, list, quoted, with_entry};
use crate::protocol::compaction;
use crate::protocol::ir::Loss;
use crate::protocol::lenient::read;

/// Leaves out the oldest tool outputs of a request for a summary that is about to pass, until `excess` bytes are gone.
pub fn trim(body: &[u8], mut excess: u64) -> Result<Option<(Vec<u8>, Loss)>, Rejection> {
    let entries: Entries<'_> = object(body)?;
    let mut count = 0_usize;
    let mut out = Vec::with_capacity(body.len());
    let mut object = Writer::new(&mut out);
    for (key, value) in entries.0 {
        if key != "input" {
            object.entry(&key, value.get());
            continue;
        }
        let input = list(value, |item| {
            let is_output = |item: Look<'_>| item.kind.as_str().ends_with("call_output");
            let size = item.get().len() as u64;
            if excess == 0 || size < 1024 || !read::<Look<'_>>(Some(item)).is_some_and(is_output) {
                return Fate::Keep;
            }
            excess = excess.saturating_sub(size);
            count += 1;
            Fate::Replace(with_entry(item, "output", Some(&quoted(compaction::LEFT_OUT))))
        });
        object.entry(&key, &input);
    }
    object.end();
    Ok((count > 0).then(|| (out, compaction::trimmed(count))))
}

/// Whether an upstream refuses a request for reasoning that it cannot read: a session was begun with another provider,
/// or another account, and nothing in what Codex replays tells whose it is.
#[must_use]
pub fn refuses_reasoning(status: u16, words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    status == 400 && (words.contains("encrypted content") || words.contains("encrypted_content"))
}

/// The same request without sealed reasoning, and the seals; none when it holds no such thing.
#[must_use]
pub fn without_reasoning(body: &[u8]) -> Option<(Vec<u8>, Vec<Cow<'_, str>>)> {
    let entries: Entries<'_> = object(body).ok()?;
    let mut seals = Vec::new();
    let mut out = Vec::with_capacity(body.len());
    let mut object = Writer::new(&mut out);
    for (key, value) in entries.0 {
        if key != "input" {
            object.entry(&key, value.get());
            continue;
        }
        let input = list(value, |item| match read::<Look<'_>>(Some(item)) {
            Some(look) if look.kind.as_str() == "reasoning" && !look.encrypted_content.as_str().is_empty() => {
                seals.extend(look.encrypted_content.filled());
                Fate::Drop
            }
            _ => Fate::Keep,
        });
        object.entry(&key, &input);
    }
    object.end();
    (!seals.is_empty()).then_some((out, seals))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;
    use crate::protocol::ir::loss;

    #[test]
    fn the_oldest_outputs_of_a_passing_request_go_until_it_fits() {
        let item = |id: usize| {
            format!(r#"{{"type":"function_call_output","call_id":"{id}","output":"{}"}}"#, "y".repeat(3000))
        };
        let body = format!(r#"{{"model":"m","input":[{},{},{}]}}"#, item(0), item(1), item(2));
        for (excess, left_out) in [(0, 0), (1, 1), (3100, 2), (100_000, 3)] {
            let count = |text: &[u8]| String::from_utf8_lossy(text).matches(compaction::LEFT_OUT).count();
            let trimmed = trim(body.as_bytes(), excess).unwrap();
            assert_eq!(trimmed.as_ref().map_or(0, |(body, _)| count(body)), left_out, "{excess}");
            if let Some((body, loss)) = trimmed {
                let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
                assert_eq!(
                    body["input"][0],
                    serde_json::json!({"type": "function_call_output", "call_id": "0", "output": compaction::LEFT_OUT})
                );
                assert_eq!(loss.code, loss::TRIMMED);
            }
        }
    }

    #[test]
    fn reasoning_that_was_refused_is_left_out() {
        for (status, words, refused) in [
            (400, "The encrypted content gAAA could not be verified.", true),
            (400, "invalid_encrypted_content", true),
            (400, "no such model", false),
            (403, "The encrypted content gAAA could not be verified.", false),
        ] {
            assert_eq!(refuses_reasoning(status, words), refused, "{words}");
        }
        let body = r#"{"model":"m","input":[{"type":"reasoning","encrypted_content":"gAAA"},{"type":"reasoning","summary":[]},{"role":"user", "content":"x"}],"store":false}"#;
        let expected =
            r#"{"model":"m","input":[{"type":"reasoning","summary":[]},{"role":"user", "content":"x"}],"store":false}"#;
        let (shorter, seals) = without_reasoning(body.as_bytes()).unwrap();
        assert_eq!(seals, ["gAAA"]);
        assert_eq!(String::from_utf8(shorter.clone()).unwrap(), expected);
        assert_eq!(without_reasoning(&shorter), None);
    }
}
