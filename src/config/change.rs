//! What can be asked of a TOML file.

use toml_edit::Value;

/// One change, addressed by a path of unescaped keys.
#[derive(Debug, Clone)]
pub enum Change {
    /// Sets one key, making the tables above it as needed. Only the value's own bytes are replaced where the key is
    /// already there; a value that means the same keeps its bytes.
    Set {
        /// Where.
        path: Vec<String>,
        /// The value.
        value: Value,
    },
    /// Sets one key to a value written exactly so, as [`Document::source`](super::Document::source) gave it.
    Restore {
        /// Where.
        path: Vec<String>,
        /// The raw TOML text of one value.
        source: String,
    },
    /// Puts a line that was removed back to where it stood, else where [`Change::Restore`] would put it.
    PutBack(super::Former),
    /// Makes the table at `path` hold exactly these keys. Keys that mean the same keep their bytes, others go.
    Table {
        /// The table.
        path: Vec<String>,
        /// Its keys; an inline value also matches a sub-table of its own that stands there already.
        entries: Vec<(String, Value)>,
    },
    /// Gives the last key of `path` another name, wherever it is spelled. No such key: no change.
    Rename {
        /// The key or table.
        path: Vec<String>,
        /// Its new name.
        to: String,
    },
    /// Removes a key, or a table with all that is below it, wherever its parts stand. No such key: no change.
    Remove {
        /// Where.
        path: Vec<String>,
    },
}

impl Change {
    /// [`Change::Set`] from anything that makes a path and a value.
    pub fn set(path: &[&str], value: impl Into<Value>) -> Self {
        Self::Set { path: owned(path), value: value.into() }
    }

    /// [`Change::Restore`].
    #[must_use]
    pub fn restore(path: &[&str], source: impl Into<String>) -> Self {
        Self::Restore { path: owned(path), source: source.into() }
    }

    /// [`Change::Table`].
    #[must_use]
    pub fn table(path: &[&str], entries: Vec<(String, Value)>) -> Self {
        Self::Table { path: owned(path), entries }
    }

    /// [`Change::Rename`].
    pub fn rename(path: &[&str], to: impl Into<String>) -> Self {
        Self::Rename { path: owned(path), to: to.into() }
    }

    /// [`Change::Remove`].
    #[must_use]
    pub fn remove(path: &[&str]) -> Self {
        Self::Remove { path: owned(path) }
    }

    /// The path that this change is about.
    #[must_use]
    pub fn path(&self) -> &[String] {
        match self {
            Self::Set { path, .. }
            | Self::Restore { path, .. }
            | Self::Table { path, .. }
            | Self::Rename { path, .. }
            | Self::Remove { path } => path,
            Self::PutBack(former) => former.path(),
        }
    }
}

fn owned(path: &[&str]) -> Vec<String> {
    path.iter().map(|&key| key.to_owned()).collect()
}
