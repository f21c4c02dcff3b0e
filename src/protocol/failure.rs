//! What an upstream's refusal becomes for Codex, so that the person sees the true cause, once.
//!
//! codex-facts 4.1 says what Codex does with each code: `invalid_prompt` and `model_not_found` show their message
//! verbatim and are not retried, `rate_limit_exceeded` waits, `context_length_exceeded` ends the turn. What other
//! clients get stands in [`super::openai_error`].

use serde_json::Value;

use super::quota::Quota;
use super::wording::{says_no_money, says_too_long, surely_says_no_money};

/// The most characters of a provider's words that are shown.
const MAX_WORDS: usize = 600;

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
    /// The account is empty, or its plan does not cover what was asked.
    InsufficientQuota,
    /// The provider's own trouble, which may pass: what could be tried again was.
    ServerError,
}

impl FailureCode {
    /// The code that Codex is told, which makes it do the right thing: it has words of its own for an empty account,
    /// and repeats what is the server's trouble; `invalid_prompt` it shows verbatim, once.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidPrompt | Self::InsufficientQuota | Self::ServerError => "invalid_prompt",
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
}

impl Failure {
    /// A failure that is shown as it stands and not retried; for transport trouble and broken answers.
    pub fn shown(message: impl Into<String>) -> Self {
        Self { code: FailureCode::InvalidPrompt, message: message.into(), status: 502, retry_after: None }
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
    let said = lasting.map_or_else(|| said.clone(), |why| format!("{said} ({why})"));
    let message = format!("{provider} answered {status}: {said}");
    let retry_after = retry_after_secs.or_else(|| words.quota?.wait);
    let failure = |code| Failure { code, message: message.clone(), status, retry_after };
    if matches!(status, 400 | 413 | 422 | 500) && words.say(says_too_long) {
        return Failure { status: 400, ..failure(FailureCode::ContextLengthExceeded) };
    }
    if status == 404 && words.say_no_model() {
        return failure(FailureCode::ModelNotFound);
    }
    let has_no_money = match status {
        402 => true,
        429 => words.say_no_money(),
        400 | 403 => words.say(surely_says_no_money),
        _ => false,
    };
    if has_no_money {
        return failure(FailureCode::InsufficientQuota);
    }
    match status {
        429 => {
            let (code, message) = limited(message.clone(), retry_after);
            Failure { message, ..failure(code) }
        }
        _ if is_passing(status) => failure(FailureCode::ServerError),
        _ => failure(FailureCode::InvalidPrompt),
    }
}

/// Statuses that often pass within seconds; 520 to 524 are Cloudflare's, 529 is Anthropic's "overloaded".
const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 409 | 500 | 502..=504 | 520..=524 | 529)
}

/// What a limit means that ends after so many seconds: worth a wait, or not.
fn limited(message: String, wait_secs: Option<u64>) -> (FailureCode, String) {
    match wait_secs {
        Some(secs) if secs > MAX_WAIT_SECS => {
            (FailureCode::InvalidPrompt, format!("{message} (try again in {})", span(secs)))
        }
        Some(secs) => (FailureCode::RateLimitExceeded, format!("{message} (try again in {secs}s)")),
        None => (FailureCode::RateLimitExceeded, message),
    }
}

/// What an error object inside a stream with status 200 means.
#[must_use]
pub(crate) fn failure_from_stream(error: &Value) -> Failure {
    Words::of(error).into_failure("the provider ended its answer with an error", &error.to_string())
}

/// What an answer with status 200 means that is no answer: a web page, or JSON of another kind.
#[must_use]
pub(crate) fn failure_from_oddity(text: &str) -> Failure {
    Words::read(None, text.as_bytes()).into_failure("the provider's answer holds no completion", text)
}

fn span(secs: u64) -> String {
    match secs {
        0..=119 => format!("{secs} s"),
        120..=7199 => format!("{} min", secs.div_ceil(60)),
        _ => format!("{} h", secs.div_ceil(3600)),
    }
}

/// What a provider says, out of the many shapes in which providers say it.
struct Words {
    message: String,
    code: String,
    /// What Google's details say.
    quota: Option<Quota>,
}

