//! `GET /v1/models`: one document for Codex's catalogue and for OpenAI's SDKs.

use http::StatusCode;
use serde_json::{Value, json};

use super::answer::{self, Answer};
use super::service::Gateway;
use crate::catalog::ModelFacts;
use crate::settings::{Home, Road, Settings};

/// Answers with all models of all providers on the gateway road. `query` may hold Codex's `client_version`.
pub(super) fn answer(gateway: &Gateway, query: Option<&str>) -> Answer {
    let version = query
        .and_then(|query| url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "client_version"))
        .map(|(_, version)| version.into_owned());
    let document = document(&gateway.directory.current().settings, &entries_for(&gateway.home, version.as_deref()));
    answer::json(StatusCode::OK, document.to_string())
}

/// Codex reads `models`, SDKs read `object` and `data`; Codex accepts both in one answer (measured, G32).
fn document(settings: &Settings, entry: &dyn Fn(&str, &ModelFacts, u32) -> Value) -> Value {
    let names = settings.providers.iter().filter(|(_, provider)| provider.road == Road::Gateway);
    let names = names.flat_map(|(id, provider)| {
        let first = provider.models.get_key_value(&provider.model);
        let rest = provider.models.iter().filter(|(model, _)| **model != provider.model);
        first.into_iter().chain(rest).map(move |(model, facts)| (id, format!("{id}/{model}"), facts))
    });
    let (mut models, mut data) = (Vec::new(), Vec::new());
    for (priority, (id, slug, facts)) in (1..).zip(names) {
        models.push(entry(&slug, facts, priority));
        data.push(json!({"id": slug, "object": "model", "owned_by": id}));
    }
    json!({"models": models, "object": "list", "data": data})
}

/// Codex's catalogue entries for that version of Codex.
fn entries_for(_home: &Home, _version: Option<&str>) -> Box<dyn Fn(&str, &ModelFacts, u32) -> Value> {
    Box::new(|slug, _facts, priority| json!({"slug": slug, "priority": priority}))
}
