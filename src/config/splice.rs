//! Changes applied to a text, and checked.

use toml_edit::{TableLike, Value};

use super::change::Change;
use super::edit_error::EditError;
use super::insert::{self, is_open_table, render};
use super::layout::{Layout, path_text, value_span};
use super::patch::Patch;
use super::plain::Plain;
use super::remove::remove;
use super::rename::rename;

pub(crate) const BOM: &str = "\u{feff}";

/// Applies the changes one after another. Every byte that no change is about stays as it is, and the result means what
/// the text meant, but for the changes: both are checked, and the text is refused otherwise.
///
/// # Errors
/// When the text is not valid TOML, or when something else stands where a change wants to go.
pub fn splice(text: &str, changes: &[Change]) -> Result<String, EditError> {
    let (bom, body) = text.strip_prefix(BOM).map_or(("", text), |body| (BOM, body));
    let mut planned = Plain::of_table(Layout::parse(body)?.document.as_table());
    let mut current = body.to_owned();
    for change in changes {
        current = apply(current, change)?;
        plan(&mut planned, change)?;
    }
    let mut outcome = Plain::of_table(Layout::parse(&current)?.document.as_table());
    for change in changes {
        let mut path = change.path().to_vec();
        path.push(String::new());
        planned.prune(&path);
        outcome.prune(&path);
    }
    if planned == outcome {
        return Ok(format!("{bom}{current}"));
    }
    let path = changes.last().map(|change| path_text(change.path())).unwrap_or_default();
    Err(EditError::Unverified { path })
}

/// What the change means, in a model that knows nothing of text.
fn plan(model: &mut Plain, change: &Change) -> Result<(), EditError> {
    let path = change.path();
    let value = match change {
        Change::Remove { .. } => {
            model.remove(path);
            return Ok(());
        }
        Change::Rename { to, .. } => {
            return if model.rename(path, to) { Ok(()) } else { Err(EditError::Unverified { path: path_text(path) }) };
        }
        Change::Set { value, .. } => Plain::of_value(value),
        Change::Restore { source, .. } => Plain::of_value(&parse_value(path, source)?),
        Change::PutBack(former) => Plain::of_value(&parse_value(path, former.source())?),
        Change::Table { entries, .. } => {
            Plain::Table(entries.iter().map(|(key, value)| (key.clone(), Plain::of_value(value))).collect())
        }
    };
    if model.set(path, value) { Ok(()) } else { Err(EditError::Unverified { path: path_text(path) }) }
}

fn apply(text: String, change: &Change) -> Result<String, EditError> {
    if change.path().is_empty() {
        return Err(EditError::EmptyPath);
    }
    match change {
        Change::Set { path, value } => set(text, path, value),
        Change::Restore { path, source } => restore(&text, path, source),
        Change::PutBack(former) => {
            let layout = Layout::parse(&text)?;
            match layout.item(former.path())? {
                Some(_) => restore(&text, former.path(), former.source()),
                None => write(&text, &former.put_back(&layout)?, former.path()),
            }
        }
        Change::Table { path, entries } => table(text, path, entries),
        Change::Rename { path, to } => {
            let edit = rename(&Layout::parse(&text)?, path, to)?;
            write(&text, &edit, path)
        }
        Change::Remove { path } => remove_all(text, path),
    }
}

fn set(text: String, path: &[String], value: &Value) -> Result<String, EditError> {
    let layout = Layout::parse(&text)?;
    let Some(item) = layout.item(path)? else {
        return write(&text, &insert::key(&layout, path, &render(value))?, path);
    };
    if Plain::of_item(item).as_ref() == Some(&Plain::of_value(value)) {
        return Ok(text);
    }
    match (value_span(item), value) {
        (Some(span), _) => write(&text, &Patch::one(span, render(value)), path),
        (None, Value::InlineTable(entries)) if is_open_table(item) => {
            let entries: Vec<_> = entries.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect();
            table(text, path, &entries)
        }
        _ => Err(layout.conflict(path, item)),
    }
}

fn restore(text: &str, path: &[String], source: &str) -> Result<String, EditError> {
    parse_value(path, source)?;
    let layout = Layout::parse(text)?;
    let edit = match layout.item(path)? {
        None => insert::key(&layout, path, source)?,
        Some(item) => match value_span(item) {
            Some(span) => Patch::one(span, source),
            None => return Err(layout.conflict(path, item)),
        },
    };
    write(text, &edit, path)
}

fn table(mut text: String, path: &[String], entries: &[(String, Value)]) -> Result<String, EditError> {
    let child = |key: &str| [path, &[key.to_owned()]].concat();
    let layout = Layout::parse(&text)?;
    let stale: Vec<_> = match layout.item(path)? {
        None => return write(&text, &insert::table(&layout, path, entries)?, path),
        Some(item) => match item.as_table_like() {
            Some(present) => keys(present).filter(|key| entries.iter().all(|(kept, _)| kept != key)).collect(),
            None => return Err(layout.conflict(path, item)),
        },
    };
    for (key, value) in entries {
        text = set(text, &child(key), value)?;
    }
    for key in stale {
        text = remove_all(text, &child(&key))?;
    }
    Ok(text)
}

fn keys(table: &dyn TableLike) -> impl Iterator<Item = String> {
    table.iter().map(|(key, _)| key.to_owned())
}

fn remove_all(mut text: String, path: &[String]) -> Result<String, EditError> {
    loop {
        let edit = remove(&Layout::parse(&text)?, path)?;
        if edit.is_empty() {
            return Ok(text);
        }
        text = write(&text, &edit, path)?;
    }
}

fn write(text: &str, edit: &Patch, path: &[String]) -> Result<String, EditError> {
    edit.apply(text).ok_or_else(|| EditError::Unverified { path: path_text(path) })
}

/// Reads one raw value; nothing may stand around it.
fn parse_value(path: &[String], source: &str) -> Result<Value, EditError> {
    let wrong = || EditError::NotAValue { path: path_text(path) };
    let text = format!("x = {source}");
    let document = toml_edit::Document::parse(text.as_str()).map_err(|_| wrong())?;
    let table = document.as_table();
    match table.get("x").and_then(toml_edit::Item::as_value) {
        Some(value) if table.len() == 1 && value.span() == Some(4..text.len()) => Ok(value.clone()),
        _ => Err(wrong()),
    }
}
