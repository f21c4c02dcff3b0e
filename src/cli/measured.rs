//! What was found out about configured providers beyond what their templates say.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::gateway::Learned;
use crate::settings::{Provider, Settings};

/// The quirks of one configured provider that no template holds.
#[derive(Serialize)]
pub struct Measured {
    /// The id under which it is configured.
    pub id: String,
    /// The quirks in its settings, which hold in place of the template's.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub settings: Vec<String>,
    /// What the gateway has learnt from refusals, by model.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub learned: BTreeMap<String, Vec<String>>,
}

impl Measured {
    /// That of the providers that are chosen; those of which nothing was found out are left out.
    pub fn of(settings: &Settings, learned: &Learned, chosen: impl Fn(&str, &Provider) -> bool) -> Vec<Self> {
        let chosen = settings.providers.iter().filter(|(id, provider)| chosen(id, provider));
        let all = chosen.map(|(id, provider)| {
            let of_model = |(model, quirks): (&str, Vec<&str>)| {
                (model.to_owned(), quirks.into_iter().map(str::to_owned).collect())
            };
            Self {
                id: id.clone(),
                settings: provider.quirks.clone().unwrap_or_default(),
                learned: learned.of_provider(id, provider).map(of_model).collect(),
            }
        });
        all.filter(|measured| !measured.settings.is_empty() || !measured.learned.is_empty()).collect()
    }

    /// The same in lines, each with what it is about.
    pub fn lines(&self) -> Vec<(String, String)> {
        let settings =
            (!self.settings.is_empty()).then(|| (format!("set for `{}`", self.id), self.settings.join(", ")));
        let learned = self.learned.iter().map(|(model, quirks)| {
            (format!("learnt of `{}`", self.id), format!("{} (`{model}`, from refusals)", quirks.join(", ")))
        });
        settings.into_iter().chain(learned).collect()
    }
}
