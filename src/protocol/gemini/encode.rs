//! The shared request to a `generateContent` body.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{
    Body, Declaration, FunctionCalling, GenerationConfig, Instruction, Part, SafetySetting, Tool, ToolConfig,
};
use super::contents::conversation;
use super::decoder::Decoder;
use super::model::Model;
use super::schema::{reduced, reduced_answer};
use super::thinking::thinking;
use crate::protocol::ir::{self, Format, Loss, Request, ToolChoice, ToolSpec, loss};
use crate::protocol::quirks::Quirks;
use crate::protocol::tools::{Names, lowered_description, lowered_schema, object_schema};

/// The most tools that a limited upstream takes.
const MAX_TOOLS: usize = 128;

/// What the provider's filters can be told about.
const HARMS: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];

/// What goes out, and what reads the answer to it.
#[derive(Debug)]
pub struct Outbound {
    /// The JSON body for [`path`].
    pub body: Vec<u8>,
    /// What could not be carried over, of the request's own losses and of this writer's.
    pub losses: Vec<Loss>,
    /// Reads this request's answer.
    pub decoder: Decoder,
}

/// What is the person's choice and no fact of the upstream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// How the provider's content filters are set.
    pub safety: Safety,
    /// Leaves thought signatures out: they are refused when the key or the door has changed since they were made.
    /// [`refuses_signatures`] tells that.
    pub without_signatures: bool,
}

/// How the provider's content filters are set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Safety {
    /// Nothing is held back that can be let through: source code and logs trip filters that were made for chats.
    #[default]
    Permissive,
    /// As the provider sets them.
    Unset,
}

impl Safety {
    /// Whether it is as it is without being set.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// Where a request goes, behind the base URL: `models/` stands in front of a bare name. A name whose segments would lead
/// elsewhere is a bare name too, whatever is in it.
#[must_use]
pub fn path(model: &str, stream: bool) -> String {
    let is_resource = model.contains('/') && !model.split('/').any(|segment| matches!(segment, "" | "." | ".."));
    let resource = if is_resource { "" } else { "models/" };
    let method = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let mut path = format!("/{resource}");
    for letter in model.chars() {
        match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' | '~' | '@' => path.push(letter),
            '/' if is_resource => path.push(letter),
            _ => {
                let mut bytes = [0; 4];
                path.extend(letter.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")));
            }
        }
    }
    format!("{path}:{method}")
}

/// Writes a request for an upstream that speaks `generateContent`, with the usual options.
#[must_use]
pub fn encode(request: &Request<'_>, upstream_model: &str, quirks: &Quirks) -> Outbound {
    encode_with(request, upstream_model, quirks, Options::default())
}

/// Writes a request for an upstream that speaks `generateContent`.
#[must_use]
pub fn encode_with(request: &Request<'_>, upstream_model: &str, quirks: &Quirks, options: Options) -> Outbound {
    let mut losses = request.losses.clone();
    let names = Names::new(request);
    let model = Model::of(upstream_model);
    let mut talk = conversation(request, &names, upstream_model, !options.without_signatures, &mut losses);
    let declarations = declarations(request, &names, quirks, &mut losses);
    let searches = searches(request, model, quirks, !declarations.is_empty(), &mut losses);
    let tool_config = ToolConfig {
        function_calling_config: function_calling(request, &names, &declarations, &mut losses),
        include_server_side_tool_invocations: searches && !declarations.is_empty(),
    };
    let has_config = tool_config.function_calling_config.is_some() || tool_config.include_server_side_tool_invocations;
    let mut config = GenerationConfig {
        max_output_tokens: request.max_output_tokens,
        thinking_config: thinking(model, request.effort.as_deref(), quirks, &mut losses),
        ..GenerationConfig::default()
    };
    if !quirks.sampling_locked {
        config.temperature = request.temperature;
        config.top_p = request.top_p;
    } else if request.temperature.is_some() || request.top_p.is_some() {
        losses.push(Loss::new(loss::SAMPLING, "temperature, top_p"));
    }
    if let Some(format) = &request.format {
        if (declarations.is_empty() && !searches) || model.is_3_or_later() {
            answer_format(&mut config, format, quirks, &mut losses);
        } else {
            losses.push(Loss::new(loss::FORMAT, "asked for in words beside tools"));
            talk.instructions.push(asked_format(format).into());
        }
    }
    let parts: Vec<Part<'_>> = talk.instructions.into_iter().map(Part::text).collect();
    let mut tools = Vec::new();
    if !declarations.is_empty() {
        tools.push(Tool::FunctionDeclarations(declarations));
    }
    if searches {
        tools.push(Tool::GoogleSearch {});
    }
    let body = Body {
        system_instruction: (!parts.is_empty()).then_some(Instruction { parts }),
        contents: talk.contents,
        tools,
        tool_config: has_config.then_some(tool_config),
        safety_settings: safety_settings(options.safety),
        generation_config: config,
    };
    let mut bytes = Vec::with_capacity(request.text_size());
    // Writing strings and numbers into a buffer cannot fail.
    let _ = serde_json::to_writer(&mut bytes, &body);
    let decoder = Decoder::new(names, upstream_model, request.call_ids());
    Outbound { body: bytes, losses, decoder }
}

/// Whether a refusal is about thought signatures, so that the same request without them would be taken.
#[must_use]
pub fn refuses_signatures(status: u16, message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    status == 400 && (message.contains("thought signature") || message.contains("thought_signature"))
}

fn safety_settings(safety: Safety) -> Vec<SafetySetting> {
    match safety {
        Safety::Permissive => {
            HARMS.iter().map(|category| SafetySetting { category, threshold: "BLOCK_NONE" }).collect()
        }
        Safety::Unset => Vec::new(),
    }
}

fn declarations<'a>(
    request: &'a Request<'_>,
    names: &'a Names,
    quirks: &Quirks,
    losses: &mut Vec<Loss>,
) -> Vec<Declaration<'a>> {
    let limit = if quirks.max_tools_128 { MAX_TOOLS } else { usize::MAX };
    for tool in request.tools.iter().skip(limit) {
        losses.push(Loss::new(loss::TOOL_LIMIT, tool.name.name.as_ref()));
    }
    request.tools.iter().take(limit).map(|tool| declaration(tool, names, quirks, losses)).collect()
}

