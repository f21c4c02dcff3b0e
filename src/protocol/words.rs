//! What a provider says, out of the many shapes in which providers say it.

use serde_json::Value;

use super::meaning::Meaning;
use super::quota::{Lasting, Quota};
use super::wait::Wait;
use super::wording::says_too_long;

/// The most characters of a provider's words that are shown.
pub(super) const MAX_WORDS: usize = 600;

/// What a provider says, fit to be shown.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// For the person.
    pub message: String,
    /// The first of its codes.
    pub(super) code: String,
    /// All of its codes.
    codes: String,
    /// What Google's details say.
    pub(super) quota: Option<Quota>,
    /// When a limit ends, where that stands beside the message.
    reset: Option<Wait>,
}

impl Words {
    /// Reads the body of an answer.
    #[must_use]
    pub fn read(content_type: Option<&str>, body: &[u8]) -> Self {
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
        Self { message, ..Self::default() }
    }

    /// Words that were read before.
    #[must_use]
    pub fn saying(message: &str) -> Self {
        Self { message: message.to_owned(), ..Self::default() }
    }

    /// Reads an error that is JSON.
    #[must_use]
    pub fn of(value: &Value) -> Self {
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
        let reasons = error.get("details").and_then(Value::as_array).into_iter().flatten();
        let codes = ["code", "type", "status"].iter().filter_map(|key| error.get(key));
        let codes: Vec<String> = codes
            .chain(reasons.filter_map(|detail| detail.get("reason")))
            .filter_map(|code| match code {
                Value::String(code) if !code.is_empty() => Some(code.clone()),
                Value::Number(code) => Some(code.to_string()),
                _ => None,
            })
            .collect();
        let reset = error.pointer("/metadata/headers/X-RateLimit-Reset").and_then(Value::as_str);
        Self {
            message: clean(&message),
            code: codes.first().cloned().unwrap_or_default(),
            codes: codes.join(" "),
            quota: Quota::of(error),
            reset: reset.and_then(Wait::of_reset),
        }
    }

    /// What it means with this status.
    #[must_use]
    pub fn meaning(&self, status: u16) -> Option<Meaning> {
        let lasting = self.quota.filter(|_| status == 429).map(|quota| quota.lasting);
        match lasting {
            // Google speaks of plan and billing whatever quota was hit; its details tell which.
            Some(Some(Lasting::None)) => Some(Meaning::PlanLacks),
            Some(_) => Some(Meaning::RateLimit),
            None if matches!(status, 400 | 413 | 422) && self.say_too_long() => None,
            None => Meaning::of(status, &self.all()),
        }
    }

    /// How long it asks to wait.
    #[must_use]
    pub fn wait(&self) -> Option<Wait> {
        let quota = self.quota.filter(|quota| quota.lasting.is_none()).and_then(|quota| quota.wait);
        let is_lasting = self.quota.is_some_and(|quota| quota.lasting.is_some());
        let said = || Wait::of_words(&self.message).filter(|_| !is_lasting);
        self.reset.clone().or(quota.map(Wait::For)).or_else(said)
    }

    /// The first address of the web that the words name, but for documentation, where nothing can be done.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        let links = self.message.match_indices("https://").map(|(at, _)| {
            let rest = &self.message[at..];
            let end = rest.find(|letter: char| letter.is_whitespace() || "\"'`<>()[]{},".contains(letter));
            rest[..end.unwrap_or(rest.len())].trim_end_matches(['.', ';', ':', '!'])
        });
        links.into_iter().find(|link| !["/docs", "//docs.", "/help/"].iter().any(|part| link.contains(part)))
    }

    /// The host that requests are to go to, where the words name one.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        let (_, rest) = self.message.split_once("make your request to ")?;
        let host = rest.split_whitespace().next()?.trim_end_matches('.');
        let is_host = host.contains('.') && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        is_host.then_some(host)
    }

    /// Codes and message together.
    fn all(&self) -> String {
        format!("{} {}", self.codes, self.message)
    }

    /// Whether the conversation is too long.
    pub(super) fn say_too_long(&self) -> bool {
        says_too_long(&self.all())
    }

    /// Anthropic names the model it has not, and nothing else, after `model:`; Google says it by its full name.
    pub(super) fn say_no_model(&self) -> bool {
        self.code == "model_not_found"
            || (self.code == "not_found_error" && self.message.starts_with("model:"))
            || self.message.starts_with("models/")
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
