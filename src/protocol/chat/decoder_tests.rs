use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::chat::encode;
use crate::protocol::ir::{ToolKind, ToolName};
use crate::protocol::responses::parse;

fn decoder(quirks: &[&str]) -> Decoder {
    let body = json!({
        "model": "p/m",
        "input": [{"type": "function_call", "call_id": "old", "name": "f", "arguments": "{}"}],
        "tools": [
            {"type": "function", "name": "f"},
            {"type": "custom", "name": "apply_patch"},
            {"type": "namespace", "name": "mcp__tiny", "tools": [{"type": "function", "name": "echo_it"}]},
        ],
    })
    .to_string();
    encode(&parse(body.as_bytes()).unwrap(), "up", &Quirks::from_names(quirks).0).decoder
}

/// A readable line for each delta.
fn show(delta: &Delta) -> String {
    match delta {
        Delta::Reasoning(text) => format!("think {text}"),
        Delta::Carrier(carrier) => format!("seal {}", carrier.state),
        Delta::Text(text) => format!("text {text}"),
        Delta::Citation { url, title, length, behind } => format!("cite {length}+{behind} {url} {title}"),
        Delta::WebSearch { .. } => unreachable!("chat tells of none"),
        Delta::CallStart { key, id, tool: ToolName { namespace, name }, kind } => {
            let group = namespace.as_deref().map(|group| format!("{group}/")).unwrap_or_default();
            let custom = if *kind == ToolKind::Custom { " custom" } else { "" };
            format!("call {key} {id:?} {group}{name}{custom}")
        }
        Delta::CallInput { key, json } => format!("input {key} {json}"),
        Delta::CallEnd { key } => format!("end {key}"),
        Delta::Usage(usage) => format!("usage {}/{}/{}/{}", usage.input, usage.cached, usage.output, usage.reasoning),
        Delta::Unknown(reason) => format!("unknown {reason}"),
        Delta::Stop(stop) => format!("stop {stop:?}"),
        Delta::Fail(failure) => format!("fail {:?} {}", failure.code, failure.message),
    }
}

fn stream(events: &[&str], end: End, quirks: &[&str]) -> Vec<String> {
    let mut decoder = decoder(quirks);
    let mut out = Vec::new();
    for data in events {
        decoder.feed(&sse::Event { name: "", data }, &mut out);
    }
    decoder.finish(end, &mut out);
    out.iter().map(show).collect()
}

fn chunk(delta: &str) -> String {
    format!(
        r#"{{"id":"x","object":"chat.completion.chunk","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}],"usage":null}}"#
    )
}

