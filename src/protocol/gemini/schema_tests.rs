#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values")]

use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;

fn raw(schema: &Value) -> Box<RawValue> {
    RawValue::from_string(schema.to_string()).unwrap()
}

/// The reduced form of one property, and what was dropped.
fn property(schema: Value) -> (Value, String) {
    let (value, dropped) = reduced(&raw(&json!({"type": "object", "properties": {"p": schema}})));
    (value.unwrap()["properties"]["p"].take(), dropped.join(" "))
}

#[test]
fn each_word_becomes_what_the_subset_knows() {
    let text = json!({"type": "string"});
    for (schema, becomes, dropped) in [
        (json!({"type": "string", "description": "d"}), json!({"type": "string", "description": "d"}), ""),
        (json!({"type": "string", "pattern": "a", "default": "b"}), text.clone(), "default pattern"),
        (json!({"type": "string", "format": "uri"}), text.clone(), "format"),
        (json!({"type": "integer", "format": "int64"}), json!({"type": "integer", "format": "int64"}), ""),
        (json!({"type": "integer", "exclusiveMinimum": 0}), json!({"type": "integer"}), "exclusiveMinimum"),
        (json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true}), ""),
        (
            json!({"type": ["string", "integer"], "minimum": 1, "description": "d"}),
            json!({"anyOf": [{"type": "string", "description": "d"}, {"type": "integer", "minimum": 1, "description": "d"}]}),
            "",
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "null"}], "description": "d", "default": null}),
            json!({"type": "string", "description": "d", "nullable": true}),
            "",
        ),
        (
            json!({"oneOf": [{"type": "string"}, {"type": "number"}]}),
            json!({"anyOf": [{"type": "string"}, {"type": "number"}]}),
            "oneOf",
        ),
        (
            json!({"type": "object", "properties": {"a": text}, "anyOf": [{"required": ["a"]}]}),
            json!({"type": "object", "properties": {"a": text}}),
            "anyOf",
        ),
        (json!({"const": "x"}), json!({"type": "string", "enum": ["x"]}), ""),
        (json!({"const": true}), json!({"type": "boolean", "description": "one of: true"}), "enum"),
        (json!({"enum": ["a", "", null]}), json!({"type": "string", "enum": ["a"]}), "enum"),
        (
            json!({"type": "integer", "enum": [1, 2], "description": "d"}),
            json!({"type": "integer", "description": "d (one of: 1, 2)"}),
            "enum",
        ),
        (json!({"description": "d"}), json!({"type": "string", "description": "d"}), "type"),
        (json!({"properties": {"a": text}}), json!({"type": "object", "properties": {"a": text}}), ""),
        (json!({"type": "array"}), json!({"type": "array", "items": text}), "items"),
        (json!({"items": [{"type": "number"}, text]}), json!({"type": "array", "items": {"type": "number"}}), "items"),
        (json!({"type": "array", "items": true}), json!({"type": "array", "items": {"type": "object"}}), "true"),
        (
            json!({"type": "object", "additionalProperties": false, "properties": {}, "required": ["a"]}),
            json!({"type": "object"}),
            "additionalProperties",
        ),
        (
            json!({"allOf": [{"type": "object", "properties": {"a": text}}, {"properties": {"b": text}, "required": ["b"]}]}),
            json!({"type": "object", "properties": {"a": text, "b": text}, "required": ["b"]}),
            "",
        ),
        (json!({"$ref": "#/nowhere"}), json!({"type": "object"}), "$ref"),
        (json!({"$ref": "https://x.y/z"}), json!({"type": "object"}), "$ref"),
        (json!(true), json!({"type": "object"}), "true"),
    ] {
        assert_eq!(property(schema.clone()), (becomes, dropped.to_owned()), "{schema}");
    }
}

#[test]
fn references_are_written_out_and_circles_end() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "leaf": {"type": "string", "description": "of the leaf"},
            "tree": {"type": "object", "properties": {"leaf": {"$ref": "#/$defs/leaf"}, "more": {"$ref": "#/$defs/tree"}}},
        },
        "properties": {
            "one": {"$ref": "#/$defs/leaf", "description": "mine"},
            "two": {"$ref": "#/$defs/leaf"},
            "tree": {"$ref": "#/$defs/tree"},
        },
        "required": ["one", "gone"],
    });
    let (value, dropped) = reduced(&raw(&schema));
    assert_eq!(
        value.unwrap(),
        json!({
            "type": "object",
            "properties": {
                "one": {"type": "string", "description": "mine"},
                "two": {"type": "string", "description": "of the leaf"},
                "tree": {"type": "object", "properties": {
                    "leaf": {"type": "string", "description": "of the leaf"},
                    "more": {"type": "object"},
                }},
            },
            "required": ["one"],
        })
    );
    assert_eq!(dropped, ["$ref"]);
}

#[test]
fn a_schema_without_properties_declares_nothing() {
    for schema in [json!({"type": "object"}), json!({"type": "object", "properties": {}}), json!({"$ref": "#"})] {
        assert_eq!(reduced(&raw(&schema)).0, None, "{schema}");
    }
}

#[test]
fn a_schema_that_doubles_at_each_step_stays_bounded() {
    let mut defs = Map::new();
    for n in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        defs.insert(format!("d{n}"), json!({"type": "object", "properties": {"a": next, "b": next}}));
    }
    let schema = json!({"type": "object", "properties": {"p": {"$ref": "#/$defs/d0"}}, "$defs": defs});
    let (value, dropped) = reduced(&raw(&schema));
    assert!(value.unwrap().to_string().len() < 100 * MAX_NODES);
    assert_eq!(dropped, ["$ref", "depth"]);
}

#[test]
fn members_that_double_at_each_step_end_too() {
    let mut defs = Map::new();
    for n in 0..40 {
        let next = json!({"allOf": [{"$ref": format!("#/$defs/d{}", n + 1)}, {"$ref": format!("#/$defs/e{}", n + 1)}]});
        defs.insert(format!("d{n}"), next.clone());
        defs.insert(format!("e{n}"), next);
    }
    let schema = json!({"type": "object", "properties": {"p": {"$ref": "#/$defs/d0"}}, "$defs": defs});
    assert_eq!(
        reduced(&raw(&schema)),
        (Some(json!({"type": "object", "properties": {"p": {"type": "object"}}})), vec!["$ref".to_owned()])
    );
}

fn any_schema() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/properties/a"})),
        Just(json!({"enum": [1, "a", null]})),
        Just(json!({"type": ["array", "null", "object"]})),
        Just(json!(true)),
        Just(json!(null)),
        Just(json!({"const": 1.5, "pattern": 7})),
    ];
    word.prop_recursive(4, 32, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|list| json!({ "anyOf": list })),
            prop::collection::vec(inner.clone(), 0..3).prop_map(|list| json!({"allOf": list, "type": "object"})),
            inner.clone().prop_map(|items| json!({"items": items, "type": "ARRAY"})),
            (inner.clone(), inner).prop_map(|(a, b)| json!({"properties": {"a": a, "b": b}, "required": ["a", 1]})),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_comes_only_known_words_go(schema in any_schema()) {
        let (value, _) = reduced(&raw(&json!({"type": "object", "properties": {"a": schema, "b": {}}})));
        crate::protocol::gemini::strict::check_schema(&value.unwrap());
    }
}
