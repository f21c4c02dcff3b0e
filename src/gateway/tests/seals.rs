use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::rig::{Client, Rig, Upstream, provider, quick};
use crate::settings::Wire;

const COMPLETED: &str = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n";
const NAMED: &str = "\r\nx-codexgw-losses: reasoning\r\n";

fn sealed(seal: &str) -> Value {
    json!({"type": "reasoning", "summary": [], "encrypted_content": seal})
}

/// Asks `provider` to go on after these items.
async fn go_on(rig: &Rig, provider: &str, before: &[Value]) -> Client {
    let mut input = before.to_vec();
    input.push(json!({"role": "user", "content": "go on"}));
    let body = json!({"model": format!("{provider}/m1"), "stream": true, "input": input}).to_string();
    rig.send(rig.post("/v1/responses", &body).as_bytes()).await
}

/// Answers the next call with these events; gives the seals that came with it.
async fn answer(upstream: &Upstream, events: &str) -> Vec<String> {
    let mut call = upstream.accept().await;
    let items = call.body()["input"].as_array().cloned().unwrap_or_default();
    call.open_stream().await;
    call.write(&format!("{events}{COMPLETED}")).await;
    items.iter().filter_map(|item| item["encrypted_content"].as_str().map(str::to_owned)).collect()
}

async fn refuse(upstream: &Upstream) {
    let words = "The encrypted content gAAA could not be verified.";
    let refusal = json!({"error": {"message": words, "code": "invalid_encrypted_content"}});
    upstream.accept().await.document("400 Bad Request", &refusal).await;
}

#[tokio::test]
async fn what_one_upstream_sealed_does_not_go_to_another() {
    let (one, other) = (Upstream::start().await, Upstream::start().await);
    let providers = [("a", provider(one.port, Wire::Responses)), ("b", provider(other.port, Wire::Responses))];
    let rig = Rig::start(quick(), &providers).await;
    let done = json!({"type": "response.output_item.done", "output_index": 0, "item": sealed("gAAA")});
    let mut client = go_on(&rig, "a", &[]).await;
    assert_eq!(answer(&one, &format!("data: {done}\n\n")).await, [""; 0]);
    assert!(client.all().await.contains("gAAA"));
    for (id, upstream, seals, named) in [("a", &one, &["gAAA", "gBBB"][..], false), ("b", &other, &["gBBB"], true)] {
        let mut client = go_on(&rig, id, &[sealed("gAAA"), sealed("gBBB")]).await;
        assert_eq!(answer(upstream, "").await, seals, "{id}");
        let answer = client.all().await;
        assert_eq!((answer.contains(NAMED), answer.contains("response.completed")), (named, true), "{id} {answer}");
    }
}

#[tokio::test]
async fn a_refused_seal_is_left_out_by_name_and_not_sent_again() {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Responses))]).await;
    for is_known in [false, true] {
        let mut client = go_on(&rig, "p", &[sealed("gAAA")]).await;
        if !is_known {
            refuse(&upstream).await;
        }
        assert_eq!(answer(&upstream, "").await, [""; 0]);
        let answer = client.all().await;
        assert!(answer.contains(NAMED) && answer.contains("response.completed"), "{answer}");
        assert!(!answer.contains("response.failed"), "{answer}");
    }
}

#[tokio::test]
async fn with_strict_a_refused_seal_is_no_reason_for_a_second_try() {
    let upstream = Upstream::start().await;
    let rig = Rig::start_strict(quick(), &[("p", provider(upstream.port, Wire::Responses))], true).await;
    let mut client = go_on(&rig, "p", &[sealed("gAAA")]).await;
    refuse(&upstream).await;
    let answer = client.all().await;
    let words = "`strict` is on, and this cannot be carried over: reasoning (it was refused";
    assert!(answer.contains(words) && !upstream.has_caller(), "{answer}");
}
