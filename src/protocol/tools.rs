//! Tools for upstreams that know only functions: names that map back exactly, and custom tools lowered and lifted.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use serde_json::Value;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::ir::{Item, Request, ToolKind, ToolName, ToolSpec};
use super::lenient;

/// The longest name that every upstream takes.
const MAX_NAME: usize = 64;

/// The namespace that stands for "no namespace" in the tool lists of code-mode models.
const PLAIN_NAMESPACE: &str = "functions";

/// The two-way map between Codex's tool names and the flat names that an upstream sees.
///
/// It is made anew from each request and depends on the set of tools alone, not on their order, so that a
/// conversation keeps its names (and its prompt cache) without any state of ours.
#[derive(Debug, Clone, Default)]
pub struct Names {
    flat: HashMap<ToolName<'static>, String>,
    tools: HashMap<String, (ToolName<'static>, ToolKind)>,
}

impl Names {
    /// The map for a request: its tools first, then the calls of its history, which never change a tool's name.
    #[must_use]
    pub fn new(request: &Request<'_>) -> Self {
        let mut names = Self::default();
        names.add(request.tools.iter().map(|tool| (&tool.name, tool.spec.kind())));
        names.add(request.items.iter().filter_map(|item| match item {
            Item::Call { tool, kind, .. } => Some((tool, *kind)),
            _ => None,
        }));
        names
    }

    fn add<'a>(&mut self, tools: impl Iterator<Item = (&'a ToolName<'a>, ToolKind)>) {
        let mut fresh: Vec<(ToolName<'static>, ToolKind)> = Vec::new();
        let mut seen: HashSet<&ToolName<'_>> = HashSet::new();
        for (tool, kind) in tools {
            if !self.flat.contains_key(tool) && seen.insert(tool) {
                fresh.push((tool.clone().into_owned(), kind));
            }
        }
        let mut wanted: HashMap<String, usize> = HashMap::new();
        for (tool, _) in &fresh {
            *wanted.entry(plain_form(tool)).or_default() += 1;
        }
        // Tools whose own name is already fit keep it; they go first so that no flattened name takes it.
        let (fit, unfit): (Vec<_>, Vec<_>) =
            fresh.into_iter().partition(|(tool, _)| tool.namespace.is_none() && plain_form(tool) == tool.name);
        for (tool, kind) in fit.into_iter().chain(unfit) {
            let form = plain_form(&tool);
            let sure = tool.namespace.is_none() && form == tool.name;
            let clear = form.len() <= MAX_NAME && wanted.get(&form) == Some(&1) && !is_hashed(&form);
            let mut flat = if sure || clear { form.clone() } else { hashed_form(&form, &tool, 0) };
            let mut round = 0;
            while self.tools.contains_key(&flat) {
                flat = hashed_form(&form, &tool, round);
                round += 1;
            }
            self.flat.insert(tool.clone(), flat.clone());
            self.tools.insert(flat, (tool, kind));
        }
    }

    /// The name that the upstream sees.
    #[must_use]
    pub fn flat<'a>(&'a self, tool: &'a ToolName<'_>) -> &'a str {
        self.flat.get(tool).map_or(&tool.name, String::as_str)
    }

    /// The tool that the upstream means. A name that was never offered is handed on as a function, so that Codex tells
    /// the model.
    #[must_use]
    pub fn tool(&self, flat: &str) -> (ToolName<'static>, ToolKind) {
        // Some models write the prefix that their prompt template uses.
        let bare = flat.strip_prefix("functions.").unwrap_or(flat);
        if let Some(found) = self.tools.get(flat).or_else(|| self.tools.get(bare)) {
            return found.clone();
        }
        // Others leave the group out, or join it by a dot; that is no riddle when only one tool fits.
        let mut fitting = self.tools.values().filter(|(tool, _)| {
            tool.name == bare
                || bare
                    .split_once('.')
                    .is_some_and(|(group, name)| tool.namespace.as_deref() == Some(group) && tool.name == name)
        });
        match (fitting.next(), fitting.next()) {
            (Some(found), None) => found.clone(),
            _ => (ToolName { namespace: None, name: Cow::Owned(flat.to_owned()) }, ToolKind::Function),
        }
    }
}

/// The readable flat name: `namespace__name` in allowed characters. It may be too long or not the only one.
fn plain_form(tool: &ToolName<'_>) -> String {
    let mut form = String::new();
    if let Some(namespace) = tool.namespace.as_deref() {
        form.push_str(namespace);
        if !namespace.ends_with("__") {
            form.push_str("__");
        }
    }
    form.push_str(&tool.name);
    let mut form: String = form
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-') { letter } else { '_' })
        .collect();
    // Gemini wants a letter or an underscore in front.
    if form.starts_with(|letter: char| letter.is_ascii_digit() || letter == '-') {
        form.insert(0, '_');
    }
    if form.is_empty() || (form.len() > MAX_NAME && tool.namespace.is_none()) {
        hashed_form(&form, tool, 0)
    } else {
        form
    }
}

