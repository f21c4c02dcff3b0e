//! The doubles hold against the real Codex without codexgw in between, and refuse what breaks the rules.

use serde_json::{Value, json};

use crate::support::keyring::KeyringSession;
use crate::support::sandbox::EXEC;
use crate::support::tmux::READY;
use crate::support::upstream::Purpose;
use crate::support::{Sandbox, Script, Terminal, Turn, Upstream, http, mcp};

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
    sandbox.write_config(plain_config(&upstream));
    mcp::add_server(&sandbox);
    sandbox
        .codex(&[EXEC[0], EXEC[1], "do it"])
        .run()
        .ok()
        .stdout_has("all done")
        .stderr_has("Looking")
        .stderr_has("tokens used\n3,102");
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
    terminal.wait_for(READY);
    terminal.submit("say hello");
    terminal.wait_for("hello from the script");
    upstream.wait_for(Purpose::Title, 1);
    assert!(!terminal.screen().contains("metadata for"), "{}", terminal.screen());
}

/// Sends one request to the double, as a gateway would, and gives status and body.
fn post(upstream: &Upstream, body: &Value) -> (u16, String) {
    let authorization = format!("Bearer {}", upstream.key());
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    http::send(upstream.address(), "POST", "/v1/chat/completions", &headers, &body.to_string())
}

fn shell_tool() -> Value {
    json!({"type": "function", "function": {"name": "exec_command", "parameters": {"type": "object"}}})
}

#[test]
fn the_chat_double_streams_calls_in_fragments_and_counts_when_asked() {
    let upstream = Upstream::chat([Turn::reason("hm").and(Turn::shell("echo a long command"))]);
    let request = json!({
        "model": "m1", "stream": true, "stream_options": {"include_usage": true}, "tools": [shell_tool()],
        "messages": [{"role": "system", "content": "be good"}, {"role": "user", "content": "do it"}],
    });
    let (status, body) = post(&upstream, &request);
    assert_eq!(status, 200);
    assert!(body.matches("\"arguments\":").count() > 3, "{body}");
    assert!(body.contains("reasoning_content") && body.contains("\"total_tokens\":1234"), "{body}");
    assert!(body.contains("data: [DONE]\n\n"), "{body}");
}

#[test]
fn the_chat_double_refuses_what_the_documentation_does_not_allow() {
    let user = json!({"role": "user", "content": "x"});
    let call = json!({"id": "c1", "type": "function", "function": {"name": "exec_command", "arguments": "{}"}});
    let calls = json!({"role": "assistant", "tool_calls": [call]});
    let answer = json!({"role": "tool", "tool_call_id": "c1", "content": "done"});
    let picture = json!([{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}}]);
    let with = |messages: Value| json!({"model": "m1", "messages": messages, "tools": [shell_tool()]});
    let cases = [
        ("`request.client_metadata` is not a documented field", {
            let mut request = with(json!([user]));
            request["client_metadata"] = json!({});
            request
        }),
        ("`tools` is empty", json!({"model": "m1", "messages": [user], "tools": []})),
        ("`tool_choice` is only allowed", json!({"model": "m1", "messages": [user], "tool_choice": "auto"})),
        ("`stream_options` is only allowed", json!({"model": "m1", "messages": [user], "stream_options": {}})),
        ("must be followed by tool messages", with(json!([user, calls, user]))),
        ("are never answered", with(json!([user, calls]))),
        ("which the message before did not call", with(json!([user, calls, answer, answer]))),
        ("`messages[1].role` is `human`", with(json!([user, {"role": "human", "content": "x"}]))),
        ("is of the type `image_url`", with(json!([{"role": "system", "content": picture}]))),
        ("has neither content nor tool calls", with(json!([{"role": "assistant", "content": null}]))),
        ("is `mcp.tiny`, expected", {
            let mut request = with(json!([user]));
            request["tools"][0]["function"]["name"] = json!("mcp.tiny");
            request
        }),
        ("the tool name `exec_command` comes twice", {
            let mut request = with(json!([user]));
            request["tools"] = json!([shell_tool(), shell_tool()]);
            request
        }),
    ];
    for (breach, request) in cases {
        let upstream = Upstream::chat(Script::always(Turn::text("ok")));
        let (status, body) = post(&upstream, &request);
        assert_eq!(status, 400, "{request}");
        let violations = upstream.take_violations();
        assert!(violations.iter().any(|v| v.contains(breach)), "expected `{breach}`, got {violations:?}\n{body}");
    }
    let upstream = Upstream::chat(Turn::text("ok"));
    let answered = with(json!([user, calls, answer, {"role": "user", "content": picture}]));
    assert_eq!(post(&upstream, &answered).0, 200);
}

#[test]
fn the_keyring_double_opens_and_locks() {
    let session = KeyringSession::start();
    session.lock();
    drop(session);
    assert!(KeyringSession::without_keyring().address().starts_with("unix:path="));
}
