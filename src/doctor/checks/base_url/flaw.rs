//! What is wrong with a base URL by its looks, and how it was meant.

use url::Url;

use crate::probe::{is_hidden, is_quote, with_scheme};

/// What Codex and other clients put behind a base URL by themselves.
const ENDPOINTS: [&str; 5] = ["/responses", "/chat/completions", "/completions", "/messages", "/models"];

/// Most flaws that one base URL is freed of.
const MOST: usize = 6;

/// One flaw.
#[derive(Debug, PartialEq, Eq)]
pub struct Flaw {
    /// Id of the finding.
    pub id: &'static str,
    /// What the base URL does or has, without a subject.
    pub what: String,
    better: Option<String>,
}

/// A base URL without its flaws.
#[derive(Debug, PartialEq, Eq)]
pub struct Meant {
    /// The URL.
    pub url: String,
    /// The query that it held.
    pub query: Vec<(String, String)>,
}

impl Flaw {
    /// The first flaw, if there is one.
    pub fn of(url: &str) -> Option<Self> {
        let flaw = |id, what: &str, better: Option<String>| Some(Self { id, what: what.to_owned(), better });
        let clean: String = url.chars().filter(|&c| !is_hidden(c)).collect();
        if clean.is_empty() {
            return flaw("base-url-scheme", "is empty", None);
        }
        if clean.contains(['{', '}', '<', '>', '$']) || clean.contains("YOUR") || clean.contains("your-") {
            return flaw("base-url-placeholder", "still holds a part that you have to fill in", None);
        }
        let bare = clean.trim_matches(is_quote);
        if bare != clean {
            return flaw("base-url-quotes", "has quotation marks of its own around it", Some(bare.to_owned()));
        }
        // A URL may hold some of them without harm (WHATWG URL 4.4: line breaks, and spaces around it).
        if asked(url) != asked(&clean) {
            return Some(Self { id: "base-url-space", what: hidden(url, &clean), better: Some(clean) });
        }
        let Some(parsed) = Url::parse(&clean).ok().filter(|url| is_http(url) && url.has_host()) else {
            return Some(Self::of_scheme(&clean));
        };
        if !parsed.username().is_empty() || parsed.password().is_some() {
            let mut better = parsed.clone();
            // Both only fail for URLs without a host, which this is not.
            let _ = better.set_username("");
            let _ = better.set_password(None);
            let better = better.as_str().trim_end_matches('/').to_owned();
            return flaw("base-url-userinfo", "holds a user name or a password, which is not sent", Some(better));
        }
        let path = clean.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        if parsed.query().is_some() {
            let what = "holds a query, so that the path is put behind it";
            return flaw("base-url-query", what, Some(path.to_owned()));
        }
        if parsed.fragment().is_some() {
            let what = "holds a `#`, and what stands behind one is never sent";
            return flaw("base-url-fragment", what, Some(path.to_owned()));
        }
        let shorter = ENDPOINTS.iter().find_map(|endpoint| path.strip_suffix(endpoint))?;
        flaw("base-url-endpoint", "names an endpoint, which is put behind it once more", Some(shorter.to_owned()))
    }

    fn of_scheme(url: &str) -> Self {
        let (id, saying) = ("base-url-scheme", "so that no request can be built");
        if let Some((scheme, rest)) = url.split_once("://").filter(|(scheme, _)| !scheme.eq_ignore_ascii_case("http")) {
            let is_host = !scheme.eq_ignore_ascii_case("https");
            let better = is_host.then(|| whole(rest)).flatten();
            let what = match better {
                Some(_) => format!("begins with `{scheme}://` in place of `https://`, {saying}"),
                None => format!("is not one, {saying}"),
            };
            return Self { id: if is_host { id } else { "base-url-unreadable" }, what, better };
        }
        // `http//h`, `https:h`, `http;//h`.
        let lower = url.to_ascii_lowercase();
        let stem = if lower.starts_with("https") { 5 } else { 4 };
        let rest = url.get(stem..).filter(|rest| lower.starts_with("http") && rest.starts_with([':', '/', ';']));
        let better = whole(rest.map_or(url, |rest| rest.trim_start_matches([':', '/', ';'])));
        let scheme = if better.as_ref().is_some_and(|url| url.starts_with("http:")) { "http" } else { "https" };
        Self { id, what: format!("does not say `{scheme}://`, {saying}"), better }
    }

    /// What was meant, when it can be told.
    pub fn meant(&self, url: &str) -> Option<Meant> {
        let mut better = self.better.clone()?;
        let mut query = query(url);
        for _ in 0..MOST {
            if query.is_empty() {
                query = self::query(&better);
            }
            match Self::of(&better) {
                None => return Some(Meant { url: better, query }),
                Some(flaw) => better = flaw.better?,
            }
        }
        None
    }
}

/// The URL that is asked in the end.
fn asked(base_url: &str) -> Option<Url> {
    Url::parse(&format!("{base_url}/responses")).ok()
}

