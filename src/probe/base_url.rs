//! What a person may have meant by a base URL.

use url::{Host, Position, Url};

use super::ProbeError;

/// Paths that people paste in along with the base URL, longest first.
const ENDPOINTS: [&str; 5] = ["/chat/completions", "/completions", "/responses", "/messages", "/models"];

/// The base URLs to ask, in order: the one given, without what does not belong there, then the same with `/v1`, or
/// without its version segment.
///
/// # Errors
/// When it is no URL, not of http or https, or carries a user name, a query or a fragment.
pub fn normalise(base_url: &str) -> Result<Vec<String>, ProbeError> {
    let url = parse(base_url.trim_matches(|c| is_hidden(c) || is_quote(c)))?;
    let (origin, mut path) = (&url[..Position::BeforePath], url.path().trim_end_matches('/'));
    while let Some(shorter) = ENDPOINTS.iter().find_map(|endpoint| path.strip_suffix(endpoint)) {
        path = shorter.trim_end_matches('/');
    }
    let first = format!("{origin}{path}");
    // What stood in front of a slash or an endpoint stands at the end now.
    if first.ends_with(is_quote) {
        return normalise(&first);
    }
    let second = match path.rsplit_once('/') {
        Some((parent, last)) if is_version(last) => parent.trim_end_matches('/').to_owned(),
        _ => format!("{path}/v1"),
    };
    Ok(vec![first, format!("{origin}{second}")])
}

/// Whether a URL points at this machine, so that no proxy and no TLS is wanted.
pub fn is_loopback(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| host_is_loopback(&url))
}

fn host_is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_unspecified(),
        Some(Host::Ipv6(ip)) => ip.is_loopback() || ip.is_unspecified(),
        None => false,
    }
}

/// What was given, as far as it can hold no password and no key.
fn without_secrets(text: &str) -> &str {
    let bare = text.split(['?', '#']).next().unwrap_or_default();
    bare.rsplit_once('@').map_or(bare, |(_, host)| host)
}

/// Parses it, adding the scheme where there is none: http for this machine, https for all others.
fn parse(text: &str) -> Result<Url, ProbeError> {
    let invalid = |why: String| ProbeError::BaseUrl {
        message: format!("`{}` is not a base URL", super::foreign::quote(without_secrets(text))),
        why: Some(why),
        hint: "give one like `--base-url https://api.example.com/v1`".to_owned(),
    };
    let text = if text.contains("://") { text } else { &with_scheme(text) };
    let url = Url::parse(text).map_err(|error| invalid(error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid(format!("its scheme is `{}`, not `https`", url.scheme())));
    }
    // Never quoted back: a key may stand in any of the three.
    let extra = [
        (!url.username().is_empty() || url.password().is_some(), "a user name or password"),
        (url.query().is_some(), "a query (`?…`)"),
        (url.fragment().is_some(), "a fragment (`#…`)"),
    ];
    if let Some((_, what)) = extra.into_iter().find(|(present, _)| *present) {
        let mut clean = url.clone();
        clean.set_query(None);
        clean.set_fragment(None);
        // Both only fail for URLs without a host, which http and https never are.
        let _ = clean.set_username("");
        let _ = clean.set_password(None);
        return Err(ProbeError::BaseUrl {
            message: format!("the base URL holds {what}, which Codex cannot send"),
            why: None,
            hint: format!("leave it out: `--base-url {}`", clean.as_str().trim_end_matches('/')),
        });
    }
    Ok(url)
}

/// What stands without a scheme, with the likely one: http for this machine and this house, https for all others.
pub fn with_scheme(text: &str) -> String {
    let bare = format!("http://{text}");
    if is_near(&bare) { bare } else { format!("https://{text}") }
}

/// Whether a URL points at this machine or at one in the same house, where no TLS is wanted.
pub fn is_near(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| host_is_loopback(&url) || is_private(&url))
}

/// What people paste in around a URL.
pub fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '\u{ab}' | '\u{bb}')
}

/// What nobody sees.
pub fn is_hidden(c: char) -> bool {
    let is_zero_width = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    c.is_whitespace() || c.is_control() || is_zero_width
}

/// Addresses that have no certificate: servers in the same house.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => ip.is_unique_local() || ip.is_unicast_link_local(),
        _ => false,
    }
}

