//! Surveys of providers of every kind.

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::server::{Reply, Request, Server};
use crate::catalog::KeyForm;
use crate::probe::{Plan, ProbeError, Subject, Survey, Verdict, client, survey};
use crate::protocol::Wire;
use crate::secret::Secret;
use crate::settings::{Provider, Road, Settings};

async fn of(server: &Server, path: &str, plan: Plan<'_>) -> Survey {
    let subject = Subject::of_url(&format!("{}{path}", server.url), None);
    survey(&client().unwrap(), &subject, &plan, |_| {}).await
}

/// One wire as lines: topic, verdict, reason.
fn told(survey: &Survey, wire: Wire) -> Vec<String> {
    let wire = survey.wires.iter().find(|found| found.wire == wire).expect("asked");
    let abilities = wire.abilities.iter().map(|ability| {
        let verdict = match ability.verdict {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Gateway => "gateway",
            Verdict::Unclear => "?",
        };
        let why = ability.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("{} {verdict}{why}", ability.topic.label())
    });
    abilities.collect()
}

fn refused(words: &str) -> Reply {
    Reply::json(400, &json!({"error": {"message": words}}).to_string())
}

/// A stream of these texts.
fn chat_text(texts: &[&str]) -> Reply {
    let mut events: Vec<Value> = texts.iter().map(|text| json!({"choices": [{"delta": {"content": text}}]})).collect();
    events.push(json!({"choices": [{"delta": {}, "finish_reason": "stop"}],
                       "usage": {"prompt_tokens": 10, "completion_tokens": 2}}));
    Reply::events(&events)
}

fn chat_calls(count: usize) -> Reply {
    let call = |n: usize| {
        json!({"choices": [{"delta": {"reasoning": "hm", "tool_calls": [
            {"index": n, "id": format!("c{n}"), "type": "function",
             "function": {"name": "report", "arguments": "{\"text\":\"ping\"}"}}]}}]})
    };
    let mut events: Vec<Value> = (0..count).map(call).collect();
    events.push(json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}],
                       "usage": {"prompt_tokens": 10, "completion_tokens": 2}}));
    Reply::events(&events)
}

/// A server of Chat Completions that refuses some of what the protocol has.
fn picky_chat(request: &Request) -> Reply {
    match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"m"},{"id":"other"}]}"#),
        "POST /v1/chat/completions" if request.says("parallel_tool_calls") => {
            refused("Unsupported parameter: 'parallel_tool_calls'")
        }
        "POST /v1/chat/completions" if request.says("stream_options") => Reply::json(
            422,
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}"#,
        ),
        "POST /v1/chat/completions" if request.says("image_url") => refused("This model does not support image input"),
        "POST /v1/chat/completions" if request.says("\"developer\"") => refused("unknown role"),
        "POST /v1/chat/completions" if request.body["stream"] == false => Reply::json(
            200,
            r#"{"choices":[{"message":{"content":"walrus"},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1}}"#,
        ),
        "POST /v1/chat/completions" if request.offers("function") => chat_calls(2),
        "POST /v1/chat/completions" => chat_text(&["1 ", "2 ", "3"]),
        _ => Reply::not_found(),
    }
}

#[tokio::test]
async fn a_picky_chat_server_is_told_in_full() {
    let server = Server::start(picky_chat).await;
    let survey = of(&server, "/v1", Plan::default()).await;
    assert_eq!(
        told(&survey, Wire::Chat),
        [
            "streamed answer yes",
            "streams as it writes ?: too short or too fast to tell",
            "answer in one piece yes",
            "function tools yes",
            "`tool_choice: required` yes",
            "parallel calls no: refused",
            "freeform tools gateway: as functions",
            "tool namespaces gateway: as functions",
            "web search no: the protocol has none",
            "`developer` role no: unknown role",
            "images no: This model does not support image input",
        ]
    );
    for wire in &survey.wires {
        assert_eq!(wire.absent.is_none(), wire.wire == Wire::Chat, "{:?}", wire.wire);
    }
    let decision = survey.decision.as_ref().unwrap();
    assert_eq!(decision.wire, Wire::Chat);
    assert_eq!(survey.quirks, ["parallel_true_rejected", "drop:stream_options", "reasoning_field_reasoning"]);
    let lost: Vec<_> = survey.lost.iter().map(|lost| lost.code).collect();
    assert_eq!(lost, ["verbosity", "web_search"]);
    assert_eq!(survey.problems, []);
    assert_eq!((survey.models, survey.model.as_deref(), survey.is_listed), (Some(2), Some("m"), Some(true)));
    assert_eq!(survey.spent.requests, u64::try_from(server.lines().len()).unwrap());
    assert!(survey.spent.input > 0 && survey.spent.output > 0);
    assert!(server.lines().len() < 25, "{:?}", server.lines());
}

