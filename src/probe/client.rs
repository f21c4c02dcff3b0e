//! One HTTP exchange: bounded in time and size, and every way it can fail told apart.

use std::error::Error as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use jiff::Timestamp;
use reqwest::{RequestBuilder, Response};
use url::Url;

use super::foreign::{error_words, quote};
use super::knock::waiting;
use super::pace::Arrivals;
use super::{ProbeError, Spent, Target, is_loopback, stream, web_page};
use crate::error::{Error, Result};
use crate::protocol::{Meaning, Words};
use crate::secret::redact::{redact, redacted_url};
use crate::trust::{Fault, trusting};

/// Time to a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept for the next question. Servers written in Python and Node.js hang up after five seconds
/// of silence, at the very moment when the next question may be on its way.
const IDLE: Duration = Duration::from_secs(3);
/// Longest silence in the middle of an answer.
const SILENCE: Duration = Duration::from_secs(20);
/// Largest answer that is read. OpenRouter's whole model list has about 1 MB.
const LARGEST: usize = 16 * 1024 * 1024;
/// The header of Portkey's gateway when its own code has failed.
pub(super) const PORTKEY_FAILS: &str = "x-portkey-gateway-exception";
/// Longest pause that a provider may ask for to be asked again. LiteLLM takes a model out of service for five seconds when
/// the server behind it does not know the endpoint, which is what looking for the right wire runs into.
const PATIENCE: Duration = Duration::from_secs(6);

/// What asks: no redirects (a key must not travel on), and no proxy on the way to this machine.
pub struct Client {
    /// As the environment says.
    abroad: reqwest::Client,
    /// Past any proxy.
    home: reqwest::Client,
    ledger: Mutex<Ledger>,
}

/// What was asked so far.
#[derive(Default)]
struct Ledger {
    spent: Spent,
    /// The version of HTTP of the last answer.
    version: Option<String>,
}

/// The client for [`super::models()`] and [`super::wire()`].
///
/// # Errors
/// When the TLS library cannot be set up.
pub fn client() -> Result<Client> {
    let builder = || {
        trusting(reqwest::Client::builder())
            .connect_timeout(CONNECT)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .user_agent(concat!("codexgw/", env!("CARGO_PKG_VERSION")))
    };
    let failed = |error| Error::bug("cannot set up an HTTP client").cause(causes(&error));
    Ok(Client {
        abroad: builder().build().map_err(failed)?,
        home: builder().no_proxy().build().map_err(failed)?,
        ledger: Mutex::default(),
    })
}

impl Client {
    pub(super) fn get(&self, url: &str) -> RequestBuilder {
        self.to(url).get(url)
    }

    pub(super) fn post(&self, url: &str) -> RequestBuilder {
        self.to(url).post(url)
    }

    /// What the questions have cost so far.
    pub fn spent(&self) -> Spent {
        self.ledger().spent.clone()
    }

    /// The version of HTTP that was spoken last.
    pub(super) fn version(&self) -> Option<String> {
        self.ledger().version.clone()
    }

    /// Takes down what an answer says that it cost.
    pub(super) fn take_down(&self, reply: &Reply) {
        let figures = self.ledger().spent.add(&reply.body);
        if !figures && reply.is_success() {
            self.ledger().spent.untold += 1;
        }
        self.take_version(reply);
    }

