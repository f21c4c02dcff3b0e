//! What the answers of a model mean for Codex.

use serde::Serialize;

use crate::catalog::ModelFacts;

/// Below it, Codex's own instructions and tools alone fill the window (codex-facts 3: some ten thousand tokens).
pub const LEAST_CONTEXT: u64 = 16_000;
/// Below it, Codex has to make room after a few steps.
const ROOMY_CONTEXT: u64 = 64_000;
/// Seconds to the first token, above which every step is a wait.
const PATIENCE: f64 = 15.0;
/// Tokens per second, below which a patch takes minutes.
const LEAST_SPEED: f64 = 10.0;

/// Seen of a model that calls a tool, and not with what it was asked for.
pub(super) const WRONG_CALL: &str = "its call lacks the command that was asked for";

/// Seen of a model that was too slow.
pub(super) const UNFINISHED: &str = "it did not come to an end";

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Trial {
    /// Calls a tool when only that can answer.
    Call,
    /// Goes on from a tool's result.
    Follow,
    /// Makes several calls in one answer.
    Parallel,
    /// Keeps to the patch format.
    Patch,
    /// Sees a picture.
    Image,
}

impl Trial {
    /// What it is about, in words.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Call => "calls a tool when it must",
            Self::Follow => "goes on from a tool's result",
            Self::Parallel => "makes several calls at once",
            Self::Patch => "keeps to the patch format",
            Self::Image => "sees pictures",
        }
    }
}

/// How one trial went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which one.
    pub trial: Trial,
    /// Whether the model did it.
    pub passed: bool,
    /// How often it was asked.
    pub tries: u32,
    /// What was seen when it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saw: Option<String>,
}

impl Finding {
    fn is_unfinished(&self) -> bool {
        self.saw.as_deref() == Some(UNFINISHED)
    }

    fn calls_wrongly(&self) -> bool {
        self.saw.as_deref() == Some(WRONG_CALL)
    }
}

/// How fast it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Speed {
    /// Seconds to the first token.
    pub first_token: Option<f64>,
    /// Tokens per second from there on.
    pub tokens_per_second: Option<f64>,
}

/// Whether the model can carry Codex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Without any reservation.
    Carries,
    /// With limits.
    Limited,
    /// Not at all.
    Cannot,
}

/// The verdict, and what stands in the way or limits it.
#[must_use]
pub fn judge(findings: &[Finding], speed: Speed, facts: &ModelFacts) -> (Verdict, Vec<String>) {
    let mut hopeless = Vec::new();
    let mut limits = Vec::new();
    for finding in findings {
        match (finding.trial, finding.passed) {
            (trial, true) if finding.tries > 1 => limits.push(format!("{} only at the second try", trial.about())),
            (_, true) => {}
            (Trial::Call, false) if finding.is_unfinished() => {
                hopeless.push("it did not answer in the time that it was given".to_owned());
            }
            (Trial::Call, false) if finding.calls_wrongly() => {
                hopeless.push("it calls a tool with something else than it was asked for".to_owned());
            }
            (Trial::Call, false) => hopeless.push("it calls no tools".to_owned()),
            (Trial::Follow, false) => hopeless.push("it does not go on from a tool's result".to_owned()),
            (Trial::Parallel, false) => limits.push("one call at a time".to_owned()),
            (Trial::Patch, false) => limits.push("patches only through the shell".to_owned()),
            (Trial::Image, false) => limits.push("no pictures".to_owned()),
        }
    }
    match facts.context {
        Some(context) if context < LEAST_CONTEXT => {
            hopeless.push(format!("its window of {context} tokens is too small for what Codex itself has to say"));
        }
        Some(context) if context < ROOMY_CONTEXT => limits.push(format!("a window of only {context} tokens")),
        _ => {}
    }
    if let Some(seconds) = speed.first_token.filter(|seconds| *seconds > PATIENCE) {
        limits.push(format!("{seconds:.0} s to the first token"));
    }
    if let Some(speed) = speed.tokens_per_second.filter(|speed| *speed < LEAST_SPEED) {
        limits.push(format!("only {speed:.1} tokens per second"));
    }
    match (hopeless.is_empty(), limits.is_empty()) {
        (false, _) => (Verdict::Cannot, hopeless),
        (true, false) => (Verdict::Limited, limits),
        (true, true) => (Verdict::Carries, limits),
    }
}

