//! Answers that begin with status 200 and go wrong then: Codex gets one end, with the true cause.

use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::json;

use super::dialect::{DIALECTS, Dialect};
use super::rig::quick;
use super::stage::{Asker, Played, STREAM, Stage, Told, http};
use crate::gateway::limits::Limits;

/// A failure that Codex shows as it stands.
fn shown(message: impl Into<String>) -> Told {
    Told { status: 200, code: "invalid_prompt".to_owned(), message: message.into() }
}

fn limited(message: impl Into<String>) -> Told {
    Told { code: "rate_limit_exceeded".to_owned(), ..shown(message) }
}

/// What stands where the reason for an end should be.
fn without_end(dialect: Dialect) -> Told {
    let mark = match dialect {
        Dialect::Chat => "finish_reason",
        Dialect::Messages => "stop_reason",
        Dialect::Gemini => "finishReason",
        Dialect::Responses => "response.completed",
    };
    shown(format!("Test Provider's answer broke off: it ends without `{mark}`"))
}

/// A gateway that asks once, so that each fault is seen for itself.
async fn hasty() -> Stage {
    Stage::with(Limits { retries: 0, upstream_silence: Duration::from_secs(10), ..quick() }).await
}

const INSIDE: &str = "Test Provider's answer broke off: it ends inside an event";
const EMPTY: &str = "Test Provider's answer broke off: it is empty";

#[tokio::test]
async fn an_answer_that_is_cut_after_any_event_is_told() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        let events = dialect.answer();
        for count in 0..=events.len() {
            let played = stage.stream(dialect, &events[..count].concat()).await;
            let text = count > dialect.text_at();
            assert_eq!(played.raw.contains("\"delta\":\"hel\""), text, "{dialect:?} {count}: what came is shown");
            if count + dialect.spare() >= events.len() {
                assert!(played.is_completed(), "{dialect:?} {count}: {}", played.raw);
            } else if count <= dialect.silent() {
                assert_eq!(played.told(), shown(EMPTY), "{dialect:?} {count}");
            } else {
                assert_eq!(played.told(), without_end(dialect), "{dialect:?} {count}");
            }
        }
    }
}

#[tokio::test]
async fn half_an_event_is_told() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        let events = dialect.answer();
        for torn in 0..events.len() - dialect.spare() {
            let half = &events[torn][..events[torn].find('{').unwrap() + 9];
            let played = stage.stream(dialect, &(events[..torn].concat() + half)).await;
            assert_eq!(played.told(), shown(INSIDE), "{dialect:?} {torn}: {}", played.raw);
        }
    }
}

#[tokio::test]
async fn an_event_that_is_not_json_is_told() {
    let stage = hasty().await;
    // Codex passes over events that it cannot read, so a stream that goes through as it is may hold them.
    for dialect in DIALECTS.into_iter().filter(|dialect| *dialect != Dialect::Responses) {
        let mut events = dialect.answer();
        events.insert(2, "data: {\"half\n\n".to_owned());
        let played = stage.stream(dialect, &events.concat()).await;
        let message = "Test Provider's stream holds an event that is not JSON: `{\"half`";
        assert_eq!(played.told(), shown(message), "{dialect:?}");
    }
}

#[tokio::test]
async fn an_error_inside_the_stream_ends_it_at_once() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        let events = dialect.answer();
        for before in [0, 1, 3] {
            let (mut client, mut call) = stage.called(dialect, Asker::Codex).await;
            call.write(
                &(STREAM.to_owned() + &events[..before].concat() + &dialect.error_event("the shard is on fire")),
            )
            .await;
            // The upstream keeps its end open: the words alone end the answer.
            let played = Played::of(&mut client, Asker::Codex).await;
            let message = "Test Provider ended its answer with an error: the shard is on fire";
            assert_eq!(played.told(), shown(message), "{dialect:?} {before}");
            call.closed().await;
        }
    }
}

