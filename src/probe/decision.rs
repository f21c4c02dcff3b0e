//! From evidence to wire and road.

use serde::Serialize;

use super::error::path;
use super::{Answer, Call, ChatForm, Evidence, ProbeError, ResponsesForm};
use crate::catalog::KeyForm;
use crate::protocol::Wire;
use crate::settings::{Road, Via};

/// How a provider will be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// What the upstream is spoken to in.
    pub wire: Wire,
    /// Whether Codex talks to it itself.
    pub road: Road,
    /// The reason, one line for people.
    pub why: String,
    /// Quirk flags that were measured, to be added to the template's.
    #[serde(skip)]
    pub quirks: Vec<String>,
    /// The header in which the key was taken, where that was found out.
    #[serde(skip)]
    pub key_form: Option<KeyForm>,
}

impl Decision {
    /// The same, through the gateway where the key goes in a header of its own: Codex can send a bearer only.
    #[must_use]
    pub fn with_key_in(self, form: Option<KeyForm>) -> Self {
        if self.road == Road::Gateway || takes_bearer(form) {
            return self;
        }
        let why = format!("{}; but Codex cannot send the key as this provider wants it", self.why);
        Self { road: Road::Gateway, why, ..self }
    }
}

/// Whether a key that goes in this header is one that Codex can send.
#[must_use]
pub fn takes_bearer(form: Option<KeyForm>) -> bool {
    form.is_none_or(|form| form == KeyForm::Bearer)
}

/// Chooses wire and road. In doubt it is the gateway, and there the wire that is `likely` by the template, else one that
/// the gateway translates in full.
///
/// # Errors
/// When no wire works, or not the one that was asked for.
pub fn decide(
    evidence: &Evidence,
    wanted_wire: Option<Wire>,
    via: Via,
    likely: Option<Wire>,
) -> Result<Decision, ProbeError> {
    let responses = evidence.responses.spoke().filter(|form| form.flaw.is_none());
    let chat = evidence.chat.spoke();
    let speaks = |wire: &Wire| if *wire == Wire::Responses { responses.is_some() } else { evidence.speaks(*wire) };
    let others = [Wire::Chat, Wire::Messages, Wire::Gemini];
    if responses.is_none() && !others.iter().any(speaks) {
        let flaw = || ProbeError::Unusable { why: responses_trouble(evidence).unwrap_or_default() };
        return Err(evidence.silence().unwrap_or_else(flaw));
    }
    if let Some(wire) = wanted_wire {
        demand(evidence, wire)?;
    }
    let road = road(evidence, wanted_wire, via)?;
    let takes_all = responses.is_some_and(ResponsesForm::takes_all_of_codex);
    let wire = match (road, wanted_wire) {
        (Road::Direct, _) => Wire::Responses,
        (Road::Gateway, Some(wire)) => wire,
        (Road::Gateway, None) if takes_all => Wire::Responses,
        (Road::Gateway, None) => {
            let lowered = responses.filter(|form| form.is_worth_lowering()).map(|_| Wire::Responses);
            likely.into_iter().chain(lowered).chain(others).find(speaks).unwrap_or(Wire::Responses)
        }
    };
    let quirks = match wire {
        Wire::Responses => responses_quirks(responses),
        Wire::Chat => chat_quirks(chat).into_iter().map(str::to_owned).collect(),
        Wire::Messages | Wire::Gemini => Vec::new(),
    };
    let key_form = match wire {
        Wire::Messages => evidence.messages.spoke().map(|form| form.key_form),
        Wire::Gemini => evidence.gemini.spoke().map(|form| form.key_form),
        Wire::Responses | Wire::Chat => None,
    };
    let mut why = why(evidence, wire);
    if wanted_wire.is_some() || via != Via::Auto {
        why = format!("as asked; {why}");
    }
    if wire == Wire::Chat && chat.is_some_and(|form| form.tool_call == Some(false)) {
        why.push_str("; in the test the model called no tool");
    }
    Ok(Decision { wire, road, why, quirks, key_form })
}

