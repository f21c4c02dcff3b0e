//! How an upstream writes an answer of Gemini's `generateContent`.

use serde_json::{Value, json};

use super::gemini_rules::{self, is_modern, sign};
use super::http::Request;
use super::rules::{list, text};
use super::script::{FOUND, Input, Piece, Turn, Usage};
use super::{Interface, bearer, fragments, freeform};

pub struct Gemini {
    model: String,
    method: String,
    query: String,
    /// Whether the key comes as a bearer token, as Vertex wants it.
    bearer: bool,
}

impl Gemini {
    pub fn new(target: &str, bearer: bool) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (model, method) = path.strip_prefix("/v1beta/models/").and_then(|p| p.rsplit_once(':')).unwrap_or_default();
        Self { model: model.to_owned(), method: method.to_owned(), query: query.to_owned(), bearer }
    }

    /// Whether this is a path on which the model is asked.
    pub fn asks(&self) -> bool {
        match self.method.as_str() {
            "generateContent" => self.query.is_empty(),
            // Without `alt=sse` the stream is one long list, which no reader of events understands.
            "streamGenerateContent" => self.query == "alt=sse",
            _ => false,
        }
    }

    fn streams(&self) -> bool {
        self.method == "streamGenerateContent"
    }
}

impl Interface for Gemini {
    fn admits(&self, request: &Request, key: &str) -> Result<(), (u16, String)> {
        let given = if self.bearer { bearer(request) } else { request.header("x-goog-api-key") };
        match given {
            Some(given) if given == key => Ok(()),
            Some(_) if self.bearer => {
                Err((401, "Request had invalid authentication credentials. Expected OAuth 2 access token.".to_owned()))
            }
            Some(_) => Err((400, "API key not valid. Please pass a valid API key.".to_owned())),
            None => Err((
                403,
                "Method doesn't allow unregistered callers (callers without established identity). Please use API Key \
                 or other form of API consumer identity to call this API."
                    .to_owned(),
            )),
        }
    }

    fn error(&self, status: u16, message: &str) -> Value {
        let word = match status {
            400 | 413 => "INVALID_ARGUMENT",
            401 => "UNAUTHENTICATED",
            403 => "PERMISSION_DENIED",
            404 => "NOT_FOUND",
            429 => "RESOURCE_EXHAUSTED",
            503 => "UNAVAILABLE",
            504 => "DEADLINE_EXCEEDED",
            _ => "INTERNAL",
        };
        let mut error = json!({"error": {"code": status, "message": message, "status": word}});
        if message.starts_with("API key not valid") {
            error["error"]["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"},
            }]);
        }
        // In place of a stream comes a list.
        if self.streams() { json!([error]) } else { error }
    }

    fn error_event(&self, status: u16, message: &str) -> Vec<u8> {
        let error = self.error(status, message);
        event(error.get(0).unwrap_or(&error))
    }

    fn models(&self, models: &[String]) -> Value {
        let entry = |id: &String| {
            json!({
                "name": format!("models/{id}"), "version": "001", "displayName": id, "inputTokenLimit": 1_048_576,
                "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent", "countTokens"],
                "thinking": true,
            })
        };
        let mut list: Vec<Value> = models.iter().map(entry).collect();
        list.push(json!({
            "name": "models/gemini-embedding-001", "version": "001", "displayName": "Embedding",
            "inputTokenLimit": 2048, "outputTokenLimit": 1, "supportedGenerationMethods": ["embedContent"],
        }));
        json!({"models": list})
    }

    fn unknown_model(&self, _: &Value, models: &[String]) -> Option<String> {
        let (model, method) = (&self.model, &self.method);
        (!models.contains(model)).then(|| {
            format!(
                "models/{model} is not found for API version v1beta, or is not supported for {method}. Call ListModels \
                 to see the list of available models and their supported methods."
            )
        })
    }

    fn breaches(&self, body: &Value) -> Vec<String> {
        gemini_rules::check(&self.model, body)
    }

    fn refuses(&self, _: &Value) -> Option<String> {
        None
    }

    fn wants_json(&self, body: &Value) -> bool {
        body.pointer("/generationConfig/responseMimeType").is_some()
    }

    fn offers(&self, body: &Value, tool: &str) -> bool {
        text(body.pointer("/toolConfig/functionCallingConfig/mode")) != "NONE" && find(body, tool).is_ok()
    }

    fn probe_turn(&self, body: &Value) -> Turn {
        let probe = functions(body).first().map(|function| text(function.get("name")));
        probe.map_or_else(|| Turn::text("pong"), |name| Turn::call(name, json!({})))
    }

    fn write(&self, body: &Value, turn: &Turn) -> Result<(&'static str, Vec<Vec<u8>>), String> {
        let answer = Answer::new(&self.model, body, turn)?;
        if self.streams() {
            Ok(("text/event-stream", answer.stream()))
        } else {
            Ok(("application/json; charset=UTF-8", vec![answer.whole().to_string().into_bytes()]))
        }
    }
}

fn functions(body: &Value) -> Vec<&Value> {
    list(body.get("tools")).iter().flat_map(|tool| list(tool.get("functionDeclarations"))).collect()
}

