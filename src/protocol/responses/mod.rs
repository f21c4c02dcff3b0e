//! The front end: what Codex sends and what it reads.
