//! What it means that a provider does not answer as it should.

use std::time::{Duration, SystemTime};

use crate::doctor::Finding;
use crate::error::Error;
use crate::probe::{Knock, ProbeError};
use crate::secret::{is_wrapped, key_flaw};
use crate::settings::Wire;

use super::super::web_search;
use super::asked::Asked;
use super::compared;

/// The finding about a wrong clock.
pub const CLOCK: &str = "provider-clock";

/// How far the clock may be off: signed requests and young certificates are refused beyond it.
const CLOCK_IS_OFF: Duration = Duration::from_secs(5 * 60);

/// What Codex does on its own way to somebody who cannot be reached.
pub const WAITS: &str = "Codex says: Reconnecting... waiting for network; it waits for ever";

/// Nothing came.
pub fn silent(asked: &Asked<'_>, within: Duration) -> Finding {
    Finding::broken("provider-silent", format!("`{}` did not answer within {} s", asked.id, within.as_secs()))
        .saw(format!("asked {}", asked.base_url))
        .saw(if asked.is_behind_gateway() { "the gateway waits, and Codex with it" } else { WAITS })
        .say(format!("see whether it is up: `curl -sS {}/models`", asked.base_url))
}

/// It answers, late.
pub fn slow(asked: &Asked<'_>, took: Duration) -> Finding {
    Finding::note("provider-slow", format!("`{}` took {} s to answer", asked.id, took.as_secs()))
        .saw(format!("asked {}", asked.base_url))
        .saw("Codex waits for it: a server may load its model first")
}

/// What the probe makes of an answer.
pub fn of_error(asked: &Asked<'_>, error: ProbeError) -> Finding {
    let id = asked.id;
    match error {
        ProbeError::WrongKey { status, words, .. } => key_refused(asked, status, &words),
        ProbeError::NoKey { status, words, .. } => {
            Finding::broken("provider-no-key", format!("`{id}` wants a key, and none is sent"))
                .saw(said(status, &words))
                .say(other_key(asked))
        }
        ProbeError::NoCredit { status, words } => no_credit(asked, status, &words),
        error => {
            let finding_id = match &error {
                ProbeError::NoSuchHost { .. } => "provider-no-such-host",
                ProbeError::Unreachable { .. } => "provider-unreachable",
                ProbeError::Tls { .. } => "provider-tls",
                ProbeError::Proxy { .. } => "provider-proxy",
                ProbeError::Timeout { .. } => "provider-silent",
                ProbeError::WebPage { .. } => "provider-web-page",
                ProbeError::LoginPage { .. } => "provider-login-page",
                ProbeError::Portal { .. } => "provider-portal",
                ProbeError::Redirect { .. } => "provider-redirect",
                ProbeError::NotFound { .. } => "provider-not-found",
                ProbeError::Server { .. } => "provider-failing",
                _ => "provider-refuses",
            };
            let is_network = matches!(
                error,
                ProbeError::NoSuchHost { .. }
                    | ProbeError::Unreachable { .. }
                    | ProbeError::Tls { .. }
                    | ProbeError::Proxy { .. }
            );
            let say = instead(asked, &error);
            let mut finding = Finding::of_error(finding_id, &Error::from(error)).saw(format!("asked `{id}`"));
            if is_network {
                finding = finding.saw(if asked.is_behind_gateway() {
                    format!("Codex says: cannot reach {}", asked.name)
                } else {
                    WAITS.to_owned()
                });
            }
            match say {
                Some(say) => finding.say(say),
                None => finding,
            }
        }
    }
}

/// Where the hint of the probe is about `add`, what holds for a provider that is there already.
fn instead(asked: &Asked<'_>, error: &ProbeError) -> Option<String> {
    Some(match error {
        ProbeError::NoSuchHost { .. } => format!("look at its spelling, and at your network: `{}`", again(asked)),
        ProbeError::Unreachable { .. } => {
            format!("start the server, or name the address where it is: `{}`", again(asked))
        }
        ProbeError::Timeout { .. } | ProbeError::Server { .. } => {
            format!("try again later{}", asked.till_then())
        }
        ProbeError::BaseUrl { .. }
        | ProbeError::OtherForm { .. }
        | ProbeError::Unknown { .. }
        | ProbeError::WebPage { .. }
        | ProbeError::LoginPage { .. }
        | ProbeError::Redirect { .. }
        | ProbeError::NotFound { .. } => {
            format!("look up its base URL: `{}`", again(asked))
        }
        _ => return None,
    })
}

