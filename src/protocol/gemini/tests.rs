//! The whole road: upstream bytes to Codex's events, and from what Codex keeps of them back upstream.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{encode, path, strict};
use crate::protocol::responses::{Encoder, ResponseMeta, parse};
use crate::protocol::{End, Quirks, sse};

const MODEL: &str = "gemini-3-flash-preview";

/// Streams of every kind, each of them ending in order with its last event.
const STREAMS: [&str; 5] = [
    concat!(
        ": comment\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"plän\",\"thought\":true}],\"role\":\"model\"}}]}\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Héllo\"}]}}],\"usageMetadata\":{\"promptTokenCount\":3}}\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\",\"thoughtSignature\":\"U2ln\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":2}}\n\n",
    ),
    concat!(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"why\",\"thought\":true}]}}]}\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"let me look\"},{\"functionCall\":{\"id\":\"a\",\n",
        "data: \"name\":\"f\",\"args\":{\"x\":\"é\"}},\"thoughtSignature\":\"QQ==\"},{\"functionCall\":{\"name\":\"apply_patch\",\"args\":{\"input\":\"*** Begin Patch\\n\"}}}]}}]}\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":3,\"thoughtsTokenCount\":2}}\n\n",
    ),
    concat!(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"toolCall\":{\"toolType\":\"GOOGLE_SEARCH_WEB\",\"id\":\"s\",\"args\":{\"queries\":[\"q\"]}},\"thoughtSignature\":\"Uw==\"},{\"toolResponse\":{\"toolType\":\"GOOGLE_SEARCH_WEB\",\"id\":\"s\",\"response\":{}},\"thoughtSignature\":\"Ug==\"}]}}]}\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"found\"}]},\"groundingMetadata\":{\"groundingChunks\":[{\"web\":{\"uri\":\"https://x.y\",\"title\":\"X\"}}]},\"finishReason\":\"STOP\"}]}\n\n",
    ),
    concat!(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"long\"}]}}]}\n\n",
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" text\"}]},\"finishReason\":\"MAX_TOKENS\"}]}\n\n",
    ),
    concat!(
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"some\"}]}}]}\n\n",
        "data: {\"error\":{\"code\":503,\"message\":\"overloaded\",\"status\":\"UNAVAILABLE\"}}\n\n",
    ),
];

const TOOLS: &str = r#"[{"type":"function","name":"f"},{"type":"custom","name":"apply_patch"}]"#;

/// The events for these chunks, and the body of the same answer.
fn run(chunks: &[&[u8]]) -> (String, Value) {
    let body = format!(r#"{{"model":"p/m","input":"hi","tools":{TOOLS}}}"#);
    let request = parse(body.as_bytes()).unwrap();
    let mut decoder = encode(&request, MODEL, &Quirks::default()).decoder;
    let meta = ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 0 };
    let (mut encoder, mut lines) = (Encoder::new(meta), sse::Decoder::new());
    let (mut deltas, mut out) = (Vec::new(), Vec::new());
    for chunk in chunks {
        lines.feed(chunk, |event| decoder.feed(&event, &mut deltas)).unwrap();
    }
    lines.finish(|event| decoder.feed(&event, &mut deltas)).unwrap();
    decoder.finish(End::Eof, &mut deltas);
    for delta in deltas {
        encoder.push(delta, &mut out);
    }
    (String::from_utf8(out).unwrap(), serde_json::from_slice(&encoder.into_response()).unwrap())
}

#[test]
fn a_stream_cut_at_every_byte_gives_the_same_events() {
    for (stream, end) in STREAMS.iter().zip(["completed", "completed", "completed", "incomplete", "failed"]) {
        let (whole, _) = run(&[stream.as_bytes()]);
        assert_eq!(whole.matches(&format!("event: response.{end}\n")).count(), 1, "{whole}");
        for ending in ["\n", "\r\n", "\r"] {
            let stream = stream.replace('\n', ending);
            for cut in 0..=stream.len() {
                let (first, second) = stream.as_bytes().split_at(cut);
                assert_eq!(run(&[first, second]).0, whole, "cut at {cut}");
            }
        }
    }
}

