//! Anthropic's and Google's own protocols, as far as the probe meets them.

use pretty_assertions::assert_eq;
use serde_json::json;

use super::server::{Reply, Request, Server, target};
use super::*;
use crate::catalog::KeyForm;

/// What these tests look for in a request's head.
fn sends(request: &Request, header: &str) -> bool {
    request.head.to_lowercase().lines().any(|line| line == header)
}

fn anthropic(request: &Request) -> Reply {
    let has_key = sends(request, "x-api-key: sk-ant-1") && sends(request, "anthropic-version: 2023-06-01");
    match request.line.as_str() {
        _ if !has_key => {
            Reply::json(401, r#"{"error":{"type":"authentication_error","message":"x-api-key required"}}"#)
        }
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"type":"model","id":"m"}],"has_more":false}"#),
        "POST /v1/messages" => {
            Reply::events(&[json!({"type": "message_start", "message": {}}), json!({"type": "message_stop"})])
        }
        _ => Reply::json(404, r#"{"error":{"type":"not_found_error","message":"Not found"}}"#),
    }
}

fn google(request: &Request) -> Reply {
    let wrong = r#"{"error":{"code":400,"message":"API key not valid.","details":[{"reason":"API_KEY_INVALID"}]}}"#;
    match request.line.as_str() {
        _ if !sends(request, "x-goog-api-key: sk-ant-1") => Reply::json(400, wrong),
        "GET /v1beta/models" => Reply::json(200, r#"{"models":[{"name":"models/m"}]}"#),
        "POST /v1beta/models/m:streamGenerateContent?alt=sse" => Reply::events(&[json!({"candidates": []})]),
        _ => Reply::new(404, "text/plain", ""),
    }
}

#[tokio::test]
async fn a_key_in_the_header_of_the_maker_is_found_out() {
    type Script = fn(&Request) -> Reply;
    let key = secret("sk-ant-1");
    let cases: [(Script, &str, Wire, KeyForm, Option<KeyForm>); 2] = [
        (anthropic, "/v1", Wire::Messages, KeyForm::XApiKey, Some(KeyForm::XApiKey)),
        // A bad request, which Google makes of a wrong key, is one too.
        (google, "/v1beta", Wire::Gemini, KeyForm::XGoogApiKey, Some(KeyForm::XGoogApiKey)),
    ];
    for (script, path, speaks, form, listed) in cases {
        let server = Server::start(script).await;
        let client = client().unwrap();
        let target = Target { key: Some(&key), ..target(&format!("{}{path}", server.url)) };
        assert_eq!(models(&client, &target).await.unwrap().key_form, listed, "{speaks:?}");
        for known in [None, listed] {
            let target = Target { key_form: known, ..target.clone() };
            let evidence = wire(&client, &target, "m", None).await.unwrap();
            let decision = decide(&evidence, None, Via::Auto, None).unwrap();
            assert_eq!(
                (decision.wire, decision.road, decision.key_form),
                (speaks, Road::Gateway, Some(form)),
                "{known:?}"
            );
            assert_eq!(evidence.base_url, target.base_url);
        }
    }
}

#[tokio::test]
async fn a_bearer_is_tried_where_the_usual_header_is_refused() {
    let key = secret("token");
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/messages" if sends(request, "authorization: bearer token") => {
            Reply::json(200, r#"{"type":"message","content":[]}"#)
        }
        "POST /v1/messages" => Reply::json(401, "{}"),
        _ => Reply::not_found(),
    })
    .await;
    let target = Target { key: Some(&key), ..target(&format!("{}/v1", server.url)) };
    let evidence = wire(&client().unwrap(), &target, "m", Some(Wire::Messages)).await.unwrap();
    assert_eq!(evidence.messages, Answer::Spoke(NativeForm { key_form: KeyForm::Bearer }));
    let asked: Vec<String> = server.lines();
    assert_eq!(asked, ["POST /v1/responses", "POST /v1/messages", "POST /v1/messages"]);
}

#[tokio::test]
async fn what_the_template_prefers_is_asked_first_and_taken() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/chat/completions" => chat_call(),
        "POST /v1/messages" => Reply::events(&[json!({"type": "message_start", "message": {}})]),
        _ => Reply::not_found(),
    })
    .await;
    let target = target(&format!("{}/v1", server.url));
    for (likely, speaks) in
        [(None, Wire::Chat), (Some(Wire::Messages), Wire::Messages), (Some(Wire::Gemini), Wire::Chat)]
    {
        let evidence = wire(&client().unwrap(), &target, "m", likely).await.unwrap();
        assert_eq!(decide(&evidence, None, Via::Auto, likely).unwrap().wire, speaks, "{likely:?}");
    }
}

#[tokio::test]
async fn parameters_of_the_query_go_with_every_question() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/models?api-version=1" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
        "POST /v1/chat/completions?api-version=1" => chat_call(),
        "POST /v1/models/m:streamGenerateContent?alt=sse&api-version=1" => Reply::events(&[json!({"candidates": []})]),
        _ => Reply::not_found(),
    })
    .await;
    let query = BTreeMap::from([("api-version".to_owned(), "1".to_owned())]);
    let target = Target { query: &query, ..target(&format!("{}/v1", server.url)) };
    let client = client().unwrap();
    assert_eq!(models(&client, &target).await.unwrap().list.len(), 1);
    for likely in [Wire::Chat, Wire::Gemini] {
        let evidence = wire(&client, &target, "m", Some(likely)).await.unwrap();
        assert!(evidence.speaks(likely), "{likely:?}");
    }
}

#[tokio::test]
async fn a_model_that_is_missing_is_told_from_a_missing_path() {
    for (likely, words) in [
        (Wire::Messages, r#"{"type":"error","error":{"type":"not_found_error","message":"model: m"}}"#),
        (Wire::Gemini, r#"{"error":{"message":"models/m is not found for API version v1beta"}}"#),
    ] {
        let server = Server::start(move |request| match request.line.as_str() {
            line if line.contains("messages")
                || line.contains("generateContent")
                || line.contains("streamGenerate") =>
            {
                Reply::json(404, words)
            }
            _ => Reply::not_found(),
        })
        .await;
        let error = wire(&client().unwrap(), &target(&server.url), "m", Some(likely)).await.unwrap_err();
        assert!(matches!(error, ProbeError::NoSuchModel { .. }), "{likely:?}: {error:?}");
    }
}
