//! A scripted, strict upstream on a real socket.
//!
//! It answers `/models`, `/chat/completions`, `/responses`, Anthropic's `/messages` and Gemini's `generateContent` as the
//! documentation of those interfaces says, checks every request against it, and records all of them. A script says what the model does at each turn. A request that
//! breaks the rules is answered with 400 and fails the test when the upstream is dropped.

mod answer;
mod chat;
mod chat_rules;
mod gemini;
mod gemini_rules;
mod http;
mod messages;
mod messages_rules;
mod responses;
mod responses_rules;
mod rules;
mod said;
mod script;

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

pub use http::Request;
pub use said::Said;
pub use script::{Ending, Script, Turn};

use answer::Answer;
use http::Connection;

/// How long a request may take to come in on a busy machine.
const COMES_WITHIN: Duration = Duration::from_mins(1);

/// Which interfaces an upstream serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Serves {
    /// Chat Completions alone: `/responses` is not found.
    Chat,
    /// Responses alone, with every kind of tool.
    Responses,
    /// Chat Completions, and Responses with function tools alone, as many providers do.
    ChatAndFunctions,
    /// Anthropic's Messages alone.
    Messages { bearer: bool },
    /// Gemini's `generateContent` alone.
    Gemini { bearer: bool },
    /// The same page for everything.
    Page { status: u16 },
}

/// What a request was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `GET /models`.
    Models,
    /// A turn of Codex: it offers the shell.
    Turn,
    /// The terminal UI's request for a title.
    Title,
    /// Anything else that asks the model: a probe.
    Probe,
    /// An unknown path, a wrong key.
    Refused,
}

/// One request as it came in, and what was made of it.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub purpose: Purpose,
    pub request: Request,
    /// The status that was answered; 0 when none was sent.
    pub status: u16,
}

/// The words with which a request is refused, if it is.
pub type Refusing = fn(&Value) -> Option<&'static str>;

struct State {
    serves: Serves,
    models: Vec<String>,
    /// The model list as it stands, where it is to tell more than the interface's own does.
    list: Option<Value>,
    key: String,
    /// What is refused though the documentation allows it, and the words for it.
    refusing: Option<Refusing>,
    script: Script,
    records: Vec<Recorded>,
    violations: Vec<String>,
    /// Held answers whose other side went away.
    hang_ups: usize,
}

struct Shared {
    state: Mutex<State>,
    came: Condvar,
    stopping: AtomicBool,
}

/// The upstream. Dropping it stops it and fails the test when a rule was broken or turns of the script were left over.
pub struct Upstream {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Upstream {
    /// Serves Chat Completions.
    pub fn chat(script: impl Into<Script>) -> Self {
        Self::start(Serves::Chat, script.into())
    }

    /// Serves Responses with all tools.
    pub fn responses(script: impl Into<Script>) -> Self {
        Self::start(Serves::Responses, script.into())
    }

    /// Serves Chat Completions, and Responses with function tools alone, as many providers do.
    pub fn chat_and_functions(script: impl Into<Script>) -> Self {
        Self::start(Serves::ChatAndFunctions, script.into())
    }

    /// Serves Messages as Anthropic does, with models that think.
    pub fn messages(script: impl Into<Script>) -> Self {
        let models = ["claude-opus-5-5", "claude-sonnet-4-6", "claude-haiku-4-5"];
        Self::start(Serves::Messages { bearer: false }, script.into()).with_models(&models)
    }

    /// Serves `generateContent` as Google does, with models that think.
    pub fn gemini(script: impl Into<Script>) -> Self {
        let models = ["gemini-3.1-pro-preview", "gemini-2.5-flash"];
        Self::start(Serves::Gemini { bearer: false }, script.into()).with_models(&models)
    }

    /// Serves an HTML page, whatever is asked.
    pub fn page(status: u16) -> Self {
        Self::start(Serves::Page { status }, Script::none())
    }