#[tokio::test]
async fn an_answer_that_fails_before_it_begins_is_asked_for_again() {
    let stage = Stage::start().await;
    for dialect in DIALECTS {
        let events = dialect.answer();
        // What passes as it is has begun with its first event.
        let silent = dialect.silent();
        let cut = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 99999\r\n\r\n".to_owned();
        for fault in [
            STREAM.to_owned(),
            STREAM.to_owned() + &events[..silent].concat(),
            cut + &events[..silent].concat(),
            STREAM.to_owned() + &dialect.error_event("the shard is on fire"),
            http("200 OK", "application/json", ""),
        ] {
            for asker in [Asker::Codex, Asker::Other] {
                let mut client = stage.ask(dialect, asker).await;
                for bytes in [&fault, &fault, &(STREAM.to_owned() + &events.concat())] {
                    stage.upstream.accept().await.write(bytes).await;
                }
                let played = Played::of(&mut client, asker).await;
                assert!(played.is_completed(), "{dialect:?} {fault}: {}", played.raw);
                let begun = played.raw.matches("event: response.created").count();
                assert_eq!(begun, 1, "{dialect:?} {fault}: {}", played.raw);
            }
            let played = stage.play(dialect, Asker::Codex, &fault, 3).await;
            assert_eq!(played.told().code, "invalid_prompt", "{dialect:?} {fault}");
        }
    }
}

/// An answer that ends for this reason and says nothing.
fn silent(dialect: Dialect, reason: &str) -> String {
    let events = match dialect {
        Dialect::Chat => r#"data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"REASON"}]}"#,
        _ => concat!(
            r#"data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[]}}"#,
            "\n\n",
            r#"data: {"type":"message_delta","delta":{"stop_reason":"REASON"}}"#,
            "\n\n",
            r#"data: {"type":"message_stop"}"#
        ),
    };
    format!("{}\n\n", events.replace("REASON", reason))
}

#[tokio::test]
async fn an_answer_without_a_word_is_told() {
    let stage = Stage::start().await;
    for (dialect, reason, why) in [
        (Dialect::Chat, "stop", ""),
        (Dialect::Chat, "zzz", " (`finish_reason`: `zzz`)"),
        (Dialect::Messages, "end_turn", ""),
        (Dialect::Messages, "zzz", " (`stop_reason`: `zzz`)"),
    ] {
        let played = stage.stream(dialect, &silent(dialect, reason)).await;
        let id = dialect.id();
        assert_eq!(played.told(), shown(format!("`{id}/m1` ended its answer without a word{why}")), "{dialect:?}");
    }
}

#[tokio::test]
async fn an_answer_to_tools_may_be_without_a_word() {
    let stage = Stage::start().await;
    for (dialect, reason) in [(Dialect::Chat, "stop"), (Dialect::Messages, "end_turn")] {
        let body = json!({"model": format!("{}/m1", dialect.id()), "stream": true, "input": [
            {"type": "message", "role": "user", "content": "do it"},
            {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "done"},
        ]});
        let mut client = stage.rig.send(stage.rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
        stage.upstream.accept().await.write(&(STREAM.to_owned() + &silent(dialect, reason))).await;
        let played = Played::of(&mut client, Asker::Codex).await;
        assert!(played.is_completed(), "{dialect:?}: {}", played.raw);
    }
}

#[tokio::test]
async fn what_comes_after_the_end_is_not_told() {
    let stage = hasty().await;
    // A stream of Gemini's has no mark for its end: it may still go wrong.
    for dialect in DIALECTS.into_iter().filter(|dialect| *dialect != Dialect::Gemini) {
        let events = dialect.answer().concat() + &dialect.error_event("too late");
        let played = stage.stream(dialect, &events).await;
        assert!(played.is_completed(), "{dialect:?}: {}", played.raw);
    }
}

#[tokio::test]
async fn a_full_answer_and_a_filtered_one_are_told_apart() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        let [_, length, filter] = dialect.endings();
        let played = stage.stream(dialect, &dialect.answer_ending(length).concat()).await;
        assert_eq!(played.incomplete(), Some("max_output_tokens"), "{dialect:?}: {}", played.raw);
        let played = stage.stream(dialect, &dialect.answer_ending(filter).concat()).await;
        let told = match dialect {
            Dialect::Chat => "'s content filter stopped the answer (`finish_reason`: `content_filter`)",
            Dialect::Messages => " refused to answer (`stop_reason`: `refusal`)",
            Dialect::Gemini => "'s content filter stopped the answer (`finishReason`: `SAFETY`)",
            // It goes through as it came.
            Dialect::Responses => {
                assert_eq!(played.incomplete(), Some(filter), "{}", played.raw);
                continue;
            }
        };
        assert_eq!(played.told(), shown(format!("Test Provider{told}")), "{dialect:?}");
    }
}

