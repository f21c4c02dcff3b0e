//! A gateway in this process, a scripted upstream that a test plays by hand, and a client that reads byte by byte.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::gateway::limits::Limits;
use crate::gateway::listener;
use crate::gateway::service::Gateway;
use crate::secret::gateway_token;
use crate::settings::{Home, KeyStore, Provider, Road, Settings, Wire};

/// Nothing on loopback takes this long; a test that waits for it has failed.
const FOREVER: Duration = Duration::from_secs(20);

/// A gateway that serves.
pub(super) struct Rig {
    pub gateway: Arc<Gateway>,
    pub port: u16,
    pub token: String,
    pub home: Home,
    pub served: JoinHandle<()>,
    _dir: TempDir,
}

impl Rig {
    /// Serves these providers.
    pub(super) async fn start(limits: Limits, providers: &[(&str, Provider)]) -> Self {
        Self::start_strict(limits, providers, false).await
    }

    /// Serves these providers, refusing losses or not.
    pub(super) async fn start_strict(limits: Limits, providers: &[(&str, Provider)], strict: bool) -> Self {
        keep_log_lines_alive();
        let dir = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(dir.path())).unwrap();
        write_settings(&home, providers);
        let token = gateway_token::load_or_create(&home).unwrap();
        let shown = token.expose().to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let gateway = Arc::new(Gateway::new(home.clone(), token, port, "1.2.3", limits).strict(strict));
        let served = tokio::spawn(listener::run(listener, Arc::clone(&gateway), || {}));
        Self { gateway, port, token: shown, home, served, _dir: dir }
    }

    /// Sends raw bytes.
    pub(super) async fn send(&self, request: &[u8]) -> Client {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.unwrap();
        stream.write_all(request).await.unwrap();
        Client { stream, seen: Vec::new() }
    }

    /// Asks for a turn of `model`, with the headers that Codex sends.
    pub(super) async fn ask(&self, model: &str, stream: bool) -> Client {
        self.send(self.turn(model, stream).as_bytes()).await
    }

    /// The request for such a turn.
    pub(super) fn turn(&self, model: &str, stream: bool) -> String {
        let body = json!({
            "model": model, "stream": stream, "store": false,
            "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "say hi"}]}],
            "client_metadata": {"x-codex-installation-id": "secret-installation"},
        });
        self.post("/v1/responses", &body.to_string())
    }

    /// A well-formed POST.
    pub(super) fn post(&self, path: &str, body: &str) -> String {
        format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             x-codex-turn-metadata: {{\"workspaces\":\"/home/secret-workspace\"}}\r\noriginator: codex_exec\r\n\
             content-length: {}\r\n\r\n{body}",
            self.port,
            self.token,
            body.len()
        )
    }

    /// A well-formed POST of a client that is not Codex.
    pub(super) fn foreign_post(&self, path: &str, body: &str) -> String {
        self.post(path, body).replace("originator: codex_exec\r\n", "")
    }

    /// A well-formed GET.
    pub(super) fn get(&self, path: &str) -> String {
        format!(
            "GET {path} HTTP/1.1\r\nhost: localhost:{}\r\nauthorization: bearer {}\r\nconnection: close\r\n\r\n",
            self.port, self.token
        )
    }
}

/// Replaces the settings file.
pub(super) fn write_settings(home: &Home, providers: &[(&str, Provider)]) {
    write_all_settings(home, providers, Settings::default());
}

/// Replaces the settings file by these settings with those providers.
pub(super) fn write_all_settings(home: &Home, providers: &[(&str, Provider)], settings: Settings) {
    let settings = Settings {
        providers: providers.iter().map(|(id, provider)| ((*id).to_owned(), provider.clone())).collect(),
        ..settings
    };
    std::fs::write(home.settings_file(), toml_edit::ser::to_string(&settings).unwrap()).unwrap();
}

/// A provider without a key at `port`.
pub(super) fn provider(port: u16, wire: Wire) -> Provider {
    Provider {
        name: "Test Provider".to_owned(),
        template: None,
        base_url: format!("http://127.0.0.1:{port}/v1"),
        road: Road::Gateway,
        wire,
        key: KeyStore::None,
        key_form: None,
        env_key: None,
        key_command: Vec::new(),
        headers: [("x-title".to_owned(), "codexgw".to_owned())].into(),
        secret_headers: Vec::new(),
        query: [].into(),
        quirks: None,
        safety: crate::settings::Safety::default(),
        model: "m1".to_owned(),
        models: [("m1".to_owned(), crate::catalog::ModelFacts::default())].into(),
    }
}

/// Limits that let a test end.
pub(super) fn quick() -> Limits {
    Limits { backoff: Duration::from_millis(1), ..Limits::default() }
}

/// A line of the log that is first reached while nobody listens may be switched off for good, also for the test that
/// listens: `tracing` decides once per line, and tests run side by side. So somebody always listens.
fn keep_log_lines_alive() {
    let nowhere = tracing_subscriber::fmt().with_writer(std::io::sink).finish();
    // Only the first test can.
    let _ = tracing::subscriber::set_global_default(nowhere);
}

/// The client's end of one exchange.
pub(super) struct Client {
    pub stream: TcpStream,
    seen: Vec<u8>,
}

