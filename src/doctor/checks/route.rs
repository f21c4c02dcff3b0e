//! Models of the gateway: `<provider>/<model>`, of a provider that is there.

use crate::catalog;
use crate::doctor::{Check, Choice, Finding, Subject, World};
use crate::settings::Settings;
use crate::setup::GATEWAY_ID;

use super::slip::{choose_again, fix, is_slip, nearest};

pub const CHECK: Check =
    Check { id: "route", about: "whether the gateway knows the providers of the models", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let Ok(settings) = &world.settings else { return Vec::new() };
    let through = world.choices().into_iter().filter(|choice| choice.text("model_provider") == Some(GATEWAY_ID));
    through.filter(|choice| is_asked_about(world, *choice)).filter_map(|choice| lost(world, settings, choice)).collect()
}

fn is_asked_about(world: &World, choice: Choice<'_>) -> bool {
    match &world.subject {
        None => true,
        Some(Subject::Profile(name)) => choice.profile == Some(name),
        Some(Subject::Provider(id)) => choice.text("model").is_some_and(|model| model.split('/').next() == Some(id)),
    }
}

/// A choice whose model goes nowhere.
fn lost(world: &World, settings: &Settings, choice: Choice<'_>) -> Option<Finding> {
    let name = choice.text("model")?;
    let (id, model) = name.split_once('/').filter(|(_, model)| !model.is_empty()).unzip();
    if id.is_some_and(|id| settings.providers.contains_key(id)) {
        return None;
    }
    let ids: Vec<&str> = settings.providers.keys().map(String::as_str).collect();
    let ticked: Vec<String> = ids.iter().map(|id| format!("`{id}`")).collect();
    let shown = if ids.is_empty() { "none".to_owned() } else { ticked.join(", ") };
    let owners: Vec<&str> = ids.iter().copied().filter(|id| has(settings, id, name)).collect();
    let finding = match id {
        Some(id) if owners.is_empty() => {
            let what = format!("{} is on `{name}`, and there is no provider `{id}`", choice.words());
            Finding::broken("route-unknown-provider", what)
                .saw(format!("Codex says: there is no provider `{id}`: providers here: {shown}"))
        }
        _ => {
            let what = format!("{} is on `{name}`, which does not say whose model that is", choice.words());
            Finding::broken("route-without-provider", what)
                .saw(format!("Codex says: the model `{name}` does not say whose it is"))
                .saw(format!("the gateway's models are named `<provider>/<model>`; providers here: {shown}"))
        }
    };
    let finding = finding.saw(World::place(choice.document, &["model"]));
    let Some((owner, own, is_sure)) = meant(settings, choice, name, id.zip(model), &ids, &owners) else {
        return Some(finding.say(without_any(choice, id)));
    };
    let commands = choose_again(world, choice, &owner, &own).into_iter().collect();
    let fix = fix("name it whole", commands, is_sure);
    Some(match (fix, choice.profile) {
        (Some(fix), _) => finding.mended_by(fix),
        (None, Some(profile)) => {
            finding.say(format!("write `model = \"{owner}/{own}\"`: `codexgw config edit --profile {profile}`"))
        }
        (None, None) => finding.say(format!("write `model = \"{owner}/{own}\"`: `codexgw config edit`")),
    })
}

/// Whose model is meant, and which: and whether there is no doubt.
fn meant(
    settings: &Settings,
    choice: Choice<'_>,
    name: &str,
    parts: Option<(&str, &str)>,
    ids: &[&str],
    owners: &[&str],
) -> Option<(String, String, bool)> {
    if let Some(provider) = name.strip_suffix('/').and_then(|id| settings.providers.get_key_value(id)) {
        let (id, provider) = provider;
        return Some((id.clone(), provider.model.clone(), !provider.model.is_empty()));
    }
    if let Some(owner) = owners.first() {
        return Some(((*owner).to_owned(), name.to_owned(), owners.len() == 1));
    }
    let alike = parts.and_then(|(id, _)| nearest(id, ids).first().copied().filter(|near| is_slip(id, near)));
    let recorded = choice.profile.and_then(|profile| settings.profiles.get(profile));
    let recorded = recorded.map(|record| record.provider.as_str()).filter(|id| ids.contains(id));
    let default = settings.default.as_ref().filter(|_| choice.profile.is_none());
    let default = default.map(|default| default.provider.as_str()).filter(|id| ids.contains(id));
    let owner = alike.or(recorded).or(default).or_else(|| ids.first().copied())?;
    let wanted = parts.map_or(name, |(_, model)| model);
    let provider = settings.providers.get(owner)?;
    let known: Vec<&str> = provider.models.keys().chain([&provider.model]).map(String::as_str).collect();
    // A word without a provider may be any model of the one that is meant; nobody but the provider knows them all.
    let model = match nearest(wanted, &known).first() {
        Some(near) if is_slip(wanted, near) => *near,
        _ if alike.is_some() || parts.is_none() => wanted,
        _ => provider.model.as_str(),
    };
    let is_sure = known.contains(&model) && (ids.len() == 1 || alike.is_some() || recorded.is_some());
    Some((owner.to_owned(), model.to_owned(), is_sure))
}

/// Whether a provider has a model of that name in the settings.
fn has(settings: &Settings, id: &str, model: &str) -> bool {
    settings.providers.get(id).is_some_and(|provider| provider.model == model || provider.models.contains_key(model))
}

/// What to do where no provider is left.
fn without_any(choice: Choice<'_>, id: Option<&str>) -> String {
    let add = match id.and_then(catalog::provider) {
        Some(template) => format!("add it again: `codexgw add {}`", template.id),
        None => "add a provider: `codexgw providers` shows those that are known".to_owned(),
    };
    match choice.profile {
        Some(profile) => format!("{add}; or take the profile out: `codexgw profile remove {profile}`"),
        None => format!("{add}; or go back to what was there before: `codexgw off`"),
    }
}
