//! What can stand between us and a provider, told apart.

use std::env;

use thiserror::Error as ThisError;

use crate::error::{Error, Kind};
use crate::protocol::{Meaning, Remedy, Wire, Words};
use crate::trust::Fault;

/// The provider that was asked, as far as an error about its key has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Shown name.
    pub name: String,
    /// Where a person gets a key.
    pub keys_url: Option<String>,
}

/// Why a provider could not be asked, or cannot be used as wanted. Texts of the provider are already fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq, ThisError)]
pub enum ProbeError {
    /// A base URL that cannot be one.
    #[error("{message}")]
    BaseUrl {
        /// What is wrong.
        message: String,
        /// What the parser said.
        why: Option<String>,
        /// What to give.
        hint: String,
    },
    /// There is no list of models to take one from, and none was named.
    #[error("{name} lists no models, so one has to be named")]
    NoModel {
        /// Shown name of the provider.
        name: String,
    },
    /// A header that HTTP does not allow.
    #[error("the header `{name}` cannot be sent")]
    BadHeader {
        /// Its name.
        name: String,
    },
    /// 401, or 403 in JSON.
    #[error("{}", refusal(who, *status, words))]
    WrongKey {
        /// Whose key.
        who: Who,
        /// HTTP status.
        status: u16,
        /// The provider's words.
        words: String,
    },
    /// 401 although no key was sent.
    #[error("{} wants a key", who.name)]
    NoKey {
        /// Whose key.
        who: Who,
        /// HTTP status.
        status: u16,
        /// The provider's words.
        words: String,
    },
    /// The account is empty, or its plan does not cover what was asked.
    #[error("the account has no credit")]
    NoCredit {
        /// HTTP status: 402 by right, and 429, 400 or 403.
        status: u16,
        /// The provider's words.
        words: String,
    },
    /// The key is good, and something else of the account or the place is in the way.
    #[error("{}", meaning.what(&who.name))]
    Denied {
        /// Whose key.
        who: Who,
        /// HTTP status.
        status: u16,
        /// The provider's words.
        words: String,
        /// What it means.
        meaning: Meaning,
        /// Where to see to it, by the provider's own words.
        link: Option<String>,
    },
    /// A page of a firewall, where an API was expected.
    #[error("a firewall in front of `{url}` turns the request away")]
    Blocked {
        /// What was asked.
        url: String,
        /// What the page says in its title.
        words: String,
    },
    /// 429.
    #[error("the provider's rate limit is reached")]
    RateLimited {
        /// The provider's words.
        words: String,
        /// How long it wants to be left alone, in its own words.
        wait: Option<String>,
    },
    /// 429 of a LiteLLM whose every deployment of the model has failed a moment ago.
    #[error("LiteLLM rests the model for a moment, after errors of the server behind it")]
    Resting {
        /// LiteLLM's words.
        words: String,
        /// How long, in its own words.
        wait: Option<String>,
    },
    /// The name does not resolve.
    #[error("there is no host `{host}`")]
    NoSuchHost {
        /// Host name.
        host: String,
    },
    /// No connection, or one that broke.
    #[error("cannot reach `{host}`")]
    Unreachable {
        /// Host and port.
        host: String,
        /// What the system said.
        why: String,
    },
    /// The TLS handshake failed.
    #[error("no secure connection to `{host}`")]
    Tls {
        /// Host and port.
        host: String,
        /// What the TLS library said.
        why: String,
    },
    /// A proxy on the way refused.
    #[error("the proxy does not let us through to `{host}`")]
    Proxy {
        /// Host and port.
        host: String,
        /// What the proxy said.
        why: String,
    },
    /// Silence.
    #[error("`{host}` did not answer in time")]
    Timeout {
        /// Host and port.
        host: String,
    },
    /// A web page where an API was expected.
    #[error("`{url}` answers with a web page, not with an API")]
    WebPage {
        /// What was asked.
        url: String,
        /// HTTP status.
        status: u16,
    },
    /// A page that wants a person to log in.
    #[error("`{url}` answers with a login page, not with an API")]
    LoginPage {
        /// What was asked.
        url: String,
    },
    /// A page of the network that one is in, in place of what was asked for.
    #[error("a portal of the network answers in place of `{url}`")]
    Portal {
        /// What was asked.
        url: String,
    },
    /// An answer in the form of another protocol.
    #[error("`{url}` answers in the form of `{}`", path(*.speaks))]
    OtherForm {
        /// What was asked.
        url: String,
        /// The protocol of the answer.
        speaks: Wire,
    },
    /// A redirect, which is never followed with a key.
    #[error("`{url}` redirects elsewhere")]
    Redirect {
        /// What was asked.
        url: String,
        /// Where to, without its query.
        to: String,
    },
    /// 404 everywhere.
    #[error("there is no API at this base URL")]
    NotFound {
        /// What was asked.
        urls: Vec<String>,
    },
    /// There is an API, at another place of the same host.
    #[error("the API is not at this base URL, but at `{found}`")]
    Elsewhere {
        /// The base URL that answers.
        found: String,
    },
    /// The provider does not know the model.
    #[error("the provider does not serve the model `{model}`")]
    NoSuchModel {
        /// The model asked for.
        model: String,
        /// The provider's words.
        words: String,
    },
    /// Any other 4xx.
    #[error("the provider refuses the request")]
    Refused {
        /// HTTP status.
        status: u16,
        /// The provider's words.
        words: String,
    },
    /// 5xx.
    #[error("the provider has trouble of its own")]
    Server {
        /// HTTP status.
        status: u16,
        /// The provider's words.
        words: String,
    },
    /// 5xx of Portkey's gateway, whose own code has failed.
    #[error("Portkey's own code fails at this request")]
    Portkey {
        /// HTTP status.
        status: u16,
        /// Portkey's words.
        words: String,
    },
    /// An answer in a form that nobody documented.
    #[error("`{url}` answers in a form that is not known")]
    Unknown {
        /// What was asked.
        url: String,
        /// The beginning of the answer.
        start: String,
    },
    /// Something answered, but not in a form that Codex or the gateway could work with.
    #[error("the provider's answers cannot be used")]
    Unusable {
        /// What is wrong with them.
        why: String,
    },
    /// `--via direct` without `/responses`.
    #[error("Codex cannot talk to this provider directly: it has no `/responses`")]
    NoResponses {
        /// What `/responses` said.
        why: String,
    },
    /// `--via direct` with a `--wire` of another protocol.
    #[error("Codex itself speaks only the Responses API: `--wire {}` needs the gateway", name(*.wire))]
    GatewayOnly {
        /// The wire asked for.
        wire: Wire,
    },
    /// `--wire` names one that the provider does not serve.
    #[error("the provider does not serve `{}`", path(*.wire))]
    WireNotServed {
        /// The wire asked for.
        wire: Wire,
        /// What that endpoint said.
        why: String,
    },
}

