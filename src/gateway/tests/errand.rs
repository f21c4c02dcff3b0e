//! Requests of our own.

use std::time::Duration;

use serde_json::{Value, json};

use super::rig::{Rig, Upstream, provider, quick};
use crate::gateway::{Errand, Heard};
use crate::protocol::Wire;

const LONG: Duration = Duration::from_secs(30);

async fn errand() -> (Errand, Upstream, Rig) {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("up", provider(upstream.port, Wire::Chat))]).await;
    (Errand::new(&rig.home).expect("an errand"), upstream, rig)
}

fn question() -> Value {
    json!({"model": "up/m1", "input": "hi", "stream": true})
}

#[tokio::test]
async fn an_answer_is_heard_as_codex_would_hear_it() {
    let (errand, upstream, _rig) = errand().await;
    let question = question();
    let (heard, ()) = tokio::join!(errand.ask(&question, LONG), async {
        let mut call = upstream.accept().await;
        assert_eq!(call.body()["model"], "m1");
        call.open_stream().await;
        call.text("hello").await;
        call.done().await;
    });
    let kinds: Vec<&str> = heard.events.iter().filter_map(|(_, event)| event["type"].as_str()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"response.created"), Some(&"response.completed")), "{kinds:?}");
    assert!(heard.events.is_sorted_by_key(|(at, _)| *at));
    assert_eq!((heard.refused, heard.cut), (None, false));
}

#[tokio::test]
async fn a_refusal_is_heard_with_its_words() {
    let (errand, upstream, _rig) = errand().await;
    let question = question();
    let (heard, ()) = tokio::join!(errand.ask(&question, LONG), async {
        upstream.accept().await.json("400 Bad Request", &json!({"error": {"message": "no"}})).await;
    });
    let (status, words) = heard.refused.expect("a refusal");
    assert!(status == 400 && words.contains("answered 400: no"), "{status} {words}");
}

#[tokio::test]
async fn silence_is_waited_for_no_longer_than_said() {
    let (errand, _upstream, _rig) = errand().await;
    let heard = errand.ask(&question(), Duration::from_millis(1)).await;
    assert_eq!(heard, Heard { cut: true, ..Heard::default() });
}
