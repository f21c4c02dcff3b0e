//! Checks a JSON request against documented fields and collects every breach.

use serde_json::{Map, Value};

/// What a field may hold.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    Flag,
    Number,
    Object,
    List,
    /// Text or a list of parts.
    Content,
    /// Text, or `null` as in what a server once sent.
    TextOrNull,
    Any,
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::Text => value.is_string(),
            Self::Flag => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::Object => value.is_object(),
            Self::List => value.is_array(),
            Self::Content => value.is_string() || value.is_array(),
            Self::TextOrNull => value.is_string() || value.is_null(),
            Self::Any => true,
        }
    }
}

/// How a service says that a field, the second text, of what stands at the first is not as it wants it.
#[derive(Debug, Clone, Copy)]
pub struct Words {
    pub unknown: fn(&str, &str) -> String,
    pub missing: fn(&str, &str) -> String,
    pub misnamed: fn(&str, &str) -> String,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            unknown: |at, field| format!("`{at}.{field}` is not a documented field"),
            missing: |at, field| format!("`{at}.{field}` is missing"),
            misnamed: |at, name| format!("`{at}` is `{name}`, expected `^[a-zA-Z0-9_-]{{1,64}}$`"),
        }
    }
}

/// The breaches found so far.
#[derive(Debug, Default)]
pub struct Rules {
    pub breaches: Vec<String>,
    pub words: Words,
}

impl Rules {
    /// Notes a breach unless `holds`.
    pub fn must(&mut self, holds: bool, breach: impl FnOnce() -> String) {
        if !holds {
            self.breaches.push(breach());
        }
    }

    /// Checks that `value` is an object of these fields alone, each of its kind; gives it for further checks.
    pub fn object<'v>(
        &mut self,
        at: &str,
        value: &'v Value,
        fields: &[(&str, Kind)],
    ) -> Option<&'v Map<String, Value>> {
        let Some(object) = value.as_object() else {
            self.breaches.push(format!("`{at}` is not an object"));
            return None;
        };
        for (name, value) in object {
            match fields.iter().find(|(known, _)| known == name) {
                None => self.breaches.push((self.words.unknown)(at, name)),
                Some((_, kind)) => {
                    self.must(kind.fits(value), || format!("`{at}.{name}` is not of the kind {kind:?}: {value}"));
                }
            }
        }
        Some(object)
    }

    /// Checks that these fields are there.
    pub fn has(&mut self, at: &str, object: &Map<String, Value>, fields: &[&str]) {
        for field in fields {
            let missing = self.words.missing;
            self.must(object.contains_key(*field), || missing(at, field));
        }
    }

    /// Checks a tool's name: `^[a-zA-Z0-9_-]{1,64}$`.
    pub fn tool_name(&mut self, at: &str, name: Option<&Value>) {
        let name = name.and_then(Value::as_str).unwrap_or_default();
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let right = !name.is_empty() && name.len() <= 64 && name.chars().all(legal);
        let misnamed = self.words.misnamed;
        self.must(right, || misnamed(at, name));
    }

    /// Checks that no name comes twice.
    pub fn unique(&mut self, what: &str, names: &[&str]) {
        let mut sorted = names.to_vec();
        sorted.sort_unstable();
        for pair in sorted.windows(2) {
            self.must(pair[0] != pair[1], || format!("{what} `{}` comes twice", pair[0]));
        }
    }
}

/// A list, or nothing.
pub fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A text, or nothing.
pub fn text(value: Option<&Value>) -> &str {
    value.and_then(Value::as_str).unwrap_or_default()
}
