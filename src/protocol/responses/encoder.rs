//! Deltas to Responses events: the one place that knows the order in which Codex and SDKs want them.

use serde_json::Value;
use serde_json::value::RawValue;

use super::event::{
    Annotation, Compaction, Empty, ErrorOut, Event, Incomplete, Item, Part, Response, Search, UsageOut,
};
use super::open::{Call, Prose, write, write_json};
use crate::protocol::carrier::Carrier;
use crate::protocol::compaction;
use crate::protocol::failure::Failure;
use crate::protocol::ir::{Delta, Stop, ToolKind, ToolName, Usage};
use crate::protocol::lenient::is_json_object;
use crate::protocol::openai_error::OpenAiError;
use crate::protocol::tools::lifted_input;

/// What a response is called; all of it comes from outside, since this room has no clock and no randomness.
#[derive(Debug, Clone)]
pub struct ResponseMeta {
    /// The response's id; the ids of its items are made from it.
    pub id: String,
    /// The model as Codex named it.
    pub model: String,
    /// Seconds since the epoch.
    pub created_at: u64,
}

/// Writes one response.
///
/// Whatever deltas come: events number up by one, every text item is closed once, the deltas of an item add up to its
/// text, there is one terminal event and nothing after it. A call that an ending cut short is never closed: Codex
/// would run it.
#[derive(Debug)]
pub struct Encoder {
    meta: ResponseMeta,
    sequence: u64,
    next_index: usize,
    opened: bool,
    prose: Option<Prose>,
    calls: Vec<Call>,
    ids: Vec<String>,
    output: Vec<(usize, Box<RawValue>)>,
    usage: Option<Usage>,
    ending: Option<Ending>,
    provider: Option<String>,
    /// What has come of a summary, where the answer is to be one.
    summary: Option<String>,
    /// Whether anything was said or called.
    has_answer: bool,
    /// Whether the last word was a tool's, after which a model may rightly have nothing to say.
    answers_tools: bool,
    /// The upstream's word for why it stopped, where nobody knows it.
    reason: Option<String>,
    /// Whether failures carry the codes that OpenAI's SDKs know, not those that Codex wants.
    for_sdks: bool,
}

#[derive(Debug)]
enum Ending {
    Completed,
    Incomplete,
    Failed(Failure),
}

impl Encoder {
    /// An encoder at the start of a response.
    #[must_use]
    pub fn new(meta: ResponseMeta) -> Self {
        Self {
            meta,
            sequence: 0,
            next_index: 0,
            opened: false,
            prose: None,
            calls: Vec::new(),
            ids: Vec::new(),
            output: Vec::new(),
            usage: None,
            ending: None,
            provider: None,
            summary: None,
            has_answer: false,
            answers_tools: false,
            reason: None,
            for_sdks: false,
        }
    }

    /// The same for an answer that is to be one compaction item with what the model writes, and nothing else.
    #[must_use]
    pub fn compacting(mut self) -> Self {
        self.summary = Some(String::new());
        self
    }

    /// The same for a client other than Codex.
    #[must_use]
    pub fn for_sdks(mut self) -> Self {
        self.for_sdks = true;
        self
    }

    /// The same for an answer to the outputs of tools, which may say nothing.
    #[must_use]
    pub fn answering_tools(mut self) -> Self {
        self.answers_tools = true;
        self
    }

    /// Another answer comes in place of one of which no item has begun.
    pub fn start_over(&mut self) {
        (self.usage, self.reason) = (None, None);
        self.summary.iter_mut().for_each(String::clear);
    }

    /// The same, with failures that name the provider.
    #[must_use]
    pub fn naming(mut self, provider: &str) -> Self {
        self.provider = Some(provider.to_owned());
        self
    }

    /// A failure with the provider's name in it, where that is known.
    #[must_use]
    pub fn named(&self, failure: Failure) -> Failure {
        match &self.provider {
            Some(provider) => failure.naming(provider),
            None => failure,
        }
    }