#[tokio::test]
async fn silence_is_told_wherever_it_falls() {
    let stage = Stage::with(Limits { upstream_silence: Duration::from_millis(20), ..quick() }).await;
    for dialect in DIALECTS {
        let events = dialect.answer();
        let half = events[2][..20].to_owned();
        for said in ["", &events[0], &(events[..2].concat() + &half)] {
            let (mut client, mut call) = stage.called(dialect, Asker::Codex).await;
            call.write(&(STREAM.to_owned() + said)).await;
            let played = Played::of(&mut client, Asker::Codex).await;
            let message = "Test Provider's answer broke off: no byte came for 0 s";
            assert_eq!(played.told(), shown(message), "{dialect:?} {said}");
            call.closed().await;
        }
    }
}

#[tokio::test]
async fn a_broken_connection_is_told_with_its_cause() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        let said = dialect.answer()[..=dialect.text_at()].concat();
        let chunked = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
        let counted = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: {}\r\n\r\n{said}",
            said.len() + 9
        );
        for (bytes, cause) in [
            (format!("{chunked}{:x}\r\n{said}\r\n", said.len()), "unexpected EOF during chunk size line"),
            (format!("{chunked}{:x}\r\n{said}", said.len() + 9), "end of file before message length reached"),
            (format!("{chunked}{:x}\r\n{said}\r\nzz\r\n", said.len()), "Invalid chunk size line: missing size digit"),
            (counted, "end of file before message length reached"),
        ] {
            let played = stage.play(dialect, Asker::Codex, &bytes, 1).await;
            assert_eq!(played.told(), shown(format!("Test Provider's answer broke off: {cause}")), "{dialect:?}");
        }
        let (mut client, mut call) = stage.called(dialect, Asker::Codex).await;
        call.write(&(STREAM.to_owned() + &said)).await;
        client.until("\"delta\":\"hel\"").await;
        call.reset();
        let told = Played::of(&mut client, Asker::Codex).await.told();
        assert!(told.message.starts_with("Test Provider's answer broke off: "), "{told:?}");
        assert!(told.message.to_lowercase().contains("reset"), "{told:?}");
    }
}

#[tokio::test]
async fn an_answer_is_known_whatever_it_calls_itself() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        let events = dialect.answer().concat();
        for kind in ["text/plain", "application/octet-stream", "TEXT/Event-Stream; charset=utf-8", ""] {
            let played = stage.play(dialect, Asker::Codex, &http("200 OK", kind, &events), 1).await;
            assert!(played.is_completed(), "{dialect:?} {kind}: {}", played.raw);
            assert!(played.raw.contains("\"delta\":\"hel\""), "{dialect:?} {kind}: {}", played.raw);
        }
        for asker in [Asker::Codex, Asker::Whole] {
            let whole = http("200 OK", "application/json", &dialect.whole().to_string());
            let played = stage.play(dialect, asker, &whole, 1).await;
            assert!(played.is_completed(), "{dialect:?} {asker:?}: {}", played.raw);
            assert!(played.raw.contains("hello"), "{dialect:?} {asker:?}: {}", played.raw);
        }
    }
}