/// The tool whose name is, or else holds, the one that Codex knows it by.
fn find<'b>(body: &'b Value, tool: &str) -> Result<&'b Value, String> {
    let functions = functions(body);
    if let Some(exact) = functions.iter().find(|f| text(f.get("name")) == tool) {
        return Ok(exact);
    }
    let near: Vec<&&Value> = functions.iter().filter(|f| text(f.get("name")).contains(tool)).collect();
    match near[..] {
        [one] => Ok(one),
        _ => Err(format!("the script calls `{tool}`, but {} tools of that name are on offer", near.len())),
    }
}

struct Answer {
    model: String,
    id: String,
    parts: Vec<Value>,
    /// Whether the end of what was said has a signature.
    signs_words: bool,
    /// Whether what was said rests on pages of the web.
    searched: bool,
    usage: Usage,
}

impl Answer {
    fn new(model: &str, body: &Value, turn: &Turn) -> Result<Self, String> {
        // Ids that no earlier answer of this conversation had.
        let before = list(body.get("contents")).len();
        let shows = body.pointer("/generationConfig/thinkingConfig/includeThoughts") == Some(&Value::Bool(true));
        let mut parts: Vec<Value> = Vec::new();
        let mut calls = 0;
        let mut searched = false;
        for piece in &turn.pieces {
            match piece {
                // Thought that was not asked for stays hidden.
                Piece::Reason(_) if !shows => {}
                Piece::Reason(thought) => parts.push(json!({"text": thought, "thought": true})),
                Piece::Secret | Piece::Pause(_) => {
                    return Err("the script asks for what this interface lacks".to_owned());
                }
                Piece::Search(query) => {
                    if !list(body.get("tools")).iter().any(|tool| tool.get("googleSearch").is_some()) {
                        return Err("the script searches, but no search is on offer".to_owned());
                    }
                    searched = true;
                    let id = format!("search{before}x{}", parts.len());
                    let kind = "GOOGLE_SEARCH_WEB";
                    for (word, field, data) in [
                        ("toolCall", "args", json!({"queries": [query]})),
                        ("toolResponse", "response", json!({"searchSuggestions": "<div></div>"})),
                    ] {
                        let mut part = json!({word: {"toolType": kind, field: data, "id": id}});
                        part["thoughtSignature"] = sign(model, &part).into();
                        parts.push(part);
                    }
                }
                Piece::Text(said) => parts.push(json!({"text": said})),
                Piece::Call { tool, input } => {
                    let function = find(body, tool)?;
                    let args = match input {
                        Input::Json(arguments) => arguments.clone(),
                        Input::Text(text) => freeform(function, schema_field(function), text)?,
                    };
                    let mut call = json!({"name": function["name"], "args": args});
                    if is_modern(model) {
                        call["id"] = format!("call{before}x{calls}").into();
                    }
                    let mut part = json!({"functionCall": call});
                    // Of parallel calls the first alone is signed.
                    if calls == 0 {
                        part["thoughtSignature"] = sign(model, &part).into();
                    }
                    parts.push(part);
                    calls += 1;
                }
            }
        }
        let signs_words = calls == 0 && is_modern(model);
        Ok(Self {
            model: model.to_owned(),
            id: format!("resp{before}"),
            parts,
            signs_words,
            searched,
            usage: turn.usage,
        })
    }

    /// Thought counts apart from what was said.
    fn usage(&self) -> Value {
        let Usage { input, cached, output, reasoning } = self.usage;
        json!({
            "promptTokenCount": input, "cachedContentTokenCount": cached,
            "candidatesTokenCount": output.saturating_sub(reasoning), "thoughtsTokenCount": reasoning,
            "totalTokenCount": input + output,
        })
    }

    fn chunk(&self, parts: &[Value], finish: Option<&str>) -> Value {
        let mut candidate = json!({"content": {"parts": parts, "role": "model"}, "index": 0});
        if let Some(finish) = finish {
            candidate["finishReason"] = finish.into();
            if self.searched {
                let (uri, title) = FOUND;
                candidate["groundingMetadata"] = json!({"groundingChunks": [{"web": {"uri": uri, "title": title}}]});
            }
        }
        json!({
            "candidates": [candidate], "usageMetadata": self.usage(), "modelVersion": self.model,
            "responseId": self.id,
        })
    }

    fn whole(&self) -> Value {
        let mut parts = self.parts.clone();
        if let Some(last) = parts.last_mut().filter(|_| self.signs_words) {
            last["thoughtSignature"] = sign(&self.model, last).into();
        }
        self.chunk(&parts, Some("STOP"))
    }

    fn stream(&self) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        for part in &self.parts {
            let said = text(part.get("text"));
            if said.is_empty() {
                events.push(event(&self.chunk(std::slice::from_ref(part), None)));
            }
            for fragment in fragments(said) {
                let mut part = part.clone();
                part["text"] = fragment.into();
                events.push(event(&self.chunk(&[part], None)));
            }
        }
        // What comes last says that the answer is whole; the signature of words stands there as well.
        let mut last = json!({"text": ""});
        if self.signs_words {
            last["thoughtSignature"] = sign(&self.model, &last).into();
        }
        events.push(event(&self.chunk(&[last], Some("STOP"))));
        events
    }
}

fn schema_field(function: &Value) -> &'static str {
    if function.get("parametersJsonSchema").is_some() { "/parametersJsonSchema" } else { "/parameters" }
}

/// Google ends its lines as the standard of HTTP does.
fn event(data: &Value) -> Vec<u8> {
    format!("data: {data}\r\n\r\n").into_bytes()
}