    /// Writes the first events, once; [`Encoder::push`] does it where the caller did not.
    pub fn open(&mut self, out: &mut Vec<u8>) {
        if std::mem::replace(&mut self.opened, true) {
            return;
        }
        for kind in ["response.created", "response.in_progress"] {
            self.emit_response(kind, "in_progress", out);
        }
    }

    /// Takes the next step of the answer; after the end nothing is taken.
    pub fn push(&mut self, delta: Delta, out: &mut Vec<u8>) {
        if self.is_finished() {
            return;
        }
        self.open(out);
        if let Some(summary) = &mut self.summary {
            match delta {
                Delta::Text(text) => summary.push_str(&text),
                Delta::Usage(usage) => self.usage = Some(usage),
                Delta::Stop(_) => self.close_summary(out),
                Delta::Fail(failure) => self.fail(failure, out),
                _ => {}
            }
            return;
        }
        match delta {
            Delta::Reasoning(text) => self.prose(true, &text, out),
            Delta::Text(text) => {
                self.has_answer |= !text.trim().is_empty();
                self.prose(false, &text, out);
            }
            Delta::Carrier(carrier) => {
                // A thought may be sealed without a readable word.
                if !self.prose.as_ref().is_some_and(Prose::is_open_thought) {
                    self.open_prose(true, out);
                }
                if let Some(prose) = &mut self.prose {
                    prose.carrier = Some(carrier);
                }
            }
            Delta::Citation { url, title, length, behind } => self.cite(url, title, length, behind, out),
            Delta::WebSearch { query } => self.web_search(&query, out),
            Delta::CallStart { key, id, tool, kind } => {
                self.has_answer = true;
                self.open_call(key, id, tool, kind, out);
            }
            Delta::CallInput { key, json } => self.call_input(key, &json, out),
            Delta::CallEnd { key } => {
                if let Some(position) = self.calls.iter().position(|call| call.key == key) {
                    let call = self.calls.remove(position);
                    self.close_call(&call, out);
                }
            }
            Delta::Usage(usage) => self.usage = Some(usage),
            Delta::Unknown(reason) => self.reason = Some(reason),
            // An end without a word would look to the person as if nothing had been asked.
            Delta::Stop(Stop::Done) if self.is_silent() => self.fail(self.silence(), out),
            Delta::Stop(stop) => self.stop(stop, out),
            Delta::Fail(failure) => self.fail(failure, out),
        }
    }

    /// Whether there is no answer where there has to be one. What stopped for a reason that nobody knows was not done.
    const fn is_silent(&self) -> bool {
        !self.has_answer && (!self.answers_tools || self.reason.is_some())
    }

    /// Why an answer that ended in order is none.
    fn silence(&self) -> Failure {
        let why = self.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        Failure::shown(format!("`{}` ended its answer without a word{why}", self.meta.model))
    }

    /// Ends the response with a failure, unless it has ended.
    pub fn fail(&mut self, failure: Failure, out: &mut Vec<u8>) {
        if self.is_finished() {
            return;
        }
        let failure = self.named(failure);
        self.open(out);
        self.close_prose(out);
        self.calls.clear();
        self.ending = Some(Ending::Failed(failure));
        self.emit_response("response.failed", "failed", out);
    }

    /// Ends the response with the summary. One that was cut short is better than none: without any, the session is over.
    fn close_summary(&mut self, out: &mut Vec<u8>) {
        let summary = self.summary.take().unwrap_or_default();
        if summary.trim().is_empty() {
            self.fail(Failure::shown("the provider wrote no summary of the conversation"), out);
            return;
        }
        let index = self.next_index();
        let id = self.item_id("cmp", index);
        let sealed = compaction::seal(&self.meta.model, summary.trim());
        let item = Item::Compaction { id: &id, encrypted_content: &sealed };
        self.emit_item("response.output_item.added", index, &item, out);
        self.close_item(index, &item, out);
        self.stop(Stop::Done, out);
    }

