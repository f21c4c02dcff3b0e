//! The command that Codex runs for a token. It fails open: Codex then sends requests without any key (codex-facts 2.2).

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use toml_edit::{Array, Item, Value};

use crate::catalog;
use crate::codex::bounded_all;
use crate::config::Change;
use crate::doctor::{Check, Finding, Fix, ProviderTable, World};
use crate::secret::{Secret, credentials};
use crate::setup::{GATEWAY_ID, TokenCommand};

pub const CHECK: Check =
    Check { id: "token-command", about: "whether Codex can get its token", is_online: false, look };

/// How long Codex 0.169.0 waits when `timeout_ms` does not say.
const USUAL_LIMIT: Duration = Duration::from_millis(5000);

/// Longest time that we wait, whatever Codex would.
const LIMIT: Duration = Duration::from_secs(6);

fn look(world: &World) -> Vec<Finding> {
    std::thread::scope(|scope| {
        let asked: Vec<_> = world.tables().map(|table| scope.spawn(move || one(world, table))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok().flatten()).collect()
    })
}

fn one(world: &World, table: ProviderTable<'_>) -> Option<Finding> {
    let id = table.id;
    let path = ["model_providers", id, "auth", "command"];
    let command = table.document.get_str(&path)?;
    let dir = table.document.get_str(&["model_providers", id, "auth", "cwd"]).map_or(world.cwd.as_path(), Path::new);
    let is_there = if command.contains('/') { dir.join(command).is_file() } else { which::which(command).is_ok() };
    let (first, rest) = command.split_once(' ').unwrap_or((command, ""));
    // What stands behind the program may be the key itself.
    let shown = if rest.is_empty() { first.to_owned() } else { format!("{first} …") };
    let seen = format!("{} runs `{shown}`", World::place(table.document, &path));
    let by_hand = format!("put it back, or name another: `codexgw config edit`, table `model_providers.{id}`");
    if !is_there {
        // Codex splits nothing: a command with its arguments in one string is a program of that name.
        if !rest.is_empty() && which::which(first).is_ok() {
            return Some(in_one(table, first, rest, seen, &by_hand));
        }
        let what = format!("the command that hands `{id}` its key is gone, so Codex sends requests without one");
        let finding = Finding::broken("token-command-gone", what).saw(seen);
        return Some(if is_ours(table) {
            let here = TokenCommand::of_this_program(&world.home).ok()?;
            finding.mended_by(Fix::Edit {
                file: table.document.path().to_path_buf(),
                changes: vec![Change::set(&table.path("auth"), here.auth(id))],
                label: "name the token command where it is now",
            })
        } else {
            finding.say(by_hand)
        });
    }
    // Ours asks the key store, which the check of keys looks into; a foreign one may ask somebody over the network.
    if is_ours(table) || world.offline {
        return None;
    }
    trial(table, command, dir, seen)
}

/// A command whose arguments stand in the same string.
fn in_one(table: ProviderTable<'_>, program: &str, rest: &str, seen: String, by_hand: &str) -> Finding {
    let id = table.id;
    let what =
        format!("the command that hands `{id}` its key has its arguments in `command`, so Codex finds no such program");
    let finding = Finding::broken("token-command-arguments", what).saw(seen).saw("they belong into `args`");
    // How a shell would split quotes is not guessed.
    if rest.contains(['"', '\'', '\\', '$', '|', ';', '&', '`']) || !arguments(table).is_empty() {
        return finding.say(by_hand);
    }
    let args: Array = rest.split_whitespace().collect();
    finding.mended_by(Fix::Edit {
        file: table.document.path().to_path_buf(),
        changes: vec![
            Change::set(&["model_providers", id, "auth", "command"], program),
            Change::set(&["model_providers", id, "auth", "args"], args),
        ],
        label: "give the token command its arguments",
    })
}

/// Runs the command as Codex does.
fn trial(table: ProviderTable<'_>, program: &str, dir: &Path, seen: String) -> Option<Finding> {
    let id = table.id;
    let limit = table.document.get(&["model_providers", id, "auth", "timeout_ms"]).and_then(Item::as_integer);
    let limit = limit.and_then(|ms| u64::try_from(ms).ok()).map_or(USUAL_LIMIT, Duration::from_millis).min(LIMIT);
    let program = if program.contains('/') { dir.join(program) } else { program.into() };
    let mut command = Command::new(program);
    command.args(arguments(table)).current_dir(dir);
    let what = |how: &str| format!("the command that hands `{id}` its key {how}, so Codex sends requests without one");
    let say =
        format!("run it by hand and mend it, or name another: `codexgw config edit`, table `model_providers.{id}`");
    let finding = match bounded_all(&mut command, limit) {
        Err(why) => Finding::broken("token-command-failed", what("does not end well")).saw(why),
        Ok((status, _, words)) if !status.success() => {
            let prefixes: Vec<&str> = catalog::key_prefixes().into_iter().map(|(_, prefix)| prefix).collect();
            let words = credentials::hide(&words, &prefixes);
            let finding = Finding::broken("token-command-failed", what("fails")).saw(format!("it ended with {status}"));
            words.lines().filter(|line| !line.trim().is_empty()).take(3).fold(finding, |f, line| f.saw(line.trim()))
        }
        Ok((_, token, _)) => {
            // Known from here on to whatever prints.
            let token = Secret::new(token.trim().to_owned());
            if token.expose().is_empty() {
                Finding::broken("token-command-empty", what("prints nothing"))
            } else if token.expose().contains(['\n', '\r']) {
                Finding::broken("token-command-lines", what("prints more than one line"))
            } else {
                return None;
            }
        }
    };
    Some(finding.saw(seen).saw("Codex says at most, in its log: Failed to resolve external auth").say(say))
}

fn arguments(table: ProviderTable<'_>) -> Vec<&str> {
    let args = table.document.get(&["model_providers", table.id, "auth", "args"]).and_then(Item::as_array);
    args.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether it is our own `token` command.
fn is_ours(table: ProviderTable<'_>) -> bool {
    let words = arguments(table);
    words.ends_with(&["token", table.id]) || (table.id == GATEWAY_ID && words.contains(&"token"))
}
