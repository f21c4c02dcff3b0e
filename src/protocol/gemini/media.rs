//! Images and documents: data in place, or a file elsewhere.

use std::borrow::Cow;

use super::body::{Data, FileData, InlineData};
use crate::protocol::ir::DocumentSource;

/// The image types that every model sees, by the endings of file names.
const ENDINGS: [(&str, &str); 6] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("webp", "image/webp"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
];

/// The part for an image, or why there is none. One that the API does not know would make it refuse the request, and
/// every later one of the conversation.
pub(super) fn media(url: &str) -> Result<Data<'_>, String> {
    if let Some(rest) = strip_scheme(url, "data:") {
        return inline(rest).map(Data::InlineData);
    }
    if strip_scheme(url, "https://").or_else(|| strip_scheme(url, "http://")).is_some() || url.starts_with("gs://") {
        return Ok(Data::FileData(FileData { mime_type: type_of(url), file_uri: url }));
    }
    Err("an image without a `data:` or `https:` URL".to_owned())
}

/// The part for a document.
pub(super) fn document<'a>(source: &'a DocumentSource<'_>) -> Data<'a> {
    const PDF: &str = "application/pdf";
    match source {
        DocumentSource::Data(data) => {
            Data::InlineData(InlineData { mime_type: Cow::Borrowed(PDF), data: Cow::Borrowed(data) })
        }
        DocumentSource::Url(url) => Data::FileData(FileData { mime_type: Some(PDF), file_uri: url }),
    }
}

/// Whether an image may stand inside a function's response.
pub(super) fn fits_response(image: &InlineData<'_>) -> bool {
    matches!(image.mime_type.as_ref(), "image/png" | "image/jpeg" | "image/webp")
}

fn inline(rest: &str) -> Result<InlineData<'_>, String> {
    let (kind, data) = rest.split_once(',').ok_or("an image whose `data:` URL holds no data")?;
    let mut words = kind.split(';');
    let mime = words.next().unwrap_or_default().trim();
    if !words.any(|word| word.trim().eq_ignore_ascii_case("base64")) {
        return Err("an image that is not base64".to_owned());
    }
    if data.is_empty() || !data.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)) {
        return Err("an image whose base64 is broken".to_owned());
    }
    let mime_type = match mime.to_ascii_lowercase().as_str() {
        "image/jpg" => Cow::Borrowed("image/jpeg"),
        known if ENDINGS.iter().any(|(_, mime)| *mime == known) => Cow::Owned(known.to_owned()),
        other if other.starts_with("image/") || other.is_empty() => return Err(format!("an image of type `{other}`")),
        _ => Cow::Borrowed(mime),
    };
    Ok(InlineData { mime_type, data: Cow::Borrowed(data) })
}

/// What the ending of a URL's path says.
fn type_of(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let ending = path.rsplit('/').next()?.rsplit_once('.')?.1.to_ascii_lowercase();
    ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, mime)| *mime)
}

fn strip_scheme<'a>(url: &'a str, scheme: &str) -> Option<&'a str> {
    let start = url.get(..scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then(|| &url[scheme.len()..])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn urls_become_parts() {
        for (url, part) in [
            ("data:image/png;base64,AAAA", json!({"inlineData": {"mimeType": "image/png", "data": "AAAA"}})),
            ("DATA:Image/JPG;x=y;BASE64,AA==", json!({"inlineData": {"mimeType": "image/jpeg", "data": "AA=="}})),
            ("data:application/pdf;base64,AA", json!({"inlineData": {"mimeType": "application/pdf", "data": "AA"}})),
            (
                "https://x.y/a.PNG?b=c.gif",
                json!({"fileData": {"mimeType": "image/png", "fileUri": "https://x.y/a.PNG?b=c.gif"}}),
            ),
            ("http://x.y/a", json!({"fileData": {"fileUri": "http://x.y/a"}})),
            ("gs://b/a.webp", json!({"fileData": {"mimeType": "image/webp", "fileUri": "gs://b/a.webp"}})),
        ] {
            assert_eq!(serde_json::to_value(media(url).unwrap()).unwrap(), part, "{url}");
        }
    }

    #[test]
    fn what_the_api_would_refuse_is_named() {
        for (url, words) in [
            ("data:image/gif;base64,AAAA", "an image of type `image/gif`"),
            ("data:;base64,AAAA", "an image of type ``"),
            ("data:image/png,AAAA", "an image that is not base64"),
            ("data:image/png;base64,A A", "an image whose base64 is broken"),
            ("data:image/png;base64,", "an image whose base64 is broken"),
            ("data:x", "an image whose `data:` URL holds no data"),
            ("file:///etc/passwd", "an image without a `data:` or `https:` URL"),
            ("é", "an image without a `data:` or `https:` URL"),
            ("", "an image without a `data:` or `https:` URL"),
        ] {
            assert_eq!(media(url).unwrap_err(), words, "{url}");
        }
    }
}
