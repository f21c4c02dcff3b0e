//! How an upstream writes an answer of Anthropic's Messages.

use serde_json::{Value, json};

use super::http::Request;
use super::messages_rules::{self, seal, sign, thinks};
use super::rules::{list, text};
use super::script::{FOUND, Input, Piece, Turn, Usage};
use super::{Interface, bearer, fragments, freeform};

/// The one version of the interface that there is.
const VERSION: &str = "2023-06-01";

pub struct Messages {
    /// Whether the key comes as a bearer token, as gateways in front of the service want it.
    pub bearer: bool,
}

impl Interface for Messages {
    fn admits(&self, request: &Request, key: &str) -> Result<(), (u16, String)> {
        let refused = |message: &str| Err((401, message.to_owned()));
        match request.header("x-api-key") {
            _ if self.bearer && bearer(request) == Some(key) => {}
            _ if self.bearer => return refused("Invalid bearer token"),
            None => return refused("x-api-key header is required"),
            Some(given) if given == key => {}
            Some(_) => return refused("invalid x-api-key"),
        }
        match request.header("anthropic-version") {
            // Gateways list their models to everyone.
            None if self.bearer && request.method == "GET" => Ok(()),
            None => Err((400, "anthropic-version: header is required".to_owned())),
            Some(VERSION) => Ok(()),
            Some(other) => Err((400, format!("anthropic-version: \"{other}\" is not a valid version"))),
        }
    }

    fn error(&self, status: u16, message: &str) -> Value {
        let kind = match status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            504 => "timeout_error",
            529 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        };
        json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_test"})
    }

    fn error_event(&self, status: u16, message: &str) -> Vec<u8> {
        event(&self.error(status, message))
    }

    fn models(&self, models: &[String]) -> Value {
        let entry = |id: &String| {
            json!({
                "type": "model", "id": id, "display_name": id, "created_at": "2026-01-01T00:00:00Z",
                "max_input_tokens": 200_000, "max_tokens": 64_000, "lifecycle": "active",
            })
        };
        json!({
            "data": models.iter().map(entry).collect::<Vec<_>>(), "has_more": false,
            "first_id": models.first(), "last_id": models.last(),
        })
    }

    fn unknown_model(&self, body: &Value, models: &[String]) -> Option<String> {
        let model = text(body.get("model"));
        (!models.iter().any(|known| known == model)).then(|| format!("model: {model}"))
    }

    fn breaches(&self, body: &Value) -> Vec<String> {
        messages_rules::check(body)
    }

    fn refuses(&self, _: &Value) -> Option<String> {
        None
    }

    fn wants_json(&self, body: &Value) -> bool {
        body.pointer("/output_config/format").is_some()
    }

    fn offers(&self, body: &Value, tool: &str) -> bool {
        // Tools that must not be called are there for the sake of the history alone.
        text(body.pointer("/tool_choice/type")) != "none" && find(body, tool).is_ok()
    }

    fn probe_turn(&self, body: &Value) -> Turn {
        let choice = text(body.pointer("/tool_choice/type"));
        let mut tools = list(body.get("tools")).iter().filter(|tool| tool.get("input_schema").is_some());
        let tool = tools.next().filter(|_| choice != "none").map(|tool| text(tool.get("name")));
        tool.map_or_else(|| Turn::text("pong"), |name| Turn::call(name, json!({})))
    }

    fn write(&self, body: &Value, turn: &Turn) -> Result<(&'static str, Vec<Vec<u8>>), String> {
        let message = Message::new(body, turn)?;
        if body.get("stream") == Some(&Value::Bool(true)) {
            Ok(("text/event-stream; charset=utf-8", message.stream()))
        } else {
            Ok(("application/json", vec![message.whole().to_string().into_bytes()]))
        }
    }
}

/// The tool whose name is, or else holds, the one that Codex knows it by.
fn find<'b>(body: &'b Value, tool: &str) -> Result<&'b Value, String> {
    let tools: Vec<&Value> = list(body.get("tools")).iter().collect();
    if let Some(exact) = tools.iter().find(|t| text(t.get("name")) == tool) {
        return Ok(exact);
    }
    let near: Vec<&&Value> = tools.iter().filter(|t| text(t.get("name")).contains(tool)).collect();
    match near[..] {
        [one] => Ok(one),
        _ => Err(format!("the script calls `{tool}`, but {} tools of that name are on offer", near.len())),
    }
}

struct Message {
    id: String,
    model: String,
    blocks: Vec<Value>,
    is_paused: bool,
    usage: Usage,
}

