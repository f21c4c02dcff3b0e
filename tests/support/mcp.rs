//! A tiny MCP server over stdio whose first tool answers with text and an image; the others are there for their odd
//! names and schemas.

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
    const shape = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: "object",
      properties: {
        size: { type: ["integer", "null"], exclusiveMinimum: 0 },
        kind: { const: "round" },
        inner: { $ref: '#/$defs/shape' },
        list: { type: "array", items: { oneOf: [{ type: "string", format: "uri" }, { type: "number" }] } },
      },
      $defs: { shape: { type: "object", properties: { next: { $ref: '#/$defs/shape' } } } },
      anyOf: [{ required: ["size"] }, { required: ["kind"] }],
      additionalProperties: { type: "string" },
    };
    const tools = [
      { name: "take_picture", description: "Takes a picture.", inputSchema: schema },
      { name: "draw_shape", description: "Draws a shape.", inputSchema: shape },
      { name: "nothing_at_all", inputSchema: { type: "object" } },
      { name: "a_name_that_is_as_long_as_the_names_of_some_real_servers_are_1", inputSchema: schema },
      { name: "a_name_that_is_as_long_as_the_names_of_some_real_servers_are_2", inputSchema: schema },
    ];
    answer(id, { tools });
  } else if (method === "tools/call") {
    const text = "@WORDS@ of " + params.arguments.of;
    answer(id, { content: [{ type: "text", text }, { type: "image", data: "@PNG@", mimeType: "image/png" }] });
  } else {
    answer(id, {});
  }
});
"#;
