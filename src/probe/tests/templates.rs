//! Every provider template against what its provider's documentation shows: the list is read, a wrong key is told as
//! one, and the wire is found that the template says.

use pretty_assertions::assert_eq;
use url::Url;

use super::server::{Reply, Request, Server, target};
use super::*;
use crate::catalog::{Fixture, KeyForm, ProviderTemplate, fixtures};

const GOOD_KEY: &str = "good-key";
const WRONG_KEY: &str = "wrong-key";

/// The path of a base URL, the parts that only a person knows filled in.
fn path(template: &ProviderTemplate) -> String {
    let parts = crate::catalog::parts(&template.base_url);
    let url = parts.iter().fold(template.base_url.clone(), |url, part| url.replace(&format!("{{{part}}}"), "x"));
    Url::parse(&url).unwrap().path().trim_end_matches('/').to_owned()
}

fn name(wire: Wire) -> &'static str {
    match wire {
        Wire::Responses => "responses",
        Wire::Chat => "chat",
        Wire::Messages => "messages",
        Wire::Gemini => "gemini",
    }
}

fn is_of(wire: Wire, rest: &str) -> bool {
    match wire {
        Wire::Responses => rest == "/responses",
        Wire::Chat => rest == "/chat/completions",
        Wire::Messages => rest == "/messages",
        Wire::Gemini => rest.ends_with(":streamGenerateContent?alt=sse"),
    }
}

/// An answer as the protocol's makers give it.
fn plain_answer(wire: Wire) -> Reply {
    match wire {
        Wire::Responses => calls(&[json!({"type": "function_call", "name": "report", "arguments": "{}"})]),
        Wire::Chat => chat_call(),
        Wire::Messages => Reply::events(&[json!({"type": "message_start", "message": {}})]),
        Wire::Gemini => Reply::events(&[json!({"candidates": []})]),
    }
}

fn has_good_key(request: &Request, form: Option<KeyForm>) -> bool {
    form.is_none_or(|form| {
        let bearer = if form == KeyForm::Bearer { "bearer " } else { "" };
        let wanted = format!("{}: {bearer}{GOOD_KEY}", form.header());
        request.head.lines().any(|line| line.to_lowercase() == wanted)
    })
}

fn answer(template: &ProviderTemplate, fixture: &Fixture, request: &Request) -> Reply {
    let (method, address) = request.line.split_once(' ').unwrap();
    let Some(rest) = address.strip_prefix(&path(template)) else { return Reply::not_found() };
    let refused = || {
        let refusal = fixture.wrong_key.clone().unwrap();
        Reply::json(refusal.status, &refusal.body)
    };
    let good = has_good_key(request, template.auth.form());
    let (path, models_path) = (rest.split('?').next().unwrap(), template.models_path.as_deref());
    if method == "GET" && Some(path) == models_path {
        let models = fixture.models.as_deref().unwrap_or_else(|| panic!("{}: no list", template.id));
        return if good || fixture.public_models { Reply::json(200, models) } else { refused() };
    }
    if method == "GET" && Some(path) == template.key_check_path.as_deref() {
        return if good { Reply::json(200, "{}") } else { refused() };
    }
    let wires = [Wire::Responses, Wire::Chat, Wire::Messages, Wire::Gemini];
    let Some(wire) = wires.into_iter().find(|wire| method == "POST" && is_of(*wire, rest)) else {
        return Reply::not_found();
    };
    match fixture.answers.get(name(wire)) {
        _ if !good => refused(),
        Some(lines) => {
            let event =
                |line: &str| if line.starts_with(':') { format!("{line}\n\n") } else { format!("data: {line}\n\n") };
            Reply::new(200, "text/event-stream", &lines.lines().map(event).collect::<String>())
        }
        None if wire == template.wire => plain_answer(wire),
        None => Reply::not_found(),
    }
}

