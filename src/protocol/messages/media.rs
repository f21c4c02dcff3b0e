//! Images and documents as Messages takes them: images of four formats and PDFs, in base64 or at an address.

use super::body::{Block, Source};
use crate::protocol::ir::{DocumentSource, Loss, loss};

/// Stands where an image cannot be sent.
const NO_IMAGE: &str = "[an image that could not be sent]";

/// An image block, or words in its place.
pub(super) fn image<'a>(url: &'a str, losses: &mut Vec<Loss>) -> Block<'a> {
    match source(url) {
        Ok(source) => Block::Image { source, cache_control: None },
        Err(reason) => {
            losses.push(Loss::new(loss::CONTENT_PART, reason));
            Block::text(NO_IMAGE)
        }
    }
}

/// A document block.
pub(super) fn document<'a>(title: &'a str, source: &'a DocumentSource<'_>) -> Block<'a> {
    let source = match source {
        DocumentSource::Data(data) => Source::Base64 { media_type: "application/pdf", data },
        DocumentSource::Url(url) => Source::Url { url },
    };
    Block::Document { source, title, cache_control: None }
}

fn source(url: &str) -> Result<Source<'_>, String> {
    let starts = |prefix: &str| url.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    if starts("https://") || starts("http://") {
        return Ok(Source::Url { url });
    }
    if !starts("data:") {
        return Err("an image that is neither a `data:` URL nor on the web".to_owned());
    }
    let (kind, data) = url["data:".len()..].split_once(',').unwrap_or((&url["data:".len()..], ""));
    let mut fields = kind.split(';').map(str::trim);
    let kind = fields.next().unwrap_or_default().to_ascii_lowercase();
    if !fields.any(|field| field.eq_ignore_ascii_case("base64")) || data.is_empty() {
        return Err("an image that is not in base64".to_owned());
    }
    let media_type = match kind.as_str() {
        "image/png" => "image/png",
        "image/jpeg" | "image/jpg" => "image/jpeg",
        "image/gif" => "image/gif",
        "image/webp" => "image/webp",
        _ => return Err(format!("an image of the type `{kind}`")),
    };
    Ok(Source::Base64 { media_type, data })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_base64_or_an_address_or_words() {
        for (url, expected) in [
            ("data:image/png;base64,AA", r#"{"type":"base64","media_type":"image/png","data":"AA"}"#),
            ("DATA:image/JPG;charset=x;base64,A=", r#"{"type":"base64","media_type":"image/jpeg","data":"A="}"#),
            ("data:image/webp;base64,A", r#"{"type":"base64","media_type":"image/webp","data":"A"}"#),
            ("https://a.example/x.bmp", r#"{"type":"url","url":"https://a.example/x.bmp"}"#),
            ("data:image/svg+xml;base64,AA", "an image of the type `image/svg+xml`"),
            ("data:image/png,AA", "an image that is not in base64"),
            ("data:image/png;base64,", "an image that is not in base64"),
            ("data:", "an image that is not in base64"),
            ("file:///x.png", "an image that is neither a `data:` URL nor on the web"),
            ("é", "an image that is neither a `data:` URL nor on the web"),
        ] {
            let found = source(url).map_or_else(|reason| reason, |source| serde_json::to_string(&source).unwrap());
            assert_eq!(found, expected, "{url}");
        }
    }
}
