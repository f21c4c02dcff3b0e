//! What is known beforehand of providers and models: embedded templates and the person's own.

mod facts;
mod template;

pub use facts::ModelFacts;
pub use template::{Auth, ProviderTemplate};