/// `v1`, `v4`, `v1beta`.
fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && rest[digits..].bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Error;

    #[test]
    fn what_a_person_pastes_becomes_the_urls_to_ask() {
        for (given, first, second) in [
            ("https://api.example.com/v1", "https://api.example.com/v1", "https://api.example.com"),
            ("https://api.example.com", "https://api.example.com", "https://api.example.com/v1"),
            ("https://api.example.com/v1/", "https://api.example.com/v1", "https://api.example.com"),
            ("https://api.example.com//", "https://api.example.com", "https://api.example.com/v1"),
            (" https://API.example.com/v1\n", "https://api.example.com/v1", "https://api.example.com"),
            ("https://a.b/v1/chat/completions", "https://a.b/v1", "https://a.b"),
            ("https://a.b/chat/completions/", "https://a.b", "https://a.b/v1"),
            ("https://a.b/v1/responses", "https://a.b/v1", "https://a.b"),
            ("https://a.b/v1/responses/responses", "https://a.b/v1", "https://a.b"),
            ("https://a.b/v1/models", "https://a.b/v1", "https://a.b"),
            ("https://a.b/v1/completions", "https://a.b/v1", "https://a.b"),
            ("https://a.b/api/v1", "https://a.b/api/v1", "https://a.b/api"),
            ("https://a.b/api", "https://a.b/api", "https://a.b/api/v1"),
            ("https://a.b/paas/v4", "https://a.b/paas/v4", "https://a.b/paas"),
            ("https://a.b/v1beta", "https://a.b/v1beta", "https://a.b"),
            ("https://a.b/vision", "https://a.b/vision", "https://a.b/vision/v1"),
            ("https://a.b/v1/openai", "https://a.b/v1/openai", "https://a.b/v1/openai/v1"),
            ("api.example.com/v1", "https://api.example.com/v1", "https://api.example.com"),
            ("localhost:11434", "http://localhost:11434", "http://localhost:11434/v1"),
            ("127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1", "http://127.0.0.1:8000"),
            ("[::1]:8000", "http://[::1]:8000", "http://[::1]:8000/v1"),
            ("192.168.1.20:8000", "http://192.168.1.20:8000", "http://192.168.1.20:8000/v1"),
            ("http://a.b/v1", "http://a.b/v1", "http://a.b"),
            ("https://v1", "https://v1", "https://v1/v1"),
            ("https://a.b//v1", "https://a.b//v1", "https://a.b"),
            ("\u{feff}\"https://a.b/v1\u{200b}\"", "https://a.b/v1", "https://a.b"),
        ] {
            assert_eq!(normalise(given).unwrap(), [first, second], "{given}");
        }
    }

    #[test]
    fn what_cannot_be_a_base_url_is_refused_in_words() {
        for (given, message, hint) in [
            ("", "`` is not a base URL", "give one like `--base-url https://api.example.com/v1`"),
            ("https://", "`https://` is not a base URL", "give one like `--base-url https://api.example.com/v1`"),
            (
                "ftp://a.b/v1",
                "`ftp://a.b/v1` is not a base URL",
                "give one like `--base-url https://api.example.com/v1`",
            ),
            (
                "https://a.b/v1?api-version=1",
                "the base URL holds a query (`?…`), which Codex cannot send",
                "leave it out: `--base-url https://a.b/v1`",
            ),
            (
                "https://sk-secret@a.b/v1",
                "the base URL holds a user name or password, which Codex cannot send",
                "leave it out: `--base-url https://a.b/v1`",
            ),
            (
                "https://a.b/v1/#x",
                "the base URL holds a fragment (`#…`), which Codex cannot send",
                "leave it out: `--base-url https://a.b/v1`",
            ),
        ] {
            let error = Error::from(normalise(given).unwrap_err());
            assert_eq!((error.message(), error.hints()), (message, &[hint.to_owned()][..]), "{given}");
            assert!(!format!("{error:?}").contains("secret"), "{given}");
        }
    }

    proptest! {
        #[test]
        fn every_candidate_is_a_url_that_stays_as_it_is(host in "[a-z]{1,8}(:[1-9][0-9]{1,3})?", path in "(/[a-z0-9]{1,5}|/v1|/responses|/){0,4}", any in "\\PC{0,40}") {
            for given in [format!("{host}{path}"), format!("https://{host}{path}"), any] {
                let Ok(urls) = normalise(&given) else { continue };
                prop_assert_eq!(urls.len(), 2);
                for url in &urls {
                    prop_assert!(!url.ends_with('/') && Url::parse(url).is_ok(), "{}", url);
                }
                prop_assert_eq!(normalise(&urls[0]).unwrap(), urls);
            }
        }
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        for given in ["a.b//v1//responses//", "https://a.b/chat/completions", "localhost:1/v1/"] {
            let once = normalise(given).unwrap();
            assert_eq!(normalise(&once[0]).unwrap(), once, "{given}");
        }
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for url in [
            "http://localhost:1",
            "http://127.0.0.9/v1",
            "http://[::1]:2",
            "http://api.localhost",
            "http://0.0.0.0:8000",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["http://localhost.example.com", "http://128.0.0.1", "https://api.example.com", "localhost", ""] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
