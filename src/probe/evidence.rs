//! What a provider's answers show, read without any IO.

use serde_json::Value;

use super::question::{CUSTOM, FUNCTION, NAMESPACE, NAMESPACED, Wanted};
use super::{ProbeError, foreign, stream};
use crate::catalog::KeyForm;
use crate::protocol::Wire;

/// What came back of the wire probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The base URL that answered.
    pub base_url: String,
    /// What `POST /responses` did.
    pub responses: Answer<ResponsesForm>,
    /// What `POST /chat/completions` did.
    pub chat: Answer<ChatForm>,
    /// What Anthropic's `POST /messages` did.
    pub messages: Answer<NativeForm>,
    /// What Gemini's `streamGenerateContent` did.
    pub gemini: Answer<NativeForm>,
}

impl Evidence {
    /// Why no endpoint spoke, if so: the weightiest failure.
    pub(super) fn silence(&self) -> Option<ProbeError> {
        let first = self.chat.failed()?.clone().or(self.responses.failed()?.clone());
        Some(first.or(self.messages.failed()?.clone()).or(self.gemini.failed()?.clone()))
    }

    /// Whether that wire's endpoint spoke.
    pub(super) const fn speaks(&self, wire: Wire) -> bool {
        match wire {
            Wire::Responses => self.responses.spoke().is_some(),
            Wire::Chat => self.chat.spoke().is_some(),
            Wire::Messages => self.messages.spoke().is_some(),
            Wire::Gemini => self.gemini.spoke().is_some(),
        }
    }
}

/// What one endpoint did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// It answered with a 2xx.
    Spoke(T),
    /// It did not.
    Failed(ProbeError),
}

impl<T> Answer<T> {
    /// The form of the answer, if there was one.
    pub const fn spoke(&self) -> Option<&T> {
        match self {
            Self::Spoke(form) => Some(form),
            Self::Failed(_) => None,
        }
    }

    pub(super) const fn failed(&self) -> Option<&ProbeError> {
        match self {
            Self::Spoke(_) => None,
            Self::Failed(error) => Some(error),
        }
    }
}

/// What an answer of `/responses` looked like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ResponsesForm {
    /// What keeps the events from being those of the Responses API, if anything.
    pub flaw: Option<String>,
    /// The provider's words when it refused what Codex sends; the rest is then about a plain request.
    pub refused: Option<String>,
    /// The quirks that account for the refusal: without what they are about all the rest was taken, and is what this
    /// form is about. None when the refusal could not be told.
    pub lessons: Vec<String>,
    /// The `custom` call.
    pub custom: Call,
    /// The call of the namespace's tool.
    pub namespaced: Call,
    /// Whether the model ran out of the tokens that it was given.
    pub cut_short: bool,
}

/// What became of one call that the model was asked to make.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Call {
    /// It did not come.
    #[default]
    Missing,
    /// It came as a call of another kind, which Codex cannot route.
    OtherForm,
    /// It came as Codex needs it.
    InForm,
}

/// What an answer of `/chat/completions` looked like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatForm {
    /// What keeps it from being a Chat Completions answer, if anything.
    pub flaw: Option<String>,
    /// Whether the function was called; unknown when the model ran out of tokens before.
    pub tool_call: Option<bool>,
    /// Whether `max_completion_tokens` had to be sent for `max_tokens`.
    pub max_completion_tokens: bool,
    /// Whether reasoning came in `reasoning` and not in `reasoning_content`.
    pub reasoning: bool,
}

/// What an answer of Anthropic's or Google's own protocol looked like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NativeForm {
    /// The header in which the key was taken.
    pub key_form: KeyForm,
}

