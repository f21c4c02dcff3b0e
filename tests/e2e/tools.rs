//! Every kind of tool that Codex has, called by models of every interface.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{WAYS, behind_the_gateway};
use crate::support::{Turn, mcp};

#[test]
fn apply_patch_adds_updates_and_deletes() {
    for (wire, start) in WAYS {
        let (upstream, sandbox) = behind_the_gateway(
            wire,
            [
                Turn::patch("*** Begin Patch\n*** Add File: a.txt\n+one\n+\"two\" \\ ü\n*** End Patch\n"),
                Turn::patch("*** Begin Patch\n*** Update File: a.txt\n@@\n-one\n+1\n \"two\" \\ ü\n*** End Patch\n"),
                Turn::patch("*** Begin Patch\n*** Delete File: old.txt\n*** End Patch\n"),
                Turn::text("patched"),
            ],
        );
        std::fs::write(sandbox.work().join("old.txt"), "old\n").unwrap();
        start.exec(&sandbox, "patch").run().ok().stdout_has("patched");
        assert_eq!(std::fs::read_to_string(sandbox.work().join("a.txt")).unwrap(), "1\n\"two\" \\ ü\n");
        assert!(!sandbox.work().join("old.txt").exists());
        let tools = upstream.said(0).tools;
        assert!(tools.contains("begin_patch"), "the grammar of the freeform tool is not in its description: {tools}");
        let answers = upstream.said(3).outputs;
        assert_eq!(answers.len(), 3, "{answers:?}");
        assert!(answers.iter().all(|a| a.contains("Success. Updated the following files")), "{answers:?}");
    }
}

#[test]
fn two_parallel_calls_are_both_run_and_answered_in_order() {
    for (wire, start) in WAYS {
        let (upstream, sandbox) = behind_the_gateway(
            wire,
            [
                Turn::text("Two at once.").and(Turn::shell("echo first")).and(Turn::shell("echo second")),
                Turn::text("both ran"),
            ],
        );
        start.exec(&sandbox, "run two").run().ok().stdout_has("both ran");
        let said = upstream.said(1);
        assert_eq!(said.calls, [2], "parallel calls belong into one message");
        assert!(said.outputs[0].contains("first") && said.outputs[1].contains("second"), "{said:?}");
    }
}

#[test]
fn the_image_of_an_mcp_tool_reaches_the_model() {
    for (wire, start) in WAYS {
        let (upstream, sandbox) = behind_the_gateway(
            wire,
            [Turn::call("take_picture", json!({"of": "a cat"})), Turn::text("I see a white pixel")],
        );
        mcp::add_server(&sandbox);
        start.exec(&sandbox, "take a picture").run().ok().stdout_has("I see a white pixel");
        let said = upstream.said(1);
        assert!(said.outputs[0].contains("a picture from the server of a cat"), "{said:?}");
        assert_eq!(said.images, [format!("data:image/png;base64,{}", mcp::PNG)]);
        // The odd ones are on offer as well, in a form that passed the double's rules.
        assert!(["draw_shape", "nothing_at_all"].iter().all(|name| said.tools.contains(name)), "{}", said.tools);
        assert_eq!(said.tools.matches(r#""name":"mcp__tiny__a_name_that_is_as_long"#).count(), 2, "{}", said.tools);
    }
}

#[test]
fn view_image_shows_the_model_a_file() {
    for (wire, start) in WAYS {
        let (upstream, sandbox) = behind_the_gateway(
            wire,
            [Turn::call("view_image", json!({"path": "pixel.png"})), Turn::text("I see a white pixel")],
        );
        std::fs::write(sandbox.work().join("pixel.png"), STANDARD.decode(mcp::PNG).unwrap()).unwrap();
        start.exec(&sandbox, "look at pixel.png").run().ok().stdout_has("I see a white pixel");
        let images = upstream.said(1).images;
        assert!(matches!(&images[..], [one] if one.starts_with("data:image/png;base64,")), "{wire:?} {images:?}");
    }
}
