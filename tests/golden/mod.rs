//! What each request becomes on each wire, and what each answer becomes for Codex, as files to be read.
//!
//! Every case of `cases.rs` runs on Chat Completions, Messages and Gemini, streamed and whole. The scripted upstreams
//! check each request against the documentation of their interface, and write the answer as it would. A changed file
//! is a changed translation: `CODEXGW_BLESS=1 cargo test --test main golden` writes them anew.

mod case;
mod cases;
mod told;

use std::fs;
use std::path::PathBuf;

use codexgw::catalog;
use codexgw::protocol::ir::{End, Loss};
use codexgw::protocol::responses::{self, Encoder, ResponseMeta};
use codexgw::protocol::{Decoder, Destination, Outbound, Quirks, Wire, gemini, sse};
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use crate::support::upstream::{Rehearsal, Serves, Turn, rehearse};
use case::Case;

/// The wires with the model that is usual there.
const WIRES: [(Wire, &str, &str); 3] = [
    (Wire::Chat, "chat", "kimi-k3"),
    (Wire::Messages, "messages", "claude-sonnet-4-6"),
    (Wire::Gemini, "gemini", "gemini-3-pro-preview"),
];

#[test]
fn every_case_is_carried_over_as_its_file_says() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/files");
    let bless = std::env::var_os("CODEXGW_BLESS").is_some();
    let cases = cases::all();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let (mut expected_files, mut changed, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    for case in &cases {
        for (wire, name, model) in WIRES {
            let file = folder.join(name).join(format!("{}.txt", case.name));
            let told = match (Road { wire, model: case.model.unwrap_or(model), case }).told() {
                Ok(told) => told,
                Err(breaches) => {
                    refused.push(format!("{} on {name}: {breaches}", case.name));
                    continue;
                }
            };
            if bless {
                fs::create_dir_all(folder.join(name)).expect("the folder of the files can be made");
                fs::write(&file, &told).expect("a file can be written");
            } else if fs::read_to_string(&file).ok().as_deref() != Some(&told) {
                changed.push((file.clone(), told));
            }
            expected_files.push(file);
        }
    }
    assert!(refused.is_empty(), "{} requests were refused:\n{}", refused.len(), refused.join("\n"));
    if let Some((file, told)) = changed.first() {
        let names: Vec<_> = changed.iter().map(|(file, _)| file.display().to_string()).collect();
        let before = fs::read_to_string(file).unwrap_or_default();
        assert_eq!(&before, told, "{} of {} differ: {names:#?}", changed.len(), expected_files.len());
    }
    for (_, name, _) in WIRES {
        for entry in fs::read_dir(folder.join(name)).expect("the files are there").flatten() {
            assert!(expected_files.contains(&entry.path()), "no case is called {}", entry.path().display());
        }
    }
}

/// One case on one wire.
struct Road<'a> {
    wire: Wire,
    model: &'a str,
    case: &'a Case,
}

/// A request in the upstream's words.
struct Sent {
    body: Value,
    losses: Vec<Loss>,
    decoder: Decoder,
    compacts: bool,
}

