//! The ways to the upstream, and what is sent on each.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::under_test::UnderTest;

pub struct Route {
    pub name: String,
    pub address: SocketAddr,
    /// Stands in the first event that holds words of the model.
    pub marker: &'static [u8],
    path: &'static str,
    token: Option<String>,
    /// In front of the model's name.
    provider: String,
}

impl Route {
    pub fn direct(address: SocketAddr) -> Self {
        Self::chat("direct", address)
    }

    pub fn nginx(address: SocketAddr) -> Self {
        Self::chat("nginx", address)
    }

    fn chat(name: &str, address: SocketAddr) -> Self {
        Self {
            name: name.to_owned(),
            address,
            marker: b"some words",
            path: "/v1/chat/completions",
            token: None,
            provider: String::new(),
        }
    }

    pub fn gateway(gateway: &UnderTest, wire: &str) -> Self {
        Self {
            name: format!("codexgw, {wire}"),
            address: gateway.address,
            marker: b"some words",
            path: "/v1/responses",
            token: Some(gateway.token.clone()),
            provider: format!("{wire}/"),
        }
    }

    /// A request of about that many bytes, answered by so many events.
    pub fn request(&self, size: usize, events: usize) -> Vec<u8> {
        let model = format!("{}m{events}", self.provider);
        let body = if self.provider.is_empty() { chat_body(&model, size) } else { responses_body(&model, size) };
        let body = body.to_string();
        let token = self.token.as_ref().map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
        let (path, address, length) = (self.path, self.address, body.len());
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\n{token}originator: codex_exec\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        );
        [head.into_bytes(), body.into_bytes()].concat()
    }
}

/// What a tool said, as it stands in most conversations: lines of code.
fn output() -> String {
    "    let first = lines.next().unwrap_or_default(); // what stands there\n".repeat(120)
}

/// Instructions of some kilobytes.
fn instructions(size: usize) -> String {
    "You are a coding agent. Work in small steps and say what you did.\n".repeat(size.min(17_000) / 66)
}

fn responses_body(model: &str, size: usize) -> Value {
    let mut input = vec![json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": "go"}]})];
    let output = output();
    for turn in 0..size.saturating_sub(17_000) / (output.len() + 400) {
        let id = format!("call_{turn}");
        input.push(json!({"type": "function_call", "id": format!("fc_{turn}"), "name": "exec_command", "call_id": id,
            "arguments": "{\"cmd\":\"sed -n 1,120p src/lib.rs\"}"}));
        input
            .push(json!({"type": "function_call_output", "id": format!("fo_{turn}"), "call_id": id, "output": output}));
    }
    json!({"model": model, "instructions": instructions(size), "input": input, "tools": [tool()],
        "tool_choice": "auto", "parallel_tool_calls": true, "store": false, "stream": true})
}

fn tool() -> Value {
    json!({"type": "function", "name": "exec_command", "strict": false, "description": "Runs a command.",
        "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}, "required": ["cmd"]}})
}

/// The same conversation as the upstream would get it.
fn chat_body(model: &str, size: usize) -> Value {
    let mut messages =
        vec![json!({"role": "system", "content": instructions(size)}), json!({"role": "user", "content": "go"})];
    let output = output();
    for turn in 0..size.saturating_sub(17_000) / (output.len() + 400) {
        let id = format!("call_{turn}");
        messages.push(json!({"role": "assistant", "content": null, "tool_calls": [{"id": id, "type": "function",
            "function": {"name": "exec_command", "arguments": "{\"cmd\":\"sed -n 1,120p src/lib.rs\"}"}}]}));
        messages.push(json!({"role": "tool", "tool_call_id": id, "content": output}));
    }
    json!({"model": model, "messages": messages, "stream": true})
}
