//! A tiny MCP server over stdio whose one tool answers with text and an image.

use super::Sandbox;

/// A white pixel as PNG, base64.
pub const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// What its tool says beside the image.
pub const WORDS: &str = "a picture from the server";

/// Writes the server (a node script: node comes with npm, which Codex needs anyway) into the sandbox and names it in
/// Codex's configuration.
pub fn add_server(sandbox: &Sandbox) {
    let script = sandbox.path("home/mcp-server.js");
    let source = SOURCE.replace("@PNG@", PNG).replace("@WORDS@", WORDS);
    std::fs::write(&script, source).expect("the sandbox is writable");
    let table = format!("\n[mcp_servers.tiny]\ncommand = \"node\"\nargs = [\"{}\"]\n", script.display());
    sandbox.write_config(sandbox.config().unwrap_or_default() + &table);
}

const SOURCE: &str = r#"
const lines = require("node:readline").createInterface({ input: process.stdin });
const answer = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", id, result }) + "\n");
lines.on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  if (id === undefined) return;
  if (method === "initialize") {
    answer(id, {
      protocolVersion: params.protocolVersion,
      capabilities: { tools: {} },
      serverInfo: { name: "tiny", version: "1" },
    });
  } else if (method === "tools/list") {
    const schema = { type: "object", properties: { of: { type: "string" } }, required: ["of"] };
    answer(id, { tools: [{ name: "take_picture", description: "Takes a picture.", inputSchema: schema }] });
  } else if (method === "tools/call") {
    const text = "@WORDS@ of " + params.arguments.of;
    answer(id, { content: [{ type: "text", text }, { type: "image", data: "@PNG@", mimeType: "image/png" }] });
  } else {
    answer(id, {});
  }
});
"#;
