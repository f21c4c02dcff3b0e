//! codexgw's own file: which providers there are, how each is reached, and what we wrote into Codex's files.
//!
//! One TOML file, `config.toml` in codexgw's config folder ([`Home`]). It holds no secret.

mod home;
mod model;
mod read;
mod schema;
mod unknown;

pub use home::Home;
pub use model::{DefaultChoice, KeyStore, Previous, ProfileRecord, Provider, Road, Safety, Settings, Via, Wire};
pub use schema::schema;
pub use unknown::UnknownKey;
