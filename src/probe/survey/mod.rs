//! A survey of one provider: the way to it, its key, its models, each wire with all that Codex needs of it.

mod ability;
mod directly;
mod heard;
mod interview;
mod keep;
mod key;
mod lost;
mod network;
mod problem;
mod questions;
mod timed;
mod written;

use std::time::Instant;

use serde::Serialize;

pub use ability::{Ability, Topic, Verdict};
pub use directly::{Directly, Part, Refused, Sends, directly};
pub use interview::WireSurvey;
use interview::{Interview, Known};
pub use lost::Lost;
pub use network::{Network, host};
pub use problem::Problem;
pub use timed::{Timed, timed};

use super::error::name;
use super::{
    Answer, Client, Decision, Evidence, Models, NativeForm, ProbeError, Spent, Subject, Target, check_key, decide,
    elsewhere, models, normalise, one_wire, other_wires, wire,
};
use crate::catalog::{self, KeyForm, ModelFacts};
use crate::protocol::messages::Abilities;
use crate::protocol::{Quirks, Wire};
use crate::settings::{Road, Via};

/// What is wanted of a survey.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plan<'a> {
    /// The model to ask, in place of the subject's own.
    pub model: Option<&'a str>,
    /// The only wire to ask.
    pub wire: Option<Wire>,
    /// The road that is wanted.
    pub via: Via,
}

/// What was found out about a provider.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Survey {
    /// The base URL that answered; the one that was given, as long as none has.
    pub base_url: String,
    /// The way to it.
    pub network: Network,
    /// The header in which the key was taken; none when there is no key or it is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_form: Option<KeyForm>,
    /// How many models it lists; none when it has no list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub models: Option<usize>,
    /// The model that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whether it is on the list, where there is a whole one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_listed: Option<bool>,
    /// Each wire.
    pub wires: Vec<WireSurvey>,
    /// The wire and road to use.
    #[serde(flatten)]
    pub decision: Option<Decision>,
    /// Quirks that were found and not known before.
    pub found_quirks: Vec<String>,
    /// All quirks of the wire to use.
    pub quirks: Vec<String>,
    /// What the gateway would lose there.
    pub lost: Vec<Lost>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// What ended the survey.
    #[serde(skip)]
    pub failure: Option<ProbeError>,
    /// What speaks against the key, when it was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// What it cost.
    pub spent: Spent,
}

/// Surveys a provider. `note` hears what is asked next. Whatever goes wrong is part of the survey, with what was found
/// out until then.
pub async fn survey(client: &Client, subject: &Subject, plan: &Plan<'_>, note: impl Fn(String)) -> Survey {
    let base_url = match normalise(&subject.base_url) {
        Ok(mut candidates) => candidates.remove(0),
        Err(error) => {
            return Survey { base_url: subject.base_url.clone(), failure: Some(error), ..Survey::default() };
        }
    };
    let mut survey = Survey { network: Network::to(&base_url), base_url, ..Survey::default() };
    note(format!("asking {} for its models …", subject.name));
    let started = Instant::now();
    let listed = match models(client, &subject.target()).await {
        // The provider may want the key in another header than it did.
        Err(error) if is_about_key(&error) && subject.configured.is_some() && subject.key.is_some() => {
            let target = Target { key_form: None, ..subject.target() };
            models(client, &target).await.map_err(|_| error)
        }
        listed => listed,
    };
    let answered = listed.as_ref().err().is_none_or(|error| !error.is_final());
    survey.network.first_answer_ms = answered.then(|| started.elapsed().as_millis());
    survey.network.http = client.version();
    let outcome = match listed {
        Ok(listed) => ask_on(client, subject, plan, &mut survey, listed, &note).await,
        Err(error) if error.is_final() || is_about_key(&error) => Err(error),
        // With a model at hand the wires may work all the same.
        Err(error) if plan.model.or(subject.model.as_deref()).is_none() => Err(error),
        Err(_) => {
            let listed = Models::unlisted(subject.base_url.clone(), subject.key_form);
            ask_on(client, subject, plan, &mut survey, listed, &note).await
        }
    };
    // Nothing is there, or nothing that tells of a model.
    let is_nowhere = matches!(&outcome, Err(ProbeError::NoModel { .. } | ProbeError::NotFound { .. }));
    survey.failure = match elsewhere_if(is_nowhere, client, subject).await {
        Some(found) => Some(ProbeError::Elsewhere { found }),
        None => outcome.err(),
    };
    survey.spent = client.spent();
    if survey.failure.as_ref().is_some_and(is_about_key) {
        survey.doubts = key::doubts(subject.key.as_ref(), subject.template);
    }
    survey
}

async fn elsewhere_if(is_nowhere: bool, client: &Client, subject: &Subject) -> Option<String> {
    if is_nowhere { elsewhere(client, &subject.target()).await } else { None }
}

fn is_about_key(error: &ProbeError) -> bool {
    matches!(error, ProbeError::WrongKey { .. } | ProbeError::NoKey { .. })
}

