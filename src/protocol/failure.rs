//! What an upstream's refusal becomes for Codex, so that the person sees the true cause, once.
//!
//! codex-facts 4.1 says what Codex does with each code: `invalid_prompt` and `model_not_found` show their message
//! verbatim and are not retried, `rate_limit_exceeded` waits, `context_length_exceeded` ends the turn. What other
//! clients get stands in [`super::openai_error`].

use serde_json::Value;

use super::meaning::Meaning;
use super::wait::{Wait, span};
use super::words::{Words, clean};

/// The longest wait that is worth leaving to Codex.
const MAX_WAIT_SECS: u64 = 60;

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureCode {
    /// Everything that another try will not mend.
    InvalidPrompt,
    /// The provider does not serve the model.
    ModelNotFound,
    /// Too much in too short a time: to be tried again after the time that the message names.
    RateLimitExceeded,
    /// The conversation is too long for the model.
    ContextLengthExceeded,
    /// Not even the first message fits the model: there is no conversation to make shorter.
    WindowTooSmall,
    /// The account is empty, or its plan does not cover what was asked.
    InsufficientQuota,
    /// The provider's own trouble, which may pass: what could be tried again was.
    ServerError,
}

impl FailureCode {
    /// The code that Codex is told, which makes it do the right thing: it has words of its own for an empty account
    /// and for a full window, and repeats what is the server's trouble; `invalid_prompt` it shows verbatim, once.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidPrompt | Self::WindowTooSmall | Self::InsufficientQuota | Self::ServerError => {
                "invalid_prompt"
            }
            Self::ModelNotFound => "model_not_found",
            Self::RateLimitExceeded => "rate_limit_exceeded",
            Self::ContextLengthExceeded => "context_length_exceeded",
        }
    }
}

/// A failed answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind it is.
    pub code: FailureCode,
    /// What the person is to read.
    pub message: String,
    /// The provider's HTTP status, or the one that says best what failed.
    pub status: u16,
    /// Seconds after which the provider welcomes another try.
    pub retry_after: Option<u64>,
    /// Why the provider refuses, where that is known.
    pub meaning: Option<Meaning>,
}

impl Failure {
    /// A failure that is shown as it stands and not retried; for transport trouble and broken answers.
    pub fn shown(message: impl Into<String>) -> Self {
        Self {
            code: FailureCode::InvalidPrompt,
            message: message.into(),
            status: 502,
            retry_after: None,
            meaning: None,
        }
    }

    /// An answer that ended before its end.
    pub fn broken_off(how: &str) -> Self {
        Self { code: FailureCode::ServerError, ..Self::shown(format!("the provider's answer broke off: {how}")) }
    }

    /// Whether another try within seconds may do better: the server's own trouble, or too much to do.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        self.code == FailureCode::ServerError || self.code == FailureCode::RateLimitExceeded && self.status == 503
    }

    /// The same failure after further tries, on top of which Codex is to make none.
    #[must_use]
    pub fn for_good(self) -> Self {
        Self { code: FailureCode::ServerError, ..self }
    }

    /// The same failure with the provider's name for `the provider`, which is all that a back end knows of it.
    #[must_use]
    pub fn naming(mut self, provider: &str) -> Self {
        if let Some(rest) = self.message.strip_prefix("the provider") {
            self.message = format!("{provider}{rest}");
        }
        self
    }

    /// The same failure with a hint after its message.
    #[must_use]
    pub fn with_hint(mut self, hint: &str) -> Self {
        self.message.push_str("\nhint: ");
        self.message.push_str(hint);
        self
    }
}

