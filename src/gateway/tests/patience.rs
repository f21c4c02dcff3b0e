//! Time: who hangs up ends the call, and who waits is not left in silence.

use std::time::Duration;

use pretty_assertions::assert_eq;

use super::dialect::{DIALECTS, Dialect};
use super::rig::{quick, status};
use super::stage::{Asker, STREAM, Stage};
use crate::gateway::limits::Limits;
use crate::protocol::responses::KEEPALIVE;

#[tokio::test]
async fn a_client_that_hangs_up_ends_the_upstream_call() {
    // No bound of the gateway's own could end the calls in the time of this test.
    let stage = Stage::with(quick()).await;
    for dialect in DIALECTS {
        for asker in [Asker::Codex, Asker::Whole, Asker::Other] {
            let (client, mut call) = stage.called(dialect, asker).await;
            drop(client);
            call.closed().await;
        }
        let events = dialect.answer();
        for said in [&events[..=dialect.text_at()].concat(), &(events[..=dialect.text_at()].concat() + "data: {\"ha")] {
            let (mut client, mut call) = stage.called(dialect, Asker::Codex).await;
            call.write(&(STREAM.to_owned() + said)).await;
            client.until("\"delta\":\"hel\"").await;
            drop(client);
            call.closed().await;
        }
        let (client, mut call) = stage.called(dialect, Asker::Whole).await;
        call.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{").await;
        drop(client);
        call.closed().await;
    }
}

#[tokio::test]
async fn a_slow_upstream_leaves_codex_with_bytes() {
    let limits = Limits { status_wait: Duration::from_millis(5), keepalive: Duration::from_millis(5), ..quick() };
    let keepalive = String::from_utf8(KEEPALIVE.to_vec()).unwrap();
    // Only a line of data resets the timer of Codex.
    assert!(keepalive.contains("\ndata: {") && keepalive.ends_with("\n\n"), "{keepalive}");
    let stage = Stage::with(limits).await;
    for dialect in DIALECTS {
        let (mut client, mut call) = stage.called(dialect, Asker::Codex).await;
        let before = client.until(&keepalive).await;
        assert_eq!(status(&before), 200);
        assert_eq!(before.contains("\"response.created\""), dialect != Dialect::Responses, "{before}");
        call.write(&(STREAM.to_owned() + &dialect.answer()[..=dialect.text_at()].concat())).await;
        let seen = client.until("\"delta\":\"hel\"").await;
        let so_far = seen.matches(&keepalive).count();
        // And in the middle of the answer.
        while client.until("hel").await.matches(&keepalive).count() <= so_far {
            assert!(client.more().await);
        }
    }
}

#[tokio::test]
async fn no_word_of_ours_falls_into_an_event_that_passes() {
    let limits = Limits { keepalive: Duration::from_millis(2), upstream_silence: Duration::from_millis(60), ..quick() };
    let stage = Stage::with(limits).await;
    for (torn, rest) in
        [("data: {\"type\":\"resp", 0), ("data: {\"type\":\"response.x\"}\n", 0), ("data: {}\n\ndata: {\"x\":1}", 1)]
    {
        let (mut client, mut call) = stage.called(Dialect::Responses, Asker::Codex).await;
        call.write(&(STREAM.to_owned() + torn)).await;
        let body = client.body().await;
        let (before, after) = body.split_once(&torn[torn.len() - 8..]).unwrap();
        assert!(before.matches("keepalive").count() <= 2 * rest, "{body}");
        assert!(after.starts_with("\n\nevent: response.created"), "{body}");
    }
}

#[tokio::test]
async fn an_event_in_two_pieces_is_followed_by_a_word_of_ours() {
    let stage = Stage::with(Limits { keepalive: Duration::from_millis(5), ..quick() }).await;
    let (mut client, mut call) = stage.called(Dialect::Responses, Asker::Codex).await;
    call.write(&(STREAM.to_owned() + "data: {}\n")).await;
    client.until("data: {}").await;
    call.write("\n").await;
    client.until("keepalive").await;
}
