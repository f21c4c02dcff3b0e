//! Web pages where an API was expected: whose they are.

use url::Url;

use super::ProbeError;
use super::foreign::quote;
use crate::protocol::{Meaning, Words};

/// What network portals say of themselves (RFC 6585 gave them status 511, few use it).
const PORTAL: [&str; 8] = [
    "captive portal",
    "hotspot",
    "wispaccessgatewayparam",
    "network login",
    "guest network",
    "wi-fi login",
    "free wi-fi",
    "wlan login",
];

/// Titles of login pages.
const LOGIN: [&str; 6] = ["sign in", "signin", "log in", "login", "single sign-on", "anmelden"];

/// What a page means that came in place of an answer.
pub fn of_page(url: String, status: u16, body: &str) -> ProbeError {
    let read = Words::read(Some("text/html"), body.as_bytes());
    // Some of them come with a status of success.
    if read.meaning(status.max(403)) == Some(Meaning::Blocked) {
        return ProbeError::Blocked { url, words: quote(&read.message) };
    }
    let body = body.to_lowercase();
    let title =
        body.split_once("<title").and_then(|(_, rest)| rest.split_once("</title")).map_or("", |(title, _)| title);
    if status == 511 || PORTAL.iter().any(|words| body.contains(words)) {
        ProbeError::Portal { url }
    } else if body.contains("type=\"password\"") || LOGIN.iter().any(|words| title.contains(words)) {
        ProbeError::LoginPage { url }
    } else {
        ProbeError::WebPage { url, status }
    }
}

/// What a redirect means; `to` is fit to be shown.
pub fn of_redirect(url: String, to: String) -> ProbeError {
    let target = Url::parse(&url).ok().and_then(|base| base.join(&to).ok());
    let target = target.map(|target| target.as_str().to_lowercase()).unwrap_or_default();
    let is_login = target.split(['/', '.', '?', '-', '_', '=', '&']).any(|part| {
        matches!(part, "login" | "signin" | "sign" | "sso" | "oauth" | "oauth2" | "authorize" | "accounts" | "saml")
    });
    let is_portal = target.split(['/', '.', '?', '-', '_', '=', '&']).any(|part| {
        matches!(part, "portal" | "guest" | "wifi" | "wlan") || part.contains("captive") || part.contains("hotspot")
    });
    if is_portal && url.starts_with("http://") {
        ProbeError::Portal { url }
    } else if is_login {
        ProbeError::LoginPage { url }
    } else {
        ProbeError::Redirect { url, to }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_apart() {
        let url = || "http://a/v1/models".to_owned();
        for (status, body, expected) in [
            (511, "", ProbeError::Portal { url: url() }),
            (200, "<html><body>Airport Hotspot</body>", ProbeError::Portal { url: url() }),
            (200, "<TITLE>Log in to Acme</TITLE>", ProbeError::LoginPage { url: url() }),
            (403, "<form><input type=\"password\"></form>", ProbeError::LoginPage { url: url() }),
            (
                403,
                "<html><title>Attention Required! | Cloudflare</title>",
                ProbeError::Blocked {
                    url: url(),
                    words: "a web page titled `Attention Required! | Cloudflare` instead of an API answer".into(),
                },
            ),
            (200, "<title>Docs</title> how to log in", ProbeError::WebPage { url: url(), status: 200 }),
        ] {
            assert_eq!(of_page(url(), status, body), expected, "{body}");
        }
        for (to, expected) in [
            ("https://accounts.a/x", ProbeError::LoginPage { url: url() }),
            ("/login?next=1", ProbeError::LoginPage { url: url() }),
            ("http://portal.hotel/", ProbeError::Portal { url: url() }),
            ("http://login.hotel.example/portal", ProbeError::Portal { url: url() }),
            ("/portal?from=1", ProbeError::Portal { url: url() }),
            ("https://a/v1/models", ProbeError::Redirect { url: url(), to: "https://a/v1/models".into() }),
        ] {
            assert_eq!(of_redirect(url(), to.into()), expected, "{to}");
        }
        assert_eq!(
            of_redirect("https://a/".into(), "https://portal.a/".into()),
            ProbeError::Redirect { url: "https://a/".into(), to: "https://portal.a/".into() }
        );
    }
}
