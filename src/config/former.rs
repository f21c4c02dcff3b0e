//! A removed line, remembered so that it can go back to its place.

use serde::{Deserialize, Serialize};

use super::edit_error::EditError;
use super::layout::Layout;
use super::patch::Patch;
use super::{insert, remove};

/// A key's own lines and where they stood, as taken from a [`Document`](super::Document) before a removal. Can be kept
/// in a settings file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    path: Vec<String>,
    /// The raw text of the value alone.
    source: String,
    /// The bytes that the removal takes.
    removed: String,
    /// The statement above, by path and whether it is a header; none at the top of the file.
    above: Option<(Vec<String>, bool)>,
    /// What stands between that statement and the removed bytes.
    gap: String,
}

impl Former {
    /// Of the key at a path; nothing for a key that is not there, has no line of its own, or is a table of many.
    pub(crate) fn of(layout: &Layout<'_>, path: &[String]) -> Option<Self> {
        let index = layout.statements.iter().position(|statement| !statement.is_header && statement.path == path)?;
        let range = remove::lines(layout, path)?;
        let above = index.checked_sub(1).map(|above| &layout.statements[above]);
        let gap_start = above.map_or(0, |statement| statement.lines.end).min(range.start);
        Some(Self {
            path: path.to_vec(),
            source: layout.source(path)?.to_owned(),
            removed: layout.text[range.clone()].to_owned(),
            above: above.map(|statement| (statement.path.clone(), statement.is_header)),
            gap: layout.text[gap_start..range.start].to_owned(),
        })
    }

    /// The key's path.
    #[must_use]
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// The raw text of the value.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Puts the lines back where they were when their neighbourhood still stands, else where a new key would go.
    pub(crate) fn put_back(&self, layout: &Layout<'_>) -> Result<Patch, EditError> {
        if let Some(at) = self.place(layout) {
            let patch = Patch::insert(at, self.removed.clone());
            let mends = |text: &str| {
                Layout::parse(text).is_ok_and(|after| after.source(&self.path) == Some(self.source.as_str()))
            };
            if patch.apply(layout.text).is_some_and(|text| mends(&text)) {
                return Ok(patch);
            }
        }
        insert::key(layout, &self.path, &self.source)
    }

    fn place(&self, layout: &Layout<'_>) -> Option<usize> {
        let start = match &self.above {
            None => 0,
            Some((path, is_header)) => {
                let above = layout.statements.iter().find(|s| s.is_header == *is_header && s.path == *path)?;
                // The removal of a last line without newline also takes the newline above it.
                if self.removed.starts_with(['\r', '\n']) && self.gap.is_empty() && !self.removed.ends_with('\n') {
                    above.lines.start + super::lines::without_newline(&layout.text[above.lines.clone()]).len()
                } else {
                    above.lines.end
                }
            }
        };
        layout.text.get(start..)?.starts_with(&self.gap).then_some(start + self.gap.len())
    }
}
