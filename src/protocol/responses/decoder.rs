//! The answer of a Responses upstream that does not pass as it is: its request was not the one that Codex sent.
//!
//! Every other answer of such an upstream passes byte by byte; see [`super::Tap`].

use serde_json::Value;

use crate::protocol::carrier::Carrier;
use crate::protocol::failure::{Failure, failure_from_oddity, failure_from_stream};
use crate::protocol::ir::{Delta, End, Stop, Usage};
use crate::protocol::lenient::{Count, mended};
use crate::protocol::sse;
use crate::protocol::tools::Names;

/// The protocol's name in carriers.
pub(super) const WIRE: &str = "responses";

/// Reads one answer.
#[derive(Debug, Clone)]
pub struct Decoder {
    names: Names,
    model: String,
    /// Whether text, or thought, has come of the item that is open.
    has_text: bool,
    has_thought: bool,
    /// Calls that have begun: the item's id and whether any of its input has come. Their keys are their positions.
    calls: Vec<(String, bool)>,
    has_items: bool,
    done: bool,
}

impl Decoder {
    /// A decoder for the answer to a request whose tools have these names.
    #[must_use]
    pub fn new(names: Names, upstream_model: &str) -> Self {
        Self {
            names,
            model: upstream_model.to_owned(),
            has_text: false,
            has_thought: false,
            calls: Vec::new(),
            has_items: false,
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
        let Ok(event) = serde_json::from_str::<Value>(&mended(event.data)) else { return };
        if self.done {
            return;
        }
        match text_of(&event["type"]) {
            "response.output_item.added" if event["item"]["type"] == "function_call" => {
                self.call_key(&event["item"], out);
            }
            "response.output_text.delta" | "response.refusal.delta" => self.text(text_of(&event["delta"]), out),
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                self.thought(text_of(&event["delta"]), out);
            }
            "response.reasoning_summary_part.added" if self.has_thought => self.thought("\n\n", out),
            "response.function_call_arguments.delta" => {
                let id = text_of(&event["item_id"]);
                if let Some(key) = self.calls.iter().position(|(known, _)| known == id) {
                    self.call_input(key, text_of(&event["delta"]), out);
                }
            }
            "response.output_text.annotation.added" => cite(&event["annotation"], out),
            "response.output_item.done" => self.item(&event["item"], out),
            "response.completed" | "response.incomplete" | "response.failed" => self.end(&event["response"], out),
            // Servers of other protocols send the bare object.
            "error" | "" => self.fail(failure_from_stream(&event), out),
            _ => {}
        }
    }

    /// Takes the whole body of a non-streamed answer and ends.
    pub fn feed_whole(&mut self, body: &[u8], out: &mut Vec<Delta>) {
        if self.done {
            return;
        }
        let text = String::from_utf8_lossy(body);
        match serde_json::from_str::<Value>(&mended(&text)) {
            Ok(response) if response["output"].is_array() => self.end(&response, out),
            _ => self.fail(failure_from_oddity(&text), out),
        }
    }

    /// The bytes have ended.
    pub fn finish(&mut self, end: End, out: &mut Vec<Delta>) {
        if self.done {
            return;
        }
        let message = match end {
            End::Eof => "the provider's answer ended early".to_owned(),
            End::Cut(cause) => format!("the provider's answer ended early: {cause}"),
        };
        self.fail(Failure::shown(message), out);
    }

    fn text(&mut self, text: &str, out: &mut Vec<Delta>) {
        if !text.is_empty() {
            self.has_text = true;
            out.push(Delta::Text(text.to_owned()));
        }
    }

    fn thought(&mut self, text: &str, out: &mut Vec<Delta>) {
        if !text.is_empty() {
            self.has_thought = true;
            out.push(Delta::Reasoning(text.to_owned()));
        }
    }

