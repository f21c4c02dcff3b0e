//! Whether a conversation fits its model, as far as that can be known beforehand.
//!
//! Codex makes room by itself, by the window in the catalogue and by what the provider counts (codex-facts G30). So a
//! request is refused only when it is certainly too long, and one for a summary never is: there something is left out.

use crate::protocol::ir::{Item, Loss, Request, Role};
use crate::protocol::{Failure, FailureCode, compaction, responses};

/// Makes a request for a summary fit, and refuses any other that cannot.
pub(super) fn fit(request: &mut Request<'_>, window: Option<u64>) -> Result<(), Failure> {
    let Some(window) = window else { return Ok(()) };
    if compaction::is_asked(request) {
        compaction::trim(request, window);
        return Ok(());
    }
    if compaction::is_beyond(request, window) { Err(too_long(request, window)) } else { Ok(()) }
}

/// The same for a body that passes; read only when it is long. `compacts` says that it asks for a summary.
pub(super) fn fit_passing(body: &mut Vec<u8>, compacts: bool, window: Option<u64>) -> Result<Option<Loss>, Failure> {
    // A token has more than two bytes as a rule, so what is shorter than that needs no closer look.
    let Some(window) = window.filter(|window| body.len() as u64 / 2 > *window) else { return Ok(None) };
    let Ok(request) = responses::parse(body) else { return Ok(None) };
    if !compacts && !compaction::is_asked(&request) {
        return if compaction::is_beyond(&request, window) { Err(too_long(&request, window)) } else { Ok(None) };
    }
    let excess = compaction::excess(&request, window);
    drop(request);
    let Some((trimmed, loss)) = responses::trim(body, excess).ok().flatten() else { return Ok(None) };
    *body = trimmed;
    Ok(Some(loss))
}

fn too_long(request: &Request<'_>, window: u64) -> Failure {
    let opens = request.items.iter().all(|item| matches!(item, Item::Message { role, .. } if *role != Role::Assistant));
    if opens {
        // Codex's own words for a full window speak of an earlier conversation, and there is none.
        let message = format!("Codex's first message is longer than the {window} tokens that the model takes");
        let hint = "choose a model with a larger window: `codexgw use <provider>/<model>`";
        let code = FailureCode::WindowTooSmall;
        return Failure { code, status: 400, ..Failure::shown(message) }.with_hint(hint);
    }
    let message = format!("the conversation is longer than the {window} tokens that the model takes");
    Failure { code: FailureCode::ContextLengthExceeded, status: 400, ..Failure::shown(message) }
}
