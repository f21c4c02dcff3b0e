//! Codex's configuration: does it parse, and would Codex start with it.

use crate::codex::Verdict;
use crate::doctor::{Check, Finding, World, explain};
use crate::error::Error;
use crate::secret::credentials;

pub const CHECK: Check =
    Check { id: "config", about: "whether Codex would start with your configuration", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        world.broken_profiles.iter().map(|(name, e)| broken(world, Some(name), e)).collect();
    let config = match &world.config {
        Ok(config) => config.as_ref(),
        Err(e) => {
            findings.push(broken(world, None, e));
            return findings;
        }
    };
    let Ok(codex) = &world.codex else { return findings };
    let text = config.map(crate::config::Document::text).unwrap_or_default();
    // Codex's words may quote a value.
    credentials::remember(text, &crate::catalog::key_prefixes().iter().map(|(_, prefix)| *prefix).collect::<Vec<_>>());
    findings.extend(
        world.verdict().into_iter().flat_map(|said| verdict(said, "your `config.toml`", "codexgw config edit")),
    );
    for (name, document) in &world.profiles {
        // That Codex cannot be asked is told by the check of Codex itself.
        let Ok(said) = codex.judge(&world.home, text, Some((name, document.text()))) else { continue };
        let what = format!("the profile `{name}`");
        findings.extend(verdict(&said, &what, &format!("codexgw config edit --profile {name}")));
    }
    dedup(findings)
}

/// The words of the editor are about an edit; here it is Codex that cannot read the file.
fn broken(world: &World, profile: Option<&str>, e: &Error) -> Finding {
    let (file, edit) = match profile {
        Some(profile) => {
            (format!("the file of the profile `{profile}`"), format!("codexgw config edit --profile {profile}"))
        }
        None => ("your `config.toml`".to_owned(), "codexgw config edit".to_owned()),
    };
    let is_about_edit = |cause: &&String| !cause.starts_with("nothing was changed");
    let with_causes = |finding| e.causes().iter().filter(is_about_edit).fold(finding, Finding::saw);
    let path = world.codex_home.as_ref().ok().and_then(|home| match profile {
        Some(name) => home.profile_file(name).ok(),
        None => Some(home.config_file()),
    });
    if path.as_ref().is_some_and(|path| path.is_symlink() && !path.exists()) {
        let what = format!("{file} is a link to a file that is not there, so Codex starts without it");
        let finding = with_causes(Finding::broken("config-dangling", what));
        return e.hints().iter().take(1).fold(finding, Finding::say);
    }
    let finding = format!("{file} cannot be read, so Codex does not start with it");
    let finding = with_causes(Finding::broken("config-broken", finding));
    let hint = e.hints().iter().find(|hint| hint.contains(".old"));
    match (hint, path) {
        (Some(hint), _) => finding.say(hint),
        (None, Some(path)) if path.is_dir() => {
            finding.say(format!("it is a folder; move it away: `mv {} {}.old`", path.display(), path.display()))
        }
        (None, Some(path)) if path.is_file() && std::fs::File::open(&path).is_err() => {
            finding.say(format!("let yourself read it: `chmod u+r {}`", path.display()))
        }
        (None, _) => finding.say(format!("mend the line: `{edit}`")),
    }
}

fn verdict(verdict: &Verdict, what: &str, edit: &str) -> Vec<Finding> {
    match verdict {
        Verdict::Refuses { words } => {
            let finding = Finding::broken("config-refused", format!("Codex refuses to start with {what}"));
            let lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
            let finding = lines.take(8).fold(finding, |finding, line| finding.saw(format!("Codex says: {line}")));
            vec![match explain(words) {
                Some(known) if known.fix.contains("config edit") => {
                    finding.saw(known.cause).say(format!("mend it: `{edit}`"))
                }
                // What the migration mends is told by the check of old settings.
                Some(known) if known.fix.contains("codexgw migrate") => {
                    finding.saw(known.cause).say(format!("mend it: `{edit}`"))
                }
                Some(known) => finding.saw(known.cause).say(format!("{}; by hand: `{edit}`", known.fix)),
                None => finding.say(format!("mend it: `{edit}`")),
            }]
        }
        Verdict::Accepts { warnings } => warnings
            .iter()
            .map(|line| {
                Finding::warning("config-ignored-key", format!("Codex ignores a setting in {what}"))
                    .saw(line)
                    .say(format!("take it out, or spell it right: `{edit}`"))
            })
            .collect(),
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
