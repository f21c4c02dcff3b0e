//! What Anthropic's documentation of Messages asks of a request, in the words in which the service refuses it.

use std::hash::{DefaultHasher, Hash, Hasher};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::rules::Kind::{Any, Content, Flag, List, Number, Object, Text};
use super::rules::{Kind, Rules, Words, list, text};

const REQUEST: &[(&str, Kind)] = &[
    ("model", Text),
    ("max_tokens", Number),
    ("messages", List),
    ("system", Content),
    ("tools", List),
    ("tool_choice", Object),
    ("thinking", Object),
    ("output_config", Object),
    ("stream", Flag),
    ("stop_sequences", List),
    ("temperature", Number),
    ("top_p", Number),
    ("top_k", Number),
    ("metadata", Object),
    ("service_tier", Text),
    ("container", Any),
    ("inference_geo", Text),
    ("cache_control", Object),
];

const THOUGHT_FIRST: &str = "When `thinking` is enabled, a final `assistant` message must start with a thinking block \
    (preceeding the lastmost set of `tool_use` and `tool_result` blocks). We recommend you include thinking blocks \
    from previous turns. To avoid this requirement, disable `thinking`.";

/// How a model is made to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thinks {
    Budget,
    Either,
    Adaptive,
}

impl Thinks {
    fn of(model: &str) -> Self {
        let has = |names: &[&str]| names.iter().any(|name| model.contains(name));
        if has(&["-4-0", "-4-1", "-4-5", "-4.1", "-4.5", "-4-2025"]) {
            Self::Budget
        } else if has(&["-4-6", "-4.6"]) || !model.starts_with("claude") {
            Self::Either
        } else {
            Self::Adaptive
        }
    }
}

/// The most tokens that a model makes in one answer.
fn max_output(model: &str) -> u64 {
    match Thinks::of(model) {
        Thinks::Budget => 64_000,
        Thinks::Either | Thinks::Adaptive => 128_000,
    }
}

/// Whether the model was asked to think.
pub fn thinks(body: &Value) -> bool {
    matches!(text(body.pointer("/thinking/type")), "enabled" | "adaptive")
}

/// The signature of thought that comes next after all of this. It holds what the service looks at: the model, the
/// tools, the system prompt, everything said before, and the thought itself.
pub fn sign(body: &Value, before: &[Value], thought: &str) -> String {
    let messages = list(body.get("messages"));
    let blocks = said(messages).chain(before.iter().map(|block| ("assistant", block.clone())));
    signed(body, blocks, thought)
}

fn signed<'v>(body: &Value, blocks: impl Iterator<Item = (&'v str, Value)>, thought: &str) -> String {
    let mut hash = DefaultHasher::new();
    text(body.get("model")).hash(&mut hash);
    for part in ["tools", "system"] {
        bare(body.get(part).unwrap_or(&Value::Null)).to_string().hash(&mut hash);
    }
    for (role, block) in blocks {
        role.hash(&mut hash);
        bare(&block).to_string().hash(&mut hash);
    }
    thought.hash(&mut hash);
    STANDARD.encode(format!("claude#{}#{:016x}", text(body.get("model")), hash.finish()))
}

/// Every block with the role that said it: messages of one role in a row count as one.
fn said(messages: &[Value]) -> impl Iterator<Item = (&str, Value)> {
    messages.iter().flat_map(|message| {
        let role = text(message.get("role"));
        let blocks = match message.get("content") {
            Some(Value::String(said)) => vec![json!({"type": "text", "text": said})],
            content => list(content).to_vec(),
        };
        blocks.into_iter().map(move |block| (role, block))
    })
}

/// The same without marks of the cache, which are no content.
fn bare(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(bare).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(name, _)| *name != "cache_control");
            Value::Object(kept.map(|(name, value)| (name.clone(), bare(value))).collect())
        }
        other => other.clone(),
    }
}

/// What only the service can read of what a search found.
pub fn seal(id: &str) -> String {
    STANDARD.encode(format!("found by {id}"))
}

