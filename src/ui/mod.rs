//! What a person sees: printer, tables, prompts, diff, sanitising of foreign text.
