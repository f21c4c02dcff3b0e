//! Keeps the secrets that this process has read out of whatever it prints or logs.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
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
    let mut known = known();
    for form in forms(secret) {
        if !known.contains(&form) {
            known.push(form);
        }
    }
    // Longest first, so that no rest of a longer form stays.
    known.sort_by_key(|form| std::cmp::Reverse(form.len()));
}

/// As it is, as JSON text, percent-escaped by the rules of forms and of paths with digits of either case, and in both
/// alphabets of base64.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.get(1..json.len().saturating_sub(1)).unwrap_or_default();
    let escape = |keep: fn(u8) -> bool, upper: bool| -> String {
        let one = |byte: u8| match (keep(byte), upper) {
            (true, _) => char::from(byte).to_string(),
            (false, true) => format!("%{byte:02X}"),
            (false, false) => format!("%{byte:02x}"),
        };
        secret.bytes().map(one).collect()
    };
    let form: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric() || b"*-._".contains(&byte);
    let path: fn(u8) -> bool = |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut forms = vec![secret.to_owned(), json.to_owned(), json.replace('/', "\\/")];
    for keep in [form, path] {
        forms.extend([escape(keep, true), escape(keep, false)]);
    }
    for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
        forms.extend((0..3).map(|before| base64_within(&alphabet, before, secret)));
    }
    forms
}

/// What base64 makes of the secret inside a longer text (`user:secret`), with `before` bytes of it in the first group
/// of three: the characters that depend on the secret alone.
fn base64_within(alphabet: &GeneralPurpose, before: usize, secret: &str) -> String {
    let encoded = alphabet.encode([&[0; 2][..before], secret.as_bytes()].concat());
    // The first character that holds nothing of what stands before, and the last that holds nothing of what follows.
    let start = (before * 8).div_ceil(6);
    let end = (before + secret.len()) * 8 / 6;
    encoded[start..end].to_owned()
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

/// A writer that redacts line by line: a line goes out when it is whole, so that a secret written in pieces is found
/// too. `flush` and the end let out what is left.
pub struct Redacting<W: Write> {
    inner: W,
    line: Vec<u8>,
}

/// Longest line that is kept back, in bytes.
const LONGEST_LINE: usize = 1 << 20;

impl<W: Write> Redacting<W> {
    /// Redacts what goes into `inner`.
    pub fn new(inner: W) -> Self {
        Self { inner, line: Vec::new() }
    }

    fn let_out(&mut self, count: usize) -> io::Result<()> {
        let text: Vec<u8> = self.line.drain(..count).collect();
        match String::from_utf8_lossy(&text) {
            // Text, or not: without a secret in it, every byte passes as it is.
            lossy if matches!(redact(&lossy), Cow::Borrowed(_)) => self.inner.write_all(&text),
            lossy => self.inner.write_all(redact(&lossy).as_bytes()),
        }
    }
}

impl<W: Write> Write for Redacting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.line.extend_from_slice(bytes);
        if let Some(end) = self.line.iter().rposition(|&byte| byte == b'\n') {
            self.let_out(end + 1)?;
        } else if self.line.len() > LONGEST_LINE {
            self.let_out(self.line.len())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.let_out(self.line.len())?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Redacting<W> {
    fn drop(&mut self) {
        // Whoever wants to know whether it went out flushes before.
        let _ = self.flush();
    }
}

/// A URL that can be shown: without user, password, fragment and query values, and without any known secret.
#[must_use]
pub fn redacted_url(url: &Url) -> String {
    let mut shown = url.clone();
    // Both fail only for URLs that cannot have them.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.set_fragment(None);
    if let Some(query) = url.query() {
        // A part without `=` may be a value as well as a name.
        let names =
            query.split('&').map(|part| part.split_once('=').map_or("…".into(), |(name, _)| format!("{name}=…")));
        let names: Vec<String> = names.collect();
        // The URL type would escape the dots.
        shown.set_query(None);
        return redact(&format!("{shown}?{}", names.join("&"))).into_owned();
    }
    redact(shown.as_str()).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "canary/+key\"~9f8e7d";

    #[test]
    fn a_known_secret_is_replaced_in_every_form() {
        remember(SECRET);
        let json = serde_json::to_string(SECRET).expect("text");
        let forms = [
            SECRET,
            json.trim_matches('"'),
            &json[1..json.len() - 1].replace('/', "\\/"),
            "canary%2F%2Bkey%22%7E9f8e7d",
            "canary%2f%2bkey%22~9f8e7d",
            &STANDARD_NO_PAD.encode(SECRET),
            &URL_SAFE_NO_PAD.encode(SECRET),
        ];
        for shown in forms {
            let redacted = redact(&format!("before {shown} after")).into_owned();
            assert!(redacted.starts_with("before ") && redacted.ends_with(" after"), "{redacted}");
            assert!(redacted.contains(REPLACEMENT) && !redacted.contains("9f8e7d"), "{redacted}");
        }
    }

    #[test]
    fn other_text_passes_untouched() {
        assert!(matches!(redact("nothing to see"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_secret_written_in_pieces_is_found_and_foreign_bytes_pass() {
        remember(SECRET);
        let mut out = Vec::new();
        let mut writer = Redacting::new(&mut out);
        let (head, tail) = SECRET.split_at(5);
        for piece in [b"\xff\xfe\n".as_slice(), b"key: ", head.as_bytes(), tail.as_bytes(), b"\nlast"] {
            writer.write_all(piece).expect("memory takes it");
        }
        drop(writer);
        assert_eq!(out, [b"\xff\xfe\n".as_slice(), b"key: [redacted]\nlast"].concat());
    }

    #[test]
    fn urls_lose_what_is_secret_in_them() {
        for (url, shown) in [
            ("https://user:pass@host/v1?key=abc&x=1#frag", "https://host/v1?key=…&x=…"),
            ("https://host/v1?sk-abc", "https://host/v1?…"),
            ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ] {
            assert_eq!(redacted_url(&Url::parse(url).expect("a URL")), shown);
        }
    }

    proptest! {
        #[test]
        fn base64_of_a_longer_text_shows_nothing(before in "[ -~]{0,8}", after in "[ -~]{0,8}", url_safe: bool) {
            let secret = "another-canary-0123456789";
            remember(secret);
            let alphabet = if url_safe { URL_SAFE_NO_PAD } else { STANDARD_NO_PAD };
            let encoded = alphabet.encode(format!("{before}{secret}{after}"));
            let redacted = redact(&encoded).into_owned();
            prop_assert!(redacted.contains(REPLACEMENT), "{redacted}");
            // Nothing stays but what holds bits of the text around it: at most one character at either end.
            prop_assert!(redacted.len() <= REPLACEMENT.len() + (before.len() * 8).div_ceil(6) + 2 + (after.len() * 8).div_ceil(6));
        }
    }
}
