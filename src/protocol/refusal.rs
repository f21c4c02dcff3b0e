//! What is to be learnt from a refusal that names a field of the request: which quirk the upstream has, and how the
//! request looks without what was refused.

use serde_json::{Map, Value};

use super::Wire;
use super::ir::Loss;
use super::quirks::{DROP, nearest_effort};

/// Fields without which there is no request. What is wrong with these is no quirk.
const NEEDED: [&str; 10] = [
    "model",
    "messages",
    "input",
    "contents",
    "instructions",
    "system",
    "systemInstruction",
    "tools",
    "stream",
    "generationConfig",
];

/// Whether a field can be left out of a request, and there be one all the same.
#[must_use]
pub fn can_go(path: &str) -> bool {
    let names: Vec<&str> = path.split('.').collect();
    let is_name = |name: &&str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    names.len() <= 2 && names.iter().all(is_name) && (names.len() == 2 || !NEEDED.contains(&path))
}

/// What providers say of a field that they do not take.
const PHRASES: [&str; 20] = [
    "unsupported",
    "not supported",
    "n't supported",
    "does not support",
    "doesn't support",
    "unknown",
    "unrecognized",
    "unrecognised",
    "not permitted",
    "not allowed",
    "unexpected",
    "cannot find field",
    "additional propert",
    "deprecated",
    "invalid value",
    "invalid parameter",
    "invalid type",
    "must be one of",
    "only supports",
    "input should be",
];

/// What one refusal teaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    quirk: String,
}

/// Reads a refusal: the status, the provider's words, and the body that was refused. None when it is not about one
/// field, or not about one that can be done without.
#[must_use]
pub fn learn(wire: Wire, status: u16, words: &str, body: &[u8]) -> Option<Lesson> {
    if !matches!(status, 400 | 422) {
        return None;
    }
    let words = words.to_lowercase();
    if !PHRASES.iter().any(|phrase| words.contains(phrase)) {
        return None;
    }
    let Ok(Value::Object(body)) = serde_json::from_slice::<Value>(body) else { return None };
    let quirk = tool_kind(wire, &words, &body).or_else(|| role(wire, &words, &body)).or_else(|| {
        let field = named(&words, &body)?;
        Some(quirk_of(wire, &field, &words, &body))
    });
    quirk.map(|quirk| Lesson { quirk })
}

impl Lesson {
    /// The quirk's name: a flag of [`super::Quirks`], or `drop:<path>`.
    #[must_use]
    pub fn quirk(&self) -> &str {
        &self.quirk
    }

    /// The refused body as it would have been with the quirk known; none when it has to be translated anew for that.
    #[must_use]
    pub fn apply(&self, body: &[u8]) -> Option<Vec<u8>> {
        let Ok(Value::Object(mut object)) = serde_json::from_slice::<Value>(body) else { return None };
        let before = object.clone();
        match self.quirk.as_str() {
            "max_completion_tokens" => {
                let limit = object.shift_remove("max_tokens")?;
                object.insert("max_completion_tokens".to_owned(), limit);
            }
            "parallel_true_rejected" | "parallel_false_rejected" => remove(&mut object, "parallel_tool_calls"),
            "prompt_cache_key_rejected" => remove(&mut object, "prompt_cache_key"),
            "tool_choice_auto_only" => remove(&mut object, "tool_choice"),
            "reasoning_effort_unportable" => remove(&mut object, "reasoning_effort"),
            "sampling_locked" => ["temperature", "top_p"].iter().for_each(|field| remove(&mut object, field)),
            "effort_map" => {
                let wanted = object.get("reasoning_effort")?.as_str()?.to_owned();
                match nearest_effort(vec!["low", "medium", "high"], &wanted).filter(|_| wanted != "none") {
                    Some(level) => object.insert("reasoning_effort".to_owned(), level.into()),
                    None => object.shift_remove("reasoning_effort"),
                };
            }
            "strict_rejected" => object.values_mut().for_each(without_strict),
            "developer_role_rejected" => {
                let items = ["messages", "input"].into_iter().find(|field| object.contains_key(*field))?;
                for item in object.get_mut(items)?.as_array_mut()? {
                    if item["role"] == "developer" {
                        item["role"] = "system".into();
                    }
                }
            }
            quirk => remove(&mut object, quirk.strip_prefix(DROP)?),
        }
        (object != before).then(|| Value::Object(object).to_string().into_bytes())
    }
}

/// Leaves out the fields that the upstream is known to refuse.
pub fn drop_fields(body: &mut Vec<u8>, paths: &[String], losses: &mut Vec<Loss>) {
    if paths.is_empty() {
        return;
    }
    let Ok(Value::Object(mut object)) = serde_json::from_slice::<Value>(body) else { return };
    for path in paths {
        let before = object.clone();
        remove(&mut object, path);
        // Codex never sent the gateway's own wish for usage.
        if object != before && !path.starts_with("stream_options") {
            losses.push(Loss::refused(path));
        }
    }
    *body = Value::Object(object).to_string().into_bytes();
}

/// Takes out what stands at a path of one or two names.
fn remove(object: &mut Map<String, Value>, path: &str) {
    match path.split_once('.') {
        None => drop(object.shift_remove(path)),
        Some((outer, inner)) => {
            let Some(table) = object.get_mut(outer).and_then(Value::as_object_mut) else { return };
            table.shift_remove(inner);
            if table.is_empty() {
                object.shift_remove(outer);
            }
        }
    }
}

