//! What Codex's own doctor says, explained where codexgw has no check of its own (codex-facts 6).

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::catalog;
use crate::codex::{Login, bounded_all};
use crate::doctor::{Check, Finding, Severity, World};
use crate::secret::passing_dir::PassingDir;
use crate::secret::{credentials, redact::redact};

use super::login;

pub const CHECK: Check =
    Check { id: "codex-doctor", about: "what Codex's own doctor says, explained", is_online: true, look };

/// It asks over the network too, in vain where there is none.
const LIMIT: Duration = Duration::from_secs(9);

/// What details say that are not as they should be.
const TROUBLE: [&str; 6] = ["not resolvable", "not found", "not set", "failed", "invalid", "denied"];

/// Largest database that is copied rather than opened where it lies.
const LARGEST_COPY: u64 = 64 << 20;

/// Most details that are shown of one check.
const MOST_DETAILS: usize = 3;

/// One of its checks: what it means here, and what to do.
struct Meaning {
    check: &'static str,
    id: &'static str,
    severity: Severity,
    what: &'static str,
    say: &'static str,
}

const fn meaning(
    check: &'static str,
    id: &'static str,
    severity: Severity,
    what: &'static str,
    say: &'static str,
) -> Meaning {
    Meaning { check, id, severity, what, say }
}

/// What it says of its own default provider, OpenAI: nobody else asks that one.
const OF_DEFAULT: [Meaning; 2] = [
    meaning(
        "auth.credentials",
        "codex-doctor-login",
        Severity::Broken,
        "Codex has no login for its default provider, OpenAI, and no other provider is chosen",
        "add a provider: `codexgw add PROVIDER --default`, one of `codexgw providers`; or log in: `codex login`",
    ),
    meaning(
        "network.provider_reachability",
        "codex-doctor-openai",
        Severity::Broken,
        "Codex does not reach its default provider, OpenAI",
        "see why: `curl -v https://api.openai.com/v1/models`; or add another: `codexgw add PROVIDER --default`",
    ),
];

/// Variables that name a proxy.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Its checks that say more than ours. The others are looked at here more closely: the configuration, the key, the
/// provider's address, the proxy. It asks a provider without the key, so what it says of one is no finding.
const MEANINGS: &[Meaning] = &[
    meaning(
        "sandbox.helpers",
        "codex-doctor-sandbox",
        Severity::Broken,
        "Codex's sandbox does not work here, so that commands of the model fail or ask for leave each time",
        "reinstall Codex, whose package brings the helper: `npm install -g @openai/codex@latest`",
    ),
    meaning(
        "sandbox.filesystem_paths",
        "codex-doctor-sandbox-paths",
        Severity::Warning,
        "paths of Codex's sandbox settings are not as they are named",
        "mend them: `codexgw config edit`, `sandbox_workspace_write` or `permissions`",
    ),
    meaning(
        "installation",
        "codex-doctor-installation",
        Severity::Warning,
        "Codex's installation does not hold together",
        "install it anew, in one way only: `npm install -g @openai/codex@latest`",
    ),
    meaning(
        "runtime.search",
        "codex-doctor-search",
        Severity::Warning,
        "Codex does not find the program with which it searches files",
        "reinstall Codex, or install ripgrep: `rg --version`",
    ),
    meaning(
        "app_server.status",
        "codex-doctor-server",
        Severity::Warning,
        "Codex's background server is not well",
        "start it anew: `codex app-server daemon stop`; `codexgw run` goes around it",
    ),
    meaning(
        "mcp.config",
        "codex-doctor-mcp",
        Severity::Warning,
        "an MCP server is not set up right; a model sees none of its tools",
        "see them: `codex mcp list`",
    ),
    meaning(
        "state.paths",
        "codex-doctor-state",
        Severity::Broken,
        "Codex cannot use its state, in which it keeps sessions",
        "see what it says: `codex doctor`",
    ),
    meaning(
        "state.rollout_db_parity",
        "codex-doctor-sessions",
        Severity::Note,
        "Codex's list of sessions and the sessions' files differ",
        "nothing has to be done for a provider; see `codex doctor`",
    ),
    meaning(
        "system.disk",
        "codex-doctor-disk",
        Severity::Warning,
        "the disk is almost full",
        "make room; see how much there is: `df -h`",
    ),
    meaning(
        "git.environment",
        "codex-doctor-git",
        Severity::Note,
        "Codex does not find git; `codex exec` then wants `--skip-git-repo-check`",
        "install it; see whether it is there: `git --version`",
    ),
];

