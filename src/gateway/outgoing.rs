//! A request of Codex made ready to go out: translated, with its address and its headers.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::directory::Route;
use super::record::Record;
use super::upstream::Call;
use crate::error::{Error, Result};
use crate::protocol::ir::{Item, Loss, Request};
use crate::protocol::responses::{self, Rejection};
use crate::protocol::{Decoder, Quirks, Wire, chat, gemini, messages};
use crate::settings::Provider;

/// The version of Anthropic's protocol that is written and read here.
const ANTHROPIC_VERSION: (HeaderName, HeaderValue) =
    (HeaderName::from_static("anthropic-version"), HeaderValue::from_static("2023-06-01"));

/// A request that is ready to go out.
pub(super) struct Prepared {
    /// What is sent where.
    pub call: Call,
    /// What could not be carried over.
    pub losses: Vec<Loss>,
    /// None when the upstream's bytes pass as they are.
    pub decoder: Option<Decoder>,
    /// The line that is logged of it.
    pub record: Record,
}

/// What a request is made of anew when the upstream refuses the signatures in it.
pub(super) struct Unsigned {
    source: Vec<u8>,
    model: String,
    quirks: Quirks,
}

impl Unsigned {
    /// The same request without signatures.
    pub(super) fn body(self) -> Option<Bytes> {
        let request = responses::parse(&self.source).ok()?;
        let options = gemini::Options { without_signatures: true, ..gemini::Options::default() };
        Some(gemini::encode_with(&request, &self.model, &self.quirks, options).body.into())
    }
}

/// A body in the upstream's own words.
struct Translated {
    path: String,
    body: Vec<u8>,
    losses: Vec<Loss>,
    decoder: Option<Decoder>,
    /// Whether it carries what only a certain upstream can read.
    is_signed: bool,
}

/// Translates the body. What Codex sent is let go of here, unless it may have to be translated again: from now on there
/// is one copy, the translated one.
pub(super) fn prepare(route: &Route<'_>, mut body: Vec<u8>, stream: bool) -> Result<Prepared> {
    let Route { id, provider, ref quirks, model, .. } = *route;
    let translated = translate(route, &mut body, stream)?;
    let unsigned = (provider.wire == Wire::Gemini && translated.is_signed).then(|| Unsigned {
        source: body,
        model: model.to_owned(),
        quirks: quirks.as_ref().clone(),
    });
    let call = Call {
        id: id.to_owned(),
        name: provider.name.clone(),
        url: address(id, provider, &translated.path)?,
        headers: plain_headers(id, provider)?,
        key: provider.key,
        key_form: provider.key_form(),
        key_command: provider.key_command.clone(),
        secret_headers: provider.secret_headers.clone(),
        stream,
        body: Bytes::from(translated.body),
        unsigned,
    };
    let record = Record::new(id, model, provider.wire);
    Ok(Prepared { call, losses: translated.losses, decoder: translated.decoder, record })
}

fn translate(route: &Route<'_>, body: &mut Vec<u8>, stream: bool) -> Result<Translated> {
    let Route { provider, ref quirks, model, .. } = *route;
    if provider.wire == Wire::Responses {
        let (body, losses) = responses::rewrite(body, model, quirks).map_err(rejected)?;
        return Ok(Translated { path: "/responses".to_owned(), body, losses, decoder: None, is_signed: false });
    }
    responses::mend_halves(body);
    let request = responses::parse(body).map_err(rejected)?;
    let (path, body, losses, decoder) = match provider.wire {
        Wire::Gemini => {
            let gemini::Outbound { body, losses, decoder } = gemini::encode(&request, model, quirks);
            (gemini::path(model, stream), body, losses, Decoder::Gemini(decoder))
        }
        Wire::Messages => {
            let messages::Outbound { body, losses, decoder } =
                messages::encode(&request, model, quirks, &route.abilities());
            ("/messages".to_owned(), body, losses, Decoder::Messages(decoder))
        }
        Wire::Chat | Wire::Responses => {
            let chat::Outbound { body, losses, decoder } = chat::encode(&request, model, quirks);
            ("/chat/completions".to_owned(), body, losses, Decoder::Chat(decoder))
        }
    };
    Ok(Translated { path, body, losses, decoder: Some(decoder), is_signed: has_carrier(&request) })
}

fn has_carrier(request: &Request<'_>) -> bool {
    request.items.iter().any(|item| matches!(item, Item::Reasoning { carrier: Some(_), .. }))
}

fn rejected(rejection: Rejection) -> Error {
    let error = Error::fixable(format!("the request cannot be translated: {}", rejection.message));
    match rejection.param {
        Some(param) => error.cause(format!("it is about `{param}`")),
        None => error,
    }
}

/// Where a request goes: the path of its wire under the base URL, with the provider's own parameters.
fn address(id: &str, provider: &Provider, path: &str) -> Result<Url> {
    let mut url = Url::parse(&format!("{}{path}", provider.base_url.trim_end_matches('/'))).map_err(|e| {
        Error::fixable(format!("the base URL of `{id}` is not a URL"))
            .cause(e)
            .hint(format!("add it again: `codexgw add {id} --force --base-url URL`"))
    })?;
    if !provider.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&provider.query);
    }
    Ok(url)
}

/// The headers that the person chose. Nothing that Codex sent goes along: its headers name workspaces and the
/// installation.
fn plain_headers(id: &str, provider: &Provider) -> Result<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(provider.headers.len() + 5);
    if provider.wire == Wire::Messages {
        headers.insert(ANTHROPIC_VERSION.0, ANTHROPIC_VERSION.1);
    }
    for (name, value) in &provider.headers {
        let value = HeaderValue::from_str(value).map_err(|_| bad_header(id, name))?;
        headers.insert(header_name(id, name)?, value);
    }
    Ok(headers)
}

pub(super) fn header_name(id: &str, name: &str) -> Result<HeaderName> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| bad_header(id, name))
}

fn bad_header(id: &str, name: &str) -> Error {
    Error::fixable(format!("the header `{name}` of `{id}` cannot be sent"))
        .hint(format!("add it again: `codexgw add {id} --force`"))
}
