//! The questions to one wire, one after the other, and what the answers show.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use serde::Serialize;
use serde_json::Value;

use super::ability::{Ability, Topic, Verdict, in_words, words};
use super::heard::Heard;
use super::questions::{self, COLOUR, WORD};
use super::written::written;
use crate::probe::client::{Client, Reply, exchange};
use crate::probe::decision::responses_quirks;
use crate::probe::pace::Pace;
use crate::probe::question::{FEW_TOKENS, FUNCTION, MORE_TOKENS};
use crate::probe::target::ANTHROPIC_VERSION;
use crate::probe::{Call, ProbeError, ResponsesForm, Target, reasoning};
use crate::protocol::messages::Abilities;
use crate::protocol::{Destination, Outbound, Quirks, Wire, gemini, loss, refusal};

/// Time for one answer.
const WITHIN: Duration = Duration::from_mins(1);
/// Most refused fields that are learnt of in one question.
const MOST_LESSONS: usize = 6;

/// What was found out about one wire.
#[derive(Debug, Clone, Serialize)]
pub struct WireSurvey {
    /// Which.
    pub wire: Wire,
    /// Why it does not speak, if so.
    #[serde(serialize_with = "in_words", skip_serializing_if = "Option::is_none")]
    pub absent: Option<ProbeError>,
    /// What it can do; empty when it does not speak.
    pub abilities: Vec<Ability>,
    /// Where thought was seen.
    pub reasoning: Vec<&'static str>,
    /// How long the first piece of an answer took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_piece_ms: Option<u128>,
    /// Quirks that were found.
    pub quirks: Vec<String>,
    /// The provider's words when it refused what Codex sends, all at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// What ended the questions before their time.
    #[serde(serialize_with = "in_words", skip_serializing_if = "Option::is_none")]
    pub cut: Option<ProbeError>,
}

impl WireSurvey {
    /// A wire that does not speak.
    pub(super) fn absent(wire: Wire, error: ProbeError) -> Self {
        Self { absent: Some(error), ..Self::new(wire) }
    }

    fn new(wire: Wire) -> Self {
        Self {
            wire,
            absent: None,
            abilities: Vec::new(),
            reasoning: Vec::new(),
            first_piece_ms: None,
            quirks: Vec::new(),
            refused: None,
            cut: None,
        }
    }

    /// Why it does not speak, in words.
    #[must_use]
    pub fn absence(&self) -> Option<String> {
        self.absent.as_ref().map(words)
    }

    /// What was found out about a topic.
    #[must_use]
    pub fn ability(&self, topic: Topic) -> Option<&Ability> {
        self.abilities.iter().find(|ability| ability.topic == topic)
    }

    /// Whether a topic was settled in this way.
    #[must_use]
    pub fn is(&self, topic: Topic, verdict: Verdict) -> bool {
        self.ability(topic).is_some_and(|ability| ability.verdict == verdict)
    }
}

/// What is known before anything is asked.
pub struct Known {
    /// The provider's own name of the model to ask.
    pub model: String,
    /// What the provider does differently.
    pub quirks: Quirks,
    /// What the model can do.
    pub abilities: Abilities,
}

/// One wire being asked.
pub struct Interview<'a> {
    client: &'a Client,
    /// With the base URL and the form of the key that are right for the wire.
    target: Target<'a>,
    model: &'a str,
    quirks: Quirks,
    abilities: &'a Abilities,
    found: WireSurvey,
}

impl<'a> Interview<'a> {
    /// Of this wire.
    pub fn new(client: &'a Client, target: Target<'a>, wire: Wire, known: &'a Known) -> Self {
        let Known { model, quirks, abilities } = known;
        Self { client, target, model, quirks: quirks.clone(), abilities, found: WireSurvey::new(wire) }
    }

    /// Asks everything. `form` is what was seen of `/responses` before.
    pub async fn hold(mut self, form: Option<&ResponsesForm>) -> WireSurvey {
        self.found.refused = form.and_then(|form| form.refused.clone());
        let outcome = self.ask_all(form).await;
        self.found.cut = outcome.err();
        self.found.abilities.sort_by_key(|ability| Topic::ALL.iter().position(|topic| *topic == ability.topic));
        self.found
    }

