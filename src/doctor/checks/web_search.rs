//! `web_search` offered to a provider that refuses it: Codex offers it by default (codex-facts 3.4).

use crate::catalog;
use crate::config::Change;
use crate::doctor::{Check, Choice, Finding, Fix, World};
use crate::settings::Road;

pub const CHECK: Check =
    Check { id: "web-search", about: "providers that refuse Codex's web search", is_online: false, look };

const REFUSED: &str = "web_search_rejected";

fn look(world: &World) -> Vec<Finding> {
    world.choices().into_iter().filter_map(|choice| one(world, choice)).collect()
}

fn one(world: &World, choice: Choice<'_>) -> Option<Finding> {
    let id = choice.text("model_provider")?;
    (is_on(choice) && refuses(world, choice, id)).then(|| refused(choice, id))
}

/// That the provider refuses the tool which this choice offers.
pub(super) fn refused(choice: Choice<'_>, id: &str) -> Finding {
    let what = format!("`{id}` refuses Codex's `web_search`, and with it every request of {}", choice.words());
    Finding::broken("web-search-refused", what)
        .saw("Codex offers it to every provider unless it is told not to")
        .mended_by(Fix::Edit {
            file: choice.document.path().to_path_buf(),
            changes: vec![Change::set(&["web_search"], "disabled")],
            label: "switch the web search off",
        })
}

fn is_on(choice: Choice<'_>) -> bool {
    choice.text("web_search") != Some("disabled")
}

/// The choices that offer it to a provider of which nothing is known beforehand.
pub(super) fn offering<'w>(world: &'w World, id: &str) -> Vec<Choice<'w>> {
    let offers = |choice: &Choice<'_>| {
        choice.text("model_provider") == Some(id) && is_on(*choice) && !refuses(world, *choice, id)
    };
    world.choices().into_iter().filter(offers).collect()
}

/// Whether Codex asks that provider itself, and the provider refuses the tool.
fn refuses(world: &World, choice: Choice<'_>, id: &str) -> bool {
    let holds = |quirks: &[String]| quirks.iter().any(|quirk| quirk == REFUSED);
    let ours = world.settings.as_ref().ok().and_then(|settings| settings.providers.get(id));
    if let Some(provider) = ours {
        let of_template = || provider.template.as_deref().and_then(catalog::provider).map(|t| t.quirks.as_slice());
        let quirks = provider.quirks.as_deref().or_else(of_template);
        return provider.road == Road::Direct && quirks.is_some_and(holds);
    }
    choice.table().and_then(|table| table.template()).is_some_and(|template| holds(&template.quirks))
}
