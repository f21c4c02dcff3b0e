//! A request of Codex made ready to go out: translated, with its address and its headers.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::directory::Route;
use super::door::Task;
use super::record::Record;
use super::seals::Seals;
use super::upstream::Call;
use super::{context, failure};
use crate::error::{Error, Result};
use crate::protocol::ir::{Item, Loss, Request};
use crate::protocol::messages::Abilities;
use crate::protocol::responses::{self, Rejection, Rewritten};
use crate::protocol::tools::Names;
use crate::protocol::{Decoder, Destination, Failure, Outbound, Quirks, Wire, gemini, messages, refusal};
use crate::settings::{Provider, Safety};

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
    /// Whether the last word was a tool's.
    pub answers_tools: bool,
    /// Whether the model writes a summary, which is to be the one item of the answer.
    pub compacts: bool,
    /// The line that is logged of it.
    pub record: Record,
}

/// What a request is made of anew when the upstream refuses the signatures in it.
pub(super) struct Unsigned {
    source: Vec<u8>,
    model: String,
    quirks: Quirks,
    /// None for Gemini.
    abilities: Option<Abilities>,
    safety: Safety,
    window: Option<u64>,
}

impl Unsigned {
    /// Whether a refusal is about signatures.
    pub(super) fn is_wanted(&self, status: u16, message: &str) -> bool {
        match self.abilities {
            Some(_) => messages::refuses_signatures(status, message),
            None => gemini::refuses_signatures(status, message),
        }
    }

    /// The same request without signatures.
    pub(super) fn body(self) -> Option<Bytes> {
        let wire = if self.abilities.is_some() { Wire::Messages } else { Wire::Gemini };
        let mut request = read(&self.source, wire, &self.quirks, self.window).ok()?;
        let body = if let Some(abilities) = &self.abilities {
            request.items.retain(|item| !matches!(item, Item::Reasoning { carrier: Some(_), .. }));
            messages::encode(&request, &self.model, &self.quirks, abilities).body
        } else {
            let options = gemini::Options { without_signatures: true, safety: self.safety };
            gemini::encode_with(&request, &self.model, &self.quirks, options).body
        };
        Some(body.into())
    }
}

/// A body in the upstream's own words.
struct Translated {
    path: String,
    body: Vec<u8>,
    losses: Vec<Loss>,
    decoder: Option<Decoder>,
    compacts: bool,
    answers_tools: bool,
    /// Whether it carries what only a certain upstream can read.
    is_signed: bool,
    /// Whether the answer may come in legs.
    may_pause: bool,
}

/// Translates the body. What Codex sent is let go of here, unless it may have to be translated again: from now on there
/// is one copy, the translated one.
pub(super) fn prepare(
    route: &Route<'_>,
    task: Task,
    mut body: Vec<u8>,
    stream: bool,
    seals: &Seals,
) -> Result<Prepared, Failure> {
    let Route { id, provider, ref quirks, model, .. } = *route;
    let passes = provider.wire == Wire::Responses && !quirks.knows_functions_alone();
    if !passes {
        if task == Task::Compact {
            body = responses::with_trigger(&body).map_err(|rejection| rejected(&rejection))?;
        }
        responses::mend_halves(&mut body);
    }
    let translated = if passes { pass(route, task, &body, seals)? } else { translate(route, &body)? };
    let unsigned = translated.is_signed.then(|| Unsigned {
        source: body,
        model: model.to_owned(),
        quirks: quirks.as_ref().clone(),
        abilities: (provider.wire == Wire::Messages).then(|| route.abilities()),
        safety: provider.safety,
        window: route.window(),
    });
    let call = Call {
        id: id.to_owned(),
        name: provider.name.clone(),
        model: model.to_owned(),
        wire: provider.wire,
        url: address(id, provider, &translated.path).map_err(|error| failure::of_error(&error))?,
        headers: plain_headers(id, provider).map_err(|error| failure::of_error(&error))?,
        key: provider.key,
        key_form: provider.key_form(),
        key_command: provider.key_command.clone(),
        secret_headers: provider.secret_headers.clone(),
        stream,
        body: Bytes::from(translated.body),
        may_pause: translated.may_pause,
        unsigned,
        keys_url: route.keys_url(),
    };
    let record = Record::new(id, model, provider.wire);
    let Translated { losses, decoder, compacts, answers_tools, .. } = translated;
    Ok(Prepared { call, losses, decoder, answers_tools, compacts, record })
}

/// Reads a request, without what the upstream or its model has no use for.
fn read<'a>(body: &'a [u8], wire: Wire, quirks: &Quirks, window: Option<u64>) -> Result<Request<'a>, Failure> {
    let mut request = responses::parse(body).map_err(|rejection| rejected(&rejection))?;
    quirks.reduce(wire, &mut request);
    context::fit(&mut request, window)?;
    Ok(request)
}

fn translate(route: &Route<'_>, body: &[u8]) -> Result<Translated, Failure> {
    let Route { provider, ref quirks, model, .. } = *route;
    let request = read(body, provider.wire, quirks, route.window())?;
    let abilities = route.abilities();
    let to = Destination { wire: provider.wire, model, quirks, abilities: &abilities, safety: provider.safety };
    let Outbound { path, body, losses, decoder, may_pause } = Outbound::new(&request, &to);
    let is_signed = matches!(provider.wire, Wire::Messages | Wire::Gemini) && has_carrier(&request);
    let answers_tools = matches!(request.items.last(), Some(Item::Output { .. }));
    let (decoder, compacts) = (Some(decoder), request.compacts);
    Ok(Translated { path, body, losses, decoder, compacts, answers_tools, is_signed, may_pause })
}

/// A request for an upstream that speaks Responses itself. Its answer passes too, but for a summary that it knows
/// nothing of.
fn pass(route: &Route<'_>, task: Task, body: &[u8], seals: &Seals) -> Result<Translated, Failure> {
    let Route { id, ref quirks, model, .. } = *route;
    let is_foreign = |seal: &str| seals.is_foreign(id, seal);
    let is_native = task == Task::Compact && !quirks.compact_unsupported;
    let rewritten = if task == Task::Compact && !is_native {
        let body = responses::with_trigger(body).map_err(|rejection| rejected(&rejection))?;
        responses::rewrite(&body, model, quirks, &is_foreign)
    } else {
        responses::rewrite(body, model, quirks, &is_foreign)
    };
    let Rewritten { mut body, mut losses, compacts } = rewritten.map_err(|rejection| rejected(&rejection))?;
    losses.extend(context::fit_passing(&mut body, compacts || is_native, route.window())?);
    refusal::drop_fields(&mut body, &quirks.dropped, &mut losses);
    Ok(Translated {
        path: if is_native { "/responses/compact" } else { "/responses" }.to_owned(),
        body,
        losses,
        decoder: compacts.then(|| Decoder::Responses(responses::Decoder::new(Names::default(), model))),
        compacts,
        answers_tools: false,
        is_signed: false,
        may_pause: false,
    })
}

fn has_carrier(request: &Request<'_>) -> bool {
    request.items.iter().any(|item| matches!(item, Item::Reasoning { carrier: Some(_), .. }))
}

fn rejected(rejection: &Rejection) -> Failure {
    let error = Error::fixable(format!("the request cannot be translated: {}", rejection.message));
    let error = match rejection.param {
        Some(param) => error.cause(format!("it is about `{param}`")),
        None => error,
    };
    Failure { status: 400, ..failure::of_error(&error) }
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
