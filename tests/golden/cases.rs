//! What Codex sends and models answer, one case each. A case is added here; what it becomes is blessed and read.

use serde_json::{Value, json};

use super::case::{
    Case, PIXEL, apply_patch, assistant, called, developer, function, image, output, ran, server, shell, user,
};
use crate::support::upstream::{Ending, Turn};

const PATCH: &str = "*** Begin Patch\n*** Add File: a.txt\n+hello\n*** End Patch\n";

pub fn all() -> Vec<Case> {
    [conversations(), tools(), schemas(), thinking(), content(), settings(), dialects()].into_iter().flatten().collect()
}

fn conversations() -> Vec<Case> {
    vec![
        Case::new("hello", vec![user("Say hello.")]).answers(Turn::text("Hello there, person.")),
        Case::new("text-input", vec![]).with("input", json!("Say hello.")),
        Case::new("instructions", vec![user("Go.")]).with("instructions", json!("You are a coding agent.")),
        Case::new("base-prompt-first", vec![developer("You are a coding agent."), developer("Be brief."), user("Go.")]),
        Case::new(
            "late-developer",
            vec![user("Go."), assistant("Gone."), developer("The model changed."), user("On.")],
        ),
        Case::new(
            "late-system",
            vec![
                user("Go."),
                assistant("Gone."),
                json!({"type": "message", "role": "system", "content": "Rules changed."}),
                user("On."),
            ],
        ),
        Case::new("two-users", vec![user("First."), user("Second.")]),
        Case::new("two-assistants", vec![user("Go."), assistant("One."), assistant("Two."), user("On.")]),
        Case::new("starts-with-assistant", vec![assistant("Earlier."), user("On.")]),
        Case::new("ends-with-assistant", vec![user("Go."), assistant("I was about to")]),
        Case::new("empty-message", vec![user("Go."), user(""), user("On.")]),
        Case::new("no-user", vec![developer("Summarise what you know.")]),
        Case::new("untyped-message", vec![json!({"role": "user", "content": "Plain."})]),
        Case::new("odd-letters", vec![user("Ünïcode \u{1F600} \u{0007} \"quotes\" \\ \u{2028} </think>")])
            .answers(Turn::text("Ünïcode \u{1F600} \"quotes\" \\ \n\ttabs")),
        Case::new("unknown-item", vec![user("Go."), json!({"type": "hologram", "id": "h_1", "beam": 3})]),
        Case::new(
            "other-items",
            vec![
                user("Draw."),
                json!({"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "q"}}),
                json!({"type": "image_generation_call", "id": "ig_1", "status": "completed", "result": "AAAA"}),
                json!({"type": "compaction", "encrypted_content": "somebody else's"}),
                user("On."),
            ],
        ),
    ]
}

fn tools() -> Vec<Case> {
    vec![
        Case::new("one-call", vec![user("List.")])
            .answers(Turn::shell("ls -la"))
            .then(vec![output("CALL", "total 0\n")]),
        Case::new("text-and-call", vec![user("List.")]).answers(Turn::text("Let me look.").and(Turn::shell("ls"))),
        Case::new("parallel-calls", vec![user("List both.")])
            .answers(Turn::shell("ls a").and(Turn::shell("ls b")).and(Turn::shell("ls c"))),
        Case::new(
            "parallel-outputs",
            vec![user("List both."), ran("a", "ls a"), ran("b", "ls b"), output("b", "of b"), output("a", "of a")],
        ),
        Case::new(
            "calls-in-steps",
            vec![
                user("Go."),
                ran("a", "ls a"),
                output("a", "of a"),
                assistant("Next."),
                ran("b", "ls b"),
                output("b", "of b"),
            ],
        ),
        Case::new("missing-output", vec![user("Go."), ran("a", "sleep 9"), user("Stop that.")]),
        Case::new("orphan-output", vec![user("Go."), output("gone", "of a call that was compacted away")]),
        Case::new("user-between", vec![user("Go."), ran("a", "ls"), user("Hurry."), output("a", "of a")]),
        Case::new(
            "same-id-twice",
            vec![user("Go."), ran("a", "ls 1"), output("a", "one"), ran("a", "ls 2"), output("a", "two")],
        ),
        Case::new(
            "broken-arguments",
            vec![user("Go."), called("a", "exec_command", "{\"cmd\": \"echo bro"), output("a", "failed to parse")],
        ),
        Case::new("empty-output", vec![user("Go."), ran("a", "true"), output("a", "")]),
        Case::new(
            "list-output",
            vec![
                user("Go."),
                ran("a", "ls"),
                output(
                    "a",
                    json!([
            {"type": "input_text", "text": "Wall time: 0.1 s"}, {"type": "input_text", "text": "of a"}]),
                ),
            ],
        ),
        Case::new("object-output", vec![user("Go."), ran("a", "ls"), output("a", json!({"exit_code": 0}))]),
        Case::new("freeform", vec![user("Patch.")])
            .tools(vec![shell(), apply_patch()])
            .answers(Turn::patch(PATCH))
            .then(vec![json!({"type": "custom_tool_call_output", "call_id": "CALL", "output": "Success."})]),
        Case::new(
            "freeform-history",
            vec![
                user("Patch."),
                json!({"type": "custom_tool_call", "call_id": "p", "name": "apply_patch", "input": PATCH}),
                json!({"type": "custom_tool_call_output", "call_id": "p", "output": "Success."}),
            ],
        )
        .tools(vec![apply_patch()]),
        Case::new("namespace", vec![user("Ask the server.")])
            .tools(vec![shell(), server("mcp__tiny", "echo_it")])
            .answers(Turn::call("mcp__tiny__echo_it", json!({"text": "hi"})))
            .then(vec![output("CALL", "echo: hi")]),
        Case::new("two-namespaces", vec![user("Ask.")])
            .tools(vec![server("mcp__one", "look"), server("mcp__two", "look")])
            .answers(Turn::call("mcp__two__look", json!({"text": "hi"}))),
        Case::new("long-names", vec![user("Ask.")]).tools(vec![server(
            "mcp__a_server_with_a_name_that_nobody_would_want_to_type",
            "and_a_tool_whose_name_is_just_as_long_as_that",
        )]),
        Case::new("odd-names", vec![user("Ask.")]).tools(vec![server("mcp__my.server", "read file!"), shell()]),
        Case::new(
            "tool-search",
            vec![
                user("Find a tool."),
                json!({"type": "tool_search_call", "call_id": "s", "arguments": {"query": "notes"}}),
                json!({"type": "tool_search_output", "call_id": "s", "tools": [server("mcp__notes", "add_note")]}),
            ],
        )
        .tools(vec![json!({"type": "tool_search", "description": "Finds tools.",
            "parameters": {"type": "object", "properties": {"query": {"type": "string"}}}})]),
        Case::new(
            "additional-tools",
            vec![
                json!({"type": "additional_tools", "role": "developer", "tools": [shell(), apply_patch()]}),
                user("Go."),
            ],
        )
        .tools(vec![])
        .answers(Turn::shell("ls")),
        Case::new("no-tools", vec![user("Title, please.")]).tools(vec![]).with("tool_choice", json!("auto")),
        Case::new("must-call", vec![user("Go.")]).with("tool_choice", json!("required")).answers(Turn::shell("ls")),
        Case::new("must-not-call", vec![user("Go.")]).with("tool_choice", json!("none")),
        Case::new("must-call-this", vec![user("Go.")])
            .with("tool_choice", json!({"type": "function", "name": "exec_command"}))
            .answers(Turn::shell("ls")),
        Case::new("allowed-tools", vec![user("Go.")])
            .tools(vec![shell(), function("other", json!({"type": "object", "properties": {}}))])
            .with(
                "tool_choice",
                json!({"type": "allowed_tools", "mode": "required",
                "tools": [{"type": "function", "name": "exec_command"}]}),
            )
            .answers(Turn::shell("ls")),
        Case::new("one-at-a-time", vec![user("Go.")]).with("parallel_tool_calls", json!(false)),
        Case::new("unknown-tool-kind", vec![user("Go.")])
            .tools(vec![shell(), json!({"type": "computer_use_preview", "display_width": 1})]),
        Case::new(
            "local-shell",
            vec![
                user("Go."),
                json!({"type": "local_shell_call", "call_id": "l", "status": "completed",
                "action": {"type": "exec", "command": ["ls"]}}),
                output("l", "of l"),
            ],
        ),
        Case::new("web-search", vec![user("Search.")])
            .tools(vec![shell(), json!({"type": "web_search", "external_web_access": true})])
            .answers(Turn::search("rust 2026").and(Turn::text("A page says so.")))
            .then(vec![user("And now?")]),
        Case::new("cached-web-search", vec![user("Search.")]).tools(vec![
            json!({"type": "web_search", "external_web_access": false,
                "filters": {"allowed_domains": ["example.com"]},
                "user_location": {"type": "approximate", "country": "DE", "city": "Jena"}}),
        ]),
    ]
}

fn schemas() -> Vec<Case> {
    let with = |name, parameters: Value| Case::new(name, vec![user("Go.")]).tools(vec![function("tool", parameters)]);
    vec![
        with("schema-none", json!({"type": "object", "properties": {}, "required": []})),
        with(
            "schema-refs",
            json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}},
            "$defs": {"A": {"type": "object", "properties": {"b": {"type": ["string", "null"]}}}},
            "$schema": "https://json-schema.org/draft/2020-12/schema"}),
        ),
        with(
            "schema-choices",
            json!({"type": "object", "properties": {
            "a": {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": 1}]},
            "b": {"oneOf": [{"const": "x"}, {"const": "y"}]}, "c": {"enum": ["", "z"]}}}),
        ),
        with(
            "schema-bounds",
            json!({"type": "object", "properties": {
            "a": {"type": "string", "format": "uri", "pattern": "^h", "maxLength": 9},
            "b": {"type": "array", "items": {"type": "number", "exclusiveMinimum": 0}, "minItems": 1},
            "c": {"type": "object", "additionalProperties": {"type": "string"}}}, "required": ["a", "nowhere"]}),
        ),
        with("schema-no-object", json!({"type": "string"})),
        Case::new("answer-schema", vec![user("Answer in form.")])
            .with(
                "text",
                json!({"format": {"type": "json_schema", "name": "answer", "strict": true, "schema":
                {"type": "object", "properties": {"ok": {"type": "boolean"}, "n": {"type": "integer", "minimum": 1}},
                    "required": ["ok", "n"], "additionalProperties": false}}}),
            )
            .answers(Turn::text("{\"ok\": true, \"n\": 1}")),
        Case::new("answer-object", vec![user("Answer in JSON.")])
            .with("text", json!({"format": {"type": "json_object"}}))
            .answers(Turn::text("{\"ok\": true}")),
        Case::new("verbosity", vec![user("Go.")]).with("text", json!({"verbosity": "low"})),
    ]
}

