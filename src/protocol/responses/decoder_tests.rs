use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;

const CALL: &str = r#"{"type":"function_call","id":"fc_1","call_id":"c1","name":"exec","arguments":"{\"a\":1}"}"#;

fn decoder() -> Decoder {
    Decoder::new(Names::default(), "m")
}

fn decoded(stream: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut decoder = decoder();
    let mut framing = sse::Decoder::new();
    framing.feed(stream.as_bytes(), |event| decoder.feed(&event, &mut out)).unwrap();
    decoder.finish(End::Eof, &mut out);
    out.into_iter().map(told).collect()
}

fn whole(body: &Value) -> Vec<String> {
    let mut out = Vec::new();
    decoder().feed_whole(body.to_string().as_bytes(), &mut out);
    out.into_iter().map(told).collect()
}

fn told(delta: Delta) -> String {
    match delta {
        Delta::Text(text) => text,
        Delta::Reasoning(text) => format!("thinks {text}"),
        Delta::Carrier(carrier) => format!("seals {} {}", carrier.wire, carrier.state["encrypted_content"]),
        Delta::CallStart { key, id, tool, .. } => format!("{key} calls {} as {id}", tool.name),
        Delta::CallInput { key, json } => format!("{key} with {json}"),
        Delta::CallEnd { key } => format!("{key} called"),
        Delta::Citation { url, title, length, .. } => format!("cites {url} {title} {length}"),
        Delta::WebSearch { query } => format!("searches {query}"),
        Delta::Usage(usage) => format!("{}+{}", usage.input, usage.output),
        Delta::Unknown(reason) => format!("unknown {reason}"),
        Delta::Stop(stop) => format!("{stop:?}"),
        Delta::Fail(failure) => format!("failed: {}", failure.message),
    }
}

fn stream(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

#[test]
fn text_usage_and_the_end_are_read_in_every_form() {
    let item = json!({"type": "message", "content": [{"type": "output_text", "text": "sum"}]});
    let completed = |output: &[&Value]| {
        let usage = json!({"input_tokens": 3, "output_tokens": 2, "input_tokens_details": {"cached_tokens": 1}});
        json!({"type": "response.completed",
            "response": {"status": "completed", "error": null, "output": output, "usage": usage}})
    };
    let delta = json!({"type": "response.output_text.delta", "delta": "sum"});
    let done = json!({"type": "response.output_item.done", "item": item});
    for events in [
        vec![delta.clone(), done.clone(), completed(&[&item])],
        vec![done, completed(&[&item])],
        vec![completed(&[&item])],
        vec![delta, completed(&[])],
    ] {
        assert_eq!(decoded(&stream(&events)), ["sum", "3+2", "Done"], "{events:?}");
    }
    assert_eq!(whole(&json!({"status": "incomplete", "output": [item]})), ["sum", "Length"]);
    let filtered = json!({"status": "incomplete", "output": [], "incomplete_details": {"reason": "content_filter"}});
    assert_eq!(whole(&filtered), ["failed: the provider's content filter stopped the answer"]);
}

#[test]
fn thoughts_and_calls_come_the_same_in_pieces_and_whole() {
    let thought = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA",
        "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}]});
    let call: Value = serde_json::from_str(CALL).unwrap();
    let events = [
        json!({"type": "response.output_item.added", "item": {"type": "reasoning", "id": "rs_1"}}),
        json!({"type": "response.reasoning_summary_part.added", "summary_index": 0}),
        json!({"type": "response.reasoning_summary_text.delta", "delta": "a"}),
        json!({"type": "response.reasoning_summary_part.added", "summary_index": 1}),
        json!({"type": "response.reasoning_summary_text.delta", "delta": "b"}),
        json!({"type": "response.output_item.done", "item": thought}),
        json!({"type": "response.output_item.added", "item": {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "exec"}}),
        json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": "{\"a\":"}),
        json!({"type": "response.function_call_arguments.delta", "item_id": "fc_1", "delta": "1}"}),
        json!({"type": "response.output_item.done", "item": call}),
        json!({"type": "response.completed", "response": {"status": "completed", "output": [thought, call]}}),
    ];
    assert_eq!(
        decoded(&stream(&events)),
        [
            "thinks a",
            "thinks \n\n",
            "thinks b",
            "seals responses \"gAAA\"",
            "0 calls exec as c1",
            "0 with {\"a\":",
            "0 with 1}",
            "0 called",
            "Done"
        ]
    );
    assert_eq!(
        whole(&json!({"status": "completed", "output": [thought, call]})),
        ["thinks a\n\nb", "seals responses \"gAAA\"", "0 calls exec as c1", "0 with {\"a\":1}", "0 called", "Done"]
    );
}

#[test]
fn searches_and_what_they_found_are_told() {
    let note =
        json!({"type": "url_citation", "url": "https://a.example", "title": "A", "start_index": 2, "end_index": 5});
    let output = json!([
        {"type": "web_search_call", "action": {"type": "search", "query": "rust"}},
        {"type": "message", "content": [{"type": "output_text", "text": "found", "annotations": [note]}]},
    ]);
    let expected = ["searches rust", "found", "cites https://a.example A 3", "Done"];
    assert_eq!(whole(&json!({"status": "completed", "output": output})), expected);
}

#[test]
fn what_fails_says_why() {
    let failed = json!({"type": "response.failed",
        "response": {"status": "failed", "error": {"code": "x", "message": "no more"}}});
    for (events, why) in [
        (vec![], "the provider's answer ended early"),
        (vec![failed], "no more"),
        (vec![json!({"type": "error", "message": "too busy"})], "too busy"),
        (vec![json!({"error": {"message": "bad key"}})], "bad key"),
    ] {
        let told = decoded(&stream(&events));
        assert!(told.len() == 1 && told[0].starts_with("failed: ") && told[0].contains(why), "{told:?}");
    }
    let mut out = Vec::new();
    decoder().feed_whole(b"<html>no</html>", &mut out);
    assert!(matches!(&out[..], [Delta::Fail(_)]));
}
