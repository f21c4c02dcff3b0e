//! `GET /v1/models`: one document for Codex's catalogue and for OpenAI's SDKs.

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::service::Gateway;
use crate::catalog::ModelFacts;
use crate::codex::{catalogue, instructions};
use crate::settings::{Road, Settings};

/// Answers with all models of all providers on the gateway road. `query` may hold Codex's `client_version`.
pub(super) fn answer(gateway: &Gateway, query: Option<&str>) -> Answer {
    let version = query
        .and_then(|query| url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "client_version"))
        .map(|(_, version)| version.into_owned());
    // The gateway starts no Codex: what `add` and `run` took from the person's own one serves, else our own words.
    let cached = version.and_then(|version| instructions::cached(&gateway.home, &version));
    let instructions = cached.as_deref().unwrap_or(instructions::FALLBACK);
    let document = document(&gateway.directory.current().settings, |slug, facts, priority| {
        catalogue::entry(slug, facts, instructions, priority)
    });
    answer::json(StatusCode::OK, document.to_string())
}

/// Codex reads `models`, SDKs read `object` and `data`; Codex accepts both in one answer (measured, G32). A provider's
/// own choice comes first among its models.
fn document(settings: &Settings, entry: impl Fn(&str, &ModelFacts, u32) -> Value) -> Value {
    let (mut models, mut data) = (Vec::new(), Vec::new());
    let mut priority = 0;
    for (id, provider) in settings.providers.iter().filter(|(_, provider)| provider.road == Road::Gateway) {
        for model in provider.chosen() {
            priority += 1;
            let slug = format!("{id}/{model}");
            models.push(entry(&slug, &provider.facts(model), priority));
            data.push(json!({"id": slug, "object": "model", "owned_by": id}));
        }
    }
    json!({"models": models, "object": "list", "data": data})
}
