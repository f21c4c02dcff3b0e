//! The whole road of an answer: upstream bytes to Codex's events.

use pretty_assertions::assert_eq;

use super::responses::{Encoder, ResponseMeta, parse};
use super::{Quirks, chat, sse};

const STREAM: &str = concat!(
    ": comment\n\n",
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"reasoning_content\":\"plän\"}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"Héllo\"}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\n",
    "data: \"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
    "data: [DONE]\n\n",
);

/// The events for these chunks, and the body of the same answer.
fn run(chunks: &[&[u8]]) -> (String, String) {
    let request = parse(br#"{"model":"p/m","input":"hi","tools":[{"type":"function","name":"f"}]}"#).unwrap();
    let mut decoder = chat::encode(&request, "m", &Quirks::default()).decoder;
    let meta = ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 0 };
    let (mut encoder, mut lines) = (Encoder::new(meta), sse::Decoder::new());
    let (mut deltas, mut out) = (Vec::new(), Vec::new());
    for chunk in chunks {
        lines.feed(chunk, |event| decoder.feed(&event, &mut deltas)).unwrap();
    }
    lines.finish(|event| decoder.feed(&event, &mut deltas)).unwrap();
    decoder.finish(crate::protocol::End::Eof, &mut deltas);
    for delta in deltas {
        encoder.push(delta, &mut out);
    }
    (String::from_utf8(out).unwrap(), String::from_utf8(encoder.into_response()).unwrap())
}

#[test]
fn a_stream_cut_at_every_byte_gives_the_same_events() {
    let (whole, body) = run(&[STREAM.as_bytes()]);
    assert!(whole.contains("response.completed") && body.contains("\"total_tokens\":5"), "{whole}");
    for ending in ["\n", "\r\n", "\r"] {
        let stream = STREAM.replace('\n', ending);
        for cut in 0..=stream.len() {
            let (first, second) = stream.as_bytes().split_at(cut);
            assert_eq!(run(&[first, second]).0, whole, "cut at {cut}");
        }
    }
}

#[test]
fn a_stream_that_breaks_off_anywhere_ends_once_and_says_so() {
    let last = STREAM.find("finish_reason").unwrap();
    for end in 0..last {
        let (events, _) = run(&[&STREAM.as_bytes()[..end]]);
        assert_eq!(events.matches("event: response.failed").count(), 1, "{end}");
        assert_eq!(events.matches("event: response.completed").count(), 0, "{end}");
    }
}
