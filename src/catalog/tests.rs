//! Every template is checked as data: it parses, keeps the rules and names only what exists.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use url::Url;

use super::*;

#[test]
fn every_provider_file_parses_and_carries_its_own_id() {
    let files: Vec<_> = embedded::provider_sources().collect();
    assert_eq!(files.len(), providers().count());
    for (stem, text) in files {
        let template: ProviderTemplate =
            toml_edit::de::from_str(text).unwrap_or_else(|error| panic!("{stem}.toml: {error}"));
        assert_eq!(template.id, stem);
        assert!(has_dated_source(text), "{stem}.toml names no dated source");
    }
}

#[test]
fn every_provider_template_keeps_the_rules() {
    const KEPT_BY_CODEX: [&str; 8] =
        ["openai", "ollama", "lmstudio", "amazon-bedrock", "amazon-bedrock-runtime", "gcp", "ollama-chat", "codexgw"];
    let mut names = BTreeSet::new();
    for template in providers() {
        let id = &template.id;
        let filled = template.base_url_parts().iter().fold(template.base_url.clone(), |url, part| {
            assert!(part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{id}: {part}");
            url.replace(&format!("{{{part}}}"), "x")
        });
        let url = Url::parse(&filled).unwrap();
        let loopback = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        assert!(url.scheme() == "https" || loopback, "{id}: plain http leaves the machine");
        assert!(!template.base_url.ends_with('/'), "{id}: trailing slash");
        assert_eq!((url.query(), url.username(), url.fragment()), (None, "", None), "{id}");
        assert!(!["openai", "azure"].contains(&template.name.to_lowercase().as_str()), "{id}: remote compaction");
        assert!(!KEPT_BY_CODEX.contains(&template.default_id()), "{id}: Codex keeps this id for itself");
        for path in [&template.models_path, &template.key_check_path].into_iter().flatten() {
            assert!(path.starts_with('/') && !path.ends_with('/'), "{id}: {path}");
        }
        for link in [&template.keys_url, &template.docs].into_iter().flatten() {
            assert!(link.starts_with("https://"), "{id}: {link}");
        }
        for name in template.names() {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{id}: {name}");
            assert!(names.insert(name), "{id}: `{name}` is taken");
        }
        assert!(template.headers.keys().all(|name| name.parse::<http::HeaderName>().is_ok()), "{id}");
    }
}

/// The vocabulary lies outside of the project; where it is absent only the spelling is checked.
#[test]
fn every_quirk_is_a_known_name() {
    /// Found out since the vocabulary was written.
    const LATER: [&str; 1] = ["web_search_openrouter"];
    let known = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/providers.toml"))
        .ok()
        .map(|text| text.parse::<toml_edit::DocumentMut>().unwrap());
    for template in providers() {
        for quirk in &template.quirks {
            assert!(quirk.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{quirk}");
            if let Some(known) = &known {
                let is_known = known["quirks"].get(quirk).is_some() || LATER.contains(&quirk.as_str());
                assert!(is_known, "{}: unknown quirk `{quirk}`", template.id);
            }
        }
    }
}

#[test]
fn every_model_file_parses_with_known_keys_only() {
    let mut seen = BTreeSet::new();
    for (stem, text) in embedded::model_sources() {
        assert!(has_dated_source(text), "{stem}.toml names no dated source");
        let facts: BTreeMap<String, ModelFacts> =
            toml_edit::de::from_str(text).unwrap_or_else(|error| panic!("{stem}.toml: {error}"));
        let tables: toml_edit::DocumentMut = text.parse().unwrap();
        for (model, facts) in &facts {
            assert!(seen.insert(model.clone()), "{stem}.toml: `{model}` stands in two files");
            for (key, _) in tables[model].as_table().unwrap() {
                assert!(
                    [
                        "name",
                        "context",
                        "max_output",
                        "images",
                        "tools",
                        "efforts",
                        "thinking",
                        "schema_output",
                        "price"
                    ]
                    .contains(&key),
                    "{model}: `{key}`"
                );
            }
            if let Some(price) = &facts.price {
                let (Some(as_of), Some(source)) = (&price.as_of, &price.source) else { panic!("{model}: no source") };
                assert!(has_dated_source(&format!("#{as_of} {source}")), "{model}: {as_of} {source}");
                assert!(
                    price.output >= price.input && price.cached.is_none_or(|cached| cached < price.input),
                    "{model}"
                );
            }
            assert!(facts.max_output.is_none_or(|max| facts.context.is_some_and(|all| max <= all)), "{model}");
            assert_eq!(known(Some(stem), model), *facts);
            assert_eq!(model_facts(model), Some(&ModelFacts { price: None, ..facts.clone() }));
        }
    }
    assert!(!seen.is_empty());
}

#[test]
fn a_price_is_that_of_the_maker_alone() {
    let price = |template, model| known(template, model).price.map(|price| price.output.to_string());
    assert_eq!(price(Some("anthropic"), "claude-haiku-4-5-20251001").as_deref(), Some("5.00"));
    for other in [None, Some("openrouter"), Some("bedrock-claude")] {
        assert_eq!(price(other, "claude-haiku-4-5"), None, "{other:?}");
    }
    assert_eq!(known(Some("anthropic"), "no-such-model"), ModelFacts::default());
    assert!(models_of("deepseek").eq(["deepseek-v4-flash", "deepseek-v4-pro"]));
    assert_eq!(models_of("openrouter").count(), 0);
}

#[test]
fn a_start_model_that_is_not_the_persons_own_has_facts() {
    for template in providers() {
        if let Some(model) = &template.model {
            assert!(model_facts(model).is_some(), "{}: nothing is known of `{model}`", template.id);
        }
    }
}

#[test]
fn providers_are_found_by_id_alias_and_any_case() {
    let found = |name| provider(name).map(|template| template.id.as_str());
    assert_eq!(found("openrouter"), Some("openrouter"));
    assert_eq!(found("OpenRouter"), Some("openrouter"));
    assert_eq!(found("ollama-local"), Some("ollama"));
    assert_eq!(found("openroute"), None);
    assert_eq!(found(""), None);
    let ids: Vec<_> = providers().map(|template| template.id.as_str()).collect();
    assert!(ids.is_sorted());
    assert_eq!(provider("ollama").unwrap().default_id(), "ollama-local");
    assert_eq!(provider("groq").unwrap().default_id(), "groq");
}

#[test]
fn a_mistyped_name_finds_its_like() {
    for (typed, meant) in [
        ("opnrouter", Some("openrouter")),
        ("open-router", Some("openrouter")),
        ("DeepSeak", Some("deepseek")),
        ("litelm", Some("litellm")),
        ("olama", Some("ollama")),
        ("acme", None),
        ("", None),
    ] {
        assert_eq!(nearest(typed), meant, "{typed}");
    }
}

#[test]
fn a_vendor_in_front_of_a_model_falls_back_to_the_bare_name() {
    let bare = model_facts("deepseek-v4-pro").unwrap();
    assert_eq!(model_facts("deepseek/deepseek-v4-pro"), Some(bare));
    assert_eq!(model_facts("openrouter/deepseek/deepseek-v4-pro"), Some(bare));
    let haiku = model_facts("claude-haiku-4-5");
    assert!(haiku.is_some());
    for name in [
        "claude-haiku-4-5-20251001",
        "claude-haiku-4-5@20251001",
        "us.anthropic.claude-haiku-4-5-20251001-v1:0",
        "anthropic/claude-haiku-4-5",
        "publishers/anthropic/models/claude-haiku-4-5@20251001",
    ] {
        assert_eq!(model_facts(name), haiku, "{name}");
    }
    assert_eq!(model_facts("claude-haiku-4-5-2025"), None);
    assert_eq!(model_facts("deepseek-v4-pro:free"), None);
    assert_eq!(model_facts("deepseek-v4-pro/"), None);
    assert_eq!(model_facts(""), None);
}

/// Whether the opening comment holds a link and a date.
fn has_dated_source(text: &str) -> bool {
    let comment: String = text.lines().take_while(|line| line.starts_with('#')).collect();
    let dated = comment.split(|c: char| c != '-' && !c.is_ascii_digit()).any(|word| {
        let digits: Vec<_> = word.split('-').map(str::len).collect();
        digits == [4, 2, 2]
    });
    dated && comment.contains("https://")
}
