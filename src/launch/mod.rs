//! Environment and exec of codex.
