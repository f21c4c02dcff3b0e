//! Where everything in a TOML text stands.

use std::ops::Range;

use toml_edit::{Item, Table, Value};

use super::edit_error::EditError;
use super::lines::{line_end, line_start};

/// A header or a key with its value: what a line (or several) of TOML says.
#[derive(Debug)]
pub(crate) struct Statement {
    /// The full path, that of the section included.
    pub(crate) path: Vec<String>,
    /// True for `[x]` and `[[x]]`.
    pub(crate) is_header: bool,
    /// Its whole lines, comment and newline at the end included.
    pub(crate) lines: Range<usize>,
}

/// A parsed text with its statements in the order of the text.
pub(crate) struct Layout<'t> {
    pub(crate) text: &'t str,
    pub(crate) document: toml_edit::Document<&'t str>,
    pub(crate) statements: Vec<Statement>,
}

impl<'t> Layout<'t> {
    /// Parses.
    pub(crate) fn parse(text: &'t str) -> Result<Self, EditError> {
        let document = toml_edit::Document::parse(text).map_err(|error| EditError::syntax(text, &error))?;
        let mut statements = Vec::new();
        collect(text, document.as_table(), &mut Vec::new(), &mut statements);
        statements.sort_by_key(|statement| statement.lines.start);
        Ok(Self { text, document, statements })
    }

    /// What stands at a path: nothing when a key is missing, an error when something on the way cannot hold keys.
    pub(crate) fn item(&self, path: &[String]) -> Result<Option<&Item>, EditError> {
        let mut item = self.document.as_item();
        for (depth, key) in path.iter().enumerate() {
            let Some(table) = item.as_table_like() else { return Err(self.conflict(&path[..depth], item)) };
            match table.get(key) {
                Some(child) if !child.is_none() => item = child,
                _ => return Ok(None),
            }
        }
        Ok(Some(item))
    }

    /// The error for a path where something else stands.
    pub(crate) fn conflict(&self, path: &[String], found: &Item) -> EditError {
        let line = self
            .statements
            .iter()
            .find(|statement| statement.path.starts_with(path) || path.starts_with(&statement.path))
            .map_or(1, |statement| 1 + self.text[..statement.lines.start].matches('\n').count());
        EditError::Conflict { path: path_text(path), found: kind(found), line }
    }

    /// The raw text of the value at a path; nothing when the value is spread over several statements.
    pub(crate) fn source(&self, path: &[String]) -> Option<&'t str> {
        value_span(self.item(path).ok()??).and_then(|span| self.text.get(span))
    }

    /// The index of the header that a statement stands under.
    pub(crate) fn section(&self, index: usize) -> Option<usize> {
        self.statements[..index].iter().rposition(|statement| statement.is_header)
    }
}

/// Where a value stands; nothing for a table made of several statements or dotted keys.
pub(crate) fn value_span(item: &Item) -> Option<Range<usize>> {
    match item {
        Item::Value(Value::InlineTable(table)) if table.is_dotted() => None,
        Item::Value(value) => value.span(),
        _ => None,
    }
}

/// A path as it would be written in TOML.
pub(crate) fn path_text(path: &[String]) -> String {
    let keys: Vec<String> = path.iter().map(|key| toml_edit::Key::new(key.as_str()).to_string()).collect();
    keys.join(".")
}

fn kind(item: &Item) -> &'static str {
    match item {
        Item::None => "nothing",
        Item::Table(_) | Item::Value(Value::InlineTable(_)) => "a table",
        Item::ArrayOfTables(_) => "an array of tables",
        Item::Value(Value::String(_)) => "a string",
        Item::Value(Value::Integer(_)) => "an integer",
        Item::Value(Value::Float(_)) => "a float",
        Item::Value(Value::Boolean(_)) => "a boolean",
        Item::Value(Value::Datetime(_)) => "a date or time",
        Item::Value(Value::Array(_)) => "an array",
    }
}

fn collect(text: &str, table: &Table, path: &mut Vec<String>, statements: &mut Vec<Statement>) {
    if !path.is_empty()
        && !table.is_implicit()
        && let Some(span) = table.span()
    {
        push(text, path, true, &span, statements);
    }
    for (key, item) in table {
        path.push(key.to_owned());
        match item {
            Item::None => {}
            Item::Table(child) => collect(text, child, path, statements),
            Item::ArrayOfTables(children) => {
                for child in children {
                    collect(text, child, path, statements);
                }
            }
            Item::Value(value) => {
                let start = table.key(key).and_then(toml_edit::Key::span).map(|span| span.start);
                if let (Some(start), Some(end)) = (start, value.span().map(|span| span.end)) {
                    push(text, path, false, &(start..end), statements);
                }
            }
        }
        path.pop();
    }
}

fn push(text: &str, path: &[String], is_header: bool, span: &Range<usize>, statements: &mut Vec<Statement>) {
    let lines = line_start(text, span.start)..line_end(text, span.end);
    statements.push(Statement { path: path.to_vec(), is_header, lines });
}
