//! Fields that a provider refuses by name: left out at the second try, and from then on.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::rig::{Incoming, Rig, Upstream, provider, quick};
use crate::gateway::Learned;
use crate::settings::Wire;

const REFUSED: &str = "400 Bad Request";

fn words(text: &str) -> serde_json::Value {
    json!({"error": {"message": text}})
}

async fn answer(mut call: Incoming) {
    call.open_stream().await;
    call.text("hi").await;
    call.done().await;
}

#[tokio::test]
async fn a_refused_field_is_left_out_and_stays_out() {
    let upstream = Upstream::start().await;
    let provider = provider(upstream.port, Wire::Chat);
    let rig = Rig::start(quick(), &[("p", provider.clone())]).await;
    let mut client = rig.ask("p/m1", true).await;
    let call = upstream.accept().await;
    assert!(call.body()["stream_options"].is_object());
    call.json(REFUSED, &words("Unknown parameter: 'stream_options'.")).await;
    let call = upstream.accept().await;
    assert_eq!(call.body().get("stream_options"), None);
    answer(call).await;
    assert!(client.all().await.contains("response.completed"));

    let mut client = rig.ask("p/m1", true).await;
    let call = upstream.accept().await;
    assert_eq!(call.body().get("stream_options"), None);
    answer(call).await;
    client.all().await;

    let learned = Learned::read(&rig.home);
    let told: Vec<_> = learned.of_provider("p", &provider).collect();
    assert_eq!(told, [("m1", vec!["drop:stream_options"])]);
    // What one model refuses another may need.
    let mut client = rig.ask("p/m2", true).await;
    let call = upstream.accept().await;
    assert!(call.body()["stream_options"].is_object());
    answer(call).await;
    client.all().await;
}

#[tokio::test]
async fn several_refused_fields_go_one_after_the_other() {
    let upstream = Upstream::start().await;
    let provider = provider(upstream.port, Wire::Responses);
    let rig = Rig::start(quick(), &[("p", provider.clone())]).await;
    let body = json!({"model": "p/m1", "stream": false, "input": "hi", "store": false, "text": {"verbosity": "low"}});
    let mut client = rig.send(rig.post("/v1/responses", &body.to_string()).as_bytes()).await;
    upstream.accept().await.json(REFUSED, &words("Unknown parameter: 'text.verbosity'.")).await;
    upstream.accept().await.json(REFUSED, &words("store: Extra inputs are not permitted")).await;
    let call = upstream.accept().await;
    assert_eq!((call.body().get("text"), call.body().get("store")), (None, None));
    call.json("200 OK", &json!({"id": "r", "object": "response", "status": "completed", "output": []})).await;
    client.all().await;
    let learned = Learned::read(&rig.home);
    assert_eq!(
        learned.of_provider("p", &provider).collect::<Vec<_>>(),
        [("m1", vec!["drop:store", "drop:text.verbosity"])]
    );
}

#[tokio::test]
async fn what_does_not_help_is_told_and_forgotten() {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
    let mut client = rig.ask("p/m1", true).await;
    upstream.accept().await.json(REFUSED, &words("Unknown parameter: 'stream_options'.")).await;
    upstream.accept().await.json(REFUSED, &words("Unknown parameter: 'stream_options', still.")).await;
    let told = client.all().await;
    assert!(told.contains("still."), "{told}");
    assert_eq!(Learned::read(&rig.home), Learned::default());
}

#[tokio::test]
async fn with_strict_nothing_is_left_out() {
    let upstream = Upstream::start().await;
    let rig = Rig::start_strict(quick(), &[("p", provider(upstream.port, Wire::Chat))], true).await;
    let mut client = rig.ask("p/m1", true).await;
    upstream.accept().await.json(REFUSED, &words("Unknown parameter: 'stream_options'.")).await;
    let told = client.all().await;
    assert!(told.contains("response.failed") && !upstream.has_caller(), "{told}");
}
