//! Which of the wires a provider speaks, and how well.

use std::time::Duration;

use serde_json::Value;

use super::client::{Client, exchange};
use super::error::path;
use super::foreign::quote;
use super::lowered::lowered;
use super::question::{self, FEW_TOKENS, MORE_TOKENS, Wanted};
use super::target::ANTHROPIC_VERSION;
use super::{Answer, ChatForm, Evidence, NativeForm, ProbeError, ResponsesForm, Target, normalise};
use crate::catalog::KeyForm;
use crate::protocol::refusal::{self, Lesson};
use crate::protocol::{Wire, gemini};

/// Time for one answer: a model on the person's own machine may have to be loaded first.
const WITHIN: Duration = Duration::from_mins(1);

/// Most things that are refused one after the other and left out.
const MOST_LESSONS: usize = 6;

/// Asks the endpoints of all wires, at each candidate base URL until enough have answered: `/responses` always, then the
/// one that is `likely`, and further ones only while none has spoken. A provider whose `/responses` lies beside the
/// version segment and not under it (DeepSeek) is found in this way too: the base URL to keep is the evidence's.
///
/// # Errors
/// When no endpoint spoke: what the weightiest failure means.
pub async fn wire(
    client: &Client,
    target: &Target<'_>,
    model: &str,
    likely: Option<Wire>,
) -> Result<Evidence, ProbeError> {
    let asker = Asker { client, target, model };
    let mut best: Option<Evidence> = None;
    for base_url in normalise(&target.base_url)? {
        // What was found already behind the gateway is good enough, unless this base URL has `/responses` too.
        let found = best.as_ref().is_some_and(|best| OTHERS.iter().any(|wire| best.speaks(*wire)));
        let (evidence, stop) = asker.all(base_url, likely, found).await;
        best = Some(match best {
            Some(best) => better(best, evidence),
            None => evidence,
        });
        let is_enough = |best: &Evidence| {
            let native = matches!(likely, Some(Wire::Messages | Wire::Gemini)).then_some(likely).flatten();
            native.is_some_and(|wire| best.speaks(wire))
                || best.speaks(Wire::Responses) && OTHERS.iter().any(|wire| best.speaks(*wire))
        };
        if stop || best.as_ref().is_some_and(is_enough) {
            break;
        }
    }
    let evidence = best.ok_or_else(|| ProbeError::NotFound { urls: vec![] })?;
    evidence.silence().map_or(Ok(evidence), Err)
}

/// Asks one wire alone, at each candidate base URL until it speaks.
///
/// # Errors
/// When it speaks nowhere: what the weightiest failure means.
pub async fn one_wire(client: &Client, target: &Target<'_>, model: &str, wire: Wire) -> Result<Evidence, ProbeError> {
    let asker = Asker { client, target, model };
    let mut best: Option<Evidence> = None;
    for base_url in normalise(&target.base_url)? {
        let mut evidence =
            Evidence { base_url, responses: unasked(), chat: unasked(), messages: unasked(), gemini: unasked() };
        if wire == Wire::Responses {
            evidence.responses = asker.responses(&evidence.base_url).await;
        } else {
            asker.other(wire, Some(wire), &mut evidence).await;
        }
        let stop = evidence.speaks(wire) || evidence.silence().is_some_and(|error| error.is_final());
        best = Some(match best {
            Some(best) => better(best, evidence),
            None => evidence,
        });
        if stop {
            break;
        }
    }
    let evidence = best.ok_or_else(|| ProbeError::NotFound { urls: vec![] })?;
    evidence.silence().map_or(Ok(evidence), Err)
}

