//! What was measured of a model is what Codex offers it.

use serde_json::Value;

use crate::support::{Sandbox, Turn, Upstream};

#[test]
fn codex_offers_no_patch_tool_to_a_model_that_was_seen_to_fail_at_it() {
    let clumsy = || Turn::patch("--- greeting.txt\n+++ greeting.txt\n");
    let upstream = Upstream::chat([
        Turn::shell("cat colour.txt"),
        Turn::text("petrol"),
        Turn::shell("cat first.txt second.txt third.txt"),
        Turn::shell("cat first.txt second.txt third.txt"),
        clumsy(),
        clumsy(),
        Turn::text("red"),
        Turn::text("one, two, three"),
        Turn::text("done"),
    ]);
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    let limits = "one call at a time; patches only through the shell";
    sandbox.codexgw(&["models", "test", "up", "--save"]).run().ok().stdout_has(limits);
    sandbox.run("up", "hi").run().ok().stdout_has("done");
    let request = upstream.turn(8);
    let tools: Vec<&str> = request["tools"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|tool| tool.pointer("/function/name").and_then(Value::as_str))
        .collect();
    assert!(tools.contains(&"exec_command") && !tools.contains(&"apply_patch"), "{tools:?}");
}
