//! Finds what looks like a credential in somebody's TOML file, so that the file can be shown.
//!
//! Better one value too many hidden than one too few: names decide, and what keys of known providers start with.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::Secret;

/// What stands in place of a credential.
const HIDDEN: &str = "\"…\"";

/// Shorter words are no keys, whatever they start with.
const SHORTEST: usize = 16;

/// What keys of services that are no model providers start with, and JSON web tokens.
const PREFIXES: [&str; 11] =
    ["sk-", "ghp_", "gho_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "AKIA", "AIza", "hf_", "eyJ"];

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

/// The text with every credential replaced, comments included. `prefixes` is what keys of known providers start with.
/// A text that is not TOML is treated line by line.
#[must_use]
pub fn hide(text: &str, prefixes: &[&str]) -> String {
    let mut out = String::new();
    let mut end = 0;
    match places(text, prefixes) {
        Some(places) => {
            for place in places {
                out.push_str(&text[end..place.start]);
                out.push_str(HIDDEN);
                end = place.end;
            }
            out.push_str(&text[end..]);
            out = by_line(&out, |line| line.trim_start().starts_with('#'));
        }
        None => out = by_line(text, |_| true),
    }
    hide_words(&out, prefixes)
}

/// Makes the redacting printer know every credential in the text, for what others say about it.
pub fn remember(text: &str, prefixes: &[&str]) {
    for place in places(text, prefixes).into_iter().flatten() {
        let source = &text[place];
        // Known from here on, though nobody keeps it: as it is written, and as it is meant.
        drop(Secret::new(source.trim_matches(['"', '\'']).to_owned()));
        if let Ok(Value::String(meant)) = source.parse::<Value>() {
            drop(Secret::new(meant.into_value()));
        }
    }
    for word in words(text).filter(|word| is_key(word, prefixes)) {
        drop(Secret::new(word.to_owned()));
    }
}

/// Where the values stand that are credentials, in order; nothing when the text is not TOML.
fn places(text: &str, prefixes: &[&str]) -> Option<Vec<Range<usize>>> {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let document = Document::parse(&text[mark..]).ok()?;
    let mut search = Search { prefixes, found: Vec::new() };
    search.table(document.as_table(), "", false);
    search.found.sort_unstable_by_key(|place| place.start);
    Some(search.found.into_iter().map(|place| place.start + mark..place.end + mark).collect())
}

struct Search<'a> {
    prefixes: &'a [&'a str],
    found: Vec<Range<usize>>,
}

impl Search<'_> {
    fn table(&mut self, table: &dyn TableLike, name: &str, is_secret: bool) {
        for (key, item) in table.iter() {
            let is_secret = is_secret || is_credential(key, name);
            match item {
                Item::Value(value) => self.value(value, key, is_secret),
                Item::Table(table) => self.table(table, key, is_secret),
                Item::ArrayOfTables(tables) => tables.iter().for_each(|table| self.table(table, key, is_secret)),
                Item::None => (),
            }
        }
    }

    fn value(&mut self, value: &Value, name: &str, is_secret: bool) {
        match value {
            Value::InlineTable(table) => self.table(table, name, is_secret),
            Value::Array(values) => {
                // `["--api-key", "abc"]`: the word after an option is its value.
                let mut after_option = false;
                for value in values {
                    self.value(value, name, is_secret || after_option);
                    after_option = value.as_str().is_some_and(|text| {
                        text.strip_prefix('-').is_some_and(|option| is_credential(option.trim_start_matches('-'), ""))
                    });
                }
            }
            // Whether a thing is on is no secret.
            Value::Boolean(_) => (),
            value if is_secret || value.as_str().is_some_and(|text| self.holds_credential(text)) => {
                self.found.extend(value.span());
            }
            _ => (),
        }
    }

    fn holds_credential(&self, text: &str) -> bool {
        let scheme = text.split_once(' ').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let in_header = matches!(scheme.as_deref(), Some("bearer" | "basic")) && !text.contains('\n');
        let in_url = text.split_once("://").is_some_and(|(_, rest)| {
            rest.split(['/', '?', '#']).next().is_some_and(|authority| authority.contains('@'))
        });
        let in_option = text.starts_with('-')
            && text.split_once('=').is_some_and(|(option, _)| is_credential(option.trim_start_matches('-'), ""));
        in_header || in_url || in_option || words(text).any(|word| is_key(word, self.prefixes))
    }
}

/// Whether the value of this key, in a table of that name, is a credential.
fn is_credential(key: &str, table: &str) -> bool {
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

/// Hides what is given to a credential's name, in those lines of the text that `counts` chooses, and in the lines over
/// which such a value runs on.
fn by_line(text: &str, counts: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    let mut until: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let ending = &line[body.len()..];
        if let Some(close) = until {
            until = (!body.contains(close)).then_some(close);
            continue;
        }
        match counts(body).then(|| assignment(body)).flatten() {
            Some(at) => {
                let value = body[at..].trim_start();
                let open = ["\"\"\"", "'''"].into_iter().find(|quote| value.starts_with(quote));
                until = open.filter(|quote| !value[quote.len()..].contains(quote));
                out.push_str(&body[..at]);
                out.push(' ');
                out.push_str(HIDDEN);
            }
            None => out.push_str(body),
        }
        out.push_str(ending);
    }
    out
}

/// Where the first value begins that is given to a credential's name.
fn assignment(line: &str) -> Option<usize> {
    line.match_indices(['=', ':']).map(|(at, _)| at + 1).find(|&at| {
        let name = line[..at - 1].trim_end().trim_end_matches(['"', '\'']);
        let name = name.rsplit(|c: char| !c.is_alphanumeric() && !"_-".contains(c)).next().unwrap_or_default();
        // What is hidden already stays as it is.
        is_credential(name.trim_start_matches('-'), CARRIERS[0]) && !line[at..].trim_start().starts_with(HIDDEN)
    })
}

/// Hides the words that are keys.
fn hide_words(text: &str, prefixes: &[&str]) -> String {
    let mut out = String::new();
    let mut end = 0;
    for word in words(text).filter(|word| is_key(word, prefixes)) {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        out.push_str(&text[end..start]);
        out.push('…');
        end = start + word.len();
    }
    out + &text[end..]
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && !"_-.".contains(c)).filter(|word| !word.is_empty())
}

fn is_key(word: &str, prefixes: &[&str]) -> bool {
    word.len() >= SHORTEST && PREFIXES.iter().chain(prefixes).any(|prefix| word.starts_with(prefix))
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
