//! Adding and removing entries between the braces of an inline table.

use std::ops::Range;

use toml_edit::{InlineTable, Item, Value};

use super::patch::Patch;

/// The entries of one pair of braces, dotted keys resolved.
pub(crate) struct Braces<'t> {
    text: &'t str,
    span: Range<usize>,
    entries: Vec<(Vec<String>, Range<usize>)>,
}

impl<'t> Braces<'t> {
    /// Of an inline table that stands in `text`; nothing for one that dotted keys made.
    pub(crate) fn new(text: &'t str, table: &InlineTable) -> Option<Self> {
        if table.is_dotted() {
            return None;
        }
        let mut entries = Vec::new();
        collect(table, &mut Vec::new(), &mut entries);
        entries.sort_by_key(|(_, value)| value.start);
        Some(Self { text, span: table.span()?, entries })
    }

    /// Adds an entry behind the last one; [`Braces::remove`] is its exact inverse.
    pub(crate) fn insert(&self, entry: &str) -> Patch {
        if let Some((_, last)) = self.entries.last() {
            return Patch::insert(last.end, format!(", {entry}"));
        }
        let inside = self.span.start + 1;
        let padded = self.text[inside..].starts_with([' ', '\t']);
        Patch::insert(inside, if padded { format!(" {entry}") } else { entry.to_owned() })
    }

    /// Removes the first entry at or below a path; empty when there is none.
    pub(crate) fn remove(&self, path: &[String]) -> Patch {
        let Some(index) = self.entries.iter().position(|(entry, _)| entry.starts_with(path)) else {
            return Patch::default();
        };
        let value_end = self.entries[index].1.end;
        if index > 0 {
            let comma = skip_trivia(self.text, self.entries[index - 1].1.end);
            return Patch::remove(comma..value_end);
        }
        let after = skip_trivia(self.text, value_end);
        let has_comma = self.text[after..].starts_with(',');
        let inside = self.span.start + 1;
        if self.entries.len() == 1 {
            return Patch::remove(inside..if has_comma { after + 1 } else { value_end });
        }
        let blanks = self.text[after + 1..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        Patch::remove(skip_trivia(self.text, inside)..after + 1 + blanks)
    }
}

fn collect(table: &InlineTable, path: &mut Vec<String>, entries: &mut Vec<(Vec<String>, Range<usize>)>) {
    for (key, value) in table {
        path.push(key.to_owned());
        match value {
            Value::InlineTable(dotted) if dotted.is_dotted() => collect(dotted, path, entries),
            value => entries.extend(value.span().map(|span| (path.clone(), span))),
        }
        path.pop();
    }
}

/// The next byte that is neither blank, newline nor comment.
fn skip_trivia(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'#' => at = super::lines::line_end(text, at),
            _ => break,
        }
    }
    at
}

/// The braces around a path, with how many of its keys lie outside of them: the innermost table on the way that was
/// written with braces.
pub(crate) fn around<'t>(text: &'t str, root: &Item, path: &[String]) -> Option<(usize, Braces<'t>)> {
    let mut found = None;
    let mut item = root;
    for (depth, key) in path.iter().enumerate() {
        if let Item::Value(Value::InlineTable(table)) = item
            && let Some(braces) = Braces::new(text, table)
        {
            found = Some((depth, braces));
        }
        match item.as_table_like().and_then(|table| table.get(key)) {
            Some(child) => item = child,
            None => break,
        }
    }
    found
}