#[tokio::test]
async fn every_template_keeps_what_its_fixture_shows() {
    for (template, fixture) in fixtures() {
        let id = template.id.clone();
        let (script, shown) = (template.clone(), fixtures().into_iter().find(|(other, _)| other.id == id).unwrap().1);
        let server = Server::start(move |request| answer(&script, &shown, request)).await;
        let base_url = format!("{}{}", server.url, path(&template));
        let (good, wrong) = (secret(GOOD_KEY), secret(WRONG_KEY));
        let asked_with = |key| Target {
            key: template.auth.form().map(|_| key),
            key_form: template.auth.form(),
            models_path: template.models_path.as_deref(),
            headers: &template.headers,
            query: &template.query,
            ..target(&base_url)
        };
        let client = client().unwrap();

        let listed = models(&client, &asked_with(&good)).await.unwrap_or_else(|e| panic!("{id}: {e:?}"));
        let ids: Vec<_> = listed.list.iter().map(|(model, _)| model.as_str()).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, fixture.expect.keys().collect::<Vec<_>>(), "{id}");
        assert_eq!(listed.base_url, base_url, "{id}");
        for (model, facts) in &listed.list {
            assert_eq!(&fixture.expect[model].clone().merged_over(facts), facts, "{id}: {model}");
        }

        let model = template.model.as_deref().or(ids.first().copied()).unwrap_or("m");
        let likely = Some(template.wire);
        let evidence = wire(&client, &asked_with(&good), model, likely).await;
        let evidence = evidence.unwrap_or_else(|e| panic!("{id}: {e:?}"));
        let decision = decide(&evidence, None, Via::Auto, likely).unwrap();
        assert_eq!((decision.wire, &evidence.base_url), (template.wire, &base_url), "{id}");
        let measured = decision.quirks.into_iter().filter(|_| template.wire == Wire::Chat);
        for quirk in measured {
            assert!(template.quirks.contains(&quirk), "{id}: the answer shows the quirk `{quirk}`");
        }

        let Some(refusal) = &fixture.wrong_key else {
            assert_eq!(template.auth.form(), None, "{id}: what does it answer to a wrong key?");
            continue;
        };
        let error = refused(&client, &asked_with(&wrong), &template, model).await;
        let expected = ProbeError::WrongKey { who: who(), status: refusal.status, words: refusal.says.clone() };
        assert_eq!(error, Some(expected), "{id}");
    }
}

/// What a question to a model is refused for must be told as what it is, in the provider's words.
#[tokio::test]
async fn every_known_refusal_of_a_question_is_told_as_what_it_is() {
    const MODEL: &str = "no-such-model";
    let client = client().unwrap();
    let mut told = Vec::new();
    for (template, fixture) in fixtures() {
        let credit = fixture.no_credit.map(|refusal| (refusal, true));
        let model = fixture.unknown_model.map(|refusal| (refusal, false));
        for (refusal, is_about_credit) in [credit, model].into_iter().flatten() {
            let (status, body) = (refusal.status, refusal.body.clone());
            let server = Server::start(move |_| Reply::json(status, &body)).await;
            let key = secret(GOOD_KEY);
            let target = Target { key: Some(&key), key_form: template.auth.form(), ..target(&server.url) };
            let error = wire(&client, &target, MODEL, Some(template.wire)).await.err();
            let words = refusal.says;
            let is_told = match &error {
                Some(ProbeError::NoCredit { status: told, words: said }) => {
                    is_about_credit && (*told, said) == (status, &words)
                }
                Some(ProbeError::Denied { status: told, words: said, meaning, .. }) => {
                    is_about_credit && meaning.is_about_money() && (*told, said) == (status, &words)
                }
                Some(ProbeError::NoSuchModel { model, words: said }) => {
                    !is_about_credit && (model.as_str(), said) == (MODEL, &words)
                }
                _ => false,
            };
            if !is_told {
                told.push(format!("{}: {error:?}, said {words:?}", template.id));
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}

/// The first error on the way of `add`.
async fn refused(client: &Client, target: &Target<'_>, template: &ProviderTemplate, model: &str) -> Option<ProbeError> {
    if let Err(error) = models(client, target).await {
        return Some(error);
    }
    if let Some(path) = &template.key_check_path
        && let Err(error) = check_key(client, target, path).await
    {
        return Some(error);
    }
    wire(client, target, model, Some(template.wire)).await.err()
}
