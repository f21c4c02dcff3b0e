//! What is wrong with a provider or with how it is configured, read from a survey.

use serde::Serialize;

use super::{Survey, Topic, Verdict};
use crate::probe::{Subject, is_loopback, normalise};
use crate::settings::Road;

/// How many names are offered in place of a model that is not there.
const NEAREST: usize = 3;

/// Something that is wrong, and what mends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Stable name.
    pub id: &'static str,
    /// What is wrong.
    pub what: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with what mends it.
    pub fn new(id: &'static str, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { id, what: what.into(), hint: Some(hint.into()) }
    }
}

/// All that is wrong.
pub fn problems(subject: &Subject, survey: &Survey, listed: &[&str]) -> Vec<Problem> {
    let save = subject.configured.as_ref().map(|(id, _)| format!("keep what was found: `codexgw probe {id} --save`"));
    let mut found = Vec::new();
    found.extend(address(subject, survey, save.as_deref()));
    if survey.network.is_plain(&survey.base_url) && subject.key.is_some() && !is_loopback(&survey.base_url) {
        let what = "the key goes over the network in plain text: the address begins with `http://`";
        found.push(Problem::new("plain-key", what, "use `https://`, where the provider has it"));
    }
    found.extend(model(survey, listed));
    if let (Some((_, provider)), Some(decision), Some(save)) = (&subject.configured, &survey.decision, &save) {
        if provider.wire != decision.wire {
            let what = format!("it is set to `{}`, but {}", crate::probe::error::name(provider.wire), decision.why);
            found.push(Problem::new("wire", what, save.clone()));
        }
        let leaves = survey.kept_in(provider).is_some_and(|kept| kept.road == Road::Gateway);
        if provider.wire == decision.wire && provider.road == Road::Direct && leaves {
            let what = format!("Codex talks to it directly, but {}", decision.why);
            found.push(Problem::new("road", what, save.clone()));
        }
        if survey.key_form.is_some_and(|form| form != provider.key_form()) {
            let what = "it takes the key in another header than the one that is set";
            found.push(Problem::new("key-header", what, save.clone()));
        }
    }
    found.extend(chosen_wire(survey));
    found
}

/// A base URL with too much or too little at its end.
fn address(subject: &Subject, survey: &Survey, save: Option<&str>) -> Option<Problem> {
    let given = subject.base_url.trim().trim_end_matches('/');
    let meant = normalise(given).ok()?.into_iter().next()?;
    // A missing scheme is no mistake.
    if survey.base_url.is_empty() || survey.base_url == given || survey.base_url.ends_with(&format!("://{given}")) {
        return None;
    }
    let what = if survey.base_url == meant {
        "the base URL has the path of an endpoint at its end".to_owned()
    } else if survey.base_url.starts_with(&meant) {
        format!("the base URL lacks `{}`", &survey.base_url[meant.len()..])
    } else {
        format!("the base URL has a `{}` too many", meant.strip_prefix(&survey.base_url).unwrap_or(&meant))
    };
    let hint = save.map_or_else(|| format!("use `{}`", survey.base_url), str::to_owned);
    Some(Problem::new("base-url", what, hint))
}

/// A model that is not on the list, and the nearest that are.
pub fn model(survey: &Survey, listed: &[&str]) -> Option<Problem> {
    let model = survey.model.as_deref()?;
    if survey.is_listed != Some(false) {
        return None;
    }
    let mut near = listed.to_vec();
    near.sort_by(|a, b| strsim::jaro_winkler(b, model).total_cmp(&strsim::jaro_winkler(a, model)));
    let near: Vec<String> = near.into_iter().take(NEAREST).map(|name| format!("`{name}`")).collect();
    let what = format!("the provider does not list the model `{model}`");
    Some(Problem::new("model", what, format!("the nearest that it lists: {}", near.join(", "))))
}

/// What keeps the wire that would be used from carrying Codex well.
fn chosen_wire(survey: &Survey) -> Vec<Problem> {
    let chosen = survey.decision.as_ref().map(|decision| decision.wire);
    let Some(wire) = survey.wires.iter().find(|wire| Some(wire.wire) == chosen) else { return Vec::new() };
    let mut found = Vec::new();
    if let Some(cut) = &wire.cut {
        let what = format!("not all could be asked: {cut}");
        found.push(Problem::new("cut-short", what, "try again later"));
    }
    if let Some(ability) = wire.ability(Topic::Functions).filter(|ability| ability.verdict == Verdict::No) {
        let why = ability.why.as_deref().unwrap_or("no call came");
        let what = format!("Codex cannot work without tools, and they do not work with this model: {why}");
        found.push(Problem::new("tools", what, "try another of its models: `--model MODEL`"));
    }
    if wire.is(Topic::Streamed, Verdict::No) || wire.is(Topic::Paced, Verdict::No) {
        let what = "answers are held back and come all at the end";
        found.push(Problem::new(
            "held-back",
            what,
            "look for a proxy that buffers, such as nginx with `proxy_buffering on`",
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_base_url_is_put_into_words() {
        for (given, found, what) in [
            ("https://a.b/v1", "https://a.b/v1", None),
            ("https://a.b/v1/", "https://a.b/v1", None),
            ("a.b/v1", "https://a.b/v1", None),
            ("https://a.b", "https://a.b/v1", Some("the base URL lacks `/v1`")),
            ("https://a.b/v1", "https://a.b", Some("the base URL has a `/v1` too many")),
            (
                "https://a.b/v1/chat/completions",
                "https://a.b/v1",
                Some("the base URL has the path of an endpoint at its end"),
            ),
        ] {
            let subject = Subject::of_url(given, None);
            let survey = Survey { base_url: found.to_owned(), ..Survey::default() };
            let problem = address(&subject, &survey, None);
            assert_eq!(problem.as_ref().map(|problem| problem.what.as_str()), what, "{given}");
            assert_eq!(problem.and_then(|problem| problem.hint), what.map(|_| format!("use `{found}`")), "{given}");
        }
    }
}
