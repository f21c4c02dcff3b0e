//! A Messages answer to deltas: a state machine that forgives what servers of other makers leave out.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;
use serde_json::value::RawValue;

use super::ending::{Ending, ending};
use super::event::{Block, Citation, Event, Piece, RawUsage};
use super::{SEARCHED, WIRE};
use crate::protocol::carrier::Carrier;
use crate::protocol::failure::{Failure, failure_from_oddity, failure_from_stream};
use crate::protocol::ir::{Delta, End, Stop, Usage};
use crate::protocol::lenient::{TextOr, is_json_object, mended, read};
use crate::protocol::sse;
use crate::protocol::tools::Names;

/// The most tool calls that one answer may hold; more is a broken upstream.
const MAX_CALLS: usize = 512;

/// The most characters that are kept of an event that is no piece of an answer.
const MAX_ODDITY: usize = 4096;

/// Reads one answer.
#[derive(Debug)]
pub struct Decoder {
    names: Names,
    model: String,
    used_ids: HashSet<String>,
    /// The blocks that have begun and not ended, oldest first.
    open: Vec<Open>,
    /// How many calls there were.
    calls: usize,
    /// Whether the provider has used a tool of its own.
    searched: bool,
    /// Calls whose blocks have ended while their arguments were not whole: whether they count shows at the end.
    unsure: Vec<(usize, String)>,
    usage: Option<RawUsage>,
    ending: Option<Ending>,
    has_output: bool,
    malformed: Option<String>,
    /// The first event that was no piece of an answer; it is the cause when nothing else comes.
    oddity: Option<String>,
    done: bool,
}

/// A block that is not whole.
#[derive(Debug)]
struct Open {
    index: u64,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text {
        length: usize,
        sources: Vec<(String, String)>,
    },
    Thinking {
        readable: bool,
        signature: String,
    },
    /// `given` is what the block began with; the pieces that follow, if any, take its place.
    Call {
        key: usize,
        given: String,
        json: String,
    },
    Search {
        given: String,
        json: String,
    },
    Other,
}

impl Decoder {
    pub(super) fn new(names: Names, model: &str, used_ids: HashSet<String>) -> Self {
        Self {
            names,
            model: model.to_owned(),
            used_ids,
            open: Vec::new(),
            calls: 0,
            searched: false,
            unsure: Vec::new(),
            usage: None,
            ending: None,
            has_output: false,
            malformed: None,
            oddity: None,
            done: false,
        }
    }