#[tokio::test]
async fn nothing_is_said_of_a_server_whose_answers_are_no_answers() {
    for (body, words) in [("", "the answer is empty"), ("{\"choices\": [{\"mess", "a form that is not known")] {
        let server = Server::start(move |request| match request.line.as_str() {
            "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
            _ => Reply::json(200, body),
        })
        .await;
        let survey = of(&server, "/v1", Plan::default()).await;
        assert!(matches!(survey.failure, Some(ProbeError::Unknown { .. })), "{survey:?}");
        assert!(survey.wires.iter().all(|wire| wire.abilities.is_empty()), "{survey:?}");
        let error = crate::error::Error::from(survey.failure.unwrap());
        assert!(words.contains("not known") || error.causes().concat().contains(words), "{error:?}");
        assert!(survey.spent.untold > 0);
    }
}

#[tokio::test]
async fn a_setting_is_not_told_as_a_measurement() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/chat/completions" if request.body["stream"] == false => {
            Reply::json(200, r#"{"choices":[{"message":{"content":"walrus"},"finish_reason":"stop"}]}"#)
        }
        _ => picky_chat(request),
    })
    .await;
    let mut subject = Subject::of_url(&format!("{}/v1", server.url), None);
    subject.quirks = vec!["developer_role_rejected".into(), "tool_choice_auto_only".into()];
    let plan = Plan { wire: Some(Wire::Chat), ..Plan::default() };
    let told = told(&survey(&client().unwrap(), &subject, &plan, |_| {}).await, Wire::Chat);
    for line in ["`developer` role yes", "`tool_choice: required` no: not asked, by its settings"] {
        assert!(told.iter().any(|said| said == line), "{line}: {told:?}");
    }
}

#[tokio::test]
async fn one_wire_alone_is_asked() {
    let server = Server::start(picky_chat).await;
    let survey = of(&server, "", Plan { wire: Some(Wire::Chat), ..Plan::default() }).await;
    assert!(server.lines().iter().all(|line| line.starts_with("GET") || line.ends_with("/chat/completions")));
    assert_eq!(survey.wires.len(), 1);
    let problems: Vec<_> = survey.problems.iter().map(|problem| (problem.id, problem.what.as_str())).collect();
    assert_eq!(problems, [("base-url", "the base URL lacks `/v1`")]);
}

fn responses_calls(request: &Request) -> Reply {
    let both = request.says("apply_patch` with the input");
    let calls = if both {
        vec![
            json!({"type": "custom_tool_call", "name": "apply_patch", "call_id": "a", "input": "ping"}),
            json!({"type": "function_call", "name": "ping", "namespace": "mcp__codexgw", "call_id": "b", "arguments": "{}"}),
        ]
    } else {
        let call = |id| json!({"type": "function_call", "name": "report", "call_id": id, "arguments": "{}"});
        vec![call("a"), call("b")]
    };
    let mut events = vec![json!({"type": "response.created", "response": {"id": "r"}})];
    for (n, item) in calls.iter().enumerate() {
        events.push(json!({"type": "response.output_item.added", "output_index": n, "item": item}));
        events.push(json!({"type": "response.output_item.done", "output_index": n, "item": item}));
    }
    events.push(json!({"type": "response.completed", "response": {"id": "r", "status": "completed",
        "usage": {"input_tokens": 9, "output_tokens": 4, "total_tokens": 13}}}));
    Reply::events(&events)
}