impl NativeForm {
    /// Reads the body of a 2xx answer; none when it is of another protocol.
    ///
    /// # Errors
    /// When the provider reports an error in it.
    pub(super) fn read(body: &str, wire: Wire, key_form: KeyForm) -> Result<Option<Self>, ProbeError> {
        let mut events = stream::events(body);
        if events.is_empty() {
            events.extend(serde_json::from_str::<Value>(body));
        }
        if let Some(error) = events.iter().find(|event| event["error"].is_object() || event["type"] == "error") {
            return Err(ProbeError::Refused { status: 200, words: foreign::error_words(&error.to_string()) });
        }
        let is_of_it = |event: &Value| match wire {
            Wire::Messages => matches!(event["type"].as_str(), Some("message_start" | "message")),
            _ => event["candidates"].is_array() || event["promptFeedback"].is_object(),
        };
        Ok(events.iter().any(is_of_it).then_some(Self { key_form }))
    }
}

impl ResponsesForm {
    /// Whether Codex can use the endpoint without anything between.
    pub const fn takes_all_of_codex(&self) -> bool {
        self.flaw.is_none()
            && self.refused.is_none()
            && matches!(self.custom, Call::InForm)
            && matches!(self.namespaced, Call::InForm)
    }

    /// Whether, without what it refuses, it takes more of Codex than other wires do: that is so unless nothing but
    /// functions is left.
    pub(super) fn is_worth_lowering(&self) -> bool {
        let has = |quirk: &str| self.lessons.iter().any(|lesson| lesson == quirk);
        let only_functions = has("custom_tools_rejected") || has("namespace_tools_rejected");
        !(self.lessons.is_empty() || only_functions && has("web_search_rejected"))
    }

    /// Reads the body of a 2xx answer.
    ///
    /// # Errors
    /// When the provider reports, inside the stream, that it failed.
    pub(super) fn read(body: &str) -> Result<Self, ProbeError> {
        let events = stream::events(body);
        if let Some(words) = failure(&events) {
            return Err(ProbeError::Refused { status: 200, words });
        }
        let items: Vec<&Value> = events
            .iter()
            .filter(|event| event["type"] == "response.output_item.done")
            .map(|event| &event["item"])
            .collect();
        Ok(Self {
            flaw: flaw(&events),
            refused: None,
            lessons: Vec::new(),
            custom: best(&items, custom_call),
            namespaced: best(&items, namespaced_call),
            cut_short: events.iter().any(|event| event["type"] == "response.incomplete"),
        })
    }

    /// Whether a body is of the Responses API at all, streamed or whole.
    pub(super) fn is_one(body: &str) -> bool {
        let is_event = |event: &Value| event["type"].as_str().is_some_and(|kind| kind.starts_with("response."));
        stream::events(body).iter().any(is_event)
            || serde_json::from_str::<Value>(body).is_ok_and(|whole| whole["output"].is_array())
    }

    /// The calls that did not come.
    pub(super) fn missing(&self) -> Vec<Wanted> {
        let calls = [(self.custom, Wanted::Custom), (self.namespaced, Wanted::Namespaced)];
        calls.into_iter().filter(|(call, _)| *call == Call::Missing).map(|(_, wanted)| wanted).collect()
    }

    /// Takes over what a further answer of the same endpoint shows in addition.
    pub(super) fn add(&mut self, other: &Self) {
        if other.flaw.is_none() {
            for (mine, theirs) in [(&mut self.custom, other.custom), (&mut self.namespaced, other.namespaced)] {
                if *mine == Call::Missing {
                    *mine = theirs;
                }
            }
        }
    }
}

