//! Finds what looks like a credential in somebody's TOML file, so that the file can be shown.
//!
//! Better one value too many hidden than one too few: names decide, and what keys of known providers start with.

use std::ops::Range;

use toml_edit::{Document, Item, TableLike, Value};

use super::Secret;
use super::credential_names::{assigned, is_credential, is_option};
use super::key_shape::{holds_key, is_key, words};

/// What stands in place of a credential.
const HIDDEN: &str = "\"…\"";

/// Most rounds of hiding: a text may become TOML by what was hidden in it, and then more of it is understood.
const MOST_ROUNDS: usize = 4;

/// The text with every credential replaced, comments included. `prefixes` is what keys of known providers start with.
/// A text that is not TOML is treated line by line.
#[must_use]
pub fn hide(text: &str, prefixes: &[&str]) -> String {
    let mut shown = hide_once(text, prefixes);
    for _ in 1..MOST_ROUNDS {
        let again = hide_once(&shown, prefixes);
        if again == shown {
            break;
        }
        shown = again;
    }
    shown
}

fn hide_once(text: &str, prefixes: &[&str]) -> String {
    let out = match places(text, prefixes) {
        Some(places) => by_line(&replaced(text, &places), prefixes, |line| line.trim_start().starts_with('#')),
        None => by_line(text, prefixes, |_| true),
    };
    hide_words(&out, prefixes)
}

/// The text with these places, which are in order, replaced.
fn replaced(text: &str, places: &[Range<usize>]) -> String {
    let mut out = String::new();
    let mut end = 0;
    for place in places {
        out.push_str(&text[end..place.start]);
        out.push_str(HIDDEN);
        end = place.end;
    }
    out + &text[end..]
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
    places_under(text, prefixes, &Header::default())
}

/// The same of a text that stands under this header.
fn places_under(text: &str, prefixes: &[&str], header: &Header) -> Option<Vec<Range<usize>>> {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let document = Document::parse(&text[mark..]).ok()?;
    let mut search = Search { prefixes, found: Vec::new() };
    search.table(document.as_table(), &header.name, header.is_secret);
    search.found.sort_unstable_by_key(|place| place.start);
    Some(search.found.into_iter().map(|place| place.start + mark..place.end + mark).collect())
}

/// The table in which a line stands.
#[derive(Default)]
struct Header {
    name: String,
    is_secret: bool,
}

impl Header {
    /// The header that the line is, if it is one.
    fn of(line: &str) -> Option<Self> {
        let inner = line.trim().strip_prefix('[')?.split(']').next()?.trim_start_matches('[');
        let keys = toml_edit::Key::parse(inner).ok()?;
        let is_secret = keys.iter().any(|key| is_credential(key.get(), ""));
        Some(Self { name: keys.last().map(|key| key.get().to_owned()).unwrap_or_default(), is_secret })
    }
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
                let mut before = "";
                for value in values {
                    self.value(value, name, is_secret || follows(before, value.as_str().unwrap_or_default()));
                    before = value.as_str().unwrap_or_default();
                }
            }
            // Whether a thing is on is no secret.
            Value::Boolean(_) => (),
            value if is_secret || value.as_str().is_some_and(|text| holds_credential(text, self.prefixes)) => {
                self.found.extend(value.span());
            }
            _ => (),
        }
    }
}

/// Whether the argument `before` makes the one after it a credential: `["--api-key", "abc"]`, `["-u", "me:abc"]`.
fn follows(before: &str, argument: &str) -> bool {
    is_option(before) || (["-u", "--user", "--proxy-user"].contains(&before) && argument.contains(':'))
}

