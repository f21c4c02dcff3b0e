//! Reading of JSON that others write: a field of an odd type is as if it were absent, never the end of the whole.

use std::borrow::Cow;
use std::fmt::{self, Write as _};
use std::marker::PhantomData;

use memchr::memmem;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The methods of a visitor for what is neither text nor a list nor an object.
macro_rules! scalars_are {
    ($value:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($value)
        }
        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($value)
        }
    };
}

/// Text, borrowed where it holds no escapes; absent for everything that is not a string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text<'a>(pub Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// The text, if there was any that is not empty.
    pub fn filled(self) -> Option<Cow<'a, str>> {
        self.0.filter(|text| !text.is_empty())
    }

    /// The text to look at.
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Lenient(|text| Self(Some(text)))).map(Option::unwrap_or_default)
    }
}

/// A list whose items are read; a lone string is handed to `T` as it stands, all else is absent.
#[derive(Debug, Clone, Default)]
pub enum TextOr<'a, T> {
    /// Null, absent or of an odd type.
    #[default]
    Absent,
    /// A string.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<T>),
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for TextOr<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = TextOr<'de, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(TextOr::Text(Cow::Owned(text.to_owned())))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = seq.next_element()? {
                    list.push(item);
                }
                Ok(TextOr::List(list))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                skip_map(map)?;
                Ok(TextOr::Absent)
            }
            scalars_are!(TextOr::Absent);
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

/// A count, also where it is written with a fraction (`2.0`); absent for all that is no count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count(pub Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast of a float saturates")]
        let rounded = || value.as_f64().filter(|count| *count >= 0.0).map(|count| count.round() as u64);
        Ok(Self(value.as_u64().or_else(rounded)))
    }
}

fn skip_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

fn skip_seq<'de, A: SeqAccess<'de>>(mut seq: A) -> Result<(), A::Error> {
    while seq.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

/// An object, read as a `T`; absent for everything else.
#[derive(Debug, Clone)]
pub struct Object<T>(pub Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Only<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Only<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(|object| Object(Some(object)))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
                skip_seq(seq)?;
                Ok(Object(None))
            }
            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(Object(None))
            }
            scalars_are!(Object(None));
        }
        deserializer.deserialize_any(Only(PhantomData))
    }
}

/// A visitor that keeps strings and skips everything else.
struct Lenient<F>(F);

impl<'de, T, F: FnOnce(Cow<'de, str>) -> T> Visitor<'de> for Lenient<F> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some((self.0)(Cow::Borrowed(text))))
    }
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some((self.0)(Cow::Owned(text.to_owned()))))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        skip_seq(seq)?;
        Ok(None)
    }
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        skip_map(map)?;
        Ok(None)
    }
    scalars_are!(None);
}

/// Reads `raw` as a `T`; absent, null and misshapen are all none.
pub fn read<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    raw.and_then(|raw| serde_json::from_str::<Option<T>>(raw.get()).ok().flatten())
}

/// A JSON string's text, or any other JSON as it is written; null and absent are none.
pub fn text_or_json(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let raw = raw?.get();
    match serde_json::from_str::<Text<'_>>(raw).ok().and_then(|text| text.0) {
        Some(text) => Some(text),
        None if raw == "null" => None,
        None => Some(Cow::Borrowed(raw)),
    }
}

/// JSON whose strings hold raw control characters, with those escaped.
pub fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 16);
    let (mut in_string, mut after_backslash) = (false, false);
    for letter in json.chars() {
        if in_string && letter.is_ascii_control() {
            // A backslash in front of a raw line break stands for that break.
            if after_backslash {
                out.pop();
            }
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(letter));
            after_backslash = false;
            continue;
        }
        in_string ^= letter == '"' && !after_backslash;
        after_backslash = in_string && letter == '\\' && !after_backslash;
        out.push(letter);
    }
    out
}

/// Replaces the escapes of half characters (`\ud800` without its other half), which no string of Rust can hold, by
/// that of U+FFFD. Streams of JavaScript and Python servers hold them where a character was cut in two. The length
/// stays the same; true is returned when there were any.
pub fn mend_halves(json: &mut [u8]) -> bool {
    // Nearly no body holds such an escape, and looking for one is much faster than looking at each backslash.
    if !has_halves(json) {
        return false;
    }
    let mut mended = false;
    let mut at = 0;
    // Backslashes stand in strings alone, and each takes what follows it along.
    while let Some(step) = json[at..].iter().position(|byte| *byte == b'\\') {
        at += step;
        at += match (half(&json[at..]), json.get(at + 6..).and_then(half)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                json[at + 2..at + 6].copy_from_slice(b"fffd");
                mended = true;
                6
            }
            _ => 2.min(json.len() - at),
        };
    }
    mended
}

/// Whether there may be any.
fn has_halves(json: &[u8]) -> bool {
    [b"\\ud", b"\\uD"].into_iter().any(|start| memmem::find(json, start).is_some())
}

/// The same for text, which is copied only where there are any.
pub fn mended(json: &str) -> Cow<'_, str> {
    if !has_halves(json.as_bytes()) {
        return Cow::Borrowed(json);
    }
    let mut bytes = json.as_bytes().to_vec();
    mend_halves(&mut bytes);
    String::from_utf8(bytes).map_or(Cow::Borrowed(json), Cow::Owned)
}

/// The number of the `\uXXXX` at the start.
fn half(json: &[u8]) -> Option<u32> {
    let digits = json.strip_prefix(b"\\u")?.get(..4)?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Whether a text is JSON with an object at its top.
pub fn is_json_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// What Chat Completions and Responses tell apart within their counts of tokens.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
#[allow(clippy::struct_field_names, reason = "the names on the wire")]
pub struct TokenDetails {
    pub cached_tokens: Count,
    pub cache_write_tokens: Count,
    pub reasoning_tokens: Count,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_characters_become_the_replacement_and_whole_ones_stay() {
        for (json, mended) in [
            (r#""a\ud800b""#, r#""a\ufffdb""#),
            (r#""\ud83d\ude00""#, r#""\ud83d\ude00""#),
            (r#""\ud83d\ud83d\ude00\ude00""#, r#""\ufffd\ud83d\ude00\ufffd""#),
            (r#""\\ud800 \n\u00e9""#, r#""\\ud800 \n\u00e9""#),
            (r#""\DC00 \uDC0"#, r#""\DC00 \uDC0"#),
            (r#""\uDBFF"#, r#""\ufffd"#),
            ("\\", "\\"),
        ] {
            let mut bytes = json.as_bytes().to_vec();
            assert_eq!(mend_halves(&mut bytes), json != mended, "{json}");
            assert_eq!(String::from_utf8(bytes).unwrap(), mended);
        }
    }

    #[test]
    fn a_count_is_read_in_every_form() {
        for (json, count) in [
            ("2", Some(2)),
            ("2.0", Some(2)),
            ("1e3", Some(1000)),
            ("-1", None),
            ("null", None),
            ("\"2\"", None),
            ("[]", None),
        ] {
            assert_eq!(serde_json::from_str::<Count>(json).unwrap().0, count, "{json}");
        }
    }
}
