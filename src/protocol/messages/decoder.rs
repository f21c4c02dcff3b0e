//! A Messages answer to deltas: a state machine that forgives what servers of other makers leave out.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::WIRE;
use super::cited::{self, TEXTS};
use super::ending::{Ending, ending, is_done, paused};
use super::event::{Block, Citation, Event, Piece, RawUsage};
use super::pause::is_blank;
use super::raw::RawBlock;
use super::searches::{BLOCKS, MAX_KEPT, SEARCHED, is_of_server};
use crate::protocol::carrier::Carrier;
use crate::protocol::failure::failure_from_stream;
use crate::protocol::frame::{Frame, MAX_CALLS, told_error};
use crate::protocol::ir::{Delta, End, Stop, Usage};
use crate::protocol::lenient::{TextOr, is_json_object, mended, read};
use crate::protocol::sse;
use crate::protocol::tools::Names;
use crate::protocol::words::clean;

/// Reads one answer.
#[derive(Debug, Clone)]
pub struct Decoder {
    names: Names,
    model: String,
    used_ids: HashSet<String>,
    /// The blocks that have begun and not ended, oldest first.
    open: Vec<Open>,
    /// How many calls there were.
    calls: usize,
    /// The blocks of the provider's own tools that go back with what comes next.
    found: Vec<Value>,
    /// The lengths and sources of the texts in a row.
    texts: Vec<Value>,
    /// How many bytes of both are kept, with those that were too many.
    kept: usize,
    /// All blocks of a turn that may be paused.
    said: Option<Vec<Value>>,
    /// Calls whose blocks have ended while their arguments were not whole: whether they count shows at the end.
    unsure: Vec<(usize, String)>,
    usage: Option<RawUsage>,
    /// What the answers before the last pause cost.
    spent: Usage,
    ending: Option<Ending>,
    frame: Frame,
    is_paused: bool,
}

/// A block that is not whole.
#[derive(Debug, Clone)]
struct Open {
    index: u64,
    kind: Kind,
    raw: RawBlock,
}

#[derive(Debug, Clone)]
enum Kind {
    Text {
        length: usize,
        sources: Vec<(String, String)>,
    },
    Thinking {
        readable: bool,
    },
    /// `given` is what the block began with; the pieces that follow, if any, take its place.
    Call {
        key: usize,
        given: String,
        json: String,
    },
    /// Of a tool that the provider runs itself.
    Server,
    Other,
}

impl Decoder {
    pub(super) fn new(names: Names, model: &str, used_ids: HashSet<String>, may_pause: bool) -> Self {
        Self {
            names,
            model: model.to_owned(),
            used_ids,
            open: Vec::new(),
            calls: 0,
            found: Vec::new(),
            texts: Vec::new(),
            kept: 0,
            said: may_pause.then(Vec::new),
            unsure: Vec::new(),
            usage: None,
            spent: Usage::default(),
            ending: None,
            frame: Frame::default(),
            is_paused: false,
        }
    }