/// Whether a credential stands somewhere in this string: a header, a URL, an argument, a whole command.
fn holds_credential(text: &str, prefixes: &[&str]) -> bool {
    let scheme = text.split_once(' ').map(|(scheme, _)| scheme.to_ascii_lowercase());
    let in_header = matches!(scheme.as_deref(), Some("bearer" | "basic")) && !text.contains('\n');
    let in_url = text
        .split("://")
        .skip(1)
        .any(|rest| rest.split(['/', '?', '#', ' ']).next().is_some_and(|authority| authority.contains('@')));
    // A plain `key` is one in a query, and where it is the whole name: `-H`, `key: abc`.
    let carried = |start: usize| start == 0 || text[..start].ends_with(['?', '&']);
    let is_given = assigned(text, carried).any(|at| !text[at..].trim().is_empty());
    let arguments = || text.split_whitespace().map(|argument| argument.trim_matches(['"', '\'']));
    let in_command = arguments().zip(arguments().skip(1)).any(|(before, argument)| follows(before, argument));
    in_header || in_url || is_given || in_command || holds_key(text, prefixes)
}

/// Hides the credentials in those lines of the text that `counts` chooses, and in the lines over which a value runs on
/// that is given to a credential's name.
fn by_line(text: &str, prefixes: &[&str], counts: impl Fn(&str) -> bool) -> String {
    let mut out = String::new();
    let mut until: Option<&str> = None;
    let mut header = Header::default();
    // The last string of the line before: arguments stand one on a line, too.
    let mut before = String::new();
    for line in text.split_inclusive('\n') {
        let body = line.trim_end_matches(['\n', '\r']);
        let ending = &line[body.len()..];
        if let Some(close) = until {
            until = (!body.contains(close)).then_some(close);
            continue;
        }
        if counts(body) {
            header = Header::of(body).unwrap_or(header);
            until = open_end(body);
            out.push_str(&hide_line(body, prefixes, &header, &mut before));
        } else {
            out.push_str(body);
        }
        out.push_str(ending);
    }
    out
}

/// What closes the credential that begins in this line and does not end in it.
fn open_end(line: &str) -> Option<&'static str> {
    let value = line[assignment(line)?..].trim_start();
    let open = ["\"\"\"", "'''"].into_iter().find(|quote| value.starts_with(quote))?;
    (!value[open.len()..].contains(open)).then_some(open)
}

/// Hides what one line holds. A line that is TOML by itself is understood as that, a comment as what it comments out.
fn hide_line(line: &str, prefixes: &[&str], header: &Header, before: &mut String) -> String {
    let from = line.len() - line.trim_start_matches(['#', ' ', '\t']).len();
    let (margin, body) = line.split_at(from);
    if let Some(places) = places_under(body, prefixes, header) {
        before.clear();
        return margin.to_owned() + &replaced(body, &places);
    }
    let shown = hide_strings(body, prefixes, before);
    let Some(at) = assignment(&shown) else { return margin.to_owned() + &shown };
    format!("{margin}{} {HIDDEN}", &shown[..at])
}

/// Hides the strings in a piece of TOML that hold credentials. The last one that is open ends with the line.
fn hide_strings(line: &str, prefixes: &[&str], before: &mut String) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(['"', '\'']) {
        let (quote, inner) = (&rest[start..=start], &rest[start + 1..]);
        let (text, after) = inner.split_once(quote).map_or((inner, None), |(text, after)| (text, Some(after)));
        out.push_str(&rest[..start]);
        match (follows(before, text) || holds_credential(text, prefixes), after) {
            (false, _) => out.push_str(&rest[start..rest.len() - after.unwrap_or_default().len()]),
            (true, Some(_)) => out.push_str(HIDDEN),
            // That its end is missing is what the person has to see.
            (true, None) => out.push_str(HIDDEN.trim_end_matches('"')),
        }
        text.clone_into(before);
        rest = after.unwrap_or_default();
    }
    out + rest
}

/// Where the first value begins that is given to a credential's name.
fn assignment(line: &str) -> Option<usize> {
    // What is hidden already stays as it is.
    assigned(line, |_| true).find(|&at| !line[at..].trim_start().starts_with(HIDDEN))
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

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
