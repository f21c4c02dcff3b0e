//! A Chat Completions answer to deltas: a state machine that forgives whatever real providers do.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value};

use super::WIRE;
use super::chunk::{Chunk, ContentPart, Delta as Piece, Function, RawUsage, ToolCall};
use super::citations::Citations;
use super::think::{Piece as Thought, Think};
use crate::protocol::carrier::Carrier;
use crate::protocol::failure::failure_from_stream;
use crate::protocol::frame::{Frame, MAX_CALLS, told_error};
use crate::protocol::ir::{Delta, End, Stop, Usage};
use crate::protocol::lenient::{TextOr, is_json_object, mended, read, text_or_json};
use crate::protocol::quirks::Quirks;
use crate::protocol::sse;
use crate::protocol::tools::Names;
use crate::protocol::words::clean;

/// Reads one answer.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "what was seen so far, in any combination")]
pub struct Decoder {
    names: Names,
    model: String,
    no_done: bool,
    think: Think,
    used_ids: HashSet<String>,
    calls: Vec<Call>,
    thinking: bool,
    details: Vec<Value>,
    citations: Citations,
    ending: Option<Ending>,
    has_usage: bool,
    frame: Frame,
}

/// How the upstream said that it stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    Stop(Stop),
    Fail(String),
}

/// A call as it is put together from fragments.
#[derive(Debug, Clone)]
struct Call {
    index: Option<u64>,
    id: String,
    name: String,
    json: String,
    started: bool,
    ended: bool,
    /// How long the arguments were when they were last tried.
    looked_at: usize,
}

impl Decoder {
    pub(super) fn new(names: Names, model: &str, quirks: &Quirks, used_ids: HashSet<String>) -> Self {
        Self {
            names,
            model: model.to_owned(),
            no_done: quirks.no_done,
            think: Think::default(),
            used_ids,
            calls: Vec::new(),
            thinking: false,
            details: Vec::new(),
            citations: Citations::default(),
            ending: None,
            has_usage: false,
            frame: Frame::default(),
        }
    }

