//! What is said, by whom, and where it is marked for the cache.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;

#[test]
fn the_conversation_is_in_turns() {
    let image = json!({"type": "input_image", "image_url": "data:image/png;base64,AA"});
    let picture = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AA"}});
    let none = "[no output was recorded for this call]";
    let cases = [
        ("nothing", json!([]), json!([user(json!([text("(continue)")]))]), json!([])),
        ("a lone word", json!("x"), json!([user(json!([text("x")]))]), json!([])),
        (
            "neighbours are one turn",
            json!([
                said("user", "a"),
                said("user", "b"),
                said("assistant", "c"),
                said("assistant", "d"),
                said("user", "e")
            ]),
            json!([
                user(json!([text("a"), text("b")])),
                assistant(json!([text("c"), text("d")])),
                user(json!([text("e")]))
            ]),
            json!([]),
        ),
        (
            "blank texts are left out, and who said nothing but them",
            json!([said("user", "a"), said("assistant", " \n"), said("user", ""), said("user", "b")]),
            json!([user(json!([text("a"), text("b")]))]),
            json!([]),
        ),
        (
            "the assistant neither begins nor ends",
            json!([said("assistant", "a ")]),
            json!([
                user(json!([text("(continue)")])),
                assistant(json!([text("a ")])),
                user(json!([text("(continue)")]))
            ]),
            json!([]),
        ),
        (
            "later instructions are said among the person's words",
            json!([said("user", "a"), said("developer", "be brief"), said("system", " "), said("user", "b")]),
            json!([user(json!([text("a"), text("<instructions>\nbe brief\n</instructions>"), text("b")]))]),
            json!([]),
        ),
        (
            "parallel calls are answered in their order",
            json!([
                said("user", "u"),
                said("assistant", "t"),
                call("a", "f", "{}"),
                call("b", "g", "{\"x\": 1}"),
                output("b", json!("two")),
                output("a", json!("one"))
            ]),
            json!([
                user(json!([text("u")])),
                assistant(json!([text("t"), used("a", "f", json!({})), used("b", "g", json!({"x": 1}))])),
                user(json!([result("a", "one"), result("b", "two")]))
            ]),
            json!([]),
        ),
        (
            "one call after the other",
            json!([
                said("user", "u"),
                call("a", "f", "{}"),
                output("a", json!("1")),
                call("b", "f", ""),
                output("b", json!(null))
            ]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", "1")])),
                assistant(json!([used("b", "f", json!({}))])),
                user(json!([result("b", "(no output)")]))
            ]),
            json!([]),
        ),
        (
            "words after a call stay in its turn",
            json!([said("user", "u"), call("a", "f", "{}"), said("assistant", "t"), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({})), text("t")])),
                user(json!([result("a", "1")]))
            ]),
            json!([]),
        ),
        (
            "an interrupted call is answered before the person's words",
            json!([said("user", "u"), call("a", "f", "{}"), said("user", "stop")]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", none), text("stop")]))
            ]),
            json!(["missing_output: a"]),
        ),
        (
            "a late output is found",
            json!([said("user", "u"), call("a", "f", "{}"), said("developer", "hurry"), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", "1"), text("<instructions>\nhurry\n</instructions>")]))
            ]),
            json!([]),
        ),
        (
            "an output without its call is text",
            json!([output("gone", json!("old")), said("user", "u")]),
            json!([user(json!([text("[output of an earlier tool call]"), text("old"), text("u")]))]),
            json!(["orphan_output: gone"]),
        ),
        (
            "broken arguments are wrapped",
            json!([said("user", "u"), call("a", "f", "{\"cmd\": \"ec"), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({"unparsed_arguments": "{\"cmd\": \"ec"}))])),
                user(json!([result("a", "1")]))
            ]),
            json!(["broken_arguments: f"]),
        ),
        (
            "arguments with half a character are mended",
            json!([said("user", "u"), call("a", "f", r#"{"x":"\ud83d"}"#), output("a", json!("1"))]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "f", json!({"x": "\u{fffd}"}))])),
                user(json!([result("a", "1")]))
            ]),
            json!([]),
        ),
        (
            "ids that are odd or come again are made fit",
            json!([
                said("user", "u"),
                call("f.g:0", "f", "{}"),
                output("f.g:0", json!("1")),
                call("a", "f", "{}"),
                output("a", json!("2")),
                call("a", "f", "{}"),
                output("a", json!("3")),
                call("", "f", "{}")
            ]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("call_1", "f", json!({}))])),
                user(json!([result("call_1", "1")])),
                assistant(json!([used("a", "f", json!({}))])),
                user(json!([result("a", "2")])),
                assistant(json!([used("a_5", "f", json!({}))])),
                user(json!([result("a_5", "3")])),
                assistant(json!([used("call_7", "f", json!({}))])),
                user(json!([result("call_7", none)]))
            ]),
            json!(["missing_output: "]),
        ),
        (
            "images stay where they are",
            json!([{"role": "user", "content": [{"type": "input_text", "text": "<image>"}, image,
                    {"type": "input_image", "image_url": "https://a.example/b.png"}]},
                call("a", "view_image", "{}"), output("a", json!([image, {"type": "input_text", "text": "t"}]))]),
            json!([
                user(
                    json!([text("<image>"), picture, {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}}])
                ),
                assistant(json!([used("a", "view_image", json!({}))])),
                user(json!([{"type": "tool_result", "tool_use_id": "a", "content": [picture, text("t")]}]))
            ]),
            json!([]),
        ),
        (
            "images that cannot be sent are named",
            json!([{"role": "user", "content": [{"type": "input_image", "image_url": "data:image/bmp;base64,AA"}]},
                {"role": "assistant", "content": [image]}, {"role": "developer", "content": [image]}]),
            json!([user(json!([text("[an image that could not be sent]")]))]),
            json!([
                "content_part: an image of the type `image/bmp`",
                "content_part: an image of the assistant",
                "content_part: an image in instructions"
            ]),
        ),
        (
            "custom, grouped and searching calls have the names of their tools",
            json!([said("user", "u"),
                {"type": "custom_tool_call", "call_id": "a", "name": "apply_patch", "input": "*** Begin Patch\n"},
                {"type": "custom_tool_call_output", "call_id": "a", "output": "ok"},
                {"type": "function_call", "call_id": "b", "namespace": "mcp__tiny", "name": "pic", "arguments": "{}"},
                output("b", json!(["x"])),
                {"type": "tool_search_call", "call_id": "c", "arguments": {"query": "q"}},
                {"type": "tool_search_output", "call_id": "c", "tools": []}]),
            json!([
                user(json!([text("u")])),
                assistant(json!([used("a", "apply_patch", json!({"input": "*** Begin Patch\n"}))])),
                user(json!([result("a", "ok")])),
                assistant(json!([used("b", "mcp__tiny__pic", json!({}))])),
                user(json!([result("b", "[\"x\"]")])),
                assistant(json!([used("c", "tool_search", json!({"query": "q"}))])),
                user(json!([result("c", "no tools found")])),
            ]),
            json!([]),
        ),
    ];
    for (name, items, expected, losses) in cases {
        let seen = turns(items);
        assert_eq!((seen.0, json!(seen.1)), (expected, losses), "{name}");
    }
}