impl ChatForm {
    /// Reads the body of a 2xx answer, streamed or whole.
    ///
    /// # Errors
    /// When the provider reports an error in it.
    pub(super) fn read(body: &str) -> Result<Self, ProbeError> {
        let mut chunks = stream::events(body);
        let streamed = !chunks.is_empty();
        if !streamed {
            chunks.extend(serde_json::from_str::<Value>(body));
        }
        if let Some(error) = chunks.iter().find(|chunk| !chunk["error"].is_null()) {
            return Err(ProbeError::Refused { status: 200, words: foreign::error_words(&error.to_string()) });
        }
        let choices = || chunks.iter().filter_map(|chunk| chunk["choices"].as_array()).flatten();
        let parts = || choices().flat_map(|choice| [&choice["delta"], &choice["message"]]);
        let flaw = if choices().next().is_none() {
            Some("it holds no `choices`".to_owned())
        } else if !streamed {
            Some("it does not stream".to_owned())
        } else {
            None
        };
        let called = parts().any(|part| {
            let calls = part["tool_calls"].as_array();
            calls.is_some_and(|calls| calls.iter().any(|call| call["function"]["name"] == FUNCTION))
        });
        let cut_short = choices().any(|choice| choice["finish_reason"] == "length");
        Ok(Self {
            flaw,
            tool_call: if called || !cut_short { Some(called) } else { None },
            max_completion_tokens: false,
            reasoning: parts().any(|part| part["reasoning"].is_string())
                && !parts().any(|part| part["reasoning_content"].is_string()),
        })
    }

    /// Whether the gateway can work with it at all.
    pub(super) fn is_chat(&self) -> bool {
        self.flaw.as_deref().is_none_or(|flaw| !flaw.contains("choices"))
    }
}

/// The provider's words in a `response.failed` or `error` event.
fn failure(events: &[Value]) -> Option<String> {
    let failed = events.iter().find(|event| matches!(event["type"].as_str(), Some("response.failed" | "error")))?;
    let inner = &failed["response"]["error"];
    let error = if inner.is_null() { failed } else { inner };
    Some(foreign::error_words(&error.to_string()))
}

/// What Codex would stumble over (it needs the terminal event with an id and, where there is usage, all three figures).
fn flaw(events: &[Value]) -> Option<String> {
    if !events.iter().any(|event| event["type"].as_str().is_some_and(|kind| kind.starts_with("response."))) {
        return Some("what it streams are not Responses events".to_owned());
    }
    let Some(last) = events.iter().find(|event| stream::is_terminal(event)) else {
        return Some("its stream ends without `response.completed`".to_owned());
    };
    let response = &last["response"];
    if !response["id"].is_string() {
        return Some("its `response.completed` has no `id`".to_owned());
    }
    let usage = &response["usage"];
    let figures = ["input_tokens", "output_tokens", "total_tokens"];
    let missing = figures.into_iter().find(|name| !usage.is_null() && !usage[*name].is_u64());
    missing.map(|name| format!("its `usage` has no `{name}`"))
}

/// The best that any item is.
fn best(items: &[&Value], judge: fn(&Value) -> Call) -> Call {
    let calls: Vec<Call> = items.iter().map(|item| judge(item)).collect();
    [Call::InForm, Call::OtherForm].into_iter().find(|call| calls.contains(call)).unwrap_or_default()
}

fn custom_call(item: &Value) -> Call {
    let named = item["name"] == CUSTOM;
    let whole = item["call_id"].is_string() && item["input"].is_string();
    match item["type"].as_str() {
        Some("custom_tool_call") if named && whole => Call::InForm,
        Some("custom_tool_call" | "function_call") if named => Call::OtherForm,
        _ => Call::Missing,
    }
}

fn namespaced_call(item: &Value) -> Call {
    let name = item["name"].as_str().unwrap_or_default();
    let whole = item["call_id"].is_string() && item["arguments"].is_string();
    match item["type"].as_str() {
        Some("function_call") if name == NAMESPACED && item["namespace"] == NAMESPACE && whole => Call::InForm,
        // Flattened: `mcp__codexgw__ping`, `mcp__codexgw.ping`, or the name alone.
        Some("function_call" | "custom_tool_call") if name.ends_with(NAMESPACED) => Call::OtherForm,
        _ => Call::Missing,
    }
}

#[cfg(test)]
mod tests;