/// Variables with which a login comes from the shell.
const LOGIN_VARIABLES: [&str; 3] = ["CODEX_API_KEY", "CODEX_ACCESS_TOKEN", "OPENAI_API_KEY"];

/// Files of Codex's folder that hold a login, or variables.
const LOGIN_FILES: [&str; 2] = ["auth.json", ".env"];

fn look(world: &World) -> Vec<Finding> {
    // That its folder is none is told by the check of that folder.
    let (Ok(codex), Ok(codex_home)) = (&world.codex, &world.codex_home) else { return Vec::new() };
    if codex_home.dir().is_symlink() && !codex_home.dir().exists() {
        return Vec::new();
    }
    let native = codex.native();
    let mut command = Command::new(native.path);
    command.args(["doctor", "--json"]).current_dir(&world.cwd).envs(native.env);
    // It tries a WebSocket with the login at whatever address it is given.
    let without_login = super::leaks::has_foreign_address(world);
    let Ok((stand_in, has_databases)) = stand_in(world, codex_home.dir(), without_login) else { return Vec::new() };
    command.env("CODEX_HOME", stand_in.path());
    command.arg("-c").arg(format!("sqlite_home={:?}", stand_in.path().display().to_string()));
    if without_login {
        command.args(["-c", "cli_auth_credentials_store=\"file\""]);
        for name in LOGIN_VARIABLES {
            command.env_remove(name);
        }
    }
    // It ends with 1 when it finds something. Where there is no such command, or no answer in time, nothing is known.
    let Ok((_, said, _)) = bounded_all(&mut command, LIMIT) else { return Vec::new() };
    let said = said.replace(&stand_in.path().display().to_string(), &codex_home.dir().display().to_string());
    let Ok(mut report) = serde_json::from_str::<Value>(&said) else { return Vec::new() };
    // What it says of what it was not given is not true of the person's folder.
    let is_true = |check: &str| {
        let without_login = without_login && (check.starts_with("auth.") || check.starts_with("network."));
        !without_login && (has_databases || !check.starts_with("state."))
    };
    if let Some(checks) = report["checks"].as_object_mut() {
        checks.retain(|name, _| is_true(name));
    }
    [explained(&report), of_default(world, &report), bubblewrap()].concat()
}

/// What it does not say, and Codex does at each start.
fn bubblewrap() -> Vec<Finding> {
    if !cfg!(target_os = "linux") || which::which("bwrap").is_ok() {
        return Vec::new();
    }
    let what = "Codex finds no bubblewrap for its sandbox, and uses the one that it brings";
    vec![
        Finding::note("codex-doctor-bubblewrap", what)
            .saw("Codex says: could not find bubblewrap on PATH. Install bubblewrap with your OS package manager")
            .say("install it with your system's package manager, as in `sudo apt install bubblewrap`"),
    ]
}

/// What it says of OpenAI, where that is what Codex asks.
fn of_default(world: &World, report: &Value) -> Vec<Finding> {
    let config = world.config();
    let text = |key: &str| config.and_then(|config| config.get_str(&[key]));
    // One that is asked about by name is another, and one that is told to be elsewhere is not OpenAI.
    if world.subject.is_some()
        || world.config.is_err()
        || text("model_provider").is_some_and(|id| id != "openai")
        || text("openai_base_url").is_some()
    {
        return Vec::new();
    }
    let has_login = world.codex_home.as_ref().is_ok_and(|home| Login::read(home).is_some());
    let weight = if has_login || login::is_all(world) { Severity::Broken } else { Severity::Note };
    let found = OF_DEFAULT.iter().filter_map(|meaning| one(report, meaning)).map(|mut finding| {
        finding.severity = weight;
        if finding.id != "codex-doctor-openai" {
            return finding;
        }
        let set: Vec<_> = PROXIES.into_iter().filter(|name| world.var(name).is_some()).collect();
        match set.first() {
            Some(first) => finding.saw(format!("Codex goes by a proxy: `{}`", set.join("`, `"))).say(format!(
                "see whether the proxy answers: `curl -v https://api.openai.com/v1/models`; or `unset {first}`"
            )),
            None => finding,
        }
    });
    // Nobody waits for it where neither a login nor the lack of another way leads there.
    found.filter(|finding| weight == Severity::Broken || finding.id == "codex-doctor-login").collect()
}