    /// # Errors
    /// When further questions would meet the same.
    async fn ask_all(&mut self, form: Option<&ResponsesForm>) -> Result<(), ProbeError> {
        self.tools(form).await?;
        self.kinds_of_tools(form);
        self.pace().await?;
        self.whole().await?;
        self.images().await
    }

    /// Two calls that must be made, streamed.
    async fn tools(&mut self, form: Option<&ResponsesForm>) -> Result<(), ProbeError> {
        let is_known = |form: &&ResponsesForm| form.refused.is_none() || !form.lessons.is_empty();
        for quirk in responses_quirks(form.filter(is_known)) {
            self.learn(&quirk);
        }
        let mut answer = self.two_calls(FEW_TOKENS).await;
        if matches!(answer, Err(ProbeError::Refused { .. } | ProbeError::Server { .. }))
            && self.found.wire == Wire::Responses
        {
            // The refusal did not say what it is about.
            for quirk in
                responses_quirks(Some(&ResponsesForm { refused: Some(String::new()), ..ResponsesForm::default() }))
            {
                self.learn(&quirk);
            }
            answer = self.two_calls(FEW_TOKENS).await;
        }
        if answer.as_ref().is_ok_and(|(heard, _)| heard.cut_short && heard.calls.is_empty()) {
            answer = self.two_calls(MORE_TOKENS).await;
        }
        let (heard, reply) = match answer {
            Ok(answer) => answer,
            Err(error) if is_lasting(&error) => return Err(error),
            Err(error) => {
                self.note(Ability::no(Topic::Functions, words(&error)));
                return Ok(());
            }
        };
        self.see_thought(&reply);
        self.note(if heard.streamed {
            Ability::yes(Topic::Streamed)
        } else {
            Ability::no(Topic::Streamed, "it answers in one piece")
        });
        let calls = heard.calls.iter().filter(|name| *name == FUNCTION).count();
        self.note(match calls {
            0 if heard.cut_short => Ability::unclear(Topic::Functions, "the model was still thinking"),
            0 if !heard.calls.is_empty() => Ability::unclear(Topic::Functions, "the model called other tools"),
            0 => Ability::no(Topic::Functions, "the model called none in the test"),
            _ => Ability::yes(Topic::Functions),
        });
        self.note(if self.quirks.tool_choice_auto_only {
            Ability::no(Topic::Required, self.refused("tool_choice_auto_only"))
        } else if !heard.calls.is_empty() {
            Ability::yes(Topic::Required)
        } else if heard.cut_short {
            Ability::unclear(Topic::Required, "the model was still thinking")
        } else {
            Ability::no(Topic::Required, "taken, but not kept to")
        });
        self.note(match calls {
            _ if self.quirks.parallel_true_rejected => {
                Ability::no(Topic::Parallel, self.refused("parallel_true_rejected"))
            }
            0 | 1 => Ability::unclear(Topic::Parallel, format!("{calls} of 2 calls came")),
            _ => Ability::yes(Topic::Parallel),
        });
        Ok(())
    }

    async fn two_calls(&mut self, most_tokens: u32) -> Result<(Heard, Reply), ProbeError> {
        let effort = self.abilities.efforts.first().map(String::as_str);
        let question = questions::tools(self.model, most_tokens, true, effort);
        self.ask(&question).await
    }

