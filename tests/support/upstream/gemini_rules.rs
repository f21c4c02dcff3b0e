//! What Google's documentation of `generateContent` asks of a request, in the words in which the service refuses it.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

use super::rules::Kind::{Any, Flag, List, Number, Object, Text};
use super::rules::{Kind, Rules, Words, list, text};

const REQUEST: &[(&str, Kind)] = &[
    ("contents", List),
    ("systemInstruction", Object),
    ("tools", List),
    ("toolConfig", Object),
    ("safetySettings", List),
    ("generationConfig", Object),
    ("cachedContent", Text),
    ("labels", Object),
];

const GENERATION: &[(&str, Kind)] = &[
    ("stopSequences", List),
    ("responseMimeType", Text),
    ("responseSchema", Object),
    ("responseJsonSchema", Any),
    ("candidateCount", Number),
    ("maxOutputTokens", Number),
    ("temperature", Number),
    ("topP", Number),
    ("topK", Number),
    ("seed", Number),
    ("thinkingConfig", Object),
    ("mediaResolution", Text),
];

/// The words of a reduced schema; all others make the service refuse the whole request.
const SCHEMA: &[(&str, Kind)] = &[
    ("type", Text),
    ("format", Text),
    ("title", Text),
    ("description", Text),
    ("nullable", Flag),
    ("enum", List),
    ("items", Object),
    ("minItems", Any),
    ("maxItems", Any),
    ("properties", Object),
    ("required", List),
    ("minProperties", Any),
    ("maxProperties", Any),
    ("minLength", Any),
    ("maxLength", Any),
    ("minimum", Number),
    ("maximum", Number),
    ("pattern", Text),
    ("example", Any),
    ("anyOf", List),
    ("propertyOrdering", List),
    ("default", Any),
];

/// The kinds of data of which a part holds one.
const DATA: [&str; 9] = [
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
];

/// Documented to be taken for a signature that was never there.
const SKIP: [&str; 2] = ["skip_thought_signature_validator", "context_engineering_is_the_way_to_go"];

/// Whether the model is of the third generation or later, which checks signatures.
pub fn is_modern(model: &str) -> bool {
    !["gemini-1", "gemini-2"].iter().any(|old| model.starts_with(old))
}

/// The signature of a part: it goes back on this very part and no other.
pub fn sign(model: &str, part: &Value) -> String {
    let mut hash = DefaultHasher::new();
    model.hash(&mut hash);
    for kind in DATA {
        if let Some(data) = part.get(kind) {
            kind.hash(&mut hash);
            sorted(data).to_string().hash(&mut hash);
        }
    }
    STANDARD.encode(format!("gemini#{:016x}", hash.finish()))
}