/// The searches of the last turn of the assistant that have not been made.
pub fn waiting(body: &Value) -> Vec<&str> {
    let mut turns = list(body.get("messages")).iter().rev();
    let last = turns.find(|message| text(message.get("role")) == "assistant");
    last.map_or_else(Vec::new, |message| unmade(list(message.get("content"))))
}

fn unmade(blocks: &[Value]) -> Vec<&str> {
    let made = |id: &str| blocks.iter().any(|block| text(block.get("tool_use_id")) == id);
    let calls = blocks.iter().filter(|block| text(block.get("type")) == "server_tool_use");
    calls.map(|block| text(block.get("id"))).filter(|id| !made(id)).collect()
}

/// Every breach in one request.
pub fn check(body: &Value) -> Vec<String> {
    let words = Words {
        unknown: |at, field| format!("{}: Extra inputs are not permitted", joined(at, field)),
        missing: |at, field| format!("{}: Field required", joined(at, field)),
        misnamed: |at, _| format!("{at}: String should match pattern '^[a-zA-Z0-9_-]{{1,64}}$'"),
    };
    let mut rules = Rules { words, ..Rules::default() };
    let Some(request) = rules.object("", body, REQUEST) else { return rules.breaches };
    rules.has("", request, &["model", "max_tokens", "messages"]);
    limits(&mut rules, request);
    thinking(&mut rules, request);
    output_config(&mut rules, request);
    system(&mut rules, request.get("system"));
    for (n, tool) in list(request.get("tools")).iter().enumerate() {
        check_tool(&mut rules, &format!("tools.{n}"), tool);
    }
    let names: Vec<&str> = list(request.get("tools")).iter().map(|tool| text(tool.get("name"))).collect();
    let mut unique = names.clone();
    unique.sort_unstable();
    unique.dedup();
    rules.must(unique.len() == names.len(), || "tools: Tool names must be unique.".to_owned());
    tool_choice(&mut rules, request, &names);
    messages(&mut rules, body, list(request.get("messages")), !names.is_empty());
    let marks = marks(body);
    rules.must(marks <= 4, || format!("A maximum of 4 blocks with cache_control may be provided. Found {marks}."));
    rules.breaches
}

fn joined(at: &str, field: &str) -> String {
    if at.is_empty() { field.to_owned() } else { format!("{at}.{field}") }
}

fn limits(rules: &mut Rules, request: &Map<String, Value>) {
    let model = text(request.get("model"));
    let asked = request.get("max_tokens").and_then(Value::as_u64).unwrap_or(0);
    rules.must(asked >= 1, || "max_tokens: Input should be greater than or equal to 1".to_owned());
    let most = max_output(model);
    rules.must(asked <= most, || {
        format!("max_tokens: {asked} > {most}, which is the maximum allowed number of output tokens for {model}")
    });
    let sampled: Vec<&str> =
        ["temperature", "top_p", "top_k"].into_iter().filter(|field| request.contains_key(*field)).collect();
    if Thinks::of(model) == Thinks::Adaptive {
        rules.must(sampled.is_empty(), || format!("`{}` is deprecated for this model.", sampled[0]));
    }
    let both = request.contains_key("temperature") && request.contains_key("top_p");
    rules.must(!both, || "`temperature` and `top_p` cannot both be specified for this model.".to_owned());
    for field in ["temperature", "top_p"] {
        let right = request.get(field).is_none_or(|value| value.as_f64().is_some_and(|v| (0.0..=1.0).contains(&v)));
        rules.must(right, || format!("{field}: range: 0..1"));
    }
}

