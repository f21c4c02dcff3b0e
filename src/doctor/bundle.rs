//! A report that can be pasted into an issue: complete, and without secrets.

use std::fmt::Write as _;
use std::path::Path;

use crate::catalog;
use crate::error::{Error, Result};
use crate::secret::redact::redact;
use crate::secret::{Secret, credentials, looks_like_credential};

use super::{Report, World};

/// How much of the gateway's log is shown: its end.
const LOG_LINES: usize = 200;

/// The whole report, in Markdown.
#[must_use]
pub fn bundle(world: &World, report: &Report) -> String {
    // Known from here on, wherever they turn up.
    for (_, value) in world.env.iter().filter(|(name, _)| looks_like_credential(name)) {
        drop(Secret::new(value.clone()));
    }
    let prefixes: Vec<&str> = catalog::key_prefixes().into_iter().map(|(_, prefix)| prefix).collect();
    let hide = |text: &str| credentials::hide(text, &prefixes);
    let mut out = String::from("# codexgw report\n\n");
    for (name, value) in facts(world) {
        let _ = writeln!(out, "- {name}: {value}");
    }
    let _ = writeln!(out, "\n## Findings\n");
    if report.findings.is_empty() {
        let _ = writeln!(out, "nothing is wrong");
    }
    for finding in &report.findings {
        let severity = serde_json::to_value(finding.severity).unwrap_or_default();
        let severity = severity.as_str().unwrap_or_default();
        let _ = writeln!(out, "- **{severity}** {} [{}]", finding.what, finding.id);
        for seen in &finding.evidence {
            let _ = writeln!(out, "  - {}", hide(seen).trim_end());
        }
        if let Some(fix) = &finding.fix {
            let _ = writeln!(out, "  - fix: {}", fix.words());
        }
    }
    if !report.out_of_time.is_empty() {
        let _ = writeln!(out, "- not ended in time: {}", report.out_of_time.join(", "));
    }
    for (title, text) in files(world) {
        let _ = writeln!(out, "\n## {title}\n\n````\n{}\n````", hide(&text).trim_end());
    }
    let out = redact(&out).into_owned();
    // Nobody has to know what the person is called.
    match world.person.as_deref().and_then(Path::to_str).filter(|home| home.len() > 1) {
        Some(home) => out.replace(home, "~"),
        None => out,
    }
}

fn facts(world: &World) -> Vec<(&'static str, String)> {
    let mut facts = vec![
        ("codexgw", env!("CARGO_PKG_VERSION").to_owned()),
        ("system", format!("{} {}{}", std::env::consts::OS, std::env::consts::ARCH, release())),
        (
            "Codex",
            match &world.codex {
                Ok(codex) => format!("{} at {}", codex.version, codex.path.display()),
                Err(e) => e.message().to_owned(),
            },
        ),
    ];
    if let Ok(home) = &world.codex_home {
        facts.push(("CODEX_HOME", home.dir().display().to_string()));
    }
    let is_of_interest = |name: &&String| {
        let upper = name.to_ascii_uppercase();
        upper.ends_with("_PROXY")
            || ["CODEX", "OPENAI_", "SSL_CERT"].iter().any(|start| upper.starts_with(start))
            || looks_like_credential(name)
    };
    let set: Vec<String> = world.env.keys().filter(is_of_interest).map(|name| format!("`{name}`")).collect();
    facts.push(("variables that are set, by name", if set.is_empty() { "none".into() } else { set.join(", ") }));
    facts
}

/// The name of the Linux distribution.
fn release() -> String {
    let text = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.map(|name| format!(", {}", name.trim_matches('"'))).unwrap_or_default()
}

/// The files that decide, as far as they are there.
fn files(world: &World) -> Vec<(String, String)> {
    let read = |file: &Path| std::fs::read(file).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let mut files = Vec::new();
    if let Ok(home) = &world.codex_home {
        files.extend(read(&home.config_file()).map(|text| ("Codex's config.toml".to_owned(), text)));
        for (name, file) in home.profiles() {
            files.extend(read(&file).map(|text| (format!("the profile `{name}`"), text)));
        }
    }
    files.extend(read(&world.home.settings_file()).map(|text| ("codexgw's settings".to_owned(), text)));
    files.extend(read(&world.home.state_dir().join("gateway.log")).map(|text| {
        let lines: Vec<&str> = text.lines().collect();
        let from = lines.len().saturating_sub(LOG_LINES);
        ("the end of the gateway's log".to_owned(), lines[from..].join("\n"))
    }));
    files
}

/// Writes the report so that only its owner reads it. What is there is replaced only when that is wanted.
///
/// # Errors
/// When something is there already, or the file cannot be written.
pub fn save(file: &Path, text: &str, replace: bool) -> Result<()> {
    let failed = |e: std::io::Error| {
        let error = Error::fixable(format!("cannot write `{}`", file.display()));
        if e.kind() == std::io::ErrorKind::AlreadyExists {
            error.cause("there is a file of that name").hint("replace it: `codexgw doctor --bundle FILE --force`")
        } else {
            error.cause(e).hint("name another file: `codexgw doctor --bundle FILE`")
        }
    };
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    // Made for its owner alone.
    let mut half = tempfile::NamedTempFile::new_in(dir).map_err(failed)?;
    std::io::Write::write_all(&mut half, text.as_bytes()).map_err(failed)?;
    let done = if replace { half.persist(file) } else { half.persist_noclobber(file) };
    done.map(|_| ()).map_err(|e| failed(e.error))
}
