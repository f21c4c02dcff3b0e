//! What it means that a provider does not answer as it should.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use crate::catalog::ProviderTemplate;
use crate::doctor::{Finding, NO_KEYRING};
use crate::error::Error;
use crate::probe::{Knock, Part, ProbeError, Refused};
use crate::protocol::{Meaning, Remedy, Words};
use crate::secret::{is_wrapped, key_flaw};
use crate::settings::Wire;

use super::super::web_search;
use super::asked::Asked;
use super::compared;

/// The finding about a wrong clock.
pub const CLOCK: &str = "provider-clock";

/// What a server that is not running shows as.
pub const RESTS: [&str; 2] = ["provider-unreachable", "provider-silent"];

/// Whether it may be true of the list of models alone: some keep that for administrators, or list but a part of what they
/// serve.
pub fn is_of_the_list(finding: &Finding, model: &str) -> bool {
    match finding.id {
        "provider-wrong-key" | "provider-forbidden" | "provider-no-key" => true,
        "provider-model" => finding.what.contains(&format!("`{model}`")),
        _ => false,
    }
}

/// How far the clock may be off: signed requests and young certificates are refused beyond it.
const CLOCK_IS_OFF: Duration = Duration::from_secs(5 * 60);

/// What Codex does on its own way to somebody who cannot be reached.
pub const WAITS: &str = "Codex says: Reconnecting... waiting for network; it waits for ever";

/// What the person sees of one who cannot be reached.
pub fn cannot_reach(asked: &Asked<'_>) -> String {
    if asked.is_behind_gateway() { format!("Codex says: cannot reach {}", asked.name) } else { WAITS.to_owned() }
}

/// Said where a variable has to change that the gateway was started with.
pub const RESTART: &str = "; then `codexgw gateway stop`, since the gateway keeps the variables it began with";

/// Nothing came.
pub fn silent(asked: &Asked<'_>, within: Duration) -> Finding {
    Finding::broken("provider-silent", format!("`{}` did not answer within {} s", asked.id, within.as_secs()))
        .saw(format!("asked {}", asked.base_url))
        .saw("Codex waits longer, for minutes: a server that is only slow, or loads its model first, will do")
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
        ProbeError::WrongKey { status, words, .. } => {
            let means = Words::saying(&words).meaning(status).unwrap_or(Meaning::WrongKey);
            meant_by(asked, means, status, &words)
        }
        ProbeError::NoKey { status, words, .. } => {
            Finding::broken("provider-no-key", format!("`{id}` wants a key, and none is sent"))
                .saw(said(status, &words))
                .say(other_key(asked))
        }
        ProbeError::NoCredit { status, words } => meant_by(asked, Meaning::NoCredit, status, &words),
        ProbeError::Denied { status, words, meaning, link, .. } => {
            meant(asked, meaning, status, &words, &Pointers { link: link.as_deref(), host: None })
        }
        ProbeError::Blocked { url, words } => {
            let finding = meant(asked, Meaning::Blocked, 0, "", &Pointers::default());
            finding.saw(format!("{url} answers with {words}"))
        }
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
                finding = finding.saw(cannot_reach(asked));
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
            format!("try again later; {ELSEWHERE}")
        }
        ProbeError::BaseUrl { .. }
        | ProbeError::OtherForm { .. }
        | ProbeError::Unknown { .. }
        | ProbeError::WebPage { .. }
        | ProbeError::LoginPage { .. }
        | ProbeError::NotFound { .. } => {
            format!("look up its base URL: `{}`", again(asked))
        }
        ProbeError::Redirect { url, to } => match redirected(asked, url, to) {
            Some(to) => format!("if you trust it: {}", named(asked, &to)),
            None => format!("look up its base URL: `{}`", again(asked)),
        },
        _ => return None,
    })
}

/// How this address is named, by the person: what is not known to be good, `--fix` leaves alone.
fn named(asked: &Asked<'_>, base_url: &str) -> String {
    match asked.table {
        Some(_) => format!("`base_url = \"{base_url}\"`, by `codexgw config edit`"),
        None => asked.at(base_url).words(),
    }
}

/// The base URL under which a redirect's target would be what was asked.
pub fn redirected(asked: &Asked<'_>, url: &str, to: &str) -> Option<String> {
    let from = url::Url::parse(url).ok()?;
    let to = from.join(to).ok()?;
    let ends = [asked.template.and_then(|template| template.models_path.as_deref()).unwrap_or("/models")];
    let wires = ["/responses", "/chat/completions", "/messages"];
    let path = ends.iter().chain(&wires).find(|end| from.path().ends_with(**end))?;
    let base = to.as_str().trim_end_matches('/').strip_suffix(*path)?;
    (!compared::is_same(base, asked.base_url)).then(|| base.to_owned())
}

