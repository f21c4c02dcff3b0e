//! Files of a message, by what they turn out to be: a document, an image, or text, which every model reads.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::body::RawPart;
use crate::protocol::ir::{DocumentSource, Part};

/// How the base64 form of every PDF begins (`%PDF-`).
const PDF: &str = "JVBERi";

/// The part for a file, and what was lost when it is only words in its place.
pub(super) fn file(raw: RawPart<'_>) -> (Part<'_>, Option<String>) {
    let (data, url, id) = (raw.file_data.filled(), raw.file_url.filled(), raw.file_id.filled());
    let name = raw.filename.filled().or_else(|| url.as_deref().and_then(last_segment));
    let name = name.or_else(|| id.clone()).unwrap_or("file".into());
    let read = match (data, url) {
        (Some(data), _) => in_place(data, &name),
        (None, Some(url)) => elsewhere(url, &name),
        (None, None) if id.is_some() => Err("a file that another server keeps".to_owned()),
        (None, None) => Err("a file without data".to_owned()),
    };
    match read {
        Ok(part) => (part, None),
        Err(why) => (Part::Text(format!("[file {name}: not carried over]").into()), Some(why)),
    }
}

/// A file that came along: a `data:` URL, or base64 alone.
fn in_place<'a>(data: Cow<'a, str>, name: &Cow<'a, str>) -> Result<Part<'a>, String> {
    let (kind, payload) = if starts(&data, "data:") {
        data.split_once(',').ok_or("a file whose `data:` URL holds no data")?
    } else {
        ("", data.as_ref())
    };
    let kind = kind.get("data:".len()..).unwrap_or_default().to_ascii_lowercase();
    let (mime, rest) = kind.split_once(';').unwrap_or((&kind, ""));
    if !kind.is_empty() && !rest.split(';').any(|word| word.trim() == "base64") {
        return Err("a file that is not in base64".to_owned());
    }
    if mime.starts_with("image/") {
        return Ok(Part::Image { url: data, detail: None });
    }
    if mime == "application/pdf" || payload.starts_with(PDF) {
        if payload.is_empty() || !payload.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)) {
            return Err("a file whose base64 is broken".to_owned());
        }
        let from = data.len() - payload.len();
        let payload = match data {
            Cow::Borrowed(data) => Cow::Borrowed(&data[from..]),
            Cow::Owned(mut data) => Cow::Owned(data.split_off(from)),
        };
        return Ok(Part::Document { name: name.clone(), source: DocumentSource::Data(payload) });
    }
    let bytes = STANDARD.decode(payload).map_err(|_| "a file whose base64 is broken")?;
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Part::Text(format!("<file name=\"{name}\">\n{text}\n</file>").into())),
        _ if mime.is_empty() => Err("a file of unknown type".to_owned()),
        _ => Err(format!("a file of the type `{mime}`")),
    }
}

/// A file on the web. What only its address says of it must do: one that the upstream does not take ends the session.
fn elsewhere<'a>(url: Cow<'a, str>, name: &Cow<'a, str>) -> Result<Part<'a>, String> {
    if !starts(&url, "https://") {
        return Err("a file that is neither a `data:` URL nor at an `https:` address".to_owned());
    }
    let ending = last_segment(&url).and_then(|segment| Some(segment.rsplit_once('.')?.1.to_ascii_lowercase()));
    match ending.as_deref() {
        Some("pdf") => Ok(Part::Document { name: name.clone(), source: DocumentSource::Url(url) }),
        Some("png" | "jpg" | "jpeg" | "webp") => Ok(Part::Image { url, detail: None }),
        _ => Err("a file on the web that is no PDF".to_owned()),
    }
}

/// The name at the end of a URL's path.
fn last_segment<'a>(url: &str) -> Option<Cow<'a, str>> {
    let path = url.split(['?', '#']).next()?.split_once("://")?.1;
    let (_, name) = path.rsplit_once('/')?;
    (!name.is_empty()).then(|| Cow::Owned(name.to_owned()))
}

fn starts(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::*;

    fn read(json: &str) -> String {
        let (part, lost) = file(serde_json::from_str(json).unwrap());
        let part = match part {
            Part::Text(text) => format!("text {}", text.plain()),
            Part::Image { url, .. } => format!("image {url}"),
            Part::Document { name, source: DocumentSource::Data(data) } => format!("document {name} {data}"),
            Part::Document { name, source: DocumentSource::Url(url) } => format!("document {name} at {url}"),
        };
        lost.map_or(part.clone(), |lost| format!("{part} ({lost})"))
    }

    #[test]
    fn files_are_what_they_hold() {
        for (json, expected) in [
            (r#"{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBERi0="}"#, "document a.pdf JVBERi0="),
            (r#"{"filename":"a","file_data":"data:application/octet-stream;base64,JVBERi0="}"#, "document a JVBERi0="),
            (r#"{"filename":"a.pdf","file_data":"JVBERi0="}"#, "document a.pdf JVBERi0="),
            (
                r#"{"filename":"a.md","file_data":"data:text/markdown;charset=utf-8;base64,aMOp"}"#,
                "text <file name=\"a.md\">\nhé\n</file>",
            ),
            (r#"{"filename":"a.rs","file_data":"aGk="}"#, "text <file name=\"a.rs\">\nhi\n</file>"),
            (r#"{"file_data":"data:image/png;base64,AA"}"#, "image data:image/png;base64,AA"),
            (r#"{"file_url":"https://x.y/a/b.PDF?c"}"#, "document b.PDF at https://x.y/a/b.PDF?c"),
            (r#"{"file_url":"https://x.y/b.png"}"#, "image https://x.y/b.png"),
        ] {
            assert_eq!(read(json), expected, "{json}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_named_and_words_stand_for_it() {
        for (json, name, lost) in [
            (r#"{"file_id":"file_1"}"#, "file_1", "a file that another server keeps"),
            (r#"{"filename":"a"}"#, "a", "a file without data"),
            (
                r#"{"filename":"a.docx","file_data":"data:application/msword;base64,0M8R4A=="}"#,
                "a.docx",
                "a file of the type `application/msword`",
            ),
            (r#"{"filename":"a","file_data":"AAAA"}"#, "a", "a file of unknown type"),
            (r#"{"filename":"a","file_data":"data:text/plain,hi"}"#, "a", "a file that is not in base64"),
            (r#"{"filename":"a","file_data":"data:text/plain"}"#, "a", "a file whose `data:` URL holds no data"),
            (r#"{"filename":"a","file_data":"é"}"#, "a", "a file whose base64 is broken"),
            (r#"{"filename":"a","file_data":"data:application/pdf;base64,a b"}"#, "a", "a file whose base64 is broken"),
            (r#"{"file_url":"https://x.y"}"#, "file", "a file on the web that is no PDF"),
            (
                r#"{"file_url":"http://x.y/a.pdf"}"#,
                "a.pdf",
                "a file that is neither a `data:` URL nor at an `https:` address",
            ),
        ] {
            assert_eq!(read(json), format!("text [file {name}: not carried over] ({lost})"), "{json}");
        }
    }
}
