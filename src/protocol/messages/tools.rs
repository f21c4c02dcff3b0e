//! The tools of a request, and whether one must be called.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::body::{Json, Place, Tool, ToolChoice};
use super::schema;
use super::thinking::Mode;
use crate::protocol::ir::{self, Format, Item, Loss, Request, ToolSpec, WebSearch, loss};
use crate::protocol::lenient::mended;
use crate::protocol::quirks::Quirks;
use crate::protocol::tools::{LOWERED_SCHEMA, Names, lowered_description};

/// The most tools that a limited upstream takes.
const MAX_TOOLS: usize = 128;

/// The provider's own search; later versions of it need its code execution as well.
const WEB_SEARCH_KIND: &str = "web_search_20250305";

/// The name that the search must have.
const WEB_SEARCH: &str = "web_search";

/// The most searches of one answer: less than the ten steps after which the provider pauses an answer.
const MAX_SEARCHES: u32 = 8;

/// Describes a tool that is known from the conversation alone.
const PAST_TOOL: &str = "A tool that was used earlier in this conversation. It cannot be called now.";

/// Writes the tools.
pub(super) fn tools<'a>(
    request: &'a Request<'_>,
    names: &'a Names,
    quirks: &Quirks,
    losses: &mut Vec<Loss>,
) -> Vec<Tool<'a>> {
    let limit = if quirks.max_tools_128 { MAX_TOOLS } else { usize::MAX };
    let mut list = Vec::with_capacity(request.tools.len() + 1);
    if let Some(search) = &request.web_search {
        match refusal(request, search, names, quirks) {
            Some(reason) => losses.push(Loss::new(loss::WEB_SEARCH, reason)),
            None => list.push(web_search(search)),
        }
    }
    for tool in &request.tools {
        if list.len() == limit {
            losses.push(Loss::new(loss::TOOL_LIMIT, tool.name.name.as_ref()));
            continue;
        }
        list.push(function(tool, names, losses));
    }
    if list.is_empty() {
        list = past_tools(request, names);
    }
    list
}

/// Whether the provider's own search is on offer.
pub(super) fn offers_search(request: &Request<'_>, names: &Names, quirks: &Quirks) -> bool {
    request.web_search.as_ref().is_some_and(|search| refusal(request, search, names, quirks).is_none())
}

/// Why the search cannot be offered.
fn refusal(request: &Request<'_>, search: &WebSearch<'_>, names: &Names, quirks: &Quirks) -> Option<&'static str> {
    let is_taken = || request.tools.iter().any(|tool| names.flat(&tool.name) == WEB_SEARCH);
    if quirks.web_search_rejected {
        Some("web_search")
    } else if !search.live {
        Some("only pages of an index were allowed, which the provider does not have")
    } else if is_taken() {
        Some("another tool is called `web_search`")
    } else if matches!(request.format, Some(Format::Schema { .. })) {
        Some("an answer of a schema cannot name its sources")
    } else {
        None
    }
}

fn web_search<'a>(search: &'a WebSearch<'_>) -> Tool<'a> {
    Tool::WebSearch {
        kind: WEB_SEARCH_KIND,
        name: WEB_SEARCH,
        max_uses: MAX_SEARCHES,
        allowed_domains: search.allowed_domains.iter().map(AsRef::as_ref).collect(),
        user_location: search.location.as_ref().map(|place| Place {
            city: place.city.as_deref(),
            region: place.region.as_deref(),
            country: place.country.as_deref(),
            timezone: place.timezone.as_deref(),
        }),
    }
}

