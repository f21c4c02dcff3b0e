//! What a check found.

use serde::Serialize;

use super::Fix;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A secret goes where it should not.
    Danger,
    /// Codex or a provider does not work because of it.
    Broken,
    /// It works, but not as it seems, or not for long.
    Warning,
    /// Good to know.
    Note,
}

/// One cause, with what was measured and what mends it.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// A stable name of the cause.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub what: String,
    /// What was measured or seen: files with lines, answers, Codex's own words.
    pub evidence: Vec<String>,
    /// What mends it.
    pub fix: Option<Fix>,
}

impl Finding {
    /// Something that is broken.
    pub fn broken(id: &'static str, what: impl Into<String>) -> Self {
        Self::new(id, Severity::Broken, what)
    }

    /// Something that works, but not as it seems.
    pub fn warning(id: &'static str, what: impl Into<String>) -> Self {
        Self::new(id, Severity::Warning, what)
    }

    /// Something good to know.
    pub fn note(id: &'static str, what: impl Into<String>) -> Self {
        Self::new(id, Severity::Note, what)
    }

    /// A finding of that weight.
    pub fn new(id: &'static str, severity: Severity, what: impl Into<String>) -> Self {
        Self { id, severity, what: what.into(), evidence: Vec::new(), fix: None }
    }

    /// What an error of ours says, with its causes as evidence and its first hint as what to do.
    pub fn of_error(id: &'static str, error: &crate::error::Error) -> Self {
        let finding = Self::broken(id, error.message());
        let finding = error.causes().iter().fold(finding, Self::saw);
        match error.hints().first() {
            Some(hint) => finding.say(hint),
            None => finding,
        }
    }

    /// Adds what was seen.
    #[must_use]
    pub fn saw(mut self, evidence: impl Into<String> + Clone) -> Self {
        self.evidence.push(evidence.into());
        self
    }

    /// The same as something good to know.
    #[must_use]
    pub fn only_noted(mut self) -> Self {
        self.severity = Severity::Note;
        self
    }

    /// Adds what `--fix` does.
    #[must_use]
    pub fn mended_by(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }

    /// Adds what the person has to do.
    #[must_use]
    pub fn say(self, what: impl Into<String>) -> Self {
        self.mended_by(Fix::Person(what.into()))
    }
}
