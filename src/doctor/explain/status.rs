//! What a status alone means, told where the words beside it are not known.

use super::{DOCTOR, GATEWAY, KEY_REFUSED, Message, message};

pub const MESSAGES: &[Message] = &[
    message(
        "status-401",
        &["unexpected status 401"],
        KEY_REFUSED,
        "`codexgw key set PROVIDER`, then `codexgw doctor PROVIDER`",
    ),
    message(
        "status-402",
        &["unexpected status 402"],
        "the provider wants to be paid first",
        "look at the account at the provider",
    ),
    message("status-403", &["unexpected status 403"], "the key may not use this model, or not from here", DOCTOR),
    message(
        "status-404",
        &["unexpected status 404"],
        "there is no Responses API at this address: `base_url` is wrong (`/v1` missing or doubled), or the provider \
         speaks only Chat Completions",
        "`codexgw doctor PROVIDER`, or add it again: `codexgw add custom --base-url URL`",
    ),
    message(
        "status-5xx",
        &["unexpected status 5"],
        "the provider, or something before it, failed",
        "try again later; `codexgw doctor PROVIDER` shows what it says",
    ),
    message(
        "status-405",
        &["unexpected status 405"],
        "the address is there, but takes no questions: `base_url` points beside the API",
        "`codexgw doctor PROVIDER`",
    ),
    message(
        "status-413",
        &["unexpected status 413"],
        "the provider, or a proxy before it, takes no request of this size",
        "start a new thread, or `/compact`",
    ),
    message(
        "status-422",
        &["unexpected status 422"],
        "the provider does not understand what Codex sends: its Responses API is incomplete",
        GATEWAY,
    ),
    message(
        "status-401",
        &["401 unauthorized"],
        KEY_REFUSED,
        "`codexgw key set PROVIDER`, then `codexgw doctor PROVIDER`",
    ),
    message(
        "status-404",
        &["404 not found"],
        "there is no Responses API at this address: `base_url` is wrong (`/v1` missing or doubled), or the provider \
         speaks only Chat Completions",
        "`codexgw doctor PROVIDER`, or add it again: `codexgw add custom --base-url URL`",
    ),
    message(
        "status-3xx",
        &["unexpected status 3"],
        "the address leads elsewhere, and Codex does not follow with a key: `base_url` is an old one, or of a web page",
        "`codexgw doctor PROVIDER` shows where to",
    ),
    message("status-401", &["answered 401"], KEY_REFUSED, "`codexgw key set PROVIDER`, then `codexgw doctor PROVIDER`"),
    message(
        "status-402",
        &["answered 402"],
        "the provider wants to be paid first",
        "look at the account at the provider",
    ),
    message("status-403", &["answered 403"], "the key may not use this model, or not from here", DOCTOR),
    message(
        "status-405",
        &["answered 405"],
        "the address is there, but takes no questions: `base_url` points beside the API",
        "`codexgw doctor PROVIDER`",
    ),
    message(
        "status-413",
        &["answered 413"],
        "the provider, or a proxy before it, takes no request of this size",
        "start a new thread, or `/compact`",
    ),
    message(
        "status-422",
        &["answered 422"],
        "the provider does not understand what Codex sends: its Responses API is incomplete",
        GATEWAY,
    ),
    message(
        "status-5xx",
        &["answered 5"],
        "the provider, or something before it, failed",
        "try again later; `codexgw doctor PROVIDER` shows what it says",
    ),
    message(
        "gateway-404",
        &["answered 404"],
        "the provider has nothing at the address that the gateway asks, or no model of this name",
        "`codexgw probe PROVIDER` looks for both, and `--save` keeps what it found",
    ),
    message(
        "gateway-429",
        &["answered 429"],
        "the provider limits how much you may ask, or the account is empty; its words say which",
        "wait as long as it says; another provider: `codexgw use PROVIDER`",
    ),
    message(
        "gateway-200",
        &["answered 200"],
        "something answered that is no API: a web page, a login, or another protocol",
        "`codexgw probe PROVIDER` says what it is",
    ),
    message(
        "status-400",
        &["answered 400"],
        "the provider refuses something in the request, in the words that follow",
        "`codexgw probe PROVIDER --save` finds out what it takes; another model: `/model`",
    ),
    message(
        "status-400",
        &["unexpected status 400"],
        "the provider refuses something in the request, in the words that follow",
        "`codexgw probe PROVIDER --save` finds out what it takes; another model: `/model`",
    ),
    message(
        "cannot-reach",
        &["cannot reach", "at `"],
        "the gateway gets no connection to the provider; why stands in its words",
        DOCTOR,
    ),
];
