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
    /// Whether it is about money.
    #[serde(default)]
    money: bool,
    /// What can be done, where the status alone does not tell.
    hint: Option<String>,
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
        let elsewhere = "use another provider: `codexgw use <provider>/<model>`";
        let model = format!("choose another model: `codexgw use {id}/<model>`");
        let hint = match self.number() {
            _ if self.hint.is_some() => {
                self.hint.clone().unwrap_or_default().replace("ID", id).replace("ELSEWHERE", elsewhere)
            }
            _ if self.is_context() => format!(
                "this is what Codex sends at the least, so that nothing can be left out; choose a model with a larger \
                 window: `codexgw use {id}/<model>`"
            ),
            402 | 403 | 429 if self.has_no_money() => {
                format!("add credit or look at your plan in the provider's console, or {elsewhere}")
            }
            400 if self.body.contains("API_KEY_INVALID") => format!("set another key: `codexgw key set {id}`"),
            401 => format!("set another key: `codexgw key set {id}`"),
            403 => format!("set a key that may do this: `codexgw key set {id}`, or {model}"),
            404 => model,
            413 => format!("the provider, or a proxy in front of it, has to take larger requests; or {elsewhere}"),
            429 if self.code == "invalid_prompt" => elsewhere.to_owned(),
            408 | 409 | 500..=599 => format!("try again later, or look at the provider's status page, or {elsewhere}"),
            _ => String::new(),
        };
        let hint = if hint.is_empty() { hint } else { format!("\nhint: {hint}") };
        format!("Test Provider answered {}: {}{hint}", self.number(), self.said)
    }

    /// What Codex is told: these are first messages, for which its own words about a full window would not do.
    fn codex(&self) -> &str {
        if self.is_context() { "invalid_prompt" } else { &self.code }
    }

    fn is_context(&self) -> bool {
        self.code == "context_length_exceeded"
    }

    fn has_no_money(&self) -> bool {
        self.money || self.number() == 402
    }

    /// The status and the code that other clients get.
    fn plain(&self) -> (u16, String) {
        let (status, code) = match self.number() {
            _ if self.is_context() => (400, "context_length_exceeded"),
            _ if self.has_no_money() => (429, "insufficient_quota"),
            401 => (401, "invalid_api_key"),
            403 => (403, "permission_denied"),
            404 if self.code == "model_not_found" => (404, "model_not_found"),
            404 => (404, "not_found"),
            405 => (405, "method_not_allowed"),
            408 => (408, "request_timeout"),
            409 => (409, "conflict"),
            413 => (413, "request_too_large"),
            429 => (429, "rate_limit_exceeded"),
            status @ 400..=499 => (status, "invalid_request"),
            status @ 500..=599 => (status, "server_error"),
            _ => (502, "server_error"),
        };
        (status, code.to_owned())
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
            let expected = Told { status: 200, code: row.codex().to_owned(), message: message.clone() };
            assert_eq!(played.told(), expected, "{shown}");
            let played = stage.play(dialect, Asker::Whole, &row.answer(), row.calls).await;
            let (status, code) = row.plain();
            assert_eq!(played.told(), Told { status, code, message }, "{shown}");
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