fn thinking(rules: &mut Rules, request: &Map<String, Value>) {
    let Some(thinking) = request.get("thinking") else { return };
    let model = text(request.get("model"));
    let kind = text(thinking.get("type"));
    let at = format!("thinking.{kind}");
    match kind {
        "enabled" => {
            rules.must(Thinks::of(model) != Thinks::Adaptive, || {
                "\"thinking.type.enabled\" is not supported for this model. Use \"thinking.type.adaptive\" and \
                 \"output_config.effort\" to control thinking behavior."
                    .to_owned()
            });
            let fields = [("type", Text), ("budget_tokens", Number), ("display", Text)];
            if let Some(object) = rules.object(&at, thinking, &fields) {
                rules.has(&at, object, &["budget_tokens"]);
            }
            let budget = thinking.get("budget_tokens").and_then(Value::as_u64).unwrap_or(0);
            rules.must(budget >= 1024, || format!("{at}.budget_tokens: Input should be greater than or equal to 1024"));
            let most = request.get("max_tokens").and_then(Value::as_u64).unwrap_or(0);
            rules.must(budget < most, || "`max_tokens` must be greater than `thinking.budget_tokens`.".to_owned());
        }
        "adaptive" => {
            rules.must(Thinks::of(model) != Thinks::Budget, || {
                "adaptive thinking is not supported on this model".to_owned()
            });
            rules.object(&at, thinking, &[("type", Text), ("display", Text)]);
        }
        "disabled" => {
            rules.object(&at, thinking, &[("type", Text)]);
        }
        other => rules.breaches.push(format!(
            "thinking: Input tag '{other}' found using 'type' does not match any of the expected tags: 'adaptive', \
             'disabled', 'enabled'"
        )),
    }
    if let Some(display) = thinking.get("display") {
        let right = matches!(text(Some(display)), "summarized" | "omitted");
        rules.must(right, || format!("{at}.display: Input should be 'summarized' or 'omitted'"));
    }
    let on = kind != "disabled";
    let sampled = ["temperature", "top_k"].into_iter().find(|field| request.contains_key(*field));
    rules.must(!on || sampled.is_none(), || {
        format!("`{}` may only be set to 1 when thinking is enabled or in adaptive mode.", sampled.unwrap_or_default())
    });
    let forced = matches!(text(request.get("tool_choice").and_then(|choice| choice.get("type"))), "any" | "tool");
    rules.must(!on || !forced, || "Thinking may not be enabled when tool_choice forces tool use.".to_owned());
}

fn output_config(rules: &mut Rules, request: &Map<String, Value>) {
    let Some(config) = request.get("output_config") else { return };
    rules.object("output_config", config, &[("effort", Text), ("format", Object)]);
    if let Some(effort) = config.get("effort") {
        let model = text(request.get("model"));
        let takes = Thinks::of(model) != Thinks::Budget || model.contains("opus-4-5");
        rules.must(takes, || "This model does not support the effort parameter.".to_owned());
        let known = matches!(text(Some(effort)), "low" | "medium" | "high" | "xhigh" | "max");
        rules.must(known, || {
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'".to_owned()
        });
    }
    if let Some(format) = config.get("format") {
        let at = "output_config.format";
        if let Some(object) = rules.object(at, format, &[("type", Text), ("schema", Object)]) {
            rules.has(at, object, &["type", "schema"]);
        }
        rules.must(text(format.get("type")) == "json_schema", || format!("{at}.type: Input should be 'json_schema'"));
        closed(rules, &format!("{at}.schema"), format.get("schema").unwrap_or(&Value::Null));
    }
}

/// The schema of an answer must close all of its objects.
fn closed(rules: &mut Rules, at: &str, schema: &Value) {
    if text(schema.get("type")) == "object" {
        rules.must(schema.get("additionalProperties") == Some(&Value::Bool(false)), || {
            format!("{at}: For 'object' type, 'additionalProperties' must be explicitly set to false")
        });
    }
    for (name, inner) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        closed(rules, &format!("{at}.properties.{name}"), inner);
    }
    if let Some(items) = schema.get("items") {
        closed(rules, &format!("{at}.items"), items);
    }
}

fn system(rules: &mut Rules, system: Option<&Value>) {
    if let Some(Value::String(said)) = system {
        return rules.must(!said.is_empty(), || "system: text content blocks must be non-empty".to_owned());
    }
    for (n, block) in list(system).iter().enumerate() {
        text_block(rules, "system", &format!("system.{n}"), block);
    }
}