    /// Whether the answer is whole; what still comes need not be read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.done
    }

    /// Takes the next event of a stream.
    pub fn feed(&mut self, event: &sse::Event<'_>, out: &mut Vec<Delta>) {
        let data = event.data.trim();
        if self.done || data.is_empty() {
            return;
        }
        if let Some(text) = self.malformed.take() {
            return self
                .fail(Failure::shown(format!("the provider's stream holds an event that is not JSON: `{text}`")), out);
        }
        // Some servers end their streams as Chat Completions does.
        if data == "[DONE]" {
            return self.conclude(out);
        }
        let data = &mended(data);
        match serde_json::from_str::<Event<'_>>(data) {
            Ok(parsed) => self.event(&parsed, data, event.name, out),
            // Keepalive words of proxies are no objects.
            Err(_) if !data.starts_with('{') => self.wonder(data),
            // Whether it is nonsense or the last, torn one shows with what comes next.
            Err(_) => self.malformed = Some(data.chars().take(120).collect()),
        }
    }

    /// Takes the whole body of a non-streamed answer and ends.
    pub fn feed_whole(&mut self, body: &[u8], out: &mut Vec<Delta>) {
        let text = String::from_utf8_lossy(body);
        let text = &mended(text.trim());
        match serde_json::from_str::<Event<'_>>(text) {
            Ok(message) if message.error.is_none() && matches!(message.content, TextOr::List(_)) => {
                self.whole(&message, out);
            }
            Ok(event) if event.error.is_some() => self.event(&event, text, "error", out),
            _ => self.wonder(text),
        }
        self.finish(End::Eof, out);
    }

    /// The bytes have ended.
    pub fn finish(&mut self, end: End, out: &mut Vec<Delta>) {
        if self.done {
            return;
        }
        if self.ending.is_some() {
            return self.conclude(out);
        }
        let reason = match end {
            End::Cut(reason) => reason,
            End::Eof if self.malformed.is_some() => "it ends inside an event".to_owned(),
            End::Eof if self.has_output => "it ends without `stop_reason`".to_owned(),
            End::Eof => return self.fail(self.nothing(), out),
        };
        self.fail(Failure::shown(format!("the provider's answer broke off: {reason}")), out);
    }

    /// Keeps the first event that is no piece of an answer.
    fn wonder(&mut self, data: &str) {
        if self.oddity.is_none() && !data.is_empty() {
            self.oddity = Some(data.chars().take(MAX_ODDITY).collect());
        }
    }

    /// Why there is no answer at all.
    fn nothing(&self) -> Failure {
        self.oddity
            .as_deref()
            .map_or_else(|| Failure::shown("the provider's answer broke off: it is empty"), failure_from_oddity)
    }

    fn fail(&mut self, failure: Failure, out: &mut Vec<Delta>) {
        self.done = true;
        out.push(Delta::Fail(failure));
    }

    fn event(&mut self, event: &Event<'_>, data: &str, name: &str, out: &mut Vec<Delta>) {
        let kind = if event.kind.as_str().is_empty() { name } else { event.kind.as_str() };
        let error = event.error.filter(|error| !matches!(error.get(), "null" | "{}" | "\"\"" | "false"));
        if error.is_some() || kind == "error" {
            let error = serde_json::from_str(data).unwrap_or(Value::Null);
            return self.fail(failure_from_stream(&error), out);
        }
        let index = read::<u64>(event.index);
        match kind {
            "message_start" => {
                let message = read::<Event<'_>>(event.message).unwrap_or_default();
                self.count(message.usage, out);
            }
            "content_block_start" => {
                let block = read::<Block<'_>>(event.content_block).unwrap_or_default();
                self.begin(index, &block, out);
            }
            "content_block_delta" => {
                let piece = read::<Piece<'_>>(event.delta).unwrap_or_default();
                self.piece(index, &piece, out);
            }
            "content_block_stop" => {
                if let Some(position) = self.find(index) {
                    self.end(position, out);
                }
            }
            "message_delta" => {
                let piece = read::<Piece<'_>>(event.delta).unwrap_or_default();
                self.count(event.usage, out);
                self.stopped(piece.stop_reason.as_str(), piece.stop_details.or(event.stop_details));
            }
            "message_stop" => self.conclude(out),
            "message" => self.whole(event, out),
            "ping" => {}
            _ => self.wonder(data),
        }
    }

    /// A message that comes in one piece.
    fn whole(&mut self, message: &Event<'_>, out: &mut Vec<Delta>) {
        if let TextOr::List(blocks) = &message.content {
            for (index, block) in (0..).zip(blocks) {
                if let Some(block) = read::<Block<'_>>(Some(block)) {
                    self.begin(Some(index), &block, out);
                    self.end_all(out);
                }
            }
        }
        self.count(message.usage, out);
        self.stopped(message.stop_reason.as_str(), message.stop_details);
    }

    fn count(&mut self, usage: Option<&RawValue>, out: &mut Vec<Delta>) {
        if let Some(usage) = read::<RawUsage>(usage) {
            let all = self.usage.get_or_insert_default();
            all.join(usage);
            out.push(Delta::Usage(Usage::from(*all)));
        }
    }

    /// The open block of that number; without a number the latest.
    fn find(&self, index: Option<u64>) -> Option<usize> {
        match index {
            Some(index) => self.open.iter().rposition(|block| block.index == index),
            None => self.open.len().checked_sub(1),
        }
    }

    fn begin(&mut self, index: Option<u64>, block: &Block<'_>, out: &mut Vec<Delta>) {
        let index = index.unwrap_or_else(|| self.open.last().map_or(0, |last| last.index + 1));
        // Text and thought come one after the other, also where their ends were left out.
        while let Some(position) = self.open.iter().position(|open| open.index == index || open.kind.is_prose()) {
            self.end(position, out);
        }
        let given = || block.input.map(RawValue::get).filter(|input| input.starts_with('{')).unwrap_or("{}").to_owned();
        let kind = match block.kind.as_str() {
            "text" => Kind::Text { length: 0, sources: Vec::new() },
            "thinking" => Kind::Thinking { readable: false, signature: block.signature.as_str().to_owned() },
            "redacted_thinking" => {
                self.has_output = true;
                self.seal("redacted", block.data.as_str(), out);
                Kind::Other
            }
            "tool_use" => {
                let Some(key) = self.call(block, out) else { return };
                Kind::Call { key, given: given(), json: String::new() }
            }
            "server_tool_use" if block.name.as_str() == "web_search" => {
                Kind::Search { given: given(), json: String::new() }
            }
            _ => Kind::Other,
        };
        self.searched |= block.kind.as_str() == "server_tool_use";
        self.open.push(Open { index, kind });
        self.text(block.text.as_str(), out);
        self.thought(block.thinking.as_str(), out);
        if let TextOr::List(citations) = &block.citations {
            for citation in citations {
                self.cite(Some(citation));
            }
        }
    }

    /// Begins a call; none when there are too many.
    fn call(&mut self, block: &Block<'_>, out: &mut Vec<Delta>) -> Option<usize> {
        if self.calls == MAX_CALLS {
            self.fail(Failure::shown(format!("the provider made more than {MAX_CALLS} tool calls at once")), out);
            return None;
        }
        if block.name.as_str().is_empty() {
            // Left out, the model would wait for an output that never comes; and Codex cannot run what has no name.
            self.fail(Failure::shown("the provider's answer holds a tool call without a name"), out);
            return None;
        }
        let key = self.calls;
        self.calls += 1;
        self.has_output = true;
        let (tool, kind) = self.names.tool(block.name.as_str());
        let id = block.id.as_str();
        // An id that the history has already would tie the output to the wrong call; the front end makes another.
        let id = if self.used_ids.insert(id.to_owned()) { id.to_owned() } else { String::new() };
        out.push(Delta::CallStart { key, id, tool, kind });
        Some(key)
    }

    fn piece(&mut self, index: Option<u64>, piece: &Piece<'_>, out: &mut Vec<Delta>) {
        // A piece of a block whose beginning was left out says itself what it is.
        let fits = |open: &Open| match piece.kind.as_str() {
            "text_delta" => matches!(open.kind, Kind::Text { .. }),
            "thinking_delta" => matches!(open.kind, Kind::Thinking { .. }),
            _ => true,
        };
        let position = match self.find(index).filter(|position| fits(&self.open[*position])) {
            Some(position) => position,
            None => {
                let kind = match piece.kind.as_str() {
                    "text_delta" => "text",
                    "thinking_delta" => "thinking",
                    _ => return,
                };
                let kind = crate::protocol::lenient::Text(Some(Cow::Borrowed(kind)));
                self.begin(index, &Block { kind, ..Block::default() }, out);
                self.open.len() - 1
            }
        };
        match (piece.kind.as_str(), &mut self.open[position].kind) {
            ("text_delta", _) => self.text(piece.text.as_str(), out),
            ("thinking_delta", _) => self.thought(piece.thinking.as_str(), out),
            ("signature_delta", Kind::Thinking { signature, .. }) => signature.push_str(piece.signature.as_str()),
            ("citations_delta", Kind::Text { .. }) => self.cite(piece.citation),
            ("input_json_delta", Kind::Call { key, json, .. }) => {
                let more = piece.partial_json.as_str();
                if !more.is_empty() {
                    json.push_str(more);
                    out.push(Delta::CallInput { key: *key, json: more.to_owned() });
                }
            }
            ("input_json_delta", Kind::Search { json, .. }) => json.push_str(piece.partial_json.as_str()),
            _ => {}
        }
    }

    /// More of the latest block, which is a text.
    fn text(&mut self, text: &str, out: &mut Vec<Delta>) {
        if let (false, Some(Open { kind: Kind::Text { length, .. }, .. })) = (text.is_empty(), self.open.last_mut()) {
            *length += text.chars().count();
            self.has_output = true;
            out.push(Delta::Text(text.to_owned()));
        }
    }

    /// More of the latest block, which is a thought.
    fn thought(&mut self, text: &str, out: &mut Vec<Delta>) {
        if let (false, Some(Open { kind: Kind::Thinking { readable, .. }, .. })) =
            (text.is_empty(), self.open.last_mut())
        {
            *readable = true;
            self.has_output = true;
            out.push(Delta::Reasoning(text.to_owned()));
        }
    }

    /// A source of the latest block, which is a text.
    fn cite(&mut self, citation: Option<&RawValue>) {
        let Some(Open { kind: Kind::Text { sources, .. }, .. }) = self.open.last_mut() else { return };
        let Some(citation) = read::<Citation<'_>>(citation) else { return };
        let url = citation.url.filled().or_else(|| citation.source.filled());
        if let Some(url) = url.filter(|url| url.contains("://")) {
            let source = (url.into_owned(), citation.title.filled().unwrap_or_default().into_owned());
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
    }

    fn end(&mut self, position: usize, out: &mut Vec<Delta>) {
        match self.open.remove(position).kind {
            Kind::Text { length, sources } => {
                if length > 0 {
                    let cite = |(url, title)| Delta::Citation { url, title, length, behind: 0 };
                    out.extend(sources.into_iter().map(cite));
                }
            }
            Kind::Thinking { readable, signature } => {
                if readable || !signature.is_empty() {
                    self.has_output = true;
                    self.seal("signature", &signature, out);
                }
            }
            Kind::Call { key, given, json } if json.trim().is_empty() => {
                if given == "{}" {
                    // Cut short before its first argument it looks like a call without any.
                    self.unsure.push((key, given));
                } else {
                    out.extend([Delta::CallInput { key, json: given }, Delta::CallEnd { key }]);
                }
            }
            Kind::Call { key, json, .. } if is_json_object(&json) => out.push(Delta::CallEnd { key }),
            Kind::Call { key, .. } => self.unsure.push((key, String::new())),
            Kind::Search { given, json } => {
                self.has_output = true;
                let input = if json.is_empty() { given } else { json };
                let input: Value = serde_json::from_str(&input).unwrap_or_default();
                let query = input.get("query").and_then(Value::as_str).unwrap_or_default().to_owned();
                out.push(Delta::WebSearch { query });
            }
            Kind::Other => {}
        }
    }

    /// Gives what the provider wants back with a thought. One that it had behind a search fits only there, and what it
    /// searched does not go back to it.
    fn seal(&self, word: &str, content: &str, out: &mut Vec<Delta>) {
        let mut state = serde_json::json!({ word: content });
        if self.searched {
            state[SEARCHED] = true.into();
        }
        out.push(Delta::Carrier(Carrier::new(WIRE, &self.model, state)));
    }

    fn end_all(&mut self, out: &mut Vec<Delta>) {
        while !self.open.is_empty() {
            self.end(0, out);
        }
    }

    /// Notes why the upstream stopped; what may still come are counts.
    fn stopped(&mut self, reason: &str, details: Option<&RawValue>) {
        if !reason.is_empty() {
            self.ending = Some(ending(reason, details));
        }
    }

    /// The upstream has said that it is done.
    fn conclude(&mut self, out: &mut Vec<Delta>) {
        let ending = match self.ending.take() {
            Some(ending) => ending,
            None if self.has_output => Ending::Stop(Stop::Done),
            None => Ending::Fail(self.nothing()),
        };
        match ending {
            Ending::Fail(failure) => self.fail(failure, out),
            Ending::Stop(stop) => {
                self.end_all(out);
                if stop == Stop::Done {
                    for (key, given) in std::mem::take(&mut self.unsure) {
                        if !given.is_empty() {
                            out.push(Delta::CallInput { key, json: given });
                        }
                        out.push(Delta::CallEnd { key });
                    }
                }
                self.done = true;
                out.push(Delta::Stop(stop));
            }
        }
    }
}

impl Kind {
    const fn is_prose(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Thinking { .. })
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
