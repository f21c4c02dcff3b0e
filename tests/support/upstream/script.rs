//! What the model behind a scripted upstream does, turn by turn.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::Value;

/// The page that a captive portal or a wrong host would show.
pub const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Please sign in to HotelNet</title></head>\
                        <body><h1>Welcome</h1></body></html>\n";

/// The page that every search finds.
pub const FOUND: (&str, &str) = ("https://example.com/found", "A page that was found");

/// One thing that the model does.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Thinks aloud.
    Reason(String),
    /// Thinks what only its service can read.
    Secret,
    /// Searches the web by the service's own means; what it says next rests on what it found.
    Search(String),
    /// Is paused by its service when it is about to search the web; the answer to the same request with what it has said
    /// begins with what was found.
    Pause(String),
    /// Says something.
    Text(String),
    /// Calls a tool by the name it has for Codex, whatever it is called on the wire.
    Call { tool: String, input: Input },
}

/// What a tool is called with.
#[derive(Debug, Clone)]
pub enum Input {
    /// Arguments of a function.
    Json(Value),
    /// The text of a freeform tool.
    Text(String),
}

/// How an answer ends.
#[derive(Debug, Clone)]
pub enum Ending {
    /// In form.
    Done,
    /// The body ends in form, but what says that the answer is whole is missing.
    Early,
    /// The connection closes in the middle.
    Cut,
    /// The connection is reset.
    Reset,
    /// Nothing more comes, though the connection stays open.
    Stall,
    /// Not even a status comes.
    Silence,
    /// Another status, with an error as the interface shapes it.
    Refusal { status: u16, headers: Vec<(String, String)>, message: String },
    /// In place of what says that the answer is whole comes an error, as the interface shapes it.
    Fails { status: u16, message: String },
    /// Another status, with this body.
    Status { status: u16, headers: Vec<(String, String)>, content_type: String, body: String },
}

/// Tokens as the upstream counts them.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    pub input: u64,
    pub cached: u64,
    pub output: u64,
    pub reasoning: u64,
}

/// One answer of the model.
#[derive(Debug, Clone)]
pub struct Turn {
    pub pieces: Vec<Piece>,
    pub ending: Ending,
    pub usage: Usage,
    /// Into how small parts the body is cut on the wire.
    pub bytes_at_a_time: usize,
    /// How long the model thinks before the status, and before the end.
    pub thinks: (Duration, Duration),
}

impl Turn {
    fn new(pieces: Vec<Piece>, ending: Ending) -> Self {
        let usage = Usage { input: 1200, cached: 200, output: 34, reasoning: 12 };
        Self { pieces, ending, usage, bytes_at_a_time: usize::MAX, thinks: (Duration::ZERO, Duration::ZERO) }
    }

    /// Says something.
    pub fn text(text: &str) -> Self {
        Self::new(vec![Piece::Text(text.to_owned())], Ending::Done)
    }

    /// Thinks aloud; more may follow.
    pub fn reason(text: &str) -> Self {
        Self::new(vec![Piece::Reason(text.to_owned())], Ending::Done)
    }

    /// Thinks what only its service can read.
    pub fn secret() -> Self {
        Self::new(vec![Piece::Secret], Ending::Done)
    }

    /// Searches the web by the service's own means; more should follow.
    pub fn search(query: &str) -> Self {
        Self::new(vec![Piece::Search(query.to_owned())], Ending::Done)
    }

    /// Is paused when it is about to search the web; what comes next is another turn.
    pub fn pause(query: &str) -> Self {
        Self::new(vec![Piece::Pause(query.to_owned())], Ending::Done)
    }

    /// Runs a command.
    pub fn shell(command: &str) -> Self {
        Self::call("exec_command", serde_json::json!({"cmd": command}))
    }

    /// Applies a patch.
    pub fn patch(patch: &str) -> Self {
        let input = Input::Text(patch.to_owned());
        Self::new(vec![Piece::Call { tool: "apply_patch".to_owned(), input }], Ending::Done)
    }

    /// Calls a function.
    pub fn call(tool: &str, arguments: Value) -> Self {
        Self::new(vec![Piece::Call { tool: tool.to_owned(), input: Input::Json(arguments) }], Ending::Done)
    }

    /// Does what the other turn does as well, in the same answer.
    pub fn and(mut self, other: Self) -> Self {
        self.pieces.extend(other.pieces);
        self.ending = other.ending;
        self
    }

    /// Answers with a status and a body instead.
    pub fn status(status: u16, content_type: &str, body: &str) -> Self {
        let (content_type, body) = (content_type.to_owned(), body.to_owned());
        Self::new(Vec::new(), Ending::Status { status, headers: Vec::new(), content_type, body })
    }

    /// Answers with a status and an error object as OpenAI shapes it.
    pub fn error(status: u16, code: &str, message: &str) -> Self {
        let body = serde_json::json!({"error": {"message": message, "type": "error", "param": null, "code": code}});
        Self::status(status, "application/json", &body.to_string())
    }

    /// Answers with a status and an error as the interface shapes it.
    pub fn refusal(status: u16, message: &str) -> Self {
        Self::new(Vec::new(), Ending::Refusal { status, headers: Vec::new(), message: message.to_owned() })
    }

    /// Answers with an HTML page.
    pub fn page(status: u16) -> Self {
        Self::status(status, "text/html", PAGE)
    }

    /// Never answers.
    pub fn silence() -> Self {
        Self::new(Vec::new(), Ending::Silence)
    }

    /// One more header; only for an answer with a status of its own.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Ending::Status { headers, .. } | Ending::Refusal { headers, .. } = &mut self.ending {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }

    /// Counts so many tokens of input.
    pub fn read(mut self, input: u64) -> Self {
        self.usage.input = input;
        self
    }

    /// Ends otherwise than in form.
    pub fn ends(mut self, ending: Ending) -> Self {
        self.ending = ending;
        self
    }

    /// Lets so long pass before the status, and again before the end.
    pub fn thinking(mut self, before_status: Duration, before_end: Duration) -> Self {
        self.thinks = (before_status, before_end);
        self
    }

    /// Comes in parts of so many bytes.
    pub fn dribbled(mut self, bytes: usize) -> Self {
        self.bytes_at_a_time = bytes;
        self
    }
}

/// All turns.
pub enum Script {
    /// One after the other; every one must be asked for.
    List(VecDeque<Turn>),
    /// The same for every request.
    Always(Box<Turn>),
}

impl Script {
    /// No turn at all.
    pub fn none() -> Self {
        Self::List(VecDeque::new())
    }

    /// The same for every request.
    pub fn always(turn: Turn) -> Self {
        Self::Always(Box::new(turn))
    }

    /// Turns that nobody has asked for yet.
    pub fn left(&self) -> usize {
        if let Self::List(turns) = self { turns.len() } else { 0 }
    }

    pub(super) fn next(&mut self) -> Option<Turn> {
        match self {
            Self::List(turns) => turns.pop_front(),
            Self::Always(turn) => Some((**turn).clone()),
        }
    }
}

impl From<Turn> for Script {
    fn from(turn: Turn) -> Self {
        Self::List([turn].into())
    }
}

impl<const N: usize> From<[Turn; N]> for Script {
    fn from(turns: [Turn; N]) -> Self {
        Self::List(turns.into())
    }
}

impl From<Vec<Turn>> for Script {
    fn from(turns: Vec<Turn>) -> Self {
        Self::List(turns.into())
    }
}
