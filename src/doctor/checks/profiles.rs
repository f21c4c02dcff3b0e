//! Profiles: Codex runs its default without a word when the file of one is not there (codex-facts 1.2).

use crate::doctor::{Check, Finding, Fix, Subject, World};

pub const CHECK: Check = Check { id: "profile", about: "whether profiles have their files", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ours = world.settings.as_ref().map(|settings| settings.profiles.clone()).unwrap_or_default();
    let is_asked = |name: &str, provider: &str| match &world.subject {
        None => true,
        Some(Subject::Profile(wanted)) => wanted == name,
        Some(Subject::Provider(wanted)) => wanted == provider,
    };
    for (name, record) in ours.iter().filter(|(name, record)| is_asked(name, &record.provider)) {
        if !world.profiles.contains_key(name) && !is_broken(world, name) {
            let what = format!("the file of the profile `{name}` is gone, so `codex -p {name}` runs Codex's default");
            let (provider, model) = (record.provider.as_str(), record.model.as_str());
            findings.push(Finding::broken("profile-gone", what).mended_by(Fix::command(&[
                "profile",
                "add",
                name,
                "--provider",
                provider,
                "--model",
                model,
            ])));
        }
    }
    if let Some(Subject::Profile(name)) = &world.subject
        && !ours.contains_key(name)
        && !world.profiles.contains_key(name)
        && !is_broken(world, name)
    {
        let near = crate::catalog::nearest_of(name, world.profiles.keys().map(String::as_str));
        let what = format!("there is no profile `{name}`: Codex runs its default without a word");
        let finding = Finding::broken("profile-unknown", what);
        findings.push(match near {
            Some(near) => finding.say(format!("did you mean `{near}`? See all: `codexgw profile list`")),
            None if nearest_provider(world, name).is_some() => {
                let near = nearest_provider(world, name).unwrap_or_default();
                finding.saw("nor is there such a provider").say(format!("did you mean `codexgw doctor {near}`?"))
            }
            None if crate::catalog::provider(name).is_some() => {
                finding.saw(format!("nor is `{name}` set up")).say(format!("add it: `codexgw add {name}`"))
            }
            None => finding.say("add a provider, and with it a profile: `codexgw add openrouter`"),
        });
    }
    findings.extend(unusable(world));
    for (name, document) in &world.profiles {
        if !is_asked(name, document.get_str(&["model_provider"]).unwrap_or_default()) {
            continue;
        }
        let has_model = document.get(&["model"]).is_some();
        if document.get(&["model_provider"]).is_some()
            && !has_model
            && world.config().is_none_or(|c| c.get(&["model"]).is_none())
        {
            let what = format!("the profile `{name}` names a provider and no model, so Codex asks for OpenAI's own");
            findings.push(
                Finding::broken("profile-without-model", what)
                    .saw(document.path().display().to_string())
                    .say(format!("name one: `codexgw config edit --profile {name}`")),
            );
        }
    }
    findings
}

/// Files that are called like a profile's, by a name that Codex does not take.
fn unusable(world: &World) -> Vec<Finding> {
    let Ok(home) = &world.codex_home else { return Vec::new() };
    let entries = std::fs::read_dir(home.dir()).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".config.toml")?.to_owned()));
    let told = names.filter(|name| home.profile_file(name).is_err()).map(|name| {
        Finding::note("profile-name", format!("`codex -p {}` is refused: that name cannot be a profile's", tame(&name)))
            .saw(home.dir().join(format!("{name}.config.toml")).display().to_string())
            .say("give the file a name of letters, digits, `-` and `_`")
    });
    told.collect()
}

/// A foreign name, fit to be shown.
fn tame(name: &str) -> String {
    name.escape_default().to_string()
}

/// The provider whose id is most like a name that is none.
fn nearest_provider<'w>(world: &'w World, name: &str) -> Option<&'w str> {
    let ours = world.settings.iter().flat_map(|settings| settings.providers.keys().map(String::as_str));
    crate::catalog::nearest_of(name, ours.chain(world.all_tables().map(|table| table.id)))
}

fn is_broken(world: &World, name: &str) -> bool {
    world.broken_profiles.contains_key(name)
}