    fn start(serves: Serves, script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = listener.local_addr().expect("a bound socket has an address");
        let state = State {
            serves,
            models: vec!["m1".to_owned(), "m2".to_owned()],
            list: None,
            key: "sk-test-0123456789abcdef0123456789".to_owned(),
            refusing: None,
            script,
            records: Vec::new(),
            violations: Vec::new(),
            hang_ups: 0,
        };
        let shared =
            Arc::new(Shared { state: Mutex::new(state), came: Condvar::new(), stopping: AtomicBool::new(false) });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if serving.stopping.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&serving);
                thread::spawn(move || shared.serve(stream));
            }
        });
        Self { address, shared }
    }

    /// Another key than the usual one.
    pub fn with_key(self, key: &str) -> Self {
        self.accept_key(key);
        self
    }

    /// Other models than `m1` and `m2`; the first is the one to use.
    pub fn with_models(self, models: &[&str]) -> Self {
        self.shared.state().models = models.iter().map(|m| (*m).to_owned()).collect();
        self
    }

    /// This very document as the list of models.
    pub fn with_model_list(self, list: Value) -> Self {
        self.list_models(list);
        self
    }

    /// From now on this very document is the list of models.
    pub fn list_models(&self, list: Value) {
        self.shared.state().list = Some(list);
    }

    /// Wants the key as a bearer token, where it is usual to want it otherwise.
    pub fn with_bearer(self) -> Self {
        match &mut self.shared.state().serves {
            Serves::Messages { bearer } | Serves::Gemini { bearer } => *bearer = true,
            _ => {}
        }
        self
    }

    /// From now on these requests are refused with 400.
    pub fn refuse(&self, refusing: Refusing) {
        self.shared.state().refusing = Some(refusing);
    }

    /// From now on only this key is right.
    pub fn accept_key(&self, key: &str) {
        key.clone_into(&mut self.shared.state().key);
    }

    /// The key that is right.
    pub fn key(&self) -> String {
        self.shared.state().key.clone()
    }

    /// The first of its models.
    pub fn model(&self) -> String {
        self.shared.state().models[0].clone()
    }

    /// Host and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL, with `/v1` or what stands there.
    pub fn base_url(&self) -> String {
        format!("http://{}{}", self.address, self.shared.state().serves.root())
    }

    /// All requests so far.
    pub fn records(&self) -> Vec<Recorded> {
        self.shared.state().records.clone()
    }

    /// The requests that were turns of Codex.
    pub fn turns(&self) -> Vec<Request> {
        self.of(Purpose::Turn)
    }

    /// The requests of one purpose.
    pub fn of(&self, purpose: Purpose) -> Vec<Request> {
        self.records().into_iter().filter(|r| r.purpose == purpose).map(|r| r.request).collect()
    }

    /// Waits until so many requests of one purpose have come in.
    #[track_caller]
    pub fn wait_for(&self, purpose: Purpose, many: usize) {
        let too_few = |state: &mut State| state.records.iter().filter(|r| r.purpose == purpose).count() < many;
        let (state, waited) = self
            .shared
            .came
            .wait_timeout_while(self.shared.state(), COMES_WITHIN, too_few)
            .unwrap_or_else(PoisonError::into_inner);
        drop(state);
        assert!(!waited.timed_out(), "no {many} requests of the purpose {purpose:?} came in\n{}", self.report());
    }

    /// Waits until the other side of a held answer has hung up.
    #[track_caller]
    pub fn wait_for_hang_up(&self) {
        let (state, waited) = self
            .shared
            .came
            .wait_timeout_while(self.shared.state(), COMES_WITHIN, |state| state.hang_ups == 0)
            .unwrap_or_else(PoisonError::into_inner);
        drop(state);
        assert!(!waited.timed_out(), "nobody hung up\n{}", self.report());
    }

    /// The n-th turn's body.
    #[track_caller]
    pub fn turn(&self, n: usize) -> Value {
        let turns = self.turns();
        turns.get(n).unwrap_or_else(|| panic!("only {} turns came in\n{}", turns.len(), self.report())).json()
    }

    /// What the n-th turn's body says.
    #[track_caller]
    pub fn said(&self, n: usize) -> Said {
        let body = self.turn(n);
        let serves = self.shared.state().serves;
        match serves {
            Serves::Messages { .. } => Said::messages(&body),
            Serves::Gemini { .. } => Said::gemini(&body),
            _ => Said::chat(&body),
        }
    }

    /// What happened, for a failed test.
    pub fn report(&self) -> String {
        let state = self.shared.state();
        let mut out = format!("upstream {} ({:?})\n", self.address, state.serves);
        for (n, Recorded { purpose, request, status }) in state.records.iter().enumerate() {
            let _ = writeln!(out, "#{n} {purpose:?} {} {} → {status}", request.method, request.target);
            for (name, value) in &request.headers {
                let _ = writeln!(out, "   {name}: {value}");
            }
            let body = String::from_utf8_lossy(&request.body);
            let shown: String = body.chars().rev().take(1500).collect::<Vec<_>>().into_iter().rev().collect();
            let _ = writeln!(out, "   body of {} bytes, its end: {shown}", request.body.len());
        }
        for violation in &state.violations {
            let _ = writeln!(out, "VIOLATION {violation}");
        }
        out
    }

    /// The breaches so far, which then no longer fail the test: for tests of the double itself.
    pub fn take_violations(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.state().violations)
    }

    /// Asserts that nothing Codex knows of this machine or person came along in any of its requests: neither its headers
    /// nor its `client_metadata`.
    #[track_caller]
    pub fn assert_nothing_of_codex_arrived(&self) {
        for request in [self.of(Purpose::Turn), self.of(Purpose::Title)].concat() {
            for (name, value) in &request.headers {
                let codex = name.starts_with("x-codex")
                    || ["session-id", "thread-id", "originator", "x-client-request-id"].contains(&name.as_str())
                    || value.contains("codex_exec")
                    || value.contains("codex-tui");
                assert!(!codex, "the header `{name}: {value}` of Codex came through\n{}", self.report());
            }
            let body = String::from_utf8_lossy(&request.body);
            for word in ["installation_id", "installation-id", "client_metadata", "x-codex-turn-metadata"] {
                assert!(!body.contains(word), "`{word}` came through\n{}", self.report());
            }
        }
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the accept loop, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
        if thread::panicking() {
            eprintln!("{}", self.report());
            return;
        }
        let (violations, left) = {
            let state = self.shared.state();
            (state.violations.clone(), state.script.left())
        };
        assert!(violations.is_empty(), "rules of the interface were broken: {violations:#?}\n{}", self.report());
        assert_eq!(left, 0, "turns of the script were never asked for\n{}", self.report());
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: TcpStream) {
        let Ok(mut connection) = Connection::new(stream) else { return };
        while let Ok(Some(request)) = connection.read_request() {
            let (purpose, answer) = self.answer(&request);
            let last = request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
            let status = answer.status();
            self.state().records.push(Recorded { purpose, request, status });
            self.came.notify_all();
            // The other side may hang up at any time: that ends this connection and nothing else.
            let held = matches!(answer.turn.ending, Ending::Stall | Ending::Silence);
            let sent = answer.send(&mut connection, || self.stopping.load(Ordering::SeqCst));
            if held {
                self.state().hang_ups += 1;
                self.came.notify_all();
            }
            if sent.is_err() || last {
                return;
            }
        }
    }

    fn answer(&self, request: &Request) -> (Purpose, Answer) {
        let mut state = self.state();
        let serves = state.serves;
        if let Serves::Page { status } = serves {
            return (Purpose::Refused, Answer::page(status));
        }
        let path = request.target.split('?').next().unwrap_or_default();
        let (interface, asks) = serves.interface(&request.target);
        if let Err((status, message)) = interface.admits(request, &state.key) {
            return (Purpose::Refused, Answer::error(&*interface, status, &message));
        }
        match request.method.as_str() {
            "GET" if path == format!("{}/models", serves.root()) => {
                let list = state.list.clone().unwrap_or_else(|| interface.models(&state.models));
                (Purpose::Models, Answer::models(&list))
            }
            "POST" if asks => state.model(request, &*interface),
            method => {
                let message = format!("Invalid URL ({method} {path})");
                (Purpose::Refused, Answer::error(&*interface, 404, &message))
            }
        }
    }
}

