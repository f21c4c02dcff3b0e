//! Every template is checked as data: it parses, keeps the rules and names only what exists.

use std::collections::{BTreeMap, BTreeSet};

use super::*;

#[test]
fn every_provider_file_parses_with_its_fixture_and_keeps_the_rules() {
    const KEPT_BY_CODEX: [&str; 8] =
        ["openai", "ollama", "lmstudio", "amazon-bedrock", "amazon-bedrock-runtime", "gcp", "ollama-chat", "codexgw"];
    let mut names = BTreeSet::new();
    let (fixtures, parsed) = (fixtures(), embedded::providers());
    assert_eq!(fixtures.len(), parsed.len());
    for (template, _) in &fixtures {
        let id = &template.id;
        assert!(parsed.contains(template), "{id}: something stands behind its fixture");
        assert!(!KEPT_BY_CODEX.contains(&template.default_id()), "{id}: Codex keeps this id for itself");
        for link in [&template.keys_url, &template.docs].into_iter().flatten() {
            assert!(link.starts_with("https://"), "{id}: {link}");
        }
        for url in template.base_urls() {
            let is_local = url.starts_with("http://localhost:");
            assert!(url.starts_with("https://") || is_local, "{id}: plain http leaves the machine");
        }
        assert_eq!(
            template.endpoints.is_empty(),
            template.base_url_for.is_none(),
            "{id}: whom is its own address for?"
        );
        let mut wires = template.wires.clone();
        wires.retain(|wire| *wire != template.wire);
        assert_eq!(wires, template.wires, "{id}: its own wire is among the further ones");
        for name in template.names() {
            assert!(names.insert(name), "{id}: `{name}` is taken");
        }
    }
    for (stem, text) in embedded::provider_sources() {
        let template: ProviderTemplate = toml_edit::de::from_str(text).unwrap();
        assert_eq!(rules::offence(&template, stem), None, "{stem}");
        assert!(has_dated_source(text), "{stem}.toml names no dated source");
    }
}

#[test]
fn every_system_that_the_guides_name_is_there() {
    for name in [
        "openrouter",
        "apilink",
        "zenmux",
        "futureagi",
        "portkey",
        "litellm",
        "bifrost",
        "auto-ai-router",
        "anthropic",
        "gemini",
        "vertex",
        "mistral",
        "deepseek",
        "groq",
        "cerebras",
        "together",
        "fireworks",
        "cohere",
        "perplexity",
        "azure",
        "bedrock",
        "xai",
        "moonshot",
        "zai",
        "qwen",
        "minimax",
        "ollama",
        "lmstudio",
        "vllm",
        "llamacpp",
        "sglang",
        "openai",
    ] {
        assert!(Catalogue::load(None).provider(name).is_some(), "{name}");
    }
}

#[test]
fn what_keys_begin_with_is_found_without_parsing() {
    let parsed: Vec<String> = embedded::providers().into_iter().flat_map(|template| template.key_prefixes).collect();
    let mut found = typed_key_prefixes();
    found.sort_unstable();
    let mut parsed: Vec<&str> = parsed.iter().map(String::as_str).collect();
    parsed.sort_unstable();
    assert_eq!(found, parsed);
}

/// A folder with these templates of a person's.
fn own(files: &[(&str, &str)]) -> (tempfile::TempDir, Catalogue) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let catalogue = Catalogue::load(Some(folder.path()));
    (folder, catalogue)
}

const LAB: &str = "id = \"lab\"\nname = \"Lab\"\naliases = [\"groq-lab\"]\nbase_url = \"http://10.0.0.7:8000/v1\"\n\
                   auth = \"bearer\"\nwire = \"chat\"\n";

#[test]
fn a_template_of_the_person_s_counts_like_a_built_in_one_and_takes_its_place() {
    let mine = LAB.replace("\"lab\"", "\"groq\"").replace("[\"groq-lab\"]", "[\"grok\"]");
    let (folder, catalogue) = own(&[("lab.toml", LAB), ("groq.toml", &mine), ("notes.md", "none")]);
    assert_eq!(catalogue.broken, []);
    assert_eq!(catalogue.templates.len(), embedded::providers().len() + 1);
    let origin = |name: &str| catalogue.provider(name).unwrap().origin.clone();
    let of = |file: &str, replaces| Origin::Own { file: folder.path().join(file), replaces };
    assert_eq!(origin("lab"), of("lab.toml", false));
    assert_eq!(origin("groq-lab"), of("lab.toml", false));
    assert_eq!(origin("groq"), of("groq.toml", true));
    assert_eq!(origin("GroqCloud".trim_end_matches("Cloud")), of("groq.toml", true));
    assert_eq!(origin("grok"), of("groq.toml", true), "a borrowed name is the person's");
    assert_eq!(origin("x-ai"), Origin::Embedded);
    assert_eq!(catalogue.of_host("http://10.0.0.7:8000").map(|template| template.id.as_str()), None);
    assert_eq!(Catalogue::load(Some(&folder.path().join("nothing"))).broken, []);
}

