//! The checks, side by side.

use std::sync::mpsc;
use std::thread;

use serde::Serialize;

use super::merge::merged;
use super::placeholder::filled;
use super::{CHECKS, Check, Finding, Question, Severity, TIME_LIMIT, World};

/// What all checks found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Worst first.
    pub findings: Vec<Finding>,
    /// The checks that ran to their end.
    pub looked_at: Vec<&'static str>,
    /// The checks that did not end in time.
    pub out_of_time: Vec<&'static str>,
    /// The checks that ask over the network and were left out.
    pub left_out: Vec<&'static str>,
    /// The one real question that was asked.
    pub asked: Option<Question>,
    /// What `--fix` did, by the id of what was found.
    pub mended: Vec<String>,
    /// How long it took, in milliseconds.
    pub took_ms: u128,
}

impl Report {
    /// Whether something is wrong.
    #[must_use]
    pub fn has_trouble(&self) -> bool {
        // Of what did not end, nobody can say that nothing is wrong.
        !self.out_of_time.is_empty() || self.findings.iter().any(|finding| finding.severity < Severity::Note)
    }

    /// Adds what a later check found, behind what is as bad.
    pub fn add(&mut self, check: &'static str, findings: Vec<Finding>) {
        self.looked_at.push(check);
        for finding in findings {
            // What keeps a provider from answering is why the turn failed, too.
            let is_cause =
                |other: &&mut Finding| other.severity == Severity::Broken && other.id.starts_with("provider-");
            match self.findings.iter_mut().find(is_cause).filter(|_| finding.id == "run-failed") {
                Some(cause) => cause.evidence.extend(finding.evidence),
                None => self.findings.push(finding),
            }
        }
        self.findings.sort_by_key(|finding| finding.severity);
    }
}

/// Runs the checks that are wanted: all, or those of the given names of checks or findings. A check that does not end
/// in time is left behind, and named.
pub fn examine(world: World, only: &[String]) -> Report {
    let started = world.since;
    let wanted = CHECKS.iter().filter(|check| only.is_empty() || only.iter().any(|id| check.yields(id)));
    let (left_out, checks): (Vec<&'static Check>, Vec<_>) = wanted.partition(|check| check.is_online && world.offline);
    let left_out = left_out.iter().map(|check| check.id).collect();
    let (sender, receiver) = mpsc::channel();
    let world = std::sync::Arc::new(world);
    for check in &checks {
        let (sender, world, check) = (sender.clone(), world.clone(), *check);
        thread::spawn(move || {
            // The receiver is gone when time is up.
            let _ = sender.send((check, (check.look)(&world)));
        });
    }
    drop(sender);
    let mut findings = Vec::new();
    let mut looked_at = Vec::new();
    while looked_at.len() < checks.len() {
        let left = TIME_LIMIT.saturating_sub(started.elapsed());
        let Ok((check, found)) = receiver.recv_timeout(left) else { break };
        looked_at.push(check.id);
        let is_wanted =
            |finding: &Finding| only.is_empty() || only.iter().any(|id| *id == check.id || *id == finding.id);
        let place = CHECKS.iter().position(|other| other.id == check.id);
        let found = found.into_iter().filter(is_wanted).map(|finding| super::scope::narrowed(finding, &world));
        findings.extend(found.map(|finding| (finding.severity, place, finding)));
    }
    findings.sort_by_key(|(severity, place, _)| (*severity, *place));
    let findings = merged(&findings.into_iter().map(|(.., finding)| finding).collect::<Vec<_>>());
    let findings = findings.into_iter().map(|finding| filled(finding, &world)).collect();
    let out_of_time = checks.iter().map(|check| check.id).filter(|id| !looked_at.contains(id)).collect();
    looked_at.sort_unstable();
    let took_ms = started.elapsed().as_millis();
    let asked = world.question.get().cloned();
    Report { findings, looked_at, out_of_time, left_out, asked, mended: Vec::new(), took_ms }
}
