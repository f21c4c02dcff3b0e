use pretty_assertions::assert_eq;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::protocol::Quirks;
use crate::protocol::ir::{ToolKind, ToolName};
use crate::protocol::messages::{Abilities, encode};
use crate::protocol::responses::parse;

fn decoder() -> Decoder {
    let body = json!({
        "model": "p/m",
        "input": [{"type": "function_call", "call_id": "old", "name": "f", "arguments": "{}"}],
        "tools": [
            {"type": "function", "name": "f"},
            {"type": "custom", "name": "apply_patch"},
            {"type": "namespace", "name": "mcp__tiny", "tools": [{"type": "function", "name": "echo_it"}]},
            {"type": "web_search"},
        ],
    })
    .to_string();
    encode(&parse(body.as_bytes()).unwrap(), "up", &Quirks::default(), &Abilities::default()).decoder
}

/// A readable line for each delta.
fn show(delta: &Delta) -> String {
    match delta {
        Delta::Reasoning(text) => format!("think {text}"),
        Delta::Carrier(carrier) => format!("seal {}", carrier.state),
        Delta::Text(text) => format!("text {text}"),
        Delta::Citation { url, title, length, .. } => format!("cite {length} {url} {title}"),
        Delta::WebSearch { query } => format!("search {query}"),
        Delta::CallStart { key, id, tool: ToolName { namespace, name }, kind } => {
            let group = namespace.as_deref().map(|group| format!("{group}/")).unwrap_or_default();
            let custom = if *kind == ToolKind::Custom { " custom" } else { "" };
            format!("call {key} {id:?} {group}{name}{custom}")
        }
        Delta::CallInput { key, json } => format!("input {key} {json}"),
        Delta::CallEnd { key } => format!("end {key}"),
        Delta::Usage(usage) => {
            format!("usage {}/{}/{}/{}/{}", usage.input, usage.cached, usage.cache_write, usage.output, usage.reasoning)
        }
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
    out.iter().map(show).collect()
}

fn whole(body: &str) -> Vec<String> {
    let mut out = Vec::new();
    decoder().feed_whole(body.as_bytes(), &mut out);
    out.iter().map(show).collect()
}

fn start(index: u32, block: &str) -> String {
    format!(r#"{{"type":"content_block_start","index":{index},"content_block":{block}}}"#)
}

fn delta(index: u32, kind: &str, field: &str) -> String {
    format!(r#"{{"type":"content_block_delta","index":{index},"delta":{{"type":"{kind}",{field}}}}}"#)
}

fn stop(index: u32) -> String {
    format!(r#"{{"type":"content_block_stop","index":{index}}}"#)
}

fn reason(reason: &str) -> String {
    format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"{reason}","stop_sequence":null}}}}"#)
}

const STOP: &str = r#"{"type":"message_stop"}"#;
const TEXT_ALONE: &str = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"t"}}"#;
const TEXT: &str = r#"{"type":"text","text":""}"#;
const THINKING: &str = r#"{"type":"thinking","thinking":"","signature":""}"#;
const CALL: &str = r#"{"type":"tool_use","id":"toolu_1","name":"f","input":{}}"#;

/// The deltas of these events, after which the message stops for that reason.
fn told(events: &[String], why: &str) -> Vec<String> {
    let ending = [reason(why), STOP.to_owned()];
    let events: Vec<&str> = events.iter().chain(&ending).map(String::as_str).collect();
    stream(&events, End::Eof)
}

