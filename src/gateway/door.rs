//! The guard: who may come in, and to which room.
//!
//! Any local program and any web page can reach a loopback port. So every path wants the token, `Host` must be ours
//! (DNS rebinding), and whatever a browser marks as its own is refused. The challenge alone takes no token: it is how
//! a client learns that it may hand one over.

use http::{HeaderMap, Method, Request, StatusCode, Version, header};
use subtle::ConstantTimeEq;

use super::answer::{self, Answer};
use super::body::Packing;
use super::lifecycle::proof::{CHALLENGE_PATH, NONCE_HEADER, Nonce, STOP_PATH};
use crate::secret::Secret;

/// What an admitted request wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// Prove that this gateway knows the token.
    Challenge(Nonce),
    /// One turn of Codex.
    Responses {
        /// How the body is packed.
        packing: Packing,
        /// What is wanted of the model.
        task: Task,
    },
    /// The model catalogue.
    Models,
    /// End after the running answers.
    Stop,
}

/// What a turn is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// The next step of the conversation; or its summary, when the conversation itself asks for one.
    Answer,
    /// Its summary.
    Compact,
}

/// Why a request stays outside.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: &'static str,
    allow: Option<&'static str>,
}

impl Refusal {
    const fn new(status: StatusCode, code: &'static str, message: &'static str) -> Self {
        Self { status, code, message, allow: None }
    }

    /// The refusal as an HTTP answer.
    pub(super) fn answer(&self) -> Answer {
        let mut answer = answer::error(self.status, self.code, self.message);
        let headers = answer.headers_mut();
        if let Some(allow) = self.allow {
            headers.insert(header::ALLOW, http::HeaderValue::from_static(allow));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Bearer"));
        }
        answer
    }
}

/// The guard of one listener.
pub(super) struct Door {
    token: Secret,
    hosts: [String; 3],
}

impl Door {
    /// A guard for the listener on `port`.
    pub(super) fn new(token: Secret, port: u16) -> Self {
        let hosts = ["127.0.0.1", "localhost", "[::1]"].map(|host| format!("{host}:{port}"));
        Self { token, hosts }
    }

    /// The gateway's own token.
    pub(super) const fn token(&self) -> &Secret {
        &self.token
    }

    /// Looks at a request's head. What is refused learns nothing about the paths behind the door.
    pub(super) fn admit<B>(&self, request: &Request<B>) -> Result<Entry, Refusal> {
        let headers = request.headers();
        if request.version() != Version::HTTP_11 || request.uri().authority().is_some() {
            return Err(Refusal::new(
                StatusCode::BAD_REQUEST,
                "bad_request",
                "only plain HTTP/1.1 requests are served",
            ));
        }
        if !self.is_our_host(headers) {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "foreign_host", "this `Host` is not the gateway's"));
        }
        if is_from_browser(headers) {
            return Err(Refusal::new(StatusCode::FORBIDDEN, "foreign_origin", "web pages may not use the gateway"));
        }
        let path = request.uri().path();
        if path == CHALLENGE_PATH {
            expect_method(request, &Method::GET, "GET")?;
            let nonce = single(headers, NONCE_HEADER).and_then(Nonce::parse);
            return nonce
                .map(Entry::Challenge)
                .ok_or_else(|| Refusal::new(StatusCode::BAD_REQUEST, "bad_request", "a challenge needs a nonce"));
        }
        if !self.knows_token(headers) {
            return Err(Refusal::new(
                StatusCode::UNAUTHORIZED,
                "invalid_gateway_token",
                "the gateway's token is missing or wrong; `codexgw token codexgw` prints it",
            ));
        }
        match path {
            "/v1/responses" if headers.contains_key(header::UPGRADE) => Err(Refusal::new(
                StatusCode::UPGRADE_REQUIRED,
                "websocket_not_supported",
                "the gateway speaks plain HTTP; set `supports_websockets = false`",
            )),
            "/v1/responses" => {
                expect_method(request, &Method::POST, "POST")?;
                expect_json(headers).map(|packing| Entry::Responses { packing, task: Task::Answer })
            }
            "/v1/responses/compact" => {
                expect_method(request, &Method::POST, "POST")?;
                expect_json(headers).map(|packing| Entry::Responses { packing, task: Task::Compact })
            }
            "/v1/chat/completions" | "/v1/messages" => Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "the gateway speaks the Responses API alone, to Codex and others: send this to `/v1/responses`",
            )),
            "/v1/models" => expect_method(request, &Method::GET, "GET").map(|()| Entry::Models),
            STOP_PATH => expect_method(request, &Method::POST, "POST").map(|()| Entry::Stop),
            _ => Err(Refusal::new(
                StatusCode::NOT_FOUND,
                "not_found",
                "the gateway serves `/v1/responses`, `/v1/responses/compact` and `/v1/models`",
            )),
        }
    }

    fn is_our_host(&self, headers: &HeaderMap) -> bool {
        single(headers, "host").is_some_and(|host| self.hosts.iter().any(|ours| ours.eq_ignore_ascii_case(host)))
    }

    fn knows_token(&self, headers: &HeaderMap) -> bool {
        let given = single(headers, "authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token)
        });
        given.is_some_and(|token| self.token.expose().as_bytes().ct_eq(token.as_bytes()).into())
    }
}

/// The value of a header that stands there exactly once.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    if values.next().is_some() { None } else { first.to_str().ok() }
}

/// Whether a browser sent this: no `Origin` is ever ours, and `Sec-Fetch-Site` is a header no script can forge.
fn is_from_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN)
        || headers.get("sec-fetch-site").is_some_and(|site| !matches!(site.as_bytes(), b"none" | b"same-origin"))
}

fn expect_method<B>(request: &Request<B>, method: &Method, allow: &'static str) -> Result<(), Refusal> {
    if request.method() == method {
        return Ok(());
    }
    let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path takes another method");
    Err(Refusal { allow: Some(allow), ..refusal })
}

/// A web form can send `text/plain` anywhere without asking, and that is not Codex.
fn expect_json(headers: &HeaderMap) -> Result<Packing, Refusal> {
    let essence = single(headers, "content-type").map(|value| value.split(';').next().unwrap_or(value).trim());
    if !essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "the body must be `application/json`",
        ));
    }
    Packing::of(headers).ok_or_else(|| {
        Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_content_encoding",
            "of packed bodies only `gzip` and `zstd` are read",
        )
    })
}
