//! What a person types, without Codex running.
