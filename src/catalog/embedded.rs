//! The files under `templates/`, compiled in.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use super::{Known, ModelFacts, ProviderTemplate, Sources};

static PROVIDERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/providers");
static MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/models");

/// Every provider template, sorted by id.
pub fn providers() -> Vec<ProviderTemplate> {
    let mut all: Vec<ProviderTemplate> = read(&PROVIDERS).map(|(_, template)| template).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// What is known of all models, by name.
pub fn models() -> BTreeMap<String, Known> {
    let known = |maker, mut facts: ModelFacts| Known { maker, price: facts.price.take(), facts };
    read::<BTreeMap<String, ModelFacts>>(&MODELS)
        .flat_map(|(maker, models)| models.into_iter().map(move |(model, facts)| (model, known(maker, facts))))
        .collect()
}

/// What keys of the embedded providers start with. Found without parsing, since every start of the program asks for it.
pub fn typed_key_prefixes() -> Vec<&'static str> {
    let lines = sources(&PROVIDERS).flat_map(|(_, text)| without_fixture(text).lines());
    let lists = lines.filter_map(|line| line.strip_prefix("key_prefixes = ["));
    lists.flat_map(|list| list.split('"').skip(1).step_by(2)).collect()
}

/// Where the facts of a template come from.
pub fn sources_of(id: &str) -> Option<Sources> {
    let (_, text) = sources(&PROVIDERS).find(|(stem, _)| *stem == id)?;
    Sources::of(text)
}

/// A template without its fixture, the last thing in it, which only tests read.
fn without_fixture(text: &'static str) -> &'static str {
    text.split_once("\n[fixture]").map_or(text, |(template, _)| template)
}

/// Parses every file; one that does not parse is left out here and fails the tests.
fn read<T: DeserializeOwned>(dir: &'static Dir<'static>) -> impl Iterator<Item = (&'static str, T)> {
    sources(dir).filter_map(|(stem, text)| Some((stem, toml_edit::de::from_str(without_fixture(text)).ok()?)))
}

/// File stem and text of every file.
fn sources(dir: &'static Dir<'static>) -> impl Iterator<Item = (&'static str, &'static str)> {
    dir.files().filter_map(|file| Some((file.path().file_stem()?.to_str()?, file.contents_utf8()?)))
}

#[cfg(test)]
pub fn provider_sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    sources(&PROVIDERS)
}

#[cfg(test)]
pub fn model_sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    sources(&MODELS)
}
