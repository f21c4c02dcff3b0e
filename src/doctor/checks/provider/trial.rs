//! Asks one provider.

use std::cell::OnceCell;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::json;
use url::{Host, Url};

use crate::doctor::{Finding, Question, TIME_LIMIT};
use crate::probe::{self, Client, Knock, ProbeError, Target};
use crate::settings::Wire;

use super::asked::Asked;
use super::{certificate, compared, proxied, question, refusal};

/// Longest time for one provider. All are asked side by side.
const WITHIN: Duration = Duration::from_secs(8);

/// When all have to be done, from the beginning of all checks: what was found has to be handed in, too.
const LATEST: Duration = TIME_LIMIT.saturating_sub(Duration::from_secs(1));

/// Most tokens of an answer: the least that OpenAI takes.
const MOST_TOKENS: u32 = 16;

/// An answer that takes this long is worth a word.
const SLOW: Duration = Duration::from_secs(3);

/// Time to a connection on this machine.
const LOCAL: Duration = Duration::from_millis(500);

/// What is wrong, and what was asked when a model to ask is given.
pub fn run(asked: &Asked<'_>, model: Option<&str>, since: Instant) -> (Vec<Finding>, Option<Question>) {
    let nothing = (Vec::new(), None);
    let within = WITHIN.min(LATEST.saturating_sub(since.elapsed()));
    let until = Instant::now() + within;
    let Ok(client) = probe::client() else { return nothing };
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return nothing };
    let trial = Trial { client, asked, began: Instant::now(), heard: OnceCell::new() };
    runtime.block_on(async {
        let found = tokio::time::timeout(within, trial.run()).await;
        let slow = trial.heard.get().filter(|first| **first >= SLOW).map(|first| refusal::slow(asked, *first));
        let Ok(findings) = found else {
            let slow = slow.map(|slow| slow.saw("so that not all of it could be looked at in the time there is"));
            return (vec![slow.unwrap_or_else(|| refusal::silent(asked, within))], None);
        };
        let is_own = asked.table.is_some();
        let is_doubtful =
            |model: &str| findings.iter().all(|finding| is_own && refusal::is_of_the_list(finding, model));
        match (model.filter(|model| is_doubtful(model)), slow) {
            // A question to the model would take at least as long.
            (_, Some(slow)) => (findings.into_iter().chain([slow]).collect(), None),
            (Some(model), None) => {
                let (told, question) = question::ask(&trial.client, asked, model, until).await;
                let answers = told.is_empty() && question.as_ref().is_some_and(|question| question.ended);
                (if findings.is_empty() || answers { told } else { findings }, question)
            }
            (None, None) => (findings, None),
        }
    })
}

struct Trial<'a> {
    client: Client,
    asked: &'a Asked<'a>,
    began: Instant,
    /// How long the first answer took.
    heard: OnceCell<Duration>,
}

