//! A provider on a loopback port that answers by a script.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::probe::Target;

/// What the script sees of a request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Method and path with query: `GET /v1/models`.
    pub line: String,
    pub head: String,
    pub body: Value,
}

impl Request {
    /// Whether the body offers a tool of that kind.
    pub fn offers(&self, kind: &str) -> bool {
        self.body["tools"].as_array().is_some_and(|tools| tools.iter().any(|tool| tool["type"] == kind))
    }

    /// Whether the body holds that text.
    pub fn says(&self, text: &str) -> bool {
        self.body.to_string().contains(text)
    }
}

/// What the script answers.
#[derive(Debug, Clone)]
pub struct Reply(String);

impl Reply {
    pub fn new(status: u16, content_type: &str, body: &str) -> Self {
        let length = body.len();
        Self(format!(
            "HTTP/1.1 {status} x\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        ))
    }

    pub fn json(status: u16, body: &str) -> Self {
        Self::new(status, "application/json", body)
    }

    pub fn raw(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// A stream of these events.
    pub fn events(events: &[Value]) -> Self {
        let body: String =
            events.iter().flat_map(|event| ["data: ".to_owned(), event.to_string(), "\n\n".to_owned()]).collect();
        Self::new(200, "text/event-stream", &body)
    }

    pub fn not_found() -> Self {
        Self::json(404, r#"{"error":{"message":"Invalid URL"}}"#)
    }
}

pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts one; the script must answer every request.
    pub async fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, script) = (Arc::clone(&seen), Arc::new(script));
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read(&mut stream).await else { continue };
                let Reply(reply) = script(&request);
                log.lock().unwrap().push(request);
                // A client that hangs up early is none of the script's business.
                let _ = stream.write_all(reply.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        });
        Self { url, seen, task }
    }

    /// The lines of all requests so far.
    pub fn lines(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.line).collect()
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A target without a key.
pub fn target(base_url: &str) -> Target<'static> {
    static NOTHING: BTreeMap<String, String> = BTreeMap::new();
    Target {
        base_url: base_url.to_owned(),
        key: None,
        key_form: None,
        headers: &NOTHING,
        secret_headers: &[],
        query: &NOTHING,
        models_path: None,
        name: "Provider",
        keys_url: None,
    }
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let line = head.lines().next()?.strip_suffix(" HTTP/1.1")?.to_owned();
                return Some(Request {
                    line,
                    head: head.to_owned(),
                    body: serde_json::from_str(body).unwrap_or_default(),
                });
            }
        }
        let mut chunk = [0; 4096];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&chunk[..count]);
    }
}
