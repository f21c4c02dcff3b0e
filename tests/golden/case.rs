//! The words in which cases are written.

use serde_json::{Value, json};

use crate::support::upstream::Turn;

/// One request of Codex, what the model answers, and what Codex sends next.
pub struct Case {
    pub name: &'static str,
    /// Fields of the request beside `model` and `stream`.
    pub request: Value,
    pub answer: Turn,
    /// What follows the answer's own items in the next request, where there is one.
    pub next: Option<Vec<Value>>,
    /// Quirk flags of the upstream.
    pub quirks: &'static [&'static str],
    /// The model's upstream name, where it is not the wire's usual one.
    pub model: Option<&'static str>,
}

impl Case {
    pub fn new(name: &'static str, input: Vec<Value>) -> Self {
        let request = json!({"input": Value::from(input), "tools": [shell()], "tool_choice": "auto", "parallel_tool_calls": true,
            "store": false, "include": ["reasoning.encrypted_content"]});
        Self { name, request, answer: Turn::text("Done."), next: None, quirks: &[], model: None }
    }

    /// Another value of a field; null takes it out.
    pub fn with(mut self, field: &str, value: Value) -> Self {
        if value.is_null() {
            self.request.as_object_mut().map(|request| request.remove(field));
        } else {
            self.request[field] = value;
        }
        self
    }

    pub fn tools(self, tools: Vec<Value>) -> Self {
        self.with("tools", tools.into())
    }

    pub fn answers(self, answer: Turn) -> Self {
        Self { answer, ..self }
    }

    pub fn then(self, next: Vec<Value>) -> Self {
        Self { next: Some(next), ..self }
    }

    pub fn quirks(self, quirks: &'static [&'static str]) -> Self {
        Self { quirks, ..self }
    }

    pub fn model(self, model: &'static str) -> Self {
        Self { model: Some(model), ..self }
    }
}

/// The person speaks.
pub fn user(text: &str) -> Value {
    json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
}

/// Codex instructs.
pub fn developer(text: &str) -> Value {
    json!({"type": "message", "role": "developer", "content": [{"type": "input_text", "text": text}]})
}

/// The model spoke.
pub fn assistant(text: &str) -> Value {
    json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]})
}

/// The model ran a command.
pub fn ran(id: &str, command: &str) -> Value {
    called(id, "exec_command", &json!({"cmd": command}).to_string())
}

/// The model called a function.
pub fn called(id: &str, name: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": format!("fc_{id}"), "call_id": id, "name": name, "arguments": arguments})
}

/// What a call gave.
pub fn output(id: &str, output: impl Into<Value>) -> Value {
    json!({"type": "function_call_output", "id": format!("fco_{id}"), "call_id": id, "output": output.into()})
}

/// A person's message with an image.
pub fn image(text: &str, url: &str) -> Value {
    json!({"type": "message", "role": "user", "content": [
        {"type": "input_text", "text": text}, {"type": "input_image", "image_url": url, "detail": "high"}]})
}

/// One white pixel.
pub const PIXEL: &str = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=";

/// Codex's shell.
pub fn shell() -> Value {
    function(
        "exec_command",
        json!({"type": "object", "properties": {"cmd": {"type": "string"}}, "required": ["cmd"],
        "additionalProperties": false}),
    )
}

/// A function of that schema.
pub fn function(name: &str, parameters: impl Into<Value>) -> Value {
    json!({"type": "function", "name": name, "description": format!("Does {name}."), "strict": false,
        "parameters": parameters.into()})
}

/// Codex's freeform tool.
pub fn apply_patch() -> Value {
    json!({"type": "custom", "name": "apply_patch", "description": "Edits files.",
        "format": {"type": "grammar", "syntax": "lark", "definition": "start: \"*** Begin Patch\" LF"}})
}

/// An MCP server with one tool.
pub fn server(name: &str, tool: &str) -> Value {
    json!({"type": "namespace", "name": name, "description": format!("Tools of {name}."),
        "tools": [function(tool, json!({"type": "object", "properties": {"text": {"type": "string"}}}))]})
}