fn thinking() -> Vec<Case> {
    let effort = |name, effort: &str| {
        Case::new(name, vec![user("Think.")])
            .with("reasoning", json!({"effort": effort, "summary": "auto"}))
            .answers(Turn::reason("First this, then that.").and(Turn::text("So.")))
    };
    vec![
        effort("effort-none", "none").answers(Turn::text("So.")),
        effort("effort-minimal", "minimal"),
        effort("effort-medium", "medium").then(vec![user("Go on.")]),
        effort("effort-xhigh", "xhigh"),
        effort("effort-unheard-of", "banana"),
        effort("think-then-call", "high")
            .answers(Turn::reason("I must look.").and(Turn::shell("ls")))
            .then(vec![output("CALL", "total 0\n")]),
        effort("think-twice", "high")
            .answers(Turn::reason("I must look.").and(Turn::text("Looking.")).and(Turn::shell("ls")))
            .then(vec![output("CALL", "total 0\n"), user("Faster.")]),
        effort("sealed-thought", "high").answers(Turn::secret().and(Turn::text("So."))).then(vec![user("Go on.")]),
        effort("thought-budget", "high").model("claude-sonnet-4-5"),
        effort("thought-always", "low").model("claude-fable-5-2"),
        Case::new(
            "foreign-thought",
            vec![
                user("Go."),
                json!({"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}],
                "encrypted_content": "gAAAA-of-somebody-else"}),
                assistant("Done."),
                user("On."),
            ],
        ),
        Case::new(
            "open-thought",
            vec![
                user("Go."),
                json!({"type": "reasoning", "id": "rs_1", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]}),
                assistant("Done."),
                user("On."),
            ],
        ),
    ]
}