/// Everything after the list of models.
async fn ask_on(
    client: &Client,
    subject: &Subject,
    plan: &Plan<'_>,
    survey: &mut Survey,
    listed: Models,
    note: &impl Fn(String),
) -> Result<(), ProbeError> {
    let names: Vec<&str> = listed.list.iter().map(|(name, _)| name.as_str()).collect();
    survey.models = (!names.is_empty()).then_some(names.len());
    let model = choose(subject, plan, &names)?;
    survey.model = Some(model.clone());
    survey.is_listed = (listed.complete && !names.is_empty()).then(|| names.contains(&model.as_str()));
    survey.problems.extend(problem::model(survey, &names));
    let target = Target { base_url: listed.base_url.clone(), key_form: listed.key_form, ..subject.target() };
    if let Some(path) = subject.template.and_then(|template| template.key_check_path.as_deref())
        && let Err(error) = check_key(client, &target, path).await
    {
        return Err(error);
    }
    note(format!("asking what it speaks, with `{}` …", super::foreign::quote(&model)));
    let likely = plan.wire.or(subject.wire);
    let asked = match plan.wire {
        Some(only) => one_wire(client, &target, &model, only).await.map_err(|error| match error {
            ProbeError::NotFound { .. } => ProbeError::WireNotServed { wire: only, why: ability::words(&error) },
            error => error,
        }),
        None => wire(client, &target, &model, likely).await,
    };
    let mut evidence = asked?;
    if plan.wire.is_none() {
        other_wires(client, &target, &model, &mut evidence).await;
    }
    survey.base_url.clone_from(&evidence.base_url);
    let (quirks, _) = Quirks::from_names(&subject.quirks);
    let known = Known { abilities: facts(subject, &model, &listed).abilities(&model), quirks, model };
    let target = Target { base_url: evidence.base_url.clone(), ..target };
    survey.wires = interview_all(client, &target, plan.wire, &evidence, &known, note).await;
    let decision = decide(&evidence, plan.wire, plan.via, likely)?;
    conclude(subject, survey, &evidence, decision.with_key_in(listed.key_form), &known.abilities);
    survey.key_form = subject.key.as_ref().map(|_| {
        let decided = survey.decision.as_ref().map(|decision| decision.wire);
        let form = decided.and_then(|wire| native_form(&evidence, wire)).or(listed.key_form);
        form.unwrap_or(KeyForm::Bearer)
    });
    survey.problems = problem::problems(subject, survey, &names);
    Ok(())
}

/// What is known of the model: what the list says, the gaps filled from the settings and from our own table.
fn facts(subject: &Subject, model: &str, listed: &Models) -> ModelFacts {
    let said = listed.list.iter().find(|(name, _)| name == model).map(|(_, facts)| facts.clone()).unwrap_or_default();
    let settings = subject.configured.as_ref().and_then(|(_, provider)| provider.models.get(model));
    [settings, catalog::model_facts(model)].into_iter().flatten().fold(said, ModelFacts::merged_over)
}

/// Interviews each wire that spoke, or the one that is wanted.
async fn interview_all(
    client: &Client,
    target: &Target<'_>,
    only: Option<Wire>,
    evidence: &Evidence,
    known: &Known,
    note: &impl Fn(String),
) -> Vec<WireSurvey> {
    let mut wires = Vec::new();
    for wire in [Wire::Responses, Wire::Chat, Wire::Messages, Wire::Gemini] {
        if only.is_some_and(|only| only != wire) {
            continue;
        }
        if let Some(error) = failure_of(evidence, wire) {
            wires.push(WireSurvey::absent(wire, error.clone()));
            continue;
        }
        note(format!("asking `{}` what it can do …", name(wire)));
        let target = Target { key_form: native_form(evidence, wire).or(target.key_form), ..target.clone() };
        let interview = Interview::new(client, target, wire, known);
        let form = if wire == Wire::Responses { evidence.responses.spoke() } else { None };
        wires.push(interview.hold(form).await);
    }
    wires
}

/// Wire and road, with the quirks and losses that go with them.
fn conclude(subject: &Subject, survey: &mut Survey, evidence: &Evidence, decision: Decision, abilities: &Abilities) {
    let asked = survey.wires.iter().find(|wire| wire.wire == decision.wire);
    let mut found = asked.map(|wire| wire.quirks.clone()).unwrap_or_default();
    // Where all was refused at once, the interview has found out more precisely what it was.
    let refused = evidence.responses.spoke().and_then(|form| form.refused.as_ref());
    if decision.wire != Wire::Responses || refused.is_none() {
        found.extend(decision.quirks.iter().cloned());
    }
    let (_, unusable) = Quirks::from_names(&subject.quirks);
    let mut quirks = subject.quirks.clone();
    quirks.retain(|quirk| !unusable.contains(quirk));
    found.retain(|quirk| {
        let is_new = !quirks.contains(quirk);
        if is_new {
            quirks.push(quirk.clone());
        }
        is_new
    });
    if decision.road == Road::Gateway {
        let model = survey.model.as_deref().unwrap_or_default();
        survey.lost = lost::losses(decision.wire, model, &Quirks::from_names(&quirks).0, abilities);
    }
    survey.found_quirks = found;
    survey.quirks = quirks;
    survey.decision = Some(decision);
}

/// The model to ask: the one that was named, else the subject's, else the first on the list.
fn choose(subject: &Subject, plan: &Plan<'_>, listed: &[&str]) -> Result<String, ProbeError> {
    let favourite = subject
        .model
        .as_deref()
        .filter(|model| subject.configured.is_some() || listed.is_empty() || listed.contains(model));
    let chosen = plan.model.or(favourite).or(listed.first().copied());
    chosen.map(str::to_owned).ok_or_else(|| ProbeError::NoModel { name: subject.name.clone() })
}

fn failure_of(evidence: &Evidence, wire: Wire) -> Option<&ProbeError> {
    match wire {
        Wire::Responses => evidence.responses.failed(),
        Wire::Chat => evidence.chat.failed(),
        Wire::Messages => evidence.messages.failed(),
        Wire::Gemini => evidence.gemini.failed(),
    }
}

fn native_form(evidence: &Evidence, wire: Wire) -> Option<KeyForm> {
    let form = |answer: &Answer<NativeForm>| answer.spoke().map(|form| form.key_form);
    match wire {
        Wire::Messages => form(&evidence.messages),
        Wire::Gemini => form(&evidence.gemini),
        Wire::Responses | Wire::Chat => None,
    }
}
