//! codexgw's own settings.

use crate::doctor::{Check, Finding, World};
use crate::settings::UnknownKey;

pub const CHECK: Check = Check { id: "settings", about: "codexgw's own settings", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let file = world.home.settings_file();
    let mut findings: Vec<Finding> =
        world.trouble().map(|e| Finding::of_error("settings-broken", e)).into_iter().collect();
    if let Ok(text) = std::fs::read_to_string(&file) {
        findings.extend(UnknownKey::all(&text).iter().map(|key| {
            let finding = Finding::warning("settings-unknown-key", format!("{key} in codexgw's settings"))
                .saw(format!("{}:{}", file.display(), key.line));
            let finding = match &key.nearest {
                Some(near) => finding.saw(format!("`{near}` is known")),
                None => finding,
            };
            finding.say("mend it: `codexgw config edit --settings`")
        }));
    }
    findings.extend(quirks(world));
    findings
}

/// Quirks that nobody knows, or that would take from a request what makes it one.
fn quirks(world: &World) -> Vec<Finding> {
    let Ok(settings) = &world.settings else { return Vec::new() };
    let of_provider = settings
        .providers
        .iter()
        .flat_map(|(id, provider)| provider.unusable_quirks().into_iter().map(move |quirk| (id, quirk)));
    let told = of_provider.map(|(id, quirk)| {
        let what = match quirk.strip_prefix("drop:") {
            Some(path) => format!("`{id}` is set up to be asked without the field `{path}`, which cannot be left out"),
            None => format!("`{id}` is set up with a quirk that codexgw does not know: `{quirk}`"),
        };
        Finding::warning("settings-quirk", what)
            .saw(format!("`quirks` of `providers.{id}` in {} holds `{quirk}`", world.home.settings_file().display()))
            .saw("codexgw takes no notice of it")
            .say(format!("take it out: `codexgw config edit --settings`, or measure anew: `codexgw probe {id} --save`"))
    });
    told.collect()
}
