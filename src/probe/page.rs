//! One page of a model list, in any of the shapes that providers give it.

use serde_json::Value;
use url::Url;

use super::facts;
use crate::catalog::ModelFacts;

/// One page, read.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// The models, in the provider's order.
    pub models: Vec<(String, ModelFacts)>,
    /// Where the next page is.
    pub next: Option<Url>,
}

impl Page {
    /// Reads `{data: […]}`, `{models: […]}` or a bare list; none when it is nothing of the kind. `url` is where it came
    /// from: a next page on another origin is not fetched, since the key would go there.
    pub fn read(body: &str, url: &Url) -> Option<Self> {
        let json: Value = serde_json::from_str(body).ok()?;
        let list = [&json["data"], &json["models"], &json["result"], &json].into_iter().find_map(Value::as_array)?;
        let models = list.iter().filter_map(facts::read).collect();
        Some(Self { models, next: next(&json, url).filter(|next| next.origin() == url.origin() && next != url) })
    }
}

/// Where the next page is: a link, a token (Gemini), or the last id of this one (OpenAI, Anthropic).
fn next(json: &Value, url: &Url) -> Option<Url> {
    let link = [&json["links"]["next"], &json["next"], &json["next_url"]].into_iter().find_map(Value::as_str);
    if let Some(link) = link.filter(|link| !link.is_empty()) {
        return url.join(link).ok();
    }
    if let Some(token) = json["nextPageToken"].as_str().filter(|token| !token.is_empty()) {
        return Some(with_query(url, &[("pageToken", token)]));
    }
    if json["has_more"] != Value::Bool(true) {
        return None;
    }
    let last = json["last_id"].as_str().or_else(|| json["data"].as_array()?.last()?["id"].as_str())?;
    // OpenAI calls it `after`, Anthropic `after_id`; each ignores the other's.
    Some(with_query(url, &[("after", last), ("after_id", last)]))
}

/// `url` with these query values in place of former ones.
fn with_query(url: &Url, pairs: &[(&str, &str)]) -> Url {
    let mut next = url.clone();
    let kept: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(name, _)| pairs.iter().all(|(new, _)| name != new)).collect();
    next.query_pairs_mut().clear().extend_pairs(kept).extend_pairs(pairs);
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Option<(Vec<String>, Option<String>)> {
        let page = Page::read(body, &Url::parse("https://a.b/v1/models?x=1").unwrap())?;
        Some((page.models.into_iter().map(|(id, _)| id).collect(), page.next.map(String::from)))
    }

    #[test]
    fn every_shape_of_list_is_read_with_its_next_page() {
        for (body, ids, next) in [
            (r#"{"object":"list","data":[{"id":"a"},{"id":"b"}]}"#, &["a", "b"][..], None),
            (r#"[{"id":"a"},{"id":"b"}]"#, &["a", "b"], None),
            (r#"["a","b"]"#, &["a", "b"], None),
            (r#"{"models":[{"name":"models/a"}]}"#, &["a"], None),
            (r#"{"data":[]}"#, &[], None),
            (r#"{"data":[{"id":"a"}],"has_more":false,"last_id":"a"}"#, &["a"], None),
            (
                r#"{"data":[{"id":"a"}],"has_more":true,"last_id":"z"}"#,
                &["a"],
                Some("https://a.b/v1/models?x=1&after=z&after_id=z"),
            ),
            (r#"{"data":[{"id":"a"}],"has_more":true}"#, &["a"], Some("https://a.b/v1/models?x=1&after=a&after_id=a")),
            (r#"{"data":[],"has_more":true}"#, &[], None),
            (r#"{"data":[{"id":"a"}],"links":{"next":"/v1/models?p=2"}}"#, &["a"], Some("https://a.b/v1/models?p=2")),
            (r#"{"data":[{"id":"a"}],"next":"https://a.b/v1/models?p=2"}"#, &["a"], Some("https://a.b/v1/models?p=2")),
            (r#"{"data":[{"id":"a"}],"next":"https://evil.example/v1/models"}"#, &["a"], None),
            (r#"{"data":[{"id":"a"}],"next":"http://a.b/v1/models?p=2"}"#, &["a"], None),
            (r#"{"data":[{"id":"a"}],"next":"?x=1"}"#, &["a"], None),
            (r#"{"data":[{"id":"a"}],"next":null,"links":{}}"#, &["a"], None),
            (
                r#"{"models":[{"name":"a"}],"nextPageToken":"t&"}"#,
                &["a"],
                Some("https://a.b/v1/models?x=1&pageToken=t%26"),
            ),
        ] {
            let expected = (ids.iter().map(|id| (*id).to_owned()).collect(), next.map(str::to_owned));
            assert_eq!(read(body), Some(expected), "{body}");
        }
    }

    #[test]
    fn what_is_no_list_is_not_taken_for_one() {
        for body in ["", "{}", "null", "7", "\"a\"", r#"{"data":{"id":"a"}}"#, "<html>", r#"{"data":"#] {
            assert_eq!(read(body), None, "{body}");
        }
    }
}
