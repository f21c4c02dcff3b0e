//! The rules of the Messages API for a request, as its documentation and its refusals tell them.

use std::collections::HashSet;

use serde_json::{Map, Value};

type Checked = Result<(), String>;

/// Checks a whole body.
pub(super) fn validate(body: &Value) -> Checked {
    let body = object(body, "body")?;
    let known = [
        "model",
        "max_tokens",
        "stream",
        "thinking",
        "output_config",
        "temperature",
        "top_p",
        "tools",
        "tool_choice",
        "system",
        "messages",
    ];
    only(body, &known, &["model", "max_tokens", "stream", "messages"])?;
    let max_tokens =
        body["max_tokens"].as_u64().filter(|most| *most > 0).ok_or("`max_tokens` is no positive number")?;
    let thinks = thinking(body, max_tokens)?;
    output_config(body)?;
    sampling(body, thinks)?;
    let names = tools(body)?;
    tool_choice(body, &names, thinks)?;
    for block in list(body.get("system"), "system")? {
        text(object(block, "system")?)?;
    }
    let budgeted = body.get("thinking").is_some_and(|thinking| thinking["type"] == "enabled");
    messages(list(body.get("messages"), "messages")?, &names, budgeted)?;
    let marks = body_marks(&Value::Object(body.clone()));
    if marks > 4 { Err(format!("{marks} blocks with `cache_control`")) } else { Ok(()) }
}

fn thinking(body: &Map<String, Value>, max_tokens: u64) -> Result<bool, String> {
    let Some(thinking) = body.get("thinking") else { return Ok(false) };
    let thinking = object(thinking, "thinking")?;
    match thinking.get("type").and_then(Value::as_str) {
        Some("enabled") => {
            only(thinking, &["type", "budget_tokens"], &["budget_tokens"])?;
            let budget = thinking["budget_tokens"].as_u64().unwrap_or(0);
            if budget < 1024 || budget >= max_tokens {
                return Err(format!("a budget of {budget} within {max_tokens}"));
            }
            Ok(true)
        }
        Some("adaptive") => {
            only(thinking, &["type", "display"], &[])?;
            one_of(&thinking["display"], &["summarized", "omitted"]).map(|()| true)
        }
        Some("disabled") => only(thinking, &["type"], &[]).map(|()| false),
        _ => Err("`thinking` of no known type".into()),
    }
}

fn output_config(body: &Map<String, Value>) -> Checked {
    let Some(config) = body.get("output_config") else { return Ok(()) };
    let config = object(config, "output_config")?;
    only(config, &["effort", "format"], &[])?;
    if let Some(effort) = config.get("effort") {
        one_of(effort, &["low", "medium", "high", "xhigh", "max"])?;
    }
    if let Some(format) = config.get("format") {
        let format = object(format, "format")?;
        only(format, &["type", "schema"], &["schema"])?;
        one_of(&format["type"], &["json_schema"])?;
        object(&format["schema"], "schema")?;
    }
    if config.is_empty() { Err("an empty `output_config`".into()) } else { Ok(()) }
}

fn sampling(body: &Map<String, Value>, thinks: bool) -> Checked {
    let (temperature, top_p) = (body.get("temperature"), body.get("top_p"));
    if thinks && (temperature.is_some() || top_p.is_some()) {
        return Err("sampling beside thinking".into());
    }
    if temperature.is_some() && top_p.is_some() {
        return Err("`temperature` beside `top_p`".into());
    }
    match temperature.or(top_p).map(|value| value.as_f64().is_some_and(|value| (0.0..=1.0).contains(&value))) {
        Some(false) => Err("sampling out of range".into()),
        _ => Ok(()),
    }
}

fn tools(body: &Map<String, Value>) -> Result<HashSet<String>, String> {
    let mut names = HashSet::new();
    for tool in list(body.get("tools"), "tools")? {
        let tool = object(tool, "tool")?;
        if tool.contains_key("type") {
            only(tool, &["type", "name", "max_uses", "allowed_domains", "user_location", "cache_control"], &["name"])?;
            one_of(&tool["type"], &["web_search_20250305"])?;
            one_of(&tool["name"], &["web_search"])?;
            if let Some(place) = tool.get("user_location") {
                let place = object(place, "user_location")?;
                only(place, &["type", "city", "region", "country", "timezone"], &[])?;
                one_of(&place["type"], &["approximate"])?;
            }
        } else {
            only(tool, &["name", "description", "input_schema", "cache_control"], &["name", "input_schema"])?;
            let schema = object(&tool["input_schema"], "input_schema")?;
            if schema.get("type").is_none_or(|kind| kind != "object") {
                return Err("an `input_schema` that is no object".into());
            }
            if ["anyOf", "oneOf", "allOf"].iter().any(|join| schema.contains_key(*join)) {
                return Err("an `input_schema` with a join at its top".into());
            }
        }
        mark(tool)?;
        let name = fit(&tool["name"], "tool name")?;
        if !names.insert(name.to_owned()) {
            return Err(format!("two tools called `{name}`"));
        }
    }
    Ok(names)
}

