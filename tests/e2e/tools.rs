//! Every kind of tool that Codex has, called by a model that speaks Chat Completions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{STARTS, chat_behind_the_gateway};
use crate::support::{Turn, mcp};

#[test]
fn apply_patch_adds_updates_and_deletes() {
    for start in STARTS {
        let (upstream, sandbox) = chat_behind_the_gateway([
            Turn::patch("*** Begin Patch\n*** Add File: a.txt\n+one\n+\"two\" \\ ü\n*** End Patch\n"),
            Turn::patch("*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+1\n \"two\" \\ ü\n*** End Patch\n"),
            Turn::patch("*** Begin Patch\n*** Delete File: old.txt\n*** End Patch\n"),
            Turn::text("patched"),
        ]);
        std::fs::write(sandbox.work().join("old.txt"), "old\n").unwrap();
        start.exec(&sandbox, "patch").run().ok().stdout_has("patched");
        assert_eq!(std::fs::read_to_string(sandbox.work().join("a.txt")).unwrap(), "1\n\"two\" \\ ü\n");
        assert!(!sandbox.work().join("old.txt").exists());
        let tools = upstream.turn(0)["tools"].to_string();
        assert!(tools.contains("begin_patch"), "the grammar of the freeform tool is not in its description: {tools}");
        let answers = tool_messages(&upstream.turn(3));
        assert_eq!(answers.len(), 3, "{answers:?}");
        assert!(answers.iter().all(|a| a.contains("Success. Updated the following files")), "{answers:?}");
    }
}

#[test]
fn two_parallel_calls_are_both_run_and_answered_in_order() {
    for start in STARTS {
        let (upstream, sandbox) = chat_behind_the_gateway([
            Turn::text("Two at once.").and(Turn::shell("echo first")).and(Turn::shell("echo second")),
            Turn::text("both ran"),
        ]);
        start.exec(&sandbox, "run two").run().ok().stdout_has("both ran");
        let request = upstream.turn(1);
        let calling: Vec<&Value> =
            request["messages"].as_array().unwrap().iter().filter(|m| m["tool_calls"].is_array()).collect();
        assert_eq!(calling.len(), 1, "parallel calls belong into one message: {calling:?}");
        assert_eq!(calling[0]["tool_calls"].as_array().unwrap().len(), 2);
        let answers = tool_messages(&request);
        assert!(answers[0].contains("first") && answers[1].contains("second"), "{answers:?}");
    }
}

#[test]
fn the_image_of_an_mcp_tool_reaches_the_model() {
    for start in STARTS {
        let (upstream, sandbox) = chat_behind_the_gateway([
            Turn::call("take_picture", json!({"of": "a cat"})),
            Turn::text("I see a white pixel"),
        ]);
        mcp::add_server(&sandbox);
        start.exec(&sandbox, "take a picture").run().ok().stdout_has("I see a white pixel");
        let request = upstream.turn(1);
        assert!(tool_messages(&request)[0].contains("a picture from the server of a cat"), "{request}");
        assert_eq!(images(&request), [format!("data:image/png;base64,{}", mcp::PNG)]);
    }
}

#[test]
fn view_image_shows_the_model_a_file() {
    for start in STARTS {
        let (upstream, sandbox) = chat_behind_the_gateway([
            Turn::call("view_image", json!({"path": "pixel.png"})),
            Turn::text("I see a white pixel"),
        ]);
        std::fs::write(sandbox.work().join("pixel.png"), STANDARD.decode(mcp::PNG).unwrap()).unwrap();
        start.exec(&sandbox, "look at pixel.png").run().ok().stdout_has("I see a white pixel");
        let images = images(&upstream.turn(1));
        assert!(matches!(&images[..], [one] if one.starts_with("data:image/png;base64,")), "{images:?}");
    }
}

fn tool_messages(request: &Value) -> Vec<String> {
    let messages = request["messages"].as_array().unwrap().iter();
    messages.filter(|m| m["role"] == "tool").map(|m| m["content"].to_string()).collect()
}

fn images(request: &Value) -> Vec<String> {
    let users = request["messages"].as_array().unwrap().iter().filter(|m| m["role"] == "user");
    let parts = users.filter_map(|m| m["content"].as_array()).flatten();
    parts.filter_map(|part| part["image_url"]["url"].as_str()).map(str::to_owned).collect()
}
