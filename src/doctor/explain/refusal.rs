//! What the gateway would make of a provider's words, where no phrase of ours tells them.

use serde_json::Value;

use crate::protocol::refusal::learn;
use crate::protocol::{FailureCode, Meaning, Wire, Words, failure_from_response};

use super::pasted::Entry;

/// The fields of a request as Codex makes it (codex-facts 3.3).
const RESPONSES: &[u8] = br#"{"model": "m", "stream": true, "store": false, "include": ["reasoning.encrypted_content"],
    "input": [{"role": "developer", "content": []}], "instructions": "", "tool_choice": "auto",
    "parallel_tool_calls": true, "reasoning": {"effort": "low", "summary": "auto", "context": "all_turns"},
    "text": {"verbosity": "low", "format": {}}, "prompt_cache_key": "k", "service_tier": "flex", "client_metadata": {},
    "tools": [{"type": "function"}, {"type": "custom"}, {"type": "namespace"}, {"type": "web_search"}]}"#;

/// The same as what is between Codex and a provider makes of it.
const CHAT: &[u8] = br#"{"model": "m", "stream": true, "stream_options": {"include_usage": true}, "store": false,
    "messages": [{"role": "developer", "content": ""}], "tools": [{"type": "function"}], "tool_choice": "auto",
    "parallel_tool_calls": true, "reasoning_effort": "low", "verbosity": "low", "prompt_cache_key": "k",
    "service_tier": "flex", "max_tokens": 1, "max_completion_tokens": 1, "response_format": {}, "temperature": 1,
    "top_p": 1, "metadata": {}}"#;

/// The id of the cause that a provider's words tell.
pub fn read(entry: &Entry) -> Option<&'static str> {
    let json = entry.json();
    let body = json.as_ref().map_or_else(|| entry.words().to_owned(), Value::to_string);
    let failure = |status| failure_from_response("it", status, None, None, body.as_bytes());
    let status = entry.status().or_else(|| code_of(json.as_ref()?));
    let failed = by_failure(entry, status, |status| failure(status).code);
    failed
        .or_else(|| by_meaning(entry, status, &Words::read(None, body.as_bytes())))
        .or_else(|| matches!(status, None | Some(400 | 422 | 500)).then(|| by_field(&failure(400).message)).flatten())
}

/// By the kind of failure. Without a status it has to be sure.
fn by_failure(entry: &Entry, status: Option<u16>, code: impl Fn(u16) -> FailureCode) -> Option<&'static str> {
    let asked: &[u16] = match &status {
        // A status that says it all is told as such.
        Some(401 | 402) => &[400],
        Some(status) => std::slice::from_ref(status),
        None if !is_complaint(entry) => return None,
        None if entry.letters().contains("quota") => &[400, 404, 429],
        None => &[400, 404],
    };
    asked.iter().find_map(|asked| match code(*asked) {
        FailureCode::ContextLengthExceeded => Some("context-full"),
        FailureCode::InsufficientQuota => Some("quota"),
        FailureCode::RateLimitExceeded if status.is_some() => Some("rate-limit"),
        FailureCode::ModelNotFound => Some("model-unknown"),
        _ => None,
    })
}

/// By what the words mean beyond what their status does.
fn by_meaning(entry: &Entry, status: Option<u16>, words: &Words) -> Option<&'static str> {
    if status.is_none() && !is_complaint(entry) {
        return None;
    }
    let status = status.unwrap_or(400);
    let meaning = words.meaning(status).filter(|meaning| Words::saying("").meaning(status) != Some(*meaning))?;
    Some(match meaning {
        Meaning::WrongKey | Meaning::KeyDisabled => "key-refused",
        Meaning::KeyExpired => "key-expired",
        Meaning::KeyElsewhere => "key-elsewhere",
        Meaning::NoCredit | Meaning::PlanEnded | Meaning::Unpaid | Meaning::PlanLacks | Meaning::SpendingLimit => {
            "quota"
        }
        Meaning::OverRate => "tokens-per-minute",
        Meaning::RateLimit => "rate-limit",
        Meaning::Country => "country",
        Meaning::Network | Meaning::Blocked => "cloudflare",
        Meaning::ModelAccess => "model-access",
        Meaning::NoModel => "model-unknown",
        Meaning::NoTools => "model-tools",
        _ => return None,
    })
}

/// By the field that is refused by name.
fn by_field(words: &str) -> Option<&'static str> {
    let lesson = learn(Wire::Responses, 400, words, RESPONSES).or_else(|| learn(Wire::Chat, 400, words, CHAT))?;
    Some(match lesson.quirk() {
        "developer_role_rejected" => "developer-role",
        "custom_tools_rejected" | "namespace_tools_rejected" => "tool-type-refused",
        "web_search_rejected" | "web_search_extra_fields_rejected" => "web-search-refused",
        _ => "parameter-refused",
    })
}

/// Whether the words complain at all: much may be said of a context window.
fn is_complaint(entry: &Entry) -> bool {
    const WORDS: [&str; 14] = [
        "error",
        "exceed",
        "too",
        "maximum",
        "longer",
        "greater",
        "insufficient",
        "invalid",
        "must",
        "fail",
        "reduce",
        "quota",
        "credit",
        "{",
    ];
    WORDS.iter().any(|word| entry.letters().contains(word))
}

/// The status as a body has it.
fn code_of(body: &Value) -> Option<u16> {
    let error = body.get("error").unwrap_or(body);
    let code = ["code", "status", "status_code"].iter().find_map(|key| error.get(key)?.as_u64())?;
    u16::try_from(code).ok().filter(|code| (400..=599).contains(code))
}