    /// The kinds that Codex has beside functions.
    fn kinds_of_tools(&mut self, form: Option<&ResponsesForm>) {
        let as_functions = |topic| Ability::told(topic, Verdict::Gateway, "as functions");
        let was_refused = form.is_some_and(|form| form.refused.is_some());
        let was_lowered = form.is_some_and(|form| !form.lessons.is_empty());
        let of_call = |topic, call, refused: bool, why| match call {
            _ if refused => Ability::no(topic, why),
            Call::InForm => Ability::yes(topic),
            Call::OtherForm => Ability::no(topic, "comes back in another form"),
            Call::Missing if was_refused && !was_lowered => {
                Ability::unclear(topic, "not tried, since others are refused")
            }
            Call::Missing => Ability::unclear(topic, "taken, but the model did not call it"),
        };
        if self.found.wire == Wire::Responses {
            let form = form.cloned().unwrap_or_default();
            self.note(of_call(
                Topic::Custom,
                form.custom,
                self.quirks.custom_tools_rejected,
                self.refused("custom_tools_rejected"),
            ));
            self.note(of_call(
                Topic::Namespace,
                form.namespaced,
                was_refused && self.quirks.namespace_tools_rejected,
                self.refused("namespace_tools_rejected"),
            ));
        } else {
            self.note(as_functions(Topic::Custom));
            self.note(as_functions(Topic::Namespace));
        }
        let question = questions::tools(self.model, FEW_TOKENS, true, None);
        let lost = self.write(&question).ok().and_then(|written| {
            written.losses.into_iter().find(|loss| loss.code == loss::WEB_SEARCH).map(|loss| loss.detail)
        });
        let works = self.found.is(Topic::Functions, Verdict::Yes);
        self.note(match lost {
            _ if self.quirks.web_search_rejected => Ability::no(Topic::WebSearch, self.refused("web_search_rejected")),
            Some(_) if self.found.wire == Wire::Chat => Ability::no(Topic::WebSearch, "the protocol has none"),
            Some(detail) if detail == "web_search" => Ability::no(Topic::WebSearch, "the model has none"),
            Some(detail) => Ability::no(Topic::WebSearch, detail),
            None if works => Ability::yes(Topic::WebSearch),
            None => Ability::unclear(Topic::WebSearch, "its tools could not be tried"),
        });
    }

    /// A longer answer, timed.
    async fn pace(&mut self) -> Result<(), ProbeError> {
        let ability = match self.ask(&questions::count(self.model)).await {
            Err(error) if is_lasting(&error) => return Err(error),
            Err(error) => Ability::unclear(Topic::Paced, words(&error)),
            Ok((heard, reply)) => {
                self.see_thought(&reply);
                self.found.first_piece_ms = reply.arrivals.first(&reply.body).map(|first| first.as_millis());
                match reply.arrivals.pace(&reply.body) {
                    _ if !heard.streamed => Ability::no(Topic::Paced, "it answers in one piece"),
                    Pace::Streams => Ability::yes(Topic::Paced),
                    Pace::AtTheEnd => Ability::no(Topic::Paced, "all of it came at the end"),
                    Pace::Unclear => Ability::unclear(Topic::Paced, "too short or too fast to tell"),
                }
            }
        };
        self.note(ability);
        Ok(())
    }

    /// One word in one piece, which stands in a message of the developer.
    async fn whole(&mut self) -> Result<(), ProbeError> {
        let question = questions::word(self.model, "developer");
        let mut answer = match self.found.wire {
            Wire::Chat => self.ask_as_developer(&question).await,
            _ => self.ask(&question).await,
        };
        let role = match &answer {
            Err(error) if is_lasting(error) => return Err(error.clone()),
            _ if matches!(self.found.wire, Wire::Messages | Wire::Gemini) => {
                Ability::told(Topic::DeveloperRole, Verdict::Gateway, "as `system`")
            }
            // Chat Completions is asked with that role whatever is known.
            Ok((heard, _))
                if heard.says(WORD) && (self.found.wire == Wire::Chat || !self.quirks.developer_role_rejected) =>
            {
                Ability::yes(Topic::DeveloperRole)
            }
            _ if self.quirks.developer_role_rejected => {
                Ability::no(Topic::DeveloperRole, self.refused("developer_role_rejected"))
            }
            Err(error @ ProbeError::Refused { .. }) => Ability::no(Topic::DeveloperRole, words(error)),
            Err(error) => Ability::unclear(Topic::DeveloperRole, words(error)),
            Ok((heard, _)) if heard.cut_short => Ability::unclear(Topic::DeveloperRole, "the model was still thinking"),
            Ok(_) => Ability::unclear(Topic::DeveloperRole, "taken, but not heeded"),
        };
        self.note(role);
        if answer.is_err() && self.found.wire == Wire::Chat {
            answer = self.ask(&question).await;
        }
        self.note(match answer {
            Err(error) if is_lasting(&error) => return Err(error),
            Err(error) => Ability::no(Topic::Whole, words(&error)),
            Ok((heard, _)) if heard.streamed => Ability::no(Topic::Whole, "it streams unasked"),
            Ok(_) => Ability::yes(Topic::Whole),
        });
        Ok(())
    }