fn content() -> Vec<Case> {
    vec![
        Case::new("image", vec![image("What is this?", PIXEL)]),
        Case::new("image-by-url", vec![image("What is this?", "https://example.com/a.png")]),
        Case::new("image-unreadable", vec![image("What is this?", "data:image/tiff;base64,AAAA")]),
        Case::new(
            "image-output",
            vec![
                user("Look."),
                ran("a", "shot"),
                output(
                    "a",
                    json!([
            {"type": "input_text", "text": "A shot."}, {"type": "input_image", "image_url": PIXEL}]),
                ),
            ],
        ),
        Case::new(
            "image-output-alone",
            vec![
                user("Look."),
                ran("a", "shot"),
                ran("b", "ls"),
                output("a", json!([{"type": "input_image", "image_url": PIXEL}])),
                output("b", "of b"),
            ],
        ),
        Case::new(
            "document",
            vec![json!({"type": "message", "role": "user", "content": [
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0xLjQK"},
            {"type": "input_text", "text": "Read it."}]})],
        ),
        Case::new(
            "text-document",
            vec![json!({"type": "message", "role": "user", "content": [
            {"type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64,aGVsbG8K"},
            {"type": "input_text", "text": "Read it."}]})],
        ),
        Case::new(
            "document-by-id",
            vec![json!({"type": "message", "role": "user", "content": [
            {"type": "input_file", "file_id": "file-123"}, {"type": "input_text", "text": "Read it."}]})],
        ),
        Case::new(
            "unknown-part",
            vec![json!({"type": "message", "role": "user", "content": [
            {"type": "input_smell", "data": "AAAA"}, {"type": "input_text", "text": "Smell it."}]})],
        ),
        Case::new(
            "refusal-part",
            vec![
                user("Go."),
                json!({"type": "message", "role": "assistant", "content": [
            {"type": "refusal", "refusal": "I would rather not."}]}),
                user("Please."),
            ],
        ),
    ]
}