fn check_tool(rules: &mut Rules, at: &str, tool: &Value) {
    cache_control(rules, at, tool);
    let kind = tool.get("type").map_or("custom", |kind| text(Some(kind)));
    match kind {
        "custom" => {
            let at = format!("{at}.custom");
            let fields = [
                ("type", Text),
                ("name", Text),
                ("description", Text),
                ("input_schema", Object),
                ("cache_control", Object),
                ("strict", Flag),
                ("defer_loading", Flag),
            ];
            let Some(object) = rules.object(&at, tool, &fields) else { return };
            rules.has(&at, object, &["name", "input_schema"]);
            rules.tool_name(&format!("{at}.name"), object.get("name"));
            let schema = object.get("input_schema").unwrap_or(&Value::Null);
            let at = format!("{at}.input_schema");
            rules.must(schema.get("type").is_some(), || format!("{at}.type: Field required"));
            rules.must(text(schema.get("type")) == "object", || format!("{at}.type: Input should be 'object'"));
            let join = ["oneOf", "allOf", "anyOf"].iter().any(|word| schema.get(*word).is_some());
            rules
                .must(!join, || format!("{at}: input_schema does not support oneOf, allOf, or anyOf at the top level"));
        }
        "web_search_20250305" => {
            let at = format!("{at}.{kind}");
            let fields = [
                ("type", Text),
                ("name", Text),
                ("max_uses", Number),
                ("allowed_domains", List),
                ("blocked_domains", List),
                ("user_location", Object),
                ("cache_control", Object),
            ];
            rules.object(&at, tool, &fields);
            rules.must(text(tool.get("name")) == "web_search", || format!("{at}.name: Input should be 'web_search'"));
            if let Some(place) = tool.get("user_location") {
                let fields = [("type", Text), ("city", Text), ("region", Text), ("country", Text), ("timezone", Text)];
                rules.object(&format!("{at}.user_location"), place, &fields);
            }
        }
        other => rules.breaches.push(format!(
            "{at}: Input tag '{other}' found using 'type' does not match any of the expected tags: 'custom', \
             'web_search_20250305'"
        )),
    }
}

fn tool_choice(rules: &mut Rules, request: &Map<String, Value>, names: &[&str]) {
    let Some(choice) = request.get("tool_choice") else { return };
    rules.must(!names.is_empty(), || "tool_choice may only be specified while providing tools".to_owned());
    let kind = text(choice.get("type"));
    let at = format!("tool_choice.{kind}");
    let alone = ("disable_parallel_tool_use", Flag);
    match kind {
        "auto" | "any" => {
            rules.object(&at, choice, &[("type", Text), alone]);
        }
        "none" => {
            rules.object(&at, choice, &[("type", Text)]);
        }
        "tool" => {
            rules.object(&at, choice, &[("type", Text), ("name", Text), alone]);
            let name = text(choice.get("name"));
            rules.must(names.contains(&name), || format!("Tool '{name}' not found in provided tools"));
        }
        other => rules.breaches.push(format!("tool_choice: Input tag '{other}' is not known")),
    }
}

