//! The command that Codex runs for a token. It fails open: Codex then sends requests without any key (codex-facts 2.2).

use toml_edit::Array;

use crate::catalog;
use crate::config::Change;
use crate::doctor::{Check, CredentialCommand, Finding, Fix, ProviderTable, World};
use crate::secret::credentials;
use crate::setup::TokenCommand;

pub const CHECK: Check =
    Check { id: "token-command", about: "whether Codex can get its token", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    std::thread::scope(|scope| {
        let asked: Vec<_> = world.tables().map(|table| scope.spawn(move || one(world, table))).collect();
        asked.into_iter().filter_map(|asked| asked.join().ok().flatten()).collect()
    })
}

fn one(world: &World, table: ProviderTable<'_>) -> Option<Finding> {
    let command = CredentialCommand::of(table)?;
    let id = table.id;
    let path = command.path("command");
    let (first, rest) = command.program.split_once(' ').unwrap_or((command.program, ""));
    // What stands behind the program may be the key itself.
    let shown = if rest.is_empty() { first.to_owned() } else { format!("{first} …") };
    let seen = format!("{} runs `{shown}`", World::place(table.document, &path));
    let by_hand = format!("put it back, or name another: `codexgw config edit`, table `model_providers.{id}`");
    if let Some(dir) = command.cwd.as_ref().filter(|dir| !dir.is_dir()) {
        let what =
            format!("the folder in which the command for the key of `{id}` runs is not there: {}", then(&command));
        return Some(
            Finding::broken("token-command-folder", what)
                .saw(format!("{} means `{}`", World::place(table.document, &command.path("cwd")), dir.display()))
                .saw("Codex takes a relative `cwd` from the folder of its configuration, not from where it is started")
                .say(format!("name a whole path that is there: `codexgw config edit`, table `model_providers.{id}`")),
        );
    }
    let file = command.file(world);
    let is_there = if command.program.contains('/') { file.is_file() } else { which::which(&file).is_ok() };
    if !is_there {
        // Codex splits nothing: a command with its arguments in one string is a program of that name.
        if !rest.is_empty() && which::which(first).is_ok() {
            return Some(in_one(&command, first, rest, seen, &by_hand));
        }
        let what = format!("the command that hands `{id}` its key is gone, so {}", then(&command));
        let finding = Finding::broken("token-command-gone", what).saw(seen);
        return Some(if command.is_ours() && command.fails_open {
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
    if command.is_ours() || world.offline {
        return None;
    }
    trial(world, &command, seen)
}

/// What Codex does without a token.
fn then(command: &CredentialCommand<'_>) -> &'static str {
    if command.fails_open { "Codex sends requests without one" } else { "Codex asks nothing" }
}

/// A command whose arguments stand in the same string.
fn in_one(command: &CredentialCommand<'_>, program: &str, rest: &str, seen: String, by_hand: &str) -> Finding {
    let table = command.table;
    let what = format!(
        "the command that hands `{}` its key has its arguments in `command`, so Codex finds no such program",
        table.id
    );
    let finding = Finding::broken("token-command-arguments", what).saw(seen).saw("they belong into `args`");
    // How a shell would split quotes is not guessed.
    if rest.contains(['"', '\'', '\\', '$', '|', ';', '&', '`']) || !command.args.is_empty() {
        return finding.say(by_hand);
    }
    let args: Array = rest.split_whitespace().collect();
    finding.mended_by(Fix::Edit {
        file: table.document.path().to_path_buf(),
        changes: vec![Change::set(&command.path("command"), program), Change::set(&command.path("args"), args)],
        label: "give the token command its arguments",
    })
}

/// Runs the command as Codex does.
fn trial(world: &World, command: &CredentialCommand<'_>, seen: String) -> Option<Finding> {
    let id = command.table.id;
    let within = command.within(world);
    let what = |how: &str| format!("the command that hands `{id}` its key {how}, so {}", then(command));
    let say =
        format!("run it by hand and mend it, or name another: `codexgw config edit`, table `model_providers.{id}`");
    let finding = match world.ran(command) {
        Err(why) if why.contains("did not end") && command.is_cut_short(within) => {
            let what = format!("the command that hands `{id}` its key takes long; whether it ends well was not seen");
            let waits =
                command.limit.map_or_else(|| "as long as it takes".to_owned(), |l| format!("{} s", l.as_secs()));
            let finding = Finding::warning("token-command-slow", what).saw(why).saw(format!("Codex waits {waits}"));
            return Some(
                finding.saw(seen).say(format!("run it by hand, and see how long it takes: {}", typed(command))),
            );
        }
        Err(why) => Finding::broken("token-command-failed", what("does not end well")).saw(why),
        Ok((status, _, words)) if !status.success() => {
            let prefixes: Vec<&str> = catalog::key_prefixes().into_iter().map(|(_, prefix)| prefix).collect();
            let words = credentials::hide(&words, &prefixes);
            let finding = Finding::broken("token-command-failed", what("fails")).saw(format!("it ended with {status}"));
            words.lines().filter(|line| !line.trim().is_empty()).take(3).fold(finding, |f, line| f.saw(line.trim()))
        }
        Ok((_, token, _)) => match token.trim() {
            "" => Finding::broken("token-command-empty", what("prints nothing")),
            token if token.contains(['\n', '\r']) => {
                Finding::broken("token-command-lines", what("prints more than one line"))
            }
            token if token.starts_with(['{', '[']) => {
                let what =
                    format!("the command that hands `{id}` its key prints JSON, and Codex sends it as it stands");
                Finding::broken("token-command-json", what).saw("Codex wants the key alone")
            }
            _ => return None,
        },
    };
    let finding = finding.saw(seen);
    let finding = if command.fails_open && finding.id != "token-command-json" {
        finding.saw("Codex says at most, in its log: Failed to resolve external auth")
    } else {
        finding
    };
    Some(finding.say(say))
}

/// How it is named; its arguments may hold a key.
fn typed(command: &CredentialCommand<'_>) -> String {
    format!("`{}`", command.program)
}
