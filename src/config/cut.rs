//! Taking a table out of one text, comments and all, to stand in another.

use std::ops::Range;

use super::change::Change;
use super::edit_error::EditError;
use super::keys::spelled;
use super::layout::{Layout, path_text, value_span};
use super::lines::{dominant_newline, is_blank, line_after, line_before, without_newline};
use super::patch::Patch;
use super::plain::Plain;
use super::remove;
use super::splice::{BOM, splice};

/// A text in two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The text without the table.
    pub rest: String,
    /// The table as a text of its own.
    pub piece: String,
}

/// Takes the table at `path` out of a text, wherever its parts stand, with the comments in it and right above it. In
/// the piece it stands at `to`; an empty `to` makes its keys the top-level ones. Nothing when there is no such table.
///
/// # Errors
/// When the text is not valid TOML, or something else than a table stands there.
pub fn cut(text: &str, path: &[&str], to: &[&str]) -> Result<Option<Cut>, EditError> {
    let (bom, body) = text.strip_prefix(BOM).map_or(("", text), |body| (BOM, body));
    let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
    let to: Vec<String> = to.iter().map(|&key| key.to_owned()).collect();
    let layout = Layout::parse(body)?;
    let Some(item) = layout.item(&path)? else { return Ok(None) };
    if !item.is_table_like() {
        return Err(layout.conflict(&path, item));
    }
    let mut piece = Piece { layout: &layout, path: &path, to: &to, keys: String::new(), tables: String::new() };
    let mut taken = Patch::default();
    for run in runs(&layout, &path) {
        let range = with_comments(&layout, &run);
        piece.take(&run, range.clone());
        taken.push(remove::with_blank(body, range), "");
    }
    let rest = if taken.is_empty() {
        piece.take_values();
        splice(body, &[Change::Remove { path: path.clone() }])?
    } else {
        taken.apply(body).ok_or_else(|| EditError::Unverified { path: path_text(&path) })?
    };
    let cut = Cut { rest: format!("{bom}{rest}"), piece: piece.text() };
    if verified(&layout, &path, &to, &rest, &cut.piece) { Ok(Some(cut)) } else { Err(unverified(&path)) }
}

/// Adds the text of a table below another text, behind a blank line, in that text's line endings.
///
/// # Errors
/// When either is not valid TOML, or both define the same.
pub fn join(text: &str, piece: &str) -> Result<String, EditError> {
    if text.trim_start_matches(BOM).trim().is_empty() {
        return Ok(format!("{text}{piece}"));
    }
    let newline = dominant_newline(text);
    let piece = piece.replace("\r\n", "\n").replace('\n', newline);
    let gap = if without_newline(text).len() < text.len() { "" } else { newline };
    let joined = format!("{text}{gap}{newline}{piece}");
    Layout::parse(joined.trim_start_matches(BOM))?;
    Ok(joined)
}

fn unverified(path: &[String]) -> EditError {
    EditError::Unverified { path: path_text(path) }
}

/// Whether both parts together mean what the whole meant.
fn verified(layout: &Layout<'_>, path: &[String], to: &[String], rest: &str, piece: &str) -> bool {
    let meaning = |text: &str| Layout::parse(text).ok().map(|layout| Plain::of_table(layout.document.as_table()));
    let (Some(rest), Some(piece)) = (meaning(rest), meaning(piece)) else { return false };
    let Some(table) = layout.item(path).ok().flatten().and_then(Plain::of_item) else { return false };
    let mut left = Plain::of_table(layout.document.as_table());
    left.remove(path);
    let mut rest = rest;
    left.prune(path);
    rest.prune(path);
    let wanted = if to.is_empty() {
        table
    } else {
        let mut wanted = Plain::Table(std::collections::BTreeMap::new());
        if !wanted.set(to, table) {
            return false;
        }
        wanted
    };
    left == rest && piece == wanted
}

