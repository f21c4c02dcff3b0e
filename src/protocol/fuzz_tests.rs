//! Recorded streams and requests, broken at random: nothing may panic, and every answer ends exactly once.
//!
//! A few hundred variants always run. `FUZZ_SECONDS=600 cargo test --lib protocol::fuzz -- --ignored` goes on for that
//! long a target, from another seed each time, which a failure names. What it finds is added to `corpus/`.

use std::time::{Duration, Instant, SystemTime};

use super::ir::Delta;
use super::messages::Abilities;
use super::responses::{self, Encoder, ResponseMeta, Tap, parse};
use super::tools::Names;
use super::{Decoder, End, Quirks, chat, failure_from_response, gemini, messages, sse};

/// How many variants of each always run.
const ALWAYS: u32 = 400;

/// What is broken, and what reads it.
struct Target {
    name: &'static str,
    seed: &'static [u8],
    read: fn(&[u8], &mut Dice),
}

const TARGETS: [Target; 5] = [
    Target { name: "chat", seed: include_bytes!("corpus/chat.txt"), read: chat_answer },
    Target { name: "messages", seed: include_bytes!("corpus/messages.txt"), read: messages_answer },
    Target { name: "gemini", seed: include_bytes!("corpus/gemini.txt"), read: gemini_answer },
    Target { name: "responses", seed: include_bytes!("corpus/responses.txt"), read: responses_answer },
    Target { name: "request", seed: include_bytes!("corpus/request.json"), read: request },
];

/// Small random numbers that a seed brings back (xorshift).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % below.max(1)
    }
}

/// Pieces that parsers stumble over.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\n",
    b"\r",
    b"\n\n",
    b"data: ",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\\ud800",
    b"\xff",
    b"\xc3",
    b"\x00",
    b"data: [DONE]\n\n",
    b"<think>",
    b"{\"error\":\"x\"}",
];

/// One variant: a few cuts, copies, swaps and insertions.
fn broken(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.roll(6) {
        let at = dice.roll(bytes.len());
        let length = dice.roll(40).min(bytes.len() - at);
        match dice.roll(6) {
            0 => drop(bytes.drain(at..at + length)),
            1 => bytes.truncate(at),
            2 => {
                let copy = bytes[at..at + length].to_vec();
                let to = dice.roll(bytes.len());
                bytes.splice(to..to, copy);
            }
            3 if at < bytes.len() => bytes[at] = u8::try_from(dice.roll(256)).unwrap_or_default(),
            _ => drop(bytes.splice(at..at, PIECES[dice.roll(PIECES.len())].iter().copied())),
        }
    }
    bytes
}

/// The request that an answer belongs to.
const ASKED: &[u8] = br#"{"model":"p/m","input":"hi","tools":[{"type":"function","name":"f"},
    {"type":"custom","name":"apply_patch"}]}"#;

fn chat_answer(bytes: &[u8], dice: &mut Dice) {
    answer(bytes, dice, || Decoder::Chat(chat::encode(&parse(ASKED).unwrap(), "m", &Quirks::default()).decoder));
}

fn messages_answer(bytes: &[u8], dice: &mut Dice) {
    let abilities = Abilities::default();
    answer(bytes, dice, || {
        let outbound = messages::encode(&parse(ASKED).unwrap(), "m", &Quirks::default(), &abilities);
        Decoder::Messages(outbound.decoder)
    });
}

fn gemini_answer(bytes: &[u8], dice: &mut Dice) {
    answer(bytes, dice, || Decoder::Gemini(gemini::encode(&parse(ASKED).unwrap(), "m", &Quirks::default()).decoder));
}

fn responses_answer(bytes: &[u8], dice: &mut Dice) {
    answer(bytes, dice, || Decoder::Responses(responses::Decoder::new(Names::default(), "m")));
    let (first, second) = bytes.split_at(dice.roll(bytes.len() + 1));
    let mut tap = Tap::new();
    tap.feed(first);
    tap.feed(second);
    tap.finish();
    let mut whole = Tap::new();
    whole.feed(bytes);
    whole.finish();
    let seen = |tap: &Tap| (tap.is_finished(), tap.usage().copied(), tap.error().map(str::to_owned), tap.has_events());
    assert_eq!(seen(&tap), seen(&whole));
}

