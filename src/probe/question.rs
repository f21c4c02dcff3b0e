//! The requests that find out what a provider takes, as small as they can be.

use serde_json::{Value, json};

/// The namespace that is offered, in the form of an MCP server's.
pub const NAMESPACE: &str = "mcp__codexgw";
/// Its one tool.
pub const NAMESPACED: &str = "ping";
/// The freeform tool. Codex offers one of this name, and DeepSeek takes no other.
pub const CUSTOM: &str = "apply_patch";
/// The plain function.
pub const FUNCTION: &str = "report";
/// Most tokens of a first answer: enough for the two calls.
pub const FEW_TOKENS: u32 = 256;
/// Most tokens for a model that was still thinking at [`FEW_TOKENS`].
pub const MORE_TOKENS: u32 = 2048;

/// Most tokens where nothing but an answer is wanted.
const ONE_WORD: u32 = 16;
const SAY_OK: &str = "Say `ok`.";

/// What the model is asked to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Both,
    Custom,
    Namespaced,
}

/// `/responses` with everything that Codex sends: its kinds of tools, its fields, a `developer` message.
pub fn everything(model: &str, wanted: Wanted, most_tokens: u32) -> Value {
    let custom = format!("`{CUSTOM}` with the input `ping`");
    let namespaced = format!("`{NAMESPACED}` of the namespace `{NAMESPACE}` with the text `ping`");
    let task = match wanted {
        Wanted::Both => {
            format!("Call two tools now, both in this turn: {custom}, and {namespaced}. Write nothing else.")
        }
        Wanted::Custom => format!("Call {custom} now. Write nothing else."),
        Wanted::Namespaced => format!("Call {namespaced} now. Write nothing else."),
    };
    of_codex(model, "You are a test of tools.", &task, most_tokens)
}

/// `/responses` with all that Codex sends, and what the model is told.
pub fn of_codex(model: &str, rules: &str, task: &str, most_tokens: u32) -> Value {
    json!({
        "model": model,
        "input": [message("developer", rules), message("user", task)],
        "tools": [
            function(FUNCTION),
            {"type": "custom", "name": CUSTOM, "description": "Takes freeform text.",
             "format": {"type": "grammar", "syntax": "lark", "definition": "start: /[a-z]+/"}},
            {"type": "namespace", "name": NAMESPACE, "description": "Tools of a server.",
             "tools": [function(NAMESPACED)]},
            {"type": "web_search", "external_web_access": true},
        ],
        "tool_choice": "auto",
        "parallel_tool_calls": true,
        "reasoning": {"summary": "auto"},
        "store": false,
        "stream": true,
        "include": ["reasoning.encrypted_content"],
        "prompt_cache_key": "codexgw-probe",
        "client_metadata": {"session_id": "codexgw-probe"},
        "max_output_tokens": most_tokens,
    })
}

/// `/responses` with a function and nothing that only Codex sends.
pub fn plain(model: &str) -> Value {
    json!({
        "model": model,
        "input": [message("user", &call_function())],
        "tools": [function(FUNCTION)],
        "store": false,
        "stream": true,
        "max_output_tokens": FEW_TOKENS,
    })
}

/// `/chat/completions` with a function. `limit` is the field for the most tokens: newer models refuse `max_tokens`.
pub fn chat(model: &str, limit: &str) -> Value {
    let Value::Object(mut tool) = function(FUNCTION) else { return Value::Null };
    tool.remove("type");
    let mut body = json!({
        "model": model,
        "messages": [{"role": "user", "content": call_function()}],
        "tools": [{"type": "function", "function": tool}],
        "stream": true,
    });
    body[limit] = FEW_TOKENS.into();
    body
}

/// `/messages` with one word to answer.
pub fn messages(model: &str) -> Value {
    json!({
        "model": model,
        "max_tokens": ONE_WORD,
        "messages": [{"role": "user", "content": SAY_OK}],
        "stream": true,
    })
}

/// `streamGenerateContent` with one word to answer.
pub fn gemini() -> Value {
    json!({
        "contents": [{"role": "user", "parts": [{"text": SAY_OK}]}],
        "generationConfig": {"maxOutputTokens": ONE_WORD},
    })
}

fn call_function() -> String {
    format!("Call `{FUNCTION}` with the text `ping` now. Write nothing else.")
}

pub fn message(role: &str, text: &str) -> Value {
    json!({"type": "message", "role": role, "content": [{"type": "input_text", "text": text}]})
}

pub fn function(name: &str) -> Value {
    json!({
        "type": "function", "name": name, "description": "Takes a text.", "strict": false,
        "parameters": {
            "type": "object", "properties": {"text": {"type": "string"}},
            "required": ["text"], "additionalProperties": false,
        },
    })
}
