//! Why a text cannot be edited as asked.

/// Why a splice was refused. The text is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is not valid TOML. Lines and columns count from 1, columns in characters.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// The line.
        line: usize,
        /// The column.
        column: usize,
        /// What the parser says.
        message: String,
    },
    /// Something else stands where the change wants to put its value.
    #[error("line {line}: `{path}` is {found} here")]
    Conflict {
        /// The path up to what stands in the way.
        path: String,
        /// What it is: `a string`, `a table`, …
        found: &'static str,
        /// The line where it stands.
        line: usize,
    },
    /// A path without any key.
    #[error("the path of a change is empty")]
    EmptyPath,
    /// The source of a restored value is not one TOML value.
    #[error("the text for `{path}` is not one TOML value")]
    NotAValue {
        /// Where it was meant to go.
        path: String,
    },
    /// The result did not mean what was asked for: our bug, caught before anything was written.
    #[error("the edit of `{path}` did not come out as planned")]
    Unverified {
        /// The path of the last change.
        path: String,
    },
}

impl EditError {
    /// Translates the parser's error about `text`.
    pub(crate) fn syntax(text: &str, error: &toml_edit::TomlError) -> Self {
        let at = error.span().map_or(text.len(), |span| span.start.min(text.len()));
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self::Syntax {
            line: 1 + before.matches('\n').count(),
            column: 1 + before.get(line_start..).unwrap_or_default().chars().count(),
            message: error.message().to_owned(),
        }
    }
}
