//! The last check, which runs only on request: the real Codex for one turn, and what happened explained.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::codex::{Codex, bounded_all};
use crate::error::{Error, Result};
use crate::secret::{credentials, redact::redact};
use crate::settings::{Road, Wire};
use crate::setup::GATEWAY_ID;

use super::{Finding, Subject, World, explain};

/// Longest time for the turn. Codex itself asks on for ever where nobody answers.
const LIMIT: Duration = Duration::from_secs(90);

/// As short a question as there is.
const PROMPT: &str = "Reply with the one word: ready";

/// Nothing is written, no session is kept, nothing is asked, and a dead address is given up.
const ARGUMENTS: [&str; 9] = [
    "exec",
    "--json",
    "--ephemeral",
    "--skip-git-repo-check",
    "-s",
    "read-only",
    "-c",
    "features.unbounded_connection_retries=false",
    PROMPT,
];

/// Most lines of Codex's own that are shown.
const LINES: usize = 4;

/// Runs Codex for one turn in an empty folder, on what is asked about, else on its default.
///
/// # Errors
/// When no folder can be made, or codexgw does not know where it lies itself.
pub fn turn(world: &World) -> Result<Vec<Finding>> {
    let Ok(codex) = &world.codex else { return Ok(Vec::new()) };
    let dir = tempfile::tempdir().map_err(|e| Error::fixable("cannot make a folder to run Codex in").cause(e))?;
    let mut command = command(world, codex)?;
    command.current_dir(dir.path());
    let started = Instant::now();
    let ended = bounded_all(&mut command, LIMIT);
    let took = started.elapsed();
    Ok(match ended {
        Ok((status, said, words)) => told(status.success(), &said, &words, took, &instead(world)),
        Err(why) => vec![
            Finding::broken("run-silent", "Codex did not finish one turn")
                .saw(why)
                .saw("it waits for ever where nobody answers")
                .say("see who does not: `codexgw doctor --only provider`"),
        ],
    })
}

/// `codexgw run` for what is ours: it knows the environment that Codex wants. What is not ours is started plainly.
fn command(world: &World, codex: &Codex) -> Result<Command> {
    let is_ours = |name: &str| world.settings.as_ref().is_ok_and(|settings| settings.profiles.contains_key(name));
    let has = |id: &str| world.settings.as_ref().is_ok_and(|settings| settings.providers.contains_key(id));
    let chosen = match &world.subject {
        Some(Subject::Provider(id)) if has(id) => Some(["--provider", id.as_str()]),
        Some(Subject::Profile(name)) if is_ours(name) => Some(["--profile", name.as_str()]),
        _ => None,
    };
    let default_is_ours = world.settings.as_ref().is_ok_and(|settings| settings.default.is_some());
    let has_default = world.config().is_some_and(|config| config.get(&["model_provider"]).is_some());
    // With nothing of ours there is nothing that we could start.
    let has_any = world.settings.as_ref().is_ok_and(|settings| !settings.providers.is_empty());
    if chosen.is_some() || (world.subject.is_none() && (default_is_ours || (!has_default && has_any))) {
        let program = std::env::current_exe().map_err(|e| Error::bug("cannot tell where codexgw lies").cause(e))?;
        let mut command = Command::new(program);
        if let Some(dir) = world.home.explicit() {
            command.arg("--home").arg(dir);
        }
        command.arg("run").args(chosen.into_iter().flatten()).arg("--").args(ARGUMENTS);
        return Ok(command);
    }
    let native = codex.native();
    let mut command = Command::new(native.path);
    command.envs(native.env);
    match &world.subject {
        Some(Subject::Profile(name)) => command.args(["-p", name]),
        Some(Subject::Provider(id)) => command.arg("-c").arg(format!("model_provider=\"{id}\"")),
        None => &mut command,
    };
    command.args(ARGUMENTS);
    Ok(command)
}

/// What happened.
fn told(is_well: bool, said: &str, words: &str, took: Duration, instead: &str) -> Vec<Finding> {
    let events: Vec<Value> = said.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let answer = events.iter().rev().find_map(|event| {
        let item = &event["item"];
        (item["type"] == "agent_message").then(|| item["text"].as_str()).flatten()
    });
    let seconds = format!("{}.{} s", took.as_secs(), took.subsec_millis() / 100);
    let is_answer = answer.is_some_and(|answer| !answer.trim().is_empty());
    if is_well && is_answer {
        let tokens = events.iter().find_map(|event| event["usage"]["input_tokens"].as_u64());
        let finding = Finding::note("run-answered", format!("Codex did one turn, and was answered in {seconds}"));
        let finding = tokens.map_or(finding.clone(), |n| finding.saw(format!("it spent {n} tokens of input")));
        return std::iter::once(finding).chain(warnings(words)).collect();
    }
    if is_well {
        return vec![
            Finding::broken("run-empty", "Codex did one turn, and the answer was empty")
                .saw("a provider whose stream lacks `response.output_item.done` ends like this")
                .say("the gateway puts it right: `codexgw add PROVIDER --via gateway --force`"),
        ];
    }
    let failed = events.iter().rev().find_map(|event| {
        event["error"]["message"].as_str().or_else(|| event["message"].as_str().filter(|_| event["type"] == "error"))
    });
    let lines: Vec<&str> = failed.map_or_else(|| words.lines().rev().collect(), |failed| failed.lines().collect());
    let lines: Vec<&str> = lines.into_iter().map(str::trim).filter(|line| !line.is_empty()).take(LINES).collect();
    let finding = Finding::broken("run-failed", "Codex could not do one turn");
    let finding = lines.iter().fold(finding, |finding, line| match line.strip_prefix("hint: ") {
        // The gateway puts a hint of its own into its answer.
        Some(hint) => finding.saw(format!("codexgw says: {}", hidden(hint))),
        None => finding.saw(format!("Codex says: {}", hidden(line))),
    });
    vec![match explain(&lines.join("\n")) {
        // There is no conversation that could be made shorter.
        Some(known) if known.id == "context-full" => finding
            .saw("the model's window is too small for what Codex sends with one word")
            .say("choose a model with a larger window: `codexgw models`"),
        Some(known) => finding.saw(known.cause).say(known.fix),
        None => finding.say(instead),
    }]
}

