//! One request of Codex from start to end: route, translate, send, answer.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use hyper::body::Frame;
use reqwest::Response;
use url::Url;

use super::answer::{self, Answer};
use super::directory::Route;
use super::live::{Connecting, Live};
use super::phase::Busy;
use super::record::Record;
use super::service::Gateway;
use super::translation::Translation;
use super::upstream::{Call, NoAnswer};
use super::{failure, whole};
use crate::error::{Error, Result};
use crate::protocol::ir::Loss;
use crate::protocol::responses::{self, Encoder, Rejection, ResponseMeta};
use crate::protocol::{Failure, Wire, chat};
use crate::settings::{KeyStore, Provider};

/// Names what could not be carried over, by code.
const LOSSES: HeaderName = HeaderName::from_static("x-codexgw-losses");

/// Answers `POST /v1/responses`.
///
/// A streamed request is always answered with status 200: whatever goes wrong is told by `response.failed`, since that
/// alone makes Codex show the cause, and show it once.
pub(super) async fn run(gateway: Arc<Gateway>, body: Vec<u8>, busy: Busy) -> Answer {
    let head = match responses::head(&body) {
        Ok(head) => head,
        Err(rejection) => return answer::error(StatusCode::BAD_REQUEST, "invalid_request", &rejection.message),
    };
    let encoder = Encoder::new(meta(&head.model));
    let catalogue = gateway.directory.current();
    let prepared = catalogue.route(&head.model).and_then(|route| prepare(&route, body, head.stream));
    let Prepared { call, losses, decoder, mut record } = match prepared {
        Ok(prepared) => prepared,
        Err(error) => {
            let failure = failure::of_error(&error);
            tracing::info!(model = ?head.model, cause = error.message(), "request refused");
            return if head.stream { failed_stream(encoder, failure) } else { failure::answer(&failure) };
        }
    };
    let encoder = encoder.naming(&call.name);
    let losses = record.lose(&losses);
    let connecting: Connecting = Box::pin(connect(Arc::clone(&gateway), call));
    let mut answer = if head.stream {
        let translation = match decoder {
            Some(decoder) => Translation::chat(decoder, encoder),
            None => Translation::pass(encoder),
        };
        let mut live = Live::new(&gateway, connecting, translation, record, busy);
        live.connect(gateway.limits.status_wait).await;
        answer::events(live.into_frames())
    } else {
        whole::answer(&gateway.limits, connecting, decoder, encoder, record).await
    };
    if let Some(losses) = losses {
        answer.headers_mut().insert(LOSSES, losses);
    }
    answer
}

/// A request that is ready to go out.
struct Prepared {
    call: Call,
    losses: Vec<Loss>,
    /// None when the upstream's bytes pass as they are.
    decoder: Option<chat::Decoder>,
    record: Record,
}

/// Translates the body. What Codex sent is let go of here: from now on there is one copy, the translated one.
fn prepare(route: &Route<'_>, mut body: Vec<u8>, stream: bool) -> Result<Prepared> {
    let Route { id, provider, ref quirks, model } = *route;
    let rejected = |rejection: Rejection| {
        let error = Error::fixable(format!("the request cannot be translated: {}", rejection.message));
        match rejection.param {
            Some(param) => error.cause(format!("it is about `{param}`")),
            None => error,
        }
    };
    let (path, translated, losses, decoder) = match provider.wire {
        Wire::Chat => {
            responses::mend_halves(&mut body);
            let request = responses::parse(&body).map_err(rejected)?;
            let chat::Outbound { body, losses, decoder } = chat::encode(&request, model, quirks);
            ("chat/completions", body, losses, Some(decoder))
        }
        Wire::Responses => {
            let responses::Rewritten { body, losses, .. } =
                responses::rewrite(&body, model, quirks).map_err(rejected)?;
            ("responses", body, losses, None)
        }
    };
    drop(body);
    let url = Url::parse(&format!("{}/{path}", provider.base_url.trim_end_matches('/'))).map_err(|e| {
        Error::fixable(format!("the base URL of `{id}` is not a URL"))
            .cause(e)
            .hint(format!("add it again: `codexgw add {id} --force --base-url URL`"))
    })?;
    let call = Call {
        id: id.to_owned(),
        name: provider.name.clone(),
        url,
        headers: plain_headers(id, provider)?,
        key: provider.key,
        key_command: provider.key_command.clone(),
        secret_headers: provider.secret_headers.clone(),
        stream,
        body: Bytes::from(translated),
    };
    Ok(Prepared { call, losses, decoder, record: Record::new(id, model, provider.wire) })
}

/// The headers that the person chose. Nothing that Codex sent goes along: its headers name workspaces and the
/// installation.
fn plain_headers(id: &str, provider: &Provider) -> Result<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(provider.headers.len() + 4);
    for (name, value) in &provider.headers {
        let value = HeaderValue::from_str(value).map_err(|_| bad_header(id, name))?;
        headers.insert(header_name(id, name)?, value);
    }
    Ok(headers)
}

fn header_name(id: &str, name: &str) -> Result<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_header(id, name))
}

fn bad_header(id: &str, name: &str) -> Error {
    Error::fixable(format!("the header `{name}` of `{id}` cannot be sent"))
        .hint(format!("add it again: `codexgw add {id} --force`"))
}

/// Fetches the keys and sends the request. A refused key is read anew, and tried again when it was replaced meanwhile.
async fn connect(gateway: Arc<Gateway>, mut call: Call) -> Result<Response, NoAnswer> {
    if let Err(error) = add_secrets(&gateway, &mut call).await {
        return Err(NoAnswer { status: None, failure: failure::of_error(&error) });
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
    sent
}

fn is_refused(sent: &Result<Response, NoAnswer>) -> bool {
    matches!(sent, Err(NoAnswer { status: Some(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN), .. }))
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
            call.headers.insert(header::AUTHORIZATION, key.bearer()?);
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