fn again(asked: &Asked<'_>) -> String {
    match asked.table {
        Some(_) => "codexgw config edit".to_owned(),
        None => asked.at("URL").words().trim_matches('`').to_owned(),
    }
}

/// An endpoint that is there, and refuses more than the empty question. A plain 500 may be about the question, as may a
/// refusal that names the model.
pub fn status(asked: &Asked<'_>, knock: &Knock) -> Vec<Finding> {
    match (knock.meaning, knock.status) {
        (Some(Meaning::NoModel), _) => Vec::new(),
        (Some(Meaning::ModelAccess | Meaning::Forbidden), _) if knock.is_about_model() => Vec::new(),
        (Some(Meaning::RateLimit), _) => vec![rate_limit(asked, &knock.words, Some(knock))],
        (Some(means), status) => vec![meant(asked, means, status, &knock.words, &Pointers::of(knock))],
        (None, 502..=599) => {
            vec![of_error(asked, ProbeError::Server { status: knock.status, words: knock.words.clone() })]
        }
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
    let is_about_model = matches!(answer.meaning, Some(Meaning::ModelAccess | Meaning::Forbidden));
    let is_understood = answer.meaning.is_some() && !is_about_model;
    match answer.status {
        _ if answer.meaning == Some(Meaning::NoModel) => {
            vec![meant(asked, Meaning::NoModel, answer.status, words, &Pointers::of(answer))]
        }
        _ if is_understood => status(asked, answer),
        403 | 404 if answer.is_about_model() => vec![no_access(asked, model, said(answer.status, words))],
        500 => vec![of_error(asked, ProbeError::Server { status: 500, words: words.clone() })],
        _ => status(asked, answer),
    }
}

fn no_access(asked: &Asked<'_>, model: &str, said: String) -> Finding {
    Finding::broken("provider-model-access", format!("the key of `{}` works, and has no access to `{model}`", asked.id))
        .saw(said)
        .say(compared::choose(asked, None))
}

/// What came of the one real question, after all else was well.
pub fn of_question(asked: &Asked<'_>, model: &str, error: ProbeError) -> Finding {
    let id = asked.id;
    match error {
        ProbeError::NoSuchModel { words, .. } => {
            if Words::saying(&words).meaning(404) == Some(Meaning::ModelAccess) {
                return no_access(asked, model, words);
            }
            Finding::broken("provider-model", format!("`{id}` does not know the model `{model}`"))
                .saw(words)
                .say(compared::choose(asked, None))
        }
        ProbeError::WrongKey { status: status @ 403, words, .. } if words.to_lowercase().contains("model") => {
            no_access(asked, model, said(status, &words))
        }
        ProbeError::RateLimited { words, wait } => limited(asked, &words, None, wait.as_deref()),
        ProbeError::Refused { status, words } if let Some(means) = Words::saying(&words).meaning(status) => {
            meant_by(asked, means, status, &words)
        }
        ProbeError::Refused { status, words } if (200..300).contains(&status) => {
            let what = format!("`{id}` takes a question, and its answer cannot be read");
            Finding::broken("provider-answer", what)
                .saw(said(status, &words))
                .saw(format!("asked `{model}` one short question"))
                .say(format!("see what it speaks: `{}`", asked.probe()))
        }
        ProbeError::Refused { status, words } => {
            Finding::broken("provider-refuses", format!("`{id}` refuses a plain question to `{model}`"))
                .saw(said(status, &words))
                .say(format!("see what it takes: `{}`", asked.probe()))
        }
        ProbeError::Unreachable { why, .. } => {
            Finding::broken("provider-failing", format!("`{id}` hangs up when it is asked a real question"))
                .saw(why)
                .say(format!("see its log, where it is yours; {ELSEWHERE}"))
        }
        error => of_error(asked, error),
    }
}

/// Parts of Codex's own request that are refused where Codex asks the provider itself.
pub fn of_codex(asked: &Asked<'_>, model: &str, refused: &[Refused]) -> Vec<Finding> {
    let id = asked.id;
    let (tools, others): (Vec<&Refused>, Vec<&Refused>) = refused.iter().partition(|one| one.part == Part::Tools);
    let (searches, others): (Vec<&Refused>, Vec<&Refused>) =
        others.into_iter().partition(|one| one.part == Part::Quirk("web_search_rejected".to_owned()));
    let mut findings = Vec::new();
    for Refused { status, words, .. } in tools {
        let what = format!("`{model}` of `{id}` takes no tools, and Codex works with nothing else");
        findings.push(
            Finding::broken("model-without-tools", what).saw(said(*status, words)).say(compared::choose(asked, None)),
        );
    }
    let is_all = others.is_empty();
    for Refused { status, words, .. } in searches.into_iter().filter(|_| is_all) {
        let found = asked.web_search.iter().map(|choice| web_search::refused(*choice, id));
        findings.extend(found.map(|finding| finding.saw(said(*status, words))));
    }
    if is_all {
        return findings;
    }
    let parts: Vec<String> = others.iter().map(|one| one.part.words()).collect();
    let what = format!("`{id}` refuses a part of what Codex sends: {}", parts.join(", "));
    let finding = Finding::broken("provider-refuses-codex", what);
    let finding = others.iter().fold(finding, |finding, one| finding.saw(said(one.status, &one.words)));
    let finding = finding.saw("Codex asks it directly, and sends that every time; codexgw's gateway leaves it out");
    let finding = if asked.goes_to_file() { finding.saw(NO_KEYRING) } else { finding };
    findings.push(match asked.to_gateway(model) {
        Ok(fix) => finding.mended_by(fix),
        Err(words) => finding.say(words),
    });
    findings
}

/// Where the provider's own words point.
#[derive(Default)]
struct Pointers<'a> {
    /// The address of a page of the web.
    link: Option<&'a str>,
    /// The host that requests are to go to.
    host: Option<&'a str>,
}

