//! A turn that the provider paused, because it has used its own tools for long.
//!
//! The same request with what it said so far as its last message makes it go on, and the tools that it was about to use
//! run then.

use serde_json::Value;

/// How the list of messages, which is a body's last field, ends.
const END: &[u8] = b"]}";

/// The request whose answer was paused, with what was `said` in it; none for a body that was not made here.
#[must_use]
pub fn resumed(body: &[u8], said: &[Value]) -> Option<Vec<u8>> {
    let mut resumed = body.strip_suffix(END)?.to_vec();
    resumed.extend_from_slice(br#",{"role":"assistant","content":"#);
    serde_json::to_writer(&mut resumed, said).ok()?;
    resumed.push(b'}');
    resumed.extend_from_slice(END);
    Some(resumed)
}

/// Whether a block holds nothing, which the provider makes but does not take.
pub(super) fn is_blank(block: &Value) -> bool {
    let is_empty = |field: &str| block[field].as_str().unwrap_or_default().trim().is_empty();
    match block["type"].as_str() {
        Some("text") => is_empty("text"),
        Some("thinking") => is_empty("thinking") && is_empty("signature"),
        None => true,
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_said_becomes_the_last_message() {
        let said = [json!({"type": "text", "text": "a"}), json!({"type": "server_tool_use", "id": "s"})];
        let body = br#"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"q"}]}]}"#;
        assert_eq!(
            String::from_utf8(resumed(body, &said).unwrap()).unwrap(),
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"q"}]},"#.to_owned()
                + r#"{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"server_tool_use","id":"s"}]}]}"#
        );
        assert_eq!(resumed(b"", &said), None);
    }

    #[test]
    fn blank_blocks_are_told_from_others() {
        for (block, blank) in [
            (json!({"type": "text", "text": " \n"}), true),
            (json!({"type": "text", "text": "a "}), false),
            (json!({"type": "thinking", "thinking": "", "signature": ""}), true),
            (json!({"type": "thinking", "thinking": "", "signature": "s"}), false),
            (json!({"type": "server_tool_use", "id": "s"}), false),
            (json!({}), true),
        ] {
            assert_eq!(is_blank(&block), blank, "{block}");
        }
    }
}
