//! What an HTTP status means when the words around it say nothing more.

use super::{DOCTOR, Explanation, GATEWAY};

/// The meaning of a status.
pub fn meaning(status: u16) -> Option<Explanation> {
    let (id, cause, fix) = match status {
        300..=399 => (
            "status-3xx",
            "the address of the provider sends elsewhere, where Codex does not follow with a key: `base_url` begins \
             with `http://` for `https://`, or is an old one, or the page of a login",
            "`codexgw doctor PROVIDER` says where it leads",
        ),
        401 => (
            "status-401",
            "the provider does not take the key: a wrong one, one of another provider, or none was sent",
            "`codexgw key set PROVIDER`, then `codexgw doctor PROVIDER`",
        ),
        402 => ("status-402", "the provider wants to be paid first", "look at the account at the provider"),
        403 => ("status-403", "the key may not use this model, or not from here", DOCTOR),
        404 => (
            "status-404",
            "there is no Responses API at this address: `base_url` is wrong (`/v1` missing or doubled), or the \
             provider speaks only Chat Completions",
            "`codexgw doctor PROVIDER`, or add it again: `codexgw add custom --base-url URL`",
        ),
        405 => (
            "status-405",
            "the address is there, but takes no questions: `base_url` points beside the API",
            "`codexgw doctor PROVIDER`",
        ),
        407 => (
            "proxy-login",
            "the proxy between you and the provider wants a name and a password; it is not the provider's key",
            "`export HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT`, then `codexgw doctor --only proxy`",
        ),
        413 => (
            "status-413",
            "the provider, or a proxy before it, takes no request of this size",
            "start a new thread, or `/compact`",
        ),
        422 => (
            "status-422",
            "the provider does not understand what Codex sends: its Responses API is incomplete",
            GATEWAY,
        ),
        426 => (
            "websockets-wanted",
            "the address was asked by WebSocket, which it does not speak",
            "take `supports_websockets` out: `codexgw config edit`",
        ),
        429 => (
            "rate-limit",
            "the provider limits how many requests or tokens you may send in a minute or a day",
            "wait as long as it says; another provider: `codexgw use PROVIDER`",
        ),
        400..=499 => ("status-other", "the provider refuses the request, in the words that follow the status", DOCTOR),
        500..=599 => (
            "status-5xx",
            "the provider, or something before it, failed",
            "try again later; `codexgw doctor PROVIDER` shows what it says",
        ),
        _ => return None,
    };
    Some(Explanation { id, cause, fix })
}
