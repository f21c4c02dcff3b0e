//! Every kind of evidence and the decision that it leads to.

use super::*;
use crate::probe::Who;

fn refused(words: &str) -> ProbeError {
    ProbeError::Refused { status: 400, words: words.into() }
}

fn absent() -> ProbeError {
    ProbeError::NotFound { urls: vec!["http://h/x".into()] }
}

fn evidence(responses: Answer<ResponsesForm>, chat: Answer<ChatForm>) -> Evidence {
    let nothing = || Answer::Failed(ProbeError::NotFound { urls: vec![] });
    Evidence { base_url: "http://h".into(), responses, chat, messages: nothing(), gemini: nothing() }
}

fn full() -> ResponsesForm {
    ResponsesForm { custom: Call::InForm, namespaced: Call::InForm, ..ResponsesForm::default() }
}

fn chat() -> Answer<ChatForm> {
    Answer::Spoke(ChatForm { tool_call: Some(true), ..ChatForm::default() })
}

fn decision(wire: Wire, road: Road, why: &str, quirks: &[&str]) -> Decision {
    Decision {
        wire,
        road,
        why: why.into(),
        quirks: quirks.iter().map(|quirk| (*quirk).to_owned()).collect(),
        key_form: None,
    }
}

#[test]
fn auto_goes_direct_only_when_all_of_codex_came_back_in_form() {
    use Answer::{Failed, Spoke};
    use Road::{Direct, Gateway};
    let all = "its `/responses` takes all that Codex sends";
    let partial = |lack: &str| format!("its `/responses` is not enough for Codex: {lack}");
    let lowered = ["custom_tools_rejected", "namespace_tools_rejected", "web_search_rejected"];
    for (responses, chat, expected) in [
        (Spoke(full()), chat(), decision(Wire::Responses, Direct, all, &[])),
        (Spoke(full()), Failed(absent()), decision(Wire::Responses, Direct, all, &[])),
        (
            Failed(absent()),
            chat(),
            decision(Wire::Chat, Gateway, "it has no `/responses`, only `/chat/completions`", &[]),
        ),
        (
            Failed(refused("no")),
            chat(),
            decision(Wire::Chat, Gateway, "`/responses` does not work: the provider refuses the request", &[]),
        ),
        (
            Spoke(ResponsesForm { refused: Some("tools[1]".into()), ..ResponsesForm::default() }),
            chat(),
            decision(Wire::Chat, Gateway, &partial("it refuses what Codex sends: tools[1]"), &[]),
        ),
        (
            Spoke(ResponsesForm { refused: Some(String::new()), ..full() }),
            Failed(absent()),
            decision(Wire::Responses, Gateway, &partial("it refuses what Codex sends"), &lowered),
        ),
        (
            Spoke(ResponsesForm { refused: Some("include".into()), lessons: vec!["drop:include".into()], ..full() }),
            chat(),
            decision(Wire::Responses, Gateway, &partial("it refuses what Codex sends: include"), &["drop:include"]),
        ),
        (
            Spoke(ResponsesForm { custom: Call::OtherForm, ..full() }),
            chat(),
            decision(Wire::Chat, Gateway, &partial("it turns freeform tools into functions"), &[]),
        ),
        (
            Spoke(ResponsesForm { namespaced: Call::OtherForm, ..full() }),
            Failed(absent()),
            decision(
                Wire::Responses,
                Gateway,
                &partial("it takes the namespace off the tools of MCP servers"),
                &["namespace_tools_rejected"],
            ),
        ),
        (
            Spoke(ResponsesForm { custom: Call::Missing, ..full() }),
            Failed(absent()),
            decision(
                Wire::Responses,
                Gateway,
                &partial("the model did not make the freeform call"),
                &["custom_tools_dropped"],
            ),
        ),
        (
            Spoke(ResponsesForm { namespaced: Call::Missing, ..full() }),
            chat(),
            decision(Wire::Chat, Gateway, &partial("the model did not make the namespaced call"), &[]),
        ),
        (
            Spoke(ResponsesForm::default()),
            chat(),
            decision(Wire::Chat, Gateway, &partial("the model made neither the freeform nor the namespaced call"), &[]),
        ),
        (
            Spoke(ResponsesForm { flaw: Some("its `usage` has no `total_tokens`".into()), ..full() }),
            chat(),
            decision(Wire::Chat, Gateway, &partial("its `usage` has no `total_tokens`"), &[]),
        ),
        (
            Failed(absent()),
            Spoke(ChatForm {
                tool_call: Some(false),
                max_completion_tokens: true,
                reasoning: true,
                ..ChatForm::default()
            }),
            decision(
                Wire::Chat,
                Gateway,
                "it has no `/responses`, only `/chat/completions`; in the test the model called no tool",
                &["max_completion_tokens", "reasoning_field_reasoning"],
            ),
        ),
        (
            Failed(absent()),
            Spoke(ChatForm { tool_call: None, ..ChatForm::default() }),
            decision(Wire::Chat, Gateway, "it has no `/responses`, only `/chat/completions`", &[]),
        ),
    ] {
        let evidence = evidence(responses, chat);
        assert_eq!(decide(&evidence, None, Via::Auto, None), Ok(expected), "{evidence:?}");
    }
}

