//! The whole road of an answer: upstream bytes to Codex's events.

use pretty_assertions::assert_eq;

use super::ir::{Delta, End};
use super::responses::{Encoder, ResponseMeta, parse};
use super::{Quirks, chat, messages, sse};

const CHAT: &str = concat!(
    ": comment\n\n",
    "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"reasoning_content\":\"plän\"}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"Héllo\"}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\n",
    "data: \"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n",
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
    "data: [DONE]\n\n",
);

const MESSAGES: &str = concat!(
    ": comment\n\n",
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":3}}}\n\n",
    "event: content_block_start\n",
    "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\"}}\n\n",
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"thinking_delta\",\"thinking\":\"plän\"}}\n\n",
    "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"signature_delta\",\"signature\":\"s\"}}\n\n",
    "data: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n",
    "data: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
    "data: {\"type\":\"content_block_delta\",\"index\":1,\n",
    "data: \"delta\":{\"type\":\"text_delta\",\"text\":\"Héllo\"}}\n\n",
    "data: {\"type\":\"content_block_stop\",\"index\":1}\n\n",
    "data: {\"type\":\"content_block_start\",\"index\":2,\"content_block\":{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"f\"}}\n\n",
    "data: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"{\"}}\n\n",
    "data: {\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":\"}\"}}\n\n",
    "data: {\"type\":\"content_block_stop\",\"index\":2}\n\n",
    "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":2},\"delta\":{\"stop_reason\":\"tool_use\"}}\n\n",
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

/// What reads the answer of an upstream.
enum Decoder {
    Chat(Box<chat::Decoder>),
    Messages(Box<messages::Decoder>),
}

impl Decoder {
    fn new(stream: &str) -> Self {
        let request = parse(br#"{"model":"p/m","input":"hi","tools":[{"type":"function","name":"f"}]}"#).unwrap();
        let quirks = Quirks::default();
        if stream.contains("message_start") {
            Self::Messages(Box::new(messages::encode(&request, "m", &quirks, &messages::Abilities::default()).decoder))
        } else {
            Self::Chat(Box::new(chat::encode(&request, "m", &quirks).decoder))
        }
    }

    fn feed(&mut self, event: &sse::Event<'_>, out: &mut Vec<Delta>) {
        match self {
            Self::Chat(decoder) => decoder.feed(event, out),
            Self::Messages(decoder) => decoder.feed(event, out),
        }
    }

    fn finish(&mut self, out: &mut Vec<Delta>) {
        match self {
            Self::Chat(decoder) => decoder.finish(End::Eof, out),
            Self::Messages(decoder) => decoder.finish(End::Eof, out),
        }
    }
}

/// The events for these chunks of a stream, and the body of the same answer.
fn run(stream: &str, chunks: &[&[u8]]) -> (String, String) {
    let mut decoder = Decoder::new(stream);
    let meta = ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 0 };
    let (mut encoder, mut lines) = (Encoder::new(meta), sse::Decoder::new());
    let (mut deltas, mut out) = (Vec::new(), Vec::new());
    for chunk in chunks {
        lines.feed(chunk, |event| decoder.feed(&event, &mut deltas)).unwrap();
    }
    lines.finish(|event| decoder.feed(&event, &mut deltas)).unwrap();
    decoder.finish(&mut deltas);
    for delta in deltas {
        encoder.push(delta, &mut out);
    }
    (String::from_utf8(out).unwrap(), String::from_utf8(encoder.into_response()).unwrap())
}

#[test]
fn a_stream_cut_at_every_byte_gives_the_same_events() {
    for stream in [CHAT, MESSAGES] {
        let (whole, body) = run(stream, &[stream.as_bytes()]);
        assert!(whole.contains("response.completed") && body.contains("\"total_tokens\":5"), "{whole}");
        for ending in ["\n", "\r\n", "\r"] {
            let bytes = stream.replace('\n', ending);
            for cut in 0..=bytes.len() {
                let (first, second) = bytes.as_bytes().split_at(cut);
                assert_eq!(run(stream, &[first, second]).0, whole, "cut at {cut}");
            }
        }
    }
}

#[test]
fn a_stream_that_breaks_off_anywhere_ends_once_and_says_so() {
    for (stream, reason) in [(CHAT, "finish_reason"), (MESSAGES, "stop_reason")] {
        let last = stream.find(reason).unwrap();
        for end in 0..last {
            let (events, _) = run(stream, &[&stream.as_bytes()[..end]]);
            assert_eq!(events.matches("event: response.failed").count(), 1, "{end}");
            assert_eq!(events.matches("event: response.completed").count(), 0, "{end}");
        }
    }
}

#[test]
fn all_upstreams_tell_the_same_answer_alike() {
    // Only what seals the thought is each protocol's own.
    let plain = |stream: &str| {
        let (events, _) = run(stream, &[stream.as_bytes()]);
        let lines = events.lines().map(|line| match line.split_once("\"encrypted_content\":\"") {
            Some((front, rest)) => format!("{front}{}", &rest[rest.find('"').unwrap()..]),
            None => line.to_owned(),
        });
        // The last event repeats the seals within its list.
        lines.filter(|line| !line.contains("response.completed")).collect::<Vec<_>>()
    };
    assert_eq!(plain(MESSAGES), plain(CHAT));
}
