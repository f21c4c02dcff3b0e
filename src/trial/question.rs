//! What a model is asked, as requests of the Responses API in the form of Codex's own.

use serde_json::{Value, json};

use super::reply::Reply;
use crate::catalog::ModelFacts;

/// The shell, as Codex calls it.
pub const SHELL: &str = "exec_command";
/// The patch tool, as Codex calls it.
pub const PATCH: &str = "apply_patch";

/// The file that is to be looked at, and what it holds.
pub const COLOUR_FILE: &str = "colour.txt";
/// The word in it, which no model would guess.
pub const COLOUR: &str = "petrol";
/// The files that are to be looked at together.
pub const FILES: [&str; 3] = ["first.txt", "second.txt", "third.txt"];
/// The file that is to be edited.
pub const EDITED_FILE: &str = "greeting.txt";
/// What it holds.
pub const BEFORE: &str = "Good morning\nHello world\nGood night\n";
/// What it is to hold.
pub const AFTER: &str = "Good morning\nHello Codex\nGood night\n";
/// What the picture shows.
pub const PICTURED: &str = "red";

/// A red square, as PNG.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAJ0lEQVR42u3NsQkAAAjAsP7/tF7hIASyp6lTCQQCgUAgEAgEgi/BAjLD/C5w/SM9AAAAAElFTkSuQmCC";

/// The patch format, for models that can be held to a grammar, and as its description for all others.
const GRAMMAR: &str = r#"start: "*** Begin Patch" NL file+ "*** End Patch" NL?
file: added | deleted | updated
added: "*** Add File: " TEXT NL ("+" TEXT? NL)+
deleted: "*** Delete File: " TEXT NL
updated: "*** Update File: " TEXT NL moved? hunk+
moved: "*** Move to: " TEXT NL
hunk: "@@" (" " TEXT)? NL line+ ("*** End of File" NL)?
line: (" " | "+" | "-") TEXT? NL
TEXT: /[^\n]+/
%import common.LF -> NL
"#;

/// Writes the questions to one model.
pub struct Questions<'a> {
    /// Its name as Codex sends it.
    slug: String,
    facts: &'a ModelFacts,
}

impl<'a> Questions<'a> {
    /// Questions to a provider's model.
    pub fn new(provider: &str, model: &str, facts: &'a ModelFacts) -> Self {
        Self { slug: format!("{provider}/{model}"), facts }
    }

    /// Something that only the shell can tell.
    pub fn call(&self) -> Value {
        self.request(&[Self::wants_the_colour()])
    }

    /// The same conversation, with the output of the shell.
    pub fn follow(&self, reply: &Reply) -> Value {
        let mut input = vec![Self::wants_the_colour()];
        for item in &reply.items {
            input.push(item.clone());
            if item["type"] == "function_call" {
                input.push(json!({
                    "type": "function_call_output", "call_id": item["call_id"],
                    "output": format!("Process exited with code 0\nOutput:\n{COLOUR}\n"),
                }));
            }
        }
        // Reasoning is bound to the output that follows it; calls and their outputs go behind all of it.
        input.sort_by_key(|item| item["type"] == "function_call_output");
        self.request(&input)
    }

    /// Several calls at once.
    pub fn parallel(&self) -> Value {
        let [first, second, third] = FILES;
        let task = format!(
            "Show me `{first}`, `{second}` and `{third}`: call `{SHELL}` three times, once for each file, all three \
             calls together in this one answer."
        );
        self.request(&[user(&task)])
    }

    /// A patch.
    pub fn patch(&self) -> Value {
        let task = format!(
            "`{EDITED_FILE}` holds these three lines:\n\n```\n{BEFORE}```\n\nMake `Hello world` into `Hello Codex`. \
             Edit it with `{PATCH}` at once, without looking first."
        );
        self.request(&[user(&task)])
    }

    /// A picture.
    pub fn image(&self) -> Value {
        let task = "Which colour does this picture have? Answer with one word and use no tool.";
        let image = format!("data:image/png;base64,{PICTURE}");
        self.request(&[json!({"type": "message", "role": "user", "content": [
            {"type": "input_text", "text": task}, {"type": "input_image", "image_url": image},
        ]})])
    }

    /// A long answer.
    pub fn count(&self) -> Value {
        self.request(&[user("Count from one to sixty in words, on one line. Use no tool and add nothing else.")])
    }

    fn wants_the_colour() -> Value {
        user(&format!(
            "Which colour is named in the file `{COLOUR_FILE}`? Look with `{SHELL}`, then answer in one word."
        ))
    }

    fn request(&self, input: &[Value]) -> Value {
        let mut request = json!({
            "model": self.slug,
            "instructions": "You are a coding agent. You work in the user's folder through the tools that you are given.",
            "input": input,
            "tools": [
                {"type": "function", "name": SHELL, "description": "Runs a command in the shell.", "strict": false,
                 "parameters": {"type": "object", "properties": {"cmd": {"type": "string"}}, "required": ["cmd"],
                                "additionalProperties": false}},
                {"type": "custom", "name": PATCH, "description": "Edits files. Takes the bare patch, not JSON.",
                 "format": {"type": "grammar", "syntax": "lark", "definition": GRAMMAR}},
            ],
            "tool_choice": "auto",
            "parallel_tool_calls": true,
            "store": false,
            "stream": true,
            "include": ["reasoning.encrypted_content"],
        });
        // What Codex would start with.
        if let Some(effort) = self.facts.efforts.get(self.facts.efforts.len() / 2) {
            request["reasoning"] = json!({"effort": effort, "summary": "auto"});
        }
        request
    }
}

fn user(text: &str) -> Value {
    json!({"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_come_after_all_that_the_model_made() {
        let call = |id: &str| json!({"type": "function_call", "name": SHELL, "arguments": "{}", "call_id": id});
        let reply = Reply { items: vec![json!({"type": "reasoning"}), call("a"), call("b")], ..Reply::default() };
        let facts =
            ModelFacts { efforts: ["low", "medium", "high"].map(str::to_owned).into(), ..ModelFacts::default() };
        let request = Questions::new("p", "m", &facts).follow(&reply);
        let input = request["input"].as_array().expect("a list");
        let kinds: Vec<&str> = input.iter().filter_map(|item| item["type"].as_str()).collect();
        let output = "function_call_output";
        assert_eq!(kinds, ["message", "reasoning", "function_call", "function_call", output, output]);
        assert_eq!((&input[4]["call_id"], &input[5]["call_id"]), (&json!("a"), &json!("b")));
        assert_eq!((&request["model"], &request["reasoning"]["effort"]), (&json!("p/m"), &json!("medium")));
        assert!(Questions::new("p", "m", &ModelFacts::default()).call().get("reasoning").is_none());
    }

    #[test]
    fn every_question_is_one_that_the_gateway_takes_whole() {
        let facts = ModelFacts::default();
        let questions = Questions::new("p", "m", &facts);
        for request in [questions.call(), questions.parallel(), questions.patch(), questions.image(), questions.count()]
        {
            let body = request.to_string();
            let parsed = crate::protocol::responses::parse(body.as_bytes()).expect("a request");
            assert!(parsed.losses.is_empty(), "{:?}", parsed.losses);
        }
    }
}