fn messages(rules: &mut Rules, body: &Value, messages: &[Value], has_tools: bool) {
    rules.must(!messages.is_empty(), || "messages: at least one message is required".to_owned());
    let first = messages.first().is_none_or(|message| text(message.get("role")) == "user");
    rules.must(first, || "messages: first message must use the \"user\" role".to_owned());
    let last = messages.last().is_none_or(|message| text(message.get("role")) == "user") || !waiting(body).is_empty();
    rules.must(last, || {
        "This model does not support assistant message prefill. The conversation must end with a user message."
            .to_owned()
    });
    let mut calls: Vec<&str> = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for (n, message) in messages.iter().enumerate() {
        let at = format!("messages.{n}");
        rules.object(&at, message, &[("role", Text), ("content", Content)]);
        let role = text(message.get("role"));
        let blocks = list(message.get("content"));
        let empty = blocks.is_empty() && text(message.get("content")).is_empty();
        rules.must(!empty, || format!("{at}: all messages must have non-empty content"));
        let before = n.checked_sub(1).map(|before| text(messages[before].get("role")));
        // The service merges them; our writer never leaves that to it.
        rules.must(before != Some(role), || {
            format!("messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"{role}\"")
        });
        match role {
            "user" => user(rules, &at, blocks, &open),
            "assistant" => assistant(rules, body, n, blocks),
            other => rules.breaches.push(format!("{at}.role: Input should be 'user' or 'assistant', not '{other}'")),
        }
        open = blocks.iter().filter(|b| text(b.get("type")) == "tool_use").map(|b| text(b.get("id"))).collect();
        calls.extend(&open);
    }
    let mut unique = calls.clone();
    unique.sort_unstable();
    unique.dedup();
    rules.must(unique.len() == calls.len(), || "messages: `tool_use` ids must be unique".to_owned());
    rules.must(calls.is_empty() || has_tools, || {
        "Requests which have `tool_use` or `tool_result` blocks in messages must define tools.".to_owned()
    });
    if text(body.pointer("/thinking/type")) == "enabled" {
        begins_with_thought(rules, messages);
    }
}

/// A loop of calls that goes on must have begun with thought, when the model thinks by a budget.
fn begins_with_thought(rules: &mut Rules, messages: &[Value]) {
    let results = |message: &&Value| text(message.pointer("/content/0/type")) == "tool_result";
    if !messages.last().is_some_and(|message| results(&message)) {
        return;
    }
    let began = messages.iter().rposition(|m| text(m.get("role")) == "user" && !results(&m)).map_or(0, |at| at + 1);
    let kind = text(messages.get(began).and_then(|message| message.pointer("/content/0/type")));
    rules.must(matches!(kind, "thinking" | "redacted_thinking"), || {
        format!(
            "messages.{began}.content.0.type: Expected `thinking` or `redacted_thinking`, but found `{kind}`. \
             {THOUGHT_FIRST}"
        )
    });
}

fn user(rules: &mut Rules, at: &str, blocks: &[Value], open: &[&str]) {
    let results = blocks.iter().take_while(|block| text(block.get("type")) == "tool_result");
    let answered: Vec<&str> = results.map(|block| text(block.get("tool_use_id"))).collect();
    let missing: Vec<&str> = open.iter().copied().filter(|id| !answered.contains(id)).collect();
    rules.must(missing.is_empty(), || {
        format!(
            "{at}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each `tool_use` \
             block must have a corresponding `tool_result` block in the next message.",
            missing.join(", ")
        )
    });
    for (n, block) in blocks.iter().enumerate() {
        let at = format!("{at}.content.{n}");
        match text(block.get("type")) {
            "tool_result" => {
                let id = text(block.get("tool_use_id"));
                rules.must(open.contains(&id), || {
                    format!(
                        "{at}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block \
                         must have a corresponding `tool_use` block in the previous message."
                    )
                });
                let twice = answered.iter().filter(|other| **other == id).count() > 1;
                rules.must(!twice, || {
                    format!(
                        "{at}: each tool_use must have a single result. Found multiple `tool_result` blocks with id: \
                         {id}"
                    )
                });
                tool_result(rules, &format!("{at}.tool_result"), block);
            }
            "text" => text_block(rules, "messages", &format!("{at}.text"), block),
            "image" => image(rules, &format!("{at}.image"), block),
            "document" => {
                let fields = [
                    ("type", Text),
                    ("source", Object),
                    ("title", Text),
                    ("context", Text),
                    ("citations", Object),
                    ("cache_control", Object),
                ];
                rules.object(&format!("{at}.document"), block, &fields);
            }
            other => rules.breaches.push(format!("{at}: Input tag '{other}' is not for the user")),
        }
    }
}

