//! Codex's own folder.

use std::path::Path;

use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "codex-home", about: "whether Codex's folder can be used", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let home = match &world.codex_home {
        Ok(home) => home,
        Err(e) => return vec![Finding::of_error("codex-home-missing", e)],
    };
    // `CODEX_HOME` itself has to be a folder, which was seen above.
    if home.dir().is_symlink() && !home.dir().exists() {
        let target = std::fs::read_link(home.dir()).unwrap_or_default();
        let target = home.dir().parent().unwrap_or(home.dir()).join(target);
        return vec![
            Finding::broken("codex-home-dangling", "Codex's folder is a link to one that is not there")
                .saw(format!("{} -> {}", home.dir().display(), target.display()))
                .saw("Codex says: File exists (os error 17)")
                .say(format!(
                    "bring back the disk or folder that it names, or make one: `mkdir -p {}`",
                    target.display()
                )),
        ];
    }
    let mut findings = Vec::new();
    if let Some(value) = world.var("CODEX_HOME").filter(|value| !std::path::Path::new(value).is_absolute()) {
        findings.push(
            Finding::warning("codex-home-relative", "`CODEX_HOME` is not an absolute path")
                .saw(format!("it is `{value}`, so each folder that Codex is started in has a configuration of its own"))
                .say(format!("name the whole path: `export CODEX_HOME={}`", home.dir().display())),
        );
    }
    if home.dir().starts_with(std::env::temp_dir()) {
        findings.push(
            Finding::note("codex-home-temporary", "Codex's folder lies where the system clears up")
                .saw(home.dir().display().to_string())
                .saw("Codex says: Refusing to create helper binaries under temporary dir")
                .say("name one that stays: `export CODEX_HOME=\"$HOME/.codex\"`"),
        );
    }
    if home.dir().is_dir() && tempfile::tempfile_in(home.dir()).is_err() {
        findings.push(
            Finding::broken("codex-home-unwritable", "Codex cannot write into its own folder")
                .saw(home.dir().display().to_string())
                .say(writable(home.dir())),
        );
    }
    findings
}

/// What makes a folder writable: its mode where it is the person's own, else its owner.
fn writable(dir: &Path) -> String {
    let shown = dir.display();
    #[cfg(unix)]
    if let Ok(meta) = dir.metadata()
        && std::os::unix::fs::MetadataExt::uid(&meta) == rustix::process::geteuid().as_raw()
    {
        return format!("it is yours, and its mode forbids it: `chmod u+rwx {shown}`");
    }
    format!("give it back to yourself: `sudo chown -R \"$USER\" {shown}`")
}
