//! What could not be carried over: every field, item or tool that is left out is a named loss.

/// Something that could not be carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Which sort; one of the constants of this module.
    pub code: &'static str,
    /// Which one.
    pub detail: String,
}

impl Loss {
    /// A loss of that code.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

/// Declares the codes and [`ALL`], so that none is missing in the list.
macro_rules! losses {
    ($(#[doc = $doc:literal] $name:ident = $code:literal,)*) => {
        $(#[doc = $doc] pub const $name: &str = $code;)*

        /// Every code with what it means, in the order of the README's table.
        pub const ALL: &[(&str, &str)] = &[$(($code, $doc)),*];
    };
}

// The codes are stable: scripts and logs know them.
losses! {
    #[doc = "The `web_search` tool, where the provider has no search of its own."]
    WEB_SEARCH = "web_search",
    #[doc = "A tool of a kind that has no counterpart."]
    TOOL_KIND = "tool_kind",
    #[doc = "Tools beyond the number that the provider takes."]
    TOOL_LIMIT = "tool_limit",
    #[doc = "A part of a schema, of a tool or of the answer, that the provider does not take."]
    TOOL_SCHEMA = "tool_schema",
    #[doc = "A `tool_choice` that cannot be asked for."]
    TOOL_CHOICE = "tool_choice",
    #[doc = "An input item of a kind that is not known or has no counterpart."]
    INPUT_ITEM = "input_item",
    #[doc = "A part of a message that is not known or has no counterpart."]
    CONTENT_PART = "content_part",
    #[doc = "Reasoning that another provider or model made, and that only it can read."]
    REASONING = "reasoning",
    #[doc = "A summary of the conversation that another provider made, and that only it can read."]
    COMPACTION = "compaction",
    #[doc = "The oldest tool outputs, left out so that the conversation fits the model that is to summarise it."]
    TRIMMED = "trimmed_output",
    #[doc = "`reasoning.effort`, left out or replaced by the nearest that the model has."]
    EFFORT = "reasoning_effort",
    #[doc = "`text.verbosity`."]
    VERBOSITY = "verbosity",
    #[doc = "A `text.format` of an unknown type, or one that can only be asked for in words."]
    FORMAT = "text_format",
    #[doc = "`service_tier`."]
    SERVICE_TIER = "service_tier",
    #[doc = "`temperature`, `top_p`."]
    SAMPLING = "sampling",
    #[doc = "Another field of the request that has no counterpart."]
    FIELD = "field",
    #[doc = "A tool output without its call, kept as a user message."]
    ORPHAN_OUTPUT = "orphan_output",
    #[doc = "A call without its output, answered by a placeholder."]
    MISSING_OUTPUT = "missing_output",
    #[doc = "Tool arguments that are not JSON, wrapped."]
    BROKEN_ARGUMENTS = "broken_arguments",
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_one_of_a_kind_and_fit_a_header() {
        let codes: HashSet<_> = ALL.iter().map(|(code, _)| code).collect();
        assert_eq!(codes.len(), ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
    }
}
