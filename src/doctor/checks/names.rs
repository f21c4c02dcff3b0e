//! Provider names that switch Codex into a mode for OpenAI alone (codex-facts G19).

use crate::config::Change;
use crate::doctor::{Check, Finding, Fix, World};

pub const CHECK: Check = Check { id: "name", about: "provider names that break compaction", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in world.documents() {
        let providers = document.get(&["model_providers"]).and_then(toml_edit::Item::as_table_like);
        for (id, _) in providers.into_iter().flat_map(toml_edit::TableLike::iter) {
            let path = ["model_providers", id, "name"];
            let Some(name) = document.get_str(&path).filter(|name| ["OpenAI", "Azure"].contains(name)) else {
                continue;
            };
            let what = format!("provider `{id}` is named `{name}`, so Codex leaves compaction to it");
            let fix = Fix::Edit {
                file: document.path().to_path_buf(),
                changes: vec![Change::set(&path, id)],
                label: "give a provider a name of its own",
            };
            findings.push(
                Finding::broken("name-of-openai", what)
                    .saw(World::place(document, &path))
                    .saw("a long session dies there, unless the provider is OpenAI itself")
                    .mended_by(fix),
            );
        }
    }
    findings
}