#[test]
fn the_readme_s_template_is_a_good_one() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```toml\nid = \"lab\"").unwrap();
    let text = format!("id = \"lab\"{}", rest.split("```").next().unwrap());
    let (_folder, catalogue) = own(&[("lab.toml", &text)]);
    assert_eq!(catalogue.broken, []);
    assert_eq!(catalogue.provider("lab").unwrap().endpoints[0].id, "eu");
}

#[test]
fn a_broken_template_is_told_with_its_place_and_breaks_nothing_else() {
    let with = |more: &str| format!("{LAB}{more}");
    for (text, place, why) in [
        (LAB.replace("wire = \"chat\"", "wire ="), Some((6, 7)), "string values must be quoted"),
        (with("modle = \"m\"\n"), Some((7, 1)), "unknown field `modle`; `model` is known"),
        (LAB.replace("auth = \"bearer\"\n", ""), Some((1, 1)), "missing field `auth`"),
        (LAB.replace("\"chat\"", "\"chatty\""), Some((6, 8)), "unknown variant `chatty`"),
        (LAB.replace("\"lab\"", "\"other\""), Some((1, 1)), "`other` is not the name of the file, `lab`"),
        (LAB.replace("\"Lab\"", "\"OpenAI\""), Some((2, 1)), "Codex leaves compaction to a server named `OpenAI`"),
        (LAB.replace("http:", "ftp:"), Some((4, 1)), "begins with neither"),
        (LAB.replace("/v1", "/v1/"), Some((4, 1)), "without the slash"),
        (LAB.replace("10.0.0.7", "me@10.0.0.7"), Some((4, 1)), "no user name"),
        (with("quirks = [\"no_such\"]\n"), Some((7, 1)), "there is no quirk `no_such`"),
        (with("models_path = \"models\"\n"), Some((7, 1)), "start it with `/`"),
        (with("headers = { \"a b\" = \"c\" }\n"), Some((7, 1)), "`a b` is no header"),
    ] {
        let (folder, catalogue) = own(&[("lab.toml", &text), ("good.toml", &LAB.replace("\"lab\"", "\"good\""))]);
        let [broken] = catalogue.broken.as_slice() else { panic!("{why}: {:?}", catalogue.broken) };
        assert_eq!((&broken.file, broken.place, broken.id().as_str()), (&folder.path().join("lab.toml"), place, "lab"));
        assert!(broken.why.contains(why) && !broken.why.contains('\n'), "{why}: {}", broken.why);
        assert!(catalogue.provider("good").is_some() && catalogue.provider("groq").is_some());
        assert!(catalogue.provider("lab").is_none());
    }
}

#[test]
fn no_template_takes_the_gateway_s_own_name() {
    let (_folder, catalogue) = own(&[("codexgw.toml", &LAB.replace("\"lab\"", "\"codexgw\""))]);
    let [broken] = catalogue.broken.as_slice() else { panic!("{:?}", catalogue.broken) };
    assert_eq!(broken.why, "`codexgw` is the name of the gateway itself");
}

#[test]
fn a_template_is_known_by_the_host_of_any_of_its_addresses() {
    let found = |url| of_host(url).map(|template| template.id.as_str());
    for (url, id) in [
        ("https://openrouter.ai/api", Some("openrouter")),
        ("https://api.deepseek.com/anthropic", Some("deepseek")),
        ("https://api.moonshot.cn/v1", Some("moonshot")),
        ("http://127.0.0.1:11434", Some("ollama")),
        ("http://localhost:4000", Some("litellm")),
        ("http://localhost:8787/v1", Some("portkey")),
        ("http://localhost:9999/v1", None),
        ("http://localhost:8080/v1", None),
        ("https://api.anthropic.com", Some("anthropic")),
        ("https://relay.example.com/v1", None),
        ("not a url", None),
    ] {
        assert_eq!(found(url), id, "{url}");
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
    assert!(models_of("deepseek").eq([
        "deepseek-flash",
        "deepseek-v4-flash",
        "deepseek-v4-pro",
        "deepseek-v4.1-flash"
    ]));
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

#[test]
fn a_model_is_known_as_other_providers_write_it() {
    let glm = model_facts("glm-5.3");
    assert!(glm.is_some());
    for name in ["zai-org/GLM-5.3", "accounts/fireworks/models/glm-5p3", "global.zai.glm-5.3", "z-ai/Glm-5.3"] {
        assert_eq!(model_facts(name), glm, "{name}");
    }
    assert_eq!(model_facts("openai.gpt-oss-120b"), model_facts("gpt-oss-120b"));
    assert_eq!(model_facts("glm-5-3"), None);
    assert_eq!(model_facts("glmp5.3"), None);
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

#[test]
fn every_quirk_has_words() {
    for template in super::providers() {
        for quirk in &template.quirks {
            assert!(super::about_quirk(quirk).is_some_and(|words| words.len() > 8), "{}: {quirk}", template.id);
        }
    }
}