fn texts(texts: &[&str]) -> Vec<String> {
    let mut events = vec![start(0, TEXT)];
    events.extend(texts.iter().map(|text| delta(0, "text_delta", &format!(r#""text":"{text}""#))));
    events.push(stop(0));
    events
}

fn call(index: u32, block: &str, pieces: &[&str]) -> Vec<String> {
    let mut events = vec![start(index, block)];
    for piece in pieces {
        events.push(delta(index, "input_json_delta", &format!(r#""partial_json":{}"#, json!(piece))));
    }
    events.push(stop(index));
    events
}

#[test]
fn a_full_answer() {
    let first = r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"up","stop_reason":null,"usage":{"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":200,"output_tokens":1}}}"#;
    let last = r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"input_tokens":10,"output_tokens":42,"output_tokens_details":{"thinking_tokens":9}}}"#;
    let events: Vec<String> = [
        vec![first.to_owned(), start(0, THINKING), r#"{"type":"ping"}"#.to_owned()],
        vec![delta(0, "thinking_delta", r#""thinking":"pl""#), delta(0, "thinking_delta", r#""thinking":"an""#)],
        vec![delta(0, "signature_delta", r#""signature":"sig""#), stop(0), start(1, TEXT)],
        vec![delta(1, "text_delta", r#""text":"Hi""#), stop(1)],
        call(2, r#"{"type":"tool_use","id":"toolu_1","name":"mcp__tiny__echo_it","input":{}}"#, &["", "{\"a\"", ":1}"]),
        call(3, r#"{"type":"tool_use","id":"old","name":"apply_patch","input":{}}"#, &["{\"input\":\"p\"}"]),
        vec![last.to_owned(), STOP.to_owned()],
    ]
    .concat();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    assert_eq!(
        stream(&events, End::Eof),
        [
            "usage 240/200/30/1/0",
            "think pl",
            "think an",
            "seal {\"signature\":\"sig\"}",
            "text Hi",
            "call 0 \"toolu_1\" mcp__tiny/echo_it",
            "input 0 {\"a\"",
            "input 0 :1}",
            "end 0",
            "call 1 \"\" apply_patch custom",
            "input 1 {\"input\":\"p\"}",
            "end 1",
            "usage 240/200/30/42/9",
            "stop Done",
        ]
    );
    for cut in 1..events.len() {
        let seen = stream(&events[..cut], End::Cut("it was reset".into()));
        let last = seen.last().unwrap();
        assert!(
            last == "stop Done" || last == "fail ServerError the provider's answer broke off: it was reset",
            "{cut}"
        );
        assert_eq!(last == "stop Done", cut == events.len() - 1);
    }
}

#[test]
fn a_whole_answer_takes_the_same_path() {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "up",
        "content": [
            {"type": "thinking", "thinking": "plan", "signature": "sig"},
            {"type": "redacted_thinking", "data": "xx"},
            {"type": "thinking", "thinking": "", "signature": "omitted"},
            {"type": "text", "text": "Hi ", "citations": null},
            {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "rust"}},
            {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []},
            {"type": "text", "text": "Né", "citations": [
                {"type": "web_search_result_location", "url": "https://a.example", "title": "A", "cited_text": "x"},
                {"type": "web_search_result_location", "url": "https://a.example", "title": "A", "cited_text": "y"},
                {"type": "search_result_location", "source": "https://b.example", "title": null},
                {"type": "char_location", "document_index": 0},
                7,
            ]},
            {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}},
            {"type": "tool_use", "id": "toolu_2", "name": "f", "input": {}},
            {"type": "new_kind", "x": 1},
        ],
        "stop_reason": "tool_use", "usage": {"input_tokens": 1, "output_tokens": 2},
    });
    let seen = [
        "think plan",
        "seal {\"signature\":\"sig\"}",
        "seal {\"redacted\":\"xx\"}",
        "seal {\"signature\":\"omitted\"}",
        "text Hi ",
        "search rust",
        r#"seal {"blocks":[{"type":"server_tool_use","id":"srvtoolu_1","name":"web_search","input":{"query":"rust"}},{"type":"web_search_tool_result","tool_use_id":"srvtoolu_1","content":[]}]}"#,
        "text Né",
        "cite 2 https://a.example A",
        "cite 2 https://b.example ",
        r#"seal {"texts":[{"length":2,"citations":[{"type":"web_search_result_location","url":"https://a.example","title":"A","cited_text":"x"},{"type":"web_search_result_location","url":"https://a.example","title":"A","cited_text":"y"},{"type":"search_result_location","source":"https://b.example","title":null},{"type":"char_location","document_index":0},7]}]}"#,
        "call 0 \"toolu_1\" f",
        "input 0 {\"a\":1}",
        "end 0",
        "call 1 \"toolu_2\" f",
        "usage 1/0/0/2/0",
        "input 1 {}",
        "end 1",
        "stop Done",
    ];
    assert_eq!(whole(&body.to_string()), seen);
    assert_eq!(whole(r#"{"type":"message","content":[],"stop_reason":"end_turn"}"#), ["stop Done"]);
    assert_eq!(
        whole(r#"{"type":"message","content":[{"type":"text","text":"x"}],"stop_reason":null}"#),
        ["text x", "fail ServerError the provider's answer broke off: it ends without `stop_reason`"]
    );
    for (body, why) in [
        ("", "fail ServerError the provider's answer broke off: it is empty"),
        (
            "<html><title>T</title>",
            "fail InvalidPrompt the provider's answer holds no completion: a web page titled `T` instead of an API answer",
        ),
        (
            r#"{"type":"error","error":{"type":"api_error","message":"m"}}"#,
            "fail ServerError the provider ended its answer with an error: m",
        ),
        (r#"{"choices":[]}"#, r#"fail InvalidPrompt the provider's answer holds no completion: {"choices":[]}"#),
    ] {
        assert_eq!(whole(body), [why], "{body}");
    }
}

#[test]
fn every_reason_to_stop() {
    for (why, end) in [
        ("end_turn", "stop Done"),
        ("stop_sequence", "stop Done"),
        ("tool_use", "stop Done"),
        ("compaction", "stop Done"),
        ("max_tokens", "stop Length"),
        (
            "model_context_window_exceeded",
            "fail ContextLengthExceeded the provider's answer filled the model's context (`stop_reason`: `model_context_window_exceeded`)",
        ),
        ("refusal", "fail InvalidPrompt the provider refused to answer (`stop_reason`: `refusal`)"),
    ] {
        assert_eq!(told(&texts(&["x"]), why), ["text x", end], "{why}");
    }
    let details = r#""stop_details":{"type":"refusal","category":"cyber","explanation":"It  could\u0007 harm."}"#;
    for last in [
        format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"refusal",{details}}}}}"#),
        format!(r#"{{"type":"message_delta","delta":{{"stop_reason":"refusal"}},{details}}}"#),
    ] {
        assert_eq!(
            stream(&[&last, STOP], End::Eof),
            ["fail InvalidPrompt the provider refused to answer (`cyber`): It could harm. (`stop_reason`: `refusal`)"]
        );
    }
}

#[test]
fn a_call_that_the_limit_cut_is_not_ended() {
    for (pieces, seen) in [(&["{\"a\":"][..], &["input 0 {\"a\":"][..]), (&[], &[])] {
        let begun = ["call 0 \"toolu_1\" f"];
        assert_eq!(told(&call(0, CALL, pieces), "max_tokens"), [&begun, seen, &["stop Length"]].concat());
    }
    // The model said that it is done: broken arguments are Codex's to answer, and none are an empty object.
    assert_eq!(
        told(&call(0, CALL, &["{\"a\":"]), "tool_use"),
        ["call 0 \"toolu_1\" f", "input 0 {\"a\":", "end 0", "stop Done"]
    );
    assert_eq!(told(&call(0, CALL, &[]), "tool_use"), ["call 0 \"toolu_1\" f", "input 0 {}", "end 0", "stop Done"]);
    assert_eq!(
        told(&call(0, CALL, &["{\"a\":1}"]), "max_tokens"),
        ["call 0 \"toolu_1\" f", "input 0 {\"a\":1}", "end 0", "stop Length"]
    );
}

#[test]
fn what_a_search_found_is_carried_with_the_thought_behind_it() {
    let content = |found: &str| {
        json!({"content": [
            {"type": "thinking", "thinking": "a", "signature": "s"},
            {"type": "server_tool_use", "id": "x", "name": "web_search", "input": {"query": "q"}},
            {"type": "web_search_tool_result", "tool_use_id": "x", "content": [found]},
            {"type": "thinking", "thinking": "b", "signature": "t"},
            {"type": "server_tool_use", "id": "y", "name": "web_search", "input": {"query": "r"}},
        ], "stop_reason": "end_turn"})
        .to_string()
    };
    assert_eq!(
        whole(&content("E")),
        [
            "think a",
            r#"seal {"signature":"s"}"#,
            "search q",
            r#"seal {"blocks":[{"type":"server_tool_use","id":"x","name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"x","content":["E"]}]}"#,
            "think b",
            r#"seal {"signature":"t"}"#,
            "search r",
            r#"seal {"blocks":[{"type":"server_tool_use","id":"y","name":"web_search","input":{"query":"r"}}]}"#,
            "stop Done"
        ]
    );
    // Too much for every request that follows: then the thought behind it cannot go back either.
    assert_eq!(
        whole(&content(&"E".repeat(MAX_KEPT))),
        [
            "think a",
            r#"seal {"signature":"s"}"#,
            "search q",
            "think b",
            r#"seal {"signature":"t","searched":true}"#,
            "search r",
            "stop Done"
        ]
    );
}

#[test]
fn a_pause_is_no_end() {
    let search = r#"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#;
    let cited = r#"{"type":"web_search_result_location","url":"https://a.example","title":"A","encrypted_index":"I"}"#;
    let first = r#"{"type":"message_start","message":{"usage":{"input_tokens":10,"output_tokens":1}}}"#.to_owned();
    let last =
        r#"{"type":"message_delta","delta":{"stop_reason":"pause_turn"},"usage":{"output_tokens":5}}"#.to_owned();
    let leg = [
        vec![first.clone(), start(0, THINKING), delta(0, "thinking_delta", r#""thinking":"hm""#)],
        vec![delta(0, "signature_delta", r#""signature":"sig""#), stop(0), start(1, TEXT)],
        vec![delta(1, "text_delta", r#""text":"On ""#), delta(1, "text_delta", r#""text":"it. ""#)],
        vec![delta(1, "citations_delta", &format!("\"citation\":{cited}")), stop(1), start(2, TEXT), stop(2)],
        call(3, search, &["{\"query\":", "\"q\"}"]),
        vec![last, STOP.to_owned()],
    ]
    .concat();
    let mut decoder = decoder();
    let mut seen = Vec::new();
    let mut feed = |decoder: &mut Decoder, events: &[String]| {
        let mut out = Vec::new();
        for data in events {
            decoder.feed(&sse::Event { name: "", data }, &mut out);
        }
        decoder.finish(End::Eof, &mut out);
        seen.extend(out.iter().map(show));
    };
    feed(&mut decoder, &leg);
    assert!(decoder.is_done());
    let so_far = [
        json!({"type": "thinking", "thinking": "hm", "signature": "sig"}),
        json!({"type": "text", "text": "On it. ", "citations": [serde_json::from_str::<Value>(cited).unwrap()]}),
        json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}),
    ];
    assert_eq!(decoder.resume(), Some(&so_far[..]));
    assert_eq!(decoder.resume(), None);
    let result = json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"encrypted_content": "E"}]});
    let found = [first, start(0, &result.to_string()), stop(0)];
    feed(&mut decoder, &[&found[..], &[reason("pause_turn"), STOP.to_owned()]].concat());
    assert_eq!(decoder.resume(), Some(&[&so_far[..], &[result]].concat()[..]), "all legs");
    feed(&mut decoder, &[texts(&["done"]), vec![reason("end_turn"), STOP.to_owned()]].concat());
    assert_eq!(decoder.resume(), None);
    assert_eq!(
        seen,
        [
            "usage 10/0/0/1/0",
            "think hm",
            r#"seal {"signature":"sig"}"#,
            "text On ",
            "text it. ",
            "cite 7 https://a.example A",
            r#"seal {"texts":[{"length":7,"citations":[{"type":"web_search_result_location","url":"https://a.example","title":"A","encrypted_index":"I"}]},{"length":0,"citations":[]}]}"#,
            "search q",
            "usage 10/0/0/5/0",
            "usage 10/0/0/6/0",
            r#"seal {"blocks":[{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"q"}},{"type":"web_search_tool_result","tool_use_id":"s","content":[{"encrypted_content":"E"}]}]}"#,
            "text done",
            "stop Done",
        ]
    );
}

#[test]
fn a_pause_that_cannot_go_on_is_a_failure() {
    let why = "fail InvalidPrompt the provider paused its answer after many steps of its own; ask it to go on \
               (`stop_reason`: `pause_turn`)";
    assert_eq!(told(&[], "pause_turn"), [why], "nothing was said");
    let body = r#"{"model":"p/m","input":"q"}"#;
    let request = parse(body.as_bytes()).unwrap();
    let outbound = encode(&request, "up", &Quirks::default(), &Abilities::default());
    assert!(!outbound.may_pause);
    let (mut decoder, mut out) = (outbound.decoder, Vec::new());
    let answer = r#"{"content":[{"type":"text","text":"x"}],"stop_reason":"pause_turn"}"#;
    decoder.feed_whole(answer.as_bytes(), &mut out);
    assert_eq!(out.iter().map(show).collect::<Vec<_>>(), ["text x", why], "no search was on offer");
    // The service never does this; but what was called is to be answered.
    let called = ["call 0 \"toolu_1\" f", "input 0 {}", "end 0", "stop Done"];
    assert_eq!(told(&call(0, CALL, &["{}"]), "pause_turn"), called);
}

#[test]
fn searches_and_citations() {
    let cited = r#""citation":{"type":"web_search_result_location","url":"https://a.example","title":"A","encrypted_index":"E","cited_text":"c"}"#;
    let search = r#"{"type":"server_tool_use","id":"s","name":"web_search","input":{}}"#;
    let events = [
        call(0, search, &["{\"query\":", "\"x y\"}"]),
        call(1, r#"{"type":"server_tool_use","id":"s","name":"code_execution","input":{}}"#, &["{\"query\":1}"]),
        vec![
            start(2, r#"{"type":"web_search_tool_result","content":{"type":"web_search_tool_result_error"}}"#),
            stop(2),
        ],
        vec![start(3, r#"{"type":"text","text":"","citations":[]}"#), delta(3, "citations_delta", cited)],
        vec![delta(3, "text_delta", r#""text":"äb""#), delta(3, "citations_delta", cited), stop(3)],
        vec![start(4, TEXT), delta(4, "text_delta", r#""text":"c""#), stop(4)],
        vec![start(5, TEXT), delta(5, "citations_delta", cited), stop(5)],
    ]
    .concat();
    assert_eq!(
        told(&events, "end_turn"),
        [
            "search x y",
            r#"seal {"blocks":[{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":"x y"}},{"type":"server_tool_use","id":"s","name":"code_execution","input":{"query":1}},{"type":"web_search_tool_result","content":{"type":"web_search_tool_result_error"}}]}"#,
            "text äb",
            "cite 2 https://a.example A",
            "text c",
            "stop Done"
        ]
    );
}

#[test]
fn servers_of_other_makers_are_forgiven() {
    let done =
        |seen: &[&str]| -> Vec<String> { seen.iter().chain(&["stop Done"]).map(|&line| line.to_owned()).collect() };
    let arguments = delta(1, "input_json_delta", r#""partial_json":"{}""#);
    let thought = delta(0, "thinking_delta", r#""thinking":"t""#);
    let text = delta(1, "text_delta", r#""text":"x""#);
    let full = r#"{"type":"tool_use","id":"c","name":"f","input":{"a":[1]}}"#;
    for (name, events, seen) in [
        ("no starts, no stops", vec![thought.clone(), text.clone()], done(&["think t", "seal {\"signature\":\"\"}", "text x"])),
        ("no stops", vec![start(0, TEXT), delta(0, "text_delta", r#""text":"x""#), start(1, CALL), arguments.clone()],
         done(&["text x", "call 0 \"toolu_1\" f", "input 0 {}", "end 0"])),
        ("one index for all", vec![start(0, THINKING), thought.clone(), start(0, TEXT), text.replace(":1", ":0")],
         done(&["think t", "seal {\"signature\":\"\"}", "text x"])),
        ("text in the start", vec![start(0, r#"{"type":"text","text":"x"}"#), stop(0)], done(&["text x"])),
        ("signature in the start", vec![start(0, r#"{"type":"thinking","thinking":"t","signature":"s"}"#), stop(0)],
         done(&["think t", "seal {\"signature\":\"s\"}"])),
        ("arguments in the start", vec![start(0, full), stop(0)],
         done(&["call 0 \"c\" f", "input 0 {\"a\":[1]}", "end 0"])),
        ("an empty thought", vec![start(0, THINKING), stop(0)], done(&[])),
        ("no index", vec![start(0, TEXT), text.replace("\"index\":1,", "")], done(&["text x"])),
        ("nothing for a stop", vec![stop(7), delta(9, "signature_delta", r#""signature":"s""#)], done(&[])),
        ("unknown things", vec![
            r#"{"type":"brand_new","x":1}"#.into(), start(0, r#"{"type":"odd"}"#), delta(0, "odd_delta", r#""x":1"#), stop(0),
            r#"{"type":"content_block_start","index":0,"content_block":7}"#.into(), "keepalive".into(), String::new(),
         ], done(&[])),
        ("a name with a prefix", call(0, r#"{"type":"tool_use","id":"c","name":"functions.f","input":{}}"#, &["{}"]),
         done(&["call 0 \"c\" f", "input 0 {}", "end 0"])),
        ("an unknown tool", call(0, r#"{"type":"tool_use","name":"nobody","input":null}"#, &["{}"]),
         done(&["call 0 \"\" nobody", "input 0 {}", "end 0"])),
        ("two calls of one id", [call(0, CALL, &["{}"]), call(1, CALL, &["{}"])].concat(),
         done(&["call 0 \"toolu_1\" f", "input 0 {}", "end 0", "call 1 \"\" f", "input 1 {}", "end 1"])),
        ("half a character", texts(&[r"a\ud83d", r"\ud83d\ude00"]), done(&["text a\u{fffd}", "text \u{1f600}"])),
        ("odd counts", vec![r#"{"type":"message_delta","usage":{"input_tokens":null,"output_tokens":"x","cache_read_input_tokens":2.0}}"#.into()],
         done(&["usage 2/2/0/0/0"])),
    ] {
        assert_eq!(told(&events, "end_turn"), seen, "{name}");
    }
    let text: Vec<String> = texts(&["x"]);
    let mut events: Vec<&str> = text.iter().map(String::as_str).collect();
    events.push("[DONE]");
    assert_eq!(stream(&events, End::Eof), ["text x", "stop Done"], "an end of Chat Completions");
    *events.last_mut().unwrap() = STOP;
    assert_eq!(stream(&events, End::Eof), ["text x", "stop Done"], "no reason");
    let last = reason("end_turn");
    *events.last_mut().unwrap() = &last;
    assert_eq!(stream(&events, End::Eof), ["text x", "stop Done"], "no `message_stop`");
}

#[test]
fn a_block_behind_the_last_number_takes_its_place() {
    let first = format!(r#"{{"type":"content_block_start","index":{},"content_block":{CALL}}}"#, u64::MAX);
    let unnumbered = r#"{"type":"content_block_start","content_block":{"type":"text","text":"x"}}"#;
    let events = [first, unnumbered.to_owned()];
    assert_eq!(told(&events, "end_turn"), ["call 0 \"toolu_1\" f", "text x", "input 0 {}", "end 0", "stop Done"]);
}

#[test]
fn the_name_of_the_event_stands_in_for_its_type() {
    let mut decoder = decoder();
    let mut out = Vec::new();
    for (name, data) in [
        ("content_block_delta", r#"{"delta":{"type":"text_delta","text":"x"}}"#),
        ("message_stop", "{}"),
        ("content_block_delta", r#"{"delta":{"type":"text_delta","text":"late"}}"#),
    ] {
        decoder.feed(&sse::Event { name, data }, &mut out);
    }
    assert!(decoder.is_done());
    assert_eq!(out.iter().map(show).collect::<Vec<_>>(), ["text x", "stop Done"]);
}

#[test]
fn failures_say_their_cause() {
    let text: Vec<String> = texts(&["x"]);
    let text: Vec<&str> = text.iter().map(String::as_str).collect();
    let after = |more: &[&str]| stream(&[&text, more].concat(), End::Eof).pop().unwrap();
    let error = |kind: &str| format!(r#"{{"type":"error","error":{{"type":"{kind}","message":"m"}}}}"#);
    let said = "the provider ended its answer with an error: m";
    assert_eq!(after(&[&error("overloaded_error")]), format!("fail RateLimitExceeded {said}"));
    assert_eq!(after(&[&error("api_error")]), format!("fail ServerError {said}"));
    assert_eq!(after(&[r#"{"error":{"message":"m"}}"#]), format!("fail InvalidPrompt {said}"));
    assert_eq!(after(&[]), "fail ServerError the provider's answer broke off: it ends without `stop_reason`");
    assert_eq!(after(&["{\"type\":"]), "fail ServerError the provider's answer broke off: it ends inside an event");
    assert_eq!(
        after(&["{\"type\":", STOP]),
        "fail InvalidPrompt the provider's stream holds an event that is not JSON: `{\"type\":`"
    );
    let nameless = start(1, r#"{"type":"tool_use","id":"c","input":{}}"#);
    assert_eq!(after(&[&nameless]), "fail InvalidPrompt the provider's answer holds a tool call without a name");
    assert_eq!(
        whole(r#"{"content":[{"type":"tool_use"},{"type":"text","text":"x"}],"usage":{"input_tokens":1}}"#),
        ["fail InvalidPrompt the provider's answer holds a tool call without a name"]
    );
    assert_eq!(stream(&[], End::Eof), ["fail ServerError the provider's answer broke off: it is empty"]);
    assert_eq!(stream(&[STOP], End::Eof), ["fail ServerError the provider's answer broke off: it is empty"]);
    assert_eq!(
        stream(&["upstream down"], End::Eof),
        ["fail InvalidPrompt the provider's answer holds no completion: upstream down"]
    );
    let many: Vec<String> = (0..=MAX_CALLS).map(|index| start(u32::try_from(index).unwrap(), CALL)).collect();
    assert_eq!(
        told(&many, "tool_use").pop().unwrap(),
        "fail InvalidPrompt the provider made more than 512 tool calls at once"
    );
}

fn any_event() -> impl Strategy<Value = String> {
    let index = prop_oneof![Just(0_u32), Just(1), Just(2)];
    let block = prop_oneof![
        Just(TEXT),
        Just(THINKING),
        Just(CALL),
        Just(r#"{"type":"redacted_thinking","data":"x"}"#),
        Just(r#"{"type":"server_tool_use","name":"web_search"}"#),
        Just("{}"),
        Just("7"),
    ];
    let piece = prop_oneof![
        Just(("text_delta", r#""text":"t""#)),
        Just(("thinking_delta", r#""thinking":"t""#)),
        Just(("signature_delta", r#""signature":"s""#)),
        Just(("input_json_delta", r#""partial_json":"{}""#)),
        Just(("citations_delta", r#""citation":{"url":"https://a.example"}"#)),
    ];
    prop_oneof![
        (index.clone(), block).prop_map(|(index, block)| start(index, block)),
        (index.clone(), piece).prop_map(|(index, (kind, field))| delta(index, kind, field)),
        index.prop_map(stop),
        prop_oneof![Just("end_turn"), Just("max_tokens"), Just("refusal"), Just("pause_turn")].prop_map(reason),
        Just(STOP.to_owned()),
        Just("{".to_owned()),
        Just("[]".to_owned()),
        Just(r#"{"type":"content_block_start","index":null,"content_block":null}"#.to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_events_end_once_and_pair_their_calls(events in proptest::collection::vec(any_event(), 0..20)) {
        let mut decoder = decoder();
        let mut out = Vec::new();
        for data in &events {
            decoder.feed(&sse::Event { name: "", data }, &mut out);
        }
        decoder.finish(End::Eof, &mut out);
        prop_assert!(decoder.is_done());
        let terminal = |delta: &Delta| matches!(delta, Delta::Stop(_) | Delta::Fail(_));
        if let Some(said) = decoder.resume() {
            prop_assert!(!said.is_empty() && !out.iter().any(terminal));
            for data in [TEXT_ALONE, STOP] {
                decoder.feed(&sse::Event { name: "", data }, &mut out);
            }
        }
        prop_assert_eq!(out.iter().position(terminal), Some(out.len() - 1));
        let mut open = HashSet::new();
        let mut seen = HashSet::new();
        for delta in &out {
            match delta {
                Delta::CallStart { key, .. } => prop_assert!(seen.insert(*key) && open.insert(*key)),
                Delta::CallInput { key, .. } => prop_assert!(open.contains(key)),
                Delta::CallEnd { key } => prop_assert!(open.remove(key)),
                _ => {}
            }
        }
        prop_assert!(open.is_empty() || out.last() != Some(&Delta::Stop(Stop::Done)));
    }
}