impl Message {
    fn new(body: &Value, turn: &Turn) -> Result<Self, String> {
        // Ids that no earlier answer of this conversation had.
        let before = list(body.get("messages")).len();
        let mut blocks: Vec<Value> = Vec::new();
        let mut searched = false;
        let mut is_paused = false;
        // What was asked for before a pause is there now.
        for id in messages_rules::waiting(body) {
            searched = true;
            blocks.push(found(id));
        }
        for (n, piece) in turn.pieces.iter().enumerate() {
            blocks.push(match piece {
                // A model that was not asked to think does not.
                Piece::Reason(_) | Piece::Secret if !thinks(body) => continue,
                Piece::Reason(thought) => {
                    let hidden = text(body.pointer("/thinking/display")) == "omitted";
                    let shown = if hidden { "" } else { thought };
                    json!({"type": "thinking", "thinking": shown, "signature": sign(body, &blocks, shown)})
                }
                Piece::Secret => json!({"type": "redacted_thinking", "data": sign(body, &blocks, "")}),
                Piece::Search(query) => {
                    find(body, "web_search")?;
                    searched = true;
                    let id = format!("srvtoolu_{before}_{n}");
                    blocks.extend([search(query, &id), found(&id)]);
                    continue;
                }
                Piece::Pause(query) => {
                    find(body, "web_search")?;
                    is_paused = true;
                    search(query, &format!("srvtoolu_{before}_{n}"))
                }
                Piece::Text(said) if searched => {
                    let (url, title) = FOUND;
                    let citation = json!({
                        "type": "web_search_result_location", "url": url, "title": title, "cited_text": "found",
                        "encrypted_index": "index",
                    });
                    json!({"type": "text", "text": said, "citations": [citation]})
                }
                Piece::Text(said) => json!({"type": "text", "text": said}),
                Piece::Call { tool, input } => {
                    let tool = find(body, tool)?;
                    let input = match input {
                        Input::Json(arguments) => arguments.clone(),
                        Input::Text(text) => freeform(tool, "/input_schema", text)?,
                    };
                    json!({
                        "type": "tool_use", "id": format!("toolu_{before}_{n}"), "name": tool["name"], "input": input,
                    })
                }
            });
        }
        let model = text(body.get("model")).to_owned();
        Ok(Self { id: format!("msg_{before}"), model, blocks, is_paused, usage: turn.usage })
    }

    fn stop_reason(&self) -> &'static str {
        if self.is_paused {
            "pause_turn"
        } else if self.blocks.iter().any(|block| block["type"] == "tool_use") {
            "tool_use"
        } else {
            "end_turn"
        }
    }

    /// What was read counts apart from what the cache held.
    fn usage(&self, output: u64) -> Value {
        let Usage { input, cached, .. } = self.usage;
        json!({
            "input_tokens": input.saturating_sub(cached), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": cached, "output_tokens": output, "service_tier": "standard",
        })
    }

    fn message(&self, content: &[Value], stop_reason: Option<&str>, output: u64) -> Value {
        json!({
            "id": self.id, "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": stop_reason, "stop_sequence": null, "usage": self.usage(output),
        })
    }

    fn whole(&self) -> Value {
        let mut message = self.message(&self.blocks, Some(self.stop_reason()), self.usage.output);
        message["usage"]["output_tokens_details"] = json!({"thinking_tokens": self.usage.reasoning});
        message
    }

    fn stream(&self) -> Vec<Vec<u8>> {
        let mut events = vec![event(&json!({"type": "message_start", "message": self.message(&[], None, 1)}))];
        for (index, block) in self.blocks.iter().enumerate() {
            let (open, deltas) = parts(block);
            events.push(event(&json!({"type": "content_block_start", "index": index, "content_block": open})));
            if index == 0 {
                events.push(event(&json!({"type": "ping"})));
            }
            for delta in deltas {
                events.push(event(&json!({"type": "content_block_delta", "index": index, "delta": delta})));
            }
            events.push(event(&json!({"type": "content_block_stop", "index": index})));
        }
        let mut usage = self.usage(self.usage.output);
        usage["output_tokens_details"] = json!({"thinking_tokens": self.usage.reasoning});
        // One piece from here on: what comes last says that the answer is whole.
        let mut end = event(&json!({
            "type": "message_delta", "delta": {"stop_reason": self.stop_reason(), "stop_sequence": null},
            "usage": usage,
        }));
        end.extend(event(&json!({"type": "message_stop"})));
        events.push(end);
        events
    }
}

/// A block as it begins, and what is added to it then.
fn parts(block: &Value) -> (Value, Vec<Value>) {
    match text(block.get("type")) {
        "thinking" => {
            let thought = fragments(text(block.get("thinking"))).into_iter();
            let mut deltas: Vec<Value> =
                thought.map(|part| json!({"type": "thinking_delta", "thinking": part})).collect();
            deltas.push(json!({"type": "signature_delta", "signature": block["signature"]}));
            (json!({"type": "thinking", "thinking": "", "signature": ""}), deltas)
        }
        "tool_use" => {
            let delta = |part: String| json!({"type": "input_json_delta", "partial_json": part});
            let mut deltas = vec![delta(String::new())];
            deltas.extend(fragments(&block["input"].to_string()).into_iter().map(delta));
            (json!({"type": "tool_use", "id": block["id"], "name": block["name"], "input": {}}), deltas)
        }
        "server_tool_use" => {
            let delta = json!({"type": "input_json_delta", "partial_json": block["input"].to_string()});
            let open = json!({"type": "server_tool_use", "id": block["id"], "name": block["name"], "input": {}});
            (open, vec![delta])
        }
        "web_search_tool_result" | "redacted_thinking" => (block.clone(), Vec::new()),
        _ => {
            let said = fragments(text(block.get("text"))).into_iter();
            let mut deltas: Vec<Value> = said.map(|part| json!({"type": "text_delta", "text": part})).collect();
            let cited = list(block.get("citations")).iter();
            deltas.extend(cited.map(|citation| json!({"type": "citations_delta", "citation": citation})));
            (json!({"type": "text", "text": ""}), deltas)
        }
    }
}

/// A search.
fn search(query: &str, id: &str) -> Value {
    json!({"type": "server_tool_use", "id": id, "name": "web_search", "input": {"query": query}})
}

/// What it found.
fn found(id: &str) -> Value {
    let (url, title) = FOUND;
    let page = json!({
        "type": "web_search_result", "url": url, "title": title, "encrypted_content": seal(id), "page_age": null,
    });
    json!({"type": "web_search_tool_result", "tool_use_id": id, "content": [page]})
}

fn event(data: &Value) -> Vec<u8> {
    format!("event: {}\ndata: {data}\n\n", text(data.get("type"))).into_bytes()
}
