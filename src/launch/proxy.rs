//! Proxy variables: Codex sends even loopback requests through a proxy unless `NO_PROXY` says otherwise
//! (codex-facts 1.5).

const PROXY_VARIABLES: [&str; 6] = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// What must be in `NO_PROXY` for the gateway to be reached.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

/// The value of `NO_PROXY` that keeps what is there and adds loopback.
#[must_use]
pub fn no_proxy_with_loopback(get: impl Fn(&str) -> Option<String>) -> String {
    let mut hosts: Vec<String> = Vec::new();
    for name in ["NO_PROXY", "no_proxy"] {
        for host in get(name).unwrap_or_default().split(',').map(str::trim).filter(|host| !host.is_empty()) {
            if !hosts.iter().any(|known| known == host) {
                hosts.push(host.to_owned());
            }
        }
    }
    for host in LOOPBACK {
        if !hosts.iter().any(|known| known == host || known == "*") {
            hosts.push(host.to_owned());
        }
    }
    hosts.join(",")
}

/// The proxy variable that would swallow requests to the gateway, if one is set and loopback is not exempt.
#[must_use]
pub fn loopback_behind_proxy(get: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let set = PROXY_VARIABLES.into_iter().find(|name| get(name).is_some_and(|value| !value.is_empty()))?;
    let exempt = ["NO_PROXY", "no_proxy"]
        .iter()
        .filter_map(|name| get(name))
        .any(|hosts| hosts.split(',').map(str::trim).any(|host| host == "*" || host == LOOPBACK[0]));
    (!exempt).then_some(set)
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
            (&[("NO_PROXY", "*")], "*"),
        ];
        for (vars, expected) in cases {
            assert_eq!(no_proxy_with_loopback(env(vars)), expected);
        }
    }

    #[test]
    fn a_proxy_that_would_swallow_loopback_is_named() {
        assert_eq!(loopback_behind_proxy(env(&[("https_proxy", "http://p")])), Some("https_proxy"));
        assert_eq!(loopback_behind_proxy(env(&[("HTTP_PROXY", "http://p"), ("no_proxy", "127.0.0.1")])), None);
        assert_eq!(loopback_behind_proxy(env(&[("HTTP_PROXY", "")])), None);
    }
}