/// The road, as far as the evidence allows the one asked for.
fn road(evidence: &Evidence, wanted_wire: Option<Wire>, via: Via) -> Result<Road, ProbeError> {
    match via {
        Via::Gateway => Ok(Road::Gateway),
        Via::Direct if let Some(wire) = gateway_only(wanted_wire) => Err(ProbeError::GatewayOnly { wire }),
        Via::Direct => responses_trouble(evidence).map_or(Ok(Road::Direct), |why| Err(ProbeError::NoResponses { why })),
        Via::Auto => {
            let takes_all = evidence.responses.spoke().is_some_and(ResponsesForm::takes_all_of_codex);
            Ok(if takes_all && gateway_only(wanted_wire).is_none() { Road::Direct } else { Road::Gateway })
        }
    }
}

/// The wire asked for, when Codex itself does not speak it.
fn gateway_only(wanted: Option<Wire>) -> Option<Wire> {
    wanted.filter(|wire| *wire != Wire::Responses)
}

/// Refuses a wire that the provider does not serve.
fn demand(evidence: &Evidence, wire: Wire) -> Result<(), ProbeError> {
    let why = match wire {
        Wire::Responses => responses_trouble(evidence),
        Wire::Chat => evidence.chat.failed().map(ToString::to_string),
        Wire::Messages => evidence.messages.failed().map(ToString::to_string),
        Wire::Gemini => evidence.gemini.failed().map(ToString::to_string),
    };
    why.map_or(Ok(()), |why| Err(ProbeError::WireNotServed { wire, why }))
}

/// What keeps `/responses` from being used at all.
fn responses_trouble(evidence: &Evidence) -> Option<String> {
    match &evidence.responses {
        Answer::Spoke(form) => form.flaw.clone(),
        Answer::Failed(error) => Some(error.to_string()),
    }
}

/// What decided, in the words of a person.
fn why(evidence: &Evidence, wire: Wire) -> String {
    let form = match &evidence.responses {
        Answer::Spoke(form) => form,
        Answer::Failed(ProbeError::NotFound { .. }) => {
            return format!("it has no `{}`, only `{}`", path(Wire::Responses), path(wire));
        }
        Answer::Failed(error) => return format!("`{}` does not work: {error}", path(Wire::Responses)),
    };
    let lack = if let Some(flaw) = &form.flaw {
        flaw.clone()
    } else if let Some(words) = &form.refused {
        if words.is_empty() {
            "it refuses what Codex sends".to_owned()
        } else {
            format!("it refuses what Codex sends: {words}")
        }
    } else {
        match (form.custom, form.namespaced) {
            (Call::InForm, Call::InForm) => return "its `/responses` takes all that Codex sends".to_owned(),
            (Call::OtherForm, _) => "it turns freeform tools into functions".to_owned(),
            (_, Call::OtherForm) => "it takes the namespace off the tools of MCP servers".to_owned(),
            (Call::Missing, Call::Missing) => "the model made neither the freeform nor the namespaced call".to_owned(),
            (Call::Missing, _) => "the model did not make the freeform call".to_owned(),
            (_, Call::Missing) => "the model did not make the namespaced call".to_owned(),
        }
    };
    format!("its `/responses` is not enough for Codex: {lack}")
}

/// What the gateway must lower before it passes a request on.
pub(super) fn responses_quirks(form: Option<&ResponsesForm>) -> Vec<String> {
    let Some(form) = form else { return Vec::new() };
    if form.refused.is_some() && form.lessons.is_empty() {
        return ["custom_tools_rejected", "namespace_tools_rejected", "web_search_rejected"]
            .map(str::to_owned)
            .to_vec();
    }
    let mut quirks = form.lessons.clone();
    let is_lowered = |names: &[&str]| quirks.iter().any(|quirk| names.contains(&quirk.as_str()));
    // With one of the two lowered, all tools become functions.
    if is_lowered(&["custom_tools_rejected", "namespace_tools_rejected"]) {
        return quirks;
    }
    if form.custom != Call::InForm {
        quirks.push("custom_tools_dropped".to_owned());
    }
    if form.namespaced != Call::InForm {
        quirks.push("namespace_tools_rejected".to_owned());
    }
    quirks
}

fn chat_quirks(form: Option<&ChatForm>) -> Vec<&'static str> {
    let Some(form) = form else { return Vec::new() };
    let measured =
        [(form.max_completion_tokens, "max_completion_tokens"), (form.reasoning, "reasoning_field_reasoning")];
    measured.into_iter().filter(|(seen, _)| *seen).map(|(_, quirk)| quirk).collect()
}

#[cfg(test)]
mod tests;
