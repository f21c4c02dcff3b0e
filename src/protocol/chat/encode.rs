//! The shared request to a Chat Completions body.

use std::borrow::Cow;

use super::body::{
    Body, Function, JsonSchema, Named, Place, ResponseFormat, SearchParameters, StreamOptions, Thinking, Tool,
    ToolChoice,
};
use super::decoder::Decoder;
use super::messages::{instruct, messages};
use crate::protocol::ir::{self, Format, Loss, Request, ToolSpec, WebSearch, loss};
use crate::protocol::quirks::Quirks;
use crate::protocol::tools::{Names, lowered_description, lowered_schema, object_schema};

/// The most tools that a limited upstream takes.
const MAX_TOOLS: usize = 128;

/// Asks for an answer of a schema, which follows. Providers that know JSON alone want the word said.
const ASK_FOR_SCHEMA: &str = "When you give your answer, give one JSON object of this schema and nothing else:\n";

/// Asks for an answer of any schema.
const ASK_FOR_OBJECT: &str = "When you give your answer, give one JSON object and nothing else.";

/// What goes out, and what reads the answer to it.
#[derive(Debug)]
pub struct Outbound {
    /// The JSON body for `POST {base_url}/chat/completions`.
    pub body: Vec<u8>,
    /// What could not be carried over, of the request's own losses and of this writer's.
    pub losses: Vec<Loss>,
    /// Reads this request's answer.
    pub decoder: Decoder,
}

/// Writes a request for an upstream that speaks Chat Completions.
#[must_use]
pub fn encode(request: &Request<'_>, upstream_model: &str, quirks: &Quirks) -> Outbound {
    let mut losses = request.losses.clone();
    let names = Names::new(request);
    let mut body = Body {
        model: upstream_model,
        messages: messages(request, &names, upstream_model, quirks, &mut losses),
        stream: request.stream,
        ..Body::default()
    };
    // Mistral's kind sends usage unasked and refuses the question.
    body.stream_options =
        (request.stream && !quirks.extra_fields_rejected).then_some(StreamOptions { include_usage: true });
    tools(&mut body, request, &names, quirks, &mut losses);
    effort(&mut body, request, quirks, &mut losses);
    answer_format(&mut body, request, quirks, &mut losses);
    if quirks.max_completion_tokens {
        body.max_completion_tokens = request.max_output_tokens;
    } else {
        body.max_tokens = request.max_output_tokens;
    }
    if !quirks.sampling_locked {
        body.temperature = request.temperature;
        body.top_p = request.top_p;
    } else if request.temperature.is_some() || request.top_p.is_some() {
        losses.push(Loss::new(loss::SAMPLING, "temperature, top_p"));
    }
    // A hint that tells which cache to look into. The answer is the same without it, so where it is not documented
    // nothing is lost; and some upstreams refuse what they do not know.
    if quirks.prompt_cache_key_required && !quirks.prompt_cache_key_rejected {
        body.prompt_cache_key = request.cache_key.as_deref();
    }
    let mut bytes = Vec::with_capacity(request.text_size());
    // Writing strings and numbers into a buffer cannot fail.
    let _ = serde_json::to_writer(&mut bytes, &body);
    let decoder = Decoder::new(names, upstream_model, quirks, request.call_ids());
    Outbound { body: bytes, losses, decoder }
}

/// The form of the answer; what the upstream cannot be held to it is asked for.
fn answer_format<'a>(body: &mut Body<'a>, request: &'a Request<'_>, quirks: &Quirks, losses: &mut Vec<Loss>) {
    body.response_format = match &request.format {
        None => None,
        Some(Format::Json) if quirks.response_format_rejected => {
            losses.push(Loss::new(loss::FORMAT, "`json_object` is only asked for"));
            instruct(&mut body.messages, ASK_FOR_OBJECT);
            None
        }
        Some(Format::Json) => Some(ResponseFormat::JsonObject),
        Some(Format::Schema { schema, .. }) if quirks.json_schema_rejected || quirks.response_format_rejected => {
            losses.push(Loss::new(loss::FORMAT, "`json_schema` is only asked for"));
            instruct(&mut body.messages, &format!("{ASK_FOR_SCHEMA}{}", schema.get()));
            (!quirks.response_format_rejected).then_some(ResponseFormat::JsonObject)
        }
        Some(Format::Schema { name, schema, strict }) => {
            let strict = (*strict && !quirks.strict_rejected).then_some(true);
            Some(ResponseFormat::JsonSchema { json_schema: JsonSchema { name, schema, strict } })
        }
    };
}

