//! A Responses provider behind the gateway: bytes through, but for what must not leave the machine.

use serde_json::{Value, json};

use crate::support::{Sandbox, Turn, Upstream, mcp};

#[test]
fn a_responses_provider_behind_the_gateway_gets_codex_s_own_request_without_its_metadata() {
    let upstream = Upstream::responses([
        Turn::reason("**Pondering** it")
            .and(Turn::patch("*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch\n")),
        Turn::call("take_picture", json!({"of": "a dog"})),
        Turn::text("done through the gateway"),
    ]);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "responses"]);
    mcp::add_server(&sandbox);
    sandbox
        .exec("up", "do it")
        .run()
        .ok()
        .stdout_has("done through the gateway")
        .stderr_has("Pondering")
        // Three answers, each of 1200 + 34 - 200.
        .stderr_has("tokens used\n3,102")
        .never_says("metadata")
        .shows_no_error();
    upstream.assert_nothing_of_codex_arrived();
    assert_eq!(std::fs::read_to_string(sandbox.work().join("a.txt")).unwrap(), "one\n");
    let request = upstream.turn(2);
    assert_eq!(request["model"], "m1");
    let kinds: Vec<&str> = request["tools"].as_array().unwrap().iter().filter_map(|t| t["type"].as_str()).collect();
    assert!(kinds.contains(&"custom") && kinds.contains(&"namespace"), "{kinds:?}");
    let reasoning: Vec<&Value> =
        request["input"].as_array().unwrap().iter().filter(|i| i["type"] == "reasoning").collect();
    assert!(
        reasoning.len() == 1 && reasoning[0]["encrypted_content"].as_str().unwrap().starts_with("test-encrypted-"),
        "what the provider sealed must come back to it: {reasoning:?}"
    );
}

#[test]
fn a_responses_provider_that_knows_functions_alone_gets_all_of_codex_s_tools_as_functions() {
    let patch = "*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch\n";
    let upstream = Upstream::chat_and_functions([
        Turn::reason("**Pondering** it").and(Turn::call("apply_patch", json!({"input": patch}))),
        Turn::call("mcp__tiny__take_picture", json!({"of": "a dog"})),
        Turn::text("done with functions alone"),
    ]);
    let sandbox = Sandbox::with_keyring();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "responses"]);
    mcp::add_server(&sandbox);
    sandbox
        .exec("up", "do it")
        .run()
        .ok()
        .stdout_has("done with functions alone")
        .stderr_has("Pondering")
        .stderr_has("tokens used\n3,102")
        .never_says("metadata")
        .never_says("ERROR");
    upstream.assert_nothing_of_codex_arrived();
    assert_eq!(std::fs::read_to_string(sandbox.work().join("a.txt")).unwrap(), "one\n");
    let request = upstream.turn(2);
    let input = request["input"].as_array().unwrap();
    let sealed: Vec<&Value> = input.iter().filter_map(|item| item.get("encrypted_content")).collect();
    assert!(
        sealed.len() == 1 && sealed[0].as_str().unwrap().starts_with("test-encrypted-"),
        "what the provider sealed must come back to it: {sealed:?}"
    );
    let picture = input.iter().any(|item| item["output"].to_string().contains("data:image/png"));
    assert!(picture, "{input:#?}");
}