fn tool_result(rules: &mut Rules, at: &str, block: &Value) {
    cache_control(rules, at, block);
    let fields =
        [("type", Text), ("tool_use_id", Text), ("content", Content), ("is_error", Flag), ("cache_control", Object)];
    rules.object(at, block, &fields);
    for (n, part) in list(block.get("content")).iter().enumerate() {
        let at = format!("{at}.content.{n}");
        match text(part.get("type")) {
            "text" => text_block(rules, "messages", &format!("{at}.text"), part),
            "image" => image(rules, &format!("{at}.image"), part),
            "document" => {
                let fields = [("type", Text), ("source", Object), ("title", Text)];
                rules.object(&format!("{at}.document"), part, &fields);
            }
            other => rules.breaches.push(format!("{at}: Input tag '{other}' is not for a result")),
        }
    }
}

fn assistant(rules: &mut Rules, body: &Value, position: usize, blocks: &[Value]) {
    for (n, block) in blocks.iter().enumerate() {
        let at = format!("messages.{position}.content.{n}");
        match text(block.get("type")) {
            "text" => text_block(rules, "messages", &format!("{at}.text"), block),
            "thinking" => {
                let inner = format!("{at}.thinking");
                let fields = [("type", Text), ("thinking", Text), ("signature", Text)];
                if let Some(object) = rules.object(&inner, block, &fields) {
                    rules.has(&inner, object, &["thinking", "signature"]);
                }
                let thought = text(block.get("thinking"));
                signature(rules, body, (position, n), &at, thought, text(block.get("signature")), "thinking");
            }
            "redacted_thinking" => {
                rules.object(&format!("{at}.redacted_thinking"), block, &[("type", Text), ("data", Text)]);
                signature(rules, body, (position, n), &at, "", text(block.get("data")), "redacted_thinking");
            }
            "tool_use" => {
                let at = format!("{at}.tool_use");
                let fields =
                    [("type", Text), ("id", Text), ("name", Text), ("input", Object), ("cache_control", Object)];
                if let Some(object) = rules.object(&at, block, &fields) {
                    rules.has(&at, object, &["id", "name", "input"]);
                }
                rules.tool_name(&format!("{at}.name"), block.get("name"));
                rules.tool_name(&format!("{at}.id"), block.get("id"));
            }
            "server_tool_use" => {
                let at = format!("{at}.server_tool_use");
                let fields = [("type", Text), ("id", Text), ("name", Text), ("input", Object)];
                if let Some(object) = rules.object(&at, block, &fields) {
                    rules.has(&at, object, &["id", "name", "input"]);
                }
                let offered = list(body.get("tools")).iter().any(|tool| tool.get("name") == block.get("name"));
                rules.must(offered, || format!("{at}: the tool is not provided"));
            }
            "web_search_tool_result" => {
                let at = format!("{at}.web_search_tool_result");
                rules.object(&at, block, &[("type", Text), ("tool_use_id", Text), ("content", List)]);
                let id = text(block.get("tool_use_id"));
                for page in list(block.get("content")) {
                    let right = text(page.get("encrypted_content")) == seal(id);
                    rules.must(right, || format!("{at}: Invalid `encrypted_content` in `search_result` block"));
                }
                let called = blocks[..n].iter().any(|call| text(call.get("id")) == id);
                rules.must(called, || format!("{at}: `{id}` has no corresponding `server_tool_use` block before it"));
            }
            other => rules.breaches.push(format!("{at}: Input tag '{other}' is not for the assistant")),
        }
    }
    let goes_on = position + 1 == list(body.get("messages")).len();
    for id in unmade(blocks).into_iter().filter(|_| !goes_on) {
        rules.breaches.push(format!(
            "messages.{position}: `web_search` tool use with id `{id}` was found without a corresponding \
             `web_search_tool_result` block"
        ));
    }
    let thought = blocks.last().is_some_and(|last| text(last.get("type")).ends_with("thinking"));
    rules.must(!thought, || {
        format!("messages.{position}: The final block in an assistant message cannot be `thinking`.")
    });
}