    fn stop(&mut self, stop: Stop, out: &mut Vec<u8>) {
        self.close_prose(out);
        for call in std::mem::take(&mut self.calls) {
            if stop == Stop::Done || is_json_object(&call.json) {
                self.close_call(&call, out);
            }
        }
        let (ending, kind, status) = match stop {
            Stop::Done => (Ending::Completed, "response.completed", "completed"),
            Stop::Length => (Ending::Incomplete, "response.incomplete", "incomplete"),
        };
        self.ending = Some(ending);
        self.emit_response(kind, status, out);
    }

    /// Whether the terminal event was written.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.ending.is_some()
    }

    /// Whether any output item was begun; before that a failed request may be tried elsewhere.
    #[must_use]
    pub const fn has_items(&self) -> bool {
        self.next_index > 0
    }

    /// What it cost, as far as the upstream said.
    #[must_use]
    pub const fn usage(&self) -> Option<&Usage> {
        self.usage.as_ref()
    }

    /// The failure that ended it.
    #[must_use]
    pub const fn failure(&self) -> Option<&Failure> {
        match &self.ending {
            Some(Ending::Failed(failure)) => Some(failure),
            _ => None,
        }
    }

    /// The body of a non-streamed answer.
    #[must_use]
    pub fn into_response(self) -> Vec<u8> {
        let status = match self.ending {
            Some(Ending::Completed) => "completed",
            Some(Ending::Incomplete) => "incomplete",
            Some(Ending::Failed(_)) => "failed",
            None => "in_progress",
        };
        let mut out = Vec::new();
        self.with_response(status, |response| write_json(&mut out, response));
        out
    }

    /// The body of a finished answer to `POST /v1/responses/compact`.
    #[must_use]
    pub fn into_compaction(self) -> Vec<u8> {
        let output: Vec<Box<RawValue>> = self.output.into_iter().map(|(_, item)| item).collect();
        let mut out = Vec::new();
        let compaction = Compaction {
            id: &self.meta.id,
            object: "response.compaction",
            created_at: self.meta.created_at,
            output: &output,
            usage: UsageOut::from(&self.usage.unwrap_or_default()),
        };
        write_json(&mut out, &compaction);
        out
    }

    fn prose(&mut self, thought: bool, text: &str, out: &mut Vec<u8>) {
        if text.is_empty() {
            return;
        }
        let goes_on = |prose: &Prose| if thought { prose.is_open_thought() } else { !prose.thought };
        if !self.prose.as_ref().is_some_and(goes_on) {
            self.open_prose(thought, out);
        }
        let Some(mut prose) = self.prose.take() else { return };
        prose.text.push_str(text);
        self.emit_prose(
            &prose,
            if thought { "response.reasoning_summary_text.delta" } else { "response.output_text.delta" },
            Some(text),
            None,
            out,
        );
        self.prose = Some(prose);
    }

    fn open_prose(&mut self, thought: bool, out: &mut Vec<u8>) {
        self.close_prose(out);
        let index = self.next_index();
        let id = self.item_id(if thought { "rs" } else { "msg" }, index);
        let item = if thought {
            Item::Reasoning { id: &id, summary: &[], encrypted_content: None }
        } else {
            Item::Message { id: &id, status: "in_progress", role: "assistant", content: &[] }
        };
        self.emit_item("response.output_item.added", index, &item, out);
        let prose = Prose { index, id, text: String::new(), thought, carrier: None, annotations: Vec::new() };
        let (kind, part) = if thought {
            ("response.reasoning_summary_part.added", Part::SummaryText { text: "" })
        } else {
            ("response.content_part.added", Part::OutputText { text: "", annotations: &[] })
        };
        self.emit_prose(&prose, kind, None, Some(&part), out);
        self.prose = Some(prose);
    }

    fn close_prose(&mut self, out: &mut Vec<u8>) {
        let Some(prose) = self.prose.take() else { return };
        let (text_done, part_done, part) = if prose.thought {
            (
                "response.reasoning_summary_text.done",
                "response.reasoning_summary_part.done",
                Part::SummaryText { text: &prose.text },
            )
        } else {
            (
                "response.output_text.done",
                "response.content_part.done",
                Part::OutputText { text: &prose.text, annotations: &prose.annotations },
            )
        };
        self.emit_prose(&prose, text_done, None, None, out);
        self.emit_prose(&prose, part_done, None, Some(&part), out);
        let sealed = prose.carrier.as_ref().map(Carrier::seal);
        let parts = [part];
        let item = if prose.thought {
            // A thought without words has no summary to show.
            let summary = if prose.text.is_empty() { &parts[..0] } else { &parts[..] };
            Item::Reasoning { id: &prose.id, summary, encrypted_content: sealed.as_deref() }
        } else {
            Item::Message { id: &prose.id, status: "completed", role: "assistant", content: &parts }
        };
        self.close_item(prose.index, &item, out);
    }

    /// Says what the open text rests on; without text there is nothing to say.
    fn cite(&mut self, url: String, title: String, length: usize, behind: usize, out: &mut Vec<u8>) {
        let sequence_number = self.sequence;
        let Some(prose) = self.prose.as_mut().filter(|prose| !prose.thought) else { return };
        let end_index = prose.text.chars().count().saturating_sub(behind);
        let annotation = Annotation { url, title, start_index: end_index.saturating_sub(length), end_index };
        let event = Event {
            kind: "response.output_text.annotation.added",
            sequence_number,
            item_id: Some(&prose.id),
            output_index: Some(prose.index),
            content_index: Some(0),
            annotation_index: Some(prose.annotations.len()),
            annotation: Some(&annotation),
            ..Event::default()
        };
        write(out, &event);
        self.sequence += 1;
        prose.annotations.push(annotation);
    }

    fn web_search(&mut self, query: &str, out: &mut Vec<u8>) {
        self.close_prose(out);
        let index = self.next_index();
        let id = self.item_id("ws", index);
        let item = |status| Item::WebSearchCall { id: &id, status, action: Search { query } };
        self.emit_item("response.output_item.added", index, &item("in_progress"), out);
        self.close_item(index, &item("completed"), out);
    }

    fn open_call(&mut self, key: usize, id: String, tool: ToolName<'static>, kind: ToolKind, out: &mut Vec<u8>) {
        if self.calls.iter().any(|call| call.key == key) {
            return;
        }
        self.close_prose(out);
        let index = self.next_index();
        // Codex pairs outputs by this id, so it must be there and be the only one.
        let pairing = if id.is_empty() || self.ids.contains(&id) { self.item_id("call", index) } else { id };
        self.ids.push(pairing.clone());
        let prefix = match kind {
            ToolKind::Function => "fc",
            ToolKind::Custom => "ctc",
            ToolKind::Search => "tsc",
        };
        let call = Call { key, index, id: self.item_id(prefix, index), pairing, tool, kind, json: String::new() };
        self.emit_item("response.output_item.added", index, &call.item("in_progress", "", &Value::Null), out);
        self.calls.push(call);
    }

    fn call_input(&mut self, key: usize, json: &str, out: &mut Vec<u8>) {
        let Some(position) = self.calls.iter().position(|call| call.key == key) else { return };
        if json.is_empty() {
            return;
        }
        self.calls[position].json.push_str(json);
        if self.calls[position].kind == ToolKind::Function {
            let sequence_number = self.next_sequence();
            let call = &self.calls[position];
            let kind = "response.function_call_arguments.delta";
            write(
                out,
                &Event {
                    kind,
                    sequence_number,
                    item_id: Some(&call.id),
                    output_index: Some(call.index),
                    delta: Some(json),
                    ..Event::default()
                },
            );
        }
    }

    fn close_call(&mut self, call: &Call, out: &mut Vec<u8>) {
        let mut event = Event { item_id: Some(&call.id), output_index: Some(call.index), ..Event::default() };
        match call.kind {
            ToolKind::Function => {
                event.kind = "response.function_call_arguments.done";
                event.arguments = Some(&call.json);
                event.sequence_number = self.next_sequence();
                write(out, &event);
                self.close_item(call.index, &call.item("completed", &call.json, &Value::Null), out);
            }
            ToolKind::Custom => {
                let input = lifted_input(&call.json);
                if !input.is_empty() {
                    event.kind = "response.custom_tool_call_input.delta";
                    event.delta = Some(&input);
                    event.sequence_number = self.next_sequence();
                    write(out, &event);
                    event.delta = None;
                }
                event.kind = "response.custom_tool_call_input.done";
                event.input = Some(&input);
                event.sequence_number = self.next_sequence();
                write(out, &event);
                self.close_item(call.index, &call.item("completed", &input, &Value::Null), out);
            }
            ToolKind::Search => {
                let arguments =
                    serde_json::from_str(&call.json).unwrap_or_else(|_| Value::Object(serde_json::Map::new()));
                self.close_item(call.index, &call.item("completed", "", &arguments), out);
            }
        }
    }

    fn next_index(&mut self) -> usize {
        self.next_index += 1;
        self.next_index - 1
    }

    fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence - 1
    }

    /// An id that no other response has, given that the response's own is the only one.
    fn item_id(&self, prefix: &str, index: usize) -> String {
        let id = &self.meta.id;
        format!("{prefix}_{}_{index}", id.strip_prefix("resp_").unwrap_or(id))
    }

    fn emit_prose(
        &mut self,
        prose: &Prose,
        kind: &'static str,
        delta: Option<&str>,
        part: Option<&Part<'_>>,
        out: &mut Vec<u8>,
    ) {
        let is_text = kind.ends_with("text.delta") || kind.ends_with("text.done");
        write(
            out,
            &Event {
                kind,
                sequence_number: self.next_sequence(),
                item_id: Some(&prose.id),
                output_index: Some(prose.index),
                content_index: (!prose.thought).then_some(0),
                summary_index: prose.thought.then_some(0),
                part,
                delta,
                text: (is_text && delta.is_none()).then_some(&prose.text),
                logprobs: (is_text && !prose.thought).then_some([]),
                ..Event::default()
            },
        );
    }

    fn emit_item(&mut self, kind: &'static str, index: usize, item: &Item<'_>, out: &mut Vec<u8>) {
        let sequence_number = self.next_sequence();
        write(out, &Event { kind, sequence_number, output_index: Some(index), item: Some(item), ..Event::default() });
    }

    fn close_item(&mut self, index: usize, item: &Item<'_>, out: &mut Vec<u8>) {
        self.emit_item("response.output_item.done", index, item, out);
        // Strings and values always serialise; should one not, the item is missing from the final list only.
        if let Ok(raw) = serde_json::value::to_raw_value(item) {
            let position = self.output.partition_point(|(known, _)| *known < index);
            self.output.insert(position, (index, raw));
        }
    }

    fn emit_response(&mut self, kind: &'static str, status: &'static str, out: &mut Vec<u8>) {
        let sequence_number = self.next_sequence();
        self.with_response(status, |response| {
            write(out, &Event { kind, sequence_number, response: Some(response), ..Event::default() });
        });
    }

    fn with_response(&self, status: &'static str, write: impl FnOnce(&Response<'_>)) {
        let output: Vec<Box<RawValue>> = match self.ending {
            Some(_) => self.output.iter().map(|(_, item)| item.clone()).collect(),
            None => Vec::new(),
        };
        let error = self.failure().map(|failure| ErrorOut {
            code: if self.for_sdks { OpenAiError::code_in_stream(failure) } else { failure.code.as_str() },
            message: &failure.message,
        });
        let incomplete = matches!(self.ending, Some(Ending::Incomplete));
        write(&Response {
            id: &self.meta.id,
            object: "response",
            created_at: self.meta.created_at,
            status,
            model: &self.meta.model,
            output: &output,
            usage: self.ending.as_ref().and(self.usage.as_ref()).map(UsageOut::from),
            error,
            incomplete_details: incomplete.then_some(Incomplete { reason: "max_output_tokens" }),
            instructions: (),
            metadata: Empty {},
            parallel_tool_calls: true,
            temperature: (),
            tool_choice: "auto",
            tools: [],
            top_p: (),
        });
    }
}

#[cfg(test)]
#[path = "encoder_tests.rs"]
mod tests;
