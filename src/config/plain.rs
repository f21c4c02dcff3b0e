//! What a TOML text means, without its form: the ruler for "what changed is what was meant".

use std::collections::BTreeMap;

use toml_edit::{Item, TableLike, Value};

/// A value without spelling, order or position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plain {
    Text(String),
    Integer(i64),
    /// The bits, so that `nan` equals itself.
    Float(u64),
    Boolean(bool),
    Datetime(String),
    Array(Vec<Self>),
    Table(BTreeMap<String, Self>),
}

impl Plain {
    /// What a table means.
    pub(crate) fn of_table(table: &dyn TableLike) -> Self {
        Self::Table(table.iter().filter_map(|(key, item)| Some((key.to_owned(), Self::of_item(item)?))).collect())
    }

    /// What a value means.
    pub(crate) fn of_value(value: &Value) -> Self {
        match value {
            Value::String(v) => Self::Text(v.value().clone()),
            Value::Integer(v) => Self::Integer(*v.value()),
            Value::Float(v) => Self::Float(v.value().to_bits()),
            Value::Boolean(v) => Self::Boolean(*v.value()),
            Value::Datetime(v) => Self::Datetime(v.value().to_string()),
            Value::Array(v) => Self::Array(v.iter().map(Self::of_value).collect()),
            Value::InlineTable(v) => Self::of_table(v),
        }
    }

    /// What an item means; nothing for an absent one.
    pub(crate) fn of_item(item: &Item) -> Option<Self> {
        match item {
            Item::None => None,
            Item::Value(value) => Some(Self::of_value(value)),
            Item::Table(table) => Some(Self::of_table(table)),
            Item::ArrayOfTables(tables) => {
                Some(Self::Array(tables.iter().map(|table| Self::of_table(table)).collect()))
            }
        }
    }

    /// Puts a value at a path, making tables on the way. False when something else than a table is in the way.
    pub(crate) fn set(&mut self, path: &[String], value: Self) -> bool {
        let (Self::Table(entries), Some((key, rest))) = (self, path.split_first()) else { return false };
        if rest.is_empty() {
            entries.insert(key.clone(), value);
            return true;
        }
        entries.entry(key.clone()).or_insert_with(|| Self::Table(BTreeMap::new())).set(rest, value)
    }

    /// Removes what is at a path.
    pub(crate) fn remove(&mut self, path: &[String]) {
        let (Self::Table(entries), Some((key, rest))) = (self, path.split_first()) else { return };
        if rest.is_empty() {
            entries.remove(key);
        } else if let Some(child) = entries.get_mut(key) {
            child.remove(rest);
        }
    }

    /// Gives what is at a path another last key. False when that is taken.
    pub(crate) fn rename(&mut self, path: &[String], to: &str) -> bool {
        let (Self::Table(entries), Some((key, rest))) = (self, path.split_first()) else { return true };
        if !rest.is_empty() {
            return entries.get_mut(key).is_none_or(|child| child.rename(rest, to));
        }
        let Some(value) = entries.remove(key) else { return true };
        entries.insert(to.to_owned(), value).is_none()
    }

    /// Removes the tables above a path that hold nothing. A table that only its children made goes with the last of
    /// them, one with a header stays, and that is no difference in meaning.
    pub(crate) fn prune(&mut self, path: &[String]) {
        let (Self::Table(entries), Some((key, rest))) = (self, path.split_first()) else { return };
        if let Some(child) = entries.get_mut(key)
            && !rest.is_empty()
        {
            child.prune(rest);
            if matches!(child, Self::Table(left) if left.is_empty()) {
                entries.remove(key);
            }
        }
    }
}