fn again(asked: &Asked<'_>) -> String {
    match asked.table {
        Some(_) => "codexgw config edit".to_owned(),
        None => format!("{} --base-url URL", asked.add_again()),
    }
}

/// An endpoint that is there, and refuses more than the empty question. A plain 500 may be about the question, as may a
/// 403 that names the model.
pub fn status(asked: &Asked<'_>, knock: &Knock) -> Vec<Finding> {
    let words = &knock.words;
    match knock.status {
        403 if knock.is_about_model() => Vec::new(),
        400 | 422 if is_credit(&words.to_lowercase()) => vec![no_credit(asked, knock.status, words)],
        401 | 403 => vec![key_refused(asked, knock.status, words)],
        402 => vec![no_credit(asked, 402, words)],
        429 => vec![rate_limit(asked, words, Some(knock))],
        502..=599 => vec![of_error(asked, ProbeError::Server { status: knock.status, words: words.clone() })],
        _ => Vec::new(),
    }
}

/// Words about Codex's web search, in a refusal of a question that offers it.
pub fn web_search(asked: &Asked<'_>, answer: &Knock) -> Vec<Finding> {
    if !matches!(answer.status, 400 | 422) || !answer.words.contains("web_search") {
        return Vec::new();
    }
    let refused = asked.web_search.iter().map(|choice| web_search::refused(*choice, asked.id));
    refused.map(|finding| finding.saw(said(answer.status, &answer.words))).collect()
}

/// A plain question to the model, which is turned away as well.
pub fn turned_away(asked: &Asked<'_>, model: &str, answer: &Knock) -> Vec<Finding> {
    let words = &answer.words;
    match answer.status {
        403 | 404 if answer.is_about_model() => {
            let what = format!("the key of `{}` works, and has no access to `{model}`", asked.id);
            vec![
                Finding::broken("provider-model-access", what)
                    .saw(said(answer.status, words))
                    .say(compared::choose(asked, None)),
            ]
        }
        500 => vec![of_error(asked, ProbeError::Server { status: 500, words: words.clone() })],
        _ => status(asked, answer),
    }
}

fn key_refused(asked: &Asked<'_>, status: u16, words: &str) -> Finding {
    let id = asked.id;
    let lower = words.to_lowercase();
    if is_credit(&lower) {
        return no_credit(asked, status, words);
    }
    if ["coding plan", "another region", "different region", "wrong region"].iter().any(|words| lower.contains(words)) {
        let what = format!("the key of `{id}` is one of another plan or region, which has an address of its own");
        let say = asked.template.filter(|template| !template.endpoints.is_empty()).map_or_else(
            || format!("name the address that belongs to the key: `{}`", again(asked)),
            |template| format!("see its addresses: `codexgw providers show {}`", template.id),
        );
        return Finding::broken("provider-key-elsewhere", what).saw(said(status, words)).say(say);
    }
    let (finding_id, what) = if lower.contains("expired") {
        ("provider-key-expired", format!("the key of `{id}` has expired"))
    } else if status == 403 {
        ("provider-forbidden", format!("`{id}` knows the key, and does not allow it this"))
    } else {
        let flaw = asked.key().and_then(|key| key_flaw(key.expose()));
        let alien = asked.key_owner().map(|owner| format!("looks like one of {owner}"));
        match flaw.map(str::to_owned).or(alien) {
            Some(why) => ("provider-wrong-key", format!("`{id}` refuses the key, which {why}")),
            None => ("provider-wrong-key", format!("`{id}` refuses the key")),
        }
    };
    Finding::broken(finding_id, what).saw(said(status, words)).say(other_key(asked))
}

/// How another key is given.
fn other_key(asked: &Asked<'_>) -> String {
    let id = asked.id;
    match (asked.table, asked.template.and_then(|template| template.keys_url.as_deref())) {
        (Some(table), _) => match table.text("env_key") {
            Some(variable) if asked.key().is_some_and(|key| is_wrapped(key.expose())) => format!(
                "take that off: `export {variable}=\"$(printf %s \"${variable}\" | tr -d \"\\\"'\" | \
                 sed \"s/^ *[Bb]earer//; s/ //g\")\"`"
            ),
            Some(variable) => format!("set a good one: `export {variable}=…`"),
            None if table.has("experimental_bearer_token") => {
                format!("give a good one: `codexgw config edit`, `experimental_bearer_token` of `{id}`")
            }
            None => format!("name the variable that holds it: `codexgw config edit`, `env_key` of `{id}`"),
        },
        (None, Some(url)) => format!("get one at {url}, then `codexgw key set {id}`"),
        (None, None) => format!("give another: `codexgw key set {id}`"),
    }
}