impl Client {
    /// Sends the next request on the same connection.
    pub(super) async fn again(&mut self, request: &[u8]) {
        self.seen.clear();
        self.stream.write_all(request).await.unwrap();
    }

    /// Reads until `words` have come; everything that has come so far.
    pub(super) async fn until(&mut self, words: &str) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.seen).into_owned();
            if text.contains(words) {
                return text;
            }
            assert!(self.more().await, "closed before {words:?}; had {text:?}");
        }
    }

    /// Reads the whole answer: to the end of a chunked body, of a counted one, or of the connection.
    pub(super) async fn all(&mut self) -> String {
        loop {
            let text = String::from_utf8_lossy(&self.seen).into_owned();
            if is_whole(&text) || !self.more().await {
                return text;
            }
        }
    }

    /// The body of the whole answer, out of its chunks.
    pub(super) async fn body(&mut self) -> String {
        let answer = self.all().await;
        let (_, mut rest) = answer.split_once("\r\n\r\n").unwrap();
        let mut body = String::new();
        while let Some((size, after)) = rest.split_once("\r\n") {
            let size = usize::from_str_radix(size, 16).unwrap();
            body.push_str(&after[..size]);
            rest = &after[size + 2..];
        }
        body
    }

    /// The status and the body of an answer that is not chunked.
    pub(super) async fn json(&mut self) -> (u16, Value) {
        let text = self.all().await;
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head in {text:?}"));
        (status(head), serde_json::from_str(body).unwrap_or_else(|e| panic!("{e}: {body:?}")))
    }

    /// Reads a little more; `false` at the end.
    pub(super) async fn more(&mut self) -> bool {
        let count = timeout(FOREVER, self.stream.read_buf(&mut self.seen)).await.expect("the gateway is silent");
        count.is_ok_and(|count| count > 0)
    }
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    match head.lines().find_map(|line| line.strip_prefix("content-length: ")) {
        Some(length) => body.len() >= length.parse().unwrap(),
        None => body.ends_with("0\r\n\r\n"),
    }
}

/// The status of an answer.
pub(super) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no status in {answer:?}"))
}

/// The scripted upstream's port.
pub(super) struct Upstream {
    listener: TcpListener,
    pub port: u16,
}

impl Upstream {
    /// Listens.
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        Self { listener, port }
    }

    /// Waits for a connection and reads its first request.
    pub(super) async fn accept(&self) -> Incoming {
        let (stream, _) = timeout(FOREVER, self.listener.accept()).await.expect("nobody called").unwrap();
        let mut incoming = Incoming { stream, request: String::new() };
        incoming.read_request().await;
        incoming
    }

    /// Whether anybody called that was not accepted.
    pub(super) fn has_caller(&self) -> bool {
        use futures_util::FutureExt as _;
        self.listener.accept().now_or_never().is_some()
    }
}

/// The upstream's end of one call.
pub(super) struct Incoming {
    stream: TcpStream,
    pub request: String,
}

impl Incoming {
    /// Reads the next request.
    pub(super) async fn read_request(&mut self) {
        let mut bytes = Vec::new();
        loop {
            let count = timeout(FOREVER, self.stream.read_buf(&mut bytes)).await.expect("half a request").unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if count == 0 || is_whole(&text) {
                self.request = text;
                return;
            }
        }
    }

    /// The body of the request.
    pub(super) fn body(&self) -> Value {
        serde_json::from_str(self.request.split_once("\r\n\r\n").unwrap().1).unwrap()
    }

    /// Sends bytes as they are.
    pub(super) async fn write(&mut self, bytes: &str) {
        self.stream.write_all(bytes.as_bytes()).await.unwrap();
    }

    /// Opens a stream of events that ends with the connection.
    pub(super) async fn open_stream(&mut self) {
        self.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n").await;
    }

    /// Answers with a document, and hangs up.
    pub(super) async fn json(mut self, status: &str, body: &Value) {
        let body = body.to_string();
        self.write(&format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        ))
        .await;
    }

    /// Sends one Chat Completions chunk with text.
    pub(super) async fn text(&mut self, text: &str) {
        self.write(&chat_chunk(text)).await;
    }

    /// Sends a whole JSON document.
    pub(super) async fn document(&mut self, status: &str, body: &Value) {
        let body = body.to_string();
        let head = "content-type: application/json\r\nconnection: close\r\ncontent-length";
        self.write(&format!("HTTP/1.1 {status}\r\n{head}: {}\r\n\r\n{body}", body.len())).await;
    }

    /// Ends a Chat Completions stream in form.
    pub(super) async fn done(mut self) {
        let last = json!({"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}});
        self.write(&format!("data: {last}\n\ndata: [DONE]\n\n")).await;
    }

    /// Tears the connection down.
    pub(super) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Waits until the other side has closed.
    pub(super) async fn closed(&mut self) {
        let mut rest = [0; 1024];
        loop {
            match timeout(FOREVER, self.stream.read(&mut rest)).await.expect("still open") {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
        }
    }
}

/// One Chat Completions chunk with text.
pub(super) fn chat_chunk(text: &str) -> String {
    let chunk = json!({"id": "c1", "object": "chat.completion.chunk", "model": "m1",
        "choices": [{"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": null}]});
    format!("data: {chunk}\n\n")
}