/// The same with its fields in the order of their names: the order means nothing.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(sorted).collect(),
        Value::Object(map) => {
            let mut fields: Vec<_> = map.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            fields.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(fields.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// Every breach in one request.
pub fn check(model: &str, body: &Value) -> Vec<String> {
    let words = Words {
        unknown: |at, field| {
            format!("Invalid JSON payload received. Unknown name \"{field}\" at '{at}': Cannot find field.")
        },
        missing: |at, field| format!("* GenerateContentRequest.{at}.{field}: must not be empty"),
        ..Words::default()
    };
    let mut rules = Rules { words, ..Rules::default() };
    let Some(request) = rules.object("", body, REQUEST) else { return rules.breaches };
    let contents = list(request.get("contents"));
    rules.must(!contents.is_empty(), || "* GenerateContentRequest.contents: contents is not specified".to_owned());
    if let Some(instruction) = request.get("systemInstruction") {
        rules.object("system_instruction", instruction, &[("role", Text), ("parts", List)]);
        for (n, part) in list(instruction.get("parts")).iter().enumerate() {
            let at = format!("system_instruction.parts[{n}]");
            rules.object(&at, part, &[("text", Text)]);
            rules.must(!text(part.get("text")).is_empty(), || empty_part(&at));
        }
    }
    let names = tools(&mut rules, model, request);
    tool_config(&mut rules, request, &names);
    safety(&mut rules, list(request.get("safetySettings")));
    if let Some(config) = request.get("generationConfig") {
        generation(&mut rules, model, config, !names.is_empty());
    }
    turns(&mut rules, contents);
    for (n, content) in contents.iter().enumerate() {
        parts(&mut rules, model, &format!("contents[{n}]"), content);
    }
    if is_modern(model) {
        signed_calls(&mut rules, contents);
    }
    rules.breaches
}

fn empty_part(at: &str) -> String {
    format!("* GenerateContentRequest.{at}.data: required oneof field 'data' must have one initialized field")
}

/// Checks the tools; gives the names of the functions.
fn tools<'v>(rules: &mut Rules, model: &str, request: &'v Map<String, Value>) -> Vec<&'v str> {
    let mut names = Vec::new();
    let mut searches = false;
    for (n, tool) in list(request.get("tools")).iter().enumerate() {
        let at = format!("tools[{n}]");
        let fields = [
            ("functionDeclarations", List),
            ("googleSearch", Object),
            ("codeExecution", Object),
            ("urlContext", Object),
        ];
        rules.object(&at, tool, &fields);
        searches |= tool.get("googleSearch").is_some();
        for (n, function) in list(tool.get("functionDeclarations")).iter().enumerate() {
            let at = format!("{at}.function_declarations[{n}]");
            let fields = [
                ("name", Text),
                ("description", Text),
                ("parameters", Object),
                ("parametersJsonSchema", Object),
                ("behavior", Text),
                ("response", Object),
                ("responseJsonSchema", Any),
            ];
            rules.object(&at, function, &fields);
            name(rules, &at, function.get("name"));
            let both = function.get("parameters").is_some() && function.get("parametersJsonSchema").is_some();
            rules.must(!both, || format!("{at}: parameters and parameters_json_schema are mutually exclusive."));
            if let Some(parameters) = function.get("parameters") {
                schema(rules, &format!("{at}.parameters"), parameters);
            }
            names.push(text(function.get("name")));
        }
    }
    let mut unique = names.clone();
    unique.sort_unstable();
    for pair in unique.windows(2) {
        rules.must(pair[0] != pair[1], || format!("Duplicate function declaration found: {}", pair[0]));
    }
    let beside = searches && !names.is_empty();
    rules.must(!beside || is_modern(model), || "Tool use with function calling is unsupported".to_owned());
    let allowed = request.get("toolConfig").and_then(|config| config.get("includeServerSideToolInvocations"));
    rules.must(!beside || allowed == Some(&Value::Bool(true)), || {
        "Please enable tool_config.include_server_side_tool_invocations to use Built-in tools with Function calling."
            .to_owned()
    });
    names
}

fn name(rules: &mut Rules, at: &str, name: Option<&Value>) {
    let name = text(name);
    let letter = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    rules.must(begins && name.len() <= 64 && name.chars().all(letter), || {
        format!(
            "* GenerateContentRequest.{at}.name: [Invalid function name `{name}`. Must start with a letter or an \
             underscore. Must be alphanumeric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes (-), \
             with a maximum length of 64.]"
        )
    });
}

fn schema(rules: &mut Rules, at: &str, value: &Value) {
    let Some(node) = rules.object(at, value, SCHEMA) else { return };
    let kind = text(node.get("type")).to_ascii_lowercase();
    let known = ["string", "number", "integer", "boolean", "array", "object", "null"].contains(&&*kind);
    rules.must(known || node.contains_key("anyOf"), || {
        format!("Invalid value at '{at}.type' (type.googleapis.com/google.ai.generativelanguage.v1beta.Type)")
    });
    rules.must(kind != "array" || node.contains_key("items"), || {
        format!("* GenerateContentRequest.{at}.items: missing field.")
    });
    let properties = node.get("properties").and_then(Value::as_object);
    rules.must(properties.is_none_or(|properties| !properties.is_empty()), || {
        format!("* GenerateContentRequest.{at}.properties: should be non-empty for OBJECT type")
    });
    for required in list(node.get("required")) {
        let defined = properties.is_some_and(|properties| properties.contains_key(text(Some(required))));
        rules.must(defined, || format!("* GenerateContentRequest.{at}.required[0]: property is not defined"));
    }
    for (n, (_, inner)) in properties.into_iter().flatten().enumerate() {
        schema(rules, &format!("{at}.properties[{n}].value"), inner);
    }
    if let Some(items) = node.get("items") {
        schema(rules, &format!("{at}.items"), items);
    }
    for (n, member) in list(node.get("anyOf")).iter().enumerate() {
        schema(rules, &format!("{at}.any_of[{n}]"), member);
    }
}

