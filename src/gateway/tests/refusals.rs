//! How providers refuse, in the bodies that they are known for: what Codex is told, and what other clients get.

use pretty_assertions::assert_eq;
use serde::Deserialize;

use super::dialect::DIALECTS;
use super::stage::{Asker, Stage, Told, http};

#[derive(Deserialize)]
struct Table {
    refusal: Vec<Refusal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    from: String,
    wire: String,
    status: String,
    #[serde(default)]
    header: String,
    #[serde(default = "json", rename = "type")]
    kind: String,
    body: String,
    said: String,
    #[serde(default = "shown")]
    code: String,
    plain: Option<u16>,
    #[serde(default = "once")]
    calls: usize,
}

fn json() -> String {
    "application/json".to_owned()
}

fn shown() -> String {
    "invalid_prompt".to_owned()
}

const fn once() -> usize {
    1
}

impl Refusal {
    fn number(&self) -> u16 {
        self.status[..3].parse().unwrap()
    }

    /// What the person reads: the provider, its status, its words, and what can be done.
    fn message(&self, id: &str) -> String {
        let hint = match self.number() {
            400 if self.body.contains("API_KEY_INVALID") => format!("\nhint: set another key: `codexgw key set {id}`"),
            401 | 403 => format!("\nhint: set another key: `codexgw key set {id}`"),
            404 => format!("\nhint: choose another model: `codexgw use {id}/<model>`"),
            _ => String::new(),
        };
        format!("Test Provider answered {}: {}{hint}", self.number(), self.said)
    }

    fn answer(&self) -> String {
        let header = if self.header.is_empty() { String::new() } else { format!("\r\n{}", self.header) };
        http(&format!("{}{header}", self.status), &self.kind, &self.body)
    }
}

fn table() -> Vec<Refusal> {
    toml_edit::de::from_str::<Table>(include_str!("data/refusals.toml")).unwrap().refusal
}

#[tokio::test]
async fn every_refusal_is_told_once_in_the_providers_words() {
    let stage = Stage::start().await;
    let table = table();
    for dialect in DIALECTS {
        let rows = table.iter().filter(|row| row.wire == dialect.id());
        for row in rows {
            let message = row.message(dialect.id());
            let shown = format!("{} {} {}", row.wire, row.status, row.from);
            let played = stage.play(dialect, Asker::Codex, &row.answer(), row.calls).await;
            let expected = Told { status: 200, code: row.code.clone(), message: message.clone() };
            assert_eq!(played.told(), expected, "{shown}");
            let played = stage.play(dialect, Asker::Whole, &row.answer(), row.calls).await;
            let status = row.plain.unwrap_or_else(|| row.number());
            assert_eq!(played.told(), Told { status, code: row.code.clone(), message }, "{shown}");
        }
    }
}

#[test]
fn no_wire_is_left_out_of_any_status() {
    let table = table();
    for status in [400, 401, 402, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529] {
        for wire in ["chat", "messages", "gemini", "responses"] {
            assert!(table.iter().any(|row| row.number() == status && row.wire == wire), "{wire} {status}");
        }
    }
}