/// Neighbouring statements at or below the path, as ranges of their numbers.
fn runs(layout: &Layout<'_>, path: &[String]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, _) in layout.statements.iter().enumerate().filter(|(_, s)| s.path.starts_with(path)) {
        match runs.last_mut() {
            Some(run) if run.end == index => run.end += 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}

/// The lines of a run with the comment right above its header, and the comment that ends its last section.
fn with_comments(layout: &Layout<'_>, run: &Range<usize>) -> Range<usize> {
    let text = layout.text;
    let is_comment = |line: &Range<usize>| text[line.clone()].trim_start().starts_with('#');
    let mut start = layout.statements[run.start].lines.start;
    let mut end = layout.statements[run.end - 1].lines.end;
    if !layout.statements[run.start].is_header {
        return start..end;
    }
    while let Some(line) = line_before(text, start).filter(is_comment) {
        start = line.start;
    }
    let mut after = end;
    while let Some(line) = line_after(text, after).filter(is_comment) {
        after = line.end;
    }
    // A comment that leads on to the next statement without a blank line is about that one.
    if line_after(text, after).is_none_or(|line| is_blank(&text[line])) {
        end = after;
    }
    start..end
}

/// The text of the table, in the making.
struct Piece<'l> {
    layout: &'l Layout<'l>,
    path: &'l [String],
    to: &'l [String],
    /// Its own keys, which have to stand above all tables.
    keys: String,
    tables: String,
}

impl Piece<'_> {
    /// Takes over the lines of a run: headers under their new names, dotted keys without what the header says now.
    fn take(&mut self, run: &Range<usize>, range: Range<usize>) {
        let text = self.layout.text;
        let mut at = range.start;
        let mut into_tables = false;
        for index in run.clone() {
            let statement = &self.layout.statements[index];
            let keys = spelled(text, statement.lines.start);
            let line_end = statement.lines.end.min(range.end);
            let suffix = &statement.path[self.path.len()..];
            if suffix.is_empty() && !statement.is_header {
                self.take_values();
                return;
            }
            let mut line = text[at..statement.lines.start].to_owned();
            let tail = |key: Option<&Range<usize>>| &text[key.map_or(statement.lines.start, |key| key.end)..line_end];
            if statement.is_header && suffix.is_empty() {
                // Its header: what stands behind it, if it is a comment, goes on as a line of its own.
                let behind = tail(keys.last()).trim_start_matches([' ', '\t', ']']);
                line.push_str(behind.trim_start_matches(['\r', '\n']));
                into_tables = false;
            } else if statement.is_header {
                let open = text[statement.lines.start..].trim_start();
                let brackets = if open.starts_with("[[") { "[[" } else { "[" };
                let full = [self.to, suffix].concat();
                line.push_str(brackets);
                line.push_str(&path_text(&full));
                line.push_str(tail(keys.last()).trim_start_matches([' ', '\t']));
                into_tables = true;
            } else if self.is_under_own_header(index) {
                line.push_str(&text[statement.lines.start..line_end]);
            } else {
                line.push_str(&path_text(suffix));
                line.push_str(tail(keys.last()));
            }
            let part = if into_tables { &mut self.tables } else { &mut self.keys };
            part.push_str(&line);
            at = line_end;
        }
        let part = if into_tables { &mut self.tables } else { &mut self.keys };
        part.push_str(&text[at..range.end]);
        if !part.is_empty() && !part.ends_with('\n') {
            part.push_str(dominant_newline(text));
        }
    }

    fn is_under_own_header(&self, index: usize) -> bool {
        let header = self.layout.section(index).map(|header| &self.layout.statements[header].path);
        header.is_some_and(|header| header.starts_with(self.path))
    }

    /// Takes over a table that stands between the braces of another.
    fn take_values(&mut self) {
        let Ok(Some(item)) = self.layout.item(self.path) else { return };
        let newline = dominant_newline(self.layout.text);
        for (key, child) in item.as_table_like().into_iter().flat_map(toml_edit::TableLike::iter) {
            let source = value_span(child).and_then(|span| self.layout.text.get(span)).map(str::to_owned);
            let source = source.or_else(|| child.as_value().map(super::insert::render)).unwrap_or_default();
            for part in [path_text(&[key.to_owned()]).as_str(), " = ", &source, newline] {
                self.keys.push_str(part);
            }
        }
    }

    fn text(&self) -> String {
        let newline = dominant_newline(self.layout.text);
        let keys = self.keys.trim_start_matches(['\r', '\n']);
        let (comments, keys) = keys.split_at(leading_comments(keys));
        // A table that only its children make needs no header of its own.
        let needs_header = !self.to.is_empty() && (!keys.trim().is_empty() || self.tables.is_empty());
        let header = if needs_header { format!("[{}]{newline}", path_text(self.to)) } else { String::new() };
        let text = format!("{comments}{header}{keys}{}", self.tables);
        let text = text.trim_matches(['\r', '\n']);
        if text.is_empty() { String::new() } else { format!("{text}{newline}") }
    }
}

/// How many bytes of comment lines a text begins with.
fn leading_comments(text: &str) -> usize {
    text.split_inclusive('\n').take_while(|line| line.trim_start().starts_with('#')).map(str::len).sum()
}
