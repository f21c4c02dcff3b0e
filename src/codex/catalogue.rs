//! Codex's model catalogue format (codex-facts 5.1): what Codex needs to know of a model so that it offers
//! `apply_patch`, keeps to the real context window and shows no warning.

use serde_json::{Value, json};

use crate::catalog::ModelFacts;

/// The context window to state when nobody knows it, in tokens. Small enough for most models that can carry Codex at
/// all; too small only compacts earlier.
pub const UNKNOWN_CONTEXT: u64 = 128_000;

/// How much of one tool output Codex keeps, in tokens: what it does for its own models.
const TOOL_OUTPUT_TOKENS: u64 = 10_000;

/// One model's entry. `slug` is the name that Codex sends, `priority` its place in the picker, lowest first.
#[must_use]
pub fn entry(slug: &str, facts: &ModelFacts, instructions: &str, priority: u32) -> Value {
    let context = facts.context.unwrap_or(UNKNOWN_CONTEXT);
    let modalities = if facts.images == Some(false) { json!(["text"]) } else { json!(["text", "image"]) };
    let efforts: Vec<Value> = facts
        .efforts
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
        "apply_patch_tool_type": "freeform",
        "context_window": context,
        "max_context_window": context,
        "input_modalities": modalities,
        "supports_parallel_tool_calls": true,
        "supports_reasoning_summaries": true,
        "supports_reasoning_summary_parameter": true,
        "default_reasoning_summary": "auto",
        "supports_search_tool": false,
    });
    // The middle of the levels: what Codex's own entries start with.
    if let Some(middle) = facts.efforts.get(facts.efforts.len() / 2) {
        entry["default_reasoning_level"] = json!(middle);
    }
    entry
}

/// A whole catalogue.
#[must_use]
pub fn document(entries: &[Value]) -> Value {
    json!({ "models": entries })
}