impl Road<'_> {
    /// Everything that happens, in words; or what the upstream refuses.
    fn told(&self) -> Result<String, String> {
        let streamed = self.encode(&self.case.request, true);
        let whole = self.encode(&self.case.request, false);
        let mut out = String::new();
        told::section(&mut out, "request", &told::json(&streamed.body));
        told::section(&mut out, "not streamed", &told::difference(&streamed.body, &whole.body));
        told::section(&mut out, "losses", &told::losses(&streamed.losses));
        assert_eq!(streamed.losses, whole.losses, "{}", self.case.name);

        let first = streamed.body.clone();
        let (events, last) = self.answered(streamed, true)?;
        let (_, response) = self.answered(whole, false)?;
        told::section(&mut out, "answer", &events);
        told::section(&mut out, "not streamed", &told::difference(&last, &response));

        if let Some(next) = &self.case.next {
            let request = self.next_request(&last, next);
            let sent = self.encode(&request, true);
            told::section(&mut out, "next request", &told::difference(&first, &sent.body));
            told::section(&mut out, "losses", &told::losses(&sent.losses));
            // The upstream checks what came back of its own: signatures, ids, pairs.
            self.rehearsed(&sent.body, true, &Turn::text("Done."))?;
        }
        Ok(out)
    }

    fn encode(&self, request: &Value, stream: bool) -> Sent {
        let mut request = request.clone();
        request["model"] = "p/m".into();
        request["stream"] = stream.into();
        let request = request.to_string();
        let mut request = responses::parse(request.as_bytes()).expect("a request of Codex can be read");
        let facts = catalog::model_facts(self.model).cloned().unwrap_or_default();
        let (mut quirks, unknown) = Quirks::from_names(self.case.quirks);
        assert_eq!(unknown, Vec::<String>::new(), "{}", self.case.name);
        quirks.efforts.clone_from(&facts.efforts);
        quirks.images_rejected |= facts.images == Some(false);
        let abilities = facts.abilities(self.model);
        let to = Destination {
            wire: self.wire,
            model: self.model,
            quirks: &quirks,
            abilities: &abilities,
            safety: gemini::Safety::default(),
        };
        quirks.reduce(self.wire, &mut request);
        let Outbound { body, losses, decoder, .. } = Outbound::new(&request, &to);
        let body = serde_json::from_slice(&body).expect("a body is JSON");
        Sent { body, losses, decoder, compacts: request.compacts }
    }

    /// Codex's events, told, and the response that they end with; or the whole response.
    fn answered(&self, sent: Sent, stream: bool) -> Result<(String, Value), String> {
        let pieces = self.rehearsed(&sent.body, stream, &self.case.answer)?;
        let meta = ResponseMeta { id: "resp_1".to_owned(), model: "p/m".to_owned(), created_at: 0 };
        let encoder = Encoder::new(meta);
        let mut encoder = if sent.compacts { encoder.compacting() } else { encoder };
        let (mut decoder, mut deltas, mut out) = (sent.decoder, Vec::new(), Vec::new());
        if stream {
            let mut framing = sse::Decoder::new();
            for piece in &pieces {
                framing.feed(piece, |event| decoder.feed(&event, &mut deltas)).expect("events are small");
            }
            framing.finish(|event| decoder.feed(&event, &mut deltas)).expect("events are small");
        } else {
            decoder.feed_whole(&pieces.concat(), &mut deltas);
        }
        decoder.finish(End::Eof, &mut deltas);
        for delta in deltas.drain(..) {
            encoder.push(delta, &mut out);
        }
        Ok(if stream {
            told::events(&out)
        } else {
            (String::new(), serde_json::from_slice(&encoder.into_response()).expect("a response is JSON"))
        })
    }

    /// What the upstream answers, or which breaches of its documentation it refuses.
    fn rehearsed(&self, body: &Value, stream: bool, turn: &Turn) -> Result<Vec<Vec<u8>>, String> {
        let (serves, target) = match self.wire {
            Wire::Chat | Wire::Responses => (Serves::Chat, "/v1/chat/completions".to_owned()),
            Wire::Messages => (Serves::Messages { bearer: false }, "/v1/messages".to_owned()),
            Wire::Gemini => (Serves::Gemini { bearer: false }, format!("/v1beta{}", gemini::path(self.model, stream))),
        };
        let mut body = body.clone();
        if self.case.quirks.contains(&"reasoning_content_replay") {
            // A dialect's own field: the documentation of the interface does not have it.
            for message in body.get_mut("messages").and_then(Value::as_array_mut).into_iter().flatten() {
                message.as_object_mut().map(|message| message.remove("reasoning_content"));
            }
        }
        let body = &body;
        match rehearse(serves, &target, body, turn) {
            Rehearsal::Answer(pieces) => Ok(pieces),
            // What only other interfaces have is not in the answer.
            Rehearsal::Lacks => self.rehearsed(body, stream, &Turn::text("This interface has nothing of that kind.")),
            Rehearsal::Refused(breaches) => Err(breaches.join("; ")),
        }
    }

    /// The request after the answer: all of it, with what came of its calls.
    fn next_request(&self, response: &Value, next: &[Value]) -> Value {
        let mut request = self.case.request.clone();
        let answer = response["output"].as_array().cloned().unwrap_or_default();
        let call = answer.iter().find_map(|item| item["call_id"].as_str()).unwrap_or("none").to_owned();
        let next = next.iter().map(|item| {
            let mut item = item.clone();
            if item["call_id"] == "CALL" {
                item["call_id"] = json!(call);
            }
            item
        });
        if let Some(input) = request["input"].as_array_mut() {
            input.extend(answer.iter().cloned());
            input.extend(next);
        }
        request
    }
}
