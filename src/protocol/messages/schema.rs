//! JSON schemas as Messages takes them.

use std::collections::{BTreeSet, HashMap};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::body::Json;
use crate::protocol::lenient::Text;
use crate::protocol::tools::EMPTY_SCHEMA;

/// What joins schemas; refused at the top of a tool's input.
const JOINS: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// What the schema of an answer must not say.
const LIMITS: [&str; 12] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The fields at the top of a tool's schema that tell whether it can stay as it is.
#[derive(Deserialize)]
struct Top<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow, default)]
    properties: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "anyOf")]
    any: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "oneOf")]
    one: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "allOf")]
    all: Option<&'a RawValue>,
}

/// The schema of a tool's input: an object without joins at its top and with names that are taken. Tells whether
/// anything that it said had to go.
pub(super) fn input(schema: Option<&RawValue>) -> (Json<'_>, bool) {
    let Some(schema) = schema.filter(|schema| schema.get().starts_with('{')) else { return (empty(), false) };
    if let Ok(top) = serde_json::from_str::<Top<'_>>(schema.get()) {
        let joined = top.any.is_some() || top.one.is_some() || top.all.is_some();
        if top.kind.as_str() == "object" && !joined && names_fit(top.properties) {
            return (Json::Borrowed(schema), false);
        }
    }
    let Ok(Value::Object(mut map)) = serde_json::from_str(schema.get()) else { return (empty(), false) };
    let mut lost = unjoin(&mut map);
    lost |= map.insert("type".into(), "object".into()).is_some_and(|kind| kind != "object");
    lost |= drop_names(&mut map);
    (owned(&Value::Object(map)), lost)
}

/// The schema of an answer: objects are closed, and limits that the provider does not take are left out.
/// Tells which limits these are.
pub(super) fn output(schema: &RawValue) -> (Json<'_>, BTreeSet<&'static str>) {
    let mut lost = BTreeSet::new();
    let Ok(mut value) = serde_json::from_str::<Value>(schema.get()) else { return (Json::Borrowed(schema), lost) };
    let before = value.clone();
    close(&mut value, &mut lost);
    (if value == before { Json::Borrowed(schema) } else { owned(&value) }, lost)
}

/// The schema of a tool that takes nothing.
pub(super) fn empty() -> Json<'static> {
    constant(EMPTY_SCHEMA)
}

/// One of our own schemas.
pub(super) fn constant(json: &'static str) -> Json<'static> {
    Json::Borrowed(serde_json::from_str(json).unwrap_or(RawValue::NULL))
}

/// A value always serialises.
fn owned(value: &Value) -> Json<'static> {
    serde_json::value::to_raw_value(value).map_or_else(|_| empty(), Json::Owned)
}

/// Takes the joins at the top apart: the properties of all branches are offered, and those that every way demands
/// stay demanded.
fn unjoin(map: &mut Map<String, Value>) -> bool {
    let mut lost = false;
    for join in JOINS {
        let Some(Value::Array(branches)) = map.remove(join) else { continue };
        lost = true;
        let branches: Vec<&Map<String, Value>> = branches.iter().filter_map(Value::as_object).collect();
        for (name, property) in branches.iter().filter_map(|branch| branch.get("properties")?.as_object()).flatten() {
            let properties = map.entry("properties").or_insert_with(|| Value::Object(Map::new()));
            if let Some(properties) = properties.as_object_mut()
                && !properties.contains_key(name)
            {
                properties.insert(name.clone(), property.clone());
            }
        }
        let demanded = |branch: &&Map<String, Value>| -> Vec<Value> {
            branch.get("required").and_then(Value::as_array).cloned().unwrap_or_default()
        };
        let mut lists = branches.iter().map(demanded);
        let first = lists.next().unwrap_or_default();
        let by_all = lists.fold(first, |mut all, list| {
            if join == "allOf" {
                all.extend(list);
            } else {
                all.retain(|name| list.contains(name));
            }
            all
        });
        if !by_all.is_empty() {
            let required = map.entry("required").or_insert_with(|| Value::Array(Vec::new()));
            if let Some(required) = required.as_array_mut() {
                for name in by_all {
                    if !required.contains(&name) {
                        required.push(name);
                    }
                }
            }
        }
    }
    lost
}

