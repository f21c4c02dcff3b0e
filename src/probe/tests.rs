//! The probe against providers on a loopback port.

mod native;
mod server;
mod surveys;
mod templates;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pretty_assertions::assert_eq;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::server::{Reply, Request, Server, target};
use super::*;
use crate::catalog::ModelFacts;
use crate::error::{Error, Kind};
use crate::protocol::Wire;
use crate::secret::Secret;
use crate::settings::{Road, Via};
use crate::trust::Fault;

fn calls(items: &[Value]) -> Reply {
    let mut events = vec![json!({"type": "response.created", "response": {"id": "r"}})];
    events.extend(items.iter().map(|item| json!({"type": "response.output_item.done", "item": item})));
    events.push(json!({"type": "response.completed", "response": {"id": "r"}}));
    Reply::events(&events)
}

fn custom() -> Value {
    json!({"type": "custom_tool_call", "name": "apply_patch", "call_id": "a", "input": "ping"})
}

fn namespaced() -> Value {
    json!({"type": "function_call", "name": "ping", "namespace": "mcp__codexgw", "call_id": "b", "arguments": "{}"})
}

fn who() -> Who {
    Who { name: "Provider".into(), keys_url: None }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

fn chat_call() -> Reply {
    Reply::events(&[json!({"choices": [{"delta": {"tool_calls": [{"function": {"name": "report"}}]}}]})])
}

async fn ask(server: &Server, path: &str) -> Evidence {
    let url = format!("{}{path}", server.url);
    wire(&client().unwrap(), &target(&url), "m", None).await.unwrap()
}

async fn list(server: &Server, path: &str) -> Result<Models, ProbeError> {
    let url = format!("{}{path}", server.url);
    models(&client().unwrap(), &target(&url)).await
}

#[tokio::test]
async fn the_list_is_found_at_the_url_that_was_meant() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /api/v1/models" => Reply::json(200, r#"{"data":[{"id":"m","max_model_len":9}]}"#),
        "GET /api/models" => Reply::new(200, "text/html; charset=utf-8", "<!doctype html>"),
        _ => Reply::not_found(),
    })
    .await;
    let expected = Models {
        base_url: format!("{}/api/v1", server.url),
        list: vec![("m".into(), ModelFacts { context: Some(9), ..ModelFacts::default() })],
        key_form: None,
        complete: true,
    };
    for path in ["/api/v1", "/api/v1/", "/api/v1/chat/completions", "/api", "/api/responses", "/api/v1/models"] {
        assert_eq!(list(&server, path).await, Ok(expected.clone()), "{path}");
    }
}

#[tokio::test]
async fn every_page_is_fetched_once_with_the_key() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"a"}],"has_more":true,"last_id":"a"}"#),
        "GET /v1/models?after=a&after_id=a" => {
            Reply::json(200, r#"{"data":[{"id":"b"},{"id":"a"}],"links":{"next":"/v1/models?p=3"}}"#)
        }
        "GET /v1/models?p=3" => Reply::json(200, r#"{"data":[{"id":"b"}],"has_more":true,"last_id":"z"}"#),
        line => panic!("{line}"),
    })
    .await;
    let key = secret("sk-1");
    let headers = BTreeMap::from([("x-title".to_owned(), "t".to_owned())]);
    let target = Target {
        key: Some(&key),
        headers: &headers,
        secret_headers: &[("x-secret".into(), secret("s"))],
        ..target(&format!("{}/v1", server.url))
    };
    let found = models(&client().unwrap(), &target).await.unwrap();
    let ids: Vec<_> = found.list.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((ids, found.complete), (vec!["a", "b"], true));
    let requests = server.requests();
    assert_eq!(requests.len(), 3);
    for request in requests {
        for header in ["authorization: Bearer sk-1", "x-title: t", "x-secret: s"] {
            assert!(request.head.contains(header), "{}: {header}", request.head);
        }
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_had_leaves_the_list_marked() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"a"}],"next":"?p=2"}"#),
        _ => Reply::json(500, ""),
    })
    .await;
    let found = list(&server, "/v1").await.unwrap();
    assert_eq!((found.list.len(), found.complete), (1, false));
}

