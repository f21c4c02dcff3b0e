//! What makes a key none, as far as it can be seen.

/// What people leave in the place of a key, in small letters and without what stands between words.
const PLACEHOLDERS: [&str; 10] = [
    "yourapikey",
    "yourkey",
    "yourapikeyhere",
    "yourkeyhere",
    "apikey",
    "changeme",
    "replaceme",
    "placeholder",
    "xxx",
    "todo",
];

/// What can be seen to be wrong with a key that a provider refuses, as the end of a sentence about it. Servers of one's
/// own take any key, so that none of this is wrong by itself.
#[must_use]
pub fn key_flaw(key: &str) -> Option<&'static str> {
    let bare = key.trim();
    let letters: String = bare.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let is_between = |open: char, close: char| bare.starts_with(open) && bare.ends_with(close) && bare.len() > 1;
    Some(if bare.is_empty() {
        "is empty"
    } else if ['"', '\'', '`'].into_iter().any(|quote| is_between(quote, quote)) {
        "stands in quotes"
    } else if bare.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("bearer ")) {
        "begins with `Bearer`, which is put before it anyway"
    } else if key.starts_with(char::is_whitespace) {
        "begins with a space"
    } else if bare.starts_with("http://") || bare.starts_with("https://") {
        "is a web address"
    } else if bare.starts_with('$') {
        "is the name of a variable, not what it holds"
    } else if is_between('<', '>')
        || is_between('{', '}')
        || bare.contains("...")
        || bare.contains('…')
        || PLACEHOLDERS.contains(&letters.as_str())
        || !letters.is_empty() && letters.trim_start_matches("sk").chars().all(|c| c == 'x')
    {
        "is a placeholder"
    } else if bare.contains(char::is_whitespace) {
        "holds a space"
    } else {
        return None;
    })
}

/// Whether it would be a key without what stands around it.
#[must_use]
pub fn is_wrapped(key: &str) -> bool {
    key_flaw(key).is_some_and(|flaw| ["stands in", "begins with"].iter().any(|start| flaw.starts_with(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_is_told() {
        for (key, flaw) in [
            ("sk-0123456789abcdef", None),
            ("dummy", None),
            ("", Some("is empty")),
            ("\"sk-abc\"", Some("stands in quotes")),
            ("Bearer sk-abc", Some("begins with `Bearer`, which is put before it anyway")),
            (" sk-abc", Some("begins with a space")),
            ("sk-abc ", None),
            ("https://api.example/keys", Some("is a web address")),
            ("${LAB_KEY}", Some("is the name of a variable, not what it holds")),
            ("YOUR_API_KEY", Some("is a placeholder")),
            ("<your key>", Some("is a placeholder")),
            ("sk-xxxxxxxx", Some("is a placeholder")),
            ("sk-...", Some("is a placeholder")),
            ("sk-abc sk-def", Some("holds a space")),
        ] {
            assert_eq!(key_flaw(key), flaw, "{key}");
        }
        assert!(is_wrapped("'sk-abc'") && is_wrapped(" sk-abc") && !is_wrapped("YOUR_API_KEY"));
    }
}