/// What was learned of the model, for the settings. What was not asked stays open.
#[must_use]
pub fn learned(findings: &[Finding]) -> ModelFacts {
    let of = |trial| findings.iter().find(|finding| finding.trial == trial && !finding.is_unfinished());
    let passed = |trial| of(trial).map(|finding| finding.passed);
    ModelFacts {
        tools: passed(Trial::Call).map(|passed| passed || findings.iter().any(Finding::calls_wrongly)),
        parallel: passed(Trial::Parallel),
        apply_patch: passed(Trial::Patch),
        images: passed(Trial::Image),
        ..ModelFacts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Trial; 5] = [Trial::Call, Trial::Follow, Trial::Parallel, Trial::Patch, Trial::Image];

    fn findings(failed: &[Trial]) -> Vec<Finding> {
        let finding = |trial| Finding { trial, passed: !failed.contains(&trial), tries: 1, saw: None };
        ALL.into_iter().map(finding).collect()
    }

    #[test]
    fn what_was_seen_of_a_call_decides_what_is_said() {
        for (saw, words, tools) in [
            (WRONG_CALL, "it calls a tool with something else than it was asked for", Some(true)),
            (UNFINISHED, "it did not answer in the time that it was given", None),
            ("it called no tool", "it calls no tools", Some(false)),
        ] {
            let findings = [Finding { trial: Trial::Call, passed: false, tries: 2, saw: Some(saw.to_owned()) }];
            let (verdict, because) = judge(&findings, Speed::default(), &ModelFacts::default());
            assert_eq!((verdict, because), (Verdict::Cannot, vec![words.to_owned()]));
            assert_eq!(learned(&findings).tools, tools, "{saw}");
        }
    }

    #[test]
    fn every_failure_has_its_weight() {
        let fast = Speed { first_token: Some(0.4), tokens_per_second: Some(80.0) };
        let slow = Speed { first_token: Some(31.0), tokens_per_second: Some(2.5) };
        let window = |context| ModelFacts { context, ..ModelFacts::default() };
        for (failed, speed, context, verdict, limits) in [
            (&[][..], fast, Some(200_000), Verdict::Carries, &[][..]),
            (&[], Speed::default(), None, Verdict::Carries, &[]),
            (&[Trial::Image], fast, None, Verdict::Limited, &["no pictures"]),
            (
                &[Trial::Parallel, Trial::Patch],
                fast,
                Some(32_000),
                Verdict::Limited,
                &["one call at a time", "patches only through the shell", "a window of only 32000 tokens"],
            ),
            (&[], slow, None, Verdict::Limited, &["31 s to the first token", "only 2.5 tokens per second"]),
            (&[Trial::Call, Trial::Patch], fast, None, Verdict::Cannot, &["it calls no tools"]),
            (&[Trial::Follow], slow, None, Verdict::Cannot, &["it does not go on from a tool's result"]),
            (
                &[],
                fast,
                Some(8192),
                Verdict::Cannot,
                &["its window of 8192 tokens is too small for what Codex itself has to say"],
            ),
        ] {
            let limits = limits.iter().map(|&limit| limit.to_owned()).collect();
            assert_eq!(judge(&findings(failed), speed, &window(context)), (verdict, limits), "{failed:?} {context:?}");
        }
    }

    #[test]
    fn a_second_try_is_a_limit() {
        let mut found = findings(&[]);
        found[3].tries = 2;
        let limits = vec!["keeps to the patch format only at the second try".to_owned()];
        assert_eq!(judge(&found, Speed::default(), &ModelFacts::default()), (Verdict::Limited, limits));
    }

    #[test]
    fn what_was_asked_is_learned() {
        let facts = learned(&findings(&[Trial::Patch]));
        let expected = ModelFacts {
            tools: Some(true),
            parallel: Some(true),
            apply_patch: Some(false),
            images: Some(true),
            ..ModelFacts::default()
        };
        assert_eq!(facts, expected);
        assert_eq!(learned(&[]), ModelFacts::default());
    }
}