    /// Whether the answer is whole; what still comes need not be read.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        self.frame.is_done()
    }

    /// Takes the next event of a stream.
    pub fn feed(&mut self, event: &sse::Event<'_>, out: &mut Vec<Delta>) {
        let Some(data) = self.frame.next(event, out) else { return };
        let data = data.as_ref();
        if data == "[DONE]" {
            return self.conclude(true, out);
        }
        match serde_json::from_str::<Chunk<'_>>(data) {
            Ok(chunk) => self.chunk(chunk, data, event.name == "error", out),
            Err(_) => self.frame.misread(data, &['{']),
        }
        if self.no_done && self.has_usage && self.ending.is_some() {
            self.conclude(false, out);
        }
    }

    /// Takes the whole body of a non-streamed answer and ends.
    pub fn feed_whole(&mut self, body: &[u8], out: &mut Vec<Delta>) {
        let text = String::from_utf8_lossy(body);
        let text = &mended(text.trim());
        match serde_json::from_str::<Chunk<'_>>(text) {
            Ok(chunk) => self.chunk(chunk, text, false, out),
            Err(_) => self.frame.wonder(text),
        }
        self.finish(End::Eof, out);
    }

    /// The bytes have ended.
    pub fn finish(&mut self, end: End, out: &mut Vec<Delta>) {
        if self.frame.is_done() {
            return;
        }
        if self.ending.is_some() {
            return self.conclude(false, out);
        }
        self.frame.break_off(end, "finish_reason", out);
    }

    fn chunk(&mut self, chunk: Chunk<'_>, data: &str, named_error: bool, out: &mut Vec<Delta>) {
        let error = told_error(chunk.error);
        if error.is_some() || named_error || chunk.object.as_str() == "error" {
            let error = serde_json::from_str(data).unwrap_or(Value::Null);
            return self.frame.fail(failure_from_stream(&error), out);
        }
        let mut usage = read::<RawUsage>(chunk.usage);
        if usage.is_none() {
            usage = read::<Map<String, Value>>(chunk.x_groq)
                .and_then(|mut groq| groq.remove("usage"))
                .and_then(|usage| serde_json::from_value(usage).ok());
        }
        if usage.is_none() && !matches!(chunk.choices, TextOr::List(_)) {
            self.frame.wonder(data);
        }
        if let TextOr::List(choices) = chunk.choices {
            // More than one answer was never asked for.
            if let Some(choice) = choices.into_iter().next() {
                usage = usage.or_else(|| read(choice.usage));
                if let Some(error) = read::<Value>(choice.error) {
                    return self.frame.fail(failure_from_stream(&error), out);
                }
                if let Some(piece) = choice.delta.or(choice.message) {
                    self.piece(piece, out);
                }
                if let Some(reason) = choice.finish_reason.filled() {
                    let ending = ending(&reason);
                    if ending == Ending::Stop(Stop::Done) && !is_done(&reason) {
                        out.push(Delta::Unknown(format!("`finish_reason`: `{}`", clean(&reason))));
                    }
                    self.ending = Some(ending);
                }
            }
        }
        if let Some(usage) = usage {
            self.has_usage = true;
            out.push(Delta::Usage(Usage::from(usage)));
        }
    }

    fn piece(&mut self, piece: Piece<'_>, out: &mut Vec<Delta>) {
        let details = read::<Vec<Value>>(piece.reasoning_details).unwrap_or_default();
        let plain = piece.reasoning_content.filled().or(piece.reasoning.filled());
        let thought = plain.unwrap_or_else(|| Cow::Owned(details.iter().filter_map(detail_text).collect()));
        if !details.is_empty() {
            self.thinking = true;
            for detail in details {
                merge_detail(&mut self.details, detail);
            }
        }
        self.thought(thought.into_owned(), out);
        self.citations.add(piece.annotations);
        match piece.content {
            TextOr::Absent => {}
            TextOr::Text(text) => self.content(&text, out),
            TextOr::List(parts) => {
                for part in parts {
                    self.content_part(part, out);
                }
            }
        }
        if let Some(refusal) = piece.refusal.filled() {
            self.text(refusal.into_owned(), out);
        }
        if let TextOr::List(calls) = piece.tool_calls {
            for call in calls {
                self.tool_call(&call, out);
            }
        }
        if let Some(function) = piece.function_call {
            self.call_fragment(Some(0), "", Some(&function), out);
        }
    }

    fn content_part(&mut self, part: ContentPart<'_>, out: &mut Vec<Delta>) {
        if part.kind.as_str() != "thinking" {
            return self.content(part.text.as_str(), out);
        }
        match part.thinking {
            TextOr::Absent => {}
            TextOr::Text(text) => self.thought(text.into_owned(), out),
            TextOr::List(parts) => {
                for part in parts {
                    self.thought(part.text.as_str().to_owned(), out);
                }
            }
        }
    }

    fn content(&mut self, text: &str, out: &mut Vec<Delta>) {
        let mut think = std::mem::take(&mut self.think);
        think.feed(text, |piece| self.told_apart(piece, out));
        self.think = think;
    }

    /// Gives out what was held back as the beginning of a tag.
    fn settle_text(&mut self, out: &mut Vec<Delta>) {
        let mut think = std::mem::take(&mut self.think);
        think.finish(|piece| self.told_apart(piece, out));
        self.think = think;
    }

    fn told_apart(&mut self, piece: Thought, out: &mut Vec<Delta>) {
        match piece {
            Thought::Thought(text) => self.thought(text, out),
            Thought::Text(text) => self.text(text, out),
        }
    }

    fn thought(&mut self, text: String, out: &mut Vec<Delta>) {
        if !text.is_empty() {
            self.citations.close(out);
            self.settle_calls(out);
            self.thinking = true;
            self.frame.has_output = true;
            out.push(Delta::Reasoning(text));
        }
    }

    fn text(&mut self, text: String, out: &mut Vec<Delta>) {
        if !text.is_empty() {
            self.settle_thought(out);
            self.settle_calls(out);
            self.frame.has_output = true;
            self.citations.said(&text);
            out.push(Delta::Text(text));
        }
    }

    /// Seals the thought that has ended.
    fn settle_thought(&mut self, out: &mut Vec<Delta>) {
        if std::mem::take(&mut self.thinking) {
            let state = match std::mem::take(&mut self.details) {
                details if details.is_empty() => Value::Null,
                details => serde_json::json!({ "details": details }),
            };
            out.push(Delta::Carrier(Carrier::new(WIRE, &self.model, state)));
        }
    }

    /// Ends the calls that are whole, since something else begins; the others may still go on.
    fn settle_calls(&mut self, out: &mut Vec<Delta>) {
        for key in 0..self.calls.len() {
            let call = &mut self.calls[key];
            // Looked at again only when it has grown, so that a torn call costs nothing with every word after it.
            let grown = std::mem::replace(&mut call.looked_at, call.json.len()) < call.json.len();
            if !call.ended && grown && !call.name.is_empty() && is_json_object(&call.json) {
                self.end_call(key, out);
            }
        }
    }

    fn tool_call(&mut self, call: &ToolCall<'_>, out: &mut Vec<Delta>) {
        let index = read::<u64>(call.index);
        self.call_fragment(index, call.id.as_str(), call.function.as_ref(), out);
    }

    fn call_fragment(&mut self, index: Option<u64>, id: &str, function: Option<&Function<'_>>, out: &mut Vec<Delta>) {
        self.settle_text(out);
        let name = function.map(|function| function.name.as_str()).unwrap_or_default().to_owned();
        let json = text_or_json(function.and_then(|function| function.arguments)).unwrap_or_default();
        let Some(key) = self.find_call(index, id, &name, &json) else {
            if self.calls.len() < MAX_CALLS {
                self.calls.push(Call {
                    index,
                    id: id.to_owned(),
                    name,
                    json: String::new(),
                    started: false,
                    ended: false,
                    looked_at: 0,
                });
                let key = self.calls.len() - 1;
                self.frame.has_output = true;
                return self.call_arguments(key, &json, out);
            }
            return self.frame.too_many_calls(out);
        };
        let call = &mut self.calls[key];
        if call.id.is_empty() {
            id.clone_into(&mut call.id);
        }
        // A name comes once, or again with every fragment, or in pieces.
        if !call.started && call.name != name {
            call.name.push_str(&name);
        }
        self.call_arguments(key, &json, out);
    }

    /// The call that a fragment belongs to; none when it begins another.
    fn find_call(&self, index: Option<u64>, id: &str, name: &str, json: &str) -> Option<usize> {
        let last = |test: &dyn Fn(&Call) -> bool| self.calls.iter().rposition(test);
        if let Some(index) = index {
            let found = last(&|call| call.index == Some(index))?;
            let call = &self.calls[found];
            // Some number every call zero: another id beside a name is another call.
            let other = !id.is_empty() && !call.id.is_empty() && call.id != id && !name.is_empty();
            if other {
                return last(&|call| call.id == id);
            }
            return (!id.is_empty() || !call.is_followed_by(name, json)).then_some(found);
        }
        if !id.is_empty() {
            return last(&|call| call.id == id);
        }
        // Neither number nor id: a name begins a call, the rest goes on with the last one.
        let current = self.calls.len().checked_sub(1)?;
        let call = &self.calls[current];
        let begins = if call.started { call.is_followed_by(name, json) } else { !name.is_empty() && call.name == name };
        (!begins && !call.ended).then_some(current)
    }

    fn call_arguments(&mut self, key: usize, json: &str, out: &mut Vec<Delta>) {
        let call = &mut self.calls[key];
        if json.is_empty() || call.ended {
            return;
        }
        call.json.push_str(json);
        if call.started {
            out.push(Delta::CallInput { key, json: json.to_owned() });
        } else if !call.name.is_empty() {
            self.start_call(key, out);
        }
    }

    /// Says which tool is called, and what of its arguments came before its name.
    fn start_call(&mut self, key: usize, out: &mut Vec<Delta>) {
        if std::mem::replace(&mut self.calls[key].started, true) {
            return;
        }
        self.citations.close(out);
        self.settle_thought(out);
        let call = &mut self.calls[key];
        let (tool, kind) = self.names.tool(&call.name);
        // An id that the history has already would tie the output to the wrong call; the front end makes another.
        let id = if self.used_ids.insert(call.id.clone()) { call.id.clone() } else { String::new() };
        out.push(Delta::CallStart { key, id, tool, kind });
        if !call.json.is_empty() {
            out.push(Delta::CallInput { key, json: call.json.clone() });
        }
    }

    fn end_call(&mut self, key: usize, out: &mut Vec<Delta>) {
        self.start_call(key, out);
        if std::mem::replace(&mut self.calls[key].ended, true) {
            return;
        }
        if self.calls[key].json.trim().is_empty() {
            out.push(Delta::CallInput { key, json: "{}".to_owned() });
        }
        out.push(Delta::CallEnd { key });
    }

    /// The upstream has said that it is done, by a reason, by `[DONE]`, or by both.
    fn conclude(&mut self, said_done: bool, out: &mut Vec<Delta>) {
        self.settle_text(out);
        let ending = self.ending.take().unwrap_or(Ending::Stop(Stop::Done));
        match ending {
            Ending::Fail(message) => self.frame.fail_with(message, out),
            Ending::Stop(_) if said_done && !self.frame.has_output && !self.has_usage => {
                self.frame.fail(self.frame.nothing(), out);
            }
            Ending::Stop(Stop::Done) if self.calls.iter().any(Call::is_nameless) => {
                self.frame.nameless_call(out);
            }
            Ending::Stop(stop) => {
                self.citations.close(out);
                self.settle_thought(out);
                if stop == Stop::Done {
                    for key in 0..self.calls.len() {
                        // Without name and arguments it is a fragment of nothing.
                        if !self.calls[key].ended && !self.calls[key].name.is_empty() {
                            self.end_call(key, out);
                        }
                    }
                }
                self.frame.stop(stop, out);
            }
        }
    }
}

