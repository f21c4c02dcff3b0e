//! Asking a provider for an answer, again while nothing of one has come, and to go on where it paused.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use reqwest::Response;
use serde_json::Value;
use tokio::time::sleep;

use super::failure;
use super::outgoing::header_name;
use super::service::Gateway;
use super::upstream::{Call, NoAnswer};
use crate::catalog::KeyForm;
use crate::error::{Error, Result};
use crate::protocol::ir::{Loss, loss};
use crate::protocol::refusal::{self, Lesson};
use crate::protocol::{Failure, FailureCode, Wire, messages, responses};
use crate::secret::Secret;
use crate::settings::KeyStore;

/// Most fields that one request is sent again without.
const MOST_LESSONS: usize = 4;
/// How often one answer may pause: some fifty steps of the provider's own. More is a loop that costs money.
const MAX_PAUSES: usize = 5;

/// The head of an answer, once it is here.
pub(super) type Connecting = Pin<Box<dyn Future<Output = Result<Begun, NoAnswer>> + Send>>;

/// An answer that has begun.
pub(super) struct Begun {
    /// The answer.
    pub response: Response,
    /// What asks for the rest when it pauses.
    pub asking: Box<Asking>,
    /// What had to be left out of the request for it.
    pub left_out: Option<Loss>,
}

/// One request to a provider.
pub(super) struct Asking {
    gateway: Arc<Gateway>,
    call: Call,
    /// Whether nothing may be left out.
    is_strict: bool,
    /// The body to which the first answer came, where that may pause.
    asked: Bytes,
    pauses: usize,
    /// How often it may be sent again, and after what wait.
    left: u32,
    wait: Duration,
}

impl Asking {
    /// A request that has not been sent.
    pub(super) fn new(gateway: Arc<Gateway>, call: Call, is_strict: bool) -> Self {
        let (left, wait) = (gateway.limits.retries, gateway.limits.backoff);
        Self { gateway, call, is_strict, asked: Bytes::new(), pauses: 0, left, wait }
    }

    /// Sends it.
    pub(super) fn send(mut self) -> Connecting {
        Box::pin(async move {
            let (response, left_out) = connect(&self.gateway, &mut self.call, self.is_strict).await?;
            Ok(Begun { response, asking: Box::new(self), left_out })
        })
    }

    /// Sends it again after a wait, unless that was done often enough.
    pub(super) fn again(mut self) -> Option<Connecting> {
        self.left = self.left.checked_sub(1)?;
        let wait = self.wait;
        self.wait *= 2;
        tracing::info!(provider = self.call.id, "the answer broke off before it began; asked again");
        Some(Box::pin(async move {
            sleep(wait).await;
            self.send().await
        }))
    }

    /// It is not sent again; its body is let go of, unless it takes that to go on after a pause.
    pub(super) fn settle(&mut self) {
        self.left = 0;
        // Made anew it would tell nothing of what came before a pause.
        self.call.unsigned = None;
        let body = std::mem::take(&mut self.call.body);
        if self.call.may_pause && self.pauses == 0 && self.asked.is_empty() {
            self.asked = body;
        }
    }

    /// Asks again, with all that was said in the answer so far.
    pub(super) fn go_on(mut self, said: &[Value]) -> Connecting {
        self.settle();
        self.pauses += 1;
        match messages::resumed(&self.asked, said).filter(|_| self.pauses <= MAX_PAUSES) {
            Some(body) => {
                tracing::debug!(provider = self.call.id, pauses = self.pauses, "a paused answer goes on");
                self.call.body = body.into();
                self.send()
            }
            None => Box::pin(async { Err(paused_for_good()) }),
        }
    }
}

fn paused_for_good() -> NoAnswer {
    let words = format!("the provider paused its answer more than {MAX_PAUSES} times; ask it to go on");
    let failure = failure::shown(format!("{words} (`stop_reason`: `pause_turn`)"));
    NoAnswer { status: Some(StatusCode::OK), refuses_key: false, failure }
}

