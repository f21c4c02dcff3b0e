//! The Codex that would be started.

use std::path::{Path, PathBuf};

use crate::codex::Codex;
use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "codex", about: "whether Codex is installed, and which one", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let found = versions(world);
    let first = match (&world.codex, found.is_empty()) {
        (Err(e), true) => Some(Finding::of_error("codex-missing", e)),
        (Err(e), false) if e.message().contains("too old") => match found.iter().find(|(_, version)| version.is_ok()) {
            Some((good, _)) => return vec![hidden(&found, good)],
            None => Some(Finding::of_error("codex-too-old", e)),
        },
        (Err(e), false) => Some(Finding::of_error("codex-silent", e)),
        (Ok(_), _) => None,
    };
    first.into_iter().chain(several(&found)).collect()
}

/// A Codex on PATH, and its version or what it says in place of one.
type Found = (PathBuf, Result<String, String>);

fn versions(world: &World) -> Vec<Found> {
    let found = found();
    // The lone one has been asked already.
    if found.len() < 2 {
        return found.into_iter().map(|path| (path, Err(String::new()))).collect();
    }
    let version = |path: &PathBuf| match Codex::at(&world.home, path) {
        Ok(codex) => Ok(codex.version.to_string()),
        Err(e) => Err(e.message().to_owned()),
    };
    found.into_iter().map(|path| (path.clone(), version(&path))).collect()
}

/// One that is too old, and stands before one that is not.
fn hidden(found: &[Found], good: &Path) -> Finding {
    let finding = Finding::broken("codex-too-old", "the first Codex on your PATH is too old; another one is not");
    let dir = good.parent().unwrap_or(good).display();
    listed(finding, found).say(format!("let the other one come first: `export PATH=\"{dir}:$PATH\"`"))
}

fn listed(finding: Finding, found: &[Found]) -> Finding {
    found.iter().fold(finding, |finding, (path, version)| {
        finding.saw(format!("{}: {}", path.display(), version.as_ref().unwrap_or_else(|words| words)))
    })
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

fn several(found: &[Found]) -> Option<Finding> {
    let (first, version) = found.first()?;
    if found.iter().all(|(_, other)| other == version) {
        return None;
    }
    let what = format!("there are {} different Codexes on your PATH; the first one is used", found.len());
    let say = format!("take out the one that you do not want; `{}` is used now", first.display());
    Some(listed(Finding::warning("codex-several", what), found).say(say))
}