fn tool_config(rules: &mut Rules, request: &Map<String, Value>, names: &[&str]) {
    let Some(config) = request.get("toolConfig") else { return };
    let fields =
        [("functionCallingConfig", Object), ("retrievalConfig", Object), ("includeServerSideToolInvocations", Flag)];
    rules.object("tool_config", config, &fields);
    let Some(calling) = config.get("functionCallingConfig") else { return };
    let at = "tool_config.function_calling_config";
    rules.object(at, calling, &[("mode", Text), ("allowedFunctionNames", List)]);
    rules.must(!names.is_empty(), || "Function calling config is set without function_declarations.".to_owned());
    let mode = text(calling.get("mode"));
    rules.must(matches!(mode, "AUTO" | "ANY" | "NONE" | "VALIDATED"), || {
        format!("Invalid value at '{at}.mode': {mode}")
    });
    let allowed = list(calling.get("allowedFunctionNames"));
    rules.must(allowed.is_empty() || matches!(mode, "ANY" | "VALIDATED"), || {
        "allowed_function_names should only be set when mode is ANY or VALIDATED".to_owned()
    });
    for wanted in allowed {
        let wanted = text(Some(wanted));
        rules.must(names.contains(&wanted), || {
            format!("allowed_function_names contains `{wanted}`, which is not declared")
        });
    }
}

fn safety(rules: &mut Rules, settings: &[Value]) {
    for (n, setting) in settings.iter().enumerate() {
        let at = format!("safety_settings[{n}]");
        rules.object(&at, setting, &[("category", Text), ("threshold", Text)]);
        let category = text(setting.get("category"));
        let known = [
            "HARM_CATEGORY_HARASSMENT",
            "HARM_CATEGORY_HATE_SPEECH",
            "HARM_CATEGORY_SEXUALLY_EXPLICIT",
            "HARM_CATEGORY_DANGEROUS_CONTENT",
            "HARM_CATEGORY_CIVIC_INTEGRITY",
        ];
        rules.must(known.contains(&category), || format!("Invalid value at '{at}.category': {category}"));
        let threshold = text(setting.get("threshold"));
        let known = ["BLOCK_NONE", "OFF", "BLOCK_ONLY_HIGH", "BLOCK_MEDIUM_AND_ABOVE", "BLOCK_LOW_AND_ABOVE"];
        rules.must(known.contains(&threshold), || format!("Invalid value at '{at}.threshold': {threshold}"));
    }
}

