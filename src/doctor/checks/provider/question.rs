//! One real question to the provider that Codex would use now: what an empty one cannot show.

use std::time::{Duration, Instant};

use crate::catalog;
use crate::doctor::{Choice, Finding, Question, Subject, World};
use crate::probe::{self, Client, Directly, Pace, ProbeError, Sends, Timed};
use crate::setup::GATEWAY_ID;

use super::asked::Asked;
use super::refusal;

/// With less time left than this, nothing is asked: it would be paid for and not be heard.
const LEAST: Duration = Duration::from_secs(1);

/// The provider that Codex would use now, with the model that it would name.
pub struct InUse<'w> {
    id: &'w str,
    /// Nothing when the provider was asked about by name: the one to start with.
    model: Option<&'w str>,
}

impl<'w> InUse<'w> {
    /// What was asked about, else the default, else the only profile.
    pub fn of(world: &'w World) -> Option<Self> {
        let choices = world.choices();
        let of_profile = |name: &str| choices.iter().find(|choice| choice.profile == Some(name));
        match &world.subject {
            Some(Subject::Provider(id)) => Some(Self { id, model: None }),
            Some(Subject::Profile(name)) => Self::chosen(*of_profile(name)?),
            None => {
                let default = choices.iter().find(|choice| choice.profile.is_none()).and_then(|c| Self::chosen(*c));
                let mut profiles = choices.iter().filter(|choice| choice.profile.is_some());
                let only = profiles.next().filter(|_| profiles.next().is_none());
                default.or_else(|| Self::chosen(*only?))
            }
        }
    }

    fn chosen(choice: Choice<'w>) -> Option<Self> {
        let model = choice.text("model")?;
        match choice.text("model_provider")? {
            GATEWAY_ID => model.split_once('/').map(|(id, model)| Self { id, model: Some(model) }),
            id => Some(Self { id, model: Some(model) }),
        }
    }

    /// The model to ask this provider for, when it is the one.
    pub fn model_of(&self, asked: &Asked<'w>) -> Option<&'w str> {
        (asked.id == self.id).then(|| self.model.or_else(|| asked.models.first().copied()))?
    }
}

/// Asks, as long as there is time, and tells what it cost. A slow model is none that is broken: an answer that has not
/// ended in time says nothing.
pub async fn ask(client: &Client, asked: &Asked<'_>, model: &str, until: Instant) -> (Vec<Finding>, Option<Question>) {
    let left = until.saturating_duration_since(Instant::now());
    if left < LEAST {
        return (Vec::new(), None);
    }
    let facts = asked.provider.map_or_else(
        || catalog::known(asked.template.map(|template| template.id.as_str()), model),
        |provider| provider.facts(model),
    );
    let target = asked.target();
    let asking = async {
        if asked.is_behind_gateway() {
            return probe::timed(client, &target, asked.wire, model, asked.quirks(), facts).await.map(|t| (vec![], t));
        }
        // Codex has a catalogue of ours that tells it of freeform tools, or of OpenAI's models one of its own.
        let custom = asked.provider.is_some() || model.starts_with("gpt-");
        let sends = Sends { custom, web_search: !asked.web_search.is_empty() };
        let Directly { refused, timed } = probe::directly(client, &target, model, sends, facts).await?;
        Ok((refused, timed))
    };
    let answer = tokio::time::timeout(left, asking).await;
    let spent = client.spent();
    let question = Question {
        provider: asked.id.to_owned(),
        model: model.to_owned(),
        tokens: spent.input + spent.output,
        ended: !matches!(answer, Err(_) | Ok(Err(ProbeError::Timeout { .. }))),
    };
    let findings = match answer {
        Ok(Ok((refused, _))) if !refused.is_empty() => refusal::of_codex(asked, model, &refused),
        Ok(Ok((_, timed))) => told(asked, model, &timed),
        Ok(Err(ProbeError::Timeout { .. })) | Err(_) => Vec::new(),
        Ok(Err(error)) => vec![refusal::of_question(asked, model, error)],
    };
    (findings, Some(question))
}

fn told(asked: &Asked<'_>, model: &str, timed: &Timed) -> Vec<Finding> {
    if !timed.streamed && !asked.is_behind_gateway() {
        let what = format!("`{}` answers in one piece, and Codex reads streams alone", asked.id);
        return vec![
            Finding::broken("provider-answer", what)
                .saw(format!("a stream was asked for, with `{model}`"))
                .saw("Codex says: stream closed before response.completed")
                .say(format!("see what it can do: `{}`", asked.probe())),
        ];
    }
    if timed.streamed && timed.pace != Pace::AtTheEnd {
        return Vec::new();
    }
    let what = format!("`{}` holds its answers back: nothing shows until the whole answer is there", asked.id);
    let finding = Finding::warning("provider-buffered", what);
    let finding = match timed.content {
        Some((first, last, pieces)) if timed.streamed => finding.saw(format!(
            "asked `{model}` to count: the first of {pieces} pieces came after {} s, the last after {} s",
            seconds(first),
            seconds(last)
        )),
        _ => finding.saw(format!("asked `{model}` to count: it came in one piece, though a stream was asked for")),
    };
    let finding = finding.saw(
        "a long answer may last beyond Codex's `stream_idle_timeout_ms` (5 minutes), in which something has to come",
    );
    vec![finding.say(format!(
        "mostly a proxy in front of it does that (in nginx: `proxy_buffering off`); see whether another model or wire \
         streams: `{}`",
        asked.probe()
    ))]
}

fn seconds(time: Duration) -> String {
    format!("{:.2}", time.as_secs_f64())
}
