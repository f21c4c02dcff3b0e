//! A certificate that is not accepted.

use std::time::SystemTime;

use jiff::Timestamp;

use crate::doctor::Finding;
use crate::probe::{Shown, is_loopback, look_at};
use crate::trust::{self, Fault};

use super::asked::Asked;
use super::refusal;

/// How far two clocks may be apart, in seconds, before that is worth a word.
const APART: u64 = 5 * 60;

/// What is wrong with it, and who issued it.
pub async fn of_error(asked: &Asked<'_>, host: &str, why: &str) -> Finding {
    let Some(fault) = Fault::of(why) else {
        return around(asked, Finding::broken("provider-tls", format!("no secure connection to `{host}`")), why)
            .say(format!("see what the server says of itself: `openssl s_client -connect {host} </dev/null`"));
    };
    let shown = if fault == Fault::NoTls { None } else { look_at(asked.base_url).await }.unwrap_or_default();
    told(asked, host, why, &fault, &shown)
}

fn told(asked: &Asked<'_>, host: &str, why: &str, fault: &Fault, shown: &Shown) -> Finding {
    let is_own = *fault == Fault::Untrusted && shown.is_self_signed;
    let words = if is_own { "its certificate has signed itself".to_owned() } else { fault.words() };
    let what = format!("no secure connection to `{host}` (`{}`): {words}", asked.id);
    let mut finding = around(asked, Finding::broken("provider-tls", what), why);
    if let Some(issuer) = shown.issuer.as_deref().filter(|_| !shown.is_self_signed) {
        finding = finding.saw(format!("`{issuer}` has issued it"));
    }
    let apart = shown.time.and_then(apart);
    if fault.may_be_the_clock() {
        finding = finding.saw(clocks(shown.time));
    }
    if let Some(trouble) = trust::unusable() {
        finding = finding.saw(trouble);
    }
    let then = if asked.is_behind_gateway() { refusal::RESTART } else { "" };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:443") };
    let variable = trust::VARIABLE;
    finding.say(match fault {
        _ if is_own => format!(
            "if the server is yours, `openssl s_client -connect {address} </dev/null | openssl x509 > server.pem`, \
             and name that: `export {variable}=$PWD/server.pem`{then}"
        ),
        Fault::Untrusted => match &shown.issuer {
            Some(issuer) => format!(
                "where `{issuer}` is your company's, have its certificate as PEM, and name it to Codex and codexgw: \
                 `export {variable}=/path/to/company.pem`{then}"
            ),
            None => format!("{}{then}", fault.remedy(name)),
        },
        Fault::Authority => format!("{}{then}", fault.remedy(name)),
        Fault::WrongName { names } => match named(asked.base_url, names) {
            Some(url) => at(asked, "name it as its certificate does", &url),
            None => fault.remedy(name),
        },
        Fault::NoTls => at(asked, "if you trust the network", &asked.base_url.replacen("https://", "http://", 1)),
        Fault::Expired { .. } | Fault::NotYet { .. } => match apart {
            Some(true) => "set this machine's clock: `sudo timedatectl set-ntp true`".to_owned(),
            // A server on this machine has the same clock, right or wrong.
            Some(false) if !is_loopback(asked.base_url) => {
                "the server needs another certificate: tell whoever runs it".to_owned()
            }
            _ => fault.remedy(name),
        },
    })
}

/// The same address by a name that the certificate is for.
fn named(base_url: &str, names: &[String]) -> Option<String> {
    let mut url = url::Url::parse(base_url).ok()?;
    url.set_host(Some(names.iter().find(|name| !name.contains('*'))?)).ok()?;
    Some(url.as_str().trim_end_matches('/').to_owned())
}

/// How another address is given.
fn at(asked: &Asked<'_>, why: &str, url: &str) -> String {
    match asked.table {
        Some(_) => format!("{why}, `base_url = \"{url}\"`: `codexgw config edit`"),
        None => format!("{why}: {}", asked.at(url).words()),
    }
}

/// The evidence of every such finding.
fn around(asked: &Asked<'_>, finding: Finding, why: &str) -> Finding {
    // What it means has been said.
    let raw = why.split_once(" (").and_then(|(_, raw)| raw.strip_suffix(')')).filter(|_| Fault::of(why).is_some());
    let finding = finding.saw(raw.unwrap_or(why).to_owned()).saw(format!("asked `{}`", asked.id));
    finding.saw(refusal::cannot_reach(asked))
}

/// Whether this machine's clock and the server's differ.
fn apart(there: SystemTime) -> Option<bool> {
    let there = Timestamp::try_from(there).ok()?;
    Some(Timestamp::now().as_second().abs_diff(there.as_second()) >= APART)
}

/// What time it is here, and there.
fn clocks(there: Option<SystemTime>) -> String {
    let shown = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M UTC").to_string();
    let here = Timestamp::now();
    let here_it_is = format!("this machine's clock says {}", shown(here));
    let Some(there) = there.and_then(|time| Timestamp::try_from(time).ok()) else { return here_it_is };
    if here.as_second().abs_diff(there.as_second()) < APART {
        format!("{here_it_is}, as does the server's")
    } else {
        format!("{here_it_is}, the server's {}", shown(there))
    }
}
