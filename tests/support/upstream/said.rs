//! What a request says, whatever the interface.

use serde_json::Value;

use super::rules::{list, text};

/// What tests ask of the conversation in a request.
#[derive(Debug, Default)]
pub struct Said {
    /// The instructions that lead the conversation.
    pub instructions: String,
    /// What the person said, images aside.
    pub person: Vec<String>,
    /// What the model said.
    pub model: Vec<String>,
    /// How many tools each answer of the model called, where it called any.
    pub calls: Vec<usize>,
    /// The outputs of the calls, as JSON.
    pub outputs: Vec<String>,
    /// All images, wherever they stand, as data URLs.
    pub images: Vec<String>,
    /// The tools on offer, as JSON.
    pub tools: String,
    /// The schema of the answer.
    pub schema: Value,
}

impl Said {
    /// Reads a request of Chat Completions.
    pub(super) fn chat(body: &Value) -> Self {
        let mut said = Self {
            tools: body["tools"].to_string(),
            schema: body["response_format"]["json_schema"]["schema"].clone(),
            ..Self::default()
        };
        for message in list(body.get("messages")) {
            let content = &message["content"];
            for part in list(Some(content)) {
                said.images.extend(part["image_url"]["url"].as_str().map(str::to_owned));
            }
            match text(message.get("role")) {
                "user" => said.person.push(words(content)),
                "tool" => said.outputs.push(content.to_string()),
                "assistant" => {
                    said.spoke(words(content));
                    said.called(list(message.get("tool_calls")).len());
                }
                _ => said.instructions += &words(content),
            }
        }
        said
    }

    /// Reads a request of Messages.
    pub(super) fn messages(body: &Value) -> Self {
        let mut said = Self {
            instructions: words(&body["system"]),
            tools: body["tools"].to_string(),
            schema: body["output_config"]["format"]["schema"].clone(),
            ..Self::default()
        };
        for message in list(body.get("messages")) {
            let mut calls = 0;
            for block in list(message.get("content")) {
                match text(block.get("type")) {
                    "text" if message["role"] == "user" => said.person.push(text(block.get("text")).to_owned()),
                    "text" => said.spoke(text(block.get("text")).to_owned()),
                    "tool_use" => calls += 1,
                    "image" => said.image(&block["source"]["media_type"], &block["source"]["data"]),
                    "tool_result" => {
                        said.outputs.push(block["content"].to_string());
                        for part in list(block.get("content")).iter().filter(|part| part["type"] == "image") {
                            said.image(&part["source"]["media_type"], &part["source"]["data"]);
                        }
                    }
                    _ => {}
                }
            }
            said.called(calls);
        }
        said
    }

    /// Reads a request of `generateContent`.
    pub(super) fn gemini(body: &Value) -> Self {
        let mut said = Self {
            instructions: words(&body["systemInstruction"]["parts"]),
            tools: body["tools"].to_string(),
            schema: body["generationConfig"]["responseJsonSchema"].clone(),
            ..Self::default()
        };
        for content in list(body.get("contents")) {
            let mut calls = 0;
            for part in list(content.get("parts")) {
                let own = text(part.get("text"));
                if content["role"] == "model" {
                    calls += usize::from(part.get("functionCall").is_some());
                    said.spoke(if part["thought"] == true { String::new() } else { own.to_owned() });
                } else if let Some(response) = part.get("functionResponse") {
                    said.outputs.push(response["response"].to_string());
                    for part in list(response.get("parts")) {
                        said.image(&part["inlineData"]["mimeType"], &part["inlineData"]["data"]);
                    }
                } else if let Some(data) = part.get("inlineData") {
                    said.image(&data["mimeType"], &data["data"]);
                } else {
                    said.person.push(own.to_owned());
                }
            }
            said.called(calls);
        }
        said
    }

    fn spoke(&mut self, words: String) {
        if !words.is_empty() {
            self.model.push(words);
        }
    }

    fn called(&mut self, calls: usize) {
        if calls > 0 {
            self.calls.push(calls);
        }
    }

    fn image(&mut self, media: &Value, data: &Value) {
        self.images.push(format!("data:{};base64,{}", text(Some(media)), text(Some(data))));
    }
}

/// A text, or the texts of a list of parts.
fn words(content: &Value) -> String {
    let parts: Vec<&str> = list(Some(content)).iter().map(|part| text(part.get("text"))).collect();
    content.as_str().map_or_else(|| parts.join("\n"), str::to_owned)
}
