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
    findings
}
