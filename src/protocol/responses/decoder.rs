//! The answer of a Responses upstream that was asked for a summary: read, since it is not the answer Codex waits for.
//!
//! Every other answer of such an upstream passes as it is; see [`super::Tap`].

use serde_json::Value;

use crate::protocol::failure::{Failure, failure_from_oddity, failure_from_stream};
use crate::protocol::ir::{Delta, End, Stop, Usage};
use crate::protocol::lenient::Count;
use crate::protocol::sse;

/// Reads the text of one answer, what it cost and how it ended.
#[derive(Debug, Default)]
pub struct Decoder {
    has_text: bool,
    done: bool,
}

impl Decoder {
    /// Whether the answer is whole; what still comes need not be read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// Takes the next event of a stream.
    pub fn feed(&mut self, event: &sse::Event<'_>, out: &mut Vec<Delta>) {
        let Ok(event) = serde_json::from_str::<Value>(event.data) else { return };
        if self.done {
            return;
        }
        match event["type"].as_str().unwrap_or_default() {
            "response.output_text.delta" => self.text(event["delta"].as_str(), out),
            // Some servers send no deltas of what comes at once.
            "response.output_item.done" if !self.has_text => self.item(&event["item"], out),
            "response.completed" | "response.incomplete" | "response.failed" => self.end(&event["response"], out),
            // Servers of other protocols send the bare object.
            "error" | "" => self.fail(failure_from_stream(&event), out),
            _ => {}
        }
    }

    /// Takes the whole body of a non-streamed answer and ends.
    pub fn feed_whole(&mut self, body: &[u8], out: &mut Vec<Delta>) {
        if self.done {
            return;
        }
        match serde_json::from_slice::<Value>(body) {
            Ok(response) if response["output"].is_array() => self.end(&response, out),
            _ => self.fail(failure_from_oddity(&String::from_utf8_lossy(body)), out),
        }
    }

    /// The bytes have ended.
    pub fn finish(&mut self, end: End, out: &mut Vec<Delta>) {
        if self.done {
            return;
        }
        let message = match end {
            End::Eof => "the provider's answer ended early".to_owned(),
            End::Cut(cause) => format!("the provider's answer ended early: {cause}"),
        };
        self.fail(Failure::shown(message), out);
    }

    fn text(&mut self, text: Option<&str>, out: &mut Vec<Delta>) {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.has_text = true;
            out.push(Delta::Text(text.to_owned()));
        }
    }

    fn item(&mut self, item: &Value, out: &mut Vec<Delta>) {
        for part in item["content"].as_array().into_iter().flatten().filter(|_| item["type"] == "message") {
            self.text(part["text"].as_str(), out);
        }
    }

    fn end(&mut self, response: &Value, out: &mut Vec<Delta>) {
        if !response["error"].is_null() || response["status"] == "failed" {
            return self.fail(failure_from_stream(response), out);
        }
        if !self.has_text {
            for item in response["output"].as_array().into_iter().flatten() {
                self.item(item, out);
            }
        }
        let count = |pointer: &str| {
            let value = response.pointer(pointer).cloned().unwrap_or_default();
            serde_json::from_value::<Count>(value).ok().and_then(|count| count.0).unwrap_or(0)
        };
        if response["usage"].is_object() {
            out.push(Delta::Usage(Usage {
                input: count("/usage/input_tokens"),
                cached: count("/usage/input_tokens_details/cached_tokens"),
                cache_write: count("/usage/input_tokens_details/cache_write_tokens"),
                output: count("/usage/output_tokens"),
                reasoning: count("/usage/output_tokens_details/reasoning_tokens"),
            }));
        }
        self.done = true;
        out.push(Delta::Stop(if response["status"] == "incomplete" { Stop::Length } else { Stop::Done }));
    }

    fn fail(&mut self, failure: Failure, out: &mut Vec<Delta>) {
        self.done = true;
        out.push(Delta::Fail(failure));
    }
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn decoded(stream: &str) -> Vec<String> {
        let mut out = Vec::new();
        let mut decoder = Decoder::default();
        let mut framing = sse::Decoder::new();
        framing.feed(stream.as_bytes(), |event| decoder.feed(&event, &mut out)).unwrap();
        decoder.finish(End::Eof, &mut out);
        out.into_iter().map(told).collect()
    }

    fn told(delta: Delta) -> String {
        match delta {
            Delta::Text(text) => text,
            Delta::Usage(usage) => format!("{}+{}", usage.input, usage.output),
            Delta::Stop(stop) => format!("{stop:?}"),
            Delta::Fail(failure) => format!("failed: {}", failure.message),
            delta => panic!("{delta:?}"),
        }
    }

    #[test]
    fn text_usage_and_the_end_are_read_in_every_form() {
        const ITEM: &str = r#"{"type":"message","content":[{"type":"output_text","text":"sum"}]}"#;
        let completed = |output: &str| {
            let usage = r#"{"input_tokens":3,"output_tokens":2,"input_tokens_details":{"cached_tokens":1}}"#;
            format!(
                r#"{{"type":"response.completed","response":{{"status":"completed","error":null,"output":[{output}],"usage":{usage}}}}}"#
            )
        };
        let delta = r#"{"type":"response.output_text.delta","delta":"sum"}"#.to_owned();
        let done = format!(r#"{{"type":"response.output_item.done","item":{ITEM}}}"#);
        let thought = r#"{"type":"response.reasoning_summary_text.delta","delta":"hm"}"#.to_owned();
        for events in [
            vec![thought, delta.clone(), done.clone(), completed(ITEM)],
            vec![done, completed(ITEM)],
            vec![completed(ITEM)],
            vec![delta, completed("")],
        ] {
            let stream: String = events.iter().map(|event| format!("data: {event}\n\n")).collect();
            assert_eq!(decoded(&stream), ["sum", "3+2", "Done"], "{stream}");
        }
        let mut out = Vec::new();
        let whole = format!(r#"{{"status":"incomplete","output":[{ITEM}]}}"#);
        Decoder::default().feed_whole(whole.as_bytes(), &mut out);
        assert_eq!(out.into_iter().map(told).collect::<Vec<_>>(), ["sum", "Length"]);
    }

    #[test]
    fn what_fails_says_why() {
        for (stream, why) in [
            ("", "the provider's answer ended early"),
            (
                "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"x\",\"message\":\"no more\"}}}\n\n",
                "no more",
            ),
            ("data: {\"type\":\"error\",\"message\":\"too busy\"}\n\n", "too busy"),
            ("data: {\"error\":{\"message\":\"bad key\"}}\n\n", "bad key"),
        ] {
            let told = decoded(stream);
            assert!(told.len() == 1 && told[0].starts_with("failed: ") && told[0].contains(why), "{told:?}");
        }
        let mut out = Vec::new();
        Decoder::default().feed_whole(b"<html>no</html>", &mut out);
        assert!(matches!(&out[..], [Delta::Fail(_)]));
    }
}