fn tool_choice(body: &Map<String, Value>, names: &HashSet<String>, thinks: bool) -> Checked {
    let Some(choice) = body.get("tool_choice") else { return Ok(()) };
    if names.is_empty() {
        return Err("`tool_choice` without `tools`".into());
    }
    let choice = object(choice, "tool_choice")?;
    let kind = choice.get("type").and_then(Value::as_str).unwrap_or_default();
    match kind {
        "auto" | "any" => only(choice, &["type", "disable_parallel_tool_use"], &[])?,
        "none" => only(choice, &["type"], &[])?,
        "tool" => {
            only(choice, &["type", "name", "disable_parallel_tool_use"], &["name"])?;
            if !choice["name"].as_str().is_some_and(|name| names.contains(name)) {
                return Err("the choice of a tool that is not there".into());
            }
        }
        _ => return Err("`tool_choice` of no known type".into()),
    }
    if thinks && matches!(kind, "any" | "tool") { Err("a forced tool beside thinking".into()) } else { Ok(()) }
}

fn messages(messages: &[Value], names: &HashSet<String>, budgeted: bool) -> Checked {
    let (has_tools, searched) = (!names.is_empty(), names.contains("web_search"));
    if messages.is_empty() {
        return Err("no messages".into());
    }
    let mut ids = HashSet::new();
    // The calls of the turn before, whose results must come now.
    let mut waiting: Vec<String> = Vec::new();
    let last = messages.len() - 1;
    for (position, message) in messages.iter().enumerate() {
        let message = object(message, "message")?;
        only(message, &["role", "content"], &["role", "content"])?;
        let expected = if position % 2 == 0 { "user" } else { "assistant" };
        if message["role"] != expected {
            return Err(format!("message {position} is not of the {expected}"));
        }
        let blocks = list(message.get("content"), "content")?;
        if blocks.is_empty() {
            return Err(format!("message {position} is empty"));
        }
        if expected == "user" {
            user(blocks, &std::mem::take(&mut waiting))?;
        } else {
            waiting = assistant(blocks, &mut ids, has_tools)?;
        }
    }
    searches(messages, searched)?;
    if budgeted {
        begins_with_thought(messages)?;
    }
    if last % 2 == 1 { Err("the last message is the assistant's".into()) } else { Ok(()) }
}

/// Checks that a turn which is still going on, by calls and results, began with thought.
fn begins_with_thought(messages: &[Value]) -> Checked {
    let results = |message: &Value| message["content"][0]["type"] == "tool_result";
    if !messages.last().is_some_and(results) {
        return Ok(());
    }
    let said = (0..messages.len()).rev().step_by(2).find(|position| !results(&messages[*position]));
    let first = said.map_or(0, |said| said + 1);
    if is_thought(&messages[first]["content"][0]) {
        Ok(())
    } else {
        Err(format!("message {first} does not start with a thinking block"))
    }
}

/// Checks a turn of the person.
fn user(blocks: &[Value], waiting: &[String]) -> Checked {
    let mut answered = Vec::new();
    for (position, block) in blocks.iter().enumerate() {
        let block = object(block, "block")?;
        mark(block)?;
        match block.get("type").and_then(Value::as_str) {
            Some("text") => text(block)?,
            Some("image") => image(block)?,
            Some("document") => document(block)?,
            Some("tool_result") => {
                only(block, &["type", "tool_use_id", "content", "cache_control"], &["tool_use_id", "content"])?;
                if answered.len() < position {
                    return Err("a result after something else".into());
                }
                answered.push(block["tool_use_id"].as_str().unwrap_or_default().to_owned());
                let content = list(block.get("content"), "content of a result")?;
                if content.is_empty() {
                    return Err("an empty result".into());
                }
                for part in content {
                    let part = object(part, "part of a result")?;
                    match part.get("type").and_then(Value::as_str) {
                        Some("text") => text(part)?,
                        Some("image") => image(part)?,
                        Some("document") => document(part)?,
                        other => return Err(format!("a result with {other:?}")),
                    }
                    if part.contains_key("cache_control") {
                        return Err("a mark within a result".into());
                    }
                }
            }
            other => return Err(format!("the person says {other:?}")),
        }
    }
    if answered == waiting { Ok(()) } else { Err(format!("{answered:?} answer {waiting:?}")) }
}

/// Checks a turn of the assistant; gives the ids of its calls.
fn assistant(blocks: &[Value], ids: &mut HashSet<String>, has_tools: bool) -> Result<Vec<String>, String> {
    let mut calls = Vec::new();
    for block in blocks {
        let block = object(block, "block")?;
        match block.get("type").and_then(Value::as_str) {
            Some("text") => text(block)?,
            Some("thinking") => {
                only(block, &["type", "thinking", "signature"], &["thinking", "signature"])?;
                if block["thinking"] == "" && block["signature"] == "" {
                    return Err("a thought without thinking".into());
                }
            }
            Some("redacted_thinking") => only(block, &["type", "data"], &["data"])?,
            Some("server_tool_use" | "web_search_tool_result") => {}
            Some("tool_use") => {
                only(block, &["type", "id", "name", "input"], &["id", "name", "input"])?;
                object(&block["input"], "input")?;
                fit(&block["name"], "name of a call")?;
                let id = fit(&block["id"], "id of a call")?;
                if !ids.insert(id.to_owned()) {
                    return Err(format!("two calls `{id}`"));
                }
                calls.push(id.to_owned());
            }
            other => return Err(format!("the assistant says {other:?}")),
        }
    }
    if blocks.last().is_some_and(is_thought) {
        return Err("a turn ends with thought".into());
    }
    if !calls.is_empty() && !has_tools { Err("calls without `tools`".into()) } else { Ok(calls) }
}

