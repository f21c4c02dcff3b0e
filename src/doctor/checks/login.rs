//! The stored OpenAI login: where it counts and where it does not (codex-facts 1.5, G6).

use crate::codex::{Login, is_built_in};
use crate::doctor::{Check, Finding, Severity, World};

pub const CHECK: Check =
    Check { id: "login", about: "whether a stored OpenAI login counts or not", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let Ok(codex_home) = &world.codex_home else { return Vec::new() };
    let chosen = world.config().and_then(|config| config.get_str(&["model_provider"])).unwrap_or("openai");
    let asks_for_login =
        world.config().and_then(|config| config.get(&["model_providers", chosen, "requires_openai_auth"])?.as_bool());
    if asks_for_login == Some(true) {
        // It counts there, which the check of leaks tells.
        return Vec::new();
    }
    if chosen == "openai"
        && let Some(seen) = Login::trouble(codex_home)
    {
        let what = "Codex cannot read the login that it has stored, so its default provider is asked without one";
        return vec![Finding::broken("login-broken", what).saw(seen).say("log in anew: `codex login`")];
    }
    let key = ["OPENAI_API_KEY"].into_iter().find(|name| world.var(name).is_some());
    match (Login::read(codex_home), is_built_in(chosen), key) {
        (Some(login), false, _) => {
            let what = format!("your {} does not count for `{chosen}`, and does not go there", login.words());
            vec![
                Finding::note("login-unused", what)
                    .saw("a provider with a table of its own is sent its own key, or none")
                    .saw("only `requires_openai_auth`, `openai_base_url` and `chatgpt_base_url` hand the login over"),
            ]
        }
        (None, true, Some(variable)) if chosen == "openai" => {
            let what = format!("Codex does not read `{variable}`, so its default provider is asked without a key");
            vec![
                Finding::new("login-key-unread", if is_all(world) { Severity::Broken } else { Severity::Note }, what)
                    .saw("Codex sends a key that it has stored, or the one in `CODEX_API_KEY` to `codex exec`")
                    .say(format!("store it: `printenv {variable} | codex login --with-api-key`")),
            ]
        }
        _ => Vec::new(),
    }
}

/// Whether Codex's default is all that there is to start, so that a person who starts Codex starts that.
pub fn is_all(world: &World) -> bool {
    let has_provider = world.settings.as_ref().is_ok_and(|settings| !settings.providers.is_empty());
    !has_provider && world.profiles.is_empty() && world.tables().next().is_none()
}