impl Serves {
    /// What stands in front of all paths.
    fn root(self) -> &'static str {
        if matches!(self, Self::Gemini { .. }) { "/v1beta" } else { "/v1" }
    }

    /// The interface that is responsible for a path, and whether it is a path on which the model is asked.
    fn interface(self, target: &str) -> (Box<dyn Interface>, bool) {
        let path = target.split('?').next().unwrap_or_default();
        match self {
            Self::Messages { bearer } => (Box::new(messages::Messages { bearer }), path == "/v1/messages"),
            Self::Gemini { bearer } => {
                let gemini = gemini::Gemini::new(target, bearer);
                let asks = gemini.asks();
                (Box::new(gemini), asks)
            }
            Self::Responses => (Box::new(responses::Responses { all_tools: true }), path == "/v1/responses"),
            Self::ChatAndFunctions if path == "/v1/responses" => {
                (Box::new(responses::Responses { all_tools: false }), true)
            }
            Self::Chat | Self::ChatAndFunctions | Self::Page { .. } => {
                (Box::new(chat::Chat), path == "/v1/chat/completions")
            }
        }
    }
}

/// What an upstream makes of a request without a socket.
pub enum Rehearsal {
    /// The pieces of its answer.
    Answer(Vec<Vec<u8>>),
    /// The script asks for what this interface lacks.
    Lacks,
    /// Breaches of the documentation.
    Refused(Vec<String>),
}

