//! What Codex says around a more exact message. Told when that one is missing or not known.

use super::{DOCTOR, Message, message};

pub const MESSAGES: &[Message] = &[
    message(
        "config-unreadable",
        &["error loading config.toml:"],
        "Codex cannot use a configuration file; the rest of the message names the place in it",
        "`codexgw doctor --only config`, then `codexgw config edit`",
    ),
    message(
        "answer-broken-off",
        &["stream disconnected before completion"],
        "the answer broke off; what stands behind it are the words of the provider, or of what is between",
        "try again; `codexgw doctor PROVIDER --run` shows whether it comes back",
    ),
    message(
        "connection-failed",
        &["error sending request for url", "^error sending request"],
        "Codex could not reach the provider and has given up: wrong host, no network, a proxy, TLS, or the gateway is down",
        DOCTOR,
    ),
    message(
        "reconnecting",
        &["^reconnecting..."],
        "the request failed and Codex tries again; why stands in its last line",
        DOCTOR,
    ),
];
