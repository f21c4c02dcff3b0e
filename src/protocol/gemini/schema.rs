//! JSON Schema to the subset of OpenAPI's that older doors take: every word that they do not know makes them refuse the
//! whole request.

use std::collections::BTreeSet;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// How deep a schema may go; below that anything is taken. Google refuses schemas that are very deep.
const MAX_DEPTH: usize = 24;

/// How many nodes a schema may have once its references are written out.
const MAX_NODES: usize = 2048;

/// The words that are taken over as they are.
const KEPT: [&str; 11] = [
    "title",
    "description",
    "nullable",
    "minItems",
    "maxItems",
    "minProperties",
    "maxProperties",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
];

/// The formats that are known, by type.
const FORMATS: [(&str, &[&str]); 3] =
    [("string", &["date-time", "enum"]), ("number", &["float", "double"]), ("integer", &["int32", "int64"])];

/// Words that only tell tools where they are, or that are worked in before a node is written.
const SILENT: [&str; 12] =
    ["$ref", "$defs", "definitions", "$schema", "$id", "$comment", "type", "enum", "const", "anyOf", "oneOf", "allOf"];

/// The reduced schema, and the words that were dropped, in their order; none when it is no schema of an object with
/// properties.
pub(super) fn reduced(schema: &RawValue) -> (Option<Value>, Vec<String>) {
    let Ok(root) = serde_json::from_str::<Value>(schema.get()) else {
        return (None, vec!["not JSON".to_owned()]);
    };
    let mut reducer = Reducer { root: &root, nodes: 0, following: Vec::new(), dropped: BTreeSet::new() };
    let value = reducer.node(&root, 0);
    let dropped = reducer.dropped.into_iter().collect();
    // Without properties there is nothing to declare, and an empty list of them is refused.
    let declares = value.get("properties").and_then(Value::as_object).is_some_and(|properties| !properties.is_empty());
    (declares.then_some(value), dropped)
}

/// The reduced schema of an answer, which may be of any type.
pub(super) fn reduced_answer(schema: &RawValue) -> (Value, Vec<String>) {
    let root = serde_json::from_str::<Value>(schema.get()).unwrap_or_default();
    let mut reducer = Reducer { root: &root, nodes: 0, following: Vec::new(), dropped: BTreeSet::new() };
    let value = reducer.node(&root, 0);
    (value, reducer.dropped.into_iter().collect())
}

struct Reducer<'a> {
    root: &'a Value,
    nodes: usize,
    /// The references that are being written out.
    following: Vec<String>,
    dropped: BTreeSet<String>,
}

