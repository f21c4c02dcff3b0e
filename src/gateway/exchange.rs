//! One request of Codex from start to end: route, translate, send, answer.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, StatusCode};
use hyper::body::Frame;

use super::answer::{self, Answer};
use super::asking::Asking;
use super::client::Client;
use super::door::Task;
use super::live::Live;
use super::outgoing::{Prepared, prepare};
use super::phase::Busy;
use super::seals::Sealer;
use super::service::Gateway;
use super::translation::Translation;
use super::{failure, whole};
use crate::protocol::responses::{self, Encoder, ResponseMeta};
use crate::protocol::{Failure, FailureCode};

/// Names what could not be carried over, by code.
const LOSSES: HeaderName = HeaderName::from_static("x-codexgw-losses");

/// From this size on, in bytes, a body is translated on a thread of its own: it takes milliseconds, in which the events
/// of other answers must go on.
const LARGE: usize = 512 << 10;

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
    let is_strict = gateway.is_strict(&catalogue.settings);
    let is_large = body.len() > LARGE;
    let (model, seals) = (head.model.clone(), Arc::clone(&gateway.seals));
    let prepare = move || {
        let route = catalogue.route(&model).map_err(|error| {
            let code = FailureCode::ModelNotFound;
            Failure { code, status: 404, ..failure::of_error(&error) }
        })?;
        let prepared = prepare(&route, task, body, stream, &seals)?;
        if is_strict && !prepared.losses.is_empty() {
            Err(failure::too_much_lost(&prepared.losses))
        } else {
            Ok(prepared)
        }
    };
    let prepared = if is_large {
        let _room = gateway.translations.acquire().await;
        let ended = tokio::task::spawn_blocking(prepare).await;
        ended.unwrap_or_else(|_| Err(failure::shown("the request could not be translated")))
    } else {
        prepare()
    };
    let Prepared { call, losses, decoder, compacts, answers_tools, mut record } = match prepared {
        Ok(prepared) => prepared,
        Err(failure) => {
            let cause = failure.message.lines().next();
            tracing::info!(model = ?head.model, code = failure.code.as_str(), cause, "request refused");
            let in_stream = stream && client == Client::Codex;
            return if in_stream { failed_stream(encoder, failure) } else { failure::answer(&failure, client) };
        }
    };
    let encoder = encoder.naming(&call.name);
    let encoder = if compacts { encoder.compacting() } else { encoder };
    let encoder = if answers_tools { encoder.answering_tools() } else { encoder };
    let encoder = if client == Client::Other { encoder.for_sdks() } else { encoder };
    record.lose(&losses);
    let sealer = Sealer::new(&gateway.seals, &call.id);
    let connecting = Asking::new(Arc::clone(&gateway), call, is_strict).send();
    let (mut answer, losses) = if stream {
        let translation = match decoder {
            Some(decoder) => Translation::tell(decoder, encoder),
            None => Translation::pass(encoder, sealer),
        };
        let mut live = Live::new(&gateway, connecting, translation, record, busy);
        let refused = match client {
            Client::Codex => {
                live.connect(gateway.limits.status_wait).await;
                None
            }
            Client::Other => live.connect_or_refuse().await,
        };
        let losses = live.losses();
        match refused {
            Some(failure) => (failure::answer(&failure, client), losses),
            None => (answer::events(live.into_frames()), losses),
        }
    } else {
        let whole = whole::answer(&gateway.limits, connecting, decoder, encoder, sealer, task, &mut record).await;
        let answer = match whole {
            Ok(body) => answer::json(StatusCode::OK, body),
            Err(failure) => failure::answer(&failure, client),
        };
        (answer, record.losses())
    };
    if let Some(losses) = losses {
        answer.headers_mut().insert(LOSSES, losses);
    }
    answer
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
