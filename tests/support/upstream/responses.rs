//! How an upstream writes an answer of the Responses API.

use serde_json::{Value, json};

use super::Interface;
use super::responses_rules::{self, ENCRYPTED};
use super::rules::{list, text};
use super::script::{Input, Piece, Turn, Usage};

pub struct Responses {
    /// Whether it takes more than function tools.
    pub all_tools: bool,
}

impl Interface for Responses {
    fn breaches(&self, body: &Value) -> Vec<String> {
        responses_rules::check(body)
    }

    fn refuses(&self, body: &Value) -> Option<String> {
        let foreign = |t: &&Value| text(t.get("type")) != "function";
        let tool = list(body.get("tools")).iter().find(foreign).filter(|_| !self.all_tools)?;
        Some(format!("Invalid value: '{}'. Supported values are: 'function'.", text(tool.get("type"))))
    }

    fn wants_json(&self, body: &Value) -> bool {
        text(body.pointer("/text/format/type")) == "json_schema"
    }

    fn offers(&self, body: &Value, tool: &str) -> bool {
        find(body, tool).is_some()
    }

    fn probe_turn(&self, body: &Value) -> Turn {
        let mut turn = Turn::text("");
        turn.pieces.clear();
        let must = text(body.get("tool_choice")) == "required";
        for tool in list(body.get("tools")) {
            let name = text(tool.get("name"));
            turn = match text(tool.get("type")) {
                "custom" => {
                    let input = Input::Text("pong".to_owned());
                    turn.pieces.push(Piece::Call { tool: name.to_owned(), input });
                    turn
                }
                "function" if must => turn.and(Turn::call(name, json!({}))).and(Turn::call(name, json!({}))),
                "namespace" => turn.and(Turn::call(text(tool.pointer("/tools/0/name")), json!({}))),
                _ => turn,
            };
        }
        if turn.pieces.is_empty() { Turn::text("pong") } else { turn }
    }

    fn write(&self, body: &Value, turn: &Turn) -> Result<(&'static str, Vec<Vec<u8>>), String> {
        let answer = Answer::new(body, turn)?;
        if body.get("stream") == Some(&Value::Bool(true)) {
            Ok(("text/event-stream", answer.stream()))
        } else {
            Ok(("application/json", vec![answer.response("completed").to_string().into_bytes()]))
        }
    }
}

/// The tool of that name, with the name of the group in which it stands.
fn find<'b>(body: &'b Value, name: &str) -> Option<(&'b Value, Option<&'b str>)> {
    for tool in list(body.get("tools")) {
        if text(tool.get("name")) == name {
            return Some((tool, None));
        }
        if let Some(inner) = list(tool.get("tools")).iter().find(|t| text(t.get("name")) == name) {
            return Some((inner, Some(text(tool.get("name")))));
        }
    }
    None
}

struct Answer {
    id: String,
    model: String,
    items: Vec<Value>,
    usage: Usage,
}

impl Answer {
    fn new(body: &Value, turn: &Turn) -> Result<Self, String> {
        // Ids that no earlier answer of this conversation had.
        let before = list(body.get("input")).len();
        let mut items = Vec::new();
        for (n, piece) in turn.pieces.iter().enumerate() {
            let id = format!("{before}_{n}");
            items.push(match piece {
                Piece::Reason(text) => json!({
                    "type": "reasoning", "id": format!("rs_{id}"),
                    "summary": [{"type": "summary_text", "text": text}],
                    "encrypted_content": format!("{ENCRYPTED}{id}"),
                }),
                Piece::Text(text) => json!({
                    "type": "message", "id": format!("msg_{id}"), "role": "assistant", "status": "completed",
                    "content": [{"type": "output_text", "text": text, "annotations": []}],
                }),
                Piece::Call { tool, input } => call(body, tool, input, &id)?,
                Piece::Secret | Piece::Search(_) | Piece::Pause(_) => {
                    return Err("the script asks for what this double lacks".into());
                }
            });
        }
        let model = text(body.get("model")).to_owned();
        Ok(Self { id: format!("resp_{before}"), model, items, usage: turn.usage })
    }

    fn response(&self, status: &str) -> Value {
        let Usage { input, cached, output, reasoning } = self.usage;
        let done = status == "completed";
        let usage = json!({
            "input_tokens": input, "output_tokens": output, "total_tokens": input + output,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens_details": {"reasoning_tokens": reasoning},
        });
        json!({
            "id": self.id, "object": "response", "created_at": 1_700_000_000, "model": self.model, "status": status,
            "output": if done { self.items.clone() } else { Vec::new() },
            "usage": if done { usage } else { Value::Null },
        })
    }

    fn stream(&self) -> Vec<Vec<u8>> {
        let mut events = Events::default();
        events.push(json!({"type": "response.created", "response": self.response("in_progress")}));
        for (index, item) in self.items.iter().enumerate() {
            let mut open = item.clone();
            open["summary"] = json!([]);
            match text(item.get("type")) {
                "reasoning" => {
                    open["encrypted_content"] = Value::Null;
                    events.added(index, &open);
                    events.push(json!({
                        "type": "response.reasoning_summary_part.added", "item_id": item["id"], "output_index": index,
                        "summary_index": 0, "part": {"type": "summary_text", "text": ""},
                    }));
                    events.push(json!({
                        "type": "response.reasoning_summary_text.delta", "item_id": item["id"], "output_index": index,
                        "summary_index": 0, "delta": item["summary"][0]["text"],
                    }));
                }
                "message" => {
                    let mut open = item.clone();
                    open["content"] = json!([]);
                    events.added(index, &open);
                    events.push(json!({
                        "type": "response.output_text.delta", "item_id": item["id"], "output_index": index,
                        "content_index": 0, "delta": item["content"][0]["text"],
                    }));
                }
                _ => events.added(index, item),
            }
            events.push(json!({"type": "response.output_item.done", "output_index": index, "item": item}));
        }
        events.push(json!({"type": "response.completed", "response": self.response("completed")}));
        events.written
    }
}

#[derive(Default)]
struct Events {
    written: Vec<Vec<u8>>,
}

impl Events {
    fn added(&mut self, index: usize, item: &Value) {
        self.push(json!({"type": "response.output_item.added", "output_index": index, "item": item}));
    }

    fn push(&mut self, mut event: Value) {
        event["sequence_number"] = self.written.len().into();
        let kind = text(event.get("type")).to_owned();
        self.written.push(format!("event: {kind}\ndata: {event}\n\n").into_bytes());
    }
}

fn call(body: &Value, name: &str, input: &Input, id: &str) -> Result<Value, String> {
    let (tool, namespace) =
        find(body, name).ok_or_else(|| format!("the script calls `{name}`, which is not on offer"))?;
    let call_id = format!("call_{id}");
    match (text(tool.get("type")), input) {
        ("custom", Input::Text(input)) => Ok(json!({
            "type": "custom_tool_call", "id": format!("ctc_{id}"), "call_id": call_id, "name": name, "input": input,
        })),
        ("function", Input::Json(arguments)) => {
            let mut item = json!({
                "type": "function_call", "id": format!("fc_{id}"), "call_id": call_id, "name": name,
                "arguments": arguments.to_string(),
            });
            if let Some(namespace) = namespace {
                item["namespace"] = namespace.into();
            }
            Ok(item)
        }
        (kind, _) => Err(format!("the script calls `{name}` in another way than a `{kind}` tool is called")),
    }
}