/// Checks a request as an upstream would, and writes what the model does.
pub fn rehearse(serves: Serves, target: &str, body: &Value, turn: &Turn) -> Rehearsal {
    let (interface, asks) = serves.interface(target);
    let mut breaches = interface.breaches(body);
    breaches.extend((!asks).then(|| format!("nobody answers at `{target}`")));
    breaches.extend(interface.refuses(body));
    if !breaches.is_empty() {
        return Rehearsal::Refused(breaches);
    }
    let Ok((_, mut pieces)) = interface.write(body, turn) else { return Rehearsal::Lacks };
    match &turn.ending {
        Ending::Fails { status, message } => {
            pieces.pop();
            pieces.push(interface.error_event(*status, message));
        }
        Ending::Early => drop(pieces.pop()),
        _ => {}
    }
    Rehearsal::Answer(pieces)
}

/// One interface: how it checks a request and how it writes what the model does.
trait Interface {
    /// Whether the headers are right; else the status and the message.
    fn admits(&self, request: &Request, key: &str) -> Result<(), (u16, String)> {
        match bearer(request) {
            Some(given) if given == key => Ok(()),
            said => {
                let said = said.map_or("no key", |_| "a wrong key");
                Err((401, format!("Incorrect API key provided: the request had {said}.")))
            }
        }
    }
    /// An error in its shape.
    fn error(&self, status: u16, message: &str) -> Value {
        let (kind, code) = match status {
            401 => ("invalid_request_error", "invalid_api_key"),
            404 => ("not_found_error", "not_found"),
            429 => ("requests", "rate_limit_exceeded"),
            500.. => ("server_error", "server_error"),
            _ => ("invalid_request_error", "invalid_request_error"),
        };
        json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
    }
    /// An error inside a stream.
    fn error_event(&self, status: u16, message: &str) -> Vec<u8> {
        format!("data: {}\n\n", self.error(status, message)).into_bytes()
    }
    /// The list of its models.
    fn models(&self, models: &[String]) -> Value {
        let entry = |id: &String| json!({"id": id, "object": "model", "created": 1_700_000_000, "owned_by": "test"});
        json!({"object": "list", "data": models.iter().map(entry).collect::<Vec<_>>()})
    }
    /// What is said of a model that is not there.
    fn unknown_model(&self, _body: &Value, _models: &[String]) -> Option<String> {
        None
    }
    /// Breaches of the documentation.
    fn breaches(&self, body: &Value) -> Vec<String>;
    /// A request that this upstream refuses though the documentation allows it.
    fn refuses(&self, body: &Value) -> Option<String>;
    /// Whether it is the terminal UI's request for a title.
    fn wants_json(&self, body: &Value) -> bool;
    /// Names of the functions and other tools on offer.
    fn offers(&self, body: &Value, tool: &str) -> bool;
    /// What a probe is answered: calls of everything that it offers.
    fn probe_turn(&self, body: &Value) -> Turn;
    /// The answer's content type and its pieces in the order in which they are sent.
    fn write(&self, body: &Value, turn: &Turn) -> Result<(&'static str, Vec<Vec<u8>>), String>;
}

impl State {
    fn model(&mut self, request: &Request, interface: &dyn Interface) -> (Purpose, Answer) {
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else {
            return self.violation(interface, Purpose::Refused, "the body is not JSON".to_owned());
        };
        let is_about_search = body["tools"] == json!([{"type": "web_search"}]) && body.get("input").is_none();
        if body == json!({}) || body == json!({"max_tokens": 1}) || is_about_search {
            // The doctor's way to see whether the endpoint is there.
            return (Purpose::Refused, Answer::error(interface, 400, "you must name the field `messages` or `input`"));
        }
        if let Some(words) = self.refusing.and_then(|refusing| refusing(&body)) {
            return (Purpose::Refused, Answer::error(interface, 400, words));
        }
        let purpose = if interface.offers(&body, "exec_command") {
            Purpose::Turn
        } else if interface.wants_json(&body) {
            Purpose::Title
        } else {
            Purpose::Probe
        };
        if request.header("content-type").is_none_or(|t| !t.starts_with("application/json")) {
            return self.violation(interface, purpose, "the content type is not application/json".to_owned());
        }
        if let Some(message) = interface.unknown_model(&body, &self.models) {
            return (Purpose::Refused, Answer::error(interface, 404, &message));
        }
        let breaches = interface.breaches(&body);
        if !breaches.is_empty() {
            return self.violation(interface, purpose, breaches.join("; "));
        }
        if let Some(why) = interface.refuses(&body) {
            return (purpose, Answer::error(interface, 400, &why));
        }
        let mut turn = match purpose {
            Purpose::Title => Turn::text(r#"{"title":"A scripted title"}"#),
            Purpose::Probe => interface.probe_turn(&body),
            _ => match self.script.next() {
                Some(turn) => turn,
                None => return self.violation(interface, purpose, "the script is over, but Codex asks on".to_owned()),
            },
        };
        if let Ending::Refusal { status, headers, message } = turn.ending {
            let body = interface.error(status, &message).to_string();
            turn.ending = Ending::Status { status, headers, content_type: "application/json".to_owned(), body };
        }
        let (content_type, mut pieces) = match interface.write(&body, &turn) {
            Ok(written) => written,
            Err(breach) => return self.violation(interface, purpose, breach),
        };
        if let Ending::Fails { status, message } = &turn.ending {
            pieces.pop();
            pieces.push(interface.error_event(*status, message));
            turn.ending = Ending::Done;
        }
        (purpose, Answer { turn, content_type, pieces })
    }

    fn violation(&mut self, interface: &dyn Interface, purpose: Purpose, breach: String) -> (Purpose, Answer) {
        let answer = Answer::error(interface, 400, &breach);
        self.violations.push(breach);
        (purpose, answer)
    }
}

/// The bearer token of a request.
fn bearer(request: &Request) -> Option<&str> {
    request.header("authorization").and_then(|value| value.strip_prefix("Bearer "))
}

/// The text in pieces of a few characters, as a model makes it.
fn fragments(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(7).map(|part| part.iter().collect()).collect()
}

/// A freeform text becomes the one text argument that the function has.
fn freeform(function: &Value, schema: &str, freeform: &str) -> Result<Value, String> {
    let properties = function.pointer(&format!("{schema}/properties")).and_then(Value::as_object);
    let names: Vec<&String> = properties.into_iter().flat_map(|p| p.keys()).collect();
    match names[..] {
        [one] => Ok(json!({one: freeform})),
        _ => Err(format!("`{}` takes no single text: {names:?}", rules::text(function.get("name")))),
    }
}
