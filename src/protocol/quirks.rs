//! What an upstream does differently from its protocol's documentation.

/// Begins the name of a quirk that is no flag: a field of the body that is refused.
pub const DROP: &str = "drop:";

use super::ir::Request;
use super::{Wire, compaction, images};

/// Declares [`Quirks`]: one flag per name, so that a quirk is one line here and one arm in a writer.
macro_rules! quirks {
    ($($(#[doc = $about:literal])* $name:ident,)*) => {
        /// What an upstream does differently from its protocol's documentation, or leaves out. The flags carry the
        /// names that provider templates use.
        #[derive(Debug, Clone, Default, PartialEq, Eq)]
        #[allow(clippy::struct_excessive_bools, reason = "independent facts, each named in a template")]
        pub struct Quirks {
            $($(#[doc = $about])* pub $name: bool,)*
            /// The efforts that the model has, lowest first; empty when not known.
            pub efforts: Vec<String>,
            /// Fields of the body that are refused, by their paths (`store`, `text.verbosity`); named `drop:<path>`.
            pub dropped: Vec<String>,
        }

        impl Quirks {
            /// Sets the flag of that name; false when translation knows none.
            pub fn set(&mut self, name: &str) -> bool {
                match name {
                    $(stringify!($name) => self.$name = true,)*
                    _ => match name.strip_prefix(DROP).filter(|path| super::refusal::can_go(path)) {
                        Some(path) if self.dropped.iter().any(|known| known == path) => {}
                        Some(path) => self.dropped.push(path.to_owned()),
                        None => return false,
                    },
                }
                true
            }

            /// What the quirk of that name means, in words.
            #[must_use]
            pub fn about(name: &str) -> Option<String> {
                Some(match name {
                    $(stringify!($name) => concat!($($about),*).trim().trim_end_matches('.').to_owned(),)*
                    _ => match name.strip_prefix(DROP) {
                        Some(path) => format!("The field `{path}` is refused, and left out"),
                        None => NOT_TRANSLATION.iter().find(|(known, _)| *known == name)?.1.to_owned(),
                    },
                })
            }
        }
    };
}

quirks! {
    /// `role: "developer"` is refused (Responses upstreams; chat always gets `system`).
    developer_role_rejected,
    /// Whether `developer` works hangs on the model's chat template.
    developer_role_template,
    /// System messages are taken anywhere in a conversation; elsewhere later ones become words of the user (chat).
    late_system,
    /// `custom` tools are refused on `/responses`.
    custom_tools_rejected,
    /// `custom` tools are dropped in silence on `/responses`.
    custom_tools_dropped,
    /// The one `custom` tool that `/responses` takes is `apply_patch`.
    custom_tools_apply_patch_only,
    /// `namespace` tools are refused on `/responses`.
    namespace_tools_rejected,
    /// All tools but functions are skipped in silence on `/responses`.
    non_function_tools_skipped,
    /// `web_search` is refused.
    web_search_rejected,
    /// `web_search` is taken, Codex's own fields in it are not.
    web_search_extra_fields_rejected,
    /// The web is searched by the tool `openrouter:web_search` (chat).
    web_search_openrouter,
    /// `parallel_tool_calls: true` is refused.
    parallel_true_rejected,
    /// `parallel_tool_calls: false` is refused.
    parallel_false_rejected,
    /// `strict` in tools and schemas is refused.
    strict_rejected,
    /// Tool names are limited to 64 characters of `[A-Za-z0-9_-]` (chat always keeps to that).
    tool_name_64,
    /// Tool call ids are nine letters or digits.
    tool_call_id_9,
    /// The output limit is called `max_completion_tokens`.
    max_completion_tokens,
    /// The model's reasoning must be sent back as `reasoning_content`.
    reasoning_content_replay,
    /// Reasoning arrives as `reasoning` (both names are always read; this one is sent back under its own).
    reasoning_field_reasoning,
    /// Only `tool_choice: "auto"`.
    tool_choice_auto_only,
    /// Sampling parameters are refused.
    sampling_locked,
    /// `reasoning_effort` is refused or means nothing.
    reasoning_effort_unportable,
    /// All the usual words for an effort are valid, whatever the model; it maps them itself.
    every_effort,
    /// Thinking is switched by `enable_thinking`.
    enable_thinking,
    /// Thinking is switched by `thinking: {type}`.
    thinking_type,
    /// The stream has no `[DONE]`.
    no_done,
    /// A user message right behind a tool result is refused: something of the assistant must stand between (chat).
    assistant_after_tool,
    /// Documents are taken as parts of the type `file` (chat).
    file_parts,
    /// Answers can be held to JSON, but to no schema (`response_format`, chat).
    json_schema_rejected,
    /// Answers cannot be held to any form, neither in a stream nor beside tools (`response_format`, chat).
    response_format_rejected,
    /// Tool results must follow their calls at once (chat always does that).
    tool_results_adjacent,
    /// Images in tool outputs are refused (chat always moves them).
    image_in_tool_output_rejected,
    /// The model sees no images. Set by what is known of the model.
    images_rejected,
    /// At most 128 tools.
    max_tools_128,
    /// Cache hits need, or are likelier with, a `prompt_cache_key`, which the provider documents.
    prompt_cache_key_required,
    /// `prompt_cache_key` is refused.
    prompt_cache_key_rejected,
    /// Fields beyond the documented ones are refused.
    extra_fields_rejected,
    /// Tools are taken in `tools` alone, not as an input item of code-mode models (`/responses`).
    additional_tools_unsupported,
    /// Makes no compaction items on `/responses`, so the model is asked for a summary instead.
    compact_unsupported,
    /// Schemas of tools and answers are limited to a subset of `OpenAPI`'s.
    schema_subset,
}

/// Quirks of the shared vocabulary that other rooms act on, that a later back end will, or that are seen to unasked.
const NOT_TRANSLATION: [(&str, &str); 27] = [
    ("api_key_header", "The key goes in the header `api-key`"),
    ("api_version_query", "Every address wants an `api-version`"),
    ("cache_control_needed", "Nothing is cached without marks for it"),
    ("coding_plan_key", "Keys of the coding plan work at an address of their own"),
    ("effort_map", "Only some of the efforts that Codex knows are valid"),
    ("logprobs_rejected", "`logprobs` is refused"),
    ("max_tokens_required", "Every request has to name an output limit"),
    ("missing_terminal_event", "Its streams may end without their last event"),
    ("mixed_wire", "Which protocol it speaks hangs on the model"),
    ("model_is_deployment", "A model is named by its deployment"),
    ("needs_flags", "Tools work only when the server was started with flags for them"),
    ("needs_user_agent", "Requests without a `User-Agent` are refused"),
    ("no_websocket", "It takes no WebSocket"),
    ("reasoning_think_tags", "Reasoning may stand in the answer, between `<think>` tags"),
    ("region_keys", "Keys of one region are refused in another"),
    ("request_size_cap", "Requests above a size of its own are refused"),
    ("reserved_codex_id", "Codex keeps its id for itself"),
    ("responses_no_v1", "`/responses` lies outside `/v1`"),
    ("single_leading_system", "Only one system message is taken, as the first"),
    ("slug_vendor_model", "Models are named `vendor/model`"),
    ("small_default_context", "A model gets a small window unless the server is told otherwise"),
    ("stateless", "It keeps no answers"),
    ("thinking_signature_replay", "Thought has to be sent back with its signature"),
    ("thinking_tool_choice_auto", "While it thinks, a tool cannot be forced"),
    ("thought_signature_replay", "Calls have to be sent back with their thought signature"),
    ("uuid_item_ids", "Ids of items are UUIDs"),
    ("zstd_unsupported", "Compressed requests are refused"),
];

impl Quirks {
    /// Reads the names of a provider template. What no room knows is handed back.
    pub fn from_names<I: IntoIterator<Item = impl AsRef<str>>>(names: I) -> (Self, Vec<String>) {
        let mut quirks = Self::default();
        let mut unknown = Vec::new();
        for name in names {
            let name = name.as_ref();
            if !quirks.set(name) && !NOT_TRANSLATION.iter().any(|(known, _)| *known == name) {
                unknown.push(name.to_owned());
            }
        }
        (quirks, unknown)
    }

    /// Whether a Responses upstream knows tools of some kind that Codex uses all the time not at all, so that they have
    /// to become functions.
    #[must_use]
    pub const fn knows_functions_alone(&self) -> bool {
        self.custom_tools_rejected
            || self.custom_tools_dropped
            || self.namespace_tools_rejected
            || self.non_function_tools_skipped
    }

    /// Takes out of a request what the upstream, or its model, has no use for; all that goes before its writer does.
    pub fn reduce(&self, wire: Wire, request: &mut Request<'_>) {
        // Anthropic's cache of a prompt begins with the tools: without them nothing in it is found again.
        if request.compacts && (wire != Wire::Messages || self.tool_choice_auto_only) {
            compaction::drop_tools(request);
        }
        if self.images_rejected {
            images::leave_out(request);
        }
    }

    /// The effort to ask for in place of `wanted`; none when the upstream takes none. A word is never sent that the
    /// model is not known, or likely, to have: a refusal would end the session.
    pub(crate) fn effort<'a>(&'a self, wanted: &'a str) -> Option<&'a str> {
        /// What a model is taken to have when nothing is known of it.
        const USUAL: [&str; 3] = ["low", "medium", "high"];
        if self.reasoning_effort_unportable {
            return None;
        }
        if !self.efforts.is_empty() {
            return nearest_effort(self.efforts.iter().map(String::as_str).collect(), wanted);
        }
        if self.every_effort {
            return nearest_effort(EFFORTS[..EFFORTS.len() - 1].to_vec(), wanted);
        }
        // Not every model can do without thought, and a lowest effort is none that was asked for.
        if wanted == "none" { None } else { nearest_effort(USUAL.to_vec(), wanted) }
    }
}

/// The words for an effort, lowest first. The last is Codex's own, for agents that work side by side.
const EFFORTS: [&str; 8] = ["none", "minimal", "low", "medium", "high", "xhigh", "max", "ultra"];

/// The level that is nearest to the wanted effort; an effort that nobody knows is none of them, or itself.
pub(crate) fn nearest_effort<'a>(levels: Vec<&'a str>, wanted: &'a str) -> Option<&'a str> {
    let rank = |level: &str| EFFORTS.iter().position(|known| *known == level);
    let Some(wanted_rank) = rank(wanted) else { return levels.contains(&wanted).then_some(wanted) };
    // Of two equally near the higher, since too little thought costs more than too much.
    levels
        .into_iter()
        .filter_map(|level| rank(level).map(|rank| (level, rank)))
        .min_by_key(|(_, rank)| (rank.abs_diff(wanted_rank), std::cmp::Reverse(*rank)))
        .map(|(level, _)| level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_set_flags_and_strangers_come_back() {
        let names = ["no_done", "region_keys", "made_up", "drop:store", "drop:store"];
        let (quirks, unknown) = Quirks::from_names(names);
        assert!(quirks.no_done);
        assert_eq!(quirks.dropped, ["store"]);
        assert_eq!(unknown, ["made_up"]);
        // Without these there is no request.
        let needed = ["drop:", "drop:model", "drop:input", "drop:tools", "drop:messages", "drop: store"];
        assert_eq!(Quirks::from_names(needed), (Quirks::default(), needed.map(str::to_owned).to_vec()));
        assert_eq!(Quirks { no_done: false, dropped: vec![], ..quirks }, Quirks::default());
    }

    #[test]
    fn efforts_go_to_the_nearest_that_the_model_has() {
        let unknown = Quirks::default();
        assert_eq!(Quirks { reasoning_effort_unportable: true, ..unknown.clone() }.effort("high"), None);
        for (wanted, given) in [
            ("none", None),
            ("minimal", Some("low")),
            ("low", Some("low")),
            ("medium", Some("medium")),
            ("high", Some("high")),
            ("max", Some("high")),
            ("ultra", Some("high")),
            ("banana", None),
        ] {
            assert_eq!(unknown.effort(wanted), given, "{wanted}");
        }
        let every = Quirks { every_effort: true, ..unknown.clone() };
        for (wanted, given) in
            [("none", Some("none")), ("xhigh", Some("xhigh")), ("ultra", Some("max")), ("banana", None)]
        {
            assert_eq!(every.effort(wanted), given, "{wanted}");
        }
        let listed = Quirks { efforts: vec!["low".into(), "high".into(), "max".into()], ..every };
        for (wanted, given) in
            [("none", "low"), ("medium", "high"), ("high", "high"), ("xhigh", "max"), ("ultra", "max")]
        {
            assert_eq!(listed.effort(wanted), Some(given), "{wanted}");
        }
        let switched = Quirks { efforts: vec!["none".into(), "high".into()], ..unknown };
        assert_eq!((switched.effort("none"), switched.effort("low")), (Some("none"), Some("high")));
    }
}