#[tokio::test]
async fn a_list_without_an_end_is_cut_off() {
    let count = std::sync::atomic::AtomicUsize::new(0);
    let server = Server::start(move |_| {
        let page = count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Reply::json(200, &format!(r#"{{"data":[{{"id":"m{page}"}}],"next":"?p={page}"}}"#))
    })
    .await;
    let found = list(&server, "/v1").await.unwrap();
    assert_eq!((found.list.len(), found.complete), (50, false));
}

#[tokio::test]
async fn a_provider_that_takes_all_of_codex_is_used_directly() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/responses" => calls(&[custom(), namespaced()]),
        "POST /v1/chat/completions" => chat_call(),
        line => panic!("{line}"),
    })
    .await;
    let evidence = ask(&server, "/v1").await;
    let expected = Evidence {
        base_url: format!("{}/v1", server.url),
        responses: Answer::Spoke(ResponsesForm {
            lessons: Vec::new(),
            flaw: None,
            refused: None,
            custom: Call::InForm,
            namespaced: Call::InForm,
            cut_short: false,
        }),
        chat: Answer::Spoke(ChatForm { tool_call: Some(true), ..ChatForm::default() }),
        messages: Answer::Failed(ProbeError::NotFound { urls: vec![] }),
        gemini: Answer::Failed(ProbeError::NotFound { urls: vec![] }),
    };
    assert_eq!(evidence, expected);
    let decision = decide(&evidence, None, Via::Auto, None).unwrap();
    assert_eq!((decision.wire, decision.road), (Wire::Responses, Road::Direct));
    let asked = &server.requests()[0];
    for kind in ["function", "custom", "namespace", "web_search"] {
        assert!(asked.offers(kind), "{kind}");
    }
}

#[tokio::test]
async fn a_model_that_makes_one_call_a_turn_is_asked_for_the_other() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/responses" if request.says("two tools") => calls(&[namespaced()]),
        "POST /v1/responses" => calls(&[custom()]),
        _ => Reply::not_found(),
    })
    .await;
    let evidence = ask(&server, "/v1").await;
    assert!(evidence.responses.spoke().unwrap().takes_all_of_codex());
    let decision = decide(&evidence, None, Via::Auto, None).unwrap();
    assert_eq!((decision.wire, decision.road), (Wire::Responses, Road::Direct));
}

#[tokio::test]
async fn a_model_that_was_still_thinking_gets_more_tokens() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/responses" if request.body["max_output_tokens"] == 256 => {
            Reply::events(&[json!({"type": "response.incomplete", "response": {"id": "r"}})])
        }
        "POST /v1/responses" => calls(&[custom(), namespaced()]),
        _ => Reply::not_found(),
    })
    .await;
    let evidence = ask(&server, "/v1").await;
    assert!(evidence.responses.spoke().unwrap().takes_all_of_codex());
    assert_eq!(server.lines().iter().filter(|line| line.as_str() == "POST /v1/responses").count(), 2);
}

#[tokio::test]
async fn a_provider_that_refuses_other_tools_goes_through_the_gateway() {
    let words = r#"{"error":{"message":"Only `function` tools are supported","param":"tools.1.type"}}"#;
    let script = move |request: &Request| match request.line.as_str() {
        "POST /v1/responses" if request.offers("custom") => Reply::json(400, words),
        "POST /v1/responses" => calls(&[]),
        "POST /v1/chat/completions" => chat_call(),
        _ => Reply::not_found(),
    };
    let server = Server::start(script).await;
    let decision = decide(&ask(&server, "/v1").await, None, Via::Auto, None).unwrap();
    let expected = Decision {
        wire: Wire::Chat,
        road: Road::Gateway,
        why:
            "its `/responses` is not enough for Codex: it refuses what Codex sends: Only `function` tools are supported"
                .into(),
        quirks: vec![],
        key_form: None,
    };
    assert_eq!(decision, expected);
    assert_eq!(server.lines(), ["POST /v1/responses", "POST /v1/responses", "POST /v1/chat/completions"]);
}

