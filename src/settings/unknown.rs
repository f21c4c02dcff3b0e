//! Keys of the settings file that nobody reads: most likely mistyped.

use std::fmt;

use serde_json::Value;
use toml_edit::{Document, TableLike};

use super::schema::schema;

/// A key that is not in the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKey {
    /// Its path from the top, with dots.
    pub path: String,
    /// The line on which it stands, counted from 1.
    pub line: usize,
    /// The known key that it most likely stands for.
    pub nearest: Option<String>,
}

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown key `{}`", self.path)
    }
}

/// How alike two names must be (Jaro-Winkler, 0 to 1), so that `provders` finds its like and `colour` does not.
const ALIKE: f64 = 0.8;

impl UnknownKey {
    /// All of them, in the order of the lines. None in a text that is not TOML.
    #[must_use]
    pub fn all(text: &str) -> Vec<Self> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let Ok(document) = Document::parse(text) else { return Vec::new() };
        let mut found = Vec::new();
        walk(text, document.as_table(), &schema(), "", &mut found);
        found.sort_by_key(|key| key.line);
        found
    }
}

fn walk(text: &str, table: &dyn TableLike, schema: &Value, parent: &str, found: &mut Vec<UnknownKey>) {
    let known = schema["properties"].as_object();
    let others = schema.get("additionalProperties").filter(|others| others.is_object());
    for (name, item) in table.iter() {
        let path = if parent.is_empty() { name.to_owned() } else { format!("{parent}.{name}") };
        match (known.and_then(|known| known.get(name)).or(others), item.as_table_like()) {
            (Some(inner), Some(table)) => walk(text, table, inner, &path, found),
            (Some(_), None) => (),
            (None, _) => {
                let at = table.key(name).and_then(toml_edit::Key::span).or_else(|| item.span());
                let before = text.get(..at.map_or(0, |span| span.start)).unwrap_or_default();
                let names = known.into_iter().flatten().map(|(name, _)| name.as_str());
                let line = 1 + before.matches('\n').count();
                found.push(UnknownKey { path, line, nearest: nearest(name, names).map(str::to_owned) });
            }
        }
    }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|other| (strsim::jaro_winkler(name, other), other))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_found_at_every_depth_with_what_they_stand_for() {
        let text = "port = 1\nprot = 2\n\n[provders.a]\nname = \"A\"\n\n[providers.a]\nbase-url = \"u\"\n\
                    models.m.contxt = 1\nheaders.any = \"x\"\n\n[default]\nprovider = \"a\"\n\
                    previous = { modle = \"1\" }\n";
        let found: Vec<_> = UnknownKey::all(text)
            .into_iter()
            .map(|key| (key.path, key.line, key.nearest.unwrap_or_default()))
            .collect();
        let expected = [
            ("prot", 2, "port"),
            ("provders", 4, "providers"),
            ("providers.a.base-url", 8, "base_url"),
            ("providers.a.models.m.contxt", 9, "context"),
            ("default.previous.modle", 14, "model"),
        ];
        let expected: Vec<_> = expected.into_iter().map(|(a, b, c)| (a.to_owned(), b, c.to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_like_nothing_gets_no_advice() {
        assert_eq!(UnknownKey::all("zzz = 1")[0].nearest, None);
        assert_eq!(UnknownKey::all("not toml"), Vec::new());
    }
}
