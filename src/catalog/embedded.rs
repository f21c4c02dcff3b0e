//! The files under `templates/`, compiled in.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::de::DeserializeOwned;

use super::{ModelFacts, ProviderTemplate};

static PROVIDERS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/providers");
static MODELS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates/models");

/// Facts by model name.
pub type Models = BTreeMap<String, ModelFacts>;

/// Every provider template, sorted by id.
pub fn providers() -> Vec<ProviderTemplate> {
    let mut all: Vec<ProviderTemplate> = read(sources(&PROVIDERS).map(|(_, text)| without_fixture(text))).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// The facts of all models.
pub fn models() -> Models {
    read::<Models>(sources(&MODELS).map(|(_, text)| text)).flatten().collect()
}

/// What keys of the embedded providers start with. Found without parsing, since every start of the program asks for it.
pub fn typed_key_prefixes() -> Vec<&'static str> {
    let lines = sources(&PROVIDERS).flat_map(|(_, text)| without_fixture(text).lines());
    let lists = lines.filter_map(|line| line.strip_prefix("key_prefixes = ["));
    lists.flat_map(|list| list.split('"').skip(1).step_by(2)).collect()
}

/// A template without its fixture, the last thing in it, which only tests read.
fn without_fixture(text: &'static str) -> &'static str {
    text.split_once("\n[fixture]").map_or(text, |(template, _)| template)
}

/// Parses every file; one that does not parse is left out here and fails the tests.
fn read<T: DeserializeOwned>(texts: impl Iterator<Item = &'static str>) -> impl Iterator<Item = T> {
    texts.filter_map(|text| toml_edit::de::from_str(text).ok())
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