impl Trial<'_> {
    async fn run(&self) -> Vec<Finding> {
        let asked = self.asked;
        let target = asked.target();
        let (listed, knock) = tokio::join!(self.list(&target), self.knock(&target, asked.wire));
        let mut findings: Vec<Finding> = knock.iter().filter_map(refusal::clock).collect();
        match (listed, knock) {
            (Err(ProbeError::RateLimited { words, .. } | ProbeError::Resting { words, .. }), knock) => {
                findings.push(refusal::rate_limit(asked, &words, knock.ok().as_ref()));
            }
            // A table of the person's own needs no list of models: Codex does not ask for it.
            // A server may fail at its list alone.
            (Err(ProbeError::Server { .. }), Ok(knock)) if knock.is_there() && knock.status < 500 => {
                findings.extend(refusal::status(asked, &knock));
            }
            (Err(error), Ok(knock)) if asked.table.is_some() && !error.is_about_key() && knock.is_there() => {
                findings.extend(self.closer(&target, &knock).await);
            }
            (Err(error), _) | (Ok(_), Err(error)) => findings.push(self.refused(&target, error).await),
            (Ok(listed), Ok(knock)) => {
                let elsewhere = compared::address(asked, &listed);
                let is_elsewhere = elsewhere.is_some();
                findings.extend(elsewhere);
                let of_models = compared::models(asked, &listed);
                let has_model = of_models.is_empty();
                findings.extend(of_models);
                if !is_elsewhere {
                    findings.extend(if knock.is_there() && has_model {
                        self.closer(&target, &knock).await
                    } else if knock.is_there() {
                        refusal::status(asked, &knock)
                    } else {
                        let names: Vec<&str> = listed.list.iter().map(|(name, _)| name.as_str()).collect();
                        self.other_wire(&target, &knock, &names).await
                    });
                }
            }
        }
        findings
    }

    /// What the empty question left open is asked with the model named: a question that a provider refuses before it
    /// has read it says little. Only one that fails on everything is sent a word to answer.
    async fn closer(&self, target: &Target<'_>, knock: &Knock) -> Vec<Finding> {
        let asked = self.asked;
        let told = refusal::status(asked, knock);
        let Some(model) = asked.models.first().filter(|_| told.is_empty() && !knock.is_success()) else { return told };
        let is_about_question = knock.status != 500 && !(knock.status == 403 && knock.is_about_model());
        let body = match asked.wire {
            Wire::Responses if is_about_question && !asked.web_search.is_empty() => {
                json!({"model": model, "tools": [{"type": "web_search"}]})
            }
            _ if is_about_question => return told,
            Wire::Responses => json!({"model": model, "input": "hi", "max_output_tokens": MOST_TOKENS}),
            Wire::Chat | Wire::Messages => {
                json!({"model": model, "messages": [{"role": "user", "content": "hi"}], "max_tokens": MOST_TOKENS})
            }
            Wire::Gemini => json!({"contents": [{"role": "user", "parts": [{"text": "hi"}]}],
                "generationConfig": {"maxOutputTokens": MOST_TOKENS}}),
        };
        match probe::ask(&self.client, target, asked.wire, model, &body).await {
            Ok(answer) if is_about_question => refusal::web_search(asked, &answer),
            Ok(answer) => refusal::turned_away(asked, model, &answer),
            // It answered a moment ago.
            Err(_) => Vec::new(),
        }
    }

    async fn list(&self, target: &Target<'_>) -> Result<probe::Models, ProbeError> {
        let listed = probe::models(&self.client, target).await?;
        self.note_time();
        if let Some(path) = self.asked.template.and_then(|template| template.key_check_path.as_deref()) {
            let target = Target { base_url: listed.base_url.clone(), ..target.clone() };
            probe::check_key(&self.client, &target, path).await?;
        }
        Ok(listed)
    }

    async fn knock(&self, target: &Target<'_>, wire: Wire) -> Result<Knock, ProbeError> {
        let knock = probe::knock(&self.client, target, wire, self.asked.models.first().unwrap_or(&"")).await?;
        self.note_time();
        Ok(knock)
    }

    fn note_time(&self) {
        self.heard.get_or_init(|| self.began.elapsed());
    }

    /// The endpoint is not there: another base URL has it, or another endpoint is.
    async fn other_wire(&self, target: &Target<'_>, knock: &Knock, listed: &[&str]) -> Vec<Finding> {
        let asked = self.asked;
        let candidates = probe::normalise(asked.base_url).unwrap_or_default();
        for wire in [asked.wire, Wire::Responses, Wire::Chat, Wire::Messages] {
            for base_url in &candidates {
                let target = Target { base_url: base_url.clone(), ..target.clone() };
                let is_same = wire == asked.wire && compared::is_same(base_url, asked.base_url);
                let there = if is_same { None } else { self.knock(&target, wire).await.ok() };
                let is_its_own = |knock: &Knock| wire == Wire::Messages || !knock.is_message;
                let Some(there) = there.filter(|knock| knock.is_there() && is_its_own(knock)) else { continue };
                let found = if wire == asked.wire {
                    vec![compared::elsewhere(asked, base_url)]
                } else {
                    refusal::other_wire(asked, knock, wire, base_url, listed)
                };
                return found.into_iter().chain(refusal::status(asked, &there)).collect();
            }
        }
        match probe::elsewhere(&self.client, target).await {
            Some(base_url) if listed.is_empty() => vec![compared::elsewhere(asked, &base_url)],
            _ => vec![refusal::nowhere(asked, knock, !listed.is_empty())],
        }
    }

    /// This base URL, when the provider lists models there. The key goes to no other host.
    async fn lists(&self, target: &Target<'_>, base_url: String) -> Option<String> {
        let host = |url: &str| Some(Url::parse(url).ok()?.host_str()?.to_owned());
        if host(&base_url) != host(self.asked.base_url) {
            return None;
        }
        let listed = probe::models(&self.client, &Target { base_url, ..target.clone() }).await.ok()?;
        (!listed.list.is_empty()).then_some(listed.base_url)
    }

    /// Where the API lies, when an error says that it is not at the base URL.
    async fn found(&self, target: &Target<'_>, error: &ProbeError) -> Option<String> {
        let asked = self.asked;
        match error {
            // In the clear the key goes to machines in the same house alone.
            error if error.speaks_no_tls() && probe::is_near(asked.base_url) => {
                let mut plain = Url::parse(asked.base_url).ok()?;
                plain.set_scheme("http").ok()?;
                self.lists(target, plain.as_str().trim_end_matches('/').to_owned()).await
            }
            ProbeError::Redirect { url, to } => {
                let to = refusal::redirected(asked, url, to)
                    .filter(|to| to.starts_with("https://") || !asked.base_url.starts_with("https://"))?;
                self.lists(target, to).await
            }
            ProbeError::WebPage { .. }
            | ProbeError::LoginPage { .. }
            | ProbeError::NotFound { .. }
            | ProbeError::Unknown { .. } => probe::elsewhere(&self.client, target).await,
            _ => None,
        }
    }

    /// No answer, or a refusal. A server on this machine may listen on the other of its two addresses.
    async fn refused(&self, target: &Target<'_>, error: ProbeError) -> Finding {
        let asked = self.asked;
        if let (ProbeError::Unreachable { .. }, Some(other)) = (&error, other_address(asked.base_url)) {
            let what = format!("`{}` listens on another address of this machine than its base URL names", asked.id);
            return Finding::broken("provider-other-address", what)
                .saw(format!("nobody is at {}, somebody is at {other}", asked.base_url))
                .mended_by(asked.at(&other));
        }
        if let Some(base_url) = self.found(target, &error).await {
            return compared::elsewhere(asked, &base_url);
        }
        if let ProbeError::Tls { host, why } = &error {
            return certificate::of_error(asked, host, why).await;
        }
        let proxied = asked.proxy.as_ref().and_then(|proxy| proxied::of_error(asked, proxy, &error));
        proxied.unwrap_or_else(|| refusal::of_error(asked, error))
    }
}

/// The same URL on the other loopback address, when somebody listens there: `localhost` is both 127.0.0.1 and ::1.
fn other_address(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    let port = url.port_or_known_default()?;
    let (old, new) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    let others = match url.host()? {
        Host::Ipv4(ip) if ip.is_loopback() => vec![new],
        Host::Ipv6(ip) if ip.is_loopback() => vec![old],
        // Some systems know the name by one of its two addresses alone.
        Host::Domain("localhost") => vec![new, old],
        _ => return None,
    };
    let listens = |here: &IpAddr| TcpStream::connect_timeout(&SocketAddr::new(*here, port), LOCAL).is_ok();
    let here = others.into_iter().find(listens)?;
    url.set_ip_host(here).ok()?;
    Some(url.as_str().trim_end_matches('/').to_owned())
}
