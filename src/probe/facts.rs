//! What one entry of a model list tells, in the fields of the providers that tell anything.

use serde_json::Value;

use crate::catalog::{ModelFacts, Price, ThinkingKind, Usd};

/// Kinds that cannot hold a conversation (`type` at Together and LM Studio, `mode` at LiteLLM).
const OTHER_KINDS: [&str; 13] = [
    "audio",
    "audio_speech",
    "audio_transcription",
    "embedding",
    "embeddings",
    "image",
    "image_generation",
    "moderation",
    "rerank",
    "transcribe",
    "tts",
    "video",
    "video_generation",
];

/// Efforts of Anthropic's models, weakest first.
const LEVELS: [&str; 5] = ["low", "medium", "high", "xhigh", "max"];

/// Longest name of a model, in bytes. It goes into files of others and onto the terminal.
const LONGEST_ID: usize = 256;

/// Name and facts of one entry; none when it has no name or is no model to talk to.
pub fn read(entry: &Value) -> Option<(String, ModelFacts)> {
    // `slug`: Codex's own catalogue; `model_name`: LiteLLM's `/model/info`.
    let id =
        ["id", "slug", "model_name", "model", "name"].iter().find_map(|key| entry[*key].as_str()).or(entry.as_str())?;
    let id = id.strip_prefix("models/").unwrap_or(id);
    let is_name = !id.is_empty() && id.len() <= LONGEST_ID && !id.chars().any(|c| c.is_control() || c.is_whitespace());
    if !is_name || !converses(entry) {
        return None;
    }
    // LiteLLM, Venice, Poe and DeepInfra put the figures one level down.
    let detail = ["model_info", "limits", "model_spec", "context_window", "metadata"]
        .iter()
        .map(|key| &entry[*key])
        .find(|value| value.is_object());
    let (entry, detail) = (entry, detail.unwrap_or(&Value::Null));
    let top = &entry["top_provider"];
    let number = |place: &Value, keys: &[&str]| keys.iter().find_map(|key| place[*key].as_u64()).filter(|n| *n > 0);
    let contexts = [
        // vLLM, LM Studio, Groq, OpenRouter and Together, Gemini, LiteLLM and GitHub.
        number(entry, &["max_model_len", "loaded_context_length", "context_window", "context_length"]),
        number(entry, &["max_context_length", "inputTokenLimit", "max_input_tokens", "context_size"]),
        number(detail, &["max_input_tokens", "availableContextTokens", "context_length"]),
        // Hugging Face: any of the hosts may be the one that answers.
        hosts(entry).filter_map(|host| number(host, &["context_length"])).min(),
    ];
    let context = contexts.into_iter().flatten().next();
    let facts = ModelFacts {
        name: ["display_name", "displayName", "name"]
            .iter()
            .find_map(|key| entry[*key].as_str())
            .filter(|name| name.strip_prefix("models/").unwrap_or(name) != id)
            .map(super::foreign::quote),
        // OpenRouter: what its first choice of a host serves can be less than what the model can.
        context: [context, number(top, &["context_length"])].into_iter().flatten().min(),
        // Anthropic's `max_tokens` is the most of an answer; elsewhere the name stands for other things.
        max_output: number(top, &["max_completion_tokens"])
            .or_else(|| number(entry, &["max_tokens"]).filter(|_| entry["max_input_tokens"].is_u64()))
            .or_else(|| {
                number(entry, &["max_completion_tokens", "max_output_tokens", "max_output_length", "outputTokenLimit"])
            })
            .or_else(|| number(detail, &["max_output_tokens", "maxCompletionTokens"])),
        images: images(entry, detail),
        tools: tools(entry, detail),
        efforts: efforts(entry),
        thinking: thinking(&entry["capabilities"]["thinking"]),
        schema_output: entry["capabilities"]["structured_outputs"]["supported"].as_bool(),
        parallel: detail["supports_parallel_function_calling"].as_bool(),
        apply_patch: None,
        price: price(entry, detail),
    };
    Some((id.to_owned(), facts))
}

