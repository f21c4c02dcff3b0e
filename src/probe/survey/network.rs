//! The way to a provider: encrypted or not, through a proxy or not.

use std::env;

use http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use serde::Serialize;
use url::Url;

use crate::probe::{is_loopback, normalise};

/// The way to a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Network {
    /// Whether the connection is encrypted.
    pub tls: bool,
    /// The proxy that is used, without its credentials.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy: Option<String>,
    /// The variable that names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variable: Option<&'static str>,
    /// The version of HTTP that was spoken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// How long the first answer took, connection included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_answer_ms: Option<u128>,
}

impl Network {
    /// The way to a base URL, as the HTTP client takes it.
    pub fn to(base_url: &str) -> Self {
        let tls = base_url.starts_with("https://");
        if is_loopback(base_url) {
            return Self { tls, ..Self::default() };
        }
        let proxy = base_url.parse::<Uri>().ok().and_then(|uri| Matcher::from_system().intercept(&uri));
        let proxy = proxy.map(|proxy| shown(proxy.uri()));
        let variable =
            proxy.as_ref().and_then(|_| variable(tls, |name| env::var_os(name).is_some_and(|v| !v.is_empty())));
        Self { tls, proxy, variable, ..Self::default() }
    }

    /// Whether a key goes over a network in plain text.
    pub fn is_plain(&self, base_url: &str) -> bool {
        !self.tls && !is_loopback(base_url)
    }
}

fn shown(proxy: &Uri) -> String {
    let host = proxy.host().unwrap_or_default();
    let port = proxy.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{host}{port}", proxy.scheme_str().unwrap_or("http"))
}

/// The variable that names the proxy for a scheme.
fn variable(tls: bool, is_set: impl Fn(&str) -> bool) -> Option<&'static str> {
    let own = if tls { ["HTTPS_PROXY", "https_proxy"] } else { ["HTTP_PROXY", "http_proxy"] };
    own.into_iter().chain(["ALL_PROXY", "all_proxy"]).find(|name| is_set(name))
}

/// The host of what a person gave as a base URL.
pub fn host(base_url: &str) -> String {
    let url = normalise(base_url).ok().and_then(|urls| Url::parse(urls.first()?).ok());
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_is_named_without_its_password() {
        for (proxy, expected) in [
            ("http://me:secret@proxy.example:3128", "http://proxy.example:3128"),
            ("socks5://p:1", "socks5://p:1"),
            ("http://p", "http://p"),
        ] {
            assert_eq!(shown(&proxy.parse().unwrap()), expected);
        }
    }

    #[test]
    fn each_scheme_has_its_variables() {
        let set = ["http_proxy", "all_proxy"];
        assert_eq!(variable(true, |name| set.contains(&name)), Some("all_proxy"));
        assert_eq!(variable(false, |name| set.contains(&name)), Some("http_proxy"));
        assert_eq!(variable(true, |_| false), None);
    }

    #[test]
    fn plain_text_matters_only_on_a_network() {
        for (url, tls, plain) in
            [("https://a.b/v1", true, false), ("http://a.b/v1", false, true), ("http://localhost:1", false, false)]
        {
            let network = Network::to(url);
            assert_eq!((network.tls, network.is_plain(url)), (tls, plain), "{url}");
        }
    }
}
