//! What `add`, `use`, `off`, `remove` and the rest write where: one [`Setup`] gathers the changes to Codex's files and
//! to our settings, shows them, and commits all of them or none.

mod catalogue;
mod default;
mod plan;
mod profile;
mod provider;
mod settings_file;
mod token_command;

pub use catalogue::file as catalogue_file;
pub use default::{UseTarget, nothing_to_put_back};
pub use plan::Setup;
pub use provider::{NewProvider, RoadMove, gateway_url, overrides, unknown_provider};
pub use token_command::TokenCommand;

use crate::settings::Road;

/// The one provider id that stands in Codex's configuration for everything behind the gateway.
pub const GATEWAY_ID: &str = "codexgw";

/// The model's name as Codex sends it.
#[must_use]
pub fn slug(provider: &str, model: &str, road: Road) -> String {
    match road {
        Road::Direct => model.to_owned(),
        Road::Gateway => format!("{provider}/{model}"),
    }
}

/// The provider id that stands in Codex's configuration for a provider of ours.
#[must_use]
pub fn codex_provider_id(provider: &str, road: Road) -> &str {
    match road {
        Road::Direct => provider,
        Road::Gateway => GATEWAY_ID,
    }
}