#[tokio::test]
async fn both_endpoints_are_found_beside_the_version_segment() {
    // As at DeepSeek, which serves chat under `/v1` too but `/responses` only without it.
    let server = Server::start(|request| match request.line.as_str() {
        "POST /responses" => calls(&[custom(), namespaced()]),
        "POST /v1/chat/completions" | "POST /chat/completions" => chat_call(),
        _ => Reply::not_found(),
    })
    .await;
    let evidence = ask(&server, "/v1").await;
    assert_eq!(evidence.base_url, server.url);
    assert!(evidence.responses.spoke().is_some() && evidence.chat.spoke().is_some());
}

#[tokio::test]
async fn chat_alone_keeps_the_base_url_that_was_given() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/chat/completions" if request.body["max_tokens"].is_u64() => {
            Reply::json(400, r#"{"error":{"message":"use max_completion_tokens"}}"#)
        }
        "POST /v1/chat/completions" => chat_call(),
        _ => Reply::not_found(),
    })
    .await;
    let evidence = ask(&server, "/v1").await;
    assert_eq!(evidence.base_url, format!("{}/v1", server.url));
    let decision = decide(&evidence, None, Via::Auto, None).unwrap();
    assert_eq!(
        (decision.wire, decision.road, decision.quirks),
        (Wire::Chat, Road::Gateway, vec!["max_completion_tokens".to_owned()])
    );
}