/// A wire as `--wire` names it.
pub(super) const fn name(wire: Wire) -> &'static str {
    wire.name()
}

/// The endpoint of a wire, under the base URL.
pub(super) const fn path(wire: Wire) -> &'static str {
    match wire {
        Wire::Responses => "/responses",
        Wire::Chat => "/chat/completions",
        Wire::Messages => "/messages",
        Wire::Gemini => "/models/{model}:generateContent",
    }
}

impl ProbeError {
    /// What was seen.
    fn cause(&self) -> Option<String> {
        match self {
            Self::WrongKey { status, words, .. }
            | Self::NoKey { status, words, .. }
            | Self::NoCredit { status, words }
            | Self::Denied { status, words, .. }
            | Self::Refused { status, words }
            | Self::Server { status, words } => Some(said(*status, words)),
            Self::Portkey { status, words } => Some(format!(
                "{}; its log says why, `TypeError: immutable` where npm took too new a server library",
                said(*status, words)
            )),
            Self::RateLimited { words, .. } | Self::Resting { words, .. } => Some(said(429, words)),
            Self::NoSuchModel { words: why, .. }
            | Self::Blocked { words: why, .. }
            | Self::Unreachable { why, .. }
            | Self::Tls { why, .. }
            | Self::Proxy { why, .. }
            | Self::Unusable { why }
            | Self::NoResponses { why }
            | Self::WireNotServed { why, .. } => Some(why.clone()),
            Self::WebPage { status, .. } => {
                Some(format!("status {status}, `text/html`: a login page, a portal of the network, or a wrong path"))
            }
            Self::LoginPage { .. } => {
                Some("a single sign-on in front of the API, or the address of a console".to_owned())
            }
            Self::OtherForm { .. } => Some("a proxy that maps every path to one protocol".to_owned()),
            Self::Redirect { to, .. } => Some(format!("it points to `{to}`")),
            Self::NotFound { urls } if urls.is_empty() => None,
            Self::BaseUrl { why, .. } => why.clone(),
            Self::NotFound { urls } => Some(format!("not found: {}", ticked(urls))),
            Self::Unknown { start, .. } if start.is_empty() => Some("the answer is empty".to_owned()),
            Self::Unknown { start, .. } => Some(format!("it begins `{start}`")),
            Self::BadHeader { .. }
            | Self::NoModel { .. }
            | Self::NoSuchHost { .. }
            | Self::Timeout { .. }
            | Self::Portal { .. }
            | Self::Elsewhere { .. }
            | Self::GatewayOnly { .. } => None,
        }
    }

