//! Proxy variables, as Codex takes them (measured with 0.169.0): `HTTPS_PROXY` is for `https://` alone, the spelling in
//! capitals wins even where it is empty, and `NO_PROXY=*` is about names, so that it does not exempt `127.0.0.1`.

use http::{HeaderValue, Uri};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

/// The variables that name proxies.
pub const PROXY_VARIABLES: [&str; 6] =
    ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// What must be in `NO_PROXY` for the gateway to be reached.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

/// Any address of the gateway: all ports are alike.
const GATEWAY: &str = "http://127.0.0.1/v1";

/// The two spellings of `NO_PROXY`, the one that wins first.
const EXEMPT: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// A proxy that stands before an address.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// The variable that names it.
    pub variable: &'static str,
    uri: Uri,
    /// Its user name and password, as they are sent.
    pub authorization: Option<HeaderValue>,
}

impl Proxy {
    /// The proxy through which Codex, and codexgw, send what is for this URL.
    pub fn before(url: &str, get: impl Fn(&str) -> Option<String>) -> Option<Self> {
        // A server's program must not take the `Proxy` header of a request for a setting.
        if get("REQUEST_METHOD").is_some() {
            return None;
        }
        let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, get(name)?)));
        let target: Uri = url.parse().ok()?;
        let exempt = first(EXEMPT).map(|(_, hosts)| hosts).unwrap_or_default();
        let own = if target.scheme_str() == Some("https") {
            ["HTTPS_PROXY", "https_proxy"]
        } else {
            ["HTTP_PROXY", "http_proxy"]
        };
        [own, ["ALL_PROXY", "all_proxy"]].into_iter().filter_map(first).find_map(|(variable, value)| {
            let matcher = Matcher::builder().all(value).no(exempt.as_str()).build();
            let proxy: Intercept = matcher.intercept(&target)?;
            Some(Self { variable, uri: proxy.uri().clone(), authorization: proxy.basic_auth().cloned() })
        })
    }

    /// Its host, and its port as it is known by default where none is named.
    #[must_use]
    pub fn address(&self) -> (&str, u16) {
        let default = match self.uri.scheme_str() {
            Some("https") => 443,
            Some("socks4" | "socks4a" | "socks5" | "socks5h") => 1080,
            _ => 80,
        };
        (self.uri.host().unwrap_or_default(), self.uri.port_u16().unwrap_or(default))
    }

    /// Whether it is spoken to in plain HTTP.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        self.uri.scheme_str() == Some("http")
    }
}