fn responses_text(text: &str) -> Reply {
    Reply::events(&[
        json!({"type": "response.created", "response": {"id": "r"}}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "message", "id": "i", "role": "assistant", "content": []}}),
        json!({"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "item_id": "i", "delta": text}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": {"type": "message", "id": "i", "role": "assistant",
            "content": [{"type": "output_text", "text": text}]}}),
        json!({"type": "response.completed", "response": {"id": "r", "status": "completed"}}),
    ])
}

#[tokio::test]
async fn a_full_responses_server_is_for_the_direct_road() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
        "POST /v1/responses" if request.offers("custom") => responses_calls(request),
        "POST /v1/responses" if request.body["stream"] == false => Reply::json(
            200,
            r#"{"id":"r","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"Walrus."}]}]}"#,
        ),
        "POST /v1/responses" if request.says("input_image") => responses_text("Red"),
        "POST /v1/responses" => responses_text("1 2 3"),
        _ => Reply::not_found(),
    })
    .await;
    let survey = of(&server, "/v1", Plan::default()).await;
    assert_eq!(
        told(&survey, Wire::Responses),
        [
            "streamed answer yes",
            "streams as it writes ?: too short or too fast to tell",
            "answer in one piece yes",
            "function tools yes",
            "`tool_choice: required` yes",
            "parallel calls yes",
            "freeform tools yes",
            "tool namespaces yes",
            "web search yes",
            "`developer` role yes",
            "images yes",
        ]
    );
    let decision = survey.decision.as_ref().unwrap();
    assert_eq!((decision.wire, decision.road), (Wire::Responses, crate::settings::Road::Direct));
    assert_eq!((survey.quirks.len(), survey.lost.len(), survey.problems.len()), (0, 0, 0), "{survey:?}");
}

#[tokio::test]
async fn a_kind_of_tool_that_is_refused_by_name_is_a_quirk_of_its_own() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
        "POST /v1/responses" if request.offers("web_search") => refused("Unsupported tool type: 'web_search'"),
        "POST /v1/responses" if request.offers("custom") => responses_calls(request),
        "POST /v1/responses" => responses_text("walrus red"),
        _ => Reply::not_found(),
    })
    .await;
    let survey = of(&server, "/v1", Plan::default()).await;
    assert_eq!(survey.quirks, ["web_search_rejected"]);
    assert_eq!(survey.lost.iter().map(|lost| lost.code).collect::<Vec<_>>(), ["web_search"]);
    assert_eq!(survey.decision.unwrap().wire, Wire::Responses);
}

#[tokio::test]
async fn anthropic_s_form_on_an_openai_path_is_named() {
    let message =
        r#"{"type":"message","role":"assistant","content":[{"type":"text","text":"walrus"}],"stop_reason":"end_turn"}"#;
    let server = Server::start(move |request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
        "POST /v1/chat/completions" | "POST /v1/messages" => Reply::json(200, message),
        _ => Reply::not_found(),
    })
    .await;
    let survey = of(&server, "/v1", Plan::default()).await;
    let chat = survey.wires.iter().find(|wire| wire.wire == Wire::Chat).unwrap();
    let url = format!("{}/v1/chat/completions", server.url);
    assert_eq!(chat.absent, Some(ProbeError::OtherForm { url, speaks: Wire::Messages }));
    assert_eq!(survey.decision.unwrap().wire, Wire::Messages);
    let ids: Vec<_> = survey.problems.iter().map(|problem| problem.id).collect();
    assert_eq!(ids, ["tools", "held-back"]);
}

#[tokio::test]
async fn anthropic_s_form_everywhere_is_a_verdict_of_its_own() {
    let message = r#"{"type":"message","role":"assistant","content":[{"type":"text","text":"walrus"}]}"#;
    let server = Server::start(move |request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
        "POST /v1/chat/completions" | "POST /v1/responses" => Reply::json(200, message),
        _ => Reply::not_found(),
    })
    .await;
    let survey = of(&server, "/v1", Plan::default()).await;
    let url = format!("{}/v1/chat/completions", server.url);
    assert_eq!(survey.failure, Some(ProbeError::OtherForm { url, speaks: Wire::Messages }));
}