    /// What to do.
    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::WrongKey { who, .. } | Self::NoKey { who, .. } => match &who.keys_url {
                Some(url) => format!("get a key at {url}, and give it with `--key-stdin` or when asked"),
                None => "give a key of this provider with `--key-stdin` or when asked".to_owned(),
            },
            Self::NoCredit { .. } => {
                "add credit in the provider's console, or set it up unasked: `--no-probe`".to_owned()
            }
            Self::Denied { who, meaning, link, .. } => denied(who, *meaning, link.as_deref()),
            Self::Blocked { .. } => {
                Meaning::Blocked.to_do(None, None).unwrap_or_default() + ", or set it up unasked: `--no-probe`"
            }
            Self::RateLimited { wait: Some(wait), .. } => {
                format!("wait as long as it asks for ({wait}), or set it up unasked: `--no-probe`")
            }
            Self::Portkey { .. } => {
                "in Portkey's folder: `npm pkg set overrides.@hono/node-server=1.13.7 && npm install`, \
                                     which mends 1.15.2, then start it again"
                    .to_owned()
            }
            Self::Resting { wait, .. } => {
                let wait = wait.as_deref().map(|wait| format!("wait {wait}, then try again; ")).unwrap_or_default();
                format!(
                    "{wait}LiteLLM's log says what failed, and `cooldown_time` of its `router_settings` how long it rests"
                )
            }
            Self::RateLimited { .. } | Self::Server { .. } | Self::Timeout { .. } => {
                "try again later, or set it up unasked: `--no-probe`".to_owned()
            }
            Self::NoSuchHost { .. } => "look at the spelling: `--base-url URL`".to_owned(),
            Self::Unreachable { host, .. } if is_local(host) => {
                "start the server, or name another: `--base-url URL`".to_owned()
            }
            Self::Unreachable { .. } => "look at the network, or set it up unasked: `--no-probe`".to_owned(),
            Self::Tls { why, host } => match Fault::of(why) {
                Some(Fault::NoTls) => {
                    format!("the port speaks no TLS; if you trust the network: `--base-url http://{host}/v1`")
                }
                Some(fault) => fault.remedy(host.rsplit_once(':').map_or(host, |(name, _)| name)),
                None => {
                    "see what the server says of itself: `openssl s_client -connect HOST:443`".replace("HOST:443", host)
                }
            },
            Self::Proxy { host, why } => {
                let name = proxy_variable().unwrap_or("HTTPS_PROXY");
                if why.contains("407") || why.contains("authoriz") {
                    format!("give it what it wants: `export {name}=http://USER:PASSWORD@PROXY:PORT`")
                } else {
                    format!("see whether the proxy in `{name}` is up, and lets `{host}` through")
                }
            }
            Self::Portal { .. } => "log in to the network in a browser first, then try again".to_owned(),
            Self::OtherForm { speaks, .. } => format!(
                "look up where its `{}` lies, and use it as what it is: `--base-url URL --wire {}`",
                path(*speaks),
                name(*speaks)
            ),
            Self::Elsewhere { found } => format!("name that one: `--base-url {found}`"),
            Self::Redirect { to, .. } if to.starts_with("https://") => {
                "if that is the provider's, give the base URL that goes with it: `--base-url URL`".to_owned()
            }
            Self::WebPage { .. }
            | Self::LoginPage { .. }
            | Self::Redirect { .. }
            | Self::NotFound { .. }
            | Self::Unknown { .. } => {
                "look up the base URL in the provider's documentation: `--base-url URL`".to_owned()
            }
            Self::NoModel { .. } => "name one: `--model MODEL`".to_owned(),
            Self::NoSuchModel { .. } => "name one that it serves: `--model MODEL`".to_owned(),
            Self::Refused { words, .. } if wants_a_header(words) => {
                "send the header that it names: `--header NAME=VALUE`".to_owned()
            }
            Self::Refused { .. } | Self::Unusable { .. } => "try another of its models: `--model MODEL`".to_owned(),
            Self::BaseUrl { hint, .. } => hint.clone(),
            Self::BadHeader { .. } => "leave out control characters and letters outside of ASCII".to_owned(),
            Self::NoResponses { .. } | Self::GatewayOnly { .. } => "go through the gateway: `--via gateway`".to_owned(),
            Self::WireNotServed { .. } => "let the probe choose: `--wire auto`".to_owned(),
        };
        let mut hints = vec![hint];
        if let (true, Some(name)) = (self.is_network(), proxy_variable()) {
            hints.push(format!(
                "`{name}` is set: if that proxy is the trouble, run the command with `{name}=` in front"
            ));
        }
        hints
    }

    /// A stable name.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::BaseUrl { .. } => "base-url",
            Self::BadHeader { .. } => "header",
            Self::NoModel { .. } => "no-model",
            Self::WrongKey { .. } => "wrong-key",
            Self::NoKey { .. } => "no-key",
            Self::NoCredit { .. } => "no-credit",
            Self::Denied { meaning, .. } => meaning.id(),
            Self::Blocked { .. } => Meaning::Blocked.id(),
            Self::RateLimited { .. } => "rate-limit",
            Self::Resting { .. } => "resting",
            Self::NoSuchHost { .. } => "no-such-host",
            Self::Unreachable { .. } => "unreachable",
            Self::Tls { .. } => "tls",
            Self::Proxy { .. } => "proxy",
            Self::Timeout { .. } => "silent",
            Self::WebPage { .. } => "web-page",
            Self::LoginPage { .. } => "login-page",
            Self::Portal { .. } => "portal",
            Self::OtherForm { .. } => "other-form",
            Self::Redirect { .. } => "redirect",
            Self::NotFound { .. } => "not-found",
            Self::Elsewhere { .. } => "elsewhere",
            Self::NoSuchModel { .. } => "no-such-model",
            Self::Refused { .. } => "refused",
            Self::Server { .. } | Self::Portkey { .. } => "failing",
            Self::Unknown { .. } => "unknown-form",
            Self::Unusable { .. } => "unusable",
            Self::NoResponses { .. } | Self::GatewayOnly { .. } | Self::WireNotServed { .. } => "wire",
        }
    }

    /// Whether the provider refuses the key, or wants one.
    #[must_use]
    pub const fn is_about_key(&self) -> bool {
        matches!(self, Self::WrongKey { .. } | Self::NoKey { .. } | Self::NoCredit { .. } | Self::Denied { .. })
    }

    /// Whether no HTTP answer came back at all, so that asking another path of the host is of no use.
    pub(super) fn is_network(&self) -> bool {
        match self {
            Self::Unreachable { host, .. } | Self::Timeout { host } => !is_local(host),
            Self::NoSuchHost { .. } | Self::Tls { .. } | Self::Proxy { .. } => true,
            _ => false,
        }
    }

    /// Whether there is a server that answers without TLS where TLS was asked for.
    #[must_use]
    pub fn speaks_no_tls(&self) -> bool {
        matches!(self, Self::Tls { why, .. } if Fault::of(why) == Some(Fault::NoTls))
    }

    /// Whether trying the next candidate base URL cannot help.
    pub(super) fn is_final(&self) -> bool {
        self.is_network()
            || matches!(
                self,
                Self::Unreachable { .. } | Self::Timeout { .. } | Self::BadHeader { .. } | Self::Portal { .. }
            )
    }

    /// How much the error says about the true trouble: of several, the weightiest is shown.
    pub(super) const fn weight(&self) -> u8 {
        match self {
            Self::NotFound { .. } => 0,
            Self::Unknown { .. } => 1,
            Self::WebPage { .. } | Self::LoginPage { .. } | Self::Redirect { .. } | Self::OtherForm { .. } => 2,
            Self::Server { .. } | Self::Portkey { .. } | Self::Blocked { .. } => 3,
            Self::Refused { .. } => 4,
            Self::NoSuchModel { .. } => 5,
            Self::RateLimited { .. } | Self::Resting { .. } => 6,
            Self::NoCredit { .. } | Self::Denied { .. } => 7,
            Self::WrongKey { .. } | Self::NoKey { .. } => 8,
            _ => 9,
        }
    }

    /// The weightier of two.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::NotFound { mut urls }, Self::NotFound { urls: more }) => {
                urls.extend(more);
                Self::NotFound { urls }
            }
            (one, other) if one.weight() >= other.weight() => one,
            (_, other) => other,
        }
    }
}