    /// The key of a call, which begins where it is new.
    fn call_key(&mut self, item: &Value, out: &mut Vec<Delta>) -> usize {
        let id = [&item["id"], &item["call_id"]].into_iter().map(text_of).find(|id| !id.is_empty());
        let id = id.unwrap_or_default();
        if let Some(key) = self.calls.iter().position(|(known, _)| !id.is_empty() && known == id) {
            return key;
        }
        let key = self.calls.len();
        self.calls.push((id.to_owned(), false));
        let (tool, kind) = self.names.tool(text_of(&item["name"]));
        out.push(Delta::CallStart { key, id: text_of(&item["call_id"]).to_owned(), tool, kind });
        key
    }

    fn call_input(&mut self, key: usize, json: &str, out: &mut Vec<Delta>) {
        if !json.is_empty() {
            self.calls[key].1 = true;
            out.push(Delta::CallInput { key, json: json.to_owned() });
        }
    }

    /// A whole item: what of it has not come in pieces, and its end.
    fn item(&mut self, item: &Value, out: &mut Vec<Delta>) {
        self.has_items = true;
        match text_of(&item["type"]) {
            "message" => {
                let parts = item["content"].as_array().into_iter().flatten();
                for part in parts.filter(|_| !self.has_text).collect::<Vec<_>>() {
                    self.text(text_of(if part["text"].is_string() { &part["text"] } else { &part["refusal"] }), out);
                    part["annotations"].as_array().into_iter().flatten().for_each(|note| cite(note, out));
                }
                self.has_text = false;
            }
            "reasoning" => {
                if !self.has_thought {
                    let lists = [&item["summary"], &item["content"]];
                    let parts = lists.into_iter().filter_map(Value::as_array).find(|list| !list.is_empty());
                    let texts: Vec<&str> = parts.into_iter().flatten().map(|part| text_of(&part["text"])).collect();
                    self.thought(&texts.join("\n\n"), out);
                }
                self.has_thought = false;
                out.push(Delta::Carrier(Carrier::new(WIRE, &self.model, item.clone())));
            }
            "function_call" => {
                let key = self.call_key(item, out);
                if !self.calls[key].1 {
                    self.call_input(key, text_of(&item["arguments"]), out);
                }
                out.push(Delta::CallEnd { key });
            }
            "web_search_call" => {
                out.push(Delta::WebSearch { query: text_of(&item["action"]["query"]).to_owned() });
            }
            _ => {}
        }
    }

    fn end(&mut self, response: &Value, out: &mut Vec<Delta>) {
        if !response["error"].is_null() || response["status"] == "failed" {
            return self.fail(failure_from_stream(response), out);
        }
        if !self.has_items {
            for item in response["output"].as_array().into_iter().flatten() {
                self.item(item, out);
            }
        }
        let count = |pointer: &str| {
            let value = response.pointer(pointer).cloned().unwrap_or_default();
            serde_json::from_value::<Count>(value).ok().and_then(|count| count.0).unwrap_or(0)
        };
        if response["usage"].is_object() {
            out.push(Delta::Usage(Usage {
                input: count("/usage/input_tokens"),
                cached: count("/usage/input_tokens_details/cached_tokens"),
                cache_write: count("/usage/input_tokens_details/cache_write_tokens"),
                output: count("/usage/output_tokens"),
                reasoning: count("/usage/output_tokens_details/reasoning_tokens"),
            }));
        }
        match (text_of(&response["status"]), text_of(&response["incomplete_details"]["reason"])) {
            ("incomplete", "content_filter") => {
                self.fail(Failure::shown("the provider's content filter stopped the answer"), out);
            }
            (status, _) => {
                self.done = true;
                out.push(Delta::Stop(if status == "incomplete" { Stop::Length } else { Stop::Done }));
            }
        }
    }

    fn fail(&mut self, failure: Failure, out: &mut Vec<Delta>) {
        self.done = true;
        out.push(Delta::Fail(failure));
    }
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn cite(note: &Value, out: &mut Vec<Delta>) {
    if note["type"] != "url_citation" || !note["url"].is_string() {
        return;
    }
    let place = |name: &str| note[name].as_u64().and_then(|place| usize::try_from(place).ok()).unwrap_or(0);
    out.push(Delta::Citation {
        url: text_of(&note["url"]).to_owned(),
        title: text_of(&note["title"]).to_owned(),
        length: place("end_index").saturating_sub(place("start_index")),
        behind: 0,
    });
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
