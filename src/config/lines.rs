//! Lines and their endings in a text of any style.

use std::ops::Range;

/// The newline that most lines of the text end with; `\n` when in doubt.
pub(crate) fn dominant_newline(text: &str) -> &'static str {
    let crlf = text.matches("\r\n").count();
    if crlf * 2 > text.matches('\n').count() { "\r\n" } else { "\n" }
}

/// Where the line that holds `at` begins.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line that holds `at` ends, its newline included.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

/// The line before the one that begins at `start`.
pub(crate) fn line_before(text: &str, start: usize) -> Option<Range<usize>> {
    let last = start.checked_sub(1)?;
    Some(line_start(text, last)..start)
}

/// The line that begins at `start`.
pub(crate) fn line_after(text: &str, start: usize) -> Option<Range<usize>> {
    (start < text.len()).then(|| start..line_end(text, start))
}

/// Whether a line holds nothing that can be seen.
pub(crate) fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'))
}

/// The text without its last newline.
pub(crate) fn without_newline(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}
