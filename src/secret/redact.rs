//! Keeps the secrets that this process has read out of whatever it prints or logs.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use url::Url;

/// Shorter secrets are not looked for: they would hit ordinary words.
const SHORTEST: usize = 8;

const REPLACEMENT: &str = "[redacted]";

static KNOWN: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn known() -> MutexGuard<'static, Vec<String>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a secret known, in every form in which it might turn up.
pub(super) fn remember(secret: &str) {
    if secret.len() < SHORTEST {
        return;
    }
    let json = serde_json::to_string(secret).unwrap_or_default();
    let percent: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let forms = [
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        percent,
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        URL_SAFE_NO_PAD.encode(secret),
    ];
    let mut known = known();
    for form in forms {
        if !known.contains(&form) {
            known.push(form);
        }
    }
    // Longest first, so that no rest of a longer form stays.
    known.sort_by_key(|form| std::cmp::Reverse(form.len()));
}

/// The text without any secret that this process has read.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let known = known();
    let mut out = Cow::Borrowed(text);
    for form in known.iter() {
        if out.contains(form.as_str()) {
            out = Cow::Owned(out.replace(form.as_str(), REPLACEMENT));
        }
    }
    out
}

/// A writer that redacts line by line.
pub struct Redacting<W>(pub W);

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact(&String::from_utf8_lossy(bytes)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A URL that can be shown: without user, password and query values.
#[must_use]
pub fn redacted_url(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for URLs that cannot have them.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    if url.query().is_some() {
        let names: Vec<String> = url.query_pairs().map(|(name, _)| format!("{name}=…")).collect();
        shown.set_query(Some(&names.join("&")));
    }
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_secret_is_replaced_in_every_form() {
        let secret = "canary/+key\"9f8e7d";
        remember(secret);
        let base64 = STANDARD.encode(secret);
        for shown in [secret, &serde_json::to_string(secret).expect("text"), "canary%2F%2Bkey%229f8e7d", &base64] {
            let text = format!("before {shown} after");
            let redacted = redact(&text);
            assert!(redacted.contains(REPLACEMENT) && !redacted.contains("9f8e7d"), "{redacted}");
            assert!(redacted.starts_with("before ") && redacted.ends_with(" after"), "{redacted}");
        }
    }

    #[test]
    fn urls_lose_what_is_secret_in_them() {
        let url = Url::parse("https://user:pass@host/v1?key=abc&x=1").expect("a URL");
        let shown = redacted_url(&url);
        assert!(!shown.contains("pass") && !shown.contains("abc") && shown.contains("host/v1"), "{shown}");
    }
}