    async fn images(&mut self) -> Result<(), ProbeError> {
        let ability = match self.ask(&questions::image(self.model)).await {
            Err(error) if is_lasting(&error) => return Err(error),
            // Some refuse a single pixel for its size.
            Err(error) if ["size", "small", "dimension", "width"].iter().any(|part| words(&error).contains(part)) => {
                Ability::unclear(Topic::Images, words(&error))
            }
            Err(error) => Ability::no(Topic::Images, words(&error)),
            Ok((heard, _)) if heard.says(COLOUR) => Ability::yes(Topic::Images),
            Ok((heard, _)) if heard.cut_short => Ability::unclear(Topic::Images, "the model was still thinking"),
            Ok(_) => Ability::unclear(Topic::Images, "taken, but not described"),
        };
        self.note(ability);
        Ok(())
    }

    fn note(&mut self, ability: Ability) {
        self.found.abilities.push(ability);
    }

    fn see_thought(&mut self, reply: &Reply) {
        for place in reasoning::places(&reply.body) {
            if !self.found.reasoning.contains(&place) {
                self.found.reasoning.push(place);
            }
        }
    }

    /// Why something is not there: seen just now, or known before and therefore not asked for.
    fn refused(&self, quirk: &str) -> &'static str {
        if self.found.quirks.iter().any(|found| found == quirk) { "refused" } else { "not asked, by its settings" }
    }

    /// Remembers a quirk; tells whether it is new.
    fn learn(&mut self, quirk: &str) -> bool {
        let before = self.quirks.clone();
        let is_new = self.quirks.set(quirk) && self.quirks != before;
        if is_new {
            self.found.quirks.push(quirk.to_owned());
        }
        is_new
    }

    /// The question in the words of the wire, with the quirks that are known by now.
    fn write(&self, question: &Value) -> Result<Outbound, ProbeError> {
        let Self { model, quirks, abilities, .. } = self;
        let safety = gemini::Safety::default();
        written(question, &Destination { wire: self.found.wire, model, quirks, abilities, safety })
    }

    /// Asks, again without each field that is refused by name.
    pub async fn ask(&mut self, question: &Value) -> Result<(Heard, Reply), ProbeError> {
        let mut lessons = 0;
        loop {
            let written = self.write(question)?;
            let body = written.body.clone();
            match self.send(written).await {
                Err(ProbeError::Refused { status, words })
                    if lessons < MOST_LESSONS
                        && let Some(lesson) = refusal::learn(self.found.wire, status, &words, &body)
                        && self.learn(lesson.quirk()) =>
                {
                    lessons += 1;
                }
                answer => return answer,
            }
        }
    }

    /// Asks `/responses` in these very words, as Codex does itself.
    pub async fn ask_as_codex(&self, question: &Value) -> Result<(Heard, Reply), ProbeError> {
        let mut written = self.write(question)?;
        written.body = question.to_string().into_bytes();
        self.send(written).await
    }

    /// Asks Chat Completions with the role `developer`, which the gateway itself never sends there.
    async fn ask_as_developer(&self, question: &Value) -> Result<(Heard, Reply), ProbeError> {
        let mut written = self.write(question)?;
        let mut body: Value = serde_json::from_slice(&written.body).unwrap_or_default();
        if let Some(first) = body["messages"].get_mut(0) {
            first["role"] = "developer".into();
        }
        written.body = body.to_string().into_bytes();
        self.send(written).await
    }

    async fn send(&self, written: Outbound) -> Result<(Heard, Reply), ProbeError> {
        let url = format!("{}{}", self.target.base_url, written.path);
        let request = self
            .client
            .post(&url)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "text/event-stream, application/json")
            .body(written.body);
        let request = match self.found.wire {
            Wire::Messages => request.header(ANTHROPIC_VERSION.0, ANTHROPIC_VERSION.1),
            _ => request,
        };
        let reply = exchange(self.client, request, &self.target, WITHIN).await?;
        self.client.take_down(&reply);
        let reply = reply.judge(&self.target, Some(self.model))?;
        let heard = Heard::read(written.decoder, &reply)?;
        Ok((heard, reply))
    }
}

/// Whether every further question would meet the same.
fn is_lasting(error: &ProbeError) -> bool {
    error.is_final()
        || matches!(
            error,
            ProbeError::RateLimited { .. }
                | ProbeError::Resting { .. }
                | ProbeError::NoCredit { .. }
                | ProbeError::Denied { .. }
                | ProbeError::WrongKey { .. }
                | ProbeError::NoKey { .. }
                | ProbeError::NoSuchModel { .. }
        )
}
