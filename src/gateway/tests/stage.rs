//! One gateway before one upstream that is told to speak every protocol, and what each kind of client gets from it.

use std::time::Duration;

use serde_json::Value;

use super::dialect::{DIALECTS, Dialect};
use super::rig::{Client, Incoming, Rig, Upstream, provider, quick, status};
use crate::gateway::limits::Limits;

/// How a client asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// Codex: always for a stream.
    Codex,
    /// A client that wants one document.
    Whole,
    /// A client that is not Codex and wants a stream.
    Other,
}

/// What a client was told of a failure.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub status: u16,
    pub code: String,
    pub message: String,
}

/// The gateway and its upstream.
pub(super) struct Stage {
    pub rig: Rig,
    pub upstream: Upstream,
}

impl Stage {
    /// A provider for each dialect, all of them the same upstream.
    pub(super) async fn start() -> Self {
        // No test needs the silence, but a fault that is missed must not cost minutes.
        Self::with(Limits { upstream_silence: Duration::from_secs(10), ..quick() }).await
    }

    /// The same with bounds of its own.
    pub(super) async fn with(limits: Limits) -> Self {
        let upstream = Upstream::start().await;
        let rig = Self::rig(limits, &format!("http://127.0.0.1:{}", upstream.port)).await;
        Self { rig, upstream }
    }

    /// The same with providers that are elsewhere.
    pub(super) async fn at(limits: Limits, base_url: &str) -> Self {
        Self { rig: Self::rig(limits, base_url).await, upstream: Upstream::start().await }
    }

    async fn rig(limits: Limits, base_url: &str) -> Rig {
        let providers = DIALECTS.map(|dialect| {
            let mut provider = provider(0, dialect.wire());
            provider.base_url = format!("{base_url}/v1");
            (dialect.id(), provider)
        });
        Rig::start(limits, &providers).await
    }

    /// Asks for a turn.
    pub(super) async fn ask(&self, dialect: Dialect, asker: Asker) -> Client {
        let turn = self.rig.turn(&format!("{}/m1", dialect.id()), asker != Asker::Whole);
        let turn = if asker == Asker::Codex { turn } else { turn.replace("originator: codex_exec\r\n", "") };
        self.rig.send(turn.as_bytes()).await
    }

    /// Plays one exchange: the same bytes to each of `calls` calls, and then the end of the connection.
    pub(super) async fn play(&self, dialect: Dialect, asker: Asker, bytes: &str, calls: usize) -> Played {
        let mut client = self.ask(dialect, asker).await;
        for _ in 0..calls {
            let mut call = self.upstream.accept().await;
            call.write(bytes).await;
        }
        let played = Played::of(&mut client, asker).await;
        assert!(!self.upstream.has_caller(), "{dialect:?} {asker:?}: called more than {calls} times for {bytes}");
        played
    }

    /// Plays one streamed answer to Codex.
    pub(super) async fn stream(&self, dialect: Dialect, events: &str) -> Played {
        self.play(dialect, Asker::Codex, &(STREAM.to_owned() + events), 1).await
    }

    /// Asks as Codex and waits until the upstream has the request.
    pub(super) async fn called(&self, dialect: Dialect, asker: Asker) -> (Client, Incoming) {
        let client = self.ask(dialect, asker).await;
        (client, self.upstream.accept().await)
    }
}

/// The head of a stream that ends with its connection.
pub(super) const STREAM: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// An HTTP answer with a counted body.
pub(super) fn http(head: &str, kind: &str, body: &str) -> String {
    let length = body.len();
    let kind = if kind.is_empty() { String::new() } else { format!("content-type: {kind}\r\n") };
    format!("HTTP/1.1 {head}\r\n{kind}connection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// All that a client got.
#[derive(Debug)]
pub(super) struct Played {
    pub raw: String,
    /// The terminal events of a stream, parsed; a document alone otherwise.
    ends: Vec<Value>,
}

impl Played {
    /// Reads the client's answer to its end.
    pub(super) async fn of(client: &mut Client, asker: Asker) -> Self {
        let raw = client.all().await;
        let (head, body) = raw.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {raw:?}"));
        let chunked = head.to_ascii_lowercase().contains("chunked");
        let body = if chunked { unchunked(body) } else { body.to_owned() };
        let ends = match asker {
            Asker::Codex => terminals(&body),
            Asker::Other if head.contains("text/event-stream") => terminals(&body),
            Asker::Whole | Asker::Other => {
                vec![serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {raw}"))]
            }
        };
        Self { raw, ends }
    }

    /// The one end.
    #[track_caller]
    pub(super) fn end(&self) -> &Value {
        let [end] = &self.ends[..] else { panic!("{} ends in {}", self.ends.len(), self.raw) };
        end
    }

    /// Whether it ended in form.
    pub(super) fn is_completed(&self) -> bool {
        let end = self.end();
        end["type"] == "response.completed" || end["status"] == "completed"
    }

    /// Why it ended, when that was too early but no failure.
    pub(super) fn incomplete(&self) -> Option<&str> {
        self.end().pointer("/response/incomplete_details/reason").and_then(Value::as_str)
    }

    /// The failure.
    #[track_caller]
    pub(super) fn told(&self) -> Told {
        let end = self.end();
        let streamed = end.get("type").is_some();
        assert!(!streamed || end["type"] == "response.failed", "not a failure: {}", self.raw);
        let error = if streamed { &end["response"]["error"] } else { &end["error"] };
        let text = |name: &str| error[name].as_str().unwrap_or_else(|| panic!("no `{name}` in {end}")).to_owned();
        Told { status: status(&self.raw), code: text("code"), message: text("message") }
    }
}

/// The terminal events as Codex reads them: `data:` lines alone, each event ended by a blank line.
fn terminals(body: &str) -> Vec<Value> {
    let mut decoder = crate::protocol::sse::Decoder::new();
    let mut ends = Vec::new();
    decoder
        .feed(body.as_bytes(), |event| {
            let Ok(value) = serde_json::from_str::<Value>(event.data) else { return };
            let kind = value["type"].as_str().unwrap_or_default();
            if matches!(kind, "response.completed" | "response.failed" | "response.incomplete") {
                ends.push(value);
            }
        })
        .unwrap();
    ends
}

fn unchunked(mut rest: &str) -> String {
    let mut body = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        body.push_str(&after[..size]);
        rest = &after[size + 2..];
    }
    body
}