fn finish(reason: &str) -> String {
    format!(r#"{{"choices":[{{"index":0,"delta":{{}},"finish_reason":"{reason}"}}]}}"#)
}

/// The deltas of a stream of these pieces that stops in order.
fn pieces(deltas: &[&str], quirks: &[&str]) -> Vec<String> {
    let mut events: Vec<String> = deltas.iter().map(|delta| chunk(delta)).collect();
    events.push(finish("stop"));
    events.push("[DONE]".into());
    stream(&events.iter().map(String::as_str).collect::<Vec<_>>(), End::Eof, quirks)
}

#[test]
fn text_reasoning_and_usage_in_all_their_places() {
    assert_eq!(
        pieces(&[r#"{"role":"assistant","content":""}"#, r#"{"content":"Hel"}"#, r#"{"content":"lo"}"#], &[]),
        ["text Hel", "text lo", "stop Done"]
    );
    for delta in [
        r#"{"reasoning_content":"t","content":null}"#,
        r#"{"reasoning":"t"}"#,
        r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"t"}]}]}"#,
    ] {
        assert_eq!(
            pieces(&[delta, r#"{"content":"x"}"#], &[]),
            ["think t", "seal null", "text x", "stop Done"],
            "{delta}"
        );
    }
    let usage = r#""usage":{"prompt_tokens":10,"completion_tokens":5.0,"total_tokens":15,"prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":2}}"#;
    let deep = r#""usage":{"prompt_tokens":10,"completion_tokens":3,"total_tokens":15,"prompt_cache_hit_tokens":4,"completion_tokens_details":{"reasoning_tokens":2}}"#;
    let lite = r#""usage":{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":0},"cache_read_input_tokens":4,"reasoning_tokens":2}"#;
    for last in [
        format!(r#"{{"choices":[],{lite}}}"#),
        format!(r#"{{"choices":[],{usage}}}"#),
        format!(r#"{{"choices":[{{"delta":{{}},{usage}}}]}}"#),
        format!(r#"{{"x_groq":{{{usage}}}}}"#),
        format!(r#"{{"choices":null,{deep}}}"#),
    ] {
        let seen = stream(&[&chunk(r#"{"content":"x"}"#), &finish("stop"), &last, "[DONE]"], End::Eof, &[]);
        assert_eq!(seen, ["text x", "usage 10/4/5/2", "stop Done"], "{last}");
    }
}

#[test]
fn annotations_name_the_pages_that_the_text_rests_on() {
    let page = |url: &str, start: i32, end: i32| {
        format!(
            r#"{{"type":"url_citation","url_citation":{{"url":"{url}","title":"T","start_index":{start},"end_index":{end}}}}}"#
        )
    };
    let notes = |pages: &[String]| format!(r#"{{"annotations":[{}]}}"#, pages.join(","));
    let text = r#"{"content":"né is so"}"#;
    let call = r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#;
    let called = ["call 0 \"a\" f", "input 0 {}", "end 0"];
    for (deltas, seen) in [
        (vec![text.to_owned(), notes(&[page("u", 3, 5)])], vec!["text né is so", "cite 2+3 u T"]),
        // In front of the text, said again behind it, without a place, and beyond the end.
        (
            vec![
                notes(&[page("u", 0, 2)]),
                text.to_owned(),
                notes(&[page("u", 0, 2), page("v", 0, 0), page("w", 6, 99)]),
            ],
            vec!["text né is so", "cite 2+6 u T", "cite 8+0 v T", "cite 2+0 w T"],
        ),
        // The flat form; and what is no page.
        (
            vec![
                text.to_owned(),
                r#"{"annotations":[{"type":"url_citation","url":"u","start_index":0,"end_index":2},{"type":"file"},7]}"#
                    .to_owned(),
            ],
            vec!["text né is so", "cite 2+6 u "],
        ),
        // A call closes the text; places count on from its beginning.
        (
            vec![text.to_owned(), notes(&[page("u", 6, 8)]), call.to_owned()],
            [&["text né is so", "cite 2+0 u T"][..], &called].concat(),
        ),
        (
            vec![text.to_owned(), call.to_owned(), r#"{"content":"abc"}"#.to_owned(), notes(&[page("u", 9, 11)])],
            [&["text né is so"][..], &called, &["text abc", "cite 2+0 u T"]].concat(),
        ),
        (vec![notes(&[page("u", 0, 0)]), call.to_owned()], called.to_vec()),
    ] {
        let deltas: Vec<&str> = deltas.iter().map(String::as_str).collect();
        assert_eq!(pieces(&deltas, &[]), [&seen[..], &["stop Done"]].concat(), "{deltas:?}");
    }
    let whole = format!(
        r#"{{"choices":[{{"message":{{"content":"abc","annotations":[{}]}},"finish_reason":"stop"}}]}}"#,
        page("u", 1, 2)
    );
    let mut decoder = decoder(&[]);
    let mut out = Vec::new();
    decoder.feed_whole(whole.as_bytes(), &mut out);
    assert_eq!(out.iter().map(show).collect::<Vec<_>>(), ["text abc", "cite 1+1 u T", "stop Done"]);
}

#[test]
fn think_tags_in_front_are_thought() {
    let deltas = [r#"{"content":"<th"}"#, r#"{"content":"ink>a</think>\n\nb <think>c"}"#];
    assert_eq!(pieces(&deltas, &[]), ["think a", "seal null", "text b <think>c", "stop Done"]);
    let call = r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#;
    assert_eq!(
        pieces(&[r#"{"content":"\n<th"}"#, call], &[]),
        ["text \n<th", "call 0 \"a\" f", "input 0 {}", "end 0", "stop Done"],
        "what looked like a tag comes out before the call"
    );
}

#[test]
fn half_characters_do_not_end_the_answer() {
    let deltas = [
        r#"{"content":"a\ud83d"}"#,
        r#"{"content":"\ude00\ud83d\ude00"}"#,
        r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":\"\uD800\"}"}}]}"#,
    ];
    let call = ["call 0 \"a\" f", "input 0 {\"x\":\"\u{fffd}\"}", "end 0", "stop Done"];
    assert_eq!(pieces(&deltas, &[]), [&["text a\u{fffd}", "text \u{fffd}\u{1f600}"][..], &call].concat());
}

#[test]
fn a_call_waits_for_its_name() {
    let arguments = r#"{"tool_calls":[{"index":0,"id":"a","function":{"arguments":"{\"x\""}}]}"#;
    let more = r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#;
    let named = r#"{"tool_calls":[{"index":0,"function":{"name":"f"}}]}"#;
    assert_eq!(pieces(&[arguments, named, more], &[]), ["call 0 \"a\" f", "input 0 {\"x\":1}", "end 0", "stop Done"]);
    assert_eq!(
        pieces(&[arguments, more, r#"{"content":"t"}"#, named], &[]),
        ["text t", "call 0 \"a\" f", "input 0 {\"x\":1}", "end 0", "stop Done"]
    );
    assert_eq!(
        pieces(&[arguments, more], &[]),
        ["fail InvalidPrompt the provider's answer holds a tool call without a name"]
    );
    assert_eq!(
        pieces(&[r#"{"content":"t"}"#, r#"{"tool_calls":[{"index":0,"function":{"arguments":""}}]}"#], &[]),
        ["text t", "stop Done"],
        "a fragment of nothing"
    );
    let seen = stream(&[&chunk(arguments), &finish("length")], End::Eof, &[]);
    assert_eq!(seen, ["stop Length"]);
}

#[test]
fn what_is_no_answer_is_the_cause() {
    let page = "<!DOCTYPE html>\n<html><title>Sign in</title></html>";
    for (data, said) in [
        (
            page,
            "InvalidPrompt the provider's answer holds no completion: a web page titled `Sign in` instead of an API answer",
        ),
        (r#"{"detail":"Not Found"}"#, "InvalidPrompt the provider's answer holds no completion: Not Found"),
        (r#"{"code":429,"msg":"slow down"}"#, "RateLimitExceeded the provider's answer holds no completion: slow down"),
        (
            r#"{"choices":7,"a":"b"}"#,
            r#"InvalidPrompt the provider's answer holds no completion: {"choices":7,"a":"b"}"#,
        ),
    ] {
        for events in [&[data][..], &[data, "[DONE]"]] {
            assert_eq!(stream(events, End::Eof, &[]), [format!("fail {said}")]);
        }
    }
    let text = chunk(r#"{"content":"x"}"#);
    assert_eq!(stream(&["ping", r#"{"id":"x"}"#, &text, &finish("stop")], End::Eof, &[]), ["text x", "stop Done"]);
}

#[test]
fn reasoning_details_are_put_together_and_sealed() {
    let deltas = [
        r#"{"reasoning":"a","reasoning_details":[{"type":"reasoning.text","index":0,"text":"a","signature":null}]}"#,
        r#"{"reasoning_details":[{"type":"reasoning.text","index":0,"text":"b","signature":"s"}]}"#,
        r#"{"reasoning_details":[{"type":"reasoning.encrypted","index":1,"data":"d"}]}"#,
        r#"{"content":"x"}"#,
    ];
    let sealed = json!({"details": [
        {"type": "reasoning.text", "index": 0, "text": "ab", "signature": "s"},
        {"type": "reasoning.encrypted", "index": 1, "data": "d"},
    ]});
    assert_eq!(pieces(&deltas, &[]), ["think a", "think b", &format!("seal {sealed}"), "text x", "stop Done"]);
}

#[test]
fn tool_calls_in_every_form_that_providers_send() {
    let whole = ["call 0 \"a\" f", "input 0 {\"x\":1}", "end 0", "stop Done"];
    let cut = ["call 0 \"a\" f", "input 0 {\"x\"", "input 0 :1}", "end 0", "stop Done"];
    let cases: &[(&str, &[&str], &[&str])] = &[
        (
            "fragments",
            &[
                r#"{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":""}}]}"#,
                r#"{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\""}}]}"#,
                r#"{"tool_calls":[{"index":0,"function":{"arguments":":1}"}}]}"#,
            ],
            &cut,
        ),
        (
            "id and name repeated, or empty",
            &[
                r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\""}}]}"#,
                r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":":1}"}}]}"#,
                r#"{"tool_calls":[{"index":0,"id":"","function":{"name":"","arguments":""}}]}"#,
            ],
            &cut,
        ),
        (
            "without index",
            &[
                r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\""}}]}"#,
                r#"{"tool_calls":[{"function":{"arguments":":1}"}}]}"#,
            ],
            &cut,
        ),
        (
            "an object for arguments",
            &[r#"{"tool_calls":[{"index":3,"id":"a","function":{"name":"f","arguments":{"x":1}}}]}"#],
            &whole,
        ),
        (
            "no arguments",
            &[r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}"#],
            &["call 0 \"a\" f", "input 0 {}", "end 0", "stop Done"],
        ),
        (
            "all numbered zero",
            &[
                r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#,
                r#"{"tool_calls":[{"index":0,"id":"b","function":{"name":"f","arguments":"{}"}}]}"#,
            ],
            &["call 0 \"a\" f", "input 0 {}", "call 1 \"b\" f", "input 1 {}", "end 0", "end 1", "stop Done"],
        ),
        (
            "neither number nor id",
            &[
                r#"{"tool_calls":[{"function":{"name":"f","arguments":"{}"}},{"function":{"name":"f","arguments":"{}"}}]}"#,
            ],
            &["call 0 \"\" f", "input 0 {}", "call 1 \"\" f", "input 1 {}", "end 0", "end 1", "stop Done"],
        ),
        (
            "interleaved, with a gap",
            &[
                r#"{"tool_calls":[{"index":1,"id":"a","function":{"name":"f","arguments":"{"}}]}"#,
                r#"{"tool_calls":[{"index":4,"id":"b","function":{"name":"mcp__tiny__echo_it","arguments":"{"}}]}"#,
                r#"{"tool_calls":[{"index":1,"function":{"arguments":"}"}},{"index":4,"function":{"arguments":"}"}}]}"#,
            ],
            &[
                "call 0 \"a\" f",
                "input 0 {",
                "call 1 \"b\" mcp__tiny/echo_it",
                "input 1 {",
                "input 0 }",
                "input 1 }",
                "end 0",
                "end 1",
                "stop Done",
            ],
        ),
        (
            "the same number and no ids",
            &[
                r#"{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":"{}"}}]}"#,
                r#"{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":"{\"a\""}}]}"#,
                r#"{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":":1}"}}]}"#,
                r#"{"tool_calls":[{"index":0,"id":"","function":{"name":"f","arguments":""}}]}"#,
                r#"{"tool_calls":[{"index":0,"id":"","function":{"name":"apply_patch"}}]}"#,
            ],
            &[
                "call 0 \"\" f",
                "input 0 {}",
                "call 1 \"\" f",
                "input 1 {\"a\"",
                "input 1 :1}",
                "end 0",
                "end 1",
                "call 2 \"\" apply_patch custom",
                "input 2 {}",
                "end 2",
                "stop Done",
            ],
        ),
        (
            "an id that the history has",
            &[r#"{"tool_calls":[{"index":0,"id":"old","function":{"name":"apply_patch","arguments":"{}"}}]}"#],
            &["call 0 \"\" apply_patch custom", "input 0 {}", "end 0", "stop Done"],
        ),
        (
            "thought, call, text",
            &[
                r#"{"reasoning_content":"t"}"#,
                r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#,
                r#"{"content":"x"}"#,
            ],
            &["think t", "seal null", "call 0 \"a\" f", "input 0 {}", "end 0", "text x", "stop Done"],
        ),
        (
            "the old form",
            &[r#"{"function_call":{"name":"f","arguments":"{}"}}"#],
            &["call 0 \"\" f", "input 0 {}", "end 0", "stop Done"],
        ),
    ];
    for (name, deltas, expected) in cases {
        assert_eq!(pieces(deltas, &[]), *expected, "{name}");
    }
}

#[test]
fn every_ending_is_said() {
    let text = chunk(r#"{"content":"x"}"#);
    let cut = || End::Cut("connection reset".into());
    let call = chunk(r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x"}}]}"#);
    let cases: Vec<(Vec<&str>, End, &str)> = vec![
        (vec![&text], End::Eof, "fail ServerError the provider's answer broke off: it ends without `finish_reason`"),
        (vec![&text], cut(), "fail ServerError the provider's answer broke off: connection reset"),
        (vec![&text, "{\"cho"], End::Eof, "fail ServerError the provider's answer broke off: it ends inside an event"),
        (
            vec!["{\"cho", &text],
            End::Eof,
            "fail InvalidPrompt the provider's stream holds an event that is not JSON: `{\"cho`",
        ),
        (vec![], End::Eof, "fail ServerError the provider's answer broke off: it is empty"),
        (vec!["[DONE]"], End::Eof, "fail ServerError the provider's answer broke off: it is empty"),
        (vec![&text, "[DONE]"], End::Eof, "stop Done"),
        (vec![&text, "", "ping", "[DONE]"], cut(), "stop Done"),
        (
            vec![&text, r#"{"error":{"message":"boom","code":500}}"#],
            End::Eof,
            "fail ServerError the provider ended its answer with an error: boom",
        ),
        (
            vec![r#"{"choices":[{"delta":{},"error":{"message":"rate","code":429}}]}"#],
            End::Eof,
            "fail RateLimitExceeded the provider ended its answer with an error: rate",
        ),
        (
            vec![r#"{"object":"error","message":"maximum context length is 5"}"#],
            End::Eof,
            "fail ContextLengthExceeded the provider ended its answer with an error: maximum context length is 5",
        ),
    ];
    for (events, end, expected) in cases {
        assert_eq!(stream(&events, end, &[]).last().map(String::as_str), Some(expected), "{events:?}");
    }
    for (reason, expected) in [
        ("tool_calls", "stop Done"),
        ("end_turn", "stop Done"),
        ("length", "stop Length"),
        (
            "content_filter",
            "fail InvalidPrompt the provider's content filter stopped the answer (`finish_reason`: `content_filter`)",
        ),
        ("network_error", "fail InvalidPrompt the provider broke the answer off (`finish_reason`: `network_error`)"),
    ] {
        let seen = stream(&[&call, &finish(reason)], End::Cut("late".into()), &[]);
        assert_eq!(seen.last().map(String::as_str), Some(expected));
        assert_eq!(seen.contains(&"end 0".to_owned()), expected == "stop Done", "{reason}");
    }
}

#[test]
fn nothing_comes_after_the_end() {
    let mut decoder = decoder(&["no_done"]);
    let mut out = Vec::new();
    let events =
        [chunk(r#"{"content":"x"}"#), finish("stop"), r#"{"choices":[],"usage":{"prompt_tokens":1}}"#.to_owned()];
    for data in &events {
        decoder.feed(&sse::Event { name: "", data }, &mut out);
    }
    assert!(decoder.is_done());
    let length = out.len();
    decoder.feed(&sse::Event { name: "", data: &events[0] }, &mut out);
    decoder.finish(End::Eof, &mut out);
    assert_eq!(out.len(), length);
}

#[test]
fn a_whole_answer_is_the_same_as_its_stream() {
    let message = r#"{"role":"assistant","reasoning_content":"t","content":"x","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]}"#;
    let body = format!(
        r#"{{"choices":[{{"index":0,"message":{message},"finish_reason":"tool_calls"}}],"usage":{{"prompt_tokens":1,"completion_tokens":2}}}}"#
    );
    let whole = |body: &str| {
        let mut out = Vec::new();
        decoder(&[]).feed_whole(body.as_bytes(), &mut out);
        out.iter().map(show).collect::<Vec<_>>()
    };
    assert_eq!(
        whole(&body),
        ["think t", "seal null", "text x", "call 0 \"a\" f", "input 0 {}", "usage 1/0/2/0", "end 0", "stop Done"]
    );
    assert_eq!(
        whole("<html>"),
        ["fail InvalidPrompt the provider's answer holds no completion: a web page instead of an API answer"]
    );
    assert_eq!(whole("{}"), ["fail InvalidPrompt the provider's answer holds no completion: {}"]);
    assert_eq!(whole(" "), ["fail ServerError the provider's answer broke off: it is empty"]);
}

proptest! {
    #[test]
    fn any_events_end_once_and_last(
        events in proptest::collection::vec(prop_oneof![
            Just(chunk(r#"{"content":"x"}"#)),
            Just(chunk(r#"{"reasoning":"x"}"#)),
            Just(chunk(r#"{"content":7,"tool_calls":[{"index":"a","id":3,"function":{"name":[],"arguments":5}}]}"#)),
            (0..3u8, "[ab]?", "f?").prop_map(|(index, id, name)| chunk(&format!(
                r#"{{"tool_calls":[{{"index":{index},"id":"{id}","function":{{"name":"{name}","arguments":"{{}}"}}}}]}}"#))),
            Just(finish("stop")), Just(finish("length")),
            Just("[DONE]".to_owned()),
            Just(r#"{"choices":[7]}"#.to_owned()),
            Just(r#"{"error":"x"}"#.to_owned()),
            "\\PC{0,8}",
        ], 0..12),
        clean in any::<bool>(),
    ) {
        let mut decoder = decoder(&[]);
        let mut out = Vec::new();
        for data in &events {
            decoder.feed(&sse::Event { name: "", data }, &mut out);
        }
        decoder.finish(if clean { End::Eof } else { End::Cut("cut".into()) }, &mut out);
        let ends = out.iter().filter(|delta| matches!(delta, Delta::Stop(_) | Delta::Fail(_))).count();
        prop_assert_eq!(ends, 1);
        prop_assert!(matches!(out.last(), Some(Delta::Stop(_) | Delta::Fail(_))));
    }
}