fn generation(rules: &mut Rules, model: &str, config: &Value, has_tools: bool) {
    let at = "generation_config";
    rules.object(at, config, GENERATION);
    let json = text(config.get("responseMimeType")) == "application/json";
    let held = ["responseSchema", "responseJsonSchema"].iter().any(|field| config.get(*field).is_some());
    rules.must(!held || json, || {
        "* GenerateContentRequest.generation_config.response_json_schema: only allowed for mime type application/json"
            .to_owned()
    });
    rules.must(!json || !has_tools || is_modern(model), || {
        "Function calling with a response mime type: 'application/json' is unsupported".to_owned()
    });
    if let Some(wanted) = config.get("responseSchema") {
        schema(rules, &format!("{at}.response_schema"), wanted);
    }
    let Some(thinking) = config.get("thinkingConfig") else { return };
    let at = format!("{at}.thinking_config");
    rules.object(&at, thinking, &[("includeThoughts", Flag), ("thinkingBudget", Number), ("thinkingLevel", Text)]);
    let level = thinking.get("thinkingLevel").map(|level| text(Some(level)));
    let budget = thinking.get("thinkingBudget").and_then(Value::as_i64);
    rules.must(level.is_none() || budget.is_none(), || {
        "You can only set one of thinking budget and thinking level.".to_owned()
    });
    rules.must(level.is_none() || is_modern(model), || "Thinking level is not supported for this model.".to_owned());
    if let Some(level) = level {
        let known = matches!(level, "minimal" | "low" | "medium" | "high");
        rules.must(known, || format!("Invalid value at '{at}.thinking_level': \"{level}\""));
        let takes = level != "minimal" || !model.contains("pro");
        rules.must(takes, || format!("Thinking level {} is not supported for this model.", level.to_uppercase()));
    }
    rules.must(budget != Some(0) || !model.contains("pro"), || {
        "Budget 0 is invalid. This model only works in thinking mode.".to_owned()
    });
    let shown = thinking.get("includeThoughts") == Some(&Value::Bool(true));
    rules.must(budget != Some(0) || !shown, || "include_thoughts is only enabled when thinking is enabled.".to_owned());
}

/// Checks the order of the turns and that each response has its call.
fn turns(rules: &mut Rules, contents: &[Value]) {
    let count =
        |content: &Value, kind: &str| list(content.get("parts")).iter().filter(|part| part.get(kind).is_some()).count();
    let mut before: Option<&Value> = None;
    for content in contents {
        let role = text(content.get("role"));
        rules.must(matches!(role, "user" | "model"), || {
            format!("Please use a valid role: user, model. But got `{role}`.")
        });
        let calls = before.map_or(0, |before| count(before, "functionCall"));
        let responses = count(content, "functionResponse");
        if responses > 0 {
            rules.must(calls > 0, || {
                "Please ensure that function response turn comes immediately after a function call turn.".to_owned()
            });
            let all = list(content.get("parts")).len();
            // The service counts what stands beside them as responses.
            rules.must(calls == all && calls == responses, || {
                "Please ensure that the number of function response parts is equal to the number of function call \
                 parts of the function call turn."
                    .to_owned()
            });
            let pairs = |kind: &str, content: &Value| -> Vec<(String, String)> {
                let parts = list(content.get("parts")).iter().filter_map(|part| part.get(kind));
                parts.map(|p| (text(p.get("name")).to_owned(), text(p.get("id")).to_owned())).collect()
            };
            let called = before.map(|before| pairs("functionCall", before)).unwrap_or_default();
            let answered = pairs("functionResponse", content);
            rules.must(called == answered, || format!("the calls {called:?} are answered by {answered:?}"));
        } else {
            rules.must(calls == 0, || {
                "Please ensure that function call turns are followed by their function responses.".to_owned()
            });
        }
        let after = before.map(|before| text(before.get("role")));
        rules.must(count(content, "functionCall") == 0 || after == Some("user"), || {
            "Please ensure that function call turn comes immediately after a user turn or after a function response \
             turn."
                .to_owned()
        });
        before = Some(content);
    }
    rules.must(before.is_none_or(|last| text(last.get("role")) == "user"), || {
        "Please ensure that single turn requests end with a user role or the last message is a function response."
            .to_owned()
    });
}