/// Fetches the keys and sends the request. A refused key is read anew, and tried again when it was replaced meanwhile.
///
/// What only a certain upstream can open is left out when it was refused, and is named.
async fn connect(gateway: &Gateway, call: &mut Call, is_strict: bool) -> Result<(Response, Option<Loss>), NoAnswer> {
    if let Err(error) = add_secrets(gateway, call).await {
        // To others than Codex a key that cannot be had is like one that is refused: no use in trying again.
        let failure = Failure { status: 401, ..failure::of_error(&error) };
        return Err(NoAnswer { status: None, refuses_key: false, failure });
    }
    let (mut sent, mut left_out) = (gateway.upstream.send(call).await, None);
    if is_refused(&sent) {
        gateway.keys.forget(&call.id);
        let refused = call.headers.clone();
        if add_secrets(gateway, call).await.is_ok() && call.headers != refused {
            sent = gateway.upstream.send(call).await;
        }
    }
    if is_refused(&sent) {
        gateway.keys.forget(&call.id);
    }
    if let Err(NoAnswer { status: Some(status), failure, .. }) = &sent
        && let Some(body) = without_seals(gateway, call, status.as_u16(), &failure.message)
    {
        let lost = Loss::new(loss::REASONING, "it was refused, so the request went out without it");
        if is_strict {
            let failure = failure::too_much_lost(&[lost]);
            return Err(NoAnswer { status: Some(*status), refuses_key: false, failure });
        }
        tracing::info!(provider = call.id, "sealed reasoning was refused; the request goes out without it");
        call.body = body;
        left_out = Some(lost);
        sent = gateway.upstream.send(call).await;
    }
    if !is_strict {
        sent = without_refused_fields(gateway, call, sent).await;
    }
    sent.map(|response| (response, left_out))
}

/// Sends a request again without the field that the refusal names, once for each; what helped is kept.
async fn without_refused_fields(
    gateway: &Gateway,
    call: &mut Call,
    mut sent: Result<Response, NoAnswer>,
) -> Result<Response, NoAnswer> {
    let mut lessons: Vec<Lesson> = Vec::new();
    while let Err(NoAnswer { status: Some(status), failure, .. }) = &sent
        && lessons.len() < MOST_LESSONS
        && failure.code == FailureCode::InvalidPrompt
        && let Some(lesson) = refusal::learn(call.wire, status.as_u16(), &failure.message, &call.body)
        && let Some(body) = lesson.apply(&call.body)
    {
        tracing::info!(
            provider = call.id,
            quirk = lesson.quirk(),
            "a field was refused; the request goes out without it"
        );
        lessons.push(lesson);
        call.body = body.into();
        sent = gateway.upstream.send(call).await;
    }
    if sent.is_ok() && !lessons.is_empty() {
        gateway.directory.learn(&call.id, &call.model, lessons.iter().map(Lesson::quirk));
    }
    sent
}

/// The same request without what only a certain upstream can open, when it was refused for that.
fn without_seals(gateway: &Gateway, call: &mut Call, status: u16, message: &str) -> Option<Bytes> {
    if let Some(unsigned) = call.unsigned.take_if(|unsigned| unsigned.is_wanted(status, message)) {
        return unsigned.body();
    }
    if call.wire != Wire::Responses || !responses::refuses_reasoning(status, message) {
        return None;
    }
    let (body, seals) = responses::without_reasoning(&call.body)?;
    gateway.seals.refused(&call.id, seals.iter().map(AsRef::as_ref));
    Some(body.into())
}

fn is_refused(sent: &Result<Response, NoAnswer>) -> bool {
    matches!(sent, Err(NoAnswer { refuses_key: true, .. }))
}

async fn add_secrets(gateway: &Gateway, call: &mut Call) -> Result<()> {
    match call.key {
        KeyStore::None => {}
        KeyStore::Env if let Some(key) = gateway.keys.lent(&call.id) => put_key(call, &key)?,
        KeyStore::Env => {
            let id = &call.id;
            return Err(Error::fixable(format!("the key of `{id}` is in a variable that only Codex reads"))
                .cause("the gateway serves many sessions and takes no key from an environment")
                .hint(format!("store it: `codexgw key set {id}`")));
        }
        store => {
            let key = gateway.keys.key(&call.id, store, &call.key_command).await?;
            put_key(call, &key)?;
        }
    }
    for header in &call.secret_headers {
        let secret = gateway.keys.header(&call.id, header, call.key).await?;
        call.headers.insert(header_name(&call.id, header)?, secret.header_value()?);
    }
    Ok(())
}

fn put_key(call: &mut Call, key: &Secret) -> Result<()> {
    let value = if call.key_form == KeyForm::Bearer { key.bearer()? } else { key.header_value()? };
    call.headers.insert(call.key_form.header(), value);
    Ok(())
}