fn tools<'a>(body: &mut Body<'a>, request: &'a Request<'_>, names: &'a Names, quirks: &Quirks, losses: &mut Vec<Loss>) {
    let limit = if quirks.max_tools_128 { MAX_TOOLS } else { usize::MAX };
    body.tools = request.tools.iter().take(limit).map(|tool| lowered(tool, names, quirks)).collect();
    for tool in request.tools.iter().skip(limit) {
        losses.push(Loss::new(loss::TOOL_LIMIT, tool.name.name.as_ref()));
    }
    if let Some(search) = &request.web_search {
        if !quirks.web_search_openrouter {
            losses.push(Loss::new(loss::WEB_SEARCH, "web_search"));
        } else if search.live {
            body.tools.push(web_search(search));
        } else {
            let reason = "only pages of an index were allowed, which the provider does not have";
            losses.push(Loss::new(loss::WEB_SEARCH, reason));
        }
    }
    // Compaction and title requests have no tools but a choice (codex-facts 3.1), which upstreams refuse.
    if body.tools.is_empty() {
        return;
    }
    let choice = match &request.tool_choice {
        ir::ToolChoice::Auto => None,
        ir::ToolChoice::None => Some(ToolChoice::Word("none")),
        ir::ToolChoice::Required => Some(ToolChoice::Word("required")),
        ir::ToolChoice::Tool(tool) => {
            Some(ToolChoice::Function { kind: "function", function: Named { name: names.flat(tool) } })
        }
    };
    if choice.is_some() && quirks.tool_choice_auto_only {
        losses.push(Loss::new(loss::TOOL_CHOICE, "only `auto` is taken"));
    } else {
        body.tool_choice = choice;
    }
    body.parallel_tool_calls = match request.parallel_tool_calls {
        Some(true) if quirks.parallel_true_rejected => None,
        Some(false) if quirks.parallel_false_rejected => {
            losses.push(Loss::new(loss::FIELD, "parallel_tool_calls: false"));
            None
        }
        wish => wish,
    };
}

fn web_search<'a>(search: &'a WebSearch<'_>) -> Tool<'a> {
    let parameters = SearchParameters {
        allowed_domains: search.allowed_domains.iter().map(AsRef::as_ref).collect(),
        user_location: search.location.as_ref().map(|place| Place {
            city: place.city.as_deref(),
            region: place.region.as_deref(),
            country: place.country.as_deref(),
            timezone: place.timezone.as_deref(),
        }),
    };
    Tool::WebSearch { parameters: (parameters != SearchParameters::default()).then_some(parameters) }
}

fn lowered<'a>(tool: &'a ir::Tool<'_>, names: &'a Names, quirks: &Quirks) -> Tool<'a> {
    let (parameters, strict) = match &tool.spec {
        ToolSpec::Function { parameters, strict } => (object_schema(*parameters), *strict),
        ToolSpec::Search { parameters } => (object_schema(*parameters), false),
        ToolSpec::Custom { .. } => (lowered_schema(), false),
    };
    Tool::Function {
        function: Function {
            name: names.flat(&tool.name),
            description: lowered_description(&tool.description, &tool.spec),
            parameters,
            strict: (strict && !quirks.strict_rejected).then_some(true),
        },
    }
}

fn effort<'a>(body: &mut Body<'a>, request: &'a Request<'_>, quirks: &'a Quirks, losses: &mut Vec<Loss>) {
    let Some(wanted) = request.effort.as_deref() else { return };
    // A model whose efforts are known, and none of them is `none`, cannot do without thought.
    let always = !quirks.efforts.is_empty() && !quirks.efforts.iter().any(|effort| effort == "none");
    let thinks = always || wanted != "none";
    if quirks.enable_thinking {
        body.enable_thinking = Some(thinks);
    }
    if quirks.thinking_type {
        body.thinking = Some(Thinking { kind: if thinks { "enabled" } else { "disabled" } });
    }
    let switched = quirks.enable_thinking || quirks.thinking_type;
    if switched && !thinks {
        return;
    }
    body.reasoning_effort = quirks.effort(wanted);
    if body.reasoning_effort != Some(wanted) {
        let detail = body.reasoning_effort.map_or_else(
            || Cow::Owned(format!("`{wanted}` is not sent")),
            |given| Cow::Owned(format!("`{wanted}` becomes `{given}`")),
        );
        losses.push(Loss::new(loss::EFFORT, detail));
    }
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