/// Whether text comes out of it.
fn converses(entry: &Value) -> bool {
    let kind = entry["type"].as_str().or_else(|| entry["model_info"]["mode"].as_str());
    let outputs = &entry["architecture"]["output_modalities"];
    let methods = &entry["supportedGenerationMethods"];
    entry["active"] != Value::Bool(false)
        // Gemini.
        && (!methods.is_array() || holds(methods, &["generateContent"]))
        && kind.is_none_or(|kind| !OTHER_KINDS.contains(&kind))
        && (!outputs.is_array() || holds(outputs, &["text"]))
}

fn images(entry: &Value, detail: &Value) -> Option<bool> {
    let lists = [&entry["architecture"]["input_modalities"], &entry["input_modalities"], &entry["modalities"]["input"]];
    let capabilities = &entry["capabilities"];
    let list = lists.iter().find(|list| list.is_array()).map(|list| holds(list, &["image"]));
    // Ollama's list of capabilities; LM Studio's lacks this one, but its kind says it.
    let listed = list.or_else(|| {
        (capabilities.is_array() && holds(capabilities, &["completion", "vision"]))
            .then(|| holds(capabilities, &["vision"]))
    });
    listed.or_else(|| (entry["type"] == "vlm").then_some(true)).or_else(|| {
        [
            &entry["supports_image_input"],
            &entry["supports_vision"],
            &entry["capabilities"]["vision"],
            // Anthropic.
            &entry["capabilities"]["image_input"]["supported"],
            &detail["supports_vision"],
            &detail["capabilities"]["supportsVision"],
        ]
        .iter()
        .find_map(|flag| flag.as_bool())
    })
}

fn tools(entry: &Value, detail: &Value) -> Option<bool> {
    let parameters = &entry["supported_parameters"];
    // Ollama calls it `tools`, LM Studio `tool_use`.
    let capabilities = &entry["capabilities"];
    let lists = [parameters, capabilities, &entry["supported_features"], &entry["features"]];
    let list = lists.into_iter().find(|list| list.is_array());
    list.map(|list| holds(list, &["tools", "tool_use", "function-calling"])).or_else(|| {
        [
            &entry["supports_tools"],
            &entry["supports_function_calling"],
            &entry["capabilities"]["function_calling"],
            &detail["supports_function_calling"],
            &detail["capabilities"]["supportsFunctionCalling"],
        ]
        .iter()
        .find_map(|flag| flag.as_bool())
        .or_else(|| hosts(entry).filter_map(|host| host["supports_tools"].as_bool()).max())
    })
}

/// The hosts that Hugging Face chooses from.
fn hosts(entry: &Value) -> impl Iterator<Item = &Value> {
    entry["providers"].as_array().into_iter().flatten()
}

/// Efforts, weakest first. OpenRouter lists none, but takes these three of every model with `reasoning` among its
/// parameters (<https://openrouter.ai/docs/guides/best-practices/reasoning-tokens>).
fn efforts(entry: &Value) -> Vec<String> {
    if let Some(levels) = entry["supported_reasoning_levels"].as_array() {
        return levels.iter().filter_map(|level| level["effort"].as_str().map(str::to_owned)).collect();
    }
    let effort = &entry["capabilities"]["effort"];
    if effort["supported"] == Value::Bool(true) {
        let is_there = |level: &&str| effort[*level]["supported"] == Value::Bool(true);
        return LEVELS.iter().copied().filter(is_there).map(str::to_owned).collect();
    }
    if holds(&entry["supported_parameters"], &["reasoning", "reasoning_effort"]) {
        return ["low", "medium", "high"].map(str::to_owned).to_vec();
    }
    Vec::new()
}

/// How an Anthropic model is made to think. Whether it can be told not to, the list does not say.
fn thinking(thinking: &Value) -> Option<ThinkingKind> {
    let types = &thinking["types"];
    match (thinking["supported"].as_bool()?, &types["adaptive"]["supported"], &types["enabled"]["supported"]) {
        (false, ..) => Some(ThinkingKind::None),
        (true, Value::Bool(true), Value::Bool(true)) => Some(ThinkingKind::Adaptive),
        // The newer ones, of which most cannot be told.
        (true, Value::Bool(true), _) => Some(ThinkingKind::Always),
        (true, _, Value::Bool(true)) => Some(ThinkingKind::Budget),
        (true, ..) => None,
    }
}