/// Asks the wires that [`wire()`] left out since another spoke, at the base URL that it found.
pub async fn other_wires(client: &Client, target: &Target<'_>, model: &str, evidence: &mut Evidence) {
    let asker = Asker { client, target, model };
    for wire in OTHERS {
        let failed = match wire {
            Wire::Chat => evidence.chat.failed(),
            Wire::Messages => evidence.messages.failed(),
            _ => evidence.gemini.failed(),
        };
        if failed.is_some_and(|error| matches!(error, ProbeError::NotFound { urls } if urls.is_empty())) {
            asker.other(wire, Some(wire), evidence).await;
        }
    }
}

/// The wires that the gateway translates, in the order in which they are tried.
const OTHERS: [Wire; 3] = [Wire::Chat, Wire::Messages, Wire::Gemini];

/// The one with more endpoints that spoke; of equals the first, with the errors of both.
fn better(first: Evidence, second: Evidence) -> Evidence {
    let count =
        |evidence: &Evidence| [Wire::Responses].iter().chain(&OTHERS).filter(|wire| evidence.speaks(**wire)).count();
    if count(&second) > count(&first) {
        return second;
    }
    Evidence {
        base_url: first.base_url,
        responses: joined(first.responses, second.responses),
        chat: joined(first.chat, second.chat),
        messages: joined(first.messages, second.messages),
        gemini: joined(first.gemini, second.gemini),
    }
}

fn joined<T>(first: Answer<T>, second: Answer<T>) -> Answer<T> {
    match (first, second) {
        (Answer::Failed(one), Answer::Failed(other)) => Answer::Failed(one.or(other)),
        (first, _) => first,
    }
}

/// Not asked, since it would tell nothing new.
fn unasked<T>() -> Answer<T> {
    Answer::Failed(ProbeError::NotFound { urls: vec![] })
}

struct Asker<'a> {
    client: &'a Client,
    target: &'a Target<'a>,
    model: &'a str,
}

