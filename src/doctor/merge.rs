//! One cause, one finding: what several checks say of the same thing becomes one.

use super::Finding;

/// What Codex says of a cause for which another check has words and a fix of its own.
const SAYS: [(&str, &str); 11] = [
    ("old-config-wire-api", "wire_api"),
    ("old-config-wire-api", "expected `responses`"),
    ("old-config-provider-name", "provider name must not be empty"),
    ("old-config-reserved-id", "reserved built-in provider"),
    ("old-config-reserved-id", "only supports changing"),
    ("old-config-legacy-profile", "legacy `profile"),
    ("old-config-removed-value", "unknown variant"),
    ("old-config-removed-value", "invalid type"),
    ("old-config-removed-value", "approval_policy"),
    ("old-config-unknown-provider", "` not found"),
    ("catalogue-", "model_catalog_json"),
];

/// Findings that only follow from others at the same provider, by the beginnings of both ids.
const FOLLOWS: [(&str, &str); 8] = [
    ("route-", "model-unowned"),
    ("provider-wrong-key", "key-of-another"),
    ("base-url-", "provider-"),
    ("token-command-json", "provider-"),
    ("key-header-unset", "provider-no-key"),
    ("key-header-unset", "provider-wrong-key"),
    ("old-config-wire-api", "provider-wire"),
    ("old-config-reserved-id", "built-in-unreachable"),
];

/// The findings without those that say what another says already. What Codex said of it goes along.
pub fn merged(findings: &[Finding]) -> Vec<Finding> {
    let (repeated, mut kept): (Vec<_>, Vec<_>) =
        findings.iter().cloned().partition(|finding| findings.iter().any(|other| repeats(finding, other)));
    for finding in repeated {
        let Some(cause) = kept.iter_mut().find(|other| repeats(&finding, other)) else { continue };
        for words in finding.evidence.into_iter().filter(|seen| seen.starts_with("Codex says:")) {
            if !cause.evidence.contains(&words) {
                cause.evidence.push(words);
            }
        }
    }
    kept
}

/// Whether a finding says in other words what another says.
fn repeats(finding: &Finding, cause: &Finding) -> bool {
    match finding.id {
        "config-refused" => {
            let says = |words: &str| finding.evidence.iter().any(|seen| seen.contains(words));
            let is_same_key = || cause.id == "old-config-removed-value" && key_of(cause).is_some_and(says);
            SAYS.iter().any(|(id, words)| cause.id.starts_with(id) && says(words)) || is_same_key()
        }
        "config-ignored-key" => {
            let key = finding.evidence.first().and_then(|seen| seen.split('`').nth(1));
            let is_told = |key: &str| match cause.id {
                "old-config-ignored-key" | "old-config-pasted-key" => names(cause, key),
                "old-config-legacy-profile" => {
                    key.split('.').nth(1).is_some_and(|name| key.starts_with("profiles.") && cause.what.contains(name))
                }
                _ => false,
            };
            key.is_some_and(is_told)
        }
        "codex-doctor-login" => cause.id == "login-broken",
        id => FOLLOWS.iter().any(|(first, then)| {
            cause.id.starts_with(first)
                && id.starts_with(then)
                && cause.what.split('`').skip(1).step_by(2).any(|about| names(finding, about))
        }),
    }
}

/// The key that it is about: `key = value`, or the key alone.
fn key_of(finding: &Finding) -> Option<&str> {
    let named = finding.what.split('`').nth(1)?;
    named.split([' ', '=']).next().filter(|key| !key.is_empty())
}

/// Whether it names this key or provider, or a table that holds it.
fn names(finding: &Finding, word: &str) -> bool {
    let words = std::iter::once(&finding.what).chain(&finding.evidence);
    words.flat_map(|text| text.split('`').skip(1).step_by(2)).any(|named| {
        let named = named.trim_matches(['[', ']']);
        named == word || word.strip_prefix(named).is_some_and(|rest| rest.starts_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(findings: &[Finding]) -> Vec<(&'static str, String)> {
        merged(findings).into_iter().map(|finding| (finding.id, finding.evidence.join("|"))).collect()
    }

    #[test]
    fn one_cause_is_told_once_with_the_words_of_codex() {
        let refused =
            || Finding::broken("config-refused", "Codex refuses").saw("Codex says: `wire_api = \"chat\"` is no");
        let chat =
            Finding::broken("old-config-wire-api", "`gw` is set up for `wire_api = \"chat\"`").saw("config.toml:3");
        let wire = |id: &str| Finding::broken("provider-wire", format!("`{id}` does not speak it"));
        assert_eq!(
            left(&[refused(), chat, wire("gw"), wire("other")]),
            [
                ("old-config-wire-api", "config.toml:3|Codex says: `wire_api = \"chat\"` is no".to_owned()),
                ("provider-wire", String::new()),
            ]
        );
        assert_eq!(left(&[refused()]).len(), 1);
        let ignored =
            |key: &str| Finding::warning("config-ignored-key", "ignored").saw(format!("does not know `{key}`"));
        let invented = Finding::warning("old-config-ignored-key", "`[network]`: an invention");
        let ids: Vec<_> = left(&[ignored("network.proxy"), ignored("other"), ignored("network"), invented]);
        assert_eq!(ids.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["config-ignored-key", "old-config-ignored-key"]);
        let url = Finding::broken("base-url-scheme", "the base URL of `gw` does not say `https://`");
        let asked = Finding::broken("provider-not-found", "no URL").saw("asked `gw`");
        assert_eq!(left(&[url, asked]).len(), 1);
    }
}