/// The readable start of a name and a hash that tells it apart from all others.
fn hashed_form(form: &str, tool: &ToolName<'_>, round: u32) -> String {
    let mut hash = Sha256::new();
    hash.update(tool.namespace.as_deref().unwrap_or_default());
    hash.update([0]);
    hash.update(tool.name.as_bytes());
    hash.update(round.to_be_bytes());
    let digest = hash.finalize();
    // Cut at a byte: the form is ASCII.
    let mut name = form[..form.len().min(MAX_NAME - 10)].to_owned();
    name.push_str("_h");
    for byte in &digest[..4] {
        // Writing to a string cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// Whether a name could be mistaken for one that [`hashed_form`] made.
fn is_hashed(form: &str) -> bool {
    form.len() >= 10
        && form.is_char_boundary(form.len() - 10)
        && form[form.len() - 10..].starts_with("_h")
        && form[form.len() - 8..].bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Reads a namespace as Codex writes it; the one of plain functions is none.
#[must_use]
pub fn namespace(name: Cow<'_, str>) -> Option<Cow<'_, str>> {
    (!name.is_empty() && name != PLAIN_NAMESPACE).then_some(name)
}

/// The description of a tool once it is a function: a custom tool's says what its one argument must hold.
#[must_use]
pub fn lowered_description<'a>(description: &'a str, spec: &ToolSpec<'_>) -> Cow<'a, str> {
    let ToolSpec::Custom { grammar } = spec else { return Cow::Borrowed(description) };
    let mut text = description.to_owned();
    text.push_str("\n\nPut the whole text into the string `input`; it is used as it stands.");
    if let Some((syntax, definition)) = grammar {
        // Writing to a string cannot fail.
        let _ = write!(text, " It must follow this {syntax} grammar:\n```\n{definition}\n```");
    }
    Cow::Owned(text)
}

/// The schema of a custom tool once it is a function.
pub const LOWERED_SCHEMA: &str =
    r#"{"type":"object","properties":{"input":{"type":"string"}},"required":["input"],"additionalProperties":false}"#;

/// The schema of a function that takes nothing.
pub const EMPTY_SCHEMA: &str = r#"{"type":"object","properties":{}}"#;

/// The schema of a function as Codex wrote it; of one that takes nothing where there is no object.
#[must_use]
pub fn object_schema(parameters: Option<&RawValue>) -> &RawValue {
    parameters.filter(|schema| is_of_object(schema)).unwrap_or_else(|| constant(EMPTY_SCHEMA))
}

/// Whether a schema may be that of an object. Arguments are one, and upstreams refuse a request that says otherwise.
fn is_of_object(schema: &RawValue) -> bool {
    #[derive(serde::Deserialize)]
    struct Look<'a> {
        #[serde(borrow, default, rename = "type")]
        kind: super::lenient::Text<'a>,
    }
    let look = serde_json::from_str::<Look<'_>>(schema.get());
    schema.get().starts_with('{') && look.is_ok_and(|look| matches!(look.kind.as_str(), "" | "object"))
}

/// The schema of a custom tool once it is a function, as raw JSON.
#[must_use]
pub fn lowered_schema() -> &'static RawValue {
    constant(LOWERED_SCHEMA)
}

/// One of our own schemas as raw JSON.
fn constant(json: &'static str) -> &'static RawValue {
    serde_json::from_str(json).unwrap_or(RawValue::NULL)
}

/// The arguments of a lowered call: JSON for every kind, also where the model once sent broken JSON (Codex replays
/// that, and many upstreams refuse the whole request for it). The flag tells that it had to be wrapped.
#[must_use]
pub fn lowered_arguments(kind: ToolKind, input: &str) -> (Cow<'_, str>, bool) {
    let wrap =
        |key: &str| Cow::Owned(Value::Object([(key.to_owned(), Value::from(input))].into_iter().collect()).to_string());
    match kind {
        ToolKind::Custom => (wrap("input"), false),
        ToolKind::Function | ToolKind::Search if input.trim().is_empty() => (Cow::Borrowed("{}"), false),
        ToolKind::Function | ToolKind::Search if super::lenient::is_json_object(input) => (Cow::Borrowed(input), false),
        ToolKind::Function | ToolKind::Search => (wrap("unparsed_arguments"), true),
    }
}

/// The raw text of a custom call, from what the model put into the function that stood for it: the one string, under
/// whatever key, or JSON inside a string, or just the text.
#[must_use]
pub fn lifted_input(arguments: &str) -> String {
    let mut text = arguments.to_owned();
    // Two layers of encoding have been seen; a third would be the tool's own business.
    for _ in 0..2 {
        // Models that write a patch as it will look leave its line breaks unescaped.
        match serde_json::from_str(&text).or_else(|_| serde_json::from_str(&lenient::escaped(&text))) {
            Ok(Value::String(inner)) => text = inner,
            Ok(Value::Object(map)) => {
                let inner = match map.get("input") {
                    Some(input) => Some(input),
                    None if map.len() == 1 => map.values().next(),
                    None => None,
                };
                return match inner {
                    Some(Value::String(inner)) => inner.clone(),
                    Some(Value::Array(lines)) if lines.iter().all(Value::is_string) => {
                        lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
                    }
                    _ => text,
                };
            }
            _ => return text,
        }
    }
    text
}

#[cfg(test)]
#[path = "tools_tests.rs"]
mod tests;