#[tokio::test]
async fn each_refusal_says_what_it_means() {
    let cases = [
        (
            Reply::json(401, r#"{"error":{"message":"bad key sk-12345678"}}"#),
            "Provider refuses the key",
            "status 401: bad key [redacted]",
        ),
        (Reply::json(403, r#"{"error":"no"}"#), "Provider knows the key, and does not allow it this", "status 403: no"),
        (
            Reply::json(403, r#"{"error":{"message":"no","code":"unsupported_country_region_territory"}}"#),
            "Provider does not serve the country or network that the request came from",
            "status 403: no",
        ),
        (
            Reply::json(401, r#"{"error":"API key expired"}"#),
            "the key of Provider has expired",
            "status 401: API key expired",
        ),
        (
            Reply::json(401, r#"{"error":"this key belongs to the coding plan"}"#),
            "the key of Provider is one of another plan or region, which has an address of its own",
            "status 401: this key belongs to the coding plan",
        ),
        (Reply::json(402, r#"{"message":"pay"}"#), "the account has no credit", "status 402: pay"),
        (
            Reply::json(429, r#"{"error":{"message":"used up","code":"insufficient_quota"}}"#),
            "the account has no credit",
            "status 429: used up",
        ),
        (
            Reply::json(400, r#"{"error":{"message":"Your credit balance is too low to access the API."}}"#),
            "the account has no credit",
            "status 400: Your credit balance is too low to access the API.",
        ),
        (Reply::json(429, "{}"), "the provider's rate limit is reached", "status 429: {}"),
        (Reply::json(500, ""), "the provider has trouble of its own", "status 500"),
        (Reply::json(418, "tea\u{1b}[2J"), "the provider refuses the request", "status 418: tea [2J"),
        (Reply::json(200, "[7"), "`URL/models` answers in a form that is not known", "it begins `[7`"),
        (
            Reply::new(200, "text/html", "<html>login"),
            "`URL/models` answers with a web page, not with an API",
            "status 200, `text/html`: a login page, a portal of the network, or a wrong path",
        ),
        (
            Reply::new(403, "text/html", "<html>"),
            "`URL/models` answers with a web page, not with an API",
            "status 403, `text/html`: a login page, a portal of the network, or a wrong path",
        ),
        (
            Reply::raw("HTTP/1.1 302 x\r\nlocation: https://other.example/In?token=1\r\ncontent-length: 0\r\n\r\n"),
            "`URL/models` redirects elsewhere",
            "it points to `https://other.example/In`",
        ),
    ];
    let key = secret("sk-12345678");
    for (reply, message, cause) in cases {
        let script = reply.clone();
        let server = Server::start(move |_| script.clone()).await;
        let target = Target { key: Some(&key), ..target(&server.url) };
        let error: Error = models(&client().unwrap(), &target).await.unwrap_err().into();
        let plain = |text: &str| text.replace(&server.url, "URL");
        let seen: Vec<String> = error.causes().iter().map(|cause| plain(cause)).collect();
        assert_eq!((plain(error.message()), seen), (message.to_owned(), vec![cause.to_owned()]), "{reply:?}");
        assert_eq!((error.kind(), error.hints().len()), (Kind::Upstream, 1), "{reply:?}");
    }
}

#[tokio::test]
async fn an_empty_question_asks_for_no_endless_answer() {
    let server = Server::start(|request| Reply::json(200, &request.body.to_string())).await;
    for (wire, body) in [(Wire::Chat, r#"{"max_tokens":1}"#), (Wire::Responses, "{}"), (Wire::Messages, "{}")] {
        let told = knock(&client().unwrap(), &target(&server.url), wire, "m").await.unwrap();
        assert_eq!(told.words, body, "{wire:?}");
    }
}

#[tokio::test]
async fn no_list_is_no_error_but_no_endpoint_is() {
    let server = Server::start(|_| Reply::not_found()).await;
    let url = format!("{}/v1/chat/completions", server.url);
    let listed = list(&server, "/v1/chat/completions").await.unwrap();
    assert_eq!(
        listed,
        Models { base_url: format!("{}/v1", server.url), list: vec![], complete: false, key_form: None }
    );
    let error: Error = wire(&client().unwrap(), &target(&url), "m", None).await.unwrap_err().into();
    let paths = ["/v1/chat/completions", "/chat/completions", "/v1/responses", "/responses"];
    let asked: Vec<String> = paths.iter().map(|path| format!("`{}{path}`", server.url)).collect();
    assert_eq!(error.message(), "there is no API at this base URL");
    assert_eq!(error.causes(), [format!("not found: {}", asked.join(", "))]);
    assert_eq!(error.kind(), Kind::Upstream);
}

#[tokio::test]
async fn a_key_that_was_never_sent_is_not_called_wrong() {
    let server = Server::start(|_| Reply::json(401, r#"{"error":"who are you"}"#)).await;
    let error = list(&server, "/v1").await.unwrap_err();
    assert_eq!(error, ProbeError::NoKey { who: who(), status: 401, words: "who are you".into() });
    let url = format!("{}/v1", server.url);
    let keyed = Target { keys_url: Some("https://keys.example"), ..target(&url) };
    let error = models(&client().unwrap(), &keyed).await.unwrap_err();
    assert_eq!(
        Error::from(error).hints(),
        ["get a key at https://keys.example, and give it with `--key-stdin` or when asked"]
    );
}

#[tokio::test]
async fn an_unknown_model_is_told_from_a_missing_path() {
    for (status, words) in [
        (404, "The model `m` does not exist or you do not have access to it."),
        (400, "Model Not Exist"),
        (404, "model 'm' not found, try pulling it first"),
    ] {
        let body = json!({"error": {"message": words}}).to_string();
        let server = Server::start(move |_| Reply::json(status, &body)).await;
        let error = wire(&client().unwrap(), &target(&server.url), "m", None).await.unwrap_err();
        assert_eq!(error, ProbeError::NoSuchModel { model: "m".into(), words: words.into() });
    }
}

#[tokio::test]
async fn a_public_list_does_not_hide_a_wrong_key() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/key" if request.head.contains("sk-good") => Reply::json(200, "{}"),
        "GET /v1/key" => Reply::json(401, "{}"),
        _ => Reply::not_found(),
    })
    .await;
    let url = format!("{}/v1/", server.url);
    let client = client().unwrap();
    let check = async |key| check_key(&client, &Target { key: Some(&secret(key)), ..target(&url) }, "/key").await;
    assert_eq!(check("sk-good").await, Ok(()));
    assert_eq!(check("sk-bad").await, Err(ProbeError::WrongKey { who: who(), status: 401, words: "{}".into() }));
    let elsewhere = check_key(&client, &target(&url), "/nothing").await;
    assert_eq!(elsewhere, Ok(()));
}

#[tokio::test]
async fn servers_in_the_house_tell_the_context_in_use() {
    let facts = |context| ModelFacts { context: Some(context), ..ModelFacts::default() };
    let ollama = |request: &Request| match request.line.as_str() {
        "GET /api/ps" => Reply::json(200, r#"{"models":[{"name":"m","model":"m","context_length":4096}]}"#),
        "POST /api/show" if request.says("\"m\"") => {
            Reply::json(200, r#"{"capabilities":["completion","tools","vision"]}"#)
        }
        _ => Reply::not_found(),
    };
    let litellm = |request: &Request| match request.line.as_str() {
        "GET /v1/model/info" => Reply::json(
            200,
            r#"{"data":[{"model_name":"x","model_info":{}},{"model_name":"m","model_info":{"max_input_tokens":7}}]}"#,
        ),
        line => panic!("{line}"),
    };
    let studio = |request: &Request| match request.line.as_str() {
        "GET /api/v0/models" => Reply::json(200, r#"{"data":[{"id":"m","loaded_context_length":8}]}"#),
        // LM Studio answers 200 to paths that it does not know.
        _ => Reply::json(200, r#"{"error":"Unexpected endpoint"}"#),
    };
    let llama = |request: &Request| match request.line.as_str() {
        "GET /props" => {
            Reply::json(200, r#"{"default_generation_settings":{"n_ctx":9},"modalities":{"vision":false}}"#)
        }
        _ => Reply::not_found(),
    };
    for (server, expected) in [
        (Server::start(ollama).await, ModelFacts { images: Some(true), tools: Some(true), ..facts(4096) }),
        (Server::start(litellm).await, facts(7)),
        (Server::start(studio).await, facts(8)),
        (Server::start(llama).await, ModelFacts { images: Some(false), ..facts(9) }),
        (Server::start(|_| Reply::not_found()).await, ModelFacts::default()),
    ] {
        let url = format!("{}/v1", server.url);
        assert_eq!(details(&client().unwrap(), &target(&url), "m").await, expected);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    let server = Server::start(|_| Reply::raw("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")).await;
    let proxied = reqwest::Client::builder().proxy(reqwest::Proxy::all(&server.url).unwrap()).build().unwrap();
    let error = models(&proxied.into(), &target("https://api.example.com/v1")).await.unwrap_err();
    assert!(matches!(&error, ProbeError::Proxy { host, .. } if host == "api.example.com"), "{error:?}");
    assert_eq!(server.lines(), ["CONNECT api.example.com:443"]);
    assert_eq!(
        Error::from(error).hints()[0],
        "see whether the proxy in `HTTPS_PROXY` is up, and lets `api.example.com` through"
    );
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_named() {
    struct Nothing;
    impl reqwest::dns::Resolve for Nothing {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            Box::pin(async { Err("failed to lookup address information".into()) })
        }
    }
    let client = reqwest::Client::builder().no_proxy().dns_resolver(Nothing).build().unwrap();
    let error = models(&client.into(), &target("https://api.exmaple.com/v1")).await.unwrap_err();
    assert_eq!(error, ProbeError::NoSuchHost { host: "api.exmaple.com".into() });
}

#[tokio::test]
async fn no_connection_is_told_by_its_cause() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    drop(listener);
    let url = format!("http://{host}/v1");
    let error = models(&client().unwrap(), &target(&url)).await.unwrap_err();
    assert!(
        matches!(&error, ProbeError::Unreachable { host: named, why } if *named == host && why.contains("refused")),
        "{error:?}"
    );
    assert_eq!(Error::from(error).hints(), ["start the server, or name another: `--base-url URL`"]);

    let server = Server::start(|_| Reply::raw("")).await;
    let error = list(&server, "/v1").await.unwrap_err();
    assert!(matches!(error, ProbeError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn https_to_a_port_without_tls_says_so() {
    let server = Server::start(|_| Reply::not_found()).await;
    // The script never sees a request: the handshake is no HTTP, so the test's server needs its own answer to it.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let plain = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 5];
        tokio::io::AsyncReadExt::read_exact(&mut stream, &mut hello).await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let url = format!("https://{host}/v1");
    let error = models(&client().unwrap(), &target(&url)).await.unwrap_err();
    plain.await.unwrap();
    assert!(matches!(&error, ProbeError::Tls { host: named, .. } if *named == host), "{error:?}");
    let hint = format!("the port speaks no TLS; if you trust the network: `--base-url http://{host}/v1`");
    assert_eq!(Error::from(error).hints(), [hint]);
    assert!(server.lines().is_empty());
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_says_so() {
    let host = crate::test_tls::self_signed().await.to_string();
    let error = models(&client().unwrap(), &target(&format!("https://{host}/v1"))).await.unwrap_err();
    let ProbeError::Tls { host: named, why } = &error else { panic!("{error:?}") };
    assert_eq!(*named, host);
    let fault = Fault::of(why).unwrap_or_else(|| panic!("{why}"));
    assert!(why.starts_with(&fault.words()) && fault.words().contains("certificate"), "{why}");
    assert!(Error::from(error).hints()[0].contains("export CODEX_CA_CERTIFICATE="));
}

#[tokio::test]
async fn a_provider_that_wants_a_short_pause_is_asked_again() {
    let asked = AtomicUsize::new(0);
    let refusal = |pause: &str| {
        Reply::raw(&format!("HTTP/1.1 429 x\r\nretry-after: {pause}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"))
    };
    let server = Server::start(move |request| match asked.fetch_add(1, Ordering::Relaxed) {
        0 if request.line.contains("short") => refusal("0"),
        _ if request.line.contains("long") => refusal("60"),
        _ => Reply::json(200, "{}"),
    })
    .await;
    for (path, status, asked, requests) in [("short", 200, 2, 2), ("long", 429, 3, 1)] {
        let client = client().unwrap();
        let request = client.get(&format!("{}/{path}", server.url));
        let target = target(&server.url);
        let reply = super::client::exchange(&client, request, &target, Duration::from_mins(1)).await.unwrap();
        assert_eq!((reply.status, server.lines().len()), (status, asked), "{path}");
        assert_eq!(client.spent().requests, u64::try_from(requests).unwrap(), "{path}");
    }
}

#[tokio::test]
async fn what_servers_in_between_say_is_not_taken_for_a_missing_model() {
    for (status, head, words, id) in [
        (
            404,
            "",
            "litellm.NotFoundError: NotFoundError: OpenAIException - {\"detail\":\"Not Found\"}. Received Model Group=m",
            "not-found",
        ),
        (404, "", "Not found: POST /v1/models/m:streamGenerateContent", "not-found"),
        (404, "", "The model `m` does not exist", "no-such-model"),
        (500, "x-portkey-gateway-exception: true\r\n", "Something went wrong", "failing"),
    ] {
        let body = json!({"error": {"message": words}}).to_string();
        let answer =
            format!("HTTP/1.1 {status} x\r\n{head}content-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        let server = Server::start(move |_| Reply::raw(&answer)).await;
        let client = client().unwrap();
        let target = target(&server.url);
        let reply = super::client::exchange(&client, client.get(&server.url), &target, Duration::from_mins(1)).await;
        let error = reply.unwrap().judge(&target, Some("m")).unwrap_err();
        assert_eq!(error.id(), id, "{words}");
        assert_eq!(Error::from(error).message().contains("Portkey"), !head.is_empty());
    }
}

#[tokio::test]
async fn a_model_that_rests_for_a_moment_is_asked_again() {
    let asked = AtomicUsize::new(0);
    let words = "No deployments available for selected model, Try again in 0 seconds. Passed model=m.";
    let server = Server::start(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => Reply::json(429, &json!({"error": {"message": words}}).to_string()),
        _ => Reply::json(200, "{}"),
    })
    .await;
    let client = client().unwrap();
    let target = target(&server.url);
    let reply = super::client::exchange(&client, client.get(&server.url), &target, Duration::from_mins(1)).await;
    assert_eq!((reply.unwrap().status, client.spent().requests), (200, 2));
}

#[tokio::test]
async fn a_resting_model_is_not_a_rate_limit() {
    let words = "No deployments available for selected model, Try again in 59.5 seconds. Passed model=m. \
                 pre-call-checks=False, cooldown_list=[]";
    let server = Server::start(move |_| Reply::json(429, &json!({"error": {"message": words}}).to_string())).await;
    let client = client().unwrap();
    let target = target(&server.url);
    let reply = super::client::exchange(&client, client.get(&server.url), &target, Duration::from_mins(1)).await;
    let error = reply.unwrap().judge(&target, None).unwrap_err();
    assert_eq!(error.id(), "resting");
    assert!(Error::from(error).hints()[0].starts_with("wait 60 s, then try again"));
}

#[test]
fn a_header_that_is_wanted_is_not_the_model_s_fault() {
    for (words, hint) in [
        ("Either x-portkey-config or x-portkey-provider header is required", "--header NAME=VALUE"),
        ("temperature is required", "--model MODEL"),
    ] {
        let error = Error::from(ProbeError::Refused { status: 400, words: words.into() });
        assert!(error.hints().concat().contains(hint), "{error:?}");
    }
}

#[tokio::test]
async fn silence_ends_at_the_time_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let url = format!("http://{host}/v1");
    let client = client().unwrap();
    let request = client.get(&url);
    let error = super::client::exchange(&client, request, &target(&url), Duration::from_millis(50)).await.unwrap_err();
    assert_eq!(error, ProbeError::Timeout { host });
}

#[tokio::test]
async fn a_stream_that_stays_open_after_its_end_is_not_waited_for() {
    let body = "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\"}}\n\n";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let serve = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncReadExt::read(&mut stream, &mut [0; 4096]).await.unwrap();
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
        tokio::io::AsyncWriteExt::write_all(&mut stream, format!("{head}{body}").as_bytes()).await.unwrap();
        stream
    };
    let client = client().unwrap();
    let request = client.get(&url);
    let target = target(&url);
    let (open, reply) = tokio::join!(serve, super::client::exchange(&client, request, &target, Duration::from_mins(1)));
    assert_eq!(reply.unwrap().body, body);
    drop(open);
}

#[tokio::test]
async fn a_header_that_http_forbids_is_refused_before_anything_is_sent() {
    let server = Server::start(|_| Reply::not_found()).await;
    let key = secret("a\nb");
    let target = Target { key: Some(&key), ..target(&server.url) };
    let error = models(&client().unwrap(), &target).await.unwrap_err();
    assert_eq!(error, ProbeError::BadHeader { name: "authorization".into() });
    assert_eq!(Error::from(error).kind(), Kind::Usage);
    assert!(server.lines().is_empty());
}

#[tokio::test]
async fn a_bad_base_url_is_refused_before_anything_is_sent() {
    for url in ["ftp://a.b", "https://a.b/v1?x=1"] {
        let client = client().unwrap();
        let listed = models(&client, &target(url)).await.unwrap_err();
        assert!(matches!(listed, ProbeError::BaseUrl { .. }), "{listed:?}");
        assert_eq!(wire(&client, &target(url), "m", None).await.unwrap_err(), listed);
        assert_eq!(Error::from(listed).kind(), Kind::Usage);
    }
}
