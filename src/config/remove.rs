//! Taking keys and tables out.
//!
//! Whole lines go. Of two blank lines that would meet, the one behind goes along; at the end of the file the one
//! before; and where the file then ends in a removed line without a newline, so does what is left. These rules undo
//! those of [`insert`](super::insert) exactly. Comments above and below stay; those between the first and the last
//! removed line belong to what is removed.

use std::ops::Range;

use super::edit_error::EditError;
use super::inline;
use super::layout::Layout;
use super::lines::{is_blank, line_after, line_before, without_newline};
use super::patch::Patch;

/// Removes the first group of neighbouring statements at or below a path; empty when there is none (left).
pub(crate) fn remove(layout: &Layout<'_>, path: &[String]) -> Result<Patch, EditError> {
    if let Some((outside, braces)) = inline::around(layout.text, layout.document.as_item(), path) {
        return Ok(braces.remove(&path[outside..]));
    }
    match layout.item(path) {
        Ok(Some(_)) => Ok(lines(layout, path).map_or_else(Patch::default, Patch::remove)),
        Ok(None) => Ok(Patch::default()),
        Err(error) => Err(error),
    }
}

/// The bytes that removing the first group of statements takes, blank line included.
pub(crate) fn lines(layout: &Layout<'_>, path: &[String]) -> Option<Range<usize>> {
    let ours = |statement: &super::layout::Statement| statement.path.starts_with(path);
    let first = layout.statements.iter().position(ours)?;
    let group: Vec<_> = layout.statements[first..].iter().take_while(|statement| ours(statement)).collect();
    let (start, end) = (group.first()?.lines.start, group.last()?.lines.end);
    Some(with_blank(layout.text, start..end))
}

/// The lines with the blank line that goes along.
pub(crate) fn with_blank(text: &str, lines: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = lines;
    let before = line_before(text, start);
    let blank_before = before.clone().filter(|line| is_blank(&text[line.clone()]));
    match line_after(text, end) {
        Some(after) if (before.is_none() || blank_before.is_some()) && is_blank(&text[after.clone()]) => {
            end = after.end;
        }
        None => start = blank_before.map_or(start, |line| line.start),
        Some(_) => {}
    }
    if end == text.len() && !text.ends_with('\n') {
        start = without_newline(&text[..start]).len();
    }
    start..end
}
