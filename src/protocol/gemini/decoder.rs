//! A `generateContent` answer to deltas.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::chunk::{Candidate, Chunk, Content, Feedback, FunctionCall, Grounding, Part, RawUsage, Search};
use super::grounding::Sources;
use super::signatures::{Signatures, Signed, SignedCall};
use super::{GIVEN_ID, WIRE};
use crate::protocol::carrier::Carrier;
use crate::protocol::failure::{Failure, failure_from_stream};
use crate::protocol::frame::{Frame, MAX_CALLS, told_error};
use crate::protocol::ir::{Delta, End, Stop, Usage};
use crate::protocol::lenient::{Text, TextOr, mended, read, text_or_json};
use crate::protocol::sse;
use crate::protocol::tools::Names;
use crate::protocol::words::clean;

/// Reads one answer.
#[derive(Debug, Clone)]
pub struct Decoder {
    names: Names,
    model: String,
    used_ids: HashSet<String>,
    /// The ids of this answer's calls, with what was called.
    calls: HashMap<String, String>,
    next_key: usize,
    /// Whether a thought is open that has to be sealed.
    thinking: bool,
    /// What the reasoning item that comes next or is open has to carry.
    signatures: Signatures,
    /// The pages that the answer rests on.
    sources: Sources,
    /// The text that is open.
    text: String,
    ending: Option<Ending>,
    /// Whether there was a word or a call, and not thought alone.
    has_answer: bool,
    frame: Frame,
}

/// How the upstream said that it stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Ending {
    Stop(Stop),
    Fail(String),
}