/// What the list says of costs: OpenRouter and Vercel in dollars per token, as text; LiteLLM too, as numbers; Together in
/// dollars per million, as numbers. A router whose price depends on where it goes says -1.
fn price(entry: &Value, detail: &Value) -> Option<Price> {
    let pricing = &entry["pricing"];
    let number = |value: &Value| match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    };
    let is_per_million = pricing["input"].is_number();
    let usd = |names: [&str; 2], place: &Value| {
        let dollars: f64 = names.iter().find_map(|name| number(&place[*name])).filter(|dollars| *dollars >= 0.0)?;
        Some(if is_per_million { Usd::from(dollars) } else { Usd::per_token(dollars) })
    };
    let read = |place: &Value, input, output, cached, cache_write| {
        Some(Price {
            input: usd(input, place)?,
            output: usd(output, place)?,
            cached: usd(cached, place),
            cache_write: usd(cache_write, place),
            as_of: None,
            source: None,
        })
    };
    let listed = read(
        pricing,
        ["prompt", "input"],
        ["completion", "output"],
        ["input_cache_read", "cached_input"],
        ["input_cache_write", "cache_write"],
    );
    listed.or_else(|| {
        read(
            detail,
            ["input_cost_per_token", ""],
            ["output_cost_per_token", ""],
            ["cache_read_input_token_cost", ""],
            ["cache_creation_input_token_cost", ""],
        )
    })
}