/// Reads a stream in two pieces and as one document, and refusals with such a body: each of them ends once.
fn answer(bytes: &[u8], dice: &mut Dice, decoder: impl Fn() -> Decoder) {
    let (first, second) = bytes.split_at(dice.roll(bytes.len() + 1));
    let end = if dice.roll(2) == 0 { End::Eof } else { End::Cut("cut".to_owned()) };
    let (mut reader, mut lines, mut deltas) = (decoder(), sse::Decoder::new(), Vec::new());
    for piece in [first, second] {
        let _ = lines.feed(piece, |event| reader.feed(&event, &mut deltas));
    }
    let _ = lines.finish(|event| reader.feed(&event, &mut deltas));
    reader.finish(end, &mut deltas);
    ends_once(deltas);
    let (mut reader, mut deltas) = (decoder(), Vec::new());
    reader.feed_whole(bytes, &mut deltas);
    reader.finish(End::Eof, &mut deltas);
    ends_once(deltas);
    let failure = failure_from_response("P", 400, None, None, bytes);
    assert!(failure.message.len() < 8192 && !failure.message.contains('\u{1b}'));
}

fn ends_once(deltas: Vec<Delta>) {
    let ends = deltas.iter().filter(|delta| matches!(delta, Delta::Stop(_) | Delta::Fail(_))).count();
    assert!(ends == 1 && matches!(deltas.last(), Some(Delta::Stop(_) | Delta::Fail(_))), "{deltas:?}");
    let meta = ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 0 };
    let (mut encoder, mut out) = (Encoder::new(meta), Vec::new());
    for delta in deltas {
        encoder.push(delta, &mut out);
    }
    assert!(encoder.is_finished());
    let mut terminals = 0;
    let mut events = sse::Decoder::new();
    let fed = events.feed(&out, |event| {
        let value: serde_json::Value = serde_json::from_str(event.data).expect("what we write is JSON");
        terminals += usize::from(value["response"]["status"].as_str().is_some_and(|status| status != "in_progress"));
    });
    assert!(fed.is_ok() && terminals == 1);
}

/// Translates a request for every upstream: each body is JSON, or the request is refused.
fn request(bytes: &[u8], _: &mut Dice) {
    let quirks = Quirks::default();
    // Halves of characters pass where the bytes do: they are well-formed, whatever a strict reader makes of them.
    let is_json = |body: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok();
    let _ = responses::head(bytes);
    if let Ok(rewritten) = responses::rewrite(bytes, "m", &quirks, &|_| false) {
        assert!(is_json(&rewritten.body), "{}", String::from_utf8_lossy(&rewritten.body));
    }
    let mut mended = bytes.to_vec();
    responses::mend_halves(&mut mended);
    let Ok(request) = parse(&mended) else { return };
    for body in [
        chat::encode(&request, "m", &quirks).body,
        messages::encode(&request, "m", &quirks, &Abilities::default()).body,
        gemini::encode(&request, "gemini-3-pro", &quirks).body,
    ] {
        assert!(is_json(&body), "{}", String::from_utf8_lossy(&body));
    }
}

/// Names the bytes that a reader did not survive.
struct Culprit<'a>(&'static str, u64, &'a [u8]);

impl Drop for Culprit<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} fell over seed {}: {:?}", self.0, self.1, String::from_utf8_lossy(self.2));
        }
    }
}

fn try_one(target: &Target, seed: u64) {
    // Xorshift stays at nought for ever.
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let bytes = broken(target.seed, &mut dice);
    let _culprit = Culprit(target.name, seed, &bytes);
    (target.read)(&bytes, &mut dice);
}

#[test]
fn broken_input_never_panics_and_every_answer_ends_once() {
    for target in &TARGETS {
        for seed in 0..ALWAYS {
            try_one(target, seed.into());
        }
    }
}

#[test]
#[ignore = "goes on for FUZZ_SECONDS a target, ten where that is not set"]
fn broken_input_goes_on_for_as_long_as_it_is_told() {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    for target in &TARGETS {
        let first = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs()) << 24;
        let (start, mut tried) = (Instant::now(), 0);
        while start.elapsed() < Duration::from_secs(seconds) {
            try_one(target, first + tried);
            tried += 1;
        }
        eprintln!("{}: {tried} variants from seed {first}", target.name);
    }
}