#[test]
fn leading_instructions_stand_apart() {
    let (body, _) = encoded(&json!({
        "model": "m", "instructions": "a",
        "input": [said("system", ""), said("developer", "b"), said("user", "u"), said("system", "c")],
    }));
    assert_eq!(without_marks(body["system"].clone()), json!([text("a"), text("b")]));
    assert_eq!(encoded(&json!({"model": "m", "input": "x"})).0.get("system"), None);
}

#[test]
fn at_most_four_ends_are_marked() {
    let marks = |request: Value| -> Vec<String> {
        let (body, _) = encoded(&request);
        let mut seen = Vec::new();
        for place in ["tools", "system"] {
            for (position, entry) in body[place].as_array().into_iter().flatten().enumerate() {
                if entry.get("cache_control").is_some() {
                    seen.push(format!("{place} {position}"));
                }
            }
        }
        for (turn, message) in body["messages"].as_array().unwrap().iter().enumerate() {
            for (position, block) in message["content"].as_array().unwrap().iter().enumerate() {
                if block.get("cache_control").is_some() {
                    seen.push(format!("{turn}.{position} {}", block["type"].as_str().unwrap()));
                }
            }
        }
        seen
    };
    let tools = json!([{"type": "function", "name": "f"}, {"type": "function", "name": "g"}]);
    let items = json!([
        said("developer", "a"),
        said("developer", "b"),
        said("user", "c"),
        said("user", "d"),
        call("a", "f", "{}"),
        call("b", "f", "{}"),
        output("a", json!("1")),
        output("b", json!("2")),
        call("c", "f", "{}"),
        output("c", json!("3")),
    ]);
    assert_eq!(
        marks(json!({"model": "m", "tools": tools, "input": items})),
        ["tools 1", "system 1", "2.1 tool_result", "4.0 tool_result"]
    );
    assert_eq!(marks(json!({"model": "m", "input": "x"})), ["0.0 text"]);
    assert_eq!(marks(json!({"model": "m", "input": "x", "tools": [{"type": "web_search"}]})), ["0.0 text"]);
    let image = json!([{"role": "user", "content": [{"type": "input_image", "image_url": "https://a.example"}]}]);
    assert_eq!(marks(json!({"model": "m", "input": image})), ["0.0 image"]);
}