impl Decoder {
    pub(super) fn new(names: Names, model: &str, used_ids: HashSet<String>) -> Self {
        Self {
            names,
            model: model.to_owned(),
            used_ids,
            calls: HashMap::new(),
            next_key: 0,
            thinking: false,
            signatures: Signatures::default(),
            sources: Sources::default(),
            text: String::new(),
            ending: None,
            has_answer: false,
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
        // Google's stream just ends; proxies in front of it may say so.
        if data == "[DONE]" {
            return self.finish(End::Eof, out);
        }
        if !self.json(data, event.name == "error", out) {
            self.frame.misread(data, &['{', '[']);
        }
    }

    /// Takes the whole body of a non-streamed answer and ends.
    pub fn feed_whole(&mut self, body: &[u8], out: &mut Vec<Delta>) {
        let text = String::from_utf8_lossy(body);
        let text = &mended(text.trim());
        if !self.json(text, false, out) {
            self.frame.wonder(text);
        }
        self.finish(End::Eof, out);
    }

    /// The bytes have ended. That alone ends a stream, since a `finishReason` may stand on every chunk.
    pub fn finish(&mut self, end: End, out: &mut Vec<Delta>) {
        if self.frame.is_done() {
            return;
        }
        if self.ending.is_some() {
            return self.conclude(out);
        }
        self.frame.break_off(end, "finishReason", out);
    }

    /// Reads an event; tells whether it could be read.
    fn json(&mut self, data: &str, named_error: bool, out: &mut Vec<Delta>) -> bool {
        // Without `alt=sse` a stream is one list, and so are some errors.
        let chunks = if data.starts_with('[') {
            serde_json::from_str::<Vec<Chunk<'_>>>(data)
        } else {
            serde_json::from_str::<Chunk<'_>>(data).map(|chunk| vec![chunk])
        };
        let is_read = chunks.is_ok();
        for chunk in chunks.into_iter().flatten() {
            if !self.frame.is_done() {
                self.chunk(chunk, data, named_error, out);
            }
        }
        is_read
    }

    fn chunk(&mut self, chunk: Chunk<'_>, data: &str, named_error: bool, out: &mut Vec<Delta>) {
        let error = told_error(chunk.error);
        if let Some(error) = read::<Value>(error) {
            return self.frame.fail(failure_from_stream(&json!({ "error": error })), out);
        }
        if named_error {
            let error = serde_json::from_str(data).unwrap_or_default();
            return self.frame.fail(failure_from_stream(&error), out);
        }
        let usage = read::<RawUsage>(chunk.usage_metadata);
        let listed = matches!(chunk.candidates, TextOr::List(_));
        if let Some(feedback) = read::<Feedback<'_>>(chunk.prompt_feedback)
            && let Some(reason) = feedback.block_reason.filled()
            && reason != "BLOCK_REASON_UNSPECIFIED"
        {
            let said = more(feedback.block_reason_message.as_str());
            out.extend(usage.map(|usage| Delta::Usage(Usage::from(usage))));
            let message = format!(
                "the provider's content filter refused the request (`blockReason`: `{}`){said}",
                clean(&reason)
            );
            return self.frame.fail_with(message, out);
        }
        if usage.is_none() && !listed {
            self.frame.wonder(data);
        }
        if let TextOr::List(candidates) = chunk.candidates {
            // More than one answer was never asked for.
            if let Some(candidate) = candidates.into_iter().next() {
                self.candidate(candidate, out);
            }
        }
        if !self.frame.is_done() {
            out.extend(usage.map(|usage| Delta::Usage(Usage::from(usage))));
        }
    }

    fn candidate(&mut self, candidate: Candidate<'_>, out: &mut Vec<Delta>) {
        if let Some(Content { parts: TextOr::List(parts) }) = read::<Content<'_>>(candidate.content) {
            for part in parts {
                if !self.frame.is_done() {
                    self.part(&part, out);
                }
            }
        }
        if let Some(grounding) = read::<Grounding<'_>>(candidate.grounding_metadata) {
            self.sources.add(grounding);
        }
        if let Some(reason) = candidate.finish_reason.filled() {
            self.ending = ending(&reason, candidate.finish_message.as_str()).or(self.ending.take());
        }
    }

    fn part(&mut self, part: &Part<'_>, out: &mut Vec<Delta>) {
        let signature = part.thought_signature.as_str();
        if let Some(call) = read::<FunctionCall<'_>>(part.function_call) {
            return self.call(&call, signature, out);
        }
        if part.tool_call.is_some() || part.tool_response.is_some() {
            return self.own_tool(part, out);
        }
        let text = part.text.as_str();
        let signed = || Signed { signature: signature.to_owned(), length: text.len() };
        if part.is_thought() {
            if !text.is_empty() {
                if !std::mem::replace(&mut self.thinking, true) {
                    // What came before the thought must not come behind it.
                    self.seal_signatures(out);
                }
                self.frame.has_output = true;
                // The end of a thought that goes on is not its end.
                self.signatures.thought = None;
                out.push(Delta::Reasoning(text.to_owned()));
            }
            if !signature.is_empty() {
                self.thinking = true;
                self.signatures.thought = Some(signed());
            }
            return;
        }
        if !text.is_empty() {
            // One text stays one message: a signature in its middle has no place, and none is wanted there.
            self.signatures.text = None;
            self.seal(out);
            self.text.push_str(text);
            (self.frame.has_output, self.has_answer) = (true, true);
            out.push(Delta::Text(text.to_owned()));
        }
        if !signature.is_empty() && part.text.0.is_some() {
            self.signatures.text = Some(signed());
        }
    }

    /// A tool of the provider's own: it wants to see again what it said of it, word for word.
    fn own_tool(&mut self, part: &Part<'_>, out: &mut Vec<Delta>) {
        let mut kept = Map::new();
        for (word, raw) in [("toolCall", part.tool_call), ("toolResponse", part.tool_response)] {
            if let Some(value) = read::<Value>(raw) {
                kept.insert(word.to_owned(), value);
            }
        }
        if let Some(signature) = &part.thought_signature.0 {
            kept.insert("thoughtSignature".to_owned(), signature.as_ref().into());
        }
        if let Some(search) = read::<Search<'_>>(part.tool_call) {
            self.seal(out);
            self.frame.has_output = true;
            if let Some(TextOr::List(queries)) = search.args.map(|args| args.queries) {
                let queries: Vec<&str> = queries.iter().map(Text::as_str).filter(|query| !query.is_empty()).collect();
                self.text.clear();
                out.push(Delta::WebSearch { query: queries.join("; ") });
            }
        }
        self.signatures.parts.push(kept.into());
    }

    fn call(&mut self, call: &FunctionCall<'_>, signature: &str, out: &mut Vec<Delta>) {
        let name = call.name.as_str();
        let json = text_or_json(call.args).filter(|json| !json.trim().is_empty()).unwrap_or("{}".into());
        if name.is_empty() {
            return self.frame.nameless_call(out);
        }
        let id = call.id.as_str();
        if !id.is_empty() {
            // The same call again is a stutter of the stream: run twice, it could do harm.
            let what = format!("{name} {json}");
            if self.calls.get(id) == Some(&what) {
                return;
            }
            self.calls.insert(id.to_owned(), what);
        }
        if self.next_key >= MAX_CALLS {
            return self.frame.too_many_calls(out);
        }
        if !signature.is_empty() {
            self.signatures.call = Some(SignedCall { signature: signature.to_owned(), name: name.to_owned() });
        }
        self.seal(out);
        (self.frame.has_output, self.has_answer) = (true, true);
        let key = self.next_key;
        self.next_key += 1;
        let (tool, kind) = self.names.tool(name);
        // An id that the history has already would tie the output to the wrong call; the front end makes another, as
        // it does where there is none.
        let id = if id.is_empty() { String::new() } else { format!("{GIVEN_ID}{id}") };
        let id = if self.used_ids.insert(id.clone()) { id } else { String::new() };
        out.push(Delta::CallStart { key, id, tool, kind });
        out.push(Delta::CallInput { key, json: json.into_owned() });
        out.push(Delta::CallEnd { key });
    }

    /// Seals the thought that has ended, and what has to be carried without one.
    fn seal(&mut self, out: &mut Vec<Delta>) {
        if std::mem::take(&mut self.thinking) {
            self.text.clear();
            let state = std::mem::take(&mut self.signatures).into_state();
            out.push(Delta::Carrier(Carrier::new(WIRE, &self.model, state)));
        }
        self.seal_signatures(out);
    }

    fn seal_signatures(&mut self, out: &mut Vec<Delta>) {
        let signatures = std::mem::take(&mut self.signatures);
        if signatures != Signatures::default() {
            self.text.clear();
            out.push(Delta::Carrier(Carrier::new(WIRE, &self.model, signatures.into_state())));
        }
    }

    fn conclude(&mut self, out: &mut Vec<Delta>) {
        match self.ending.take().unwrap_or(Ending::Stop(Stop::Done)) {
            Ending::Fail(message) => self.frame.fail_with(message, out),
            Ending::Stop(stop) => {
                self.sources.cite(&self.text, out);
                self.seal(out);
                if stop == Stop::Done && !self.has_answer {
                    return self.frame.fail(self.silence(), out);
                }
                self.frame.stop(stop, out);
            }
        }
    }

    /// Why an answer that ended in order says nothing.
    fn silence(&self) -> Failure {
        let words = "the provider's answer is empty: the model stopped without a word (`finishReason`: `STOP`)";
        self.frame.nothing_but(Failure::shown(words))
    }
}

