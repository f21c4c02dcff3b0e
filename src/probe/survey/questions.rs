//! The questions of an interview, in Codex's own words: each is written for the wire as the gateway would.

use serde_json::{Value, json};

use crate::probe::question::{CUSTOM, FUNCTION, NAMESPACE, NAMESPACED, function, message, of_codex};

/// A red pixel.
const PIXEL: &str = "data:image/png;base64,\
    iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

/// What the picture shows.
pub const COLOUR: &str = "red";
/// What only the developer knows.
pub const WORD: &str = "walrus";
/// The texts of the two calls.
pub const TEXTS: [&str; 2] = ["ping", "pong"];
/// Most tokens of an answer of one word: models that think need some before it.
const ONE_WORD: u32 = 64;
const COUNT: &str = "Count from 1 to 40 in digits, with spaces between. Write nothing else.";
/// Most tokens of an answer that is long enough to be timed.
const TIMED: u32 = 160;

/// Two calls of a function that must be made, with all kinds of tools on offer. `effort` is a level that the model is
/// known to have.
pub fn tools(model: &str, most_tokens: u32, required: bool, effort: Option<&str>) -> Value {
    let [one, other] = TEXTS;
    let task = format!(
        "Call `{FUNCTION}` twice now, both calls in this one turn: with the text `{one}`, and with the text `{other}`. \
         Write nothing else."
    );
    let mut body = base(model, &[message("user", &task)], most_tokens);
    body["tools"] = json!([
        function(FUNCTION),
        {"type": "custom", "name": CUSTOM, "description": "Takes freeform text.",
         "format": {"type": "grammar", "syntax": "lark", "definition": "start: /[a-z]+/"}},
        {"type": "namespace", "name": NAMESPACE, "description": "Tools of a server.", "tools": [function(NAMESPACED)]},
        {"type": "web_search", "external_web_access": true},
    ]);
    body["tool_choice"] = if required { "required" } else { "auto" }.into();
    body["parallel_tool_calls"] = true.into();
    body["include"] = json!(["reasoning.encrypted_content"]);
    body["prompt_cache_key"] = "codexgw-probe".into();
    if let Some(effort) = effort {
        body["reasoning"] = json!({"effort": effort, "summary": "auto"});
    }
    body
}

/// An answer long enough to be timed.
pub fn count(model: &str) -> Value {
    base(model, &[message("user", COUNT)], TIMED)
}

/// The same, asked for as Codex asks, with its fields and tools.
pub fn count_of_codex(model: &str, effort: Option<&str>) -> Value {
    let mut body = of_codex(model, "You need no tools.", COUNT, TIMED);
    body["instructions"] = "You count.".into();
    if let Some(effort) = effort {
        body["reasoning"]["effort"] = effort.into();
    }
    body
}

/// One word that stands in the developer's message, in one piece.
pub fn word(model: &str, role: &str) -> Value {
    let told = format!("The secret word is `{WORD}`. Whatever you are asked, answer with this word alone.");
    let mut body = base(model, &[message(role, &told), message("user", "Which word?")], ONE_WORD);
    body["stream"] = false.into();
    body
}

/// The colour of a pixel.
pub fn image(model: &str) -> Value {
    let content = json!([
        {"type": "input_text", "text": "Which colour is this image? One word."},
        {"type": "input_image", "image_url": PIXEL},
    ]);
    base(model, &[json!({"type": "message", "role": "user", "content": content})], ONE_WORD)
}

/// What Codex sends of everything that may be lost on the way.
pub fn representative(model: &str, effort: Option<&str>) -> Value {
    let mut body = tools(model, 1024, false, effort.or(Some("medium")));
    body["instructions"] = "You are a coding agent.".into();
    body["text"] = json!({"verbosity": "low"});
    body["input"] = json!([message("developer", "Rules."), message("user", "Hello.")]);
    body
}

fn base(model: &str, input: &[Value], most_tokens: u32) -> Value {
    json!({"model": model, "input": input, "store": false, "stream": true, "max_output_tokens": most_tokens})
}