#[tokio::test]
async fn an_api_at_another_place_of_the_host_is_found() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /api/v1/models" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
        _ => Reply::not_found(),
    })
    .await;
    for model in [None, Some("m")] {
        let survey = of(&server, "/v1", Plan { model, ..Plan::default() }).await;
        assert_eq!(survey.failure, Some(ProbeError::Elsewhere { found: format!("{}/api/v1", server.url) }));
    }
}

#[tokio::test]
async fn the_nearest_names_are_told_of_a_model_that_is_not_served() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"qwen3-coder:30b"}]}"#),
        _ => Reply::json(404, r#"{"error":"model 'qwen3-codr' not found"}"#),
    })
    .await;
    let survey = of(&server, "/v1", Plan { model: Some("qwen3-codr"), ..Plan::default() }).await;
    assert!(matches!(survey.failure, Some(ProbeError::NoSuchModel { .. })), "{survey:?}");
    assert_eq!(survey.problems[0].hint.as_deref(), Some("the nearest that it lists: `qwen3-coder:30b`"));
}

#[tokio::test]
async fn a_rate_limit_says_for_how_long() {
    let server =
        Server::start(|_| Reply::raw("HTTP/1.1 429 x\r\nretry-after: 37\r\ncontent-length: 2\r\n\r\n{}")).await;
    let subject = Subject::of_url(&format!("{}/v1", server.url), None);
    let told = survey(&client().unwrap(), &subject, &Plan::default(), |_| {}).await;
    let (words, wait) = ("{}".to_owned(), Some("37 s".to_owned()));
    assert_eq!(told.failure, Some(ProbeError::RateLimited { words, wait }));
}

#[tokio::test]
async fn what_stops_a_survey_is_told_with_what_is_known_of_the_key() {
    let server = Server::start(|_| Reply::json(401, r#"{"error":"bad"}"#)).await;
    let url = format!("{}/v1", server.url);
    let template = crate::catalog::provider("groq").unwrap();
    let key = Secret::new("sk-or-v1-0123456789abcdef".to_owned());
    let subject = Subject::of_template(template, &url, Some(key));
    let survey = survey(&client().unwrap(), &subject, &Plan::default(), |_| {}).await;
    assert!(matches!(survey.failure, Some(ProbeError::WrongKey { .. })), "{survey:?}");
    assert!(survey.doubts[0].contains("OpenRouter"), "{survey:?}");
    assert_eq!(survey.decision, None);
}

#[tokio::test]
async fn a_limit_in_the_middle_ends_the_questions() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/chat/completions" if request.says("Count from") => Reply::json(429, r#"{"error":"slow down"}"#),
        _ => picky_chat(request),
    })
    .await;
    let survey = of(&server, "/v1", Plan { wire: Some(Wire::Chat), ..Plan::default() }).await;
    assert!(matches!(survey.wires[0].cut, Some(ProbeError::RateLimited { .. })));
    assert_eq!(survey.problems.iter().map(|problem| problem.id).collect::<Vec<_>>(), ["cut-short"]);
    assert!(survey.decision.is_some());
}

#[tokio::test]
async fn a_provider_without_list_and_model_cannot_be_asked() {
    let server = Server::start(|_| Reply::not_found()).await;
    let subject = Subject::of_url(&format!("{}/v1", server.url), None);
    let told = survey(&client().unwrap(), &subject, &Plan::default(), |_| {}).await;
    assert!(matches!(told.failure, Some(ProbeError::NoModel { .. })), "{told:?}");
    assert_eq!(told.spent.requests, u64::try_from(server.lines().len()).unwrap());
    let named = Plan { model: Some("m"), ..Plan::default() };
    let told = survey(&client().unwrap(), &subject, &named, |_| {}).await;
    assert!(matches!(told.failure, Some(ProbeError::NotFound { .. })));
}