/// The value of `NO_PROXY` that keeps what is there and adds loopback.
#[must_use]
pub fn no_proxy_with_loopback(get: impl Fn(&str) -> Option<String>) -> String {
    let mut hosts: Vec<String> = Vec::new();
    let set: Vec<String> = EXEMPT.into_iter().filter_map(get).collect();
    let set = set.iter().flat_map(|hosts| hosts.split(',')).map(str::trim).filter(|host| !host.is_empty());
    for host in set.chain(LOOPBACK) {
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    hosts.join(",")
}

/// The command that keeps what `NO_PROXY` holds and adds loopback.
#[must_use]
pub fn exemption(get: impl Fn(&str) -> Option<String>) -> String {
    let loopback = LOOPBACK.join(",");
    match EXEMPT.into_iter().find(|name| get(name).is_some()) {
        Some(name) if get(name).is_some_and(|hosts| !hosts.trim().is_empty()) => {
            format!("export NO_PROXY=\"${name},{loopback}\"")
        }
        _ => format!("export NO_PROXY={loopback}"),
    }
}

/// The proxy variable that would swallow requests to the gateway, if one is set and loopback is not exempt.
#[must_use]
pub fn loopback_behind_proxy(get: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    Proxy::before(GATEWAY, get).map(|proxy| proxy.variable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn loopback_is_added_once_and_the_rest_is_kept() {
        let cases: [(&[(&str, &str)], &str); 5] = [
            (&[], "127.0.0.1,localhost"),
            (&[("NO_PROXY", "a.b, c")], "a.b,c,127.0.0.1,localhost"),
            (&[("no_proxy", "x"), ("NO_PROXY", "y")], "y,x,127.0.0.1,localhost"),
            (&[("NO_PROXY", "localhost,127.0.0.1")], "localhost,127.0.0.1"),
            (&[("NO_PROXY", "*")], "*,127.0.0.1,localhost"),
        ];
        for (vars, expected) in cases {
            let hosts = no_proxy_with_loopback(env(vars));
            assert_eq!(hosts, expected);
            let told = [("HTTP_PROXY", "http://p:1"), ("NO_PROXY", &hosts), ("no_proxy", &hosts)];
            assert_eq!(loopback_behind_proxy(env(&told)), None);
        }
    }

    /// Each row as the real Codex 0.169.0 did it, with a gateway at 127.0.0.1.
    #[test]
    fn a_proxy_that_would_swallow_loopback_is_named() {
        type Variables<'a> = &'a [(&'a str, &'a str)];
        let set = |name: &'static str| Some(name);
        let cases: &[(Variables<'_>, Option<&str>)] = &[
            (&[("HTTP_PROXY", "http://p:1")], set("HTTP_PROXY")),
            (&[("http_proxy", "http://p:1")], set("http_proxy")),
            (&[("HTTPS_PROXY", "http://p:1"), ("https_proxy", "http://p:1")], None),
            (&[("ALL_PROXY", "http://p:1")], set("ALL_PROXY")),
            (&[("all_proxy", "socks5h://p:1")], set("all_proxy")),
            (&[("HTTP_PROXY", "p:1")], set("HTTP_PROXY")),
            (&[("HTTP_PROXY", "")], None),
            (&[("HTTP_PROXY", ""), ("http_proxy", "http://p:1")], None),
            (&[("HTTP_PROXY", "http://p:1"), ("http_proxy", "")], set("HTTP_PROXY")),
            (&[("HTTP_PROXY", ""), ("ALL_PROXY", "http://p:1")], set("ALL_PROXY")),
            (&[("HTTP_PROXY", "ftp://p:1")], None),
            (&[("HTTP_PROXY", "not a proxy")], None),
            (&[("HTTP_PROXY", "http://p:1"), ("REQUEST_METHOD", "GET")], None),
        ];
        for (vars, expected) in cases {
            assert_eq!(loopback_behind_proxy(env(vars)), *expected, "{vars:?}");
        }
        let exempt = [
            ("127.0.0.1", true),
            ("  127.0.0.1  ", true),
            ("a.b, 127.0.0.1", true),
            ("*,127.0.0.1", true),
            ("127.0.0.0/8", true),
            ("127.0.0.1/32", true),
            ("0.0.0.0/0", true),
            ("*", false),
            ("a,*", false),
            ("localhost", false),
            ("10.0.0.0/8", false),
            ("::/0", false),
            ("127.*", false),
            ("127.", false),
            (".0.0.1", false),
            (".127.0.0.1", false),
            ("127.0.0.1:8080", false),
            ("a.b 127.0.0.1", false),
            ("a.b;127.0.0.1", false),
            ("", false),
        ];
        for (hosts, is_exempt) in exempt {
            for name in EXEMPT {
                let vars = [("HTTP_PROXY", "http://p:1"), (name, hosts)];
                assert_eq!(loopback_behind_proxy(env(&vars)).is_none(), is_exempt, "{name}={hosts:?}");
            }
        }
        for (capitals, small, is_exempt) in
            [("a.b", "127.0.0.1", false), ("", "127.0.0.1", false), ("127.0.0.1", "a.b", true), ("127.0.0.1", "", true)]
        {
            let vars = [("HTTP_PROXY", "http://p:1"), ("NO_PROXY", capitals), ("no_proxy", small)];
            assert_eq!(loopback_behind_proxy(env(&vars)).is_none(), is_exempt, "{vars:?}");
        }
    }

    #[test]
    fn the_exemption_keeps_what_is_there() {
        for (vars, expected) in [
            (&[][..], "export NO_PROXY=127.0.0.1,localhost"),
            (&[("NO_PROXY", " ")], "export NO_PROXY=127.0.0.1,localhost"),
            (&[("NO_PROXY", "*")], "export NO_PROXY=\"$NO_PROXY,127.0.0.1,localhost\""),
            (&[("no_proxy", "a.b")], "export NO_PROXY=\"$no_proxy,127.0.0.1,localhost\""),
        ] {
            assert_eq!(exemption(env(vars)), expected);
        }
    }

    #[test]
    fn a_proxy_has_an_address_and_keeps_its_password_apart() {
        let at = |value: &str| Proxy::before("https://api.example/v1", env(&[("https_proxy", value)])).unwrap();
        let proxy = at("http://me:secret@p.example:3128");
        assert_eq!((proxy.address(), proxy.is_plain_http()), (("p.example", 3128), true));
        assert!(proxy.authorization.is_some());
        assert_eq!((at("p.example").address(), at("socks5h://p").address()), (("p.example", 80), ("p", 1080)));
    }
}
