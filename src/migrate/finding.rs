//! One thing that today's Codex refuses or ignores.

use std::path::PathBuf;

use serde::Serialize;

/// What was found where, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name of the kind.
    pub kind: Kind,
    /// The file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<PathBuf>,
    /// The line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What is wrong, in one line.
    pub what: String,
    /// What the migration does about it, or what the person can do.
    pub then: String,
    /// Whether it is left to the person.
    pub by_hand: bool,
}

/// The kinds of findings. Scripts and the doctor know them by these names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `profile = …` or `[profiles.*]`.
    LegacyProfile,
    /// `wire_api` other than `responses`.
    WireApi,
    /// A provider table under an id that Codex keeps for itself.
    ReservedId,
    /// A provider without a name.
    ProviderName,
    /// A key in a file.
    PastedKey,
    /// `env_key` with a `$` before the name of the variable.
    VariableName,
    /// A value that Codex no longer takes.
    RemovedValue,
    /// A key or table that Codex ignores.
    IgnoredKey,
    /// Provider settings in a project's own configuration, which Codex ignores there.
    ProjectSettings,
    /// A provider that is chosen but nowhere defined.
    UnknownProvider,
    /// A file that does not parse.
    BrokenFile,
    /// A variable of the shell that does nothing.
    Shell,
}
