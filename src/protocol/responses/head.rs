//! What routing needs of a request, found without reading the rest.

use memchr::memchr;
use serde::Deserialize;

use super::body::{Rejection, object};
use crate::protocol::lenient::Text;

/// What routing needs of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The model as Codex names it.
    pub model: String,
    /// Whether the answer is to be streamed.
    pub stream: bool,
}

/// Reads the head alone; the rest is only skipped over.
///
/// # Errors
///
/// When the body is no JSON object or names no model. What else may be wrong with it is for the translation to see.
pub fn head(body: &[u8]) -> Result<Head, Rejection> {
    #[derive(Deserialize)]
    struct Wanted<'a> {
        #[serde(borrow, default)]
        model: Text<'a>,
        #[serde(default)]
        stream: Option<bool>,
    }
    if let Some(head) = skim(body) {
        return Ok(head);
    }
    let wanted: Wanted<'_> = object(body)?;
    let model = wanted.model.filled().ok_or_else(|| Rejection::new(Some("model"), "`model` is missing"))?;
    Ok(Head { model: model.into_owned(), stream: wanted.stream.unwrap_or(false) })
}

/// The head of a body in which everything is as usual. Codex writes `stream` behind the whole conversation, so all of
/// it is passed over, from quote to quote.
fn skim(body: &[u8]) -> Option<Head> {
    let (mut model, mut stream) = (None, false);
    let mut rest = body.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start();
    loop {
        let (name, after) = split_value(rest)?;
        let value = after.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
        let (value, after) = split_value(value)?;
        match name {
            b"\"model\"" => model = serde_json::from_slice::<String>(value).ok().filter(|model| !model.is_empty()),
            b"\"stream\"" => stream = serde_json::from_slice::<Option<bool>>(value).ok()?.unwrap_or(false),
            _ => {}
        }
        let after = after.trim_ascii_start();
        match after.first()? {
            b',' => rest = after[1..].trim_ascii_start(),
            b'}' => return Some(Head { model: model?, stream }),
            _ => return None,
        }
    }
}

/// The JSON value at the start, and what follows it.
fn split_value(json: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        match *json.get(at)? {
            b'"' => at += string_length(&json[at..])?,
            b'{' | b'[' => {
                depth += 1;
                at += 1;
            }
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                at += 1;
            }
            // Within an object or a list everything else belongs to it.
            _ if depth > 0 => {
                at += 1;
                continue;
            }
            _ => {
                at += json[at..]
                    .iter()
                    .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))?;
            }
        }
        if depth == 0 {
            return (at > 0).then(|| json.split_at(at));
        }
    }
}

/// The length of the string at the start, quotes included. It is looked through from quote to quote: conversations hold
/// many more escapes.
fn string_length(json: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr(b'"', json.get(at..)?)?;
        let backslashes = json[1..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        at += 1;
        if backslashes % 2 == 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_found_wherever_it_stands() {
        let head = |model: &str, stream| Some(Head { model: model.to_owned(), stream });
        for (body, expected) in [
            (r#"{"model":"p/m"}"#, head("p/m", false)),
            (
                " {\n \"input\" : [ {\"model\":\"x\", \"a\":[1,-2.5e3,null,true,\"]}\\\"\\\\\"]} ] ,\n \"stream\" : true , \"model\" : \"p/m\" } ",
                head("p/m", true),
            ),
            (r#"{"stream":null,"model":"p/\u00e9","input":""}"#, head("p/é", false)),
            (r#"{"stream":false,"model":"a","model":"b"}"#, head("b", false)),
        ] {
            assert_eq!(skim(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn what_is_odd_is_left_to_the_exact_reader() {
        for body in [
            "",
            "{",
            "{}",
            "[]",
            "null",
            r#"{"model"}"#,
            r#"{"model":}"#,
            r#"{"model":"m""#,
            r#"{"model":"m}"#,
            r#"{"model":7}"#,
            r#"{"model":""}"#,
            r#"{"stream":true}"#,
            r#"{"model":"m","stream":"yes"}"#,
            r#"{"model":"m"]"#,
            r#"{"model":"\"#,
            r#"{"a":[1}"#,
            r#"{"a":]}"#,
            r#"{,"model":"m"}"#,
        ] {
            assert_eq!(skim(body.as_bytes()), None, "{body}");
        }
    }
}