fn function<'a>(tool: &'a ir::Tool<'_>, names: &'a Names, losses: &mut Vec<Loss>) -> Tool<'a> {
    let (input_schema, lost) = match &tool.spec {
        ToolSpec::Function { parameters, .. } | ToolSpec::Search { parameters } => schema::input(*parameters),
        ToolSpec::Custom { .. } => (schema::constant(LOWERED_SCHEMA), false),
    };
    let name = names.flat(&tool.name);
    if lost {
        losses.push(Loss::new(loss::TOOL_SCHEMA, name));
    }
    // Holding the model to the schema would need a schema of the provider's own narrow kind.
    if matches!(tool.spec, ToolSpec::Function { strict: true, .. }) {
        losses.push(Loss::new(loss::TOOL_SCHEMA, format!("`strict` of {name}")));
    }
    Tool::Function {
        name,
        description: lowered_description(&tool.description, &tool.spec),
        input_schema,
        cache_control: None,
    }
}

/// The tools that were called before, for requests without any: a conversation with calls is refused without tools.
fn past_tools<'a>(request: &'a Request<'_>, names: &'a Names) -> Vec<Tool<'a>> {
    let mut seen = Vec::new();
    for item in &request.items {
        if let Item::Call { tool, .. } = item
            && !seen.contains(&names.flat(tool))
        {
            seen.push(names.flat(tool));
        }
    }
    let past = |name| Tool::Function {
        name,
        description: Cow::Borrowed(PAST_TOOL),
        input_schema: schema::empty(),
        cache_control: None,
    };
    seen.into_iter().map(past).collect()
}

/// Says whether a tool must be called, where that is not left to the model.
pub(super) fn choice<'a>(
    request: &'a Request<'_>,
    tools: &[Tool<'_>],
    names: &'a Names,
    quirks: &Quirks,
    mode: Mode,
    losses: &mut Vec<Loss>,
) -> Option<ToolChoice<'a>> {
    if tools.is_empty() {
        return None;
    }
    let searches = tools.iter().any(|tool| matches!(tool, Tool::WebSearch { .. }));
    if request.tools.is_empty() && !searches {
        return Some(ToolChoice::None);
    }
    let alone = request.parallel_tool_calls == Some(false) && !quirks.parallel_false_rejected;
    if !alone && request.parallel_tool_calls == Some(false) {
        losses.push(Loss::new(loss::FIELD, "parallel_tool_calls: false"));
    }
    let auto = alone.then_some(ToolChoice::Auto { disable_parallel_tool_use: true });
    let forced = match &request.tool_choice {
        ir::ToolChoice::Auto => return auto,
        ir::ToolChoice::None if quirks.tool_choice_auto_only => None,
        ir::ToolChoice::None => return Some(ToolChoice::None),
        ir::ToolChoice::Required => Some(ToolChoice::Any { disable_parallel_tool_use: alone }),
        ir::ToolChoice::Tool(tool) => {
            let name = names.flat(tool);
            let offered = tools.iter().any(|tool| matches!(tool, Tool::Function { name: known, .. } if *known == name));
            offered.then_some(ToolChoice::Tool { name, disable_parallel_tool_use: alone })
        }
    };
    let reason = if quirks.tool_choice_auto_only {
        "only `auto` is taken"
    } else if mode == Mode::On {
        "a model that thinks cannot be made to call a tool"
    } else if forced.is_none() {
        "the tool is not on offer"
    } else {
        return forced;
    };
    losses.push(Loss::new(loss::TOOL_CHOICE, reason));
    auto
}

/// The arguments of a call as an object of JSON.
pub(super) fn arguments(input: Cow<'_, str>) -> Json<'_> {
    // Halves of characters would make the whole body unreadable for the provider.
    let input = match input {
        Cow::Borrowed(text) => mended(text),
        Cow::Owned(text) => Cow::Owned(mended(&text).into_owned()),
    };
    match input {
        Cow::Borrowed(text) => serde_json::from_str(text).map_or_else(|_| no_arguments(), Json::Borrowed),
        Cow::Owned(text) => RawValue::from_string(text).map_or_else(|_| no_arguments(), Json::Owned),
    }
}

/// `{}`.
fn no_arguments() -> Json<'static> {
    schema::constant("{}")
}
