//! The command that Codex runs for a token. It fails open: Codex then sends requests without any key (codex-facts 2.2).

use std::path::Path;

use toml_edit::{Item, Value};

use crate::config::Document;
use crate::doctor::{Check, Finding, Fix, World};
use crate::setup::{GATEWAY_ID, TokenCommand};

pub const CHECK: Check =
    Check { id: "token-command", about: "whether Codex can get its token", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    world.documents().flat_map(|document| in_file(world, document)).collect()
}

fn in_file(world: &World, document: &Document) -> Vec<Finding> {
    let providers = document.get(&["model_providers"]).and_then(Item::as_table_like);
    let ids = providers.into_iter().flat_map(toml_edit::TableLike::iter).map(|(id, _)| id.to_owned());
    ids.filter_map(|id| one(world, document, &id)).collect()
}

fn one(world: &World, document: &Document, id: &str) -> Option<Finding> {
    let path = ["model_providers", id, "auth", "command"];
    let command = document.get_str(&path)?;
    let is_there = if command.contains('/') { Path::new(command).is_file() } else { which::which(command).is_ok() };
    let seen = format!("{} runs `{command}`", World::place(document, &path));
    if !is_there {
        let what = format!("the command that hands `{id}` its key is gone, so Codex sends requests without one");
        let finding = Finding::broken("token-command-gone", what).saw(seen);
        return Some(if is_ours(document, id) {
            let here = TokenCommand::of_this_program(&world.home).ok()?;
            finding.mended_by(Fix::Edit {
                file: document.path().to_path_buf(),
                changes: vec![crate::config::Change::set(&["model_providers", id, "auth"], here.auth(id))],
                label: "name the token command where it is now",
            })
        } else {
            finding.say(format!("put it back, or name another: `codexgw config edit`, table `model_providers.{id}`"))
        });
    }
    None
}

/// Whether it is our own `token` command.
fn is_ours(document: &Document, id: &str) -> bool {
    let args = document.get(&["model_providers", id, "auth", "args"]).and_then(Item::as_array);
    let words: Vec<&str> = args.into_iter().flatten().filter_map(Value::as_str).collect();
    words.ends_with(&["token", id]) || (id == GATEWAY_ID && words.contains(&"token"))
}