#[test]
fn a_stream_that_breaks_off_anywhere_ends_once_and_says_so() {
    for stream in &STREAMS[..4] {
        let last = stream.find("finishReason").unwrap();
        for end in 0..last {
            let (events, _) = run(&[&stream.as_bytes()[..end]]);
            assert_eq!(events.matches("event: response.failed").count(), 1, "{end}");
            assert_eq!(events.matches("event: response.completed").count(), 0, "{end}");
        }
    }
}

/// What goes upstream when Codex sends back the items of an answer, with outputs for its calls.
fn next(response: &Value) -> Vec<Value> {
    let mut input = vec![json!({"role": "user", "content": "hi"})];
    let items = response["output"].as_array().unwrap();
    input.extend(items.iter().cloned());
    for item in items.iter().filter(|item| item["call_id"].is_string()) {
        let kind = format!("{}_output", item["type"].as_str().unwrap());
        input.push(json!({"type": kind, "call_id": item["call_id"], "output": "ok"}));
    }
    input.push(json!({"role": "user", "content": "more"}));
    let tools: Value = serde_json::from_str(TOOLS).unwrap();
    let body = json!({"model": "p/m", "input": input, "tools": tools}).to_string();
    let outbound = encode(&parse(body.as_bytes()).unwrap(), MODEL, &Quirks::default());
    let body: Value = serde_json::from_slice(&outbound.body).unwrap();
    strict::check(&body, MODEL);
    body["contents"].as_array().unwrap().clone()
}

#[test]
fn every_signature_comes_back_on_its_own_part() {
    let contents = next(&run(&[STREAMS[0].as_bytes()]).1);
    assert_eq!(contents[1]["parts"], json!([{"text": "Héllo"}, {"text": "", "thoughtSignature": "U2ln"}]));
    let (_, response) = run(&[STREAMS[1].as_bytes()]);
    let contents = next(&response);
    assert_eq!(
        contents[1]["parts"],
        json!([
            {"text": "let me look"},
            {"functionCall": {"id": "a", "name": "f", "args": {"x": "é"}}, "thoughtSignature": "QQ=="},
            {"functionCall": {"name": "apply_patch", "args": {"input": "*** Begin Patch\n"}}},
        ])
    );
    assert_eq!(contents[2]["parts"][0]["functionResponse"]["id"], "a");
    assert_eq!(contents[2]["parts"][1]["functionResponse"].get("id"), None);
    let contents = next(&run(&[STREAMS[2].as_bytes()]).1);
    assert_eq!(
        contents[1]["parts"],
        json!([
            {"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "id": "s", "args": {"queries": ["q"]}}, "thoughtSignature": "Uw=="},
            {"toolResponse": {"toolType": "GOOGLE_SEARCH_WEB", "id": "s", "response": {}}, "thoughtSignature": "Ug=="},
            {"text": "found"},
        ])
    );
}

#[test]
fn what_codex_really_sends_is_written_for_every_kind_of_model() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/fixtures/codex-0.169");
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let file = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let Ok(captured) = serde_json::from_str::<Value>(&text) else { continue };
        if captured["body"]["model"].is_null() {
            continue;
        }
        let body = captured["body"].to_string();
        let request = parse(body.as_bytes()).unwrap();
        for model in ["gemini-2.5-pro", "gemini-2.5-flash-lite", MODEL, "gemini-4-pro", "gemma-4-31b-it"] {
            for quirks in [&[][..], &["schema_subset", "max_tools_128"]] {
                let outbound = encode(&request, model, &Quirks::from_names(quirks).0);
                let body: Value = serde_json::from_slice(&outbound.body).unwrap();
                strict::check(&body, model);
                assert!(!path(model, request.stream).contains("//"), "{}", file.display());
            }
        }
    }
}
