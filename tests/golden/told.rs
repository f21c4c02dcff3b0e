//! How the files say things: short, and the same on every run.

use std::fmt::Write as _;

use codexgw::protocol::ir::Loss;
use codexgw::protocol::sse;
use serde_json::Value;

/// Longest string that is written out; longer ones are hardly read by anyone.
const LONGEST: usize = 400;

pub fn section(out: &mut String, title: &str, text: &str) {
    let _ = write!(out, "--- {title}\n{}\n", text.trim_end());
}

pub fn json(value: &Value) -> String {
    serde_json::to_string_pretty(&shortened(value)).unwrap_or_default()
}

fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > LONGEST => {
            let start: String = text.chars().take(LONGEST / 4).collect();
            format!("{start}… ({} characters)", text.chars().count()).into()
        }
        Value::Array(list) => list.iter().map(shortened).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), shortened(value))).collect(),
        other => other.clone(),
    }
}

pub fn losses(losses: &[Loss]) -> String {
    if losses.is_empty() {
        return "none".to_owned();
    }
    losses.iter().fold(String::new(), |mut out, loss| {
        let _ = writeln!(out, "{}: {}", loss.code, loss.detail);
        out
    })
}

/// The lines that only one of the two has.
pub fn difference(one: &Value, other: &Value) -> String {
    let (one, other) = (json(one), json(other));
    let mut out = String::new();
    for change in similar::TextDiff::from_lines(&one, &other).iter_all_changes() {
        let sign = match change.tag() {
            similar::ChangeTag::Equal => continue,
            similar::ChangeTag::Delete => '-',
            similar::ChangeTag::Insert => '+',
        };
        let _ = writeln!(out, "{sign}{}", change.value().trim_end());
    }
    if out.is_empty() { "the same".to_owned() } else { out }
}

/// Codex's events, one line each, runs of deltas joined; and the response of the last one.
pub fn events(stream: &[u8]) -> (String, Value) {
    let mut seen: Vec<Value> = Vec::new();
    let read = |event: sse::Event<'_>| seen.push(serde_json::from_str(event.data).expect("an event is JSON"));
    sse::Decoder::new().feed(stream, read).expect("events are small");
    let mut out = String::new();
    let mut deltas = (String::new(), String::new());
    for event in &seen {
        let kind = event["type"].as_str().unwrap_or_default().trim_start_matches("response.").to_owned();
        if let Some(delta) = event["delta"].as_str() {
            if deltas.0 != kind {
                flush(&mut out, &mut deltas);
            }
            deltas.0 = kind;
            deltas.1.push_str(delta);
            continue;
        }
        flush(&mut out, &mut deltas);
        let what = ["item", "part", "annotation", "text", "arguments", "input", "response"];
        let what = what.iter().map(|field| &event[*field]).find(|value| !value.is_null());
        let _ = match what {
            // The last one is written out below.
            Some(_) if kind == "created" || kind == "in_progress" => writeln!(out, "{kind}"),
            Some(response) if event.get("response").is_some() => writeln!(out, "{kind} {}", ending(response)),
            Some(what) => writeln!(out, "{kind} {}", shortened(what)),
            None => writeln!(out, "{kind}"),
        };
    }
    let last = seen.last().map(|event| event["response"].clone()).unwrap_or_default();
    (out, last)
}

/// A response without its items, which stand above it, and without what is the same in all.
fn ending(response: &Value) -> Value {
    let told = ["usage", "error", "incomplete_details"].iter().filter(|field| !response[**field].is_null());
    told.map(|field| ((*field).to_owned(), shortened(&response[*field]))).collect()
}

fn flush(out: &mut String, (kind, text): &mut (String, String)) {
    if !kind.is_empty() {
        let _ = writeln!(out, "{kind} {}", shortened(&Value::from(text.as_str())));
    }
    kind.clear();
    text.clear();
}
