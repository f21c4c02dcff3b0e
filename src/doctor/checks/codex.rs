//! The Codex that would be started.

use std::path::PathBuf;

use crate::codex::Codex;
use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "codex", about: "whether Codex is installed, and which one", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let found = found();
    let mut findings = Vec::new();
    match (&world.codex, found.is_empty()) {
        (Err(e), true) => findings.push(Finding::of_error("codex-missing", e)),
        (Err(e), false) if e.message().contains("too old") => findings.push(Finding::of_error("codex-too-old", e)),
        (Err(e), false) => findings.push(Finding::of_error("codex-silent", e)),
        (Ok(_), _) => {}
    }
    findings.extend(several(world, &found));
    findings
}

/// All programs of that name on PATH, those that are the same file counted once.
fn found() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    let mut found: Vec<PathBuf> = Vec::new();
    for path in which::which_all("codex").into_iter().flatten() {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if !files.contains(&real) {
            files.push(real);
            found.push(path);
        }
    }
    found
}

fn several(world: &World, found: &[PathBuf]) -> Option<Finding> {
    if found.len() < 2 {
        return None;
    }
    let versions: Vec<(String, String)> = found
        .iter()
        .map(|path| {
            let version =
                Codex::at(&world.home, path).map_or_else(|e| e.message().to_owned(), |c| c.version.to_string());
            (path.display().to_string(), version)
        })
        .collect();
    if versions.iter().all(|(_, version)| *version == versions[0].1) {
        return None;
    }
    let what = format!("there are {} different Codexes on your PATH; the first one is used", found.len());
    let finding = Finding::warning("codex-several", what)
        .say(format!("take out the one that you do not want; `{}` is used now", versions[0].0));
    Some(versions.iter().fold(finding, |finding, (path, version)| finding.saw(format!("{path}: {version}"))))
}