/// A folder that stands in for Codex's: all that lies in there is found, but for the temporary files, which a Codex that
/// finds something leaves behind. Databases are copies:
/// whoever opens one writes beside it. Tells whether all of them are there.
fn stand_in(world: &World, real: &Path, without_login: bool) -> io::Result<(PassingDir, bool)> {
    let dir = PassingDir::for_secrets(world.home.state_dir())?;
    let mut has_databases = true;
    for entry in std::fs::read_dir(real).into_iter().flatten().flatten() {
        let (name, from) = (entry.file_name(), entry.path());
        let text = name.to_string_lossy();
        let is_login = LOGIN_FILES.contains(&text.as_ref());
        if text == "tmp" || (without_login && is_login) || text.contains(".sqlite-") {
            continue;
        }
        let to = dir.path().join(&name);
        if text.ends_with(".sqlite") {
            // One in use may be read half written.
            let in_use = std::fs::metadata(from.with_file_name(format!("{text}-wal"))).is_ok_and(|wal| wal.len() > 0);
            if !in_use && std::fs::metadata(&from).is_ok_and(|file| file.len() <= LARGEST_COPY) {
                std::fs::copy(&from, &to)?;
            } else {
                has_databases = false;
            }
            continue;
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(&from, &to)?;
        #[cfg(not(unix))]
        if text == "config.toml" {
            std::fs::copy(&from, &to)?;
        }
    }
    Ok((dir, has_databases))
}

fn explained(report: &Value) -> Vec<Finding> {
    MEANINGS.iter().filter_map(|meaning| one(report, meaning)).collect()
}

fn one(report: &Value, meaning: &Meaning) -> Option<Finding> {
    let check = &report["checks"][meaning.check];
    if !matches!(check["status"].as_str(), Some("fail" | "warning")) {
        return None;
    }
    let said = ["summary", "remediation"].into_iter().filter_map(|key| check[key].as_str());
    let finding = Finding::new(meaning.id, meaning.severity, meaning.what);
    let finding = said.fold(finding, |finding, words| finding.saw(format!("Codex says: {}", redact(words))));
    Some(details(check).fold(finding, Finding::saw).say(meaning.say))
}

/// Those of its details that sound like trouble. They hold command lines of the person's, and those may hold keys.
fn details(check: &Value) -> impl Iterator<Item = String> {
    let entries = check["details"].as_object().into_iter().flatten();
    let is_trouble = |words: &str| TROUBLE.iter().any(|trouble| words.contains(trouble));
    let lines = entries.filter_map(move |(name, words)| {
        let words = words.as_str().filter(|words| is_trouble(words))?;
        Some(format!("{name}: {words}"))
    });
    let prefixes: Vec<&str> = catalog::key_prefixes().into_iter().map(|(_, prefix)| prefix).collect();
    lines.take(MOST_DETAILS).map(move |line| credentials::hide(&redact(&line), &prefixes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_codex_finds_is_explained_and_what_we_know_better_left_out() {
        let report = json!({"schemaVersion": 1, "checks": {
            "sandbox.helpers": {"status": "fail", "summary": "no helper", "remediation": "reinstall",
                "details": {"helper": "/x is not found", "rules": "0", "n": 1}},
            "network.provider_reachability": {"status": "fail", "summary": "404"},
            "system.disk": {"status": "ok", "summary": "enough"},
            "state.rollout_db_parity": {"status": "warning", "summary": "3 differ", "remediation": null},
        }});
        let found = explained(&report);
        let ids: Vec<_> = found.iter().map(|finding| (finding.id, finding.severity)).collect();
        assert_eq!(ids, [("codex-doctor-sandbox", Severity::Broken), ("codex-doctor-sessions", Severity::Note)]);
        assert_eq!(found[0].evidence, ["Codex says: no helper", "Codex says: reinstall", "helper: /x is not found"]);
        assert!(explained(&json!({})).is_empty());
    }
}
