//! The real Codex at work.

mod doubles;