/// What an upstream's non-2xx answer means. `provider` is the name to show.
#[must_use]
pub fn failure_from_response(
    provider: &str,
    status: u16,
    retry_after_secs: Option<u64>,
    content_type: Option<&str>,
    body: &[u8],
) -> Failure {
    let words = Words::read(content_type, body);
    let said = if words.message.is_empty() { "no explanation".to_owned() } else { words.message.clone() };
    let lasting = words.quota.and_then(|quota| quota.lasting);
    let said = lasting.map_or_else(|| said.clone(), |why| format!("{said} ({})", why.in_words()));
    let message = format!("{provider} answered {status}: {said}");
    let meaning = words.meaning(status);
    let wait = retry_after_secs.map(Wait::For).or_else(|| words.wait().filter(|_| status == 429));
    let retry_after = match wait {
        Some(Wait::For(seconds)) => Some(seconds),
        _ => None,
    };
    let failure = |code| Failure { code, message: message.clone(), status, retry_after, meaning };
    if matches!(status, 400 | 413 | 422 | 500) && words.say_too_long() {
        return Failure { status: 400, ..failure(FailureCode::ContextLengthExceeded) };
    }
    if status == 404 && words.say_no_model() {
        return failure(FailureCode::ModelNotFound);
    }
    match meaning {
        Some(Meaning::RateLimit) if status == 429 && lasting.is_none() => {
            let (code, message) = limited(message.clone(), wait.as_ref());
            Failure { message, ..failure(code) }
        }
        Some(Meaning::RateLimit | Meaning::PlanLacks) if status == 429 => failure(FailureCode::InsufficientQuota),
        Some(means) if means.is_about_money() => failure(FailureCode::InsufficientQuota),
        _ if is_passing(status) && meaning.is_none() => failure(FailureCode::ServerError),
        _ => failure(FailureCode::InvalidPrompt),
    }
}

/// Statuses that often pass within seconds; 520 to 524 are Cloudflare's, 529 is Anthropic's "overloaded".
const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 409 | 500 | 502..=504 | 520..=524 | 529)
}

/// What a limit means that ends some time: worth a wait, or not. Codex looks for the time in the message.
fn limited(message: String, wait: Option<&Wait>) -> (FailureCode, String) {
    match wait {
        Some(Wait::For(secs)) if *secs > MAX_WAIT_SECS => {
            (FailureCode::InvalidPrompt, format!("{message} (try again in {})", span(*secs)))
        }
        Some(Wait::For(secs)) => (FailureCode::RateLimitExceeded, format!("{message} (try again in {secs}s)")),
        // A time of day is nothing that Codex could wait for.
        Some(_) => (FailureCode::InvalidPrompt, message),
        None => (FailureCode::RateLimitExceeded, message),
    }
}

/// What an error object inside a stream with status 200 means.
#[must_use]
pub(crate) fn failure_from_stream(error: &Value) -> Failure {
    of_success(&Words::of(error), "the provider ended its answer with an error", &error.to_string())
}

/// What an answer with status 200 means that is no answer: a web page, or JSON of another kind.
#[must_use]
pub(crate) fn failure_from_oddity(text: &str) -> Failure {
    of_success(&Words::read(None, text.as_bytes()), "the provider's answer holds no completion", text)
}

/// The failure of an answer with status 200; `raw` is shown where no words were found.
fn of_success(words: &Words, what: &str, raw: &str) -> Failure {
    let said = if words.message.is_empty() { clean(raw) } else { words.message.clone() };
    let message = format!("{what}: {said}");
    let status = words.code.parse().ok().filter(|status| (400..600).contains(status));
    let is_limit = status == Some(429) || words.code.contains("rate_limit");
    let meaning = words.meaning(status.unwrap_or(if is_limit { 429 } else { 400 }));
    let quota = words.quota;
    let wait = words.wait().filter(|_| is_limit);
    let (code, message) = if words.say_too_long() {
        (FailureCode::ContextLengthExceeded, message)
    } else if let Some(why) = quota.and_then(|quota| quota.lasting) {
        (FailureCode::InsufficientQuota, format!("{message} ({})", why.in_words()))
    } else if is_busy(words) || is_limit && meaning == Some(Meaning::RateLimit) {
        limited(message, wait.as_ref())
    } else if says_trouble(words) {
        (FailureCode::ServerError, message)
    } else if meaning.is_some_and(Meaning::is_about_money) {
        (FailureCode::InsufficientQuota, message)
    } else {
        (FailureCode::InvalidPrompt, message)
    };
    let retry_after = match wait {
        Some(Wait::For(seconds)) => Some(seconds),
        _ => None,
    };
    Failure { code, status: if is_busy(words) { 503 } else { 502 }, retry_after, meaning, ..Failure::shown(message) }
}

/// The codes by which an error inside a stream says that the server has too much to do.
fn is_busy(words: &Words) -> bool {
    matches!(words.code.as_str(), "503" | "529" | "overloaded_error")
}

/// The codes by which an error inside a stream says that it is the server's own.
fn says_trouble(words: &Words) -> bool {
    const CODES: [&str; 6] =
        ["api_error", "server_error", "internal_server_error", "internal_error", "timeout_error", "internal"];
    let code = words.code.to_lowercase();
    CODES.contains(&code.as_str()) || code.parse().is_ok_and(is_passing)
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
