//! What is known beforehand of providers and models: the templates that are built into the program.

mod embedded;
mod facts;
mod key_form;
mod price;
mod template;

use std::collections::BTreeMap;
use std::sync::LazyLock;

pub use facts::{ModelFacts, ThinkingKind};
pub use key_form::KeyForm;
pub use price::{Price, Usd};
pub use template::{Auth, ProviderTemplate};

static PROVIDERS: LazyLock<Vec<ProviderTemplate>> = LazyLock::new(embedded::providers);
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

/// The template of that id or alias; letter case does not matter.
pub fn provider(id_or_alias: &str) -> Option<&'static ProviderTemplate> {
    PROVIDERS.iter().find(|template| template.names().any(|name| name.eq_ignore_ascii_case(id_or_alias)))
}

/// All provider templates, sorted by id.
pub fn providers() -> impl Iterator<Item = &'static ProviderTemplate> {
    PROVIDERS.iter()
}

/// Whose keys start with what: shown names of providers and prefixes.
pub fn key_prefixes() -> Vec<(&'static str, &'static str)> {
    let of = |template: &'static ProviderTemplate| {
        template.key_prefixes.iter().map(|prefix| (template.name.as_str(), prefix.as_str()))
    };
    PROVIDERS.iter().flat_map(of).collect()
}

/// The template id or alias that a mistyped name most likely stands for.
pub fn nearest(id: &str) -> Option<&'static str> {
    /// How alike two names must be (Jaro-Winkler, 0 to 1), so that `opnrouter` finds its like and `acme` does not.
    const ALIKE: f64 = 0.8;
    let id = id.to_ascii_lowercase();
    PROVIDERS
        .iter()
        .flat_map(ProviderTemplate::names)
        .map(|name| (strsim::jaro_winkler(&id, name), name))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

/// What is known of a model, by the upstream's name of it. A name with a vendor in front (`deepseek/deepseek-v4-pro`,
/// `us.anthropic.claude-sonnet-4-6`) falls back to the part behind it, one with a date (`-20251001`, `@20251001`) to
/// the part before it.
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
    let bare = bare.rsplit_once("anthropic.").map_or(bare, |(_, bare)| bare);
    MODELS.get(model).or_else(|| MODELS.get(bare)).or_else(|| MODELS.get(undated(bare)))
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
