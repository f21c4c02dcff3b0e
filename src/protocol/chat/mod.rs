//! The back end for upstreams that speak Chat Completions.