impl Asker<'_> {
    /// What one base URL has, and whether another one is of no use. With something `found` elsewhere only `/responses`
    /// matters, and what goes with it.
    async fn all(&self, base_url: String, likely: Option<Wire>, found: bool) -> (Evidence, bool) {
        let responses = self.responses(&base_url).await;
        let hopeless = responses.failed().filter(|error| error.is_final()).cloned();
        let skip = found && responses.spoke().is_none();
        let mut evidence = Evidence { base_url, responses, chat: unasked(), messages: unasked(), gemini: unasked() };
        match &hopeless {
            // A server that is silent on one endpoint may well speak on the other.
            Some(error) if !matches!(error, ProbeError::Timeout { .. }) => {
                if !skip {
                    evidence.chat = Answer::Failed(error.clone());
                }
            }
            _ if skip => {}
            _ => {
                let first = likely.filter(|wire| OTHERS.contains(wire));
                for wire in first.into_iter().chain(OTHERS.into_iter().filter(|wire| Some(*wire) != first)) {
                    self.other(wire, likely, &mut evidence).await;
                    if evidence.speaks(wire) || evidence.chat.failed().is_some_and(|error| self.is_telling(error)) {
                        break;
                    }
                }
            }
        }
        (evidence, hopeless.is_some())
    }

    async fn other(&self, wire: Wire, likely: Option<Wire>, evidence: &mut Evidence) {
        let native = async || match self.native(&evidence.base_url, wire).await {
            // Where nobody expected it, its absence is not worth a word.
            Answer::Failed(ProbeError::NotFound { .. }) if likely != Some(wire) => unasked(),
            answer => answer,
        };
        match wire {
            Wire::Responses => {}
            Wire::Chat => evidence.chat = self.chat(&evidence.base_url).await,
            Wire::Messages => evidence.messages = native().await,
            Wire::Gemini => evidence.gemini = native().await,
        }
    }

    /// Whether a failure says that the endpoint is there and what is in the way, so that the others need not be asked.
    fn is_telling(&self, error: &ProbeError) -> bool {
        match error {
            ProbeError::WrongKey { .. } | ProbeError::NoKey { .. } => {
                self.target.key.is_none() || self.target.key_form.is_some()
            }
            ProbeError::NoSuchModel { .. }
            | ProbeError::NoCredit { .. }
            | ProbeError::Denied { .. }
            | ProbeError::RateLimited { .. }
            | ProbeError::Resting { .. }
            | ProbeError::Timeout { .. } => true,
            _ => false,
        }
    }

    /// Asks an endpoint of Anthropic's or Google's protocol, with the key in the header that is usual there, and as a
    /// bearer where that is refused; or only in the one that is known.
    async fn native(&self, base_url: &str, wire: Wire) -> Answer<NativeForm> {
        let ask = async |form| {
            let target = self.target.with_form(form);
            let asker = Asker { target: &target, ..*self };
            let question = if wire == Wire::Messages { question::messages(self.model) } else { question::gemini() };
            let body = asker.ask(base_url, wire, &question).await?;
            NativeForm::read(&body, wire, form)?.ok_or_else(|| self.unknown(base_url, wire, &body))
        };
        let first = self.target.key_form.unwrap_or(KeyForm::of_wire(wire));
        let is_key = |error: &ProbeError| matches!(error, ProbeError::WrongKey { .. } | ProbeError::NoKey { .. });
        let answer = match ask(first).await {
            Err(error) if is_key(&error) && self.target.key.is_some() && self.target.key_form.is_none() => {
                ask(KeyForm::Bearer).await
            }
            answer => answer,
        };
        match answer {
            Ok(form) => Answer::Spoke(form),
            Err(error) => Answer::Failed(error),
        }
    }

    fn url(&self, base_url: &str, wire: Wire) -> String {
        match wire {
            Wire::Gemini => format!("{base_url}{}", gemini::path(self.model, true)),
            _ => format!("{base_url}{}", path(wire)),
        }
    }

    /// Asks `/responses` for everything, again without each thing that is refused by name; where it cannot be told what
    /// is refused, for a plain answer.
    async fn responses(&self, base_url: &str) -> Answer<ResponsesForm> {
        let mut lessons: Vec<Lesson> = Vec::new();
        let mut refused = None;
        loop {
            let question = self.question(Wanted::Both, FEW_TOKENS, &lessons);
            let (status, words) = match self.everything(base_url, &question).await {
                Ok(form) => {
                    let names = lessons.iter().map(|lesson| lesson.quirk().to_owned()).collect();
                    let form = ResponsesForm { refused, lessons: names, ..form };
                    return Answer::Spoke(self.the_rest(base_url, form, &lessons).await);
                }
                Err(ProbeError::Refused { status, words } | ProbeError::Server { status, words }) => (status, words),
                Err(error) => return Answer::Failed(error),
            };
            let lesson = refusal::learn(Wire::Responses, status, &words, question.to_string().as_bytes());
            let refused = refused.get_or_insert(words);
            match lesson.filter(|lesson| lessons.len() < MOST_LESSONS && lowered(&question, lesson).is_some()) {
                Some(lesson) => lessons.push(lesson),
                None => {
                    let plain = self.ask(base_url, Wire::Responses, &question::plain(self.model)).await;
                    let plain = match plain {
                        Ok(body) if !ResponsesForm::is_one(&body) => {
                            return Answer::Failed(self.unknown(base_url, Wire::Responses, &body));
                        }
                        plain => plain,
                    };
                    return match plain.and_then(|body| ResponsesForm::read(&body)) {
                        Ok(form) => Answer::Spoke(ResponsesForm { refused: Some(refused.clone()), ..form }),
                        Err(error) => Answer::Failed(error),
                    };
                }
            }
        }
    }

    /// Everything but what these lessons are about.
    fn question(&self, wanted: Wanted, most_tokens: u32, lessons: &[Lesson]) -> Value {
        let whole = question::everything(self.model, wanted, most_tokens);
        lessons.iter().fold(whole, |body, lesson| lowered(&body, lesson).unwrap_or(body))
    }

    /// Asks again for what did not come: a model that was still thinking gets more tokens, one that makes a single call
    /// a turn is asked for the others one by one.
    async fn the_rest(&self, base_url: &str, mut form: ResponsesForm, lessons: &[Lesson]) -> ResponsesForm {
        let mut most_tokens = FEW_TOKENS;
        if form.cut_short && !form.missing().is_empty() {
            most_tokens = MORE_TOKENS;
            if let Ok(more) = self.everything(base_url, &self.question(Wanted::Both, most_tokens, lessons)).await {
                form.add(&more);
            }
        }
        let is_offered = |wanted: &Wanted| {
            let quirk = if *wanted == Wanted::Custom { "custom_tools_rejected" } else { "namespace_tools_rejected" };
            lessons.iter().all(|lesson| lesson.quirk() != quirk)
        };
        for wanted in form.missing().into_iter().filter(is_offered) {
            if form.flaw.is_none()
                && let Ok(more) = self.everything(base_url, &self.question(wanted, most_tokens, lessons)).await
            {
                form.add(&more);
            }
        }
        form
    }

    async fn everything(&self, base_url: &str, question: &Value) -> Result<ResponsesForm, ProbeError> {
        let body = self.ask(base_url, Wire::Responses, question).await?;
        self.is_not_anthropic_s(base_url, Wire::Responses, &body)?;
        let form = ResponsesForm::read(&body)?;
        if ResponsesForm::is_one(&body) { Ok(form) } else { Err(self.unknown(base_url, Wire::Responses, &body)) }
    }

    /// Asks `/chat/completions`; with the other name for the limit where a refusal names it.
    async fn chat(&self, base_url: &str) -> Answer<ChatForm> {
        let ask = async |limit| {
            let body = self.ask(base_url, Wire::Chat, &question::chat(self.model, limit)).await?;
            self.is_not_anthropic_s(base_url, Wire::Chat, &body)?;
            let form = ChatForm::read(&body)?;
            if form.is_chat() { Ok(form) } else { Err(self.unknown(base_url, Wire::Chat, &body)) }
        };
        let form = match ask("max_tokens").await {
            Err(ProbeError::Refused { words, .. }) if words.contains("max_completion_tokens") => {
                ask("max_completion_tokens").await.map(|form| ChatForm { max_completion_tokens: true, ..form })
            }
            answer => answer,
        };
        match form {
            Ok(form) => Answer::Spoke(form),
            Err(error) => Answer::Failed(error),
        }
    }

    /// Some proxies answer on every path in the form of one protocol.
    fn is_not_anthropic_s(&self, base_url: &str, wire: Wire, body: &str) -> Result<(), ProbeError> {
        match NativeForm::read(body, Wire::Messages, KeyForm::Bearer) {
            Ok(Some(_)) => Err(ProbeError::OtherForm { url: self.url(base_url, wire), speaks: Wire::Messages }),
            _ => Ok(()),
        }
    }

    /// A 2xx answer that is none of the wire's.
    fn unknown(&self, base_url: &str, wire: Wire, body: &str) -> ProbeError {
        ProbeError::Unknown { url: self.url(base_url, wire), start: quote(body) }
    }

    /// The body of a 2xx answer.
    async fn ask(&self, base_url: &str, wire: Wire, question: &Value) -> Result<String, ProbeError> {
        let request = self
            .client
            .post(&self.url(base_url, wire))
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(http::header::ACCEPT, "text/event-stream")
            .body(question.to_string());
        let request = match wire {
            Wire::Messages => request.header(ANTHROPIC_VERSION.0, ANTHROPIC_VERSION.1),
            _ => request,
        };
        let reply = exchange(self.client, request, self.target, WITHIN).await?;
        self.client.take_down(&reply);
        Ok(reply.judge(self.target, Some(self.model))?.body)
    }
}
