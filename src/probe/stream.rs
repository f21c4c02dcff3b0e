//! Server-sent events of a finished answer.

use serde_json::Value;

/// The JSON of every `data:` line of an answer. Whatever is no JSON, `[DONE]` among it, is left out.
pub fn events(body: &str) -> Vec<Value> {
    let body = body.trim_start_matches('\u{feff}');
    let mut events = Vec::new();
    let mut data = String::new();
    for line in body.lines().chain([""]) {
        if let Some(rest) = line.strip_prefix("data:") {
            data.push_str(rest.strip_prefix(' ').unwrap_or(rest));
            data.push('\n');
        } else if line.is_empty() {
            events.extend(serde_json::from_str(&data));
            data.clear();
        }
    }
    events
}

/// Whether the last whole event ends the stream, so that there is no need to wait for the server to hang up.
pub fn is_over(body: &[u8]) -> bool {
    let Some(whole) = body.strip_suffix(b"\n\n").or_else(|| body.strip_suffix(b"\r\n\r\n")) else { return false };
    let last = whole.iter().rposition(|b| *b == b'\n').map_or(whole, |at| &whole[at + 1..]);
    let Some(data) = last.strip_prefix(b"data:") else { return false };
    if data.trim_ascii() == b"[DONE]" {
        return true;
    }
    serde_json::from_slice::<Value>(data).is_ok_and(|event| is_terminal(&event) || event["type"] == "message_stop")
}

/// Whether an event is one of the four that end a Responses stream.
pub fn is_terminal(event: &Value) -> bool {
    matches!(event["type"].as_str(), Some("response.completed" | "response.incomplete" | "response.failed" | "error"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn data_lines_become_events_whatever_stands_around_them() {
        for body in [
            "event: a\ndata: {\"n\":1}\n\n: keepalive\n\ndata:{\"n\":\ndata:2}\n\ndata: [DONE]\n\n",
            "\u{feff}data: {\"n\":1}\r\n\r\ndata: {\"n\":2}\r\n\r\n",
            "data: {\"n\":1}\n\ndata: nonsense\n\ndata: {\"n\":2}",
        ] {
            assert_eq!(events(body), [json!({"n": 1}), json!({"n": 2})], "{body}");
        }
        assert_eq!(events(""), Vec::<Value>::new());
        assert_eq!(events("{\"n\":1}"), Vec::<Value>::new());
    }

    #[test]
    fn the_end_of_a_stream_is_seen_without_waiting_for_the_server() {
        for (body, over) in [
            ("data: {}\n\ndata: [DONE]\n\n", true),
            ("event: response.completed\ndata: {\"type\":\"response.completed\"}\n\n", true),
            ("data: {\"type\":\"response.failed\"}\r\n\r\n", true),
            ("data: {\"type\":\"error\"}\n\n", true),
            ("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n", true),
            ("data: {\"type\":\"response.completed\"}\n", false),
            ("data: {\"type\":\"response.created\"}\n\n", false),
            ("data: {\"text\":\"data: [DONE]\"}\n\n", false),
            ("{\"type\":\"error\"}\n\n", false),
            ("", false),
        ] {
            assert_eq!(is_over(body.as_bytes()), over, "{body}");
        }
    }
}
