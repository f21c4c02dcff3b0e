//! Secrets: the type, where they come from, and how they stay out of sight.