fn declaration<'a>(
    tool: &'a ir::Tool<'_>,
    names: &'a Names,
    quirks: &Quirks,
    losses: &mut Vec<Loss>,
) -> Declaration<'a> {
    let schema = match &tool.spec {
        ToolSpec::Function { parameters, .. } | ToolSpec::Search { parameters } => object_schema(*parameters),
        ToolSpec::Custom { .. } => lowered_schema(),
    };
    let name = names.flat(&tool.name);
    let description = lowered_description(&tool.description, &tool.spec);
    let mut declaration = Declaration {
        name,
        description: if description.trim().is_empty() { name.into() } else { description },
        parameters_json_schema: None,
        parameters: None,
    };
    if quirks.schema_subset {
        let (parameters, dropped) = reduced(schema);
        lose_words(declaration.name, &dropped, losses);
        declaration.parameters = parameters;
    } else {
        declaration.parameters_json_schema = Some(schema);
    }
    declaration
}

/// Names what a schema lost. Closing an object to more properties is no wish of the person, so it is not worth a word.
fn lose_words(of: &str, dropped: &[String], losses: &mut Vec<Loss>) {
    let words: Vec<&str> = dropped.iter().map(String::as_str).filter(|word| *word != "additionalProperties").collect();
    if !words.is_empty() {
        losses.push(Loss::new(loss::TOOL_SCHEMA, format!("`{of}`: {}", words.join(", "))));
    }
}

/// Whether the provider is to search the web by itself. It knows no limits to that, and older models no tools beside it.
fn searches(request: &Request<'_>, model: Model, quirks: &Quirks, functions: bool, losses: &mut Vec<Loss>) -> bool {
    let Some(search) = &request.web_search else { return false };
    let why = if quirks.web_search_rejected || !model.knows_search() {
        "web_search"
    } else if !search.live {
        // Google searches the web as it is now.
        "only pages of an index were allowed, which the provider does not have"
    } else if !search.allowed_domains.is_empty() {
        "it cannot be kept to some domains"
    } else if functions && !model.is_3_or_later() {
        "web_search beside other tools"
    } else if request.tool_choice == ToolChoice::None {
        return false;
    } else {
        if search.location.is_some() {
            losses.push(Loss::new(loss::WEB_SEARCH, "user_location"));
        }
        return true;
    };
    losses.push(Loss::new(loss::WEB_SEARCH, why));
    false
}

/// The tool choice; nothing for what the model does unasked.
fn function_calling<'a>(
    request: &'a Request<'_>,
    names: &'a Names,
    declarations: &[Declaration<'a>],
    losses: &mut Vec<Loss>,
) -> Option<FunctionCalling<'a>> {
    if declarations.is_empty() {
        return None;
    }
    if request.parallel_tool_calls == Some(false) {
        losses.push(Loss::new(loss::FIELD, "parallel_tool_calls: false"));
    }
    let (mode, allowed_function_names) = match &request.tool_choice {
        ToolChoice::Auto => return None,
        ToolChoice::None => ("NONE", Vec::new()),
        ToolChoice::Required => ("ANY", Vec::new()),
        ToolChoice::Tool(tool) => {
            let name = names.flat(tool);
            // A name that is not declared is refused.
            if !declarations.iter().any(|declaration| declaration.name == name) {
                losses.push(Loss::new(loss::TOOL_CHOICE, format!("`{name}` is not on offer")));
                return None;
            }
            ("ANY", vec![name])
        }
    };
    Some(FunctionCalling { mode, allowed_function_names })
}

fn answer_format<'a>(
    config: &mut GenerationConfig<'a>,
    format: &'a Format<'_>,
    quirks: &Quirks,
    losses: &mut Vec<Loss>,
) {
    config.response_mime_type = Some("application/json");
    if let Format::Schema { name, schema, .. } = format {
        if quirks.schema_subset {
            let (value, dropped) = reduced_answer(schema);
            lose_words(name, &dropped, losses);
            config.response_schema = Some(value);
        } else {
            config.response_json_schema = Some(schema);
        }
    }
}

/// The form of the answer in words.
fn asked_format<'a>(format: &Format<'_>) -> Cow<'a, str> {
    match format {
        Format::Json => Cow::Borrowed("When you give your answer, give one JSON object and nothing else."),
        Format::Schema { schema, .. } => Cow::Owned(format!(
            "When you give your answer, give one JSON value of this schema and nothing else:\n{}",
            schema.get()
        )),
    }
}

#[cfg(test)]
#[path = "encode_tests.rs"]
mod tests;
