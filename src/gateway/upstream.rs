//! The way out: one request to a provider, sent again while nothing of an answer has come.
//!
//! Redirects are not followed, and no URL that stands in a body is ever fetched.

use std::error::Error as _;
use std::sync::OnceLock;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, StatusCode};
use reqwest::{Client, Response};
use tokio::time::{sleep, timeout};
use url::{Host, Url};

use super::limits::Limits;
use super::outgoing::Unsigned;
use super::{failure, hint, redirect, wait};
use crate::catalog::KeyForm;
use crate::protocol::{Failure, FailureCode, Meaning, Wire, Words, failure_from_response};
use crate::secret::redact::redact;
use crate::settings::KeyStore;
use crate::trust::{Fault, trusting};

/// How long a connection to a provider may lie idle and still be used.
const POOL_IDLE: Duration = Duration::from_secs(3);
/// Enough of an error page to find its words.
const ERROR_BYTES: usize = 64 << 10;
/// Time for an error's body.
const ERROR_TIME: Duration = Duration::from_secs(10);

/// The HTTP clients, made when they are first needed: reading the system's certificates takes time.
pub(super) struct Upstream {
    limits: Limits,
    loopback: OnceLock<Result<Client, String>>,
    remote: OnceLock<Result<Client, String>>,
}

/// One request, ready to be sent as often as it takes.
pub(super) struct Call {
    /// The provider's id.
    pub id: String,
    /// Its shown name, for error messages.
    pub name: String,
    /// Its own name of the model.
    pub model: String,
    /// What it speaks.
    pub wire: Wire,
    /// Where to.
    pub url: Url,
    /// Everything but the content headers.
    pub headers: HeaderMap,
    /// Where its key is.
    pub key: KeyStore,
    /// The header that it goes in.
    pub key_form: KeyForm,
    /// What prints it, when that is where it is.
    pub key_command: Vec<String>,
    /// Names of the headers whose values are secrets.
    pub secret_headers: Vec<String>,
    /// Whether the answer is to be a stream.
    pub stream: bool,
    /// The translated body: the one copy of it that is kept while nothing has come.
    pub body: Bytes,
    /// Whether the provider may pause its answer, and is asked to go on with the same body then.
    pub may_pause: bool,
    /// What the body is made of anew when its signatures are refused.
    pub unsigned: Option<Unsigned>,
    /// Where a person finds the keys and the account.
    pub keys_url: Option<&'static str>,
}

/// Why there is no answer.
pub(super) struct NoAnswer {
    /// The provider's status, when there was one.
    pub status: Option<StatusCode>,
    /// Whether the key is what it refused.
    pub refuses_key: bool,
    /// What Codex is told.
    pub failure: Failure,
}

impl Upstream {
    /// No client yet.
    pub(super) fn new(limits: &Limits) -> Self {
        Self { limits: limits.clone(), loopback: OnceLock::new(), remote: OnceLock::new() }
    }

    /// Sends a request and waits for the head of its answer. A status other than 2xx is a failure.
    pub(super) async fn send(&self, call: &Call) -> Result<Response, NoAnswer> {
        let mut wait = self.limits.backoff;
        for _ in 0..self.limits.retries {
            let pause = match self.attempt(call).await {
                Ok(response) if !response.status().is_success() => {
                    let asked = wait::asked(response.headers());
                    let refused = self.refused(call, response).await;
                    // What a provider calls its own trouble may be a conversation that is too long for it.
                    if !refused.failure.may_pass() || asked.is_some_and(|asked| asked > self.limits.retry_after) {
                        return Err(refused);
                    }
                    asked.unwrap_or(wait)
                }
                Err(Attempt::Again(_)) => wait,
                outcome => return self.conclude(call, outcome).await,
            };
            sleep(pause).await;
            wait *= 2;
        }
        let outcome = self.attempt(call).await;
        self.conclude(call, outcome).await
    }