fn is_http(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// With a scheme, where it names a host.
fn whole(rest: &str) -> Option<String> {
    let url = with_scheme(rest);
    let host = Url::parse(&url).ok()?.host_str()?.to_owned();
    (host.contains(['.', ':']) || host == "localhost" || rest.contains(':')).then_some(url)
}

fn query(url: &str) -> Vec<(String, String)> {
    let Some((_, query)) = url.split(['#']).next().unwrap_or_default().split_once('?') else { return Vec::new() };
    url::form_urlencoded::parse(query.trim().trim_end_matches(is_quote).as_bytes()).into_owned().collect()
}

/// Which character nobody sees, and where.
fn hidden(url: &str, clean: &str) -> String {
    let harmful = |c: &char| is_hidden(*c) && !matches!(c, '\t' | '\r' | '\n');
    let c = url.chars().rev().find(harmful).unwrap_or(' ');
    let name = match c {
        ' ' => "a space".to_owned(),
        '\u{a0}' => "a no-break space".to_owned(),
        '\u{feff}' => "a byte order mark".to_owned(),
        '\u{200b}' => "a zero-width space".to_owned(),
        c => format!("the invisible character U+{:04X}", u32::from(c)),
    };
    let place = if url.trim_end_matches(is_hidden) == clean {
        "at its end"
    } else if url.trim_start_matches(is_hidden) == clean {
        "at its beginning"
    } else {
        "inside"
    };
    format!("has {name} {place}, which nobody sees and which is sent along")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flaw_has_its_name_and_what_was_meant() {
        let good = "http://127.0.0.1:8000/api/v1";
        for (url, id, what, meant) in [
            (format!("{good} "), "base-url-space", "has a space at its end", Some(good)),
            (format!("{good}\u{a0}"), "base-url-space", "has a no-break space at its end", Some(good)),
            (format!("\u{feff}{good}"), "base-url-space", "has a byte order mark at its beginning", Some(good)),
            (good.replace("/v1", "\u{200b}/v1"), "base-url-space", "has a zero-width space inside", Some(good)),
            (format!("\"{good}\""), "base-url-quotes", "has quotation marks", Some(good)),
            (format!("\u{201c}{good}/responses\u{201d}"), "base-url-quotes", "has quotation marks", Some(good)),
            ("127.0.0.1:8000/api/v1".to_owned(), "base-url-scheme", "does not say `http://`", Some(good)),
            (
                "localhost:8000/api/v1".to_owned(),
                "base-url-scheme",
                "does not say `http://`",
                Some("http://localhost:8000/api/v1"),
            ),
            ("a.b/v1 ".to_owned(), "base-url-scheme", "does not say `https://`", Some("https://a.b/v1")),
            ("http//127.0.0.1:8000/api/v1".to_owned(), "base-url-scheme", "does not say `http://`", Some(good)),
            ("ftp://127.0.0.1:8000/api/v1".to_owned(), "base-url-scheme", "begins with `ftp://`", Some(good)),
            (format!("{good}#x"), "base-url-fragment", "holds a `#`", Some(good)),
            (format!("{good}?a=1"), "base-url-query", "holds a query", Some(good)),
            (format!("{good}/chat/completions"), "base-url-endpoint", "names an endpoint", Some(good)),
            (format!("{good}/responses/?a=1"), "base-url-query", "holds a query", Some(good)),
            (good.replace("//", "//user:pw@"), "base-url-userinfo", "holds a user name", Some(good)),
            ("https://{resource}.a/v1".to_owned(), "base-url-placeholder", "still holds", None),
            (String::new(), "base-url-scheme", "is empty", None),
            ("none".to_owned(), "base-url-scheme", "does not say `https://`", None),
            ("https://".to_owned(), "base-url-unreadable", "is not one", None),
        ] {
            let flaw = Flaw::of(&url).unwrap_or_else(|| panic!("{url:?}"));
            assert_eq!(flaw.id, id, "{url:?}");
            assert!(flaw.what.starts_with(what), "{url:?}: {}", flaw.what);
            assert_eq!(flaw.meant(&url).map(|meant| meant.url).as_deref(), meant, "{url:?}");
        }
        let url = format!("{good}/responses?api-version=1&b=2");
        let query = [("api-version".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())];
        assert_eq!(Flaw::of(&url).unwrap().meant(&url).unwrap().query, query);
    }

    #[test]
    fn what_works_is_left_in_peace() {
        for url in [
            "HTTP://127.0.0.1:8000/api/v1",
            "Https://API.example.com/v1/",
            " https://a.b/v1",
            "https://a.b/v1\n",
            "https://a.b//v1",
            "http:/127.0.0.1:8000/v1",
            "https://a.b/v1%20",
            "https://a.b/responses-api/v1",
        ] {
            assert_eq!(Flaw::of(url), None, "{url:?}");
        }
    }
}
