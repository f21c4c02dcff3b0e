//! Requests: each is refused, or becomes JSON on every wire.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use codexgw::catalog;
use codexgw::protocol::gemini::Safety;
use codexgw::protocol::messages::Abilities;
use codexgw::protocol::{Destination, Outbound, Quirks, Wire, compaction, images, responses};
use serde_json::value::RawValue;

/// The wires with models whose requests differ.
const MODELS: [(Wire, &[&str]); 4] = [
    (Wire::Responses, &["m"]),
    (Wire::Chat, &["m"]),
    (Wire::Messages, &["m", "claude-sonnet-4-5", "claude-opus-4-6"]),
    (Wire::Gemini, &["gemini-3-pro", "gemini-2.5-flash"]),
];

/// What the providers of the catalogue do differently, none of it first.
static QUIRKS: LazyLock<Vec<Quirks>> = LazyLock::new(|| {
    let sets: BTreeSet<Vec<String>> = catalog::providers().map(|provider| provider.quirks.clone()).collect();
    std::iter::once(Quirks::default()).chain(sets.iter().map(|names| Quirks::from_names(names).0)).collect()
});

/// A request of Codex: for the usual provider, and for another one that its length decides.
pub fn request(bytes: &[u8]) {
    let _ = responses::head(bytes);
    let mut mended = bytes.to_vec();
    responses::mend_halves(&mut mended);
    for (index, quirks) in [&QUIRKS[0], &QUIRKS[bytes.len() % QUIRKS.len()]].into_iter().enumerate() {
        pass(bytes, quirks);
        translate(&mended, quirks, bytes.len() + index);
    }
    if let Ok(compact) = responses::with_trigger(&mended) {
        assert_json(&compact);
        translate(&compact, &QUIRKS[0], bytes.len());
    }
}

/// The bytes with spans replaced, for an upstream of the same protocol.
fn pass(bytes: &[u8], quirks: &Quirks) {
    if let Ok(rewritten) = responses::rewrite(bytes, "m", quirks, &|seal| seal.len() % 2 == 1) {
        assert_json(&rewritten.body);
    }
    if let Some((body, _)) = responses::without_reasoning(bytes) {
        assert_json(&body);
    }
    if let Ok(Some((body, _))) = responses::trim(bytes, 1) {
        assert_json(&body);
    }
}

/// The request on each wire, as it is and as one for a summary.
fn translate(bytes: &[u8], quirks: &Quirks, turn: usize) {
    let Ok(mut request) = responses::parse(bytes) else { return };
    for _ in 0..2 {
        for (wire, models) in MODELS {
            let model = models[turn % models.len()];
            let abilities = Abilities::of_name(model);
            let to = Destination { wire, model, quirks, abilities: &abilities, safety: Safety::default() };
            assert_json(&Outbound::new(&request, &to).body);
        }
        compaction::ask(&mut request);
        compaction::trim(&mut request, 0);
        images::leave_out(&mut request);
    }
}

/// Halves of characters pass where the bytes do: they are well-formed, whatever a strict reader makes of them.
#[track_caller]
fn assert_json(body: &[u8]) {
    assert!(serde_json::from_slice::<&RawValue>(body).is_ok(), "{}", String::from_utf8_lossy(body));
}