#[test]
fn what_was_asked_for_is_done_where_the_provider_can() {
    use Answer::{Failed, Spoke};
    let partial = || Spoke(ResponsesForm { custom: Call::Missing, ..full() });
    let flawed = || Spoke(ResponsesForm { flaw: Some("no `id`".into()), ..full() });
    let not_served = |wire, why: &str| Err(ProbeError::WireNotServed { wire, why: why.into() });
    let no_responses = |why: &str| Err(ProbeError::NoResponses { why: why.into() });
    let nothing_there = "there is no API at this base URL";
    for (responses, chat, wire, via, expected) in [
        (Spoke(full()), chat(), None, Via::Gateway, Ok((Wire::Responses, Road::Gateway))),
        (Spoke(full()), chat(), Some(Wire::Chat), Via::Auto, Ok((Wire::Chat, Road::Gateway))),
        (Spoke(full()), chat(), Some(Wire::Responses), Via::Auto, Ok((Wire::Responses, Road::Direct))),
        (Spoke(full()), chat(), Some(Wire::Chat), Via::Direct, Err(ProbeError::GatewayOnly { wire: Wire::Chat })),
        (partial(), chat(), Some(Wire::Responses), Via::Auto, Ok((Wire::Responses, Road::Gateway))),
        (partial(), chat(), None, Via::Direct, Ok((Wire::Responses, Road::Direct))),
        (partial(), chat(), None, Via::Gateway, Ok((Wire::Chat, Road::Gateway))),
        (flawed(), chat(), None, Via::Direct, no_responses("no `id`")),
        (flawed(), chat(), Some(Wire::Responses), Via::Gateway, not_served(Wire::Responses, "no `id`")),
        (Failed(absent()), chat(), None, Via::Direct, no_responses(nothing_there)),
        (Failed(absent()), chat(), Some(Wire::Responses), Via::Auto, not_served(Wire::Responses, nothing_there)),
        (Spoke(full()), Failed(absent()), Some(Wire::Chat), Via::Auto, not_served(Wire::Chat, nothing_there)),
    ] {
        let evidence = evidence(responses, chat);
        let decided = decide(&evidence, wire, via, None).map(|decision| (decision.wire, decision.road));
        assert_eq!(decided, expected, "{wire:?} {via:?} {evidence:?}");
    }
}

#[test]
fn a_wish_is_named_beside_what_was_seen() {
    let evidence = evidence(Answer::Spoke(full()), chat());
    let why = |wire, via| decide(&evidence, wire, via, None).unwrap().why;
    let wish = "as asked; its `/responses` takes all that Codex sends";
    assert_eq!(why(None, Via::Gateway), wish);
    assert_eq!(why(Some(Wire::Chat), Via::Auto), wish);
}

#[test]
fn of_two_failures_the_one_that_says_more_is_told() {
    use Answer::{Failed, Spoke};
    let key = ProbeError::WrongKey { who: Who { name: "P".into(), keys_url: None }, status: 401, words: "no".into() };
    let flawed = Spoke(ResponsesForm { flaw: Some("no `id`".into()), ..ResponsesForm::default() });
    let both = ProbeError::NotFound { urls: vec!["http://h/x".into(), "http://h/x".into()] };
    for (responses, chat, expected) in [
        (Failed(key.clone()), Failed(absent()), key.clone()),
        (Failed(absent()), Failed(key.clone()), key),
        (Failed(absent()), Failed(refused("bad model")), refused("bad model")),
        (Failed(refused("a")), Failed(refused("b")), refused("b")),
        (Failed(absent()), Failed(absent()), both),
        (flawed, Failed(absent()), ProbeError::Unusable { why: "no `id`".into() }),
    ] {
        let evidence = evidence(responses, chat);
        assert_eq!(decide(&evidence, None, Via::Auto, None), Err(expected), "{evidence:?}");
    }
}