    /// Takes down how an answer came that costs nothing.
    pub(super) fn take_version(&self, reply: &Reply) {
        self.ledger().version = Some(reply.version.clone());
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn to(&self, url: &str) -> &reqwest::Client {
        self.ledger().spent.requests += 1;
        if is_loopback(url) { &self.home } else { &self.abroad }
    }
}

#[cfg(test)]
impl From<reqwest::Client> for Client {
    fn from(client: reqwest::Client) -> Self {
        Self { abroad: client.clone(), home: client, ledger: Mutex::default() }
    }
}

/// What came back: any status, body read as far as it came.
#[derive(Debug)]
pub(super) struct Reply {
    pub url: String,
    pub status: u16,
    pub content_type: String,
    pub location: Option<String>,
    /// How long the provider wants to be left alone, in words.
    pub wait: Option<String>,
    /// The same in seconds, where it says so.
    pub pause: Option<u64>,
    pub body: String,
    /// Whether the provider fell silent in the middle of it.
    pub hangs: bool,
    /// Whether Portkey's own code failed.
    pub is_portkey_s: bool,
    /// When the pieces of the body came.
    pub arrivals: Arrivals,
    /// Such as `HTTP/2.0`.
    pub version: String,
}

/// Sends a request and reads the answer, up to the end of the stream, the time limit or [`LARGEST`]. A provider that
/// wants to be left alone for a moment is asked once more after it, where that leaves time for the answer.
pub(super) async fn exchange(
    client: &Client,
    request: RequestBuilder,
    target: &Target<'_>,
    within: Duration,
) -> Result<Reply, ProbeError> {
    let headers = target.header_map()?;
    let (sender, request) = request.headers(headers).timeout(within).build_split();
    let mut request = request.map_err(|error| failure(&target.base_url, error))?;
    if !target.query.is_empty() {
        request.url_mut().query_pairs_mut().extend_pairs(target.query);
    }
    let url = request.url().to_string();
    let shown = redacted_url(request.url());
    let again = request.try_clone();
    let first = reply(&sender, request, &url, &shown).await?;
    let (Some(pause), Some(request)) = (pause(&first).filter(|pause| *pause < within), again) else {
        return Ok(first);
    };
    tracing::info!(url = %shown, pause = pause.as_secs(), "the provider wants a pause");
    tokio::time::sleep(pause).await;
    client.ledger().spent.requests += 1;
    reply(&sender, request, &url, &shown).await
}

async fn reply(
    sender: &reqwest::Client,
    request: reqwest::Request,
    url: &str,
    shown: &str,
) -> Result<Reply, ProbeError> {
    let started = Instant::now();
    let mut response = sender.execute(request).await.map_err(|error| failure(url, error))?;
    let mut arrivals = Arrivals { head: started.elapsed(), pieces: Vec::new() };
    let mut body = Vec::new();
    let mut hangs = false;
    // A stream that breaks off or never ends is judged by what came.
    loop {
        // The first piece may have to wait for a long prompt to be read.
        let patience = if body.is_empty() { Duration::MAX } else { SILENCE };
        let Ok(piece) = tokio::time::timeout(patience, response.chunk()).await else {
            hangs = true;
            break;
        };
        let Ok(Some(chunk)) = piece else { break };
        body.extend_from_slice(&chunk);
        arrivals.pieces.push((body.len(), started.elapsed()));
        if body.len() > LARGEST || stream::is_over(&body) {
            break;
        }
    }
    let ms = started.elapsed().as_millis();
    tracing::info!(url = shown, status = response.status().as_u16(), bytes = body.len(), ms, "asked the provider");
    Ok(Reply {
        hangs,
        is_portkey_s: response.headers().contains_key(PORTKEY_FAILS),
        pause: header(&response, RETRY_AFTER).and_then(|wait| wait.parse().ok()),
        status: response.status().as_u16(),
        content_type: header(&response, CONTENT_TYPE).unwrap_or_default().to_lowercase(),
        location: header(&response, LOCATION),
        wait: header(&response, RETRY_AFTER).map(|wait| waiting(&wait)),
        // Providers echo keys in their errors.
        body: redact(&String::from_utf8_lossy(&body)).into_owned(),
        version: format!("{:?}", response.version()),
        arrivals,
        url: url.to_owned(),
    })
}

impl Reply {
    const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The good answer itself, or what a bad one means. `model` is the one asked for, if any.
    pub(super) fn judge(self, target: &Target<'_>, model: Option<&str>) -> Result<Self, ProbeError> {
        let (status, url) = (self.status, self.url.clone());
        let is_page = self.content_type.starts_with("text/html") || self.body.trim_start().starts_with("<!");
        let read = Words::read(Some(self.content_type.as_str()), self.body.as_bytes());
        let words = if is_page { String::new() } else { error_words(&self.body) };
        let meaning = read.meaning(status).filter(|_| !is_page);
        let denied = |meaning| {
            let (who, words, link) = (target.who(), words.clone(), read.link().map(str::to_owned));
            Err(ProbeError::Denied { who, status, words, meaning, link })
        };
        match meaning {
            Some(Meaning::NoCredit) => return Err(ProbeError::NoCredit { status, words }),
            // What is said of the model is told below, by the model's name.
            Some(Meaning::ModelAccess | Meaning::NoModel | Meaning::Forbidden | Meaning::RateLimit) | None => {}
            Some(means) if !means.is_key_refused() => return denied(means),
            Some(_) => return Err(bad_key(target, status, words)),
        }
        match status {
            200..=299 if self.hangs => Err(ProbeError::Timeout { host: host(&url) }),
            200..=299 | 511 if is_page => Err(web_page::of_page(url, status, &self.body)),
            200..=299 => Ok(self),
            300..=399 => {
                let to = self.location.unwrap_or_default();
                let to = to.split(['?', '#']).next().unwrap_or_default();
                Err(web_page::of_redirect(url, quote(to)))
            }
            407 => Err(ProbeError::Proxy { host: host(&url), why: "it wants a user name and a password (407)".into() }),
            401 | 403 if is_page => match web_page::of_page(url, status, &self.body) {
                // Servers in front of servers refuse keys with pages too.
                ProbeError::WebPage { status: 401, .. } => Err(bad_key(target, status, words)),
                page => Err(page),
            },
            401 => Err(bad_key(target, status, words)),
            400..=499 | 503 if let Some(model) = model.filter(|_| names_a_missing_model(status, &words)) => {
                Err(ProbeError::NoSuchModel { model: model.to_owned(), words })
            }
            403 => Err(bad_key(target, status, words)),
            404 | 405 | 501 => Err(ProbeError::NotFound { urls: vec![url] }),
            _ if meaning == Some(Meaning::ModelAccess) => denied(Meaning::ModelAccess),
            429 => {
                let said = read.wait().map(|wait| wait.in_words(Timestamp::now()));
                let wait = self.wait.or(said);
                Err(if rests(&words) {
                    ProbeError::Resting { wait, words }
                } else {
                    ProbeError::RateLimited { words, wait }
                })
            }
            500.. if self.is_portkey_s => Err(ProbeError::Portkey { status, words }),
            500.. => Err(ProbeError::Server { status, words }),
            _ => Err(ProbeError::Refused { status, words }),
        }
    }
}

/// A wrong key, or one that was never sent.
fn bad_key(target: &Target<'_>, status: u16, words: String) -> ProbeError {
    let who = target.who();
    if target.key.is_none() && target.secret_headers.is_empty() {
        ProbeError::NoKey { who, status, words }
    } else {
        ProbeError::WrongKey { who, status, words }
    }
}

/// Providers answer 404, 400 or 403 to an unknown model, each in words of its own.
fn names_a_missing_model(status: u16, words: &str) -> bool {
    // LiteLLM ends every refusal with the name of the model's group, and some servers repeat the path that is missing.
    let words = words.to_lowercase();
    let words = words.split("model group").next().unwrap_or_default();
    let words = words.split(' ').filter(|word| !word.contains("/models")).collect::<Vec<_>>().join(" ");
    let missing = [
        "not exist",
        "not found",
        "unknown model",
        "invalid model",
        "not a valid model",
        "no access",
        "not have access",
        // Together.
        "unable to access",
        // Zhipu.
        "模型不存在",
    ];
    // New API, which takes it for its own trouble.
    let no_channel = words.contains("no available channel for model");
    if status >= 500 || no_channel {
        return no_channel;
    }
    // Anthropic says no more than that it is about this model; Azure knows deployments alone.
    words.starts_with("model: ")
        || words.contains("deployment for this resource does not exist")
        || (words.contains("model") || words.contains("模型")) && missing.iter().any(|phrase| words.contains(phrase))
}

/// The words of a LiteLLM that has taken a model out of service by itself, where the provider's own limit is not reached.
pub(super) fn rests(words: &str) -> bool {
    words.contains("No deployments available for selected model")
}

/// How long it says to wait, where no header does.
fn seconds_in(words: &str) -> Option<u64> {
    let (_, after) = words.split_once("Try again in ")?;
    let (seconds, _) = after.split_once(" seconds")?;
    let whole = seconds.split('.').next().unwrap_or(seconds);
    whole.parse::<u64>().ok().map(|whole_seconds| whole_seconds + u64::from(whole != seconds))
}

/// How long a provider that refuses wants to be left alone, if that is no more than [`PATIENCE`].
fn pause(reply: &Reply) -> Option<Duration> {
    if reply.status != 429 {
        return None;
    }
    let rests = rests(&reply.body).then(|| seconds_in(&reply.body)).flatten();
    let wait = Duration::from_secs(reply.pause.or(rests)?);
    (wait <= PATIENCE).then_some(wait)
}

fn header(response: &Response, name: http::HeaderName) -> Option<String> {
    response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Host and port of a URL, as far as a person needs them.
fn host(url: &str) -> String {
    Url::parse(url)
        .ok()
        .and_then(|url| {
            let host = url.host_str()?.to_owned();
            Some(url.port().map_or(host.clone(), |port| format!("{host}:{port}")))
        })
        .unwrap_or_default()
}

/// What a failed exchange means; reqwest tells only some of it by type, the rest stands in the texts below it.
pub(super) fn failure(url: &str, error: reqwest::Error) -> ProbeError {
    let (host, error) = (host(url), error.without_url());
    let why = causes(&error);
    let has = |word: &str| why.to_lowercase().contains(word);
    if has("tunnel error") || has("proxy") {
        ProbeError::Proxy { host, why }
    } else if has("dns error") {
        ProbeError::NoSuchHost { host }
    } else if has("certificate") || has("tls") || has("invalidcontenttype") || has("corrupt message") {
        ProbeError::Tls { host, why: in_words(&why) }
    } else if error.is_timeout() {
        ProbeError::Timeout { host }
    } else {
        ProbeError::Unreachable { host, why }
    }
}

/// The TLS library's words for the most frequent trouble, put into a person's; its own stay with them.
fn in_words(why: &str) -> String {
    Fault::of(why).map_or_else(|| why.to_owned(), |fault| format!("{} ({why})", fault.words()))
}

/// The innermost causes, in one line.
fn causes(error: &reqwest::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        // Some layers repeat the text of the one below; the outermost says no more than that there was an error.
        if !text.starts_with("client error") && texts.last().is_none_or(|last| !last.contains(&text)) {
            texts.push(text);
        }
        next = cause.source();
    }
    if texts.is_empty() { quote(&error.to_string()) } else { quote(&texts.join(": ")) }
}
