//! A server that answers by a table, without a thought: what providers do when something is wrong with them.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::Value;

/// An answer: status, headers, body.
pub type Answer = (u16, Vec<(&'static str, String)>, String);

/// An answer in JSON.
pub fn json(status: u16, body: &str) -> Answer {
    (status, vec![("content-type", "application/json".to_owned())], body.to_owned())
}

/// The list of one model, as OpenAI writes it.
pub fn models(entry: &str) -> Answer {
    json(200, &format!("{{\"object\":\"list\",\"data\":[{entry}]}}"))
}

/// A stream of the Responses API that counts, in as many pieces.
pub fn counted(pieces: u32) -> Answer {
    let delta = |n| format!("{{\"type\":\"response.output_text.delta\",\"item_id\":\"i\",\"delta\":\"{n} \"}}");
    let item = r#"{"id":"i","type":"message","role":"assistant","content":[{"type":"output_text","text":"1"}]}"#;
    let ends = [
        format!("{{\"type\":\"response.output_item.done\",\"item\":{item}}}"),
        "{\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"usage\":{\"input_tokens\":30,\"output_tokens\":22}}}"
            .to_owned(),
    ];
    let start = r#"{"type":"response.created","response":{"id":"r"}}"#.to_owned();
    let events = std::iter::once(start).chain((1..=pieces).map(delta)).chain(ends);
    let body = events.map(|event| format!("data: {event}\n\n")).collect();
    (200, vec![("content-type", "text/event-stream".to_owned())], body)
}

/// What a good one says to everything but a real question.
pub fn good(line: &str) -> Answer {
    match line {
        "GET /v1/models" => models(r#"{"id":"m"}"#),
        line if line.starts_with("POST /v1/") => json(400, r#"{"error":{"message":"`model` is missing"}}"#),
        _ => json(404, r#"{"error":{"message":"not found"}}"#),
    }
}

/// The server. It runs until the tests end.
pub struct Canned {
    pub address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Canned {
    /// Answers `GET /v1/models` with one model `m`, and everything else as said; a request is told by method and path.
    pub fn good_but(answer: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", move |line| answer(line).unwrap_or_else(|| good(line)))
    }

    /// The same, where real questions, which want a stream, are answered as said.
    pub fn answering(answer: Answer) -> Self {
        Self::start("127.0.0.1:0", move |line, body| if body["stream"] == true { answer.clone() } else { good(line) })
    }

    /// The same answer to everything.
    pub fn always(answer: Answer) -> Self {
        Self::good_but(move |_| Some(answer.clone()))
    }

    /// Answers at this address.
    pub fn at(address: &str, answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(address, move |line, _| answer(line))
    }

    /// Answers by what is asked, too.
    pub fn start(address: &str, answer: impl Fn(&str, &Value) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).expect("loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut head = Vec::new();
                let mut byte = [0];
                // What does not begin with a method is no HTTP, and is answered at once.
                while !head.ends_with(b"\r\n\r\n")
                    && head.first().is_none_or(u8::is_ascii_uppercase)
                    && stream.read(&mut byte).is_ok_and(|n| n == 1)
                {
                    head.push(byte[0]);
                }
                let head = String::from_utf8_lossy(&head).into_owned();
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
                let length = head
                    .lines()
                    .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
                let mut body = vec![0; length.unwrap_or(0)];
                let _ = stream.read_exact(&mut body);
                let body = serde_json::from_slice(&body).unwrap_or_default();
                let line: Vec<&str> = head.split([' ', '?']).take(2).collect();
                let (status, headers, body) = answer(&line.join(" "), &body);
                let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let text = format!(
                    "HTTP/1.1 {status} As said\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n{body}",
                    body.len()
                );
                // Whoever asked may have left; what is left of the question is read so that no reset comes first.
                let _ = stream.write_all(text.as_bytes());
                let _ = stream.shutdown(std::net::Shutdown::Write);
                let _ = stream.read_to_end(&mut Vec::new());
            }
        });
        Self { address, heads }
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}
