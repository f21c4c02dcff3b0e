//! Our own settings file, edited with the same care as Codex's: what changed between two states becomes table edits,
//! so that comments and keys that we do not know stay.

use std::collections::BTreeMap;

use serde::Serialize;
use toml_edit::{Item, Value};

use crate::config::Change;
use crate::error::{Error, Result};
use crate::settings::Settings;

/// The edits that lead from one state of the settings to another.
///
/// # Errors
/// Only when settings cannot be written as TOML, which would be a bug of ours.
pub(super) fn changes(before: &Settings, after: &Settings) -> Result<Vec<Change>> {
    let mut out = Vec::new();
    let (old, new) = (root(before)?, root(after)?);
    for (key, value) in &new {
        let same = old.get(key).is_some_and(|old| old.to_string() == value.to_string());
        if !same && !matches!(key.as_str(), "providers" | "profiles") {
            out.push(Change::Set { path: vec![key.clone()], value: value.clone() });
        }
    }
    for key in old.keys().filter(|key| !new.contains_key(*key)) {
        out.push(Change::Remove { path: vec![key.clone()] });
    }
    named("providers", &before.providers, &after.providers, &mut out)?;
    named("profiles", &before.profiles, &after.profiles, &mut out)?;
    Ok(out)
}

fn named<T: Serialize + PartialEq>(
    table: &str,
    before: &BTreeMap<String, T>,
    after: &BTreeMap<String, T>,
    out: &mut Vec<Change>,
) -> Result<()> {
    for (name, value) in after {
        if before.get(name) != Some(value) {
            let path = vec![table.to_owned(), name.clone()];
            out.push(Change::Table { path, entries: root(value)?.into_iter().collect() });
        }
    }
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        out.push(Change::Remove { path: vec![table.to_owned(), name.clone()] });
    }
    Ok(())
}

/// The keys of a serialised struct, tables inside as inline values.
fn root(value: &impl Serialize) -> Result<BTreeMap<String, Value>> {
    let document = toml_edit::ser::to_document(value).map_err(|e| Error::bug("cannot write settings").cause(e))?;
    let entries = document.into_table().into_iter();
    Ok(entries.filter_map(|(key, item)| Some((key, plain(item)?))).collect())
}

/// An item as an undecorated inline value.
fn plain(item: Item) -> Option<Value> {
    let mut value = item.into_value().ok()?;
    value.decor_mut().clear();
    Some(value)
}
