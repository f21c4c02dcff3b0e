//! Another name for a key or table, wherever it is spelled.

use toml_edit::{Item, Value};

use super::edit_error::EditError;
use super::keys::spelled;
use super::layout::{Layout, path_text};
use super::patch::Patch;

/// Spells the last key of `path` as `to` in every header and line that names it. Nothing else of those lines changes.
pub(crate) fn rename(layout: &Layout<'_>, path: &[String], to: &str) -> Result<Patch, EditError> {
    let (_, parent) = path.split_last().ok_or(EditError::EmptyPath)?;
    let mut renamed = parent.to_vec();
    renamed.push(to.to_owned());
    if let Some(present) = layout.item(&renamed)? {
        return Err(layout.conflict(&renamed, present));
    }
    let Some(item) = layout.item(path)? else { return Ok(Patch::default()) };
    let spelling = path_text(&renamed[parent.len()..]);
    let mut edit = Patch::default();
    for (index, statement) in layout.statements.iter().enumerate() {
        if !statement.path.starts_with(path) {
            continue;
        }
        let above = match layout.section(index) {
            Some(header) if !statement.is_header => layout.statements[header].path.len(),
            _ => 0,
        };
        // A line under the table's own header does not name the table.
        if let Some(position) = parent.len().checked_sub(above)
            && let Some(key) = spelled(layout.text, statement.lines.start).get(position)
        {
            edit.push(key.clone(), spelling.as_str());
        }
    }
    if edit.is_empty() {
        let is_dotted = matches!(item, Item::Value(Value::InlineTable(table)) if table.is_dotted());
        match in_braces(layout, path).filter(|_| !is_dotted) {
            Some(span) => edit.push(span, spelling.as_str()),
            None => return Err(layout.conflict(path, item)),
        }
    }
    Ok(edit)
}

/// Where the key stands between the braces of an inline table.
fn in_braces(layout: &Layout<'_>, path: &[String]) -> Option<std::ops::Range<usize>> {
    let (name, parent) = path.split_last()?;
    match layout.item(parent).ok()?? {
        Item::Value(Value::InlineTable(table)) => table.key(name)?.span(),
        _ => None,
    }
}
