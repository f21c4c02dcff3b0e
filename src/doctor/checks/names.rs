//! Provider names and addresses that switch Codex into a mode for OpenAI alone (codex-facts G19).

use crate::config::Change;
use crate::doctor::{Check, Finding, World, typed};
use crate::settings::Wire;

pub const CHECK: Check = Check { id: "name", about: "provider names that break compaction", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let mut findings = Vec::new();
    for table in world.tables() {
        let id = table.id;
        if let Some(name) = table.text("name").filter(|name| ["OpenAI", "Azure"].contains(name)) {
            let what = format!("provider `{id}` is named `{name}`, so Codex leaves compaction to it");
            let fix = table.change(Change::set(&table.path("name"), id), "give a provider a name of its own");
            findings.push(
                Finding::broken("name-of-openai", what)
                    .saw(table.place("name"))
                    .saw("a long session dies there, unless the provider is OpenAI itself")
                    .mended_by(fix),
            );
        }
        if let Some(url) =
            table.text("base_url").filter(|url| url.contains("openai.azure.com") && !table.is_ours(world))
        {
            let behind = typed(&table.behind_gateway(world, Wire::Responses, None));
            let what = format!("provider `{id}` lies at Azure, so Codex leaves compaction to it");
            findings.push(
                Finding::warning("name-azure-address", what)
                    .saw(format!("{} is `{url}`", table.place("base_url")))
                    .saw("where the deployment cannot compact, a long session dies with `remote compaction v2 expected …`")
                    .say(format!("behind the gateway compaction always works: `{behind}`")),
            );
        }
    }
    findings
}
