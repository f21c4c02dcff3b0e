//! What a provider's list of models says of the settings.

use url::Url;

use crate::catalog;
use crate::config::Change;
use crate::doctor::{Choice, Finding, Fix, World, typed};
use crate::probe::Models;
use crate::settings::{Road, Wire};
use crate::setup::GATEWAY_ID;

use super::super::models::unfit;
use super::super::slip::{choose_again, fix, is_slip, nearest};
use super::asked::Asked;

/// How many names are offered in place of a model that is not there.
const NEAREST: usize = 3;

/// The list came from another address than the one that is configured.
pub fn address(asked: &Asked<'_>, listed: &Models) -> Option<Finding> {
    let is_other = !is_same(&listed.base_url, asked.base_url) && !listed.list.is_empty();
    is_other.then(|| elsewhere(asked, &listed.base_url))
}

/// Whether two ways to write a base URL are of the same.
pub fn is_same(one: &str, other: &str) -> bool {
    let parsed = |url: &str| Url::parse(&format!("{}/", url.trim().trim_end_matches('/'))).ok();
    one == other || parsed(one).is_some_and(|one| Some(one) == parsed(other))
}

/// The provider's API lies at another base URL.
pub fn elsewhere(asked: &Asked<'_>, base_url: &str) -> Finding {
    let what = format!("`{}` answers at another address than the one that is configured", asked.id);
    Finding::broken("provider-address", what)
        .saw(format!("{} is configured, {base_url} answers", asked.base_url))
        .mended_by(asked.at(base_url))
}

/// Models that are not there, or cannot carry Codex by what the provider says of them.
pub fn models(asked: &Asked<'_>, listed: &Models) -> Vec<Finding> {
    let mut findings = Vec::new();
    let id = asked.id;
    let names: Vec<&str> = listed.list.iter().map(|(name, _)| name.as_str()).collect();
    for (place, model) in asked.models.iter().enumerate() {
        if let Some((_, facts)) = listed.list.iter().find(|(name, _)| name == model) {
            findings.extend(news(asked, model, unfit(id, asked.base_url, model, facts, asked.provider.is_some())));
            continue;
        }
        if !listed.complete || names.is_empty() {
            continue;
        }
        if asked.provider.is_none() {
            let near = nearest(model, &names);
            let starts = asked
                .chosen
                .iter()
                .filter(|(choice, named)| named == model && choice.document.get(&["model"]).is_some());
            findings.extend(starts.map(|(choice, _)| misspelt(asked, *choice, model, near[0])));
            continue;
        }
        let users: Vec<_> = asked.chosen.iter().filter(|(_, chosen)| chosen == model).map(|(user, _)| *user).collect();
        let what = match users.first() {
            Some(user) => format!("`{id}` does not list the model `{model}`, which {} is on", user.words()),
            None => format!("`{id}` does not list the model `{model}`"),
        };
        let finding_id = "provider-model";
        let finding = if place == 0 || !users.is_empty() {
            Finding::broken(finding_id, what)
        } else {
            Finding::warning(finding_id, what)
        };
        let wanted = model.trim();
        let wanted = wanted.strip_prefix(id).and_then(|rest| rest.strip_prefix('/')).unwrap_or(wanted);
        let near = nearest(wanted, &names);
        let shown: Vec<String> = near.iter().take(NEAREST).map(|name| format!("`{name}`")).collect();
        let finding = finding.saw(format!("it lists {}; the nearest are {}", names.len(), shown.join(", ")));
        let best = near.first().copied().unwrap_or_default();
        let commands = users.iter().filter_map(|user| choose_again(asked.world, *user, id, best)).collect();
        findings.push(match fix("choose another", commands, is_slip(wanted, best)) {
            Some(fix) => finding.mended_by(fix),
            None => finding.say(choose(asked, Some(best))),
        });
    }
    findings
}

/// How alike two names of models are when one is the other misspelt (Jaro-Winkler).
const ALIKE: f64 = 0.93;

/// A model that a file of Codex names, and that the provider does not list.
fn misspelt(asked: &Asked<'_>, choice: Choice<'_>, model: &str, near: &str) -> Finding {
    let what = format!("`{}` does not list the model `{model}`, which {} names", asked.id, choice.words());
    let finding = Finding::broken("provider-model", what)
        .saw(World::place(choice.document, &["model"]))
        .saw(format!("the nearest that it lists is `{near}`"));
    let value = match choice.text("model_provider") {
        Some(GATEWAY_ID) => format!("{}/{near}", asked.id),
        _ => near.to_owned(),
    };
    if strsim::jaro_winkler(model, near) >= ALIKE {
        return finding.mended_by(Fix::Edit {
            file: choice.document.path().to_path_buf(),
            changes: vec![Change::set(&["model"], value)],
            label: "spell a model as its provider does",
        });
    }
    let profile = choice.profile.map(|name| format!(" --profile {name}")).unwrap_or_default();
    finding.say(format!("name one that it lists, such as `model = \"{value}\"`: `codexgw config edit{profile}`"))
}

/// How another model is chosen.
pub fn choose(asked: &Asked<'_>, near: Option<&str>) -> String {
    match (asked.table, asked.provider, near) {
        (Some(_), _, Some(near)) => {
            format!("name one that it lists, such as `model = \"{near}\"`: `codexgw config edit`")
        }
        (None, Some(provider), Some(near)) if !asked.loses_headers() => {
            let wire = if provider.road == Road::Direct { Wire::Responses } else { provider.wire };
            let command = typed(&asked.anew(wire, provider.road, asked.base_url, &[near]));
            let then = if asked.is_default() { format!(", then `codexgw use {}`", asked.id) } else { String::new() };
            format!("choose another, such as this one: `{command}`{then}")
        }
        (None, Some(_), _) => {
            let model = near.unwrap_or("MODEL");
            let profile = asked.chosen.iter().find_map(|(choice, _)| choice.profile).unwrap_or(asked.id);
            format!("choose another: `codexgw profile add {profile} --provider {} --model {model}`", asked.id)
        }
        (_, _, None) | (None, None, _) => "name another in `model`: `codexgw config edit`".to_owned(),
    }
}

/// What the check of models has not told already from what was known before.
fn news(asked: &Asked<'_>, model: &str, findings: Vec<Finding>) -> Vec<Finding> {
    let known = asked.provider.and_then(|provider| provider.models.get(model)).cloned().unwrap_or_default();
    let known = catalog::model_facts(model).map_or_else(|| known.clone(), |base| known.clone().merged_over(base));
    let told = unfit(asked.id, asked.base_url, model, &known, asked.provider.is_some());
    findings.into_iter().filter(|finding| told.iter().all(|old| old.id != finding.id)).collect()
}