fn settings() -> Vec<Case> {
    vec![
        Case::new("limits", vec![user("Go.")])
            .with("max_output_tokens", json!(100))
            .with("temperature", json!(0.5))
            .with("top_p", json!(0.9)),
        Case::new("cache-key", vec![user("Go.")]).with("prompt_cache_key", json!("thread-1")),
        Case::new("fields-of-openai", vec![user("Go.")])
            .with("service_tier", json!("priority"))
            .with("client_metadata", json!({"session_id": "s"}))
            .with("metadata", json!({"a": "b"}))
            .with("user", json!("u"))
            .with("truncation", json!("auto"))
            .with("top_logprobs", json!(3)),
        Case::new("compaction", vec![user("Go."), assistant("Gone."), json!({"type": "compaction_trigger"})])
            .answers(Turn::text("We went.")),
        Case::new("cut-by-length", vec![user("Write much.")]).answers(Turn::text("Once upon").ends(Ending::Early)),
        Case::new("fails-inside", vec![user("Go.")])
            .answers(Turn::text("Once upon").ends(Ending::Fails { status: 529, message: "Overloaded".to_owned() })),
    ]
}

/// What only some upstreams of a wire want.
fn dialects() -> Vec<Case> {
    let think = || Turn::reason("I must look.").and(Turn::shell("ls"));
    vec![
        Case::new("quirk-system", vec![developer("Base."), user("Go."), developer("Late."), user("On.")])
            .quirks(&["late_system", "developer_role_rejected"]),
        Case::new("quirk-order", vec![user("Go."), ran("a", "ls"), output("a", "x"), user("More.")])
            .quirks(&["assistant_after_tool"]),
        Case::new("quirk-schema", vec![developer("Base."), user("Go.")])
            .with("text", json!({"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}}))
            .quirks(&["json_schema_rejected"]),
        Case::new("quirk-form", vec![user("Go.")])
            .with("text", json!({"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}}))
            .quirks(&["response_format_rejected"]),
        Case::new(
            "quirk-files",
            vec![
                user("Go."),
                ran("a", "scan"),
                output("a", json!([{"type": "input_file", "filename": "a.pdf", "file_data": "JVBERi0xLjQK"}])),
            ],
        )
        .quirks(&["file_parts"]),
        Case::new(
            "quirk-images",
            vec![user("Go."), ran("a", "shot"), output("a", json!([{"type": "input_image", "image_url": PIXEL}]))],
        )
        .quirks(&["images_rejected"]),
        Case::new("quirk-replay", vec![user("Go.")])
            .quirks(&["reasoning_content_replay"])
            .answers(think())
            .then(vec![output("CALL", "total 0\n")]),
        Case::new("quirk-ids", vec![user("Go."), ran("call_with_a_long_id", "ls"), output("call_with_a_long_id", "x")])
            .quirks(&["tool_call_id_9"]),
        Case::new("quirk-tools", vec![user("Go.")])
            .with("tool_choice", json!("required"))
            .quirks(&["tool_choice_auto_only", "parallel_true_rejected", "strict_rejected", "schema_subset"])
            .answers(Turn::shell("ls")),
        Case::new("quirk-limits", vec![user("Go.")])
            .with("max_output_tokens", json!(100))
            .quirks(&["max_completion_tokens", "sampling_locked"]),
    ]
}
