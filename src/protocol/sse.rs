//! Server-sent events: framing, both ways, bounded.
