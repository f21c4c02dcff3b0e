//! What Codex says around a more exact message. Told when that one is missing or not known.

use super::{DOCTOR, Message, message};

pub const MESSAGES: &[Message] = &[
    message(
        "no-such-file",
        &["error: no such file or directory (os error 2)"],
        "a file that the configuration names is not there, often `model_catalog_json` or `model_instructions_file`",
        "`codexgw doctor` names it",
    ),
    message(
        "status-other",
        &["unexpected status 4"],
        "the provider refuses the request, in the words that follow the status",
        DOCTOR,
    ),
    message(
        "config-unreadable",
        &["error loading config.toml:"],
        "Codex cannot use a configuration file; the rest of the message names the place in it",
        "`codexgw doctor --only config`, then `codexgw config edit`",
    ),
    message(
        "doctor-config",
        &["invalid data"],
        "`codex doctor` could not read the configuration and does not say why",
        "`codexgw doctor --only config` says why",
    ),
    message(
        "doctor-config",
        &["entity not found"],
        "`codex doctor` could not read the configuration and does not say why",
        "`codexgw doctor --only config` says why",
    ),
    message(
        "reconnecting",
        &["reconnecting... "],
        "the request failed and Codex tries again; why stands in its last line",
        DOCTOR,
    ),
];
