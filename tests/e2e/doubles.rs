//! The doubles hold against the real Codex without codexgw in between, and refuse what breaks the rules.

use crate::support::sandbox::EXEC;
use crate::support::upstream::Purpose;
use crate::support::{Sandbox, Terminal, Turn, Upstream, mcp};
use serde_json::json;

/// A provider table as Codex's documentation has it.
fn plain_config(upstream: &Upstream) -> String {
    format!(
        "model = \"m1\"\nmodel_provider = \"up\"\n\n[model_providers.up]\nname = \"Up\"\nbase_url = \"{}\"\n\
         experimental_bearer_token = \"{}\"\n",
        upstream.base_url(),
        upstream.key()
    )
}

#[test]
fn the_real_codex_works_on_the_scripted_responses_upstream() {
    let upstream = Upstream::responses([
        Turn::reason("**Looking** around").and(Turn::shell("echo one > made.txt")).and(Turn::shell("cat made.txt")),
        Turn::call("take_picture", json!({"of": "a cat"})),
        Turn::text("all done"),
    ]);
    let sandbox = Sandbox::with_codex();
    let server = mcp::write_server(&sandbox.path("home"));
    let mcp = format!("\n[mcp_servers.tiny]\ncommand = \"node\"\nargs = [\"{}\"]\n", server.display());
    sandbox.write_config(plain_config(&upstream) + &mcp);
    sandbox.codex(&[EXEC[0], EXEC[1], "do it"]).run().ok().stdout_has("all done").stderr_has("Looking");
    assert_eq!(std::fs::read_to_string(sandbox.work().join("made.txt")).unwrap(), "one\n");
    let last = upstream.turn(2)["input"].to_string();
    assert!(last.contains(mcp::WORDS) && last.contains(mcp::PNG), "{last}");
}

#[test]
fn the_terminal_driver_sees_the_real_codex_answer() {
    let upstream = Upstream::responses(Turn::text("hello from the script"));
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(plain_config(&upstream));
    sandbox.trust_workspace();
    let terminal = Terminal::start(&sandbox, "codex --no-daemon");
    terminal.wait_for("m1");
    terminal.submit("say hello");
    terminal.wait_for("hello from the script");
    upstream.wait_for(Purpose::Title, 1);
    assert!(!terminal.screen().contains("metadata for"), "{}", terminal.screen());
}
