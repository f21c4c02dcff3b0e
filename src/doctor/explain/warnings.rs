//! What Codex says beside its work: nothing is broken by it, or not yet. Told when nothing else is known.

use super::{Message, message};

pub const MESSAGES: &[Message] = &[
    message(
        "ignored-setting",
        &[
            "codex is ignoring * unrecognized configuration setting",
            "^session-flags: * is ignored",
            "^user ( * config.toml): * is ignored",
            "check for typos or deprecated settings",
        ],
        "a key in a configuration file is misspelt, or one that Codex never had; guides invent some",
        "`codexgw migrate` takes the known ones out; `codexgw doctor --only config` names the others",
    ),
    message(
        "project-settings",
        &["ignored unsupported project-local config keys"],
        "provider settings in a project's `.codex/config.toml` are always ignored",
        "`codexgw migrate --project`, run in that project, moves them to where Codex reads them",
    ),
    message(
        "project-untrusted",
        &["untrusted project-local configuration is disabled"],
        "Codex ignores a project's configuration until you trust the project",
        "trust it, if you do: start `codex` there and say yes, or `codex exec --trust`",
    ),
    message(
        "metadata",
        &[
            "model metadata for * not found",
            "defaulting to fallback metadata; this can degrade performance and cause issues",
        ],
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
        &["configured service tier * is not advertised as supported for model * and will be omitted from requests"],
        "Codex leaves `service_tier` out, because the model's entry in the catalogue does not name it; nothing is broken by it",
        "nothing has to be done; to be rid of the line take `service_tier` out: `codexgw config edit`",
    ),
    message(
        "reads-stdin",
        &["reading additional input from stdin"],
        "`codex exec` reads what is piped into it and waits for its end",
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
        &["this session was recorded with model * but is resuming with"],
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
