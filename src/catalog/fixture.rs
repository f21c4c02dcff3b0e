//! What a provider answers, as its documentation shows it: the last table of its template, for tests.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{ModelFacts, ProviderTemplate, embedded};

/// What a provider answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// The body of its model list, in its own shape; none where it has no list.
    #[serde(default)]
    pub models: Option<String>,
    /// The models to be read from it, with what it tells of each.
    #[serde(default)]
    pub expect: BTreeMap<String, ModelFacts>,
    /// Whether it hands the list out to anybody.
    #[serde(default)]
    pub public_models: bool,
    /// What it answers to a wrong key; none where it wants none.
    #[serde(default)]
    pub wrong_key: Option<Refusal>,
    /// What it answers when the account is empty, where that is known.
    #[serde(default)]
    pub no_credit: Option<Refusal>,
    /// What it answers to a question to `no-such-model`, where that is known.
    #[serde(default)]
    pub unknown_model: Option<Refusal>,
    /// The stream of an answer, one event a line, by wire. The template's wire has a plain one when it is not here; a wire
    /// that is not here is not served.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
}

/// How a provider refuses a question.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    pub status: u16,
    pub body: String,
    /// Its words, as a person is to read them.
    pub says: String,
}

/// Every embedded template with its fixture.
pub fn fixtures() -> Vec<(ProviderTemplate, Fixture)> {
    #[derive(Deserialize)]
    struct WithFixture {
        fixture: Fixture,
    }
    let one = |(stem, text): (&str, &str)| -> (ProviderTemplate, Fixture) {
        let template = toml_edit::de::from_str(text).unwrap_or_else(|error| panic!("{stem}.toml: {error}"));
        let with: WithFixture = toml_edit::de::from_str(text).unwrap_or_else(|error| panic!("{stem}.toml: {error}"));
        (template, with.fixture)
    };
    embedded::provider_sources().map(one).collect()
}
