//! One request of Codex from start to end: route, translate, send, answer.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, StatusCode};
use hyper::body::Frame;
use reqwest::Response;

use super::answer::{self, Answer};
use super::client::Client;
use super::door::Task;
use super::live::{Connecting, Live};
use super::outgoing::{Prepared, header_name, prepare};
use super::phase::Busy;
use super::service::Gateway;
use super::translation::Translation;
use super::upstream::{Call, NoAnswer};
use super::{failure, whole};
use crate::catalog::KeyForm;
use crate::error::{Error, Result};
use crate::protocol::ir::Loss;
use crate::protocol::refusal::{self, Lesson};
use crate::protocol::responses::{self, Encoder, ResponseMeta};
use crate::protocol::{Failure, FailureCode, Wire};
use crate::settings::KeyStore;

/// Most fields that one request is sent again without.
const MOST_LESSONS: usize = 4;

/// Names what could not be carried over, by code.
const LOSSES: HeaderName = HeaderName::from_static("x-codexgw-losses");

/// Answers `POST /v1/responses` and `POST /v1/responses/compact`.
///
/// A stream for Codex is always answered with status 200: whatever goes wrong is told by `response.failed`, since that
/// alone makes Codex show the cause, and show it once. Others get a status while nothing of an answer is there.
pub(super) async fn run(gateway: Arc<Gateway>, task: Task, client: Client, body: Vec<u8>, busy: Busy) -> Answer {
    let head = match responses::head(&body) {
        Ok(head) => head,
        Err(rejection) => return answer::error(StatusCode::BAD_REQUEST, "invalid_request", &rejection.message),
    };
    let stream = head.stream && task == Task::Answer;
    let encoder = Encoder::new(meta(&head.model));
    let catalogue = gateway.directory.current();
    let prepared = catalogue
        .route(&head.model)
        .map_err(|error| Failure { status: 404, ..failure::of_error(&error) })
        .and_then(|route| prepare(&route, task, body, stream))
        .and_then(|prepared| {
            let is_strict = gateway.is_strict(&catalogue.settings);
            if is_strict && !prepared.losses.is_empty() { Err(too_much_lost(&prepared.losses)) } else { Ok(prepared) }
        });
    let Prepared { call, losses, decoder, compacts, mut record } = match prepared {
        Ok(prepared) => prepared,
        Err(failure) => {
            let cause = failure.message.lines().next();
            tracing::info!(model = ?head.model, code = failure.code.as_str(), cause, "request refused");
            let in_stream = stream && client == Client::Codex;
            return if in_stream { failed_stream(encoder, failure) } else { failure::answer(&failure) };
        }
    };
    let encoder = encoder.naming(&call.name);
    let encoder = if compacts { encoder.compacting() } else { encoder };
    let losses = record.lose(&losses);
    let connecting: Connecting = Box::pin(connect(Arc::clone(&gateway), call));
    let mut answer = if stream {
        let translation = match decoder {
            Some(decoder) => Translation::tell(decoder, encoder),
            None => Translation::pass(encoder),
        };
        let mut live = Live::new(&gateway, connecting, translation, record, busy);
        let refused = match client {
            Client::Codex => {
                live.connect(gateway.limits.status_wait).await;
                None
            }
            Client::Other => live.connect_or_refuse().await,
        };
        match refused {
            Some(failure) => failure::answer(&failure),
            None => answer::events(live.into_frames()),
        }
    } else {
        whole::answer(&gateway.limits, connecting, decoder, encoder, task, record).await
    };
    if let Some(losses) = losses {
        answer.headers_mut().insert(LOSSES, losses);
    }
    answer
}

/// The refusal of a request that cannot be carried over whole, where the person wants it whole or not at all.
fn too_much_lost(losses: &[Loss]) -> Failure {
    let mut named: Vec<String> = losses.iter().map(|loss| format!("{} ({})", loss.code, loss.detail)).collect();
    named.dedup();
    let message = format!("`strict` is on, and this cannot be carried over: {}", named.join(", "));
    let failure = Failure { status: 400, ..failure::shown(message) };
    failure.with_hint("leave it out of the request, or take `strict` out of codexgw's settings")
}

