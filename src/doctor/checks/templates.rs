//! The person's own provider templates.

use crate::catalog;
use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "templates", about: "the provider templates in codexgw's folder", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let broken = catalog::broken().iter().map(|broken| {
        Finding::warning("template-broken", format!("the template `{}` cannot be used", broken.id()))
            .saw(broken.to_string())
            .say("mend it there; until then codexgw does as if it were not there")
    });
    let gone = world.providers().into_iter().filter_map(|(id, provider)| {
        let template = provider.template.as_deref().filter(|template| catalog::provider(template).is_none())?;
        let file = world.home.templates_dir().join(format!("{template}.toml"));
        Some(
            Finding::warning(
                "template-gone",
                format!("`{id}` was made of the template `{template}`, which is not there"),
            )
            .saw(format!("neither built in nor usable as {}", file.display()))
            .say("its quirks are not known any more: put the template back, or add the provider again"),
        )
    });
    broken.chain(gone).collect()
}