impl Words {
    fn read(content_type: Option<&str>, body: &[u8]) -> Self {
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            return Self::of(&value);
        }
        // An event stream or a list of lines may hold the error as its first object.
        let text = String::from_utf8_lossy(body);
        let line = text.lines().find_map(|line| line.strip_prefix("data:"));
        if let Some(value) = line.and_then(|line| serde_json::from_str::<Value>(line).ok()) {
            return Self::of(&value);
        }
        let html = content_type.is_some_and(|kind| kind.contains("html")) || text.trim_start().starts_with('<');
        let message = if html { html_words(&text) } else { clean(&text) };
        Self { message, code: String::new(), quota: None }
    }

    fn of(value: &Value) -> Self {
        let value = value.get(0).unwrap_or(value);
        let error = value.get("error").filter(|error| !error.is_null()).unwrap_or(value);
        let error = error.get("error").filter(|inner| inner.is_object()).unwrap_or(error);
        let mut message = ["message", "detail", "msg", "error_msg", "error_message", "errors", "error", "title"]
            .iter()
            .find_map(|key| error.get(key).and_then(text_of))
            .or_else(|| value.pointer("/base_resp/status_msg").and_then(text_of))
            .or_else(|| value.get("message").and_then(text_of))
            .or_else(|| error.as_str().map(str::to_owned))
            .unwrap_or_default();
        // OpenRouter keeps the words of the provider behind it here.
        if let Some(raw) = error.pointer("/metadata/raw").and_then(text_of) {
            let inner = serde_json::from_str::<Value>(&raw).ok().map(|value| Self::of(&value).message);
            let inner = inner.filter(|inner| !inner.is_empty()).unwrap_or(raw);
            if !message.contains(&inner) {
                message = format!("{message}: {inner}");
            }
        }
        let code = ["code", "type", "status"]
            .iter()
            .find_map(|key| match error.get(key) {
                Some(Value::String(code)) if !code.is_empty() => Some(code.clone()),
                Some(Value::Number(code)) => Some(code.to_string()),
                _ => None,
            })
            .unwrap_or_default();
        Self { message: clean(&message), code, quota: Quota::of(error) }
    }

    /// The failure of an answer with status 200; `raw` is shown where no words were found.
    fn into_failure(self, what: &str, raw: &str) -> Failure {
        let said = if self.message.is_empty() { clean(raw) } else { self.message.clone() };
        let message = format!("{what}: {said}");
        let (code, message) = if self.say(says_too_long) {
            (FailureCode::ContextLengthExceeded, message)
        } else if let Some(why) = self.quota.and_then(|quota| quota.lasting) {
            (FailureCode::InsufficientQuota, format!("{message} ({why})"))
        } else if matches!(self.code.as_str(), "429" | "503" | "529" | "overloaded_error")
            || self.code.contains("rate_limit")
        {
            limited(message, self.quota.and_then(|quota| quota.wait))
        } else if self.say_trouble() {
            (FailureCode::ServerError, message)
        } else if self.say(surely_says_no_money) {
            (FailureCode::InsufficientQuota, message)
        } else {
            (FailureCode::InvalidPrompt, message)
        };
        let status = if matches!(self.code.as_str(), "503" | "529" | "overloaded_error") { 503 } else { 502 };
        Failure { code, status, retry_after: self.quota.and_then(|quota| quota.wait), ..Failure::shown(message) }
    }

    /// Whether code and message together say something.
    fn say(&self, what: fn(&str) -> bool) -> bool {
        what(&format!("{} {}", self.code, self.message))
    }

    /// Anthropic names the model it has not, and nothing else, after `model:`; Google says it by its full name.
    fn say_no_model(&self) -> bool {
        self.code == "model_not_found"
            || (self.code == "not_found_error" && self.message.starts_with("model:"))
            || self.message.starts_with("models/")
    }

    /// The codes by which an error inside a stream says that it is the server's own.
    fn say_trouble(&self) -> bool {
        const CODES: [&str; 6] =
            ["api_error", "server_error", "internal_server_error", "internal_error", "timeout_error", "internal"];
        let code = self.code.to_lowercase();
        CODES.contains(&code.as_str()) || code.parse().is_ok_and(is_passing)
    }

    /// Google speaks of plan and billing whatever quota was hit; its details tell which.
    fn say_no_money(&self) -> bool {
        self.quota.map_or_else(|| self.say(says_no_money), |quota| quota.lasting.is_some())
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        // FastAPI: a list of what was wrong and where.
        Value::Array(list) => {
            let texts: Vec<String> = list
                .iter()
                .filter_map(|entry| {
                    let said = text_of(entry.get("msg").or_else(|| entry.get("message")).unwrap_or(entry))?;
                    let place = entry.get("loc").and_then(Value::as_array).map(|steps| {
                        steps
                            .iter()
                            .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned))
                            .collect::<Vec<_>>()
                            .join(".")
                    });
                    Some(place.map_or_else(|| said.clone(), |place| format!("{place}: {said}")))
                })
                .collect();
            (!texts.is_empty()).then(|| texts.join("; "))
        }
        Value::Object(object) => {
            object.get("message").or_else(|| object.get("error")).or_else(|| object.get("detail")).and_then(text_of)
        }
        _ => None,
    }
}

/// An HTML page in words: its title, else its first heading.
fn html_words(page: &str) -> String {
    // Lower-casing ASCII alone keeps every byte where it is.
    let lower = page.to_ascii_lowercase();
    let inside = |tag: &str| {
        let start = lower.find(&format!("<{tag}"))?;
        let start = start + lower[start..].find('>')? + 1;
        let end = start + lower[start..].find(&format!("</{tag}"))?;
        let text = clean(&unescaped(&page[start..end]));
        (!text.is_empty()).then_some(text)
    };
    inside("title").or_else(|| inside("h1")).map_or_else(
        || "a web page instead of an API answer".to_owned(),
        |title| format!("a web page titled `{title}` instead of an API answer"),
    )
}

/// HTML text with the entities that titles hold as what they stand for; others stay as they are.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = rest.find(';').and_then(|end| Some((entity(&rest[1..end])?, end + 1)));
        let (letter, length) = entity.unwrap_or(('&', 1));
        out.push(letter);
        rest = &rest[length..];
    }
    out + rest
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        return char::from_u32(hex.map_or_else(|| number.parse(), |hex| u32::from_str_radix(hex, 16)).ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" | "lsquo" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "middot" => '·',
        "bull" => '•',
        "raquo" => '»',
        "laquo" => '«',
        "hellip" => '…',
        _ => return None,
    })
}

/// Foreign text made fit to show: no control characters, white space in ones, bounded.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::new();
    let mut letters = 0;
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()).filter(|word| !word.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
            letters += 1;
        }
        for letter in word.chars() {
            // Marks that turn the direction of text could make a message read as another.
            if matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            {
                continue;
            }
            if letters >= MAX_WORDS {
                out.push('…');
                return out;
            }
            letters += 1;
            out.push(letter);
        }
    }
    out
}

#[cfg(test)]
#[path = "failure_tests.rs"]
mod tests;