/// Fetches the keys and sends the request. A refused key is read anew, and tried again when it was replaced meanwhile.
async fn connect(gateway: Arc<Gateway>, mut call: Call) -> Result<Response, NoAnswer> {
    if let Err(error) = add_secrets(&gateway, &mut call).await {
        return Err(NoAnswer { status: None, refuses_key: false, failure: failure::of_error(&error) });
    }
    let mut sent = gateway.upstream.send(&call).await;
    if is_refused(&sent) {
        gateway.keys.forget(&call.id);
        let refused = call.headers.clone();
        if add_secrets(&gateway, &mut call).await.is_ok() && call.headers != refused {
            sent = gateway.upstream.send(&call).await;
        }
    }
    if is_refused(&sent) {
        gateway.keys.forget(&call.id);
    }
    if let Err(NoAnswer { status: Some(status), failure, .. }) = &sent
        && let Some(unsigned) = call.unsigned.take_if(|unsigned| unsigned.is_wanted(status.as_u16(), &failure.message))
        && let Some(body) = unsigned.body()
    {
        tracing::info!(provider = call.id, "thought signatures were refused; the request goes out without them");
        call.body = body;
        sent = gateway.upstream.send(&call).await;
    }
    if let Err(NoAnswer { status: Some(status), failure, .. }) = &sent
        && call.wire == Wire::Responses
        && responses::refuses_reasoning(status.as_u16(), &failure.message)
        && let Some(body) = responses::without_reasoning(&call.body)
    {
        tracing::info!(provider = call.id, "sealed reasoning was refused; the request goes out without it");
        call.body = body.into();
        sent = gateway.upstream.send(&call).await;
    }
    without_refused_fields(&gateway, &mut call, sent).await
}

/// Sends a request again without the field that the refusal names, once for each; what helped is kept.
async fn without_refused_fields(
    gateway: &Gateway,
    call: &mut Call,
    mut sent: Result<Response, NoAnswer>,
) -> Result<Response, NoAnswer> {
    if gateway.is_strict(&gateway.directory.current().settings) {
        return sent;
    }
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

fn is_refused(sent: &Result<Response, NoAnswer>) -> bool {
    matches!(sent, Err(NoAnswer { refuses_key: true, .. }))
}

async fn add_secrets(gateway: &Gateway, call: &mut Call) -> Result<()> {
    match call.key {
        KeyStore::None => {}
        KeyStore::Env => {
            let id = &call.id;
            return Err(Error::fixable(format!("the key of `{id}` is in a variable that only Codex reads"))
                .cause("the gateway serves many sessions and takes no key from an environment")
                .hint(format!("store it: `codexgw key set {id}`")));
        }
        store => {
            let key = gateway.keys.key(&call.id, store, &call.key_command).await?;
            let value = if call.key_form == KeyForm::Bearer { key.bearer()? } else { key.header_value()? };
            call.headers.insert(call.key_form.header(), value);
        }
    }
    for header in &call.secret_headers {
        let secret = gateway.keys.header(&call.id, header, call.key).await?;
        call.headers.insert(header_name(&call.id, header)?, secret.header_value()?);
    }
    Ok(())
}

/// A stream that holds nothing but its failure.
fn failed_stream(mut encoder: Encoder, failure: Failure) -> Answer {
    let mut events = Vec::new();
    encoder.fail(failure, &mut events);
    answer::events(stream::iter([Ok(Frame::data(Bytes::from(events)))]))
}

/// A fresh id and the time, which the translation itself has no way to know.
fn meta(model: &str) -> ResponseMeta {
    let mut id = [0; 16];
    // Without random bytes the id is still well formed; nothing but logs of Codex tells answers apart by it.
    let _ = getrandom::fill(&mut id);
    let created_at = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_secs());
    ResponseMeta { id: format!("resp_{:032x}", u128::from_ne_bytes(id)), model: model.to_owned(), created_at }
}
