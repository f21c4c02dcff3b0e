//! How an upstream writes an answer of Chat Completions.

use serde_json::{Value, json};

use super::rules::{list, text};
use super::script::{Input, Piece, Turn, Usage};
use super::{Interface, chat_rules, fragments, freeform};

pub struct Chat;

impl Interface for Chat {
    fn breaches(&self, body: &Value) -> Vec<String> {
        chat_rules::check(body)
    }

    fn refuses(&self, _: &Value) -> Option<String> {
        None
    }

    fn wants_json(&self, body: &Value) -> bool {
        matches!(text(body.pointer("/response_format/type")), "json_schema" | "json_object")
    }

    fn offers(&self, body: &Value, tool: &str) -> bool {
        find(body, tool).is_ok()
    }

    fn probe_turn(&self, body: &Value) -> Turn {
        let probe = list(body.get("tools")).first().map(|tool| text(tool.pointer("/function/name")));
        probe.map_or_else(|| Turn::text("pong"), |name| Turn::call(name, json!({})))
    }

    fn write(&self, body: &Value, turn: &Turn) -> Result<(&'static str, Vec<Vec<u8>>), String> {
        let message = Message::new(body, turn)?;
        if body.get("stream") == Some(&Value::Bool(true)) {
            let wants_usage = body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true));
            Ok(("text/event-stream", message.stream(wants_usage)))
        } else {
            Ok(("application/json", vec![message.whole().to_string().into_bytes()]))
        }
    }
}

/// The tool whose name is, or else holds, the one that Codex knows it by.
fn find<'b>(body: &'b Value, tool: &str) -> Result<&'b Value, String> {
    let functions: Vec<&Value> = list(body.get("tools")).iter().filter_map(|t| t.get("function")).collect();
    if let Some(exact) = functions.iter().find(|f| text(f.get("name")) == tool) {
        return Ok(exact);
    }
    let near: Vec<&&Value> = functions.iter().filter(|f| text(f.get("name")).contains(tool)).collect();
    match near[..] {
        [one] => Ok(one),
        _ => Err(format!("the script calls `{tool}`, but {} tools of that name are on offer", near.len())),
    }
}

struct Message {
    model: String,
    reasoning: String,
    content: String,
    /// Id, name, arguments.
    calls: Vec<(String, String, String)>,
    usage: Usage,
}

impl Message {
    fn new(body: &Value, turn: &Turn) -> Result<Self, String> {
        let mut message = Self {
            model: text(body.get("model")).to_owned(),
            reasoning: String::new(),
            content: String::new(),
            calls: Vec::new(),
            usage: turn.usage,
        };
        // Ids that no earlier answer of this conversation had.
        let before = list(body.get("messages")).len();
        for piece in &turn.pieces {
            match piece {
                Piece::Reason(text) => message.reasoning += text,
                Piece::Text(text) => message.content += text,
                Piece::Secret | Piece::Search(_) | Piece::Pause(_) => {
                    return Err("the script asks for what this interface lacks".into());
                }
                Piece::Call { tool, input } => {
                    let function = find(body, tool)?;
                    let id = format!("call_{before}_{}", message.calls.len());
                    message.calls.push((id, text(function.get("name")).to_owned(), arguments(function, input)?));
                }
            }
        }
        Ok(message)
    }

    fn finish_reason(&self) -> &'static str {
        if self.calls.is_empty() { "stop" } else { "tool_calls" }
    }

    fn usage(&self) -> Value {
        let Usage { input, cached, output, reasoning } = self.usage;
        json!({
            "prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": reasoning},
        })
    }

    fn whole(&self) -> Value {
        let mut message = json!({"role": "assistant", "content": self.content});
        if !self.reasoning.is_empty() {
            message["reasoning_content"] = self.reasoning.clone().into();
        }
        if !self.calls.is_empty() {
            let call = |(id, name, arguments): &(String, String, String)| json!({"id": id, "type": "function", "function": {"name": name, "arguments": arguments}});
            message["tool_calls"] = self.calls.iter().map(call).collect();
        }
        json!({
            "id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": self.model,
            "choices": [{"index": 0, "message": message, "finish_reason": self.finish_reason()}],
            "usage": self.usage(),
        })
    }

    fn stream(&self, wants_usage: bool) -> Vec<Vec<u8>> {
        let mut events = vec![self.chunk(&json!({"role": "assistant", "content": ""}), None)];
        for part in fragments(&self.reasoning) {
            events.push(self.chunk(&json!({"reasoning_content": part}), None));
        }
        for part in fragments(&self.content) {
            events.push(self.chunk(&json!({"content": part}), None));
        }
        for (index, (id, name, arguments)) in self.calls.iter().enumerate() {
            let head = json!({
                "index": index, "id": id, "type": "function", "function": {"name": name, "arguments": ""},
            });
            events.push(self.chunk(&json!({"tool_calls": [head]}), None));
            for part in fragments(arguments) {
                let call = json!({"index": index, "function": {"arguments": part}});
                events.push(self.chunk(&json!({"tool_calls": [call]}), None));
            }
        }
        // One piece from here on: what comes last says that the answer is whole.
        let mut end = self.chunk(&json!({}), Some(self.finish_reason()));
        if wants_usage {
            let usage = json!({
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000,
                "model": self.model, "choices": [], "usage": self.usage(),
            });
            end.extend(event(&usage));
        }
        end.extend(b"data: [DONE]\n\n");
        events.push(end);
        events
    }

    fn chunk(&self, delta: &Value, finish_reason: Option<&str>) -> Vec<u8> {
        event(&json!({
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": self.model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
        }))
    }
}

fn event(data: &Value) -> Vec<u8> {
    format!("data: {data}\n\n").into_bytes()
}

fn arguments(function: &Value, input: &Input) -> Result<String, String> {
    match input {
        Input::Json(arguments) => Ok(arguments.to_string()),
        Input::Text(text) => freeform(function, "/parameters", text).map(|arguments| arguments.to_string()),
    }
}
