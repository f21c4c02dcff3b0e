//! An empty question: it tells whether an endpoint is there, and costs nothing.

use std::time::{Duration, SystemTime};

use http::header::{CONTENT_TYPE, DATE, RETRY_AFTER};
use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::client::{Client, PORTKEY_FAILS, failure};
use super::error::path;
use super::foreign::{error_words, quote};
use super::{ProbeError, Target};
use crate::protocol::{Meaning, Wire, Words, gemini};
use crate::secret::redact::redact;

/// Time for one answer: a server that loads its model first takes some seconds.
const WITHIN: Duration = Duration::from_secs(9);
/// Largest answer that is read: a refusal is short.
const LARGEST: usize = 64 * 1024;

/// What an endpoint said to the empty question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// What was asked.
    pub url: String,
    /// HTTP status.
    pub status: u16,
    /// The provider's words.
    pub words: String,
    /// Whether a web page came back.
    pub is_page: bool,
    /// Whether an answer in Anthropic's form came back, whatever was asked.
    pub is_message: bool,
    /// The provider behind the provider, where the answer names one (OpenRouter).
    pub behind: Option<String>,
    /// What a refusal means, as far as its words tell; of a page, what its title says.
    pub meaning: Option<Meaning>,
    /// The address that the words point to.
    pub link: Option<String>,
    /// The host that the words send us to.
    pub host: Option<String>,
    /// How long it wants to be left alone, in its own words.
    pub wait: Option<String>,
    /// What time it is there.
    pub time: Option<SystemTime>,
}

impl Knock {
    /// Whether the endpoint is there, whatever it thinks of the question.
    #[must_use]
    pub fn is_there(&self) -> bool {
        let is_absent = matches!(self.status, 404 | 405 | 501) && self.meaning.is_none() && !self.is_about_model();
        !self.is_page && !is_absent && !(300..400).contains(&self.status)
    }

    /// Whether the answer is a success.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the refusal is about the model, which the question does not name.
    #[must_use]
    pub fn is_about_model(&self) -> bool {
        // Servers repeat the path that they do not have, and Gemini's has `models` in it.
        let path = Url::parse(&self.url).map(|url| url.path().to_owned()).unwrap_or_default();
        let words = if path.len() > 1 { self.words.replace(&path, "") } else { self.words.clone() };
        let words = words.to_lowercase();
        words.contains("model") || words.contains("deployment")
    }
}

/// Asks the endpoint of a wire under the target's base URL for nothing at all, or as good as nothing.
///
/// # Errors
/// When no answer comes back.
pub async fn knock(client: &Client, target: &Target<'_>, wire: Wire, model: &str) -> Result<Knock, ProbeError> {
    let body = match wire {
        // llama-cpp-python takes no conversation for an empty one, which it would go on with for ever.
        Wire::Chat => json!({"max_tokens": 1}),
        _ => json!({}),
    };
    ask(client, target, wire, model, &body).await
}

/// Asks the endpoint with this body.
///
/// # Errors
/// When no answer comes back.
pub async fn ask(
    client: &Client,
    target: &Target<'_>,
    wire: Wire,
    model: &str,
    body: &Value,
) -> Result<Knock, ProbeError> {
    let base = target.base_url.trim_end_matches('/');
    let url = match wire {
        Wire::Gemini => format!("{base}{}", gemini::path(model, true)),
        wire => format!("{base}{}", path(wire)),
    };
    let mut asked = Url::parse(&url).map_err(|_| ProbeError::NotFound { urls: vec![url.clone()] })?;
    if !target.query.is_empty() {
        asked.query_pairs_mut().extend_pairs(target.query);
    }
    let request = client.post(asked.as_str()).headers(target.header_map()?).timeout(WITHIN);
    let answer = request.header(CONTENT_TYPE, "application/json").body(body.to_string()).send().await;
    let mut answer = answer.map_err(|error| failure(&url, error))?;
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (kind, wait, date) = (header(CONTENT_TYPE).unwrap_or_default(), header(RETRY_AFTER), header(DATE));
    let status = answer.status().as_u16();
    let is_portkey_s = answer.headers().contains_key(PORTKEY_FAILS);
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            break;
        }
    }
    // Providers echo keys in their errors.
    let body = redact(&String::from_utf8_lossy(&body)).into_owned();
    let is_page = kind.to_lowercase().starts_with("text/html") || body.trim_start().starts_with("<!");
    let json: Value = serde_json::from_str(&body).unwrap_or_default();
    let read = Words::read(Some(&kind), body.as_bytes());
    // OpenRouter tells some of its errors with a status of success.
    let code = json.pointer("/error/code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
    let meaning = read.meaning(code.filter(|_| status < 300).unwrap_or(status));
    let said = || read.wait().filter(|_| status == 429).map(|wait| wait.in_words(Timestamp::now()));
    Ok(Knock {
        url,
        status,
        words: match meaning {
            Some(Meaning::Blocked) => quote(&read.message),
            _ if is_page => String::new(),
            _ if is_portkey_s => format!("Portkey's own code fails at it ({}); its log says why", error_words(&body)),
            _ => error_words(&body),
        },
        meaning,
        link: read.link().map(str::to_owned),
        host: read.host().map(str::to_owned),
        is_page,
        is_message: json["type"] == "message",
        behind: json.pointer("/error/metadata/provider_name").and_then(Value::as_str).map(quote),
        wait: wait.map(|wait| waiting(&wait)).or_else(said),
        time: date.and_then(|date| jiff::fmt::rfc2822::parse(&date).ok()).map(|date| date.timestamp().into()),
    })
}

/// `Retry-After` is a number of seconds, or a date.
pub(super) fn waiting(header: &str) -> String {
    let header = quote(header);
    if header.bytes().all(|byte| byte.is_ascii_digit()) { format!("{header} s") } else { format!("until {header}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knock(status: u16, words: &str) -> Knock {
        let (url, words) = (String::new(), words.to_owned());
        let (meaning, link, host, behind, wait) = (None, None, None, None, None);
        Knock { url, status, words, is_page: false, is_message: false, meaning, link, host, behind, wait, time: None }
    }

    #[test]
    fn an_endpoint_is_there_unless_the_answer_says_that_it_is_not() {
        for (status, words, is_there) in [
            (200, "", true),
            (302, "", false),
            (400, "`input` is missing", true),
            (401, "no key", true),
            (404, "Not Found", false),
            (404, "model '' not found", true),
            (404, "The API deployment does not exist", true),
            (405, "Method Not Allowed", false),
            (422, "field required", true),
            (500, "", true),
        ] {
            assert_eq!(knock(status, words).is_there(), is_there, "{status} {words}");
        }
        let path = "https://a.b/v1/models/m1:streamGenerateContent".to_owned();
        let words = "Invalid URL (POST /v1/models/m1:streamGenerateContent)";
        assert!(!Knock { url: path.clone(), ..knock(404, words) }.is_there());
        assert!(Knock { url: path, ..knock(404, "models/m1 is not found for API version v1") }.is_there());
        assert!(!Knock { is_page: true, ..knock(200, "") }.is_there());
    }

    #[test]
    fn waiting_is_told_as_it_was_said() {
        assert_eq!(waiting("17"), "17 s");
        assert_eq!(waiting("Sat, 21 Nov 2026 18:00:00 GMT"), "until Sat, 21 Nov 2026 18:00:00 GMT");
    }
}
