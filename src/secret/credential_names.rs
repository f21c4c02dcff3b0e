//! Which names stand for credentials.

/// Last words of names whose values are credentials, with their plurals.
const NAMES: [&str; 12] = [
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "authorization",
    "cookie",
    "apikey",
    "credential",
    "bearer",
    "pat",
    "jwt",
];

/// What a `…_key` is called that is one: `env_key` names a variable, `bearer_token_env_var` too.
const KEYS: [&str; 9] = ["api", "access", "private", "secret", "auth", "subscription", "signing", "account", "service"];

/// Tables in which a plain `key` is a credential.
const CARRIERS: [&str; 4] = ["http_headers", "query_params", "env", "headers"];

/// Where a name stands whose table is a carrier, though it is not known which.
const CARRIER: &str = CARRIERS[0];

/// Whether the value of this key, in a table of that name, is a credential.
pub(super) fn is_credential(key: &str, table: &str) -> bool {
    let key = key.to_ascii_lowercase();
    let mut words = key.split(['_', '-', '.', ' ']).rev();
    let (last, before) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    // Our own settings name such headers, and hold nothing of them.
    if key == "secret_headers" {
        return false;
    }
    let is = |name: &str| last == name || last.strip_suffix('s') == Some(name);
    let is_named = NAMES.into_iter().any(is) || NAMES.iter().any(|name| name.len() > 4 && last.ends_with(name));
    let is_kind_of_key = is("key") && KEYS.contains(&before) || last.ends_with("apikey");
    let is_carried = CARRIERS.contains(&table) && ["key", "auth", "sig", "signature", "code"].contains(&last);
    is_named || is_kind_of_key || is_carried
}

/// Whether it is an option of a program that is followed by a credential.
pub(super) fn is_option(word: &str) -> bool {
    word.starts_with('-') && is_credential(word.trim_start_matches('-'), "")
}

/// Where the values begin that a text gives to names of credentials: `NAME=VALUE`, `NAME: VALUE`.
/// A name that only a carrier makes one counts where `in_carrier` says so of the place where it begins.
pub(super) fn assigned(text: &str, in_carrier: impl Fn(usize) -> bool) -> impl Iterator<Item = usize> {
    text.match_indices(['=', ':']).map(|(at, _)| at + 1).filter(move |&at| {
        let before = text[..at - 1].trim_end().trim_end_matches(['"', '\'']);
        let name = before.rsplit(|c: char| !c.is_alphanumeric() && !"_-".contains(c)).next().unwrap_or_default();
        let carrier = if in_carrier(before.len() - name.len()) { CARRIER } else { "" };
        is_credential(name.trim_start_matches('-'), carrier)
    })
}