impl<'a> Pointers<'a> {
    fn of(knock: &'a Knock) -> Self {
        Self { link: knock.link.as_deref(), host: knock.host.as_deref() }
    }
}

/// A refusal that is understood, with what helps.
fn meant(asked: &Asked<'_>, means: Meaning, status: u16, words: &str, to: &Pointers<'_>) -> Finding {
    let what = means.what(&format!("`{}`", asked.id));
    let what = match why_no_key(asked).filter(|_| means == Meaning::WrongKey) {
        Some(why) => format!("{what}, which {why}"),
        None => what,
    };
    let finding = Finding::broken(finding_id(means), what);
    let finding = if status == 0 { finding } else { finding.saw(said(status, words)) };
    let has_plan = |template: &ProviderTemplate| template.endpoints.iter().any(|other| other.for_whom.contains("Plan"));
    let template = asked.template.filter(|template| means == Meaning::NoCredit && has_plan(template));
    let finding = match template {
        Some(template) => finding.saw(format!(
            "the key of a plan has an address of its own, where it is not charged: `codexgw providers show {}`",
            template.id
        )),
        None => finding,
    };
    let keys_url = asked.template.and_then(|template| template.keys_url.as_deref());
    let to_do = means.to_do(to.link, keys_url);
    let or = |command: String| to_do.as_ref().map_or_else(|| command.clone(), |to_do| format!("{to_do}; or {command}"));
    finding.say(match means.remedy() {
        Remedy::Key => or(other_key(asked)),
        Remedy::Address => address(asked, to.host),
        Remedy::Model => or(compared::choose(asked, None)),
        Remedy::Console | Remedy::Elsewhere | Remedy::Time => or(ELSEWHERE.to_owned()),
    })
}

/// The same, where nothing but the words tells where to.
fn meant_by(asked: &Asked<'_>, means: Meaning, status: u16, words: &str) -> Finding {
    let read = Words::saying(words);
    meant(asked, means, status, words, &Pointers { link: read.link(), host: read.host() })
}

const ELSEWHERE: &str = "another provider till then: `codexgw use PROVIDER`";

/// The address that a key belongs to. The provider may name its host; the path stays.
fn address(asked: &Asked<'_>, host: Option<&str>) -> String {
    let at_host = host.and_then(|host| {
        let path = url::Url::parse(asked.base_url).ok()?.path().trim_end_matches('/').to_owned();
        Some(format!("https://{host}{path}"))
    });
    match (at_host, asked.table) {
        (Some(url), Some(_)) => format!("name the address that the key belongs to, {url}: `{}`", again(asked)),
        (Some(url), None) => format!("name the address that the key belongs to: {}", asked.at(&url).words()),
        (None, _) => asked.template.filter(|template| !template.endpoints.is_empty()).map_or_else(
            || format!("name the address that belongs to the key: `{}`", again(asked)),
            |template| format!("see its addresses: `codexgw providers show {}`", template.id),
        ),
    }
}

