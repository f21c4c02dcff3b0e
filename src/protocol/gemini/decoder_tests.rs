use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::Quirks;
use crate::protocol::gemini::encode;
use crate::protocol::ir::{ToolKind, ToolName};
use crate::protocol::responses::parse;

fn decoder() -> Decoder {
    let body = json!({
        "model": "p/m",
        "input": [{"type": "function_call", "call_id": "gm_old", "name": "f", "arguments": "{}"}],
        "tools": [
            {"type": "function", "name": "f"},
            {"type": "custom", "name": "apply_patch"},
            {"type": "namespace", "name": "mcp__tiny", "tools": [{"type": "function", "name": "echo_it"}]},
        ],
    })
    .to_string();
    encode(&parse(body.as_bytes()).unwrap(), "up", &Quirks::default()).decoder
}

/// A readable line for each delta.
fn show(delta: &Delta) -> String {
    match delta {
        Delta::Reasoning(text) => format!("think {text}"),
        Delta::Carrier(carrier) => format!("seal {}", carrier.state),
        Delta::Text(text) => format!("text {text}"),
        Delta::Citation { url, title, length, behind } => format!("cite {length}+{behind} {url} {title}"),
        Delta::WebSearch { query } => format!("search {query}"),
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

fn stream(events: &[&str], end: End) -> Vec<String> {
    let mut decoder = decoder();
    let mut out = Vec::new();
    for data in events {
        decoder.feed(&sse::Event { name: "", data }, &mut out);
    }
    decoder.finish(end, &mut out);
    assert!(decoder.is_done());
    out.iter().map(show).collect()
}

fn chunk(parts: &str) -> String {
    format!(r#"{{"candidates":[{{"content":{{"parts":[{parts}],"role":"model"}},"index":0}}],"modelVersion":"up"}}"#)
}

fn finish(reason: &str) -> String {
    format!(r#"{{"candidates":[{{"content":{{"role":"model"}},"finishReason":"{reason}","index":0}}]}}"#)
}

/// The deltas of a stream of chunks with these parts that stops in order.
fn pieces(parts: &[&str]) -> Vec<String> {
    let mut events: Vec<String> = parts.iter().map(|parts| chunk(parts)).collect();
    events.push(finish("STOP"));
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let seen = stream(&events, End::Eof);
    // A whole answer takes the same road.
    let body = format!(r#"{{"candidates":[{{"content":{{"parts":[{}]}},"finishReason":"STOP"}}]}}"#, parts.join(","));
    let mut out = Vec::new();
    decoder().feed_whole(body.as_bytes(), &mut out);
    assert_eq!(out.iter().map(show).collect::<Vec<_>>(), seen);
    seen
}

#[test]
fn text_and_thought() {
    assert_eq!(pieces(&[r#"{"text":"Hel"}"#, r#"{"text":"lo"},{"text":""}"#]), ["text Hel", "text lo", "stop Done"]);
    assert_eq!(
        pieces(&[r#"{"text":"why","thought":true}"#, r#"{"text":" so","thought":true},{"text":"x","thought":false}"#]),
        ["think why", "think  so", "seal null", "text x", "stop Done"]
    );
}

#[test]
fn calls_come_whole() {
    assert_eq!(
        pieces(&[
            r#"{"functionCall":{"id":"a","name":"f","args":{"x":1}}},{"functionCall":{"name":"mcp__tiny__echo_it"}}"#,
            r#"{"functionCall":{"id":"old","name":"apply_patch","args":{"input":"*** Begin"}}}"#,
            r#"{"functionCall":{"id":"b","name":"stranger","args":null}}"#,
        ]),
        [
            "call 0 \"gm_a\" f",
            "input 0 {\"x\":1}",
            "end 0",
            "call 1 \"\" mcp__tiny/echo_it",
            "input 1 {}",
            "end 1",
            "call 2 \"\" apply_patch custom",
            "input 2 {\"input\":\"*** Begin\"}",
            "end 2",
            "call 3 \"gm_b\" stranger",
            "input 3 {}",
            "end 3",
            "stop Done",
        ]
    );
}

#[test]
fn a_call_that_stutters_is_made_once() {
    let same = r#"{"functionCall":{"id":"a","name":"f","args":{"x":1}}}"#;
    let other = r#"{"functionCall":{"id":"a","name":"f","args":{"x":2}}}"#;
    assert_eq!(
        pieces(&[same, same, other]),
        ["call 0 \"gm_a\" f", "input 0 {\"x\":1}", "end 0", "call 1 \"\" f", "input 1 {\"x\":2}", "end 1", "stop Done"]
    );
    let nameless = r#"{"functionCall":{"args":{"x":1}}}"#;
    assert_eq!(pieces(&[nameless]), ["fail InvalidPrompt the provider's answer holds a tool call without a name"]);
}

#[test]
fn signatures_are_sealed_next_to_their_parts() {
    let call = r#"{"functionCall":{"id":"a","name":"f"},"thoughtSignature":"C"}"#;
    let called = ["call 0 \"gm_a\" f", "input 0 {}", "end 0", "stop Done"];
    let sealed = r#"seal {"call":{"signature":"C","name":"f"}}"#;
    assert_eq!(pieces(&[call]), [&[sealed][..], &called].concat());
    assert_eq!(
        pieces(&[r#"{"text":"why","thought":true}"#, r#"{"text":"","thought":true,"thoughtSignature":"T"}"#, call]),
        [
            &["think why", r#"seal {"thought":{"signature":"T","length":0},"call":{"signature":"C","name":"f"}}"#][..],
            &called
        ]
        .concat()
    );
    assert_eq!(
        pieces(&[r#"{"text":"so"}"#, r#"{"text":"","thoughtSignature":"X"}"#, call]),
        [
            &["text so", r#"seal {"text":{"signature":"X","length":0},"call":{"signature":"C","name":"f"}}"#][..],
            &called
        ]
        .concat()
    );
    assert_eq!(
        pieces(&[r#"{"text":"Hel"},{"text":"lo","thoughtSignature":"X"}"#]),
        ["text Hel", "text lo", r#"seal {"text":{"signature":"X","length":2}}"#, "stop Done"]
    );
    assert_eq!(
        pieces(&[r#"{"text":"a","thoughtSignature":"X"}"#, r#"{"text":"why","thought":true}"#, r#"{"text":"b"}"#]),
        ["text a", r#"seal {"text":{"signature":"X","length":1}}"#, "think why", "seal null", "text b", "stop Done"]
    );
    assert_eq!(
        pieces(&[r#"{"text":"a","thoughtSignature":"X"}"#, r#"{"text":"b","thoughtSignature":"Y"}"#]),
        ["text a", "text b", r#"seal {"text":{"signature":"Y","length":1}}"#, "stop Done"],
        "one text stays one message"
    );
}

#[test]
fn searches_of_the_provider_are_shown_and_kept() {
    let call =
        r#"{"toolCall":{"toolType":"GOOGLE_SEARCH_WEB","id":"s","args":{"queries":["a","b"]}},"thoughtSignature":"S"}"#;
    let response = r#"{"toolResponse":{"toolType":"GOOGLE_SEARCH_WEB","id":"s","response":{}},"thoughtSignature":"R"}"#;
    assert_eq!(
        pieces(&[r#"{"text":"why","thought":true}"#, call, response, r#"{"text":"x"}"#]),
        [
            "think why".to_owned(),
            "seal null".to_owned(),
            "search a; b".to_owned(),
            format!(r#"seal {{"parts":[{call},{response}]}}"#),
            "text x".to_owned(),
            "stop Done".to_owned(),
        ]
    );
}

#[test]
fn the_pages_that_an_answer_rests_on_are_named_once() {
    let grounded = r#"{"candidates":[{"content":{"parts":[{"text":"né","thoughtSignature":"X"}]},"groundingMetadata":{"groundingChunks":[{"web":{"uri":"https://a","title":"A"}},{"web":{"uri":"https://b"}},{"maps":{}}]}}]}"#;
    let again = r#"{"candidates":[{"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["q"],"groundingChunks":[{"web":{"uri":"https://a","title":"A"}}]}}]}"#;
    assert_eq!(
        stream(&[&chunk(r#"{"text":"so "}"#), grounded, again], End::Eof),
        [
            "text so ",
            "text né",
            "cite 5+0 https://a A",
            "cite 5+0 https://b ",
            r#"seal {"text":{"signature":"X","length":3}}"#,
            "stop Done",
        ]
    );
}

#[test]
fn pages_are_named_for_the_words_that_rest_on_them() {
    const TEXT: &str = "Grüße 你好 Rust ist gut";
    let supports = |segment: &str, indices: &str| {
        format!(
            r#"{{"candidates":[{{"finishReason":"STOP","groundingMetadata":{{"groundingChunks":[{{"web":{{"uri":"a"}}}},{{"web":{{"uri":"b"}}}}],"groundingSupports":[{{"segment":{segment},"groundingChunkIndices":{indices}}}]}}}}]}}"#
        )
    };
    for (segment, indices, cited) in [
        // Bytes, of which these letters have two and three.
        (r#"{"startIndex":15,"endIndex":27,"text":"Rust ist gut"}"#, "[0]", ["cite 12+0 a ", "cite 21+0 b "]),
        (r#"{"startIndex":15,"endIndex":27}"#, "[1]", ["cite 12+0 b ", "cite 21+0 a "]),
        (r#"{"endIndex":7,"text":"Grüße"}"#, "[0,1,7]", ["cite 5+16 a ", "cite 5+16 b "]),
        // Places of another text than this one.
        (r#"{"startIndex":500,"endIndex":504,"text":"Rust"}"#, "[0,1]", ["cite 4+8 a ", "cite 4+8 b "]),
        (r#"{"startIndex":3,"endIndex":4,"text":"no such words"}"#, "[0,1]", ["cite 21+0 a ", "cite 21+0 b "]),
        (r#"{"startIndex":9,"endIndex":2}"#, "[0,1]", ["cite 21+0 a ", "cite 21+0 b "]),
        (r#"{"startIndex":-1,"endIndex":"x"}"#, "[0,1]", ["cite 21+0 a ", "cite 21+0 b "]),
        (r#"{"startIndex":1}"#, r#"["x"]"#, ["cite 21+0 a ", "cite 21+0 b "]),
    ] {
        let last = supports(segment, indices);
        // Said twice, as it is when the last chunk repeats what the one before it said.
        let again = last.replace(r#""finishReason":"STOP","#, "");
        let seen = stream(&[&chunk(&format!(r#"{{"text":"{TEXT}"}}"#)), &again, &last], End::Eof);
        assert_eq!(seen[1..3], cited, "{segment}");
        assert_eq!(seen.len(), 4, "{seen:?}");
    }
}

#[test]
fn usage_counts_thought_as_output() {
    for (usage, seen) in [
        (
            r#"{"promptTokenCount":10,"candidatesTokenCount":3,"thoughtsTokenCount":2,"totalTokenCount":15,"cachedContentTokenCount":4}"#,
            "usage 10/4/5/2",
        ),
        (r#"{"promptTokenCount":10,"toolUsePromptTokenCount":5,"candidatesTokenCount":3.0}"#, "usage 15/0/3/0"),
        (
            r#"{"promptTokenCount":10,"candidatesTokenCount":5,"thoughtsTokenCount":2,"totalTokenCount":15}"#,
            "usage 10/0/5/2",
        ),
        (r#"{"promptTokenCount":1,"cachedContentTokenCount":9,"candidatesTokenCount":null}"#, "usage 1/1/0/0"),
    ] {
        let last = format!(r#"{{"candidates":[{{"finishReason":"STOP"}}],"usageMetadata":{usage}}}"#);
        assert_eq!(stream(&[&chunk(r#"{"text":"x"}"#), &last], End::Eof), ["text x", seen, "stop Done"], "{usage}");
    }
}

#[test]
fn every_reason_to_finish_is_told() {
    for (reason, ends) in [
        ("STOP", "stop Done"),
        ("MAX_TOKENS", "stop Length"),
        ("SAFETY", "fail InvalidPrompt the provider's content filter stopped the answer (`finishReason`: `SAFETY`)"),
        (
            "BLOCKLIST",
            "fail InvalidPrompt the provider's content filter stopped the answer (`finishReason`: `BLOCKLIST`)",
        ),
        (
            "PROHIBITED_CONTENT",
            "fail InvalidPrompt the provider's content filter stopped the answer (`finishReason`: `PROHIBITED_CONTENT`)",
        ),
        ("SPII", "fail InvalidPrompt the provider's content filter stopped the answer (`finishReason`: `SPII`)"),
        (
            "IMAGE_SAFETY",
            "fail InvalidPrompt the provider's content filter stopped the answer (`finishReason`: `IMAGE_SAFETY`)",
        ),
        (
            "RECITATION",
            "fail InvalidPrompt the provider stopped the answer because it repeats a known text (`finishReason`: `RECITATION`)",
        ),
        (
            "LANGUAGE",
            "fail InvalidPrompt the provider stopped the answer because of its language (`finishReason`: `LANGUAGE`)",
        ),
        (
            "MALFORMED_FUNCTION_CALL",
            "fail InvalidPrompt the provider's model made a tool call that cannot be read (`finishReason`: `MALFORMED_FUNCTION_CALL`)",
        ),
        (
            "UNEXPECTED_TOOL_CALL",
            "fail InvalidPrompt the provider's model called a tool that is not on offer (`finishReason`: `UNEXPECTED_TOOL_CALL`)",
        ),
        (
            "TOO_MANY_TOOL_CALLS",
            "fail InvalidPrompt the provider's model made too many tool calls (`finishReason`: `TOO_MANY_TOOL_CALLS`)",
        ),
        (
            "MISSING_THOUGHT_SIGNATURE",
            "fail InvalidPrompt the provider misses a thought signature in the conversation (`finishReason`: `MISSING_THOUGHT_SIGNATURE`)",
        ),
        ("OTHER", "fail InvalidPrompt the provider broke the answer off (`finishReason`: `OTHER`)"),
        ("NEW_ONE", "fail InvalidPrompt the provider broke the answer off (`finishReason`: `NEW_ONE`)"),
        (
            "FINISH_REASON_UNSPECIFIED",
            "fail ServerError the provider's answer broke off: it ends without `finishReason`",
        ),
    ] {
        assert_eq!(stream(&[&chunk(r#"{"text":"x"}"#), &finish(reason)], End::Eof), ["text x", ends], "{reason}");
    }
    let explained = r#"{"candidates":[{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed function call:\n\u001bprint("}]}"#;
    assert_eq!(
        stream(&[explained], End::Eof),
        [
            "fail InvalidPrompt the provider's model made a tool call that cannot be read (`finishReason`: `MALFORMED_FUNCTION_CALL`): Malformed function call: print("
        ]
    );
}

#[test]
fn a_reason_on_every_chunk_ends_nothing() {
    let early = r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}"#;
    assert_eq!(stream(&[early, &chunk(r#"{"text":"b"}"#)], End::Eof), ["text a", "text b", "stop Done"]);
    let late = r#"{"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"MAX_TOKENS"}]}"#;
    assert_eq!(stream(&[early, late, "[DONE]", late], End::Eof), ["text a", "text b", "stop Length"]);
    assert_eq!(stream(&[early], End::Cut("reset".into())), ["text a", "stop Done"]);
}

#[test]
fn a_refused_request_says_why() {
    let usage = r#""usageMetadata":{"promptTokenCount":7}"#;
    for (feedback, seen) in [
        (
            r#"{"blockReason":"PROHIBITED_CONTENT"}"#,
            "the provider's content filter refused the request (`blockReason`: `PROHIBITED_CONTENT`)",
        ),
        (
            r#"{"blockReason":"OTHER","blockReasonMessage":"no"}"#,
            "the provider's content filter refused the request (`blockReason`: `OTHER`): no",
        ),
    ] {
        let event = format!(r#"{{"promptFeedback":{feedback},{usage}}}"#);
        assert_eq!(stream(&[&event], End::Eof), ["usage 7/0/0/0".to_owned(), format!("fail InvalidPrompt {seen}")]);
    }
    let rated = r#"{"promptFeedback":{"safetyRatings":[]},"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}]}"#;
    assert_eq!(stream(&[rated], End::Eof), ["text x", "stop Done"]);
}

#[test]
fn an_answer_without_words_says_so() {
    let empty =
        "fail InvalidPrompt the provider's answer is empty: the model stopped without a word (`finishReason`: `STOP`)";
    assert_eq!(stream(&[&finish("STOP")], End::Eof), [empty]);
    assert_eq!(pieces(&[r#"{"text":"why","thought":true}"#]), ["think why", "seal null", empty]);
    assert_eq!(stream(&[&finish("MAX_TOKENS")], End::Eof), ["stop Length"]);
    let nothing = "fail ServerError the provider's answer broke off: it is empty";
    assert_eq!(stream(&[], End::Eof), [nothing]);
    let bare = r#"{"candidates":[],"usageMetadata":{"promptTokenCount":7}}"#;
    assert_eq!(stream(&[bare], End::Eof), ["usage 7/0/0/0", nothing]);
    assert_eq!(
        stream(&[r#"{"message":"model is loading"}"#], End::Eof),
        ["fail InvalidPrompt the provider's answer holds no completion: model is loading"]
    );
}

#[test]
fn errors_inside_the_stream() {
    let overloaded = r#"{"error":{"code":503,"message":"The model is overloaded.","status":"UNAVAILABLE"}}"#;
    let ends = "the provider ended its answer with an error";
    let text = chunk(r#"{"text":"x"}"#);
    assert_eq!(
        stream(&[&text, overloaded, &text], End::Eof),
        ["text x".to_owned(), format!("fail RateLimitExceeded {ends}: The model is overloaded.")]
    );
    assert_eq!(
        stream(&[&format!("[{overloaded}]")], End::Eof),
        [format!("fail RateLimitExceeded {ends}: The model is overloaded.")]
    );
    let list = format!("[{text},\n{overloaded}]");
    assert_eq!(
        stream(&[&list], End::Eof),
        ["text x".to_owned(), format!("fail RateLimitExceeded {ends}: The model is overloaded.")]
    );
    let details = |more: &str| {
        format!(
            r#"{{"error":{{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"2s"}}{more}]}}}}"#
        )
    };
    let day = r#",{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"PerDay"}]}"#;
    for (limited, seen) in [
        (details("").as_str(), "fail RateLimitExceeded", "slow down (try again in 2s)"),
        (&details(day), "fail InsufficientQuota", "slow down (the quota of this day is used up)"),
        (r#"{"error":{"code":429,"message":"slow down"}}"#, "fail RateLimitExceeded", "slow down"),
    ]
    .map(|(event, code, said)| (event, format!("{code} {ends}: {said}")))
    {
        assert_eq!(stream(&[limited], End::Eof), [seen]);
    }
    let long = r#"{"error":{"code":400,"message":"The input token count (9) exceeds the maximum number of tokens allowed (8)."}}"#;
    assert!(stream(&[long], End::Eof)[0].starts_with("fail ContextLengthExceeded"));
}

#[test]
fn broken_streams_say_so_once() {
    let text = chunk(r#"{"text":"x"}"#);
    let cut = "fail ServerError the provider's answer broke off";
    for (events, end, seen) in [
        (vec![text.as_str()], End::Eof, format!("{cut}: it ends without `finishReason`")),
        (vec![text.as_str()], End::Cut("connection reset".into()), format!("{cut}: connection reset")),
        (vec![text.as_str(), &text[..40]], End::Eof, format!("{cut}: it ends inside an event")),
        (
            vec![text.as_str(), "{nonsense", &text],
            End::Eof,
            "fail InvalidPrompt the provider's stream holds an event that is not JSON: `{nonsense`".to_owned(),
        ),
    ] {
        assert_eq!(stream(&events, end), ["text x".to_owned(), seen]);
    }
    let (kept, last) = (": keepalive", finish("STOP"));
    assert_eq!(stream(&["processing", "", &text, kept, &last], End::Eof), ["text x", "stop Done"]);
}

#[test]
fn odd_parts_are_passed_over() {
    assert_eq!(
        pieces(&[
            r#"{"executableCode":{"language":"PYTHON","code":"1"}},{"inlineData":{"mimeType":"image/png","data":"AA"}}"#,
            r#"{"text":7},{"text":"x","thought":"yes"},{"functionCall":null},{"text":"\ud83d"}"#,
        ]),
        ["text x", "text \u{fffd}", "stop Done"]
    );
}

#[test]
fn a_whole_answer_that_is_none() {
    for (body, seen) in [
        (
            "<html><title>Oops</title>",
            "fail InvalidPrompt the provider's answer holds no completion: a web page titled `Oops` instead of an API answer",
        ),
        ("", "fail ServerError the provider's answer broke off: it is empty"),
        ("{\"candidates\":", "fail InvalidPrompt the provider's answer holds no completion: {\"candidates\":"),
        (
            r#"[{"error":{"code":500,"message":"boom"}}]"#,
            "fail ServerError the provider ended its answer with an error: boom",
        ),
    ] {
        let mut out = Vec::new();
        decoder().feed_whole(body.as_bytes(), &mut out);
        assert_eq!(out.iter().map(show).collect::<Vec<_>>(), [seen], "{body}");
    }
    // A stream without `alt=sse` is one list.
    let list = format!("[{}\n,\n{}]", chunk(r#"{"text":"x"}"#), finish("STOP"));
    let mut out = Vec::new();
    decoder().feed_whole(list.as_bytes(), &mut out);
    assert_eq!(out.iter().map(show).collect::<Vec<_>>(), ["text x", "stop Done"]);
}

fn any_event() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just(r#"{"text":"a"}"#),
        Just(r#"{"text":"t","thought":true,"thoughtSignature":"s"}"#),
        Just(r#"{"text":"","thoughtSignature":"s"}"#),
        Just(r#"{"functionCall":{"id":"i","name":"f","args":{}},"thoughtSignature":"s"}"#),
        Just(r#"{"functionCall":{"name":"f"}}"#),
        Just(r#"{"functionCall":7}"#),
    ];
    prop_oneof![
        prop::collection::vec(part, 0..3).prop_map(|parts| chunk(&parts.join(","))),
        Just(finish("STOP")),
        Just(finish("SAFETY")),
        Just(r#"{"usageMetadata":{"promptTokenCount":1}}"#.to_owned()),
        Just("[DONE]".to_owned()),
        "[\\{\\}\\[\\]\":a-z, ]{0,12}",
    ]
}

proptest! {
    #[test]
    fn whatever_comes_there_is_one_end_and_every_call_is_whole(events in prop::collection::vec(any_event(), 0..8)) {
        let events: Vec<&str> = events.iter().map(String::as_str).collect();
        let seen = stream(&events, End::Eof);
        let is_end = |line: &&String| line.starts_with("stop") || line.starts_with("fail");
        prop_assert_eq!(seen.iter().filter(is_end).count(), 1);
        prop_assert!(seen.last().is_some_and(|last| is_end(&last)));
        let count = |start: &str| seen.iter().filter(|line| line.starts_with(start)).count();
        prop_assert_eq!(count("call"), count("end"));
    }
}
