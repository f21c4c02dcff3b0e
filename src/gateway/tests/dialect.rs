//! What each kind of upstream says, well and badly, so that one table of faults serves all of them.

use serde_json::{Value, json};

use crate::settings::Wire;

/// One protocol as an upstream speaks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Chat,
    Messages,
    Gemini,
    Responses,
}

/// All of them.
pub(super) const DIALECTS: [Dialect; 4] = [Dialect::Chat, Dialect::Messages, Dialect::Gemini, Dialect::Responses];

impl Dialect {
    /// The wire in the settings.
    pub(super) const fn wire(self) -> Wire {
        match self {
            Self::Chat => Wire::Chat,
            Self::Messages => Wire::Messages,
            Self::Gemini => Wire::Gemini,
            Self::Responses => Wire::Responses,
        }
    }

    /// The id of the provider that speaks it.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Chat => "chat",
            Self::Messages => "messages",
            Self::Gemini => "gemini",
            Self::Responses => "responses",
        }
    }

    /// The events of a good answer that says `hel` and `lo`. The events up to the second last carry the text, and
    /// whatever closes the answer is in the rest.
    pub(super) fn answer(self) -> Vec<String> {
        self.answer_ending(self.endings()[0])
    }

    /// The same answer with another word for why it ended.
    pub(super) fn answer_ending(self, why: &str) -> Vec<String> {
        match self {
            Self::Chat => {
                let chunk = |delta: Value, why: Option<&str>| {
                    data(&json!({"id": "c1", "object": "chat.completion.chunk", "model": "m1",
                        "choices": [{"index": 0, "delta": delta, "finish_reason": why}]}))
                };
                vec![
                    chunk(json!({"role": "assistant", "content": ""}), None),
                    chunk(json!({"content": "hel"}), None),
                    chunk(json!({"content": "lo"}), None),
                    chunk(json!({}), Some(why)),
                    data(&json!({"id": "c1", "object": "chat.completion.chunk", "model": "m1", "choices": [],
                        "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}})),
                    "data: [DONE]\n\n".to_owned(),
                ]
            }
            Self::Messages => {
                let delta = |text: &str| {
                    named(&json!({"type": "content_block_delta", "index": 0,
                        "delta": {"type": "text_delta", "text": text}}))
                };
                vec![
                    named(&json!({"type": "message_start", "message": {"id": "msg_1", "type": "message",
                        "role": "assistant", "model": "m1", "content": [], "stop_reason": null, "stop_sequence": null,
                        "usage": {"input_tokens": 7, "output_tokens": 1}}})),
                    named(&json!({"type": "content_block_start", "index": 0,
                        "content_block": {"type": "text", "text": ""}})),
                    delta("hel"),
                    delta("lo"),
                    named(&json!({"type": "content_block_stop", "index": 0})),
                    named(&json!({"type": "message_delta", "delta": {"stop_reason": why, "stop_sequence": null},
                        "usage": {"output_tokens": 2}})),
                    named(&json!({"type": "message_stop"})),
                ]
            }
            Self::Gemini => {
                let chunk = |text: &str, why: Option<&str>| {
                    let mut candidate = json!({"index": 0, "content": {"role": "model", "parts": [{"text": text}]}});
                    if let Some(why) = why {
                        candidate["finishReason"] = why.into();
                    }
                    data(&json!({"candidates": [candidate], "modelVersion": "m1", "responseId": "r1", "usageMetadata":
                        {"promptTokenCount": 7, "candidatesTokenCount": 2, "totalTokenCount": 9}}))
                };
                vec![chunk("hel", None), chunk("lo", None), chunk("", Some(why))]
            }
            Self::Responses => {
                let item = |status: &str, content: Value| json!({"type": "message", "id": "msg_1", "role": "assistant", "status": status, "content": content});
                let part = |text: &str| json!({"type": "output_text", "text": text, "annotations": []});
                let done = item("completed", json!([part("hello")]));
                let delta = |text: &str| {
                    named(&json!({"type": "response.output_text.delta", "item_id": "msg_1", "output_index": 0,
                        "content_index": 0, "delta": text}))
                };
                let response = |status: &str, output: Value| json!({"id": "resp_up", "object": "response", "status": status, "model": "m1", "output": output});
                let mut last = response(why, json!([done]));
                last["usage"] = json!({"input_tokens": 7, "output_tokens": 2, "total_tokens": 9});
                let kind = if why == "completed" { "completed" } else { "incomplete" };
                if kind == "incomplete" {
                    last["status"] = "incomplete".into();
                    last["incomplete_details"] = json!({"reason": why});
                }
                vec![
                    named(&json!({"type": "response.created", "response": response("in_progress", json!([]))})),
                    named(&json!({"type": "response.output_item.added", "output_index": 0,
                        "item": item("in_progress", json!([]))})),
                    delta("hel"),
                    delta("lo"),
                    named(&json!({"type": "response.output_item.done", "output_index": 0, "item": done})),
                    named(&json!({"type": format!("response.{kind}"), "response": last})),
                ]
            }
        }
    }

    /// Its words for a good end, for an answer that was too long, and for one that a filter held back.
    pub(super) const fn endings(self) -> [&'static str; 3] {
        match self {
            Self::Chat => ["stop", "length", "content_filter"],
            Self::Messages => ["end_turn", "max_tokens", "refusal"],
            Self::Gemini => ["STOP", "MAX_TOKENS", "SAFETY"],
            Self::Responses => ["completed", "max_output_tokens", "content_filter"],
        }
    }

    /// How many events at the end of [`Self::answer`] can be missing from an answer that is still whole.
    pub(super) const fn spare(self) -> usize {
        match self {
            // The usage and `[DONE]`: the reason says that all was said.
            Self::Chat => 2,
            // `message_stop`, likewise.
            Self::Messages => 1,
            Self::Gemini | Self::Responses => 0,
        }
    }

    /// How many events at its beginning say nothing yet.
    pub(super) const fn silent(self) -> usize {
        match self {
            Self::Chat => 1,
            Self::Messages => 2,
            Self::Gemini | Self::Responses => 0,
        }
    }

    /// Which of its events says `hel`.
    pub(super) const fn text_at(self) -> usize {
        match self {
            Self::Chat => 1,
            Self::Gemini => 0,
            Self::Messages | Self::Responses => 2,
        }
    }

    /// The event in which it tells an error in the middle of an answer.
    pub(super) fn error_event(self, words: &str) -> String {
        match self {
            Self::Chat => data(&json!({"error": {"message": words, "type": "server_error", "code": 500}})),
            Self::Messages => named(&json!({"type": "error", "error": {"type": "api_error", "message": words}})),
            Self::Gemini => data(&json!({"error": {"code": 500, "message": words, "status": "INTERNAL"}})),
            Self::Responses => {
                named(&json!({"type": "error", "code": "server_error", "message": words, "param": null}))
            }
        }
    }

    /// A good answer that was not streamed.
    pub(super) fn whole(self) -> Value {
        match self {
            Self::Chat => json!({"id": "c1", "object": "chat.completion", "model": "m1",
                "choices": [{"index": 0, "message": {"role": "assistant", "content": "hello"}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 7, "completion_tokens": 2, "total_tokens": 9}}),
            Self::Messages => json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m1",
                "content": [{"type": "text", "text": "hello"}], "stop_reason": "end_turn", "stop_sequence": null,
                "usage": {"input_tokens": 7, "output_tokens": 2}}),
            Self::Gemini => json!({"candidates": [{"index": 0, "finishReason": "STOP",
                "content": {"role": "model", "parts": [{"text": "hello"}]}}], "modelVersion": "m1",
                "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 2, "totalTokenCount": 9}}),
            Self::Responses => json!({"id": "resp_up", "object": "response", "status": "completed", "model": "m1",
                "output": [{"type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                    "content": [{"type": "output_text", "text": "hello", "annotations": []}]}],
                "usage": {"input_tokens": 7, "output_tokens": 2, "total_tokens": 9}}),
        }
    }
}

fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

fn named(value: &Value) -> String {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap())
}