/// Looks whether this very thought was made by this model behind all that stands before it.
fn signature(
    rules: &mut Rules,
    body: &Value,
    (position, block): (usize, usize),
    at: &str,
    thought: &str,
    signature: &str,
    kind: &str,
) {
    let messages = list(body.get("messages"));
    let here = list(messages[position].get("content"))[..block].iter().map(|block| ("assistant", block.clone()));
    let right = signed(body, said(&messages[..position]).chain(here), thought);
    let field = if kind == "thinking" { "signature" } else { "data" };
    rules.must(signature == right, || {
        let known = STANDARD.decode(signature).is_ok_and(|bytes| bytes.starts_with(b"claude#"));
        let why = if known { " The block is bound to a different conversation." } else { "" };
        format!("{at}: Invalid `{field}` in `{kind}` block.{why}")
    });
}

fn text_block(rules: &mut Rules, room: &str, at: &str, block: &Value) {
    rules.object(at, block, &[("type", Text), ("text", Text), ("cache_control", Object), ("citations", Any)]);
    cache_control(rules, at, block);
    let said = text(block.get("text"));
    rules.must(!said.is_empty(), || format!("{room}: text content blocks must be non-empty"));
    rules.must(said.is_empty() || !said.trim().is_empty(), || {
        format!("{room}: text content blocks must contain non-whitespace text")
    });
}

fn image(rules: &mut Rules, at: &str, block: &Value) {
    rules.object(at, block, &[("type", Text), ("source", Object), ("cache_control", Object)]);
    cache_control(rules, at, block);
    let source = block.get("source").unwrap_or(&Value::Null);
    let kind = text(source.get("type"));
    let at = format!("{at}.source.{kind}");
    match kind {
        "base64" => {
            rules.object(&at, source, &[("type", Text), ("media_type", Text), ("data", Text)]);
            let media = text(source.get("media_type"));
            let known = ["image/jpeg", "image/png", "image/gif", "image/webp"].contains(&media);
            rules.must(known, || {
                format!("{at}.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'")
            });
            let Ok(bytes) = STANDARD.decode(text(source.get("data"))) else {
                return rules.breaches.push(format!("{at}: invalid base64 data"));
            };
            let real = match &bytes[..] {
                [0x89, b'P', b'N', b'G', ..] => "image/png",
                [0xff, 0xd8, ..] => "image/jpeg",
                [b'G', b'I', b'F', ..] => "image/gif",
                [b'R', b'I', b'F', b'F', ..] => "image/webp",
                _ => return rules.breaches.push(format!("{at}.data: Could not process image")),
            };
            rules.must(real == media, || {
                format!(
                    "{at}.data: The image was specified using the {media} media type, but the image appears to be a \
                     {real} image"
                )
            });
        }
        "url" => {
            rules.object(&at, source, &[("type", Text), ("url", Text)]);
            let secure = text(source.get("url")).starts_with("https://");
            rules.must(secure, || format!("{at}.url: Only HTTPS URLs are supported."));
        }
        other => rules.breaches.push(format!("{at}: Input tag '{other}' is not a source")),
    }
}

fn cache_control(rules: &mut Rules, at: &str, block: &Value) {
    let Some(mark) = block.get("cache_control") else { return };
    let at = format!("{at}.cache_control");
    rules.object(&at, mark, &[("type", Text), ("ttl", Text)]);
    rules.must(text(mark.get("type")) == "ephemeral", || format!("{at}.type: Input should be 'ephemeral'"));
}

fn marks(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(marks).sum(),
        Value::Object(map) => {
            // Schemas are data: a property of that name is no mark.
            let inner = map.iter().filter(|(name, _)| !matches!(name.as_str(), "input_schema" | "input"));
            usize::from(map.contains_key("cache_control")) + inner.map(|(_, value)| marks(value)).sum::<usize>()
        }
        _ => 0,
    }
}
