//! Answers: however their bytes are cut, the same valid events with exactly one end.

use codexgw::protocol::gemini::Safety;
use codexgw::protocol::ir::Delta;
use codexgw::protocol::messages::{self, Abilities};
use codexgw::protocol::responses::{self, Encoder, ResponseMeta, Tap};
use codexgw::protocol::{Decoder, Destination, End, Outbound, Quirks, Wire, failure_from_response, sse};
use serde_json::Value;
use serde_json::value::RawValue;

use super::grammar;

/// The request that an answer belongs to: a tool of each kind.
const ASKED: &[u8] = br#"{"model":"p/m","input":"hi","tools":[{"type":"function","name":"f"},
    {"type":"custom","name":"apply_patch"},{"type":"web_search"},{"type":"tool_search","execution":"client"},
    {"type":"namespace","name":"mcp__a","tools":[{"type":"function","name":"b"}]}]}"#;

/// The most answers that one paused turn gets.
const LEGS: usize = 3;

/// An answer of Chat Completions.
pub fn chat(bytes: &[u8]) {
    read(Wire::Chat, bytes);
}

/// An answer of Anthropic's Messages.
pub fn messages(bytes: &[u8]) {
    read(Wire::Messages, bytes);
}

/// An answer of Gemini.
pub fn gemini(bytes: &[u8]) {
    read(Wire::Gemini, bytes);
}

/// An answer of the Responses API, read and only watched.
pub fn responses(bytes: &[u8]) {
    read(Wire::Responses, bytes);
    watch(bytes);
}

/// Reads the bytes as a stream, whole and in pieces, as one that broke, as one document, and as a refusal.
fn read(wire: Wire, bytes: &[u8]) {
    let told = stream(wire, &[bytes], &End::Eof);
    assert_eq!(stream(wire, &pieces(bytes), &End::Eof), told, "a cut changes what is read");
    assert_valid(told);
    assert_valid(stream(wire, &[bytes], &End::Cut("cut".to_owned())));
    assert_valid(document(wire, bytes));
    let failure = failure_from_response("P", 400, None, None, bytes);
    assert!(failure.message.len() < 8192 && !failure.message.contains('\u{1b}'), "{failure:?}");
}

fn asked(wire: Wire) -> Outbound {
    let request = responses::parse(ASKED).expect("the request can be read");
    let (quirks, abilities) = (Quirks::default(), Abilities::default());
    let to = Destination { wire, model: "m", quirks: &quirks, abilities: &abilities, safety: Safety::default() };
    Outbound::new(&request, &to)
}

/// What is read of a stream; a provider that paused says the same again.
fn stream(wire: Wire, pieces: &[&[u8]], end: &End) -> Vec<Delta> {
    in_legs(wire, |decoder, deltas| {
        let mut lines = sse::Decoder::new();
        for piece in pieces {
            lines.feed(piece, |event| decoder.feed(&event, deltas)).expect("the events are small");
        }
        lines.finish(|event| decoder.feed(&event, deltas)).expect("the events are small");
        decoder.finish(end.clone(), deltas);
    })
}

/// What is read of one document.
fn document(wire: Wire, bytes: &[u8]) -> Vec<Delta> {
    in_legs(wire, |decoder, deltas| {
        decoder.feed_whole(bytes, deltas);
        decoder.finish(End::Eof, deltas);
    })
}

fn in_legs(wire: Wire, read: impl Fn(&mut Decoder, &mut Vec<Delta>)) -> Vec<Delta> {
    let (mut outbound, mut deltas) = (asked(wire), Vec::new());
    for _ in 0..LEGS {
        read(&mut outbound.decoder, &mut deltas);
        let Some(said) = outbound.decoder.resume() else { return deltas };
        let body = messages::resumed(&outbound.body, said).expect("a request of ours goes on");
        assert!(serde_json::from_slice::<&RawValue>(&body).is_ok(), "{}", String::from_utf8_lossy(&body));
    }
    outbound.decoder.finish(End::Eof, &mut deltas);
    deltas
}

/// An answer ends once, at its end, and its events keep the grammar.
fn assert_valid(deltas: Vec<Delta>) {
    let ends = deltas.iter().filter(|delta| matches!(delta, Delta::Stop(_) | Delta::Fail(_))).count();
    assert!(ends == 1 && matches!(deltas.last(), Some(Delta::Stop(_) | Delta::Fail(_))), "{deltas:?}");
    let meta = ResponseMeta { id: "resp_1".to_owned(), model: "p/m".to_owned(), created_at: 0 };
    let (mut encoder, mut out) = (Encoder::new(meta), Vec::new());
    for delta in deltas {
        encoder.push(delta, &mut out);
    }
    let mut events: Vec<Value> = Vec::new();
    sse::Decoder::new()
        .feed(&out, |event| {
            let value: Value = serde_json::from_str(event.data).expect("what is written is JSON");
            assert_eq!(value["type"], event.name);
            events.push(value);
        })
        .expect("the events are small");
    grammar::assert_kept(&events, &serde_json::from_slice(&encoder.into_response()).expect("a response is JSON"));
}

/// What a passing stream shows does not hang on its cuts, and a whole document is told as events that can be read.
fn watch(bytes: &[u8]) {
    let seen = |pieces: &[&[u8]]| {
        let mut tap = Tap::new();
        for piece in pieces {
            tap.feed(piece);
        }
        tap.finish();
        let seals = tap.take_seals();
        (tap.is_finished(), tap.has_events(), tap.usage().copied(), tap.error().map(str::to_owned), seals)
    };
    assert_eq!(seen(&pieces(bytes)), seen(&[bytes]));
    let mut out = Vec::new();
    let is_told = responses::told_as_events(bytes, &mut Tap::new(), &mut out);
    assert_eq!(is_told, seen(&[&out]).0, "{}", String::from_utf8_lossy(&out));
}

/// The bytes in pieces of one to 64, whose lengths the bytes themselves decide.
fn pieces(mut bytes: &[u8]) -> Vec<&[u8]> {
    // FNV-1a, stirred by xorshift: enough to reach every cut sooner or later.
    let mut dice = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
        | 1;
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        let most = 1 << ((dice >> 32) % 7);
        let length = 1 + usize::try_from((dice >> 40) % most).unwrap_or_default();
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}
