//! Text on its way from one JSON to another.

use std::borrow::Cow;

use memchr::memchr_iter;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::lenient::mended;

/// A string of a request. Most of a conversation is only carried over, so it stays as it stands in the JSON that it was
/// read from: taking its escapes out and putting them in again would cost more than all else that translation does.
#[derive(Debug, Clone)]
pub enum JsonStr<'a> {
    /// As it stood there, with its quotes and escapes.
    Quoted(&'a RawValue),
    /// Without them.
    Plain(Cow<'a, str>),
}

impl<'a> JsonStr<'a> {
    /// The string that `raw` is, if it is one.
    #[must_use]
    pub fn of(raw: &'a RawValue) -> Option<Self> {
        raw.get().starts_with('"').then_some(Self::Quoted(raw))
    }

    /// The same, borrowed from this.
    #[must_use]
    pub fn borrow(&self) -> JsonStr<'_> {
        match self {
            Self::Quoted(raw) => JsonStr::Quoted(raw),
            Self::Plain(text) => JsonStr::Plain(Cow::Borrowed(text)),
        }
    }

    /// The text to read.
    #[must_use]
    pub fn plain(&self) -> Cow<'_, str> {
        self.borrow().into_plain()
    }

    /// The text to read and to keep.
    #[must_use]
    pub fn into_plain(self) -> Cow<'a, str> {
        match self {
            Self::Quoted(raw) => match inner(raw) {
                text if text.contains('\\') => Cow::Owned(unescaped(raw.get())),
                text => Cow::Borrowed(text),
            },
            Self::Plain(text) => text,
        }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Quoted(raw) => inner(raw).is_empty(),
            Self::Plain(text) => text.is_empty(),
        }
    }

    /// Whether there is nothing but white space in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        match self {
            // Nearly always the first letter tells.
            Self::Quoted(raw) if inner(raw).starts_with(|letter: char| letter.is_ascii_graphic() && letter != '\\') => {
                false
            }
            _ => self.plain().trim().is_empty(),
        }
    }

    /// The same with a line more.
    #[must_use]
    pub fn with_line(self, line: &str) -> Self {
        let mut text = self.into_plain().into_owned();
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
        text.into()
    }

    /// Its length in JSON, in bytes, never less than that of the text.
    #[must_use]
    pub fn json_len(&self) -> usize {
        match self {
            Self::Quoted(raw) => raw.get().len(),
            Self::Plain(text) => text.len() + text.len() / 16 + 2,
        }
    }

    /// The length of the text in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Quoted(raw) => inner(raw).len() - escaping(inner(raw).as_bytes()),
            Self::Plain(text) => text.len(),
        }
    }
}

/// How many bytes fewer a text has than the inside of its JSON string.
fn escaping(json: &[u8]) -> usize {
    let (mut fewer, mut next) = (0, 0);
    for at in memchr_iter(b'\\', json) {
        if at < next {
            continue;
        }
        // Escapes by number are rare: three bytes is what most characters have that are written so.
        let (length, is) = if json.get(at + 1) == Some(&b'u') { (6, 3) } else { (2, 1) };
        fewer += length - is;
        next = at + length;
    }
    fewer
}

fn inner(raw: &RawValue) -> &str {
    let json = raw.get();
    json.get(1..json.len() - 1).unwrap_or_default()
}

fn unescaped(json: &str) -> String {
    // Half characters alone are no text of Rust.
    serde_json::from_str(json).or_else(|_| serde_json::from_str(&mended(json))).unwrap_or_default()
}

impl Default for JsonStr<'_> {
    fn default() -> Self {
        Self::Plain(Cow::Borrowed(""))
    }
}

impl PartialEq for JsonStr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.plain() == other.plain()
    }
}

impl Eq for JsonStr<'_> {}

impl<'a> From<&'a str> for JsonStr<'a> {
    fn from(text: &'a str) -> Self {
        Self::Plain(Cow::Borrowed(text))
    }
}

impl From<String> for JsonStr<'_> {
    fn from(text: String) -> Self {
        Self::Plain(Cow::Owned(text))
    }
}

impl<'a> From<Cow<'a, str>> for JsonStr<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Plain(text)
    }
}

impl Serialize for JsonStr<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Quoted(raw) => raw.serialize(serializer),
            Self::Plain(text) => serializer.serialize_str(text),
        }
    }
}

/// Texts as one, those that are empty included. A lone one is carried over as it is.
pub fn joined<'a>(texts: impl IntoIterator<Item = JsonStr<'a>>, separator: &str) -> JsonStr<'a> {
    let mut texts = texts.into_iter();
    let first = texts.next().unwrap_or_default();
    let Some(second) = texts.next() else { return first };
    let mut all = first.into_plain().into_owned();
    for text in std::iter::once(second).chain(texts) {
        all.push_str(separator);
        all.push_str(&text.plain());
    }
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_is_the_same_quoted_and_plain() {
        for (json, text) in [
            (r#""""#, ""),
            (r#""plain""#, "plain"),
            (r#"" \n\t ""#, " \n\t "),
            (r#""\u00a0""#, "\u{a0}"),
            (r#""a\"b\\n\u20ac""#, "a\"b\\n\u{20ac}"),
            (r#""\\\\n""#, "\\\\n"),
            (r#""\/é""#, "/é"),
            (r#""a\ud800""#, "a\u{fffd}"),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            let quoted = JsonStr::of(raw).unwrap();
            assert_eq!(quoted, JsonStr::from(text), "{json}");
            assert_eq!(quoted.is_empty(), text.is_empty(), "{json}");
            assert_eq!(quoted.is_blank(), text.trim().is_empty(), "{json}");
            assert!(quoted.json_len() >= text.len(), "{json}");
            assert!(quoted.len().abs_diff(text.len()) <= 1, "{json}");
            assert_eq!(serde_json::to_string(&quoted).unwrap(), json);
            assert_eq!(
                serde_json::from_str::<String>(&serde_json::to_string(&JsonStr::from(text)).unwrap()).unwrap(),
                text
            );
        }
        assert_eq!(JsonStr::of(serde_json::from_str("[1]").unwrap()), None);
    }

    #[test]
    fn a_lone_text_stays_as_it_is_and_more_become_one() {
        let raw: &RawValue = serde_json::from_str(r#""a\n""#).unwrap();
        let one = || JsonStr::of(raw).unwrap();
        assert!(matches!(joined([one()], ", "), JsonStr::Quoted(_)));
        assert_eq!(joined([one(), "b".into(), "".into()], ", "), JsonStr::from("a\n, b, "));
        assert_eq!(joined([], ", "), JsonStr::from(""));
    }
}