    async fn conclude(&self, call: &Call, outcome: Result<Response, Attempt>) -> Result<Response, NoAnswer> {
        match outcome {
            Ok(response) if response.status().is_success() && !is_html(response.headers()) => {
                match packing(response.headers()) {
                    None => Ok(response),
                    Some(packing) => {
                        let status = Some(response.status());
                        let message =
                            format!("{}'s answer is compressed (`{packing}`), which was not asked for", call.name);
                        Err(NoAnswer { status, refuses_key: false, failure: failure::shown(message) })
                    }
                }
            }
            Ok(response) => Err(self.refused(call, response).await),
            Err(Attempt::Again(cause) | Attempt::Over(cause)) => {
                Err(NoAnswer { status: None, refuses_key: false, failure: unreachable(call, &cause) })
            }
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Response, Attempt> {
        let client = self.client(&call.url).map_err(Attempt::Over)?;
        let accept = if call.stream { "text/event-stream" } else { "application/json" };
        let request = client
            .post(call.url.clone())
            .headers(call.headers.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(ACCEPT, HeaderValue::from_static(accept))
            .body(call.body.clone());
        match timeout(self.limits.upstream_head, request.send()).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => {
                let cause = cause_of(&error);
                Err(if error.is_builder() { Attempt::Over(cause) } else { Attempt::Again(cause) })
            }
            Err(_) => Err(Attempt::Over(format!("no answer within {} s", self.limits.upstream_head.as_secs()))),
        }
    }

    /// Loopback never goes through a proxy, whatever the environment says.
    fn client(&self, url: &Url) -> Result<&Client, String> {
        let (slot, direct) = if is_loopback(url) { (&self.loopback, true) } else { (&self.remote, false) };
        let made = slot.get_or_init(|| {
            let builder = trusting(Client::builder())
                .user_agent(concat!("codexgw/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(self.limits.connect)
                // Servers close what lies idle, LiteLLM after 5 s, and a request that meets the close is lost.
                .pool_idle_timeout(POOL_IDLE)
                .tcp_nodelay(true)
                .http2_keep_alive_interval(self.limits.connect * 2)
                .http2_keep_alive_timeout(self.limits.connect)
                .referer(false);
            let builder = if direct { builder.no_proxy() } else { builder };
            builder.build().map_err(|error| cause_of(&error))
        });
        made.as_ref().map_err(Clone::clone)
    }

    async fn refused(&self, call: &Call, response: Response) -> NoAnswer {
        let status = response.status();
        let headers = response.headers().clone();
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        if let (true, Some(to)) = (status.is_redirection(), text(LOCATION)) {
            let failure = redirect::failure(call, status.as_u16(), to);
            return NoAnswer { status: Some(status), refuses_key: false, failure };
        }
        let body = timeout(ERROR_TIME, read_some(response, ERROR_BYTES)).await.unwrap_or_default();
        let body = redact(&String::from_utf8_lossy(&body)).into_owned();
        let body = match packing(&headers) {
            None => body,
            Some(packing) => format!("words compressed with `{packing}`, which was not asked for"),
        };
        let words = Words::read(text(CONTENT_TYPE), body.as_bytes());
        let wait = wait::of_refusal(status, &headers, &words);
        let mut failure = failure_from_response(&call.name, status.as_u16(), wait, text(CONTENT_TYPE), body.as_bytes());
        let refuses_key = failure.meaning.is_some_and(Meaning::is_about_key);
        if failure.code == FailureCode::ContextLengthExceeded && hint::opens(&call.body) {
            failure.code = FailureCode::WindowTooSmall;
        }
        let failure = match hint::of(&failure, &words, call) {
            Some(hint) => failure.with_hint(&hint),
            None => failure,
        };
        NoAnswer { status: Some(status), refuses_key, failure }
    }
}

/// Why an attempt brought no answer.
enum Attempt {
    /// Another one may do better.
    Again(String),
    /// Another one would not.
    Over(String),
}

fn is_html(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"text/html"))
}

/// How an answer is packed. No packing is ever asked for: it would hold events back.
fn packing(headers: &HeaderMap) -> Option<String> {
    let packing = headers.get(CONTENT_ENCODING)?.to_str().unwrap_or("?").to_ascii_lowercase();
    (!packing.is_empty() && packing != "identity").then_some(packing)
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => {
            name.eq_ignore_ascii_case("localhost") || name.to_ascii_lowercase().ends_with(".localhost")
        }
        None => false,
    }
}

async fn read_some(mut response: Response, most: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(piece)) = response.chunk().await {
        body.extend_from_slice(&piece[..piece.len().min(most - body.len())]);
        if body.len() == most {
            break;
        }
    }
    body
}

/// The innermost cause, which says most; the layers above it name the URL, which may hold a secret.
pub(super) fn cause_of(error: &reqwest::Error) -> String {
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(|cause| cause.source()) {
        cause = Some(deeper);
    }
    match cause {
        Some(cause) => redact(&cause.to_string()).into_owned(),
        None if error.is_timeout() => "timed out".to_owned(),
        None => "the request failed".to_owned(),
    }
}

fn unreachable(call: &Call, cause: &str) -> Failure {
    let host = call.url.host_str().unwrap_or_default();
    let address = call.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    // The TLS library's names for the most frequent trouble say little to a person.
    let fault = Fault::of(cause);
    let why = match &fault {
        Some(fault @ Fault::NoTls) => format!("{} ({cause})", fault.words()),
        Some(fault) => fault.words(),
        None => cause.to_owned(),
    };
    let hint = match fault {
        Some(fault) => format!("{}; else look at the address: `codexgw list --json`", fault.remedy(host)),
        None => hint::of_unreachable(is_loopback(&call.url), cause).to_owned(),
    };
    failure::shown(format!("cannot reach {} at `{address}`: {why}", call.name)).with_hint(&hint)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::is_loopback;

    #[test]
    fn loopback_is_told_from_what_only_looks_like_it() {
        let table = [
            ("http://127.0.0.1:11434/v1", true),
            ("http://127.8.8.8/v1", true),
            ("http://[::1]:1/v1", true),
            ("http://LOCALHOST/v1", true),
            ("http://ollama.localhost/v1", true),
            ("http://0x7f.1/v1", true),
            ("https://localhost.example/v1", false),
            ("https://notlocalhost/v1", false),
            ("https://127.0.0.1.example/v1", false),
            ("http://10.0.0.1/v1", false),
            ("http://[::2]/v1", false),
        ];
        for (url, expected) in table {
            assert_eq!(is_loopback(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
