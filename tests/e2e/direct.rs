//! A provider whose Responses interface takes all of Codex needs no gateway.

use serde_json::json;

use super::STARTS;
use crate::support::{Sandbox, Turn, Upstream, mcp};

#[test]
fn a_provider_that_takes_all_tools_is_used_directly_with_the_key_from_the_keyring() {
    for start in STARTS {
        let upstream = Upstream::responses([
            Turn::reason("**Pondering** it")
                .and(Turn::patch("*** Begin Patch\n*** Add File: a.txt\n+one\n*** End Patch\n")),
            Turn::call("take_picture", json!({"of": "a dog"})),
            Turn::text("done directly"),
        ]);
        let sandbox = Sandbox::with_keyring();
        sandbox.add("up", &upstream, &[]);
        let config = sandbox.config().unwrap();
        assert!(config.contains("[model_providers.up]"), "{config}");
        assert!(!config.contains("codexgw]"), "a direct provider needs no gateway table\n{config}");
        assert!(!config.contains(&upstream.key()), "{config}");
        mcp::add_server(&sandbox);
        start
            .exec(&sandbox, "do it")
            .run()
            .ok()
            .stdout_has("done directly")
            .stderr_has("Pondering")
            .never_says("metadata")
            .shows_no_error();
        assert_eq!(std::fs::read_to_string(sandbox.work().join("a.txt")).unwrap(), "one\n");
        assert!(upstream.turn(2)["input"].to_string().contains(mcp::PNG));
        assert!(sandbox.gateway_log().is_empty(), "no gateway is needed, but one ran:\n{}", sandbox.gateway_log());
    }
}