impl From<ProbeError> for Error {
    fn from(error: ProbeError) -> Self {
        use ProbeError::{BadHeader, BaseUrl, GatewayOnly, NoModel, NoResponses, WireNotServed};
        let kind = match error {
            BaseUrl { .. } | BadHeader { .. } | GatewayOnly { .. } | NoModel { .. } => Kind::Usage,
            NoResponses { .. } | WireNotServed { .. } => Kind::Fixable,
            _ => Kind::Upstream,
        };
        let shown = Self::new(kind, error.to_string());
        let shown = error.cause().into_iter().fold(shown, Self::cause);
        error.hints().into_iter().fold(shown, Self::hint)
    }
}

fn said(status: u16, words: &str) -> String {
    if words.is_empty() { format!("status {status}") } else { format!("status {status}: {words}") }
}

fn ticked(urls: &[String]) -> String {
    urls.iter().map(|url| format!("`{url}`")).collect::<Vec<_>>().join(", ")
}

/// Portkey's way to say that it does not know where to send a request.
fn wants_a_header(words: &str) -> bool {
    let words = words.to_lowercase();
    words.contains("header") && ["required", "missing"].iter().any(|word| words.contains(word))
}

/// What it means that a key is refused, as far as the provider tells.
fn refusal(who: &Who, status: u16, words: &str) -> String {
    Words::saying(words).meaning(status).unwrap_or(Meaning::WrongKey).what(&who.name)
}

/// What helps where the key is good.
fn denied(who: &Who, meaning: Meaning, link: Option<&str>) -> String {
    let to_do = meaning.to_do(link, who.keys_url.as_deref());
    let command = match meaning.remedy() {
        Remedy::Address => "name the address that the key belongs to: `--base-url URL`",
        Remedy::Model => "name another model: `--model MODEL`",
        Remedy::Key => "give another key with `--key-stdin` or when asked",
        Remedy::Console | Remedy::Time | Remedy::Elsewhere => "set it up unasked: `--no-probe`",
    };
    to_do.map_or_else(|| command.to_owned(), |to_do| format!("{to_do}, or {command}"))
}

fn is_local(host: &str) -> bool {
    super::is_loopback(&format!("http://{host}"))
}

/// The proxy variable that is set, if any.
fn proxy_variable() -> Option<&'static str> {
    ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"]
        .into_iter()
        .find(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}