/// Whether a JSON list holds one of these words.
fn holds(list: &Value, words: &[&str]) -> bool {
    list.as_array().is_some_and(|list| list.iter().filter_map(Value::as_str).any(|item| words.contains(&item)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(context: u64, max_output: u64) -> ModelFacts {
        ModelFacts { context: Some(context), max_output: Some(max_output), ..ModelFacts::default() }
    }

    #[test]
    fn every_provider_is_understood_in_its_own_fields() {
        let cases = [
            ("openai", json!({"id": "m", "object": "model", "owned_by": "x"}), ModelFacts::default()),
            ("text", json!("m"), ModelFacts::default()),
            (
                "openrouter",
                json!({"id": "m", "name": "Maker: M", "context_length": 1_000_000,
                    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
                    "top_provider": {"context_length": 200_000, "max_completion_tokens": 64_000},
                    "supported_parameters": ["tools", "reasoning"]}),
                ModelFacts {
                    name: Some("Maker: M".into()),
                    images: Some(true),
                    tools: Some(true),
                    efforts: vec!["low".into(), "medium".into(), "high".into()],
                    ..facts(200_000, 64_000)
                },
            ),
            (
                "openrouter without tools",
                json!({"id": "m", "context_length": 8, "architecture": {"input_modalities": ["text"]},
                    "top_provider": {"max_completion_tokens": null}, "supported_parameters": ["temperature"]}),
                ModelFacts { context: Some(8), images: Some(false), tools: Some(false), ..ModelFacts::default() },
            ),
            (
                "groq",
                json!({"id": "m", "active": true, "context_window": 131_072, "max_completion_tokens": 65_536}),
                facts(131_072, 65_536),
            ),
            (
                "vllm",
                json!({"id": "m", "max_model_len": 32_768}),
                ModelFacts { context: Some(32_768), ..ModelFacts::default() },
            ),
            (
                "litellm /model/info",
                json!({"model_name": "m", "model_info": {"mode": "chat", "max_input_tokens": 200_000,
                    "max_output_tokens": 64_000, "supports_vision": true, "supports_function_calling": true}}),
                ModelFacts { images: Some(true), tools: Some(true), ..facts(200_000, 64_000) },
            ),
            (
                "mistral",
                json!({"id": "m", "max_context_length": 9, "capabilities": {"vision": false, "function_calling": true}}),
                ModelFacts { context: Some(9), images: Some(false), tools: Some(true), ..ModelFacts::default() },
            ),
            ("gemini", json!({"name": "models/m", "inputTokenLimit": 9, "outputTokenLimit": 3}), facts(9, 3)),
            (
                "anthropic",
                json!({"type": "model", "id": "m", "display_name": "M", "max_input_tokens": 9, "max_tokens": 3,
                    "capabilities": {"image_input": {"supported": true}, "structured_outputs": {"supported": true},
                        "thinking": {"supported": true,
                            "types": {"adaptive": {"supported": true}, "enabled": {"supported": true}}},
                        "effort": {"supported": true, "low": {"supported": true}, "max": {"supported": true},
                            "xhigh": {"supported": false}}}}),
                ModelFacts {
                    name: Some("M".into()),
                    images: Some(true),
                    efforts: vec!["low".into(), "max".into()],
                    thinking: Some(ThinkingKind::Adaptive),
                    schema_output: Some(true),
                    ..facts(9, 3)
                },
            ),
            (
                "ollama /api/show",
                json!({"id": "m", "capabilities": ["completion", "tools"], "model_info": {"x.context_length": 9}}),
                ModelFacts { images: Some(false), tools: Some(true), ..ModelFacts::default() },
            ),
            (
                "lm studio",
                json!({"id": "m", "type": "vlm", "capabilities": ["tool_use"], "max_context_length": 9,
                    "loaded_context_length": 4}),
                ModelFacts { context: Some(4), images: Some(true), tools: Some(true), ..ModelFacts::default() },
            ),
            (
                "codex catalogue",
                json!({"slug": "m", "display_name": "M", "context_window": 9, "input_modalities": ["text"],
                    "supported_reasoning_levels": [{"effort": "low"}, {"effort": "max"}]}),
                ModelFacts {
                    name: Some("M".into()),
                    context: Some(9),
                    images: Some(false),
                    efforts: vec!["low".into(), "max".into()],
                    ..ModelFacts::default()
                },
            ),
            (
                "nonsense",
                json!({"id": "m", "context_length": "many", "top_provider": 7, "max_model_len": 0}),
                ModelFacts::default(),
            ),
        ];
        for (provider, entry, expected) in cases {
            assert_eq!(read(&entry), Some(("m".to_owned(), expected)), "{provider}");
        }
    }

    #[test]
    fn prices_are_read_in_the_units_of_each_list() {
        let usd = |dollars: f64| Some(Usd::from(dollars));
        for (list, entry, expected) in [
            (
                "openrouter",
                json!({"pricing": {"prompt": "0.000003", "completion": "0.000015", "request": "0",
                    "input_cache_read": "0.0000003", "input_cache_write": "0.00000375"}}),
                Some((usd(3.0), usd(15.0), usd(0.3), usd(3.75))),
            ),
            ("free", json!({"pricing": {"prompt": "0", "completion": "0"}}), Some((usd(0.0), usd(0.0), None, None))),
            ("a router", json!({"pricing": {"prompt": "-1", "completion": "-1"}}), None),
            (
                "vercel",
                json!({"pricing": {"input": "0.00000075", "output": "0.00000375", "input_cache_read": "0.000000075"}}),
                Some((usd(0.75), usd(3.75), usd(0.075), None)),
            ),
            (
                "together",
                json!({"pricing": {"hourly": 0, "input": 0.88, "output": 0.9, "base": 0, "finetune": 0}}),
                Some((usd(0.88), usd(0.9), None, None)),
            ),
            (
                "litellm",
                json!({"model_info": {"input_cost_per_token": 1.5e-7, "output_cost_per_token": 6e-7,
                    "cache_read_input_token_cost": 7.5e-8}}),
                Some((usd(0.15), usd(0.6), usd(0.075), None)),
            ),
            ("half", json!({"pricing": {"prompt": "0.1"}}), None),
            ("nonsense", json!({"pricing": {"prompt": "dear", "completion": []}}), None),
        ] {
            let mut entry = entry;
            entry["id"] = json!("m");
            let price = read(&entry).expect("a model").1.price;
            let found = price.map(|price| (Some(price.input), Some(price.output), price.cached, price.cache_write));
            assert_eq!(found, expected, "{list}");
        }
    }

    #[test]
    fn what_cannot_hold_a_conversation_is_left_out() {
        for entry in [
            json!({"id": "whisper", "active": false}),
            json!({"id": "m", "type": "embedding"}),
            json!({"name": "models/m", "supportedGenerationMethods": ["embedContent"]}),
            json!({"model_name": "m", "model_info": {"mode": "image_generation"}}),
            json!({"id": "m", "architecture": {"output_modalities": ["image"]}}),
            json!({"id": ""}),
            json!({"id": "a\u{1b}[2J"}),
            json!("two words"),
            json!({"id": "x".repeat(257)}),
            json!({"object": "model"}),
            json!(7),
            json!(null),
        ] {
            assert_eq!(read(&entry), None, "{entry}");
        }
    }
}
