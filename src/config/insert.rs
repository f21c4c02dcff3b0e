//! Where new keys and tables go. Every insertion here is undone byte for byte by [`remove`](super::remove::remove).
//!
//! - A key goes behind the last line of its table, in the table's own form: under its header, as a dotted key, or
//!   between its braces.
//! - The first top-level key of a file goes above the first table and above the comment that belongs to it, with a
//!   blank line behind; in a file without tables it goes to the end, with a blank line before.
//! - A new table goes to the end, with a blank line before. The result ends with a newline exactly if the file did;
//!   so a removal at the end of a file knows what to take along.

use toml_edit::{InlineTable, Item, Value};

use super::edit_error::EditError;
use super::inline;
use super::layout::{Layout, path_text};
use super::lines::{dominant_newline, is_blank, line_after, without_newline};
use super::patch::Patch;

/// Adds a key that is not there yet.
pub(crate) fn key(layout: &Layout<'_>, path: &[String], value: &str) -> Result<Patch, EditError> {
    let (name, parent) = path.split_last().ok_or(EditError::EmptyPath)?;
    let present = deepest(layout, parent)?;
    if let Some((outside, braces)) = inline::around(layout.text, layout.document.as_item(), path) {
        let (dotted, nested) = path.split_at((present + 1).max(outside + 1));
        let value = nested
            .iter()
            .rev()
            .fold(value.to_owned(), |value, key| format!("{{ {} = {value} }}", path_text(std::slice::from_ref(key))));
        return Ok(braces.insert(&format!("{} = {value}", path_text(&dotted[outside..]))));
    }
    let line = |prefix: &[String]| {
        let mut keys = prefix.to_vec();
        keys.push(name.clone());
        format!("{} = {value}", path_text(&keys))
    };
    if parent.is_empty() {
        return Ok(root_key(layout, &line(&[])));
    }
    let header = layout.statements.iter().position(|statement| statement.is_header && statement.path == parent);
    if let Some(header) = header {
        let keys = layout.statements[header + 1..].iter().take_while(|statement| !statement.is_header).count();
        return Ok(below(layout, header + keys, &line(&[])));
    }
    // No header: dotted keys made this table, or the table has no line of its own yet.
    let dotted = layout.statements.iter().rposition(|statement| {
        !statement.is_header && statement.path.len() > parent.len() && statement.path.starts_with(parent)
    });
    if let Some(index) = dotted {
        let section = layout.section(index).map_or(0, |header| layout.statements[header].path.len());
        if section < parent.len() {
            return Ok(below(layout, index, &line(&parent[section..])));
        }
    }
    Ok(block(layout, parent, &[(name.clone(), value.to_owned())]))
}

/// Adds a table that is not there yet.
pub(crate) fn table(layout: &Layout<'_>, path: &[String], entries: &[(String, Value)]) -> Result<Patch, EditError> {
    deepest(layout, path)?;
    if inline::around(layout.text, layout.document.as_item(), path).is_some() {
        let inline: InlineTable = entries.iter().map(|(key, value)| (key.as_str(), bare(value))).collect();
        return key(layout, path, &render(&Value::InlineTable(inline)));
    }
    let entries: Vec<_> = entries.iter().map(|(key, value)| (key.clone(), render(value))).collect();
    Ok(block(layout, path, &entries))
}

/// A value as it is written behind the `=`.
pub(crate) fn render(value: &Value) -> String {
    bare(value).to_string()
}

fn bare(value: &Value) -> Value {
    let mut value = value.clone();
    value.decor_mut().clear();
    value
}

/// How many keys of a path are there; an error when the last of them cannot hold keys.
fn deepest(layout: &Layout<'_>, path: &[String]) -> Result<usize, EditError> {
    for depth in (0..=path.len()).rev() {
        match layout.item(&path[..depth]) {
            Ok(Some(item)) if item.is_table_like() => return Ok(depth),
            Ok(Some(item)) => return Err(layout.conflict(&path[..depth], item)),
            Ok(None) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(0)
}

/// A line below the statement at `index`, indented like it.
fn below(layout: &Layout<'_>, index: usize, line: &str) -> Patch {
    let text = layout.text;
    let lines = &layout.statements[index].lines;
    let newline = dominant_newline(text);
    let sibling = &text[lines.clone()];
    let indent = &sibling[..sibling.len() - sibling.trim_start_matches([' ', '\t']).len()];
    if sibling.ends_with('\n') {
        Patch::insert(lines.end, format!("{indent}{line}{newline}"))
    } else {
        Patch::insert(lines.end, format!("{newline}{indent}{line}"))
    }
}

fn root_key(layout: &Layout<'_>, line: &str) -> Patch {
    let first_header = layout.statements.iter().position(|statement| statement.is_header);
    let keys = first_header.unwrap_or(layout.statements.len());
    if let Some(last) = keys.checked_sub(1) {
        return below(layout, last, line);
    }
    let Some(header) = first_header else { return at_end(layout.text, line) };
    // The comment right above the header belongs to it; a blank line ends that comment.
    let mut at = 0;
    let mut position = 0;
    while let Some(range) =
        line_after(layout.text, position).filter(|r| r.start < layout.statements[header].lines.start)
    {
        position = range.end;
        if is_blank(&layout.text[range]) {
            at = position;
        }
    }
    let newline = dominant_newline(layout.text);
    Patch::insert(at, format!("{line}{newline}{newline}"))
}

fn block(layout: &Layout<'_>, path: &[String], entries: &[(String, String)]) -> Patch {
    let mut lines = vec![format!("[{}]", path_text(path))];
    lines.extend(entries.iter().map(|(key, value)| format!("{} = {value}", path_text(std::slice::from_ref(key)))));
    at_end(layout.text, &lines.join(dominant_newline(layout.text)))
}

/// Something at the end of the file, behind a blank line; without a newline where the file ends without one.
fn at_end(text: &str, block: &str) -> Patch {
    let newline = dominant_newline(text);
    let added = if text.is_empty() {
        format!("{block}{newline}")
    } else if without_newline(text).len() < text.len() {
        format!("{newline}{block}{newline}")
    } else {
        format!("{newline}{newline}{block}")
    };
    Patch::insert(text.len(), added)
}

/// Whether an item is a table that is not written between braces.
pub(crate) fn is_open_table(item: &Item) -> bool {
    match item {
        Item::Table(_) => true,
        Item::Value(Value::InlineTable(table)) => table.is_dotted(),
        _ => false,
    }
}