/// Checks that the provider's own calls and their results pair up; a call may wait for the outputs of others alone.
fn searches(messages: &[Value], offered: bool) -> Checked {
    let mut open: Vec<&Value> = Vec::new();
    for message in messages {
        let blocks = list(message.get("content"), "content")?;
        if message["role"] == "assistant" && !open.is_empty() && blocks[0]["type"] != "web_search_tool_result" {
            return Err(format!("{open:?} without results"));
        }
        for block in blocks {
            match block["type"].as_str() {
                Some("server_tool_use") if !offered => return Err("a search without the tool".into()),
                Some("server_tool_use") => open.push(&block["id"]),
                Some("web_search_tool_result") if !open.contains(&&block["tool_use_id"]) => {
                    return Err(format!("the result of {}, which was not called", block["tool_use_id"]));
                }
                Some("web_search_tool_result") => open.retain(|id| **id != block["tool_use_id"]),
                Some("tool_result") => {}
                _ if message["role"] == "user" && !open.is_empty() => return Err(format!("{open:?} without results")),
                _ => {}
            }
        }
    }
    Ok(())
}

fn is_thought(block: &Value) -> bool {
    block["type"] == "thinking" || block["type"] == "redacted_thinking"
}

fn text(block: &Map<String, Value>) -> Checked {
    only(block, &["type", "text", "cache_control", "citations"], &["text"])?;
    one_of(&block["type"], &["text"])?;
    mark(block)?;
    match block["text"].as_str() {
        Some(text) if !text.trim().is_empty() => Ok(()),
        _ => Err("a blank text".into()),
    }
}

fn image(block: &Map<String, Value>) -> Checked {
    only(block, &["type", "source", "cache_control"], &["source"])?;
    let source = object(&block["source"], "source")?;
    match source.get("type").and_then(Value::as_str) {
        Some("url") => only(source, &["type", "url"], &["url"]),
        Some("base64") => {
            only(source, &["type", "media_type", "data"], &["data"])?;
            one_of(&source["media_type"], &["image/png", "image/jpeg", "image/gif", "image/webp"])
        }
        _ => Err("an image of no known source".into()),
    }
}

fn document(block: &Map<String, Value>) -> Checked {
    only(block, &["type", "source", "title", "cache_control"], &["source"])?;
    let source = object(&block["source"], "source")?;
    match source.get("type").and_then(Value::as_str) {
        Some("url") => only(source, &["type", "url"], &["url"]),
        Some("base64") => {
            only(source, &["type", "media_type", "data"], &["data"])?;
            one_of(&source["media_type"], &["application/pdf"])
        }
        _ => Err("a document of no known source".into()),
    }
}

fn mark(block: &Map<String, Value>) -> Checked {
    match block.get("cache_control") {
        Some(mark) if *mark != serde_json::json!({"type": "ephemeral"}) => Err("an odd `cache_control`".into()),
        _ => Ok(()),
    }
}

fn body_marks(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(body_marks).sum(),
        Value::Object(map) => {
            usize::from(map.contains_key("cache_control")) + map.values().map(body_marks).sum::<usize>()
        }
        _ => 0,
    }
}

/// A name or id: up to 64 letters, digits, `_` and `-`.
fn fit<'a>(value: &'a Value, what: &str) -> Result<&'a str, String> {
    let text = value.as_str().unwrap_or_default();
    let good = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if good { Ok(text) } else { Err(format!("{what} `{text}`")) }
}

fn only(map: &Map<String, Value>, known: &[&str], needed: &[&str]) -> Checked {
    if let Some(key) = map.keys().find(|key| !known.contains(&key.as_str())) {
        return Err(format!("unknown field `{key}`"));
    }
    match needed.iter().find(|key| !map.contains_key(**key)) {
        Some(key) => Err(format!("`{key}` is missing")),
        None => Ok(()),
    }
}

fn one_of(value: &Value, known: &[&str]) -> Checked {
    match value.as_str() {
        Some(text) if known.contains(&text) => Ok(()),
        _ => Err(format!("{value} is none of {known:?}")),
    }
}

fn object<'a>(value: &'a Value, what: &str) -> Result<&'a Map<String, Value>, String> {
    value.as_object().ok_or_else(|| format!("{what} is no object"))
}

fn list<'a>(value: Option<&'a Value>, what: &str) -> Result<&'a [Value], String> {
    match value {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(format!("{what} is no list")),
    }
}
