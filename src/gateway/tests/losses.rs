use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::rig::{Rig, Upstream, provider, quick, status, write_all_settings};
use crate::settings::{Settings, Wire};

/// A request of which three things cannot go to a chat upstream.
fn lossy(stream: bool) -> Value {
    json!({
        "model": "p/m1", "stream": stream, "input": "hi", "text": {"verbosity": "low"},
        "tools": [{"type": "web_search"}, {"type": "file_search"}],
    })
}

#[tokio::test]
async fn what_is_lost_stands_in_a_header() {
    let upstream = Upstream::start().await;
    let rig = Rig::start(quick(), &[("p", provider(upstream.port, Wire::Chat))]).await;
    let mut client = rig.send(rig.post("/v1/responses", &lossy(true).to_string()).as_bytes()).await;
    let mut call = upstream.accept().await;
    call.open_stream().await;
    call.text("hi").await;
    call.done().await;
    let answer = client.all().await;
    assert!(answer.contains("\r\nx-codexgw-losses: tool_kind,verbosity,web_search\r\n"), "{answer}");
}

#[tokio::test]
async fn with_strict_a_loss_is_a_refusal_that_names_it() {
    let words = "`strict` is on, and this cannot be carried over: tool_kind (file_search), verbosity (low), web_search";
    for by_option in [true, false] {
        let upstream = Upstream::start().await;
        let providers = [("p", provider(upstream.port, Wire::Chat))];
        let rig = Rig::start_strict(quick(), &providers, by_option).await;
        if !by_option {
            write_all_settings(&rig.home, &providers, Settings { strict: true, ..Settings::default() });
        }
        let answer = rig.send(rig.post("/v1/responses", &lossy(true).to_string()).as_bytes()).await.all().await;
        assert_eq!(status(&answer), 200);
        let code = "\"error\":{\"code\":\"invalid_prompt\"";
        assert!(answer.contains("response.failed") && answer.contains(words) && answer.contains(code), "{answer}");
        for stream in [true, false] {
            let request = rig.foreign_post("/v1/responses", &lossy(stream).to_string());
            let (status, body) = rig.send(request.as_bytes()).await.json().await;
            assert_eq!((status, &body["error"]["code"]), (400, &json!("invalid_request")));
            assert!(body["error"]["message"].as_str().unwrap().starts_with(words), "{body}");
        }
        assert!(!upstream.has_caller());
        // What loses nothing goes out as ever.
        let mut client = rig.ask("p/m1", true).await;
        let mut call = upstream.accept().await;
        call.open_stream().await;
        call.text("hi").await;
        call.done().await;
        assert!(client.all().await.contains("response.completed"));
    }
}
