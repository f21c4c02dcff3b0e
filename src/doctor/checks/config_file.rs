//! Codex's configuration: does it parse, and would Codex start with it.

use crate::codex::Verdict;
use crate::doctor::{Check, Finding, World, explain};
use crate::error::Error;
use crate::secret::credentials;

pub const CHECK: Check =
    Check { id: "config", about: "whether Codex would start with your configuration", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let mut findings: Vec<Finding> = world.broken_profiles.values().map(broken).collect();
    let config = match &world.config {
        Ok(config) => config.as_ref(),
        Err(e) => {
            findings.push(broken(e));
            return findings;
        }
    };
    let Ok(codex) = &world.codex else { return findings };
    let text = config.map(crate::config::Document::text).unwrap_or_default();
    // Codex's words may quote a value.
    credentials::remember(text, &crate::catalog::key_prefixes().iter().map(|(_, prefix)| *prefix).collect::<Vec<_>>());
    findings.extend(verdict(codex.judge(&world.home, text, None), "your `config.toml`", "codexgw config edit"));
    for (name, document) in &world.profiles {
        let verdict_of_profile = codex.judge(&world.home, text, Some((name, document.text())));
        let what = format!("the profile `{name}`");
        findings.extend(verdict(verdict_of_profile, &what, &format!("codexgw config edit --profile {name}")));
    }
    dedup(findings)
}

fn broken(e: &Error) -> Finding {
    Finding::of_error("config-broken", e)
}

fn verdict(verdict: crate::error::Result<Verdict>, what: &str, edit: &str) -> Vec<Finding> {
    match verdict {
        Ok(Verdict::Refuses { words }) => {
            let finding = Finding::broken("config-refused", format!("Codex refuses to start with {what}"));
            let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
            let finding = lines.take(8).fold(finding, |finding, line| finding.saw(format!("Codex says: {line}")));
            vec![match explain(&words).first() {
                Some(known) => finding.saw(known.cause).say(format!("{}; by hand: `{edit}`", known.fix)),
                None => finding.say(format!("`codexgw migrate` mends what it knows; else by hand: `{edit}`")),
            }]
        }
        Ok(Verdict::Accepts { warnings }) => warnings
            .into_iter()
            .map(|line| {
                Finding::warning("config-ignored-key", format!("Codex ignores a setting in {what}"))
                    .saw(line)
                    .say(format!("take it out, or spell it right: `{edit}`"))
            })
            .collect(),
        // That Codex cannot be asked is told by the check of Codex itself.
        Err(_) => Vec::new(),
    }
}

/// What the base configuration is refused for, each profile is refused for too.
fn dedup(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    for finding in findings {
        if !kept.iter().any(|other| other.id == finding.id && other.evidence == finding.evidence) {
            kept.push(finding);
        }
    }
    kept
}