#[tokio::test]
async fn messages_take_the_key_in_their_own_header() {
    let server = Server::start(|request| match request.line.as_str() {
        "POST /v1/messages" if !request.head.to_lowercase().contains("x-api-key: k") => Reply::json(401, "{}"),
        "POST /v1/messages" if request.says("Call `report`") => Reply::events(&[
            json!({"type": "message_start", "message": {"id": "a", "usage": {"input_tokens": 9, "output_tokens": 1}}}),
            json!({"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "t", "name": "report", "input": {}}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": "{}"}}),
            json!({"type": "content_block_stop", "index": 0}),
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}}),
            json!({"type": "message_stop"}),
        ]),
        "POST /v1/messages" => Reply::json(
            200,
            r#"{"type":"message","role":"assistant","content":[{"type":"text","text":"walrus"}],"stop_reason":"end_turn"}"#,
        ),
        "GET /v1/models" if request.head.to_lowercase().contains("x-api-key: k") => {
            Reply::json(200, r#"{"data":[{"id":"m"}]}"#)
        }
        "GET /v1/models" => Reply::json(401, "{}"),
        _ => Reply::not_found(),
    })
    .await;
    let subject = Subject::of_url(&format!("{}/v1", server.url), Some(Secret::new("k".to_owned())));
    let survey = survey(&client().unwrap(), &subject, &Plan::default(), |_| {}).await;
    assert_eq!(survey.key_form, Some(KeyForm::XApiKey), "{survey:?}");
    let lines = told(&survey, Wire::Messages);
    assert!(lines.contains(&"function tools yes".to_owned()), "{lines:?}");
    assert!(lines.contains(&"parallel calls ?: 1 of 2 calls came".to_owned()), "{lines:?}");
    assert!(lines.contains(&"`developer` role gateway: as `system`".to_owned()), "{lines:?}");
}

/// A provider on the direct road whose settings name this server.
fn configured(server: &Server) -> (Subject, Provider) {
    let url = format!("{}/v1", server.url);
    let text = format!(
        "[providers.a]\nname = \"A\"\nbase_url = \"{url}\"\nroad = \"direct\"\nwire = \"responses\"\nkey = \"none\"\nmodel = \"m\"\n"
    );
    let provider = Settings::parse(&text).unwrap().providers.remove("a").unwrap();
    let key = Some(Secret::new("k".to_owned()));
    let subject = Subject {
        key_form: Some(provider.key_form()),
        configured: Some(("a".to_owned(), provider.clone())),
        ..Subject::of_url(&url, key)
    };
    (subject, provider)
}

#[tokio::test]
async fn a_field_that_is_refused_on_the_direct_road_leads_behind_the_gateway() {
    let server = Server::start(|request| match request.line.as_str() {
        "GET /v1/models" => Reply::json(200, r#"{"data":[{"id":"m"}]}"#),
        "POST /v1/responses" if request.says("client_metadata") => refused("Unknown parameter: 'client_metadata'."),
        "POST /v1/responses" => responses_calls(request),
        _ => Reply::not_found(),
    })
    .await;
    let (subject, provider) = configured(&server);
    let survey = survey(&client().unwrap(), &subject, &Plan::default(), |_| {}).await;
    assert_eq!(survey.found_quirks, ["drop:client_metadata"], "{survey:?}");
    let kept = survey.kept_in(&provider).unwrap();
    assert_eq!((kept.road, kept.wire), (Road::Gateway, Wire::Responses));
    assert_eq!(kept.quirks, Some(vec!["drop:client_metadata".to_owned()]));
}

#[tokio::test]
async fn a_key_that_is_wanted_in_another_header_is_found_out() {
    let server = Server::start(|request| {
        if request.head.to_lowercase().contains("x-api-key: k") { picky_chat(request) } else { Reply::json(401, "{}") }
    })
    .await;
    let (subject, provider) = configured(&server);
    let survey = survey(&client().unwrap(), &subject, &Plan::default(), |_| {}).await;
    assert_eq!((survey.failure.is_none(), survey.key_form), (true, Some(KeyForm::XApiKey)), "{survey:?}");
    assert_eq!(survey.kept_in(&provider).unwrap().key_form, Some(KeyForm::XApiKey));
}