    /// Whether the answer is whole; what still comes need not be read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.frame.is_done()
    }

    /// What was said of a turn that is paused; the answer to the request with that is read next.
    pub(in crate::protocol) fn resume(&mut self) -> Option<&[Value]> {
        if !std::mem::take(&mut self.is_paused) {
            return None;
        }
        self.frame = Frame::default();
        // The next request holds all of this one and what was said: its input is what fills the window, and Codex makes
        // room by that.
        let Usage { output, reasoning, .. } = self.usage.take().map(Usage::from).unwrap_or_default();
        self.spent = self.spent + Usage { output, reasoning, ..Usage::default() };
        self.said.as_deref()
    }

    /// Takes the next event of a stream.
    pub fn feed(&mut self, event: &sse::Event<'_>, out: &mut Vec<Delta>) {
        let Some(data) = self.frame.next(event, out) else { return };
        let data = data.as_ref();
        // Some servers end their streams as Chat Completions does.
        if data == "[DONE]" {
            return self.conclude(out);
        }
        match serde_json::from_str::<Event<'_>>(data) {
            Ok(parsed) => self.event(&parsed, data, event.name, out),
            Err(_) => self.frame.misread(data, &['{']),
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
            _ => self.frame.wonder(text),
        }
        self.finish(End::Eof, out);
    }

    /// The bytes have ended.
    pub fn finish(&mut self, end: End, out: &mut Vec<Delta>) {
        if self.frame.is_done() {
            return;
        }
        if self.ending.is_some() {
            return self.conclude(out);
        }
        self.frame.break_off(end, "stop_reason", out);
    }

    fn event(&mut self, event: &Event<'_>, data: &str, name: &str, out: &mut Vec<Delta>) {
        let kind = if event.kind.as_str().is_empty() { name } else { event.kind.as_str() };
        let error = told_error(event.error);
        if error.is_some() || kind == "error" {
            let error = serde_json::from_str(data).unwrap_or(Value::Null);
            return self.frame.fail(failure_from_stream(&error), out);
        }
        let index = read::<u64>(event.index);
        match kind {
            "message_start" => {
                let message = read::<Event<'_>>(event.message).unwrap_or_default();
                self.count(message.usage, out);
            }
            "content_block_start" => {
                let block = read::<Block<'_>>(event.content_block).unwrap_or_default();
                self.begin(index, &block, read(event.content_block).unwrap_or_default(), out);
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
                self.stopped(piece.stop_reason.as_str(), piece.stop_details.or(event.stop_details), out);
            }
            "message_stop" => self.conclude(out),
            "message" => self.whole(event, out),
            "ping" => {}
            _ => self.frame.wonder(data),
        }
    }

    /// A message that comes in one piece.
    fn whole(&mut self, message: &Event<'_>, out: &mut Vec<Delta>) {
        if let TextOr::List(blocks) = &message.content {
            for (index, raw) in (0..).zip(blocks) {
                if let Some(block) = read::<Block<'_>>(Some(raw)) {
                    self.begin(Some(index), &block, read(Some(raw)).unwrap_or_default(), out);
                    self.end_all(out);
                }
                if self.frame.is_done() {
                    return;
                }
            }
        }
        self.count(message.usage, out);
        self.stopped(message.stop_reason.as_str(), message.stop_details, out);
    }

    fn count(&mut self, usage: Option<&RawValue>, out: &mut Vec<Delta>) {
        if let Some(usage) = read::<RawUsage>(usage) {
            let all = self.usage.get_or_insert_default();
            all.join(usage);
            out.push(Delta::Usage(self.spent + Usage::from(*all)));
        }
    }

    /// The open block of that number; without a number the latest.
    fn find(&self, index: Option<u64>) -> Option<usize> {
        match index {
            Some(index) => self.open.iter().rposition(|block| block.index == index),
            None => self.open.len().checked_sub(1),
        }
    }

    fn begin(&mut self, index: Option<u64>, block: &Block<'_>, raw: Map<String, Value>, out: &mut Vec<Delta>) {
        let index = index.unwrap_or_else(|| self.open.last().map_or(0, |last| last.index.saturating_add(1)));
        // Text and thought come one after the other, also where their ends were left out.
        while let Some(position) = self.open.iter().position(|open| open.index == index || open.kind.is_prose()) {
            self.end(position, out);
        }
        if !is_of_server(block.kind.as_str()) {
            self.seal_found(out);
        }
        if block.kind.as_str() != "text" {
            self.seal_texts(out);
        }
        let given = || block.input.map(RawValue::get).filter(|input| input.starts_with('{')).unwrap_or("{}").to_owned();
        let kind = match block.kind.as_str() {
            "text" => Kind::Text { length: 0, sources: Vec::new() },
            "thinking" => Kind::Thinking { readable: false },
            "redacted_thinking" => {
                self.frame.has_output = true;
                self.seal("redacted", block.data.as_str(), out);
                Kind::Other
            }
            "tool_use" => {
                let Some(key) = self.call(block, out) else { return };
                Kind::Call { key, given: given(), json: String::new() }
            }
            kind if is_of_server(kind) => Kind::Server,
            _ => Kind::Other,
        };
        self.open.push(Open { index, kind, raw: RawBlock::new(raw) });
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
            self.frame.too_many_calls(out);
            return None;
        }
        if block.name.as_str().is_empty() {
            self.frame.nameless_call(out);
            return None;
        }
        let key = self.calls;
        self.calls += 1;
        self.frame.has_output = true;
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
            "text_delta" | "citations_delta" => matches!(open.kind, Kind::Text { .. }),
            "thinking_delta" | "signature_delta" => matches!(open.kind, Kind::Thinking { .. }),
            "input_json_delta" => matches!(open.kind, Kind::Call { .. } | Kind::Server),
            _ => false,
        };
        let position = match self.find(index).filter(|position| fits(&self.open[*position])) {
            Some(position) => position,
            None => {
                let kind = match piece.kind.as_str() {
                    "text_delta" => "text",
                    "thinking_delta" => "thinking",
                    _ => return,
                };
                let raw = Map::from_iter([("type".to_owned(), kind.into())]);
                let kind = crate::protocol::lenient::Text(Some(Cow::Borrowed(kind)));
                self.begin(index, &Block { kind, ..Block::default() }, raw, out);
                self.open.len() - 1
            }
        };
        let open = &mut self.open[position];
        open.raw.add(piece);
        match (piece.kind.as_str(), &mut open.kind) {
            ("text_delta", _) => self.text(piece.text.as_str(), out),
            ("thinking_delta", _) => self.thought(piece.thinking.as_str(), out),
            ("citations_delta", _) => self.cite(piece.citation),
            ("input_json_delta", Kind::Call { key, json, .. }) => {
                let more = piece.partial_json.as_str();
                if !more.is_empty() {
                    json.push_str(more);
                    out.push(Delta::CallInput { key: *key, json: more.to_owned() });
                }
            }
            _ => {}
        }
    }

    /// More of the latest block, which is a text.
    fn text(&mut self, text: &str, out: &mut Vec<Delta>) {
        if let (false, Some(Open { kind: Kind::Text { length, .. }, .. })) = (text.is_empty(), self.open.last_mut()) {
            *length += text.chars().count();
            self.frame.has_output = true;
            out.push(Delta::Text(text.to_owned()));
        }
    }

    /// More of the latest block, which is a thought.
    fn thought(&mut self, text: &str, out: &mut Vec<Delta>) {
        if let (false, Some(Open { kind: Kind::Thinking { readable, .. }, .. })) =
            (text.is_empty(), self.open.last_mut())
        {
            *readable = true;
            self.frame.has_output = true;
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
        let Open { kind, raw, .. } = self.open.remove(position);
        match kind {
            Kind::Text { length, sources } => {
                if length > 0 {
                    let cite = |(url, title)| Delta::Citation { url, title, length, behind: 0 };
                    out.extend(sources.into_iter().map(cite));
                }
            }
            Kind::Thinking { readable } => {
                if readable || !raw.text("signature").is_empty() {
                    self.frame.has_output = true;
                    self.seal("signature", raw.text("signature"), out);
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
            Kind::Server | Kind::Other => {}
        }
        let block = raw.whole();
        if block["type"] == "text" {
            self.texts.push(cited::kept(&block));
        }
        if is_of_server(block["type"].as_str().unwrap_or_default()) {
            self.frame.has_output = true;
            if block["name"] == "web_search" {
                let query = block["input"]["query"].as_str().unwrap_or_default().to_owned();
                out.push(Delta::WebSearch { query });
            }
            self.found.push(block.clone());
        }
        if let Some(said) = self.said.as_mut().filter(|_| !is_blank(&block)) {
            said.push(block);
        }
    }

    /// Gives what the provider wants back with a thought. One that it had behind a search fits only there.
    fn seal(&self, word: &str, content: &str, out: &mut Vec<Delta>) {
        let mut state = json!({ word: content });
        if self.kept > MAX_KEPT {
            state[SEARCHED] = true.into();
        }
        out.push(Delta::Carrier(Carrier::new(WIRE, &self.model, state)));
    }

    /// Gives what the provider found by tools of its own, which it wants back as it is.
    fn seal_found(&mut self, out: &mut Vec<Delta>) {
        let found = std::mem::take(&mut self.found);
        if !found.is_empty() {
            self.keep(&json!({ BLOCKS: found }), out);
        }
    }

    /// Gives the sources of the texts that came in a row, where there are any and something follows.
    fn seal_texts(&mut self, out: &mut Vec<Delta>) {
        let texts = std::mem::take(&mut self.texts);
        if texts.iter().any(cited::is_cited) {
            self.keep(&json!({ TEXTS: texts }), out);
        }
    }

    /// Gives what goes back beside thought, if that is not too much.
    fn keep(&mut self, state: &Value, out: &mut Vec<Delta>) {
        self.kept += state.to_string().len();
        if self.kept <= MAX_KEPT {
            out.push(Delta::Carrier(Carrier::new(WIRE, &self.model, state.clone())));
        }
    }

    fn end_all(&mut self, out: &mut Vec<Delta>) {
        while !self.open.is_empty() {
            self.end(0, out);
        }
    }

    /// Notes why the upstream stopped; what may still come are counts.
    fn stopped(&mut self, reason: &str, details: Option<&RawValue>, out: &mut Vec<Delta>) {
        if !reason.is_empty() {
            let ending = ending(reason, details);
            if matches!(ending, Ending::Stop(Stop::Done)) && !is_done(reason) {
                out.push(Delta::Unknown(format!("`stop_reason`: `{}`", clean(reason))));
            }
            self.ending = Some(ending);
        }
    }

    /// The upstream has said that it is done.
    fn conclude(&mut self, out: &mut Vec<Delta>) {
        let ending = match self.ending.take() {
            Some(ending) => ending,
            None if self.frame.has_output => Ending::Stop(Stop::Done),
            None => Ending::Fail(self.frame.nothing()),
        };
        match ending {
            Ending::Fail(failure) => self.frame.fail(failure, out),
            Ending::Pause if self.calls == 0 => {
                self.end_all(out);
                if self.said.as_ref().is_none_or(Vec::is_empty) {
                    return self.frame.fail(paused(), out);
                }
                self.frame.pause();
                self.is_paused = true;
            }
            // What has been called answers before the provider goes on.
            Ending::Pause => self.stop(Stop::Done, out),
            Ending::Stop(stop) => self.stop(stop, out),
        }
    }

    fn stop(&mut self, stop: Stop, out: &mut Vec<Delta>) {
        self.end_all(out);
        self.seal_found(out);
        if stop == Stop::Done {
            for (key, given) in std::mem::take(&mut self.unsure) {
                if !given.is_empty() {
                    out.push(Delta::CallInput { key, json: given });
                }
                out.push(Delta::CallEnd { key });
            }
        }
        self.frame.stop(stop, out);
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
