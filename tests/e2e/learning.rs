//! A provider that refuses a field of what Codex sends.

use super::chat_behind_the_gateway;
use crate::support::Turn;

#[test]
fn a_turn_goes_on_without_a_field_that_is_refused_and_the_next_one_never_has_it() {
    let refusal = Turn::error(400, "unsupported_parameter", "Unsupported parameter: 'parallel_tool_calls'.");
    let (upstream, sandbox) = chat_behind_the_gateway([refusal, Turn::text("first"), Turn::text("second")]);
    sandbox.exec("up", "say first").run().ok().stdout_has("first");
    sandbox.exec("up", "say second").run().ok().stdout_has("second");
    let sent: Vec<bool> = (0..3).map(|n| upstream.turn(n).get("parallel_tool_calls").is_some()).collect();
    assert_eq!(sent, [true, false, false], "{}", upstream.report());
    sandbox.codexgw(&["providers", "show", "up"]).run().ok().stdout_has("parallel_").stdout_has("from refusals");
    sandbox.codexgw(&["probe", "up", "--save"]).run().ok().stderr_has("is forgotten");
    let shown = sandbox.codexgw(&["providers", "show", "up"]).run().ok();
    assert!(!shown.stdout.contains("from refusals"), "{shown}");
}
