//! What is known beforehand of providers and models: the templates that are built into the program, and the person's
//! own.

mod catalogue;
mod embedded;
mod endpoint;
mod facts;
#[cfg(test)]
mod fixture;
mod key_form;
mod own;
mod price;
mod rules;
mod sources;
mod template;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{LazyLock, OnceLock};

use crate::protocol::Quirks;

use catalogue::Catalogue;
pub use catalogue::{nearest as nearest_of, server};
pub use embedded::{sources_of, typed_key_prefixes};
pub use endpoint::Endpoint;
pub use facts::{ModelFacts, ThinkingKind};
#[cfg(test)]
pub use fixture::{Fixture, fixtures};
pub use key_form::KeyForm;
pub use own::BrokenTemplate;
pub use price::{Price, Usd};
pub use sources::Sources;
pub use template::{Auth, Origin, ProviderTemplate, parts};

/// The folder of the person's own templates.
static FOLDER: OnceLock<PathBuf> = OnceLock::new();
static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::load(FOLDER.get().map(PathBuf::as_path)));
static MODELS: LazyLock<BTreeMap<String, Known>> = LazyLock::new(embedded::models);

/// What a file of ours says of a model.
#[derive(Debug)]
struct Known {
    /// The template id of whoever made the model and serves it: the name of the file.
    maker: &'static str,
    /// Without the price, which is that of the maker alone.
    facts: ModelFacts,
    price: Option<Price>,
}

/// Says where the person's own templates are, once for the process and before the first question. Nothing is read until
/// then.
pub fn with_own_from(folder: PathBuf) {
    // Whoever comes second has the same folder: it is one process for one home.
    let _ = FOLDER.set(folder);
}

/// The template of that id or alias; letter case does not matter.
pub fn provider(id_or_alias: &str) -> Option<&'static ProviderTemplate> {
    CATALOGUE.provider(id_or_alias)
}

/// The template whose provider answers at the host of that URL; none where several do.
pub fn of_host(base_url: &str) -> Option<&'static ProviderTemplate> {
    CATALOGUE.of_host(base_url)
}

/// All provider templates, sorted by id.
pub fn providers() -> impl Iterator<Item = &'static ProviderTemplate> {
    CATALOGUE.templates.iter()
}

/// The person's own templates that cannot be used.
pub fn broken() -> &'static [BrokenTemplate] {
    &CATALOGUE.broken
}

/// Whose keys start with what: shown names of providers and prefixes.
pub fn key_prefixes() -> Vec<(&'static str, &'static str)> {
    let of = |template: &'static ProviderTemplate| {
        template.key_prefixes.iter().map(|prefix| (template.name.as_str(), prefix.as_str()))
    };
    providers().flat_map(of).collect()
}

/// What a quirk of a provider means, in words.
pub fn about_quirk(name: &str) -> Option<String> {
    Quirks::about(name)
}

/// Why there is no template for a provider that people ask for by that name.
pub fn unsupported(name: &str) -> Option<&'static str> {
    let known = ["copilot", "github-copilot"].iter().any(|known| name.eq_ignore_ascii_case(known));
    known.then_some(
        "its keys last for minutes, are made at an address that is not documented, and are for its own programs",
    )
}

/// The template id or alias that a mistyped name most likely stands for.
pub fn nearest(id: &str) -> Option<&'static str> {
    CATALOGUE.nearest(id)
}

/// What is known of a model, by the upstream's name of it. A name with a vendor in front (`deepseek/deepseek-v4-pro`,
/// `us.anthropic.claude-sonnet-4-6`) falls back to the part behind it, one with a date (`-20251001`, `@20251001`) to
/// the part before it. Letter case does not matter.
/// The price is not among it: see [`known`].
pub fn model_facts(model: &str) -> Option<&'static ModelFacts> {
    find(model).map(|known| &known.facts)
}

/// What is known of a model at one provider, by the provider's template: [`model_facts`], and what its tokens cost where
/// the provider is the model's maker. Others ask what they like for it.
pub fn known(template: Option<&str>, model: &str) -> ModelFacts {
    let Some(known) = find(model) else { return ModelFacts::default() };
    let price = known.price.clone().filter(|_| template == Some(known.maker));
    ModelFacts { price, ..known.facts.clone() }
}

/// The models that a provider made itself, by name.
pub fn models_of(template: &str) -> impl Iterator<Item = &'static str> {
    MODELS.iter().filter(move |(_, known)| known.maker == template).map(|(model, _)| model.as_str())
}

fn find(model: &str) -> Option<&'static Known> {
    let bare = model.rsplit_once('/').map_or(model, |(_, bare)| bare);
    let bare = VENDORS.iter().find_map(|vendor| Some(bare.rsplit_once(vendor)?.1)).unwrap_or(bare);
    let named = |name: &str| MODELS.get(name).or_else(|| in_other_letters(name));
    named(model).or_else(|| named(bare)).or_else(|| named(undated(bare)))
}

/// Vendors that Bedrock writes before a model's name.
const VENDORS: [&str; 5] = ["anthropic.", "openai.", "zai.", "moonshotai.", "qwen."];

/// The same name in another case (`GLM-5.3`), or with the `p` that Fireworks writes for a point (`glm-5p3`).
fn in_other_letters(name: &str) -> Option<&'static Known> {
    let same = |known: &str| {
        known.len() == name.len()
            && known.bytes().zip(name.bytes()).all(|(a, b)| a.eq_ignore_ascii_case(&b) || (a, b) == (b'.', b'p'))
    };
    MODELS.iter().find(|(known, _)| same(known)).map(|(_, known)| known)
}

/// A model's name without its date, and without the version that Bedrock writes behind it.
fn undated(model: &str) -> &str {
    let name = model.strip_suffix(":0").and_then(|name| name.strip_suffix("-v1")).unwrap_or(model);
    let name = name.strip_suffix("-v1").unwrap_or(name);
    let is_date = |word: &str| word.len() == 8 && word.bytes().all(|b| b.is_ascii_digit());
    name.rsplit_once(['-', '@']).filter(|(_, last)| is_date(last)).map_or(name, |(name, _)| name)
}

#[cfg(test)]
mod tests;