/// What a `finishReason` means; none when it says nothing.
fn ending(reason: &str, said: &str) -> Option<Ending> {
    let words = match reason {
        "FINISH_REASON_UNSPECIFIED" => return None,
        "STOP" => return Some(Ending::Stop(Stop::Done)),
        "MAX_TOKENS" => return Some(Ending::Stop(Stop::Length)),
        "SAFETY"
        | "PROHIBITED_CONTENT"
        | "BLOCKLIST"
        | "SPII"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "MODEL_ARMOR" => "the provider's content filter stopped the answer",
        "RECITATION" | "IMAGE_RECITATION" => "the provider stopped the answer because it repeats a known text",
        "LANGUAGE" => "the provider stopped the answer because of its language",
        "MALFORMED_FUNCTION_CALL" => "the provider's model made a tool call that cannot be read",
        "UNEXPECTED_TOOL_CALL" => "the provider's model called a tool that is not on offer",
        "TOO_MANY_TOOL_CALLS" => "the provider's model made too many tool calls",
        "MISSING_THOUGHT_SIGNATURE" => "the provider misses a thought signature in the conversation",
        _ => "the provider broke the answer off",
    };
    Some(Ending::Fail(format!("{words} (`finishReason`: `{}`){}", clean(reason), more(said))))
}

/// The provider's own words behind ours.
fn more(said: &str) -> String {
    let said = clean(said);
    if said.is_empty() { said } else { format!(": {said}") }
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