fn parts(rules: &mut Rules, model: &str, at: &str, content: &Value) {
    rules.object(at, content, &[("role", Text), ("parts", List)]);
    let list = list(content.get("parts"));
    rules.must(!list.is_empty(), || format!("* GenerateContentRequest.{at}.parts: must not be empty"));
    let by_model = text(content.get("role")) == "model";
    for (n, part) in list.iter().enumerate() {
        let at = format!("{at}.parts[{n}]");
        let mut fields: Vec<(&str, Kind)> =
            DATA.iter().map(|kind| (*kind, if *kind == "text" { Text } else { Object })).collect();
        fields.extend([("thought", Flag), ("thoughtSignature", Text), ("videoMetadata", Object)]);
        rules.object(&at, part, &fields);
        let kinds: Vec<&str> = DATA.into_iter().filter(|kind| part.get(*kind).is_some()).collect();
        let [kind] = kinds[..] else {
            rules.breaches.push(empty_part(&at));
            continue;
        };
        let signature = part.get("thoughtSignature").map(|signature| text(Some(signature)));
        rules.must(kind != "text" || signature.is_some() || !text(part.get("text")).is_empty(), || empty_part(&at));
        if let Some(signature) = signature {
            let right = SKIP.contains(&signature) || signature == sign(model, part);
            rules.must(right && by_model, || "Corrupted thought signature.".to_owned());
        }
        match (kind, by_model) {
            ("functionCall", true) => {
                rules.object(
                    &format!("{at}.function_call"),
                    &part[kind],
                    &[("id", Text), ("name", Text), ("args", Object)],
                );
                name(rules, &format!("{at}.function_call"), part[kind].get("name"));
            }
            ("functionResponse", false) => response(rules, model, &at, &part[kind]),
            ("inlineData", false) => inline(rules, &format!("{at}.inline_data"), &part[kind]),
            ("fileData", false) => {
                rules.object(&format!("{at}.file_data"), &part[kind], &[("mimeType", Text), ("fileUri", Text)]);
            }
            ("text", _) | ("toolCall" | "toolResponse", true) => {}
            (kind, _) => rules.breaches.push(format!("{at}: `{kind}` cannot stand here")),
        }
    }
}

fn response(rules: &mut Rules, model: &str, at: &str, response: &Value) {
    let at = format!("{at}.function_response");
    let fields = [("id", Text), ("name", Text), ("response", Object), ("parts", List)];
    if let Some(object) = rules.object(&at, response, &fields) {
        rules.has(&at, object, &["name", "response"]);
    }
    name(rules, &at, response.get("name"));
    for (n, part) in list(response.get("parts")).iter().enumerate() {
        rules.must(is_modern(model), || "Multimodal function responses are not supported for this model.".to_owned());
        rules.object(&format!("{at}.parts[{n}]"), part, &[("inlineData", Object)]);
        inline(rules, &format!("{at}.parts[{n}].inline_data"), part.get("inlineData").unwrap_or(&Value::Null));
    }
}

fn inline(rules: &mut Rules, at: &str, data: &Value) {
    rules.object(at, data, &[("mimeType", Text), ("data", Text), ("displayName", Text)]);
    let media = text(data.get("mimeType"));
    let known = ["image/png", "image/jpeg", "image/webp", "image/heic", "image/heif", "application/pdf", "text/plain"];
    rules.must(known.contains(&media), || format!("Unsupported MIME type: {media}"));
    let bytes = STANDARD.decode(text(data.get("data"))).unwrap_or_default();
    rules.must(!bytes.is_empty(), || "Unable to process input image.".to_owned());
}

/// Of every step of the turn that goes on, the first call must have its signature.
fn signed_calls(rules: &mut Rules, contents: &[Value]) {
    let begins = |content: &Value| {
        let parts = list(content.get("parts"));
        text(content.get("role")) == "user" && !parts.iter().any(|part| part.get("functionResponse").is_some())
    };
    let start = contents.iter().rposition(begins).unwrap_or(0);
    for (position, content) in contents.iter().enumerate().skip(start) {
        let first = list(content.get("parts")).iter().find(|part| part.get("functionCall").is_some());
        if let Some(part) = first {
            let called = text(part.pointer("/functionCall/name"));
            rules.must(part.get("thoughtSignature").is_some(), || {
                format!(
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools \
                     to work correctly, and missing thought_signature may lead to degraded model performance. \
                     Additional data, function call `default_api:{called}` , position {}. Please refer to \
                     https://ai.google.dev/gemini-api/docs/thought-signatures for more details.",
                    position + 1
                )
            });
        }
    }
}
