//! Which of the two wires a provider speaks, and how well.

use std::time::Duration;

use serde_json::Value;

use super::client::{Client, exchange};
use super::error::path;
use super::question::{self, FEW_TOKENS, MORE_TOKENS, Wanted};
use super::{Answer, ChatForm, Evidence, ProbeError, ResponsesForm, Target, normalise};
use crate::protocol::Wire;

/// Time for one answer: a model on the person's own machine may have to be loaded first.
const WITHIN: Duration = Duration::from_mins(1);

/// Asks both endpoints, at each candidate base URL until both have answered. A provider whose `/responses` lies beside
/// the version segment and not under it (DeepSeek) is found in this way too: the base URL to keep is the evidence's.
///
/// # Errors
/// When neither endpoint spoke: what the weightier failure means.
pub async fn wire(client: &Client, target: &Target<'_>, model: &str) -> Result<Evidence, ProbeError> {
    let asker = Asker { client, target, model };
    let nothing = || ProbeError::NotFound { urls: vec![] };
    let mut best: Option<Evidence> = None;
    for base_url in normalise(&target.base_url)? {
        let responses = asker.responses(&base_url).await;
        // The chat endpoint that was found already is good enough, unless this base URL has both.
        let found_chat = best.as_ref().is_some_and(|best| best.chat.spoke().is_some());
        let hopeless = responses.failed().filter(|error| error.is_final());
        let chat = match hopeless {
            _ if found_chat && responses.spoke().is_none() => Answer::Failed(nothing()),
            // A server that is silent on one endpoint may well speak on the other.
            Some(error) if !matches!(error, ProbeError::Timeout { .. }) => Answer::Failed(error.clone()),
            _ => asker.chat(&base_url).await,
        };
        let stop = hopeless.is_some();
        let evidence = Evidence { base_url, responses, chat };
        best = Some(match best {
            Some(best) => better(best, evidence),
            None => evidence,
        });
        if stop || best.as_ref().is_some_and(|best| best.responses.spoke().is_some() && best.chat.spoke().is_some()) {
            break;
        }
    }
    let evidence = best.ok_or_else(nothing)?;
    match evidence.silence() {
        Some(error) => Err(error),
        None => Ok(evidence),
    }
}

/// The one with more endpoints that spoke; of equals the first, with the errors of both.
fn better(first: Evidence, second: Evidence) -> Evidence {
    let count = |evidence: &Evidence| {
        u8::from(evidence.responses.spoke().is_some()) + u8::from(evidence.chat.spoke().is_some())
    };
    if count(&second) > count(&first) {
        return second;
    }
    Evidence {
        base_url: first.base_url,
        responses: joined(first.responses, second.responses),
        chat: joined(first.chat, second.chat),
    }
}

fn joined<T>(first: Answer<T>, second: Answer<T>) -> Answer<T> {
    match (first, second) {
        (Answer::Failed(one), Answer::Failed(other)) => Answer::Failed(one.or(other)),
        (first, _) => first,
    }
}

struct Asker<'a> {
    client: &'a Client,
    target: &'a Target<'a>,
    model: &'a str,
}

impl Asker<'_> {
    /// Asks `/responses` for everything; where that is refused, for a plain answer.
    async fn responses(&self, base_url: &str) -> Answer<ResponsesForm> {
        match self.everything(base_url, Wanted::Both, FEW_TOKENS).await {
            Ok(form) => Answer::Spoke(self.the_rest(base_url, form).await),
            Err(ProbeError::Refused { words, .. } | ProbeError::Server { words, .. }) => {
                match self.ask(base_url, Wire::Responses, &question::plain(self.model)).await {
                    Ok(body) => match ResponsesForm::read(&body) {
                        Ok(form) => Answer::Spoke(ResponsesForm { refused: Some(words), ..form }),
                        Err(error) => Answer::Failed(error),
                    },
                    Err(error) => Answer::Failed(error),
                }
            }
            Err(error) => Answer::Failed(error),
        }
    }

    /// Asks again for what did not come: a model that was still thinking gets more tokens, one that makes a single call
    /// a turn is asked for the others one by one.
    async fn the_rest(&self, base_url: &str, mut form: ResponsesForm) -> ResponsesForm {
        let mut most_tokens = FEW_TOKENS;
        if form.cut_short && !form.missing().is_empty() {
            most_tokens = MORE_TOKENS;
            if let Ok(more) = self.everything(base_url, Wanted::Both, most_tokens).await {
                form.add(&more);
            }
        }
        for wanted in form.missing() {
            if form.flaw.is_none()
                && let Ok(more) = self.everything(base_url, wanted, most_tokens).await
            {
                form.add(&more);
            }
        }
        form
    }

    async fn everything(&self, base_url: &str, wanted: Wanted, most: u32) -> Result<ResponsesForm, ProbeError> {
        let body = self.ask(base_url, Wire::Responses, &question::everything(self.model, wanted, most)).await?;
        ResponsesForm::read(&body)
    }

    /// Asks `/chat/completions`; with the other name for the limit where a refusal names it.
    async fn chat(&self, base_url: &str) -> Answer<ChatForm> {
        let ask = async |limit| {
            let body = self.ask(base_url, Wire::Chat, &question::chat(self.model, limit)).await?;
            ChatForm::read(&body)
        };
        let form = match ask("max_tokens").await {
            Err(ProbeError::Refused { words, .. }) if words.contains("max_completion_tokens") => {
                ask("max_completion_tokens").await.map(|form| ChatForm { max_completion_tokens: true, ..form })
            }
            answer => answer,
        };
        match form {
            Ok(form) if form.is_chat() => Answer::Spoke(form),
            Ok(_) => Answer::Failed(ProbeError::NotFound { urls: vec![format!("{base_url}{}", path(Wire::Chat))] }),
            Err(error) => Answer::Failed(error),
        }
    }

    /// The body of a 2xx answer.
    async fn ask(&self, base_url: &str, wire: Wire, question: &Value) -> Result<String, ProbeError> {
        let request = self
            .client
            .post(&format!("{base_url}{}", path(wire)))
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(http::header::ACCEPT, "text/event-stream")
            .body(question.to_string());
        let reply = exchange(request, self.target, WITHIN).await?;
        Ok(reply.judge(self.target, Some(self.model))?.body)
    }
}