/// Whether a property's name is taken: up to 64 letters, digits, `_`, `.` and `-`.
fn fits(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

fn names_fit(properties: Option<&RawValue>) -> bool {
    properties.is_none_or(|properties| {
        serde_json::from_str::<HashMap<String, &RawValue>>(properties.get())
            .is_ok_and(|properties| properties.keys().all(|name| fits(name)))
    })
}

/// Leaves out properties whose names would have the whole request refused.
fn drop_names(map: &mut Map<String, Value>) -> bool {
    let Some(properties) = map.get_mut("properties") else { return false };
    let Some(properties) = properties.as_object_mut() else {
        map.remove("properties");
        return true;
    };
    let before = properties.len();
    properties.retain(|name, _| fits(name));
    let lost = properties.len() < before;
    if lost && let Some(required) = map.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|name| name.as_str().is_some_and(fits));
    }
    lost
}

fn close(schema: &mut Value, lost: &mut BTreeSet<&'static str>) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|value| close(value, lost)),
        Value::Object(map) => {
            lost.extend(LIMITS.iter().filter(|limit| map.remove(**limit).is_some()));
            if map.get("type").is_some_and(|kind| kind == "object") || map.contains_key("properties") {
                map.insert("additionalProperties".into(), Value::Bool(false));
            }
            for (key, value) in map {
                match (key.as_str(), value) {
                    // What these hold are names, not keywords.
                    ("properties" | "$defs" | "definitions", Value::Object(named)) => {
                        named.values_mut().for_each(|value| close(value, lost));
                    }
                    ("enum" | "const" | "default" | "examples", _) => {}
                    (_, value) => close(value, lost),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn written(json: Json<'_>) -> String {
        match json {
            Json::Borrowed(raw) => format!("same {}", raw.get()),
            Json::Owned(raw) => raw.get().to_owned(),
        }
    }

    #[test]
    fn a_tools_schema_is_an_object_without_joins() {
        for (schema, expected, lost) in [
            (r#"{"type":"object"}"#, r#"same {"type":"object"}"#, false),
            (
                r#"{"type":"object","properties":{"a.b-1":{}}}"#,
                r#"same {"type":"object","properties":{"a.b-1":{}}}"#,
                false,
            ),
            ("{}", r#"{"type":"object"}"#, false),
            ("null", r#"same {"type":"object","properties":{}}"#, false),
            (r#"{"type":["object","null"]}"#, r#"{"type":"object"}"#, true),
            (r#"{"type":"object","properties":7}"#, r#"{"type":"object"}"#, true),
            (
                r#"{"type":"object","properties":{"$a":{},"b":{}},"required":["$a","b"]}"#,
                r#"{"type":"object","properties":{"b":{}},"required":["b"]}"#,
                true,
            ),
            (
                r#"{"type":"object","properties":{"a":{}},"required":["a"],"anyOf":[{"required":["b"]},{"required":["c"]}]}"#,
                r#"{"type":"object","properties":{"a":{}},"required":["a"]}"#,
                true,
            ),
            (
                r#"{"oneOf":[{"properties":{"a":{"x":1},"b":{}},"required":["a","b"]},{"properties":{"a":{"x":2}},"required":["a"]}]}"#,
                r#"{"properties":{"a":{"x":1},"b":{}},"required":["a"],"type":"object"}"#,
                true,
            ),
            (
                r#"{"allOf":[{"properties":{"a":{}},"required":["a"]},{"properties":{"b":{}},"required":["b","a"]}]}"#,
                r#"{"properties":{"a":{},"b":{}},"required":["a","b"],"type":"object"}"#,
                true,
            ),
        ] {
            let raw: &RawValue = serde_json::from_str(schema).unwrap();
            let (json, was_lost) = input(Some(raw));
            assert_eq!((written(json).as_str(), was_lost), (expected, lost), "{schema}");
        }
    }

    #[test]
    fn the_schema_of_an_answer_is_closed_and_without_limits() {
        for (schema, expected, limits) in [
            (
                r#"{"type":"object","properties":{"a":{"type":"string","maxLength":5,"minimum":1}}}"#,
                r#"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
                &["maxLength", "minimum"][..],
            ),
            (
                r#"{"type":"object","properties":{"minimum":{"type":"array","items":{"properties":{}},"minItems":2}}}"#,
                r#"{"type":"object","properties":{"minimum":{"type":"array","items":{"properties":{},"additionalProperties":false}}},"additionalProperties":false}"#,
                &["minItems"],
            ),
            (
                r#"{"type":"object","properties":{},"additionalProperties":false}"#,
                r#"same {"type":"object","properties":{},"additionalProperties":false}"#,
                &[],
            ),
        ] {
            let (json, lost) = output(serde_json::from_str(schema).unwrap());
            assert_eq!(written(json), expected);
            assert_eq!(lost.into_iter().collect::<Vec<_>>(), limits);
        }
    }
}