impl Reducer<'_> {
    fn node(&mut self, schema: &Value, depth: usize) -> Value {
        let Value::Object(schema) = schema else {
            // `true`: anything.
            return self.anything("true");
        };
        if depth > MAX_DEPTH || self.nodes > MAX_NODES {
            return self.anything("depth");
        }
        let followed = self.following.len();
        let value = match self.gathered(schema, 0) {
            Some(schema) => self.written(&schema, depth),
            None => self.anything("$ref"),
        };
        self.following.truncate(followed);
        value
    }

    /// Anything, as far as the subset can say it.
    fn anything(&mut self, why: &str) -> Value {
        self.dropped.insert(why.to_owned());
        json!({"type": "object"})
    }

    /// The node with its reference and its `allOf` worked in; none when it leads nowhere or to itself.
    fn gathered(&mut self, schema: &Map<String, Value>, round: usize) -> Option<Map<String, Value>> {
        self.nodes += 1;
        if round > MAX_DEPTH || self.nodes > MAX_NODES {
            return None;
        }
        let mut all = Map::new();
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            if self.following.iter().any(|followed| followed == reference) {
                return None;
            }
            let target = self.root.pointer(&pointer(reference)?)?.as_object()?.clone();
            self.following.push(reference.to_owned());
            all = self.gathered(&target, round + 1)?;
        }
        for (word, value) in schema {
            match (word.as_str(), value) {
                ("$ref", _) => {}
                ("allOf", Value::Array(members)) => {
                    for member in members.iter().filter_map(Value::as_object) {
                        let member = self.gathered(member, round + 1)?;
                        merge(&mut all, member);
                    }
                }
                _ => {
                    all.insert(word.clone(), value.clone());
                }
            }
        }
        Some(all)
    }

    fn written(&mut self, schema: &Map<String, Value>, depth: usize) -> Value {
        let (kind, nullable, more) = kinds(schema);
        if let Some(members) = self.members(schema, &more, kind.is_none()) {
            return self.any_of(schema, &members, nullable, depth);
        }
        let mut out = Map::new();
        let kind = kind.unwrap_or_else(|| self.guessed(schema));
        out.insert("type".to_owned(), kind.into());
        for (word, value) in schema {
            match (word.as_str(), value) {
                ("properties", Value::Object(properties)) if kind == "object" => {
                    let written: Map<String, Value> =
                        properties.iter().map(|(name, schema)| (name.clone(), self.node(schema, depth + 1))).collect();
                    if !written.is_empty() {
                        out.insert(word.clone(), Value::Object(written));
                    }
                }
                ("required", Value::Array(names)) if kind == "object" => {
                    let properties = schema.get("properties").and_then(Value::as_object);
                    let known = |name: &&Value| {
                        name.as_str().is_some_and(|name| properties.is_some_and(|known| known.contains_key(name)))
                    };
                    let names: Vec<Value> = names.iter().filter(known).cloned().collect();
                    if !names.is_empty() {
                        out.insert(word.clone(), names.into());
                    }
                }
                ("items", items) if kind == "array" => {
                    let items = if let Value::Array(places) = items {
                        self.dropped.insert("items".to_owned());
                        places.first().unwrap_or(&Value::Null)
                    } else {
                        items
                    };
                    let items = self.node(items, depth + 1);
                    out.insert(word.clone(), items);
                }
                ("format", Value::String(format)) => {
                    if FORMATS.iter().any(|(of, known)| *of == kind && known.contains(&format.as_str())) {
                        out.insert(word.clone(), value.clone());
                    } else {
                        self.dropped.insert(word.clone());
                    }
                }
                (word, _) if KEPT.contains(&word) => {
                    out.insert(word.to_owned(), value.clone());
                }
                (word, _) if SILENT.contains(&word) => {}
                (word, _) => {
                    self.dropped.insert(word.to_owned());
                }
            }
        }
        if kind == "array" && !out.contains_key("items") {
            self.dropped.insert("items".to_owned());
            out.insert("items".to_owned(), json!({"type": "string"}));
        }
        self.choices(schema, kind, &mut out);
        if nullable {
            out.insert("nullable".to_owned(), true.into());
        }
        Value::Object(out)
    }

    /// The alternatives, when the node is made of them; those that only say which properties belong together are
    /// dropped.
    fn members(&mut self, schema: &Map<String, Value>, kinds: &[&str], untyped: bool) -> Option<Vec<Value>> {
        let listed = ["anyOf", "oneOf"].iter().find_map(|word| schema.get(*word).and_then(Value::as_array));
        if schema.contains_key("oneOf") {
            self.dropped.insert("oneOf".to_owned());
        }
        if let Some(members) = listed {
            if untyped && !schema.contains_key("properties") && !schema.contains_key("items") {
                return Some(members.clone());
            }
            self.dropped.insert("anyOf".to_owned());
        }
        (kinds.len() > 1).then(|| {
            let member = |kind: &&str| {
                let mut member = schema.clone();
                member.retain(|word, _| belongs(word, kind));
                member.insert("type".to_owned(), (*kind).into());
                Value::Object(member)
            };
            kinds.iter().map(member).collect()
        })
    }

    /// Alternatives stand alone: the API takes no other word beside them.
    fn any_of(&mut self, schema: &Map<String, Value>, members: &[Value], nullable: bool, depth: usize) -> Value {
        let is_null = |member: &&Value| member.get("type").and_then(Value::as_str) == Some("null");
        let nullable = nullable || members.iter().any(|member| is_null(&member));
        let description = schema.get("description");
        let mut written: Vec<Value> = Vec::with_capacity(members.len());
        for member in members.iter().filter(|member| !is_null(member)) {
            let mut member = self.node(member, depth + 1);
            if let Some(member) = member.as_object_mut() {
                if let Some(description) = description {
                    member.entry("description").or_insert_with(|| description.clone());
                }
                if nullable {
                    member.insert("nullable".to_owned(), true.into());
                }
            }
            if !written.contains(&member) {
                written.push(member);
            }
        }
        match written.len() {
            0 => self.anything("anyOf"),
            1 => written.swap_remove(0),
            _ => json!({ "anyOf": written }),
        }
    }

    /// The values that are allowed. Only texts can be listed; others are told in the description, so that the type
    /// stays what the tool takes.
    fn choices(&mut self, schema: &Map<String, Value>, kind: &str, out: &mut Map<String, Value>) {
        let values: Vec<&Value> = match (schema.get("enum"), schema.get("const")) {
            (Some(Value::Array(values)), _) => values.iter().filter(|value| !value.is_null()).collect(),
            (_, Some(value)) => vec![value],
            _ => return,
        };
        if kind == "string" {
            // An empty text is refused.
            let texts: Vec<&str> = values.iter().filter_map(|value| value.as_str()).collect();
            if texts.len() < values.len() || texts.iter().any(|text| text.is_empty()) {
                self.dropped.insert("enum".to_owned());
            }
            let texts: Vec<&str> = texts.into_iter().filter(|text| !text.is_empty()).collect();
            if !texts.is_empty() {
                out.insert("enum".to_owned(), json!(texts));
            }
            return;
        }
        self.dropped.insert("enum".to_owned());
        let list = values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let said = match out.get("description").and_then(Value::as_str) {
            Some(said) => format!("{said} (one of: {list})"),
            None => format!("one of: {list}"),
        };
        out.insert("description".to_owned(), said.into());
    }

    /// The type of a node that names none: the API wants one everywhere.
    fn guessed(&mut self, schema: &Map<String, Value>) -> &'static str {
        let first = schema.get("enum").and_then(|values| values.get(0)).or_else(|| schema.get("const"));
        match first {
            Some(Value::Number(number)) if number.is_f64() => return "number",
            Some(Value::Number(_)) => return "integer",
            Some(Value::Bool(_)) => return "boolean",
            Some(_) => return "string",
            None => {}
        }
        if schema.contains_key("properties") {
            "object"
        } else if schema.contains_key("items") {
            "array"
        } else {
            self.dropped.insert("type".to_owned());
            "string"
        }
    }
}

