//! A whole Responses document where events were asked for.

use serde_json::{Value, json};

use super::tap::Tap;

/// Writes a whole answer as the events that Codex takes from it, and shows it to the tap. False when it is no answer:
/// nothing is written then.
pub fn told_as_events(document: &[u8], tap: &mut Tap, out: &mut Vec<u8>) -> bool {
    tap.feed_whole(document);
    if !tap.is_finished() {
        return false;
    }
    let response: Value = serde_json::from_slice(document).unwrap_or_default();
    for (index, item) in response["output"].as_array().into_iter().flatten().enumerate() {
        let kind = "response.output_item.done";
        write(kind, &json!({"type": kind, "sequence_number": index, "output_index": index, "item": item}), out);
    }
    let kind = match response["status"].as_str() {
        Some("incomplete") => "response.incomplete",
        Some("failed" | "cancelled") => "response.failed",
        _ => "response.completed",
    };
    let count = response["output"].as_array().map_or(0, Vec::len);
    write(kind, &json!({"type": kind, "sequence_number": count, "response": response}), out);
    true
}

/// An event is one line, however the document was laid out.
fn write(kind: &str, event: &Value, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("event: {kind}\ndata: {event}\n\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn told(document: &Value) -> Option<String> {
        let mut out = Vec::new();
        // White space between the values must not tear the events.
        let document = serde_json::to_vec_pretty(document).unwrap();
        told_as_events(&document, &mut Tap::new(), &mut out).then(|| String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_document_becomes_its_items_and_its_end() {
        for (status, kind) in [
            (json!("completed"), "completed"),
            (json!(null), "completed"),
            (json!("incomplete"), "incomplete"),
            (json!("failed"), "failed"),
        ] {
            let document = json!({"id": "r", "object": "response", "status": status, "output": [{"type": "message"}]});
            let expected = format!(
                "event: response.output_item.done\ndata: {{\"type\":\"response.output_item.done\",\
                 \"sequence_number\":0,\"output_index\":0,\"item\":{{\"type\":\"message\"}}}}\n\n\
                 event: response.{kind}\ndata: {{\"type\":\"response.{kind}\",\
                 \"sequence_number\":1,\"response\":{document}}}\n\n"
            );
            assert_eq!(told(&document), Some(expected), "{status}");
        }
    }

    #[test]
    fn what_is_no_answer_writes_nothing() {
        for document in [json!({"error": {"message": "dry"}}), json!({"object": "list"}), json!([]), json!("dry")] {
            assert_eq!(told(&document), None, "{document}");
        }
    }
}