#[tokio::test]
async fn what_is_no_answer_is_told_in_its_own_words() {
    let stage = hasty().await;
    let no = "Test Provider's answer holds no completion";
    for dialect in DIALECTS {
        for (kind, body, message) in [
            ("text/event-stream", "", EMPTY.to_owned()),
            ("text/event-stream", "\n\n\n", EMPTY.to_owned()),
            ("text/event-stream", ": only a comment\n\n", EMPTY.to_owned()),
            ("application/json", "", EMPTY.to_owned()),
            ("", "", EMPTY.to_owned()),
            ("application/json", r#"{"detail":"the pool is dry"}"#, format!("{no}: the pool is dry")),
            ("text/plain", "the pool is dry", format!("{no}: the pool is dry")),
            (
                "text/event-stream",
                "<html><title>Dry</title></html>",
                format!("{no}: a web page titled `Dry` instead of an API answer"),
            ),
            ("text/event-stream", "data: {\"note\":\"dry\"}\n\n", format!("{no}: {{\"note\":\"dry\"}}")),
        ] {
            let played = stage.play(dialect, Asker::Codex, &http("200 OK", kind, body), 1).await;
            assert_eq!(played.told(), shown(message), "{dialect:?} {kind} {body}");
        }
        for status in ["204 No Content", "205 Reset Content"] {
            let played = stage.play(dialect, Asker::Codex, &http(status, "", ""), 1).await;
            assert_eq!(played.told(), shown(EMPTY), "{dialect:?} {status}");
        }
    }
}

#[tokio::test]
async fn an_overload_that_is_told_in_the_stream_is_told() {
    let stage = hasty().await;
    let words = "Test Provider ended its answer with an error: Overloaded";
    // What was asked for again in vain is told once; a limit is left to Codex.
    for (dialect, event, told) in [
        (Dialect::Chat, r#"{"error":{"message":"Overloaded","code":429}}"#, limited(words)),
        (Dialect::Chat, r#"{"error":{"message":"Overloaded","code":503}}"#, shown(words)),
        (
            Dialect::Messages,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            shown(words),
        ),
        (Dialect::Gemini, r#"{"error":{"code":503,"message":"Overloaded","status":"UNAVAILABLE"}}"#, shown(words)),
        (Dialect::Responses, r#"{"type":"error","code":"rate_limit_exceeded","message":"Overloaded"}"#, limited(words)),
    ] {
        let played = stage.stream(dialect, &format!("data: {event}\n\n")).await;
        assert_eq!(played.told(), told, "{dialect:?} {event}");
    }
    // Codex may do better with an answer that has begun.
    let event = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
    let events = Dialect::Messages.answer()[..=Dialect::Messages.text_at()].concat();
    let played = stage.stream(Dialect::Messages, &format!("{events}data: {event}\n\n")).await;
    assert_eq!(played.told(), limited(words));
}

#[tokio::test]
async fn an_answer_in_an_encoding_that_nobody_asked_for_is_named() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        for (head, told) in [
            (
                "200 OK\r\ncontent-encoding: gzip",
                "Test Provider's answer is compressed (`gzip`), which was not asked for",
            ),
            (
                "400 Bad Request\r\ncontent-encoding: br",
                "Test Provider answered 400: words compressed with `br`, which was not asked for",
            ),
        ] {
            // The first bytes of a gzip file.
            let played =
                stage.play(dialect, Asker::Codex, &http(head, "application/json", "\u{1f}\u{8}\u{0}"), 1).await;
            assert_eq!(played.told(), shown(told), "{dialect:?} {head}");
        }
    }
}

#[tokio::test]
async fn a_broken_document_is_told_with_a_status() {
    let stage = hasty().await;
    for dialect in DIALECTS {
        let whole = dialect.whole().to_string();
        let half = &whole[..whole.len() / 2];
        for (bytes, message) in [
            (http("200 OK", "application/json", ""), EMPTY.to_owned()),
            (http("200 OK", "application/json", half), format!("Test Provider's answer holds no completion: {half}")),
            (
                http("200 OK", "application/json", &whole).replacen("length: ", "length: 9", 1),
                "Test Provider's answer broke off: end of file before message length reached".to_owned(),
            ),
            (
                http("200 OK", "application/json", r#"{"error":{"message":"dry"}}"#),
                "Test Provider ended its answer with an error: dry".to_owned(),
            ),
        ] {
            let told = stage.play(dialect, Asker::Whole, &bytes, 1).await.told();
            let code = "server_error".to_owned();
            assert_eq!(told, Told { status: 502, code, message }, "{dialect:?} {bytes}");
        }
    }
}