impl Call {
    /// Whether a fragment with this name but no id begins another call: the arguments here are whole, and it names
    /// another tool or brings arguments of its own.
    fn is_followed_by(&self, name: &str, json: &str) -> bool {
        self.started
            && !name.is_empty()
            && (self.name != name || !json.trim().is_empty())
            && (self.ended || is_json_object(&self.json))
    }

    fn is_nameless(&self) -> bool {
        self.name.is_empty() && !self.json.trim().is_empty()
    }
}

/// Whether a `finish_reason` says that the model was done, or waits for its tools.
fn is_done(reason: &str) -> bool {
    matches!(
        reason.to_ascii_lowercase().as_str(),
        "stop" | "tool_calls" | "function_call" | "end_turn" | "tool_use" | "stop_sequence" | "eos"
    )
}

/// What a `finish_reason` means, in the words of all providers. One that is not known ends the answer well: new ones
/// are mostly finer words for that.
fn ending(reason: &str) -> Ending {
    match reason.to_ascii_lowercase().as_str() {
        "length" | "max_tokens" | "model_length" | "max_output_tokens" => Ending::Stop(Stop::Length),
        "content_filter" | "content-filter" | "sensitive" | "safety" | "recitation" | "prohibited_content" => {
            Ending::Fail(format!("the provider's content filter stopped the answer (`finish_reason`: `{reason}`)"))
        }
        "error" | "network_error" | "insufficient_system_resource" | "abort" | "malformed_function_call" => {
            Ending::Fail(format!("the provider broke the answer off (`finish_reason`: `{reason}`)"))
        }
        _ => Ending::Stop(Stop::Done),
    }
}

/// The readable part of one of OpenRouter's reasoning details.
fn detail_text(detail: &Value) -> Option<&str> {
    detail.get("text").or_else(|| detail.get("summary")).and_then(Value::as_str)
}

/// Joins a streamed detail to the one that it goes on with: the last, of the same type and index.
fn merge_detail(details: &mut Vec<Value>, detail: Value) {
    let same = |last: &Value| ["type", "index"].iter().all(|key| last.get(key) == detail.get(key));
    let last = details.last_mut().filter(|last| same(last)).and_then(Value::as_object_mut);
    let (Some(last), Value::Object(fields)) = (last, &detail) else {
        details.push(detail);
        return;
    };
    for (key, value) in fields {
        match (last.get_mut(key), value) {
            (Some(Value::String(text)), Value::String(more)) if matches!(key.as_str(), "text" | "summary" | "data") => {
                text.push_str(more);
            }
            (Some(_), Value::Null) => {}
            _ => {
                last.insert(key.clone(), value.clone());
            }
        }
    }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