fn no_credit(asked: &Asked<'_>, status: u16, words: &str) -> Finding {
    Finding::broken("provider-no-credit", format!("the key of `{}` works, but the account has no credit", asked.id))
        .saw(said(status, words))
        .say(format!("add credit in the provider's console{}", asked.till_then()))
}

fn is_credit(words: &str) -> bool {
    [
        "insufficient_quota",
        "insufficient balance",
        "exceeded your current quota",
        "credit balance is too low",
        "no credit",
        "out of credit",
    ]
    .iter()
    .any(|phrase| words.contains(phrase))
}

/// Too many requests: by whom, and for how long.
pub fn rate_limit(asked: &Asked<'_>, words: &str, knock: Option<&Knock>) -> Finding {
    if is_credit(&words.to_lowercase()) {
        return no_credit(asked, 429, words);
    }
    let by = knock.and_then(|knock| knock.behind.as_deref());
    let who = by.map_or_else(|| format!("`{}`", asked.id), |by| format!("{by}, behind `{}`,", asked.id));
    let finding = Finding::broken("provider-rate-limit", format!("{who} limits your requests; the key works"))
        .saw(said(429, words));
    match knock.and_then(|knock| knock.wait.as_deref()) {
        Some(wait) => finding.saw(format!("it wants to be left alone: {wait}")),
        None => finding.saw("it does not say for how long"),
    }
    .say(format!("wait{}", asked.till_then()))
}

/// The endpoint that is needed is not there, another one is.
pub fn other_wire(asked: &Asked<'_>, knock: &Knock, wire: Wire, base_url: &str) -> Finding {
    let works = match wire {
        Wire::Responses => "responses",
        Wire::Chat => "chat",
        Wire::Messages => "messages",
        Wire::Gemini => "gemini",
    };
    let what = format!("`{}` does not speak what it is asked in; `{works}` works", asked.id);
    let add = asked.add_again();
    let then = asked.table.map(|_| format!(", then `codexgw use {}`", asked.id)).unwrap_or_default();
    Finding::broken("provider-wire", what)
        .saw(format!("{} answers with status {}", knock.url, knock.status))
        .saw(format!("the wire `{works}` is at {base_url}"))
        .say(format!("let the gateway translate: `{add} --base-url {base_url} --wire {works} --via gateway`{then}"))
}

/// No endpoint is anywhere, though the models may be listed.
pub fn nowhere(asked: &Asked<'_>, knock: &Knock, has_models: bool) -> Finding {
    let id = if knock.is_page { "provider-web-page" } else { "provider-not-found" };
    let finding = if has_models {
        Finding::warning(
            id,
            format!("`{}` lists its models, and has none of the endpoints that codexgw knows", asked.id),
        )
    } else {
        Finding::broken(id, format!("there is no API at the base URL of `{}`", asked.id))
    };
    finding
        .saw(format!("{} answers with status {}", knock.url, knock.status))
        .say(format!("look it up in the provider's documentation: `{}`", again(asked)))
}

/// The clock of this machine is off.
pub fn clock(knock: &Knock) -> Option<Finding> {
    let (there, here) = (knock.time?, SystemTime::now());
    let off = there.duration_since(here).or_else(|_| here.duration_since(there)).ok()?;
    if off < CLOCK_IS_OFF {
        return None;
    }
    let way = if there > here { "slow" } else { "fast" };
    let what = format!("this machine's clock is {} minutes {way}", off.as_secs() / 60);
    Some(
        Finding::warning(CLOCK, what)
            .saw(format!("by the `Date` of {}", knock.url))
            .saw("certificates look expired or not yet valid by it, and signed requests are refused")
            .say("set it: `sudo timedatectl set-ntp true`"),
    )
}

fn said(status: u16, words: &str) -> String {
    if words.is_empty() { format!("status {status}") } else { format!("status {status}: {words}") }
}
