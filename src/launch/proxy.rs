//! Proxy variables: Codex sends even loopback requests through a proxy unless `NO_PROXY` says otherwise
//! (codex-facts 1.5).

use std::net::Ipv4Addr;

/// The variables that count for `http://`, in which the gateway is asked.
const PROXY_VARIABLES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

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
        // `*` stands for names alone, and exempts no address.
        if !hosts.iter().any(|known| known == host) {
            hosts.push(host.to_owned());
        }
    }
    hosts.join(",")
}

/// The proxy variable that would swallow requests to the gateway, if one is set and loopback is not exempt.
#[must_use]
pub fn loopback_behind_proxy(get: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    let set = PROXY_VARIABLES.into_iter().find(|name| get(name).is_some_and(|value| !value.is_empty()))?;
    // Of the two spellings the one in capitals counts.
    let hosts = ["NO_PROXY", "no_proxy"].iter().find_map(|name| get(name)).unwrap_or_default();
    let exempt = hosts.split(',').map(str::trim).any(|host| host == LOOPBACK[0] || holds_loopback(host));
    (!exempt).then_some(set)
}

/// Whether a range of addresses (`127.0.0.0/8`) holds 127.0.0.1.
fn holds_loopback(range: &str) -> bool {
    let Some((network, bits)) = range.split_once('/') else { return false };
    let (Ok(network), Ok(bits)) = (network.parse::<Ipv4Addr>(), bits.parse::<u32>()) else { return false };
    let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
    bits <= 32 && u32::from(network) & mask == u32::from(Ipv4Addr::LOCALHOST) & mask
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
            assert_eq!(no_proxy_with_loopback(env(vars)), expected);
        }
    }

    #[test]
    fn a_proxy_that_would_swallow_loopback_is_named() {
        let proxy = ("HTTP_PROXY", "http://p");
        let cases: [(&[(&str, &str)], bool); 12] = [
            (&[("https_proxy", "http://p")], false),
            (&[("HTTP_PROXY", "")], false),
            (&[proxy], true),
            (&[("all_proxy", "http://p")], true),
            (&[proxy, ("no_proxy", "127.0.0.1")], false),
            (&[proxy, ("NO_PROXY", "a.b, 127.0.0.1")], false),
            (&[proxy, ("NO_PROXY", "127.0.0.0/8")], false),
            (&[proxy, ("NO_PROXY", "10.0.0.0/8")], true),
            (&[proxy, ("NO_PROXY", "*")], true),
            (&[proxy, ("NO_PROXY", "localhost")], true),
            (&[proxy, ("NO_PROXY", "x"), ("no_proxy", "127.0.0.1")], true),
            (&[proxy, ("NO_PROXY", "127.0.0.1"), ("no_proxy", "x")], false),
        ];
        for (vars, is_behind) in cases {
            assert_eq!(loopback_behind_proxy(env(vars)).is_some(), is_behind, "{vars:?}");
        }
    }
}
