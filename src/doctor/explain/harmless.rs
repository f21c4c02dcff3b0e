//! What Codex says by the way, also where all is well. Told only where nothing else is said.

use super::{Message, message};

pub const MESSAGES: &[Message] = &[
    message(
        "metadata",
        &["model metadata for"],
        "Codex does not know the model, so it guesses its window and offers fewer tools",
        "`codexgw run`, or a profile of codexgw, brings the facts along; they are made anew with `codexgw use PROVIDER`",
    ),
    message(
        "models-unreadable",
        &["failed to decode models response"],
        "the provider lists its models in OpenAI's form, not in Codex's; nothing is broken by it",
        "nothing has to be done; behind the gateway it does not come up",
    ),
    message(
        "service-tier",
        &["is not advertised as supported for model"],
        "Codex leaves `service_tier` out, because the model's entry in the catalogue does not name it; nothing is broken by it",
        "nothing has to be done; to be rid of the line take `service_tier` out: `codexgw config edit`",
    ),
    message(
        "reads-stdin",
        &["reading additional input from stdin"],
        "`codex exec` reads what is piped into it; it goes on at its end, so nothing is broken unless it stops there",
        "give it none: `codex exec … < /dev/null`",
    ),
    message(
        "temporary-home",
        &["refusing to create helper binaries under temporary dir"],
        "`CODEX_HOME` lies in a folder that the system clears up, so Codex does without its helpers; the rest works",
        "name one that stays: `export CODEX_HOME=\"$HOME/.codex\"`",
    ),
    message(
        "other-model",
        &["this session was recorded with model"],
        "the session goes on with another model than it began with; Codex sends it the whole history",
        "nothing has to be done; the old one: `codex resume --last -m MODEL`",
    ),
    message(
        "no-login",
        &["no codex credentials were found"],
        "`codex doctor` looks for an OpenAI login; a provider of your own needs none",
        "nothing has to be done for a provider of codexgw; see `codexgw doctor`",
    ),
];