const fn finding_id(means: Meaning) -> &'static str {
    match means {
        Meaning::WrongKey => "provider-wrong-key",
        Meaning::KeyExpired => "provider-key-expired",
        Meaning::KeyDisabled => "provider-key-disabled",
        Meaning::KeyKind => "provider-key-kind",
        Meaning::KeyElsewhere => "provider-key-elsewhere",
        Meaning::KeyScope => "provider-key-scope",
        Meaning::Forbidden => "provider-forbidden",
        Meaning::NoCredit => "provider-no-credit",
        Meaning::SpendingLimit => "provider-spending-limit",
        Meaning::PlanEnded => "provider-plan-ended",
        Meaning::Unpaid => "provider-unpaid",
        Meaning::PlanLacks => "provider-plan-lacks",
        Meaning::RateLimit => "provider-rate-limit",
        Meaning::OverRate => "provider-over-rate",
        Meaning::Country => "provider-country",
        Meaning::Network => "provider-network",
        Meaning::Blocked => "provider-blocked",
        Meaning::Setup => "provider-setup",
        Meaning::AccountDisabled => "provider-account-disabled",
        Meaning::ModelAccess => "provider-model-access",
        Meaning::NoModel => "provider-model",
        Meaning::NoTools => "provider-no-tools",
    }
}

/// What can be seen to be wrong with a key that is refused.
fn why_no_key(asked: &Asked<'_>) -> Option<String> {
    let flaw = asked.key().and_then(|key| key_flaw(key.expose())).map(str::to_owned);
    flaw.or_else(|| asked.key_owner().map(|owner| format!("looks like one of {owner}")))
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
            None if table.has("auth") || table.has("gateway_oauth") => {
                format!("see what its command prints: `codexgw config edit`, table `model_providers.{id}`")
            }
            None => format!("name the variable that holds it: `codexgw config edit`, `env_key` of `{id}`"),
        },
        (None, Some(url)) => format!("get one at {url}, then `codexgw key set {id}`"),
        (None, None) => format!("give another: `codexgw key set {id}`"),
    }
}

/// Too many requests: by whom, and for how long.
pub fn rate_limit(asked: &Asked<'_>, words: &str, knock: Option<&Knock>) -> Finding {
    limited(
        asked,
        words,
        knock.and_then(|knock| knock.behind.as_deref()),
        knock.and_then(|knock| knock.wait.as_deref()),
    )
}

fn limited(asked: &Asked<'_>, words: &str, by: Option<&str>, wait: Option<&str>) -> Finding {
    let said_wait = Words::saying(words).wait().map(|wait| wait.in_words(Timestamp::now()));
    let who = by.map_or_else(|| format!("`{}`", asked.id), |by| format!("{by}, behind `{}`,", asked.id));
    let finding = Finding::broken("provider-rate-limit", format!("{who} limits your requests; the key works"))
        .saw(said(429, words));
    match wait.or(said_wait.as_deref()) {
        Some(wait) => finding.saw(format!("it wants to be left alone: {wait}")),
        None => finding.saw("it does not say for how long"),
    }
    .say(format!("wait; {ELSEWHERE}"))
}

/// The endpoint that is needed is not there, another one is.
pub fn other_wire(asked: &Asked<'_>, knock: &Knock, wire: Wire, base_url: &str, listed: &[&str]) -> Vec<Finding> {
    let works = wire.name();
    let what = format!("`{}` does not speak what it is asked in; `{works}` works", asked.id);
    let finding = Finding::broken("provider-wire", what)
        .saw(format!("{} answers with status {}", knock.url, knock.status))
        .saw(format!("the wire `{works}` is at {base_url}"))
        .saw("codexgw's gateway translates it");
    let finding = if asked.goes_to_file() { finding.saw(NO_KEYRING) } else { finding };
    let finding = match asked.in_wire(wire, base_url, listed) {
        Ok(fix) => finding.mended_by(fix),
        Err(by_hand) => finding.say(by_hand),
    };
    // A table is put behind the gateway with the address that stands in it.
    let is_elsewhere = asked.table.is_some() && !compared::is_same(base_url, asked.base_url);
    is_elsewhere.then(|| compared::elsewhere(asked, base_url)).into_iter().chain([finding]).collect()
}

/// No endpoint is anywhere, though the models may be listed.
pub fn nowhere(asked: &Asked<'_>, knock: &Knock, has_models: bool) -> Finding {
    if knock.meaning == Some(Meaning::Blocked) {
        let (url, words) = (knock.url.clone(), knock.words.clone());
        return of_error(asked, ProbeError::Blocked { url, words });
    }
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
