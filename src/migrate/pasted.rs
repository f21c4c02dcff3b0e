//! Keys that stand in a provider's table.

use toml_edit::{Item, TableLike};

use crate::catalog;
use crate::secret::looks_like_credential;

/// Where a pasted key belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// It is the provider's key.
    Key,
    /// It is the value of this header.
    Header(String),
}

/// A key in a provider's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pasted {
    /// Where in the file.
    pub(super) path: Vec<String>,
    pub(super) place: Place,
    /// As it stands there.
    pub(super) raw: String,
}

impl Pasted {
    /// Its path as a person would say it.
    pub(super) fn name(&self) -> String {
        let below = if self.path.first().is_some_and(|key| key == "model_providers") { 2 } else { 0 };
        self.path[below.min(self.path.len())..].join(".")
    }
}

/// Names under which people put the key itself into the table; Codex reads only the first.
const NAMES: [&str; 6] = ["experimental_bearer_token", "api_key", "apiKey", "apikey", "key", "token"];

/// Finds the keys in a provider's table, which stands at `at`.
pub(super) fn find(table: &dyn TableLike, at: &[&str]) -> Vec<Pasted> {
    let mut found = Vec::new();
    let mut add = |path: &[&str], place: Place, raw: &str| {
        let path = at.iter().chain(path).map(|&key| key.to_owned()).collect();
        found.push(Pasted { path, place, raw: raw.to_owned() });
    };
    for name in NAMES {
        if let Some(raw) = text(table.get(name)) {
            add(&[name], Place::Key, raw);
        }
    }
    // `env_key` wants the name of a variable; pasting the key there is the commonest mistake of all.
    if let Some(raw) = text(table.get("env_key"))
        && !is_variable_name(raw)
        && !is_variable_name(raw.trim_start_matches('$').trim_matches(['{', '}']))
    {
        add(&["env_key"], Place::Key, raw);
    }
    let headers = table.get("http_headers").and_then(Item::as_table_like);
    for (name, item) in headers.into_iter().flat_map(TableLike::iter) {
        let Some(raw) = text(Some(item)) else { continue };
        if name.eq_ignore_ascii_case("authorization") && raw.to_ascii_lowercase().starts_with("bearer ") {
            add(&["http_headers", name], Place::Key, raw);
        } else if looks_like_credential(name) {
            add(&["http_headers", name], Place::Header(name.to_lowercase()), raw);
        }
    }
    found
}

/// Finds keys that stand where no provider's table is: at the top, or in the `[auth]` that guides invented.
pub(super) fn astray(root: &dyn TableLike) -> Vec<Pasted> {
    let mut found = Vec::new();
    let mut add = |path: &[&str], item: Option<&Item>| {
        if let Some(raw) = text(item).filter(|raw| raw.len() >= 8) {
            let path = path.iter().map(|&key| key.to_owned()).collect();
            found.push(Pasted { path, place: Place::Key, raw: raw.to_owned() });
        }
    };
    for name in ["api_key", "apiKey", "apikey", "openai_api_key", "OPENAI_API_KEY", "experimental_bearer_token"] {
        add(&[name], root.get(name));
    }
    let auth = root.get("auth").and_then(Item::as_table_like);
    for (name, item) in auth.into_iter().flat_map(TableLike::iter) {
        // `method = "apikey"` is no key, `api_key` is one.
        if looks_like_credential(name) && !name.contains("method") {
            add(&["auth", name], Some(item));
        }
    }
    found
}

fn text(item: Option<&Item>) -> Option<&str> {
    item?.as_str().filter(|text| !text.trim().is_empty())
}

/// Whether this can be the name of a variable rather than a key.
pub(super) fn is_variable_name(text: &str) -> bool {
    let looks_like_a_key = catalog::key_prefixes().iter().any(|(_, prefix)| text.starts_with(prefix));
    let has_shape = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit());
    // Nobody names a variable like a hash.
    let is_random = text.len() >= 32 && text.bytes().any(|byte| byte.is_ascii_digit()) && !text.contains('_');
    has_shape && !looks_like_a_key && !is_random
}

#[cfg(test)]
mod tests {
    use super::{Place, find, is_variable_name};

    #[test]
    fn keys_are_told_from_names_of_variables() {
        for name in ["OPENROUTER_API_KEY", "GWK", "my_key", "_X"] {
            assert!(is_variable_name(name), "{name}");
        }
        for key in ["sk-or-v1-abc", "gsk_abcdef", "a b", "0x", "${KEY}", &"a1".repeat(20)] {
            assert!(!is_variable_name(key), "{key}");
        }
    }

    #[test]
    fn keys_are_found_wherever_people_paste_them() {
        let text = r#"
            experimental_bearer_token = "t1"
            api_key = "t2"
            env_key = "sk-or-t3"
            http_headers = { Authorization = "Bearer t4", X-Api-Key = "t5", X-Title = "codex" }
        "#;
        let document = toml_edit::Document::parse(text).expect("toml");
        let found = find(document.as_table(), &[]);
        let places: Vec<_> = found.iter().map(|pasted| (pasted.path.join("."), pasted.place.clone())).collect();
        assert_eq!(
            places,
            [
                ("experimental_bearer_token".to_owned(), Place::Key),
                ("api_key".to_owned(), Place::Key),
                ("env_key".to_owned(), Place::Key),
                ("http_headers.Authorization".to_owned(), Place::Key),
                ("http_headers.X-Api-Key".to_owned(), Place::Header("x-api-key".to_owned())),
            ]
        );
    }
}
