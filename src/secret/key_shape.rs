//! What a key looks like, wherever it stands.

/// Shorter words are no keys, whatever they start with.
const SHORTEST: usize = 16;

/// Shortest run of letters and digits in both cases that nobody would give to a thing as its name.
const SHORTEST_MIXED: usize = 24;

/// The same with letters of one case, as hexadecimal digits are.
const SHORTEST_PLAIN: usize = 32;

/// What keys of services start with, providers without a template among them, and JSON web tokens.
const PREFIXES: [&str; 29] = [
    "sk-",
    "sk_",
    "sess-",
    "xai-",
    "gsk_",
    "nvapi-",
    "pplx-",
    "r8_",
    "fw_",
    "csk-",
    "tgp_v1_",
    "hf_",
    "AIza",
    "ya29.",
    "AKIA",
    "ASIA",
    "ABSK",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "xapp-",
    "npm_",
    "eyJ",
];

/// Whether the word is most likely a key. `prefixes` is what keys of known providers start with.
#[must_use]
pub fn is_key(word: &str, prefixes: &[&str]) -> bool {
    let starts = || PREFIXES.iter().chain(prefixes).any(|prefix| word.starts_with(prefix));
    word.len() >= SHORTEST && (starts() || is_uuid(word) || runs(word).any(is_random))
}

/// Whether the name of a header or setting says that its value is a secret.
#[must_use]
pub fn looks_like_credential(name: &str) -> bool {
    // Portkey's name stands in all of its headers.
    let name = name.to_lowercase().replace("portkey", "");
    ["auth", "key", "token", "secret", "cookie", "password", "credential"].iter().any(|part| name.contains(part))
}

/// Whether a key stands anywhere in the text.
#[must_use]
pub fn holds_key(text: &str, prefixes: &[&str]) -> bool {
    words(text).any(|word| is_key(word, prefixes))
}

/// The parts of a text that can be keys.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c)).filter(|word| !word.is_empty())
}

/// What stands between `-`, `_` and `.`: names of models are long, but made of words.
fn runs(word: &str) -> impl Iterator<Item = &str> {
    word.split(['-', '_', '.'])
}

fn is_random(run: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| run.bytes().any(|byte| kind(&byte));
    let digits = run.bytes().filter(u8::is_ascii_digit).count();
    let mixed = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && digits > 0;
    let plain = has(u8::is_ascii_alphabetic) && digits >= 4;
    (run.len() >= SHORTEST_MIXED && mixed) || (run.len() >= SHORTEST_PLAIN && plain)
}

fn is_uuid(word: &str) -> bool {
    word.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_names() {
        for key in [
            "sk-AbCdEfGhIjKlMnOp",
            "gsk_AbCdEfGhIjKl0123",
            "AIzaSyA0123456789abcdefghijklmnopqrstuv",
            "xai-0123456789abcdef",
            "ghp_0123456789abcdef",
            "github_pat_0123456789",
            "hf_abcdefghijklmnop",
            "nvapi-0123456789abc",
            "pplx-0123456789abcd",
            "r8_0123456789abcdef",
            "fw_0123456789abcdef",
            "csk-0123456789abcde",
            "tgp_v1_0123456789ab",
            "AKIAIOSFODNN7EXAMPLE",
            "sess-0123456789abcd",
            "eyJhbGciOiJIUzI1NiJ9.e30.abc",
            "0123456789abcdef0123456789abcdef",
            "0199d2a1-5c5e-7b70-9f3c-3a1f6f0c1e22",
            "aB3dE5gH7jK9mN1pQ3sT5vW7",
            "lab_0123456789abcdef",
        ] {
            assert!(is_key(key, &["lab_"]), "{key}");
            assert!(holds_key(&format!("X-Custom={key}"), &["lab_"]), "{key}");
        }
        for name in [
            "sk-short",
            "openrouter",
            "Qwen3-Coder-480B-A35B-Instruct",
            "Meta-Llama-3.1-405B-Instruct-Turbo",
            "claude-opus-4-5-20251101",
            "AZURE_OPENAI_SUBSCRIPTION_KEY_2",
            "accounts",
            "2026-11-21T15-37-27",
            "a-very-long-name-of-a-provider-that-somebody-typed",
        ] {
            assert!(!is_key(name, &["lab_"]), "{name}");
        }
    }
}