/// The one type, whether null is allowed, and all types when there are several.
fn kinds(schema: &Map<String, Value>) -> (Option<&'static str>, bool, Vec<&'static str>) {
    const TYPES: [&str; 6] = ["string", "number", "integer", "boolean", "object", "array"];
    let known = |name: &str| TYPES.into_iter().find(|kind| kind.eq_ignore_ascii_case(name));
    match schema.get("type") {
        Some(Value::String(name)) => (known(name), false, Vec::new()),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            let nullable = names.clone().any(|name| name == "null");
            let kinds: Vec<&str> = names.filter_map(known).collect();
            match kinds.as_slice() {
                [kind] => (Some(kind), nullable, Vec::new()),
                _ => (None, nullable, kinds),
            }
        }
        _ => (None, false, Vec::new()),
    }
}

/// Whether a word says something of a type; all others do of every type.
fn belongs(word: &str, kind: &str) -> bool {
    match word {
        "properties" | "required" | "additionalProperties" | "minProperties" | "maxProperties" => kind == "object",
        "items" | "minItems" | "maxItems" | "uniqueItems" => kind == "array",
        "minLength" | "maxLength" | "pattern" | "enum" | "format" => kind == "string",
        "minimum" | "maximum" => kind == "number" || kind == "integer",
        _ => true,
    }
}

/// Works a member of `allOf` in: properties and required names add up, of all else the first stays.
fn merge(all: &mut Map<String, Value>, member: Map<String, Value>) {
    for (word, value) in member {
        match (all.get_mut(&word), value) {
            (Some(Value::Object(known)), Value::Object(more)) if word == "properties" => known.extend(more),
            (Some(Value::Array(known)), Value::Array(more)) if word == "required" => known.extend(more),
            (Some(_), _) => {}
            (None, value) => {
                all.insert(word, value);
            }
        }
    }
}

/// The JSON pointer of a reference into the same document.
fn pointer(reference: &str) -> Option<String> {
    let path = reference.strip_prefix('#')?;
    (path.is_empty() || path.starts_with('/')).then(|| path.replace("%24", "$").replace("%20", " "))
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
