//! Facts about Codex: find it, its version and what that version can do, its home, its catalogue format.
