//! Codex's model catalogue format (codex-facts 5.1): what Codex needs to know of a model so that it offers
//! `apply_patch`, keeps to the real context window and shows no warning.

use serde_json::{Value, json};

use crate::catalog::ModelFacts;

/// The context window to state when nobody knows it, in tokens. Small enough for most models that can carry Codex at
/// all; too small only compacts earlier.
pub const UNKNOWN_CONTEXT: u64 = 128_000;

/// Codex reads the window as a signed number of 64 bits.
const MOST_CONTEXT: u64 = i64::MAX as u64;

/// How much of one tool output Codex keeps, in tokens: what it does for its own models.
const TOOL_OUTPUT_TOKENS: u64 = 10_000;

/// One model's entry. `slug` is the name that Codex sends, `priority` its place in the picker, lowest first.
#[must_use]
pub fn entry(slug: &str, facts: &ModelFacts, instructions: &str, priority: u32) -> Value {
    // Codex refuses the whole catalogue for one number that is too large for it, or one effort without a name.
    let context = facts.context.filter(|&tokens| tokens > 0).unwrap_or(UNKNOWN_CONTEXT).min(MOST_CONTEXT);
    let levels: Vec<&str> = facts.efforts.iter().map(|effort| effort.trim()).filter(|e| !e.is_empty()).collect();
    let modalities = if facts.images == Some(false) { json!(["text"]) } else { json!(["text", "image"]) };
    let efforts: Vec<Value> = levels
        .iter()
        .map(|effort| json!({"effort": effort, "description": format!("{effort} reasoning effort")}))
        .collect();
    let mut entry = json!({
        "slug": slug,
        "display_name": slug,
        "description": facts.name.as_deref().unwrap_or(slug),
        "supported_reasoning_levels": efforts,
        "shell_type": "unified_exec",
        "visibility": "list",
        "supported_in_api": true,
        "priority": priority,
        "support_verbosity": false,
        "truncation_policy": {"mode": "tokens", "limit": TOOL_OUTPUT_TOKENS},
        "experimental_supported_tools": [],
        "base_instructions": instructions,
        // Without the tool, Codex lets patches be applied through the shell, where any model can write them.
        "apply_patch_tool_type": (facts.apply_patch != Some(false)).then_some("freeform"),
        "context_window": context,
        "max_context_window": context,
        "input_modalities": modalities,
        "supports_parallel_tool_calls": facts.parallel != Some(false),
        "supports_reasoning_summaries": true,
        "supports_reasoning_summary_parameter": true,
        "default_reasoning_summary": "auto",
        "supports_search_tool": false,
    });
    // The middle of the levels: what Codex's own entries start with.
    if let Some(middle) = levels.get(levels.len() / 2) {
        entry["default_reasoning_level"] = json!(middle);
    }
    entry
}

/// A whole catalogue.
#[must_use]
pub fn document(entries: &[Value]) -> Value {
    json!({ "models": entries })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(context: Option<u64>, images: Option<bool>, efforts: &[&str]) -> ModelFacts {
        let efforts = efforts.iter().map(|&effort| effort.to_owned()).collect();
        ModelFacts { context, images, efforts, ..ModelFacts::default() }
    }

    #[test]
    fn an_entry_has_all_that_codex_demands_and_what_makes_it_offer_its_tools() {
        let entry = entry("lab/m:1", &facts(Some(64_000), Some(false), &["low", "medium", "high"]), "Work.", 3);
        // Required by Codex 0.169.0 (codex-facts 5.1).
        for field in [
            "slug",
            "display_name",
            "supported_reasoning_levels",
            "shell_type",
            "visibility",
            "supported_in_api",
            "priority",
            "support_verbosity",
            "truncation_policy",
            "experimental_supported_tools",
            "base_instructions",
        ] {
            assert!(!entry[field].is_null(), "{field}");
        }
        for (field, value) in [
            ("slug", json!("lab/m:1")),
            ("priority", json!(3)),
            ("base_instructions", json!("Work.")),
            ("apply_patch_tool_type", json!("freeform")),
            ("context_window", json!(64_000)),
            ("max_context_window", json!(64_000)),
            ("input_modalities", json!(["text"])),
            ("default_reasoning_level", json!("medium")),
            ("supports_search_tool", json!(false)),
        ] {
            assert_eq!(entry[field], value, "{field}");
        }
        // Each of them would give the model tools that only OpenAI's own models and servers know.
        for field in ["use_responses_lite", "tool_mode", "multi_agent_version"] {
            assert_eq!(entry.get(field), None, "{field}");
        }
    }

    #[test]
    fn what_nobody_knows_gets_a_cautious_value() {
        let entry = entry("m", &ModelFacts::default(), "Work.", 0);
        assert_eq!(entry["context_window"], json!(UNKNOWN_CONTEXT));
        assert_eq!(entry["input_modalities"], json!(["text", "image"]));
        assert_eq!(entry["supported_reasoning_levels"], json!([]));
        assert_eq!(entry.get("default_reasoning_level"), None);
    }

    #[test]
    fn what_a_model_was_seen_to_fail_at_is_not_offered_to_it() {
        for (able, patch) in [(None, json!("freeform")), (Some(true), json!("freeform")), (Some(false), json!(null))] {
            let facts = ModelFacts { apply_patch: able, parallel: able, ..ModelFacts::default() };
            let entry = entry("m", &facts, "", 0);
            assert_eq!(entry["apply_patch_tool_type"], patch, "{able:?}");
            assert_eq!(entry["supports_parallel_tool_calls"], json!(able != Some(false)), "{able:?}");
        }
    }

    #[test]
    fn nothing_that_a_provider_says_makes_codex_refuse_the_catalogue() {
        for (said, context) in [(0, UNKNOWN_CONTEXT), (1, 1), (u64::MAX, MOST_CONTEXT)] {
            let entry = entry("m", &facts(Some(said), None, &["", " ", "low"]), "", 0);
            assert_eq!(entry["context_window"], json!(context), "{said}");
            let levels = entry["supported_reasoning_levels"].as_array().expect("a list");
            assert_eq!(levels.len(), 1);
            assert_eq!(entry["default_reasoning_level"], json!("low"));
        }
    }
}
