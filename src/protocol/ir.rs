//! The small set of things that all protocols share.