/// What helps against a failure of which nothing more is known: mostly a part of Codex's request is refused.
fn instead(world: &World) -> String {
    let choices = world.choices();
    let named = choices.iter().find(|choice| match &world.subject {
        Some(Subject::Profile(name)) => choice.profile == Some(name),
        _ => choice.profile.is_none(),
    });
    let id = match (&world.subject, named) {
        (Some(Subject::Provider(id)), _) => Some(id.as_str()),
        (_, Some(choice)) => match choice.text("model_provider") {
            Some(GATEWAY_ID) => choice.text("model").and_then(|model| model.split_once('/')).map(|(id, _)| id),
            id => id,
        },
        _ => None,
    };
    let ours = world.settings.as_ref().ok().zip(id).and_then(|(settings, id)| settings.providers.get(id));
    match (id, ours) {
        (Some(id), Some(provider)) if provider.road == Road::Direct => format!(
            "where the provider refuses a part of what Codex sends, the gateway leaves it out: `codexgw add {id} --via \
             gateway --force`"
        ),
        (Some(id), Some(_)) => format!("measure what the provider takes, and keep it: `codexgw probe {id} --save`"),
        (Some(id), None) if let Some(table) = world.tables().find(|table| table.id == id) => format!(
            "where the provider refuses a part of what Codex sends, the gateway leaves it out: `{}`",
            super::typed(&table.behind_gateway(world, Wire::Responses, None))
        ),
        _ => "see what its words mean: `codexgw explain \"THE WORDS\"`".to_owned(),
    }
}

/// What Codex warned of on the way.
fn warnings(words: &str) -> Vec<Finding> {
    let lines = words.lines().filter(|line| line.starts_with("warning:"));
    let known = lines.filter_map(|line| Some((line, explain(line)?)));
    known
        .map(|(line, known)| {
            Finding::note("run-warning", known.cause).saw(format!("Codex says: {}", hidden(line))).say(known.fix)
        })
        .collect()
}

/// A line of Codex's may repeat what a provider repeated.
fn hidden(line: &str) -> String {
    let prefixes: Vec<&str> = crate::catalog::key_prefixes().into_iter().map(|(_, prefix)| prefix).collect();
    credentials::hide(&redact(line), &prefixes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(is_well: bool, said: &str, words: &str) -> Vec<(&'static str, String)> {
        let findings = told(is_well, said, words, Duration::from_millis(1500), "`codexgw probe a`");
        findings.into_iter().map(|finding| (finding.id, finding.evidence.join("|"))).collect()
    }

    #[test]
    fn what_codex_prints_is_read() {
        let answered = "{\"type\":\"item.completed\",\"item\":{\"type\":\"agent_message\",\"text\":\"ready\"}}\n\
                        {\"type\":\"turn.completed\",\"usage\":{\"input_tokens\":14000}}\n";
        let warning = "warning: Model metadata for `m1` not found. Defaulting to fallback metadata\n";
        let told = ids(true, answered, warning);
        assert_eq!(told[0], ("run-answered", "it spent 14000 tokens of input".to_owned()));
        assert_eq!(told[1].0, "run-warning");
        assert_eq!(ids(true, "{\"type\":\"turn.completed\"}\n", "")[0].0, "run-empty");
        let failed = "{\"type\":\"error\",\"message\":\"Reconnecting... 1/5\"}\n{\"type\":\"turn.failed\",\"error\":\
                      {\"message\":\"Quota exceeded. Check your plan and billing details.\"}}\n";
        let (id, evidence) = ids(false, failed, "").remove(0);
        assert_eq!(id, "run-failed");
        assert!(evidence.contains("Quota exceeded") && evidence.contains("no credit left"), "{evidence}");
        let (_, evidence) = ids(false, "", "Error: Model provider `nope` not found\n").remove(0);
        assert!(evidence.contains("configured nowhere"), "{evidence}");
    }
}
