use std::sync::Arc;

use pretty_assertions::assert_eq;
use serde_json::Value;

use super::*;
use crate::protocol::responses::ResponseMeta;
use crate::protocol::sse;

/// An answer with a comment, an event over two lines, one without a name and one that nobody knows.
const STREAM: &str = concat!(
    ": comment\n\n",
    "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\"}}\n\n",
    "data: {\"type\":\"response.output_item.added\",\n",
    "data: \"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"m\",\"role\":\"assistant\",\"content\":[]}}\n\n",
    "data: {\"type\":\"response.output_text.delta\",\"item_id\":\"m\",\"delta\":\"Héllo\"}\n\n",
    "event: vendor.note\ndata: {\"type\":\"vendor.note\",\"note\":1}\n\n",
    "data: {\"type\":\"response.output_item.done\",\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"m\"}}\n\n",
    "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"usage\":",
    "{\"input_tokens\":10,\"input_tokens_details\":{\"cached_tokens\":4},\"output_tokens\":3,\"total_tokens\":13}}}\n\n",
);

fn passing() -> Passing {
    let meta = ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 0 };
    Passing::new(Encoder::new(meta).naming("Acme"), Sealer::new(&Arc::default(), "p"))
}

/// What Codex reads of an answer: the types of its events, and how it failed.
fn read(bytes: &[u8]) -> (Vec<String>, Option<String>) {
    let (mut kinds, mut failure) = (Vec::new(), None);
    let mut decoder = sse::Decoder::new();
    let mut sink = |event: sse::Event<'_>| {
        let Ok(value) = serde_json::from_str::<Value>(event.data) else { return };
        if let Some(message) = value.pointer("/response/error/message").and_then(Value::as_str) {
            failure = Some(message.to_owned());
        }
        kinds.push(value["type"].as_str().unwrap_or_default().to_owned());
    };
    decoder.feed(bytes, &mut sink).unwrap();
    decoder.finish(&mut sink).unwrap();
    (kinds, failure)
}

fn terminals(kinds: &[String]) -> usize {
    kinds.iter().filter(|kind| ["response.completed", "response.failed"].contains(&kind.as_str())).count()
}

#[test]
fn an_answer_cut_at_every_byte_passes_unchanged() {
    for ending in ["\n", "\r\n", "\r"] {
        let stream = STREAM.replace('\n', ending);
        for cut in 0..=stream.len() {
            let (first, second) = stream.as_bytes().split_at(cut);
            let (mut passing, mut out) = (passing(), Vec::new());
            passing.feed(first, &mut out);
            passing.feed(second, &mut out);
            passing.end(&End::Eof, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), stream, "cut at {cut}");
            assert!(passing.is_finished() && !passing.has_failed(), "cut at {cut}");
            let usage = Usage { input: 10, cached: 4, output: 3, ..Usage::default() };
            assert_eq!(passing.usage(), Some(&usage), "cut at {cut}");
        }
    }
}

#[test]
fn an_answer_that_breaks_off_at_any_byte_ends_once() {
    let whole = read(STREAM.as_bytes()).0;
    for ending in ["\n", "\r\n", "\r"] {
        let stream = STREAM.replace('\n', ending);
        // From here on only the blank line is missing, which Codex does without.
        let enough = stream.trim_end().len();
        for cut in 0..stream.len() {
            for end in [End::Eof, End::Cut("the cable".into())] {
                let (mut passing, mut out) = (passing(), Vec::new());
                passing.feed(&stream.as_bytes()[..cut], &mut out);
                passing.end(&end, &mut out);
                assert_eq!(passing.trouble.is_some(), cut == 0, "cut at {cut}: what has begun cannot begin again");
                if let Some(failure) = passing.take_trouble() {
                    passing.fail(failure, &mut out);
                }
                let (kinds, failure) = read(&out);
                assert_eq!(terminals(&kinds), 1, "cut at {cut}: {}", String::from_utf8_lossy(&out));
                if cut >= enough {
                    assert_eq!((&kinds, &failure), (&whole, &None), "cut at {cut}");
                } else {
                    let message = failure.unwrap_or_default();
                    assert!(message.starts_with("Acme's answer broke off: "), "cut at {cut}: {message}");
                    assert_eq!(message.ends_with("the cable"), end != End::Eof, "cut at {cut}: {message}");
                }
            }
        }
    }
}

#[test]
fn our_own_words_only_stand_between_events() {
    for (bytes, between) in [
        (&[&b""[..]][..], true),
        (&[b"data: 1\n\n"], true),
        (&[b"data: 1\r\n\r\n"], true),
        (&[b"data: 1\r\r"], true),
        (&[b"data: 1\n", b"\n"], true),
        (&[b"data: 1\r\n", b"\r", b"\n"], true),
        (&[b"data: 1\n"], false),
        (&[b"data: 1\r\n"], false),
        (&[b"data: 1\n\n", b"d"], false),
    ] {
        let (mut passing, mut out) = (passing(), Vec::new());
        for piece in bytes {
            passing.feed(piece, &mut out);
        }
        assert_eq!(passing.is_between_events(), between, "{bytes:?}");
    }
}
