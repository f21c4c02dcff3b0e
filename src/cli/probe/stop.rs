//! What ends the command, as a program reads it.

use serde::Serialize;

use crate::error::{Error, Kind};
use crate::probe::{Problem, Survey};

/// Why there is no survey, or not a whole one.
pub struct Stop {
    /// Stable name.
    pub kind: &'static str,
    /// For people.
    pub error: Error,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            Kind::Fixable => "fixable",
            Kind::Usage => "usage",
            Kind::Found => "found",
            Kind::Upstream => "upstream",
            Kind::SecretStore => "secret-store",
            Kind::Bug => "bug",
        };
        Self { kind, error }
    }
}

/// The whole outcome in JSON.
#[derive(Serialize)]
pub struct Told<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure<'a>>,
    #[serde(flatten)]
    survey: &'a Survey,
}

#[derive(Serialize)]
struct Failure<'a> {
    kind: &'static str,
    message: &'a str,
    causes: &'a [String],
    hint: String,
}

impl<'a> Told<'a> {
    /// The survey as far as it came, and what ended it, which is one of its problems too.
    pub fn new(survey: &'a mut Survey, stop: Option<&'a Stop>) -> Self {
        let failure = |Stop { kind, error }: &'a Stop| Failure {
            kind,
            message: error.message(),
            causes: error.causes(),
            hint: error.hints().join("; "),
        };
        if let Some(Stop { kind, error }) = stop {
            survey.problems.push(Problem::new(kind, error.to_string(), error.hints().join("; ")));
        }
        Self { error: stop.map(failure), survey }
    }
}
