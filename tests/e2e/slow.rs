//! Upstreams that take their time: Codex is never left without bytes.

use std::time::Duration;

use super::chat_behind_the_gateway;
use crate::support::Turn;
use crate::support::sandbox::EXEC;

/// Shorter than what the model thinks, longer than the gateway's keepalive.
const IDLE: &str = "model_providers.codexgw.stream_idle_timeout_ms=12000";

#[test]
fn a_model_that_thinks_longer_than_codex_waits_is_waited_for() {
    let thinks = Duration::from_secs(15);
    for (before_status, before_end) in [(thinks, Duration::ZERO), (Duration::ZERO, thinks)] {
        let turn = Turn::text("thought about it").thinking(before_status, before_end);
        let (_upstream, sandbox) = chat_behind_the_gateway(turn);
        sandbox
            .codex(&["-p", "up", "-c", IDLE, EXEC[0], EXEC[1], "think"])
            .run()
            .ok()
            .stdout_has("thought about it")
            .shows_no_error();
    }
}