fn without_strict(value: &mut Value) {
    match value {
        Value::Object(object) => {
            // A parameter of a tool may have that name too, and is no flag then.
            if object.get("strict").is_some_and(Value::is_boolean) {
                object.shift_remove("strict");
            }
            object.values_mut().for_each(without_strict);
        }
        Value::Array(list) => list.iter_mut().for_each(without_strict),
        _ => {}
    }
}

/// A kind of tool that `/responses` does not take.
fn tool_kind(wire: Wire, words: &str, body: &Map<String, Value>) -> Option<String> {
    if wire != Wire::Responses {
        return None;
    }
    let tools = body.get("tools")?.as_array()?;
    let offered = |kind: &str| tools.iter().any(|tool| tool["type"] == kind);
    // OpenAI's kind lists what it takes behind what it refuses.
    let said = ["supported values", "must be one of", "expected one of"]
        .iter()
        .find_map(|phrase| words.split_once(phrase).map(|(before, _)| before))
        .unwrap_or(words);
    let kinds = [
        ("custom", "custom_tools_rejected"),
        ("namespace", "namespace_tools_rejected"),
        ("web_search", "web_search_rejected"),
    ];
    let found = kinds.into_iter().find(|(kind, _)| offered(kind) && place(said, kind).is_some());
    let (kind, quirk) = found?;
    let extra = ["external_web_access", "search_content_types", "indexed_web_access"];
    if kind == "web_search" && extra.iter().any(|field| words.contains(field)) {
        return Some("web_search_extra_fields_rejected".to_owned());
    }
    Some(quirk.to_owned())
}

fn role(wire: Wire, words: &str, body: &Map<String, Value>) -> Option<String> {
    let items = body.get(if wire == Wire::Chat { "messages" } else { "input" })?.as_array()?;
    let sent = items.iter().any(|item| item["role"] == "developer");
    (sent && words.contains("developer")).then(|| "developer_role_rejected".to_owned())
}

/// The field that is named first, as a path; of two at the same place the longer.
fn named(words: &str, body: &Map<String, Value>) -> Option<String> {
    let mut paths: Vec<String> = Vec::new();
    for (field, value) in body.iter().filter(|(field, _)| !NEEDED.contains(&field.as_str())) {
        paths.push(field.clone());
        paths.extend(value.as_object().into_iter().flat_map(|inner| inner.keys().map(|key| format!("{field}.{key}"))));
    }
    let found = paths.into_iter().filter_map(|path| Some((place(words, &path.to_lowercase())?, path)));
    let first = found.min_by_key(|(at, path)| (*at, std::cmp::Reverse(path.len()))).map(|(_, path)| path);
    // It stands inside of tools and schemas, not beside them.
    let strict = place(words, "strict").filter(|_| first.is_none());
    first.or_else(|| strict.map(|_| "strict".to_owned()))
}

/// Where a field is spoken of. One whose name is an ordinary word has to be marked as a name.
fn place(words: &str, name: &str) -> Option<usize> {
    const MARKS: [&str; 14] = [
        "parameter: ",
        "parameter ",
        "parameters: ",
        "argument: ",
        "argument ",
        "supplied: ",
        "field: ",
        "field ",
        "fields: ",
        "property ",
        "body.",
        "body, ",
        "body -> ",
        "name ",
    ];
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let is_name = |at: usize| {
        let (before, after) = (&words[..at], &words[at + name.len()..]);
        if before.ends_with(part) || after.starts_with(part) {
            return false;
        }
        let is_quoted = before.ends_with(['\'', '"', '`']) && after.starts_with(['\'', '"', '`', '[', '.']);
        let leads = after.starts_with(':') && (before.is_empty() || before.ends_with(": ") || before.ends_with(", "));
        name.contains(['_', '.']) || is_quoted || leads || MARKS.iter().any(|mark| before.ends_with(mark))
    };
    words.match_indices(name).map(|(at, _)| at).find(|at| is_name(*at))
}

/// The flag that stands for a refused field where the writer of the wire knows one.
fn quirk_of(wire: Wire, field: &str, words: &str, body: &Map<String, Value>) -> String {
    let value = body.get(field);
    let is_about_value = ["value", "must be one of", "input should be"].iter().any(|phrase| words.contains(phrase));
    let known = match (wire, field) {
        (_, "strict") => Some("strict_rejected"),
        (Wire::Chat, "max_tokens") if words.contains("max_completion_tokens") => Some("max_completion_tokens"),
        (Wire::Chat | Wire::Responses, "parallel_tool_calls") if value == Some(&Value::Bool(false)) => {
            Some("parallel_false_rejected")
        }
        (Wire::Chat | Wire::Responses, "parallel_tool_calls") => Some("parallel_true_rejected"),
        (Wire::Chat | Wire::Responses, "prompt_cache_key") => Some("prompt_cache_key_rejected"),
        (Wire::Chat | Wire::Responses, "tool_choice") => Some("tool_choice_auto_only"),
        (Wire::Chat, "temperature" | "top_p") => Some("sampling_locked"),
        (Wire::Chat, "reasoning_effort") if is_about_value => Some("effort_map"),
        (Wire::Chat, "reasoning_effort") => Some("reasoning_effort_unportable"),
        _ => None,
    };
    known.map_or_else(|| format!("{DROP}{field}"), str::to_owned)
}

#[cfg(test)]
#[path = "refusal_tests.rs"]
mod tests;
