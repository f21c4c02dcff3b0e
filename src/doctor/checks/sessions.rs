//! Saved sessions whose provider is gone: Codex refuses to resume them (codex-facts G22).

use crate::codex::{is_built_in, sessions};
use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "session", about: "saved sessions whose provider is gone", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let Ok(codex_home) = &world.codex_home else { return Vec::new() };
    let defined = |id: &str| {
        is_built_in(id) || world.documents().any(|document| document.get(&["model_providers", id]).is_some())
    };
    sessions::by_provider(codex_home)
        .into_iter()
        .filter(|(id, _)| !defined(id))
        .map(|(id, count)| {
            let sessions = if count == 1 { "1 session".to_owned() } else { format!("{count} sessions") };
            let what = format!("{sessions} cannot be resumed: their provider `{id}` is no longer configured");
            let again = format!("put its table `[model_providers.{id}]` back: `codexgw config edit`");
            Finding::note("session-orphaned", what).say(again)
        })
        .collect()
}
