//! Faults of an upstream: Codex shows the true cause, once, and ends.

use super::{Wire, behind_the_gateway, chat_behind_the_gateway};
use crate::support::upstream::{Ending, Script};
use crate::support::{Outcome, Turn};

/// What Anthropic and Google say when the conversation does not fit.
const TOO_LONG: [(Wire, &str); 2] = [
    (Wire::Messages, "prompt is too long: 1208310 tokens > 1000000 maximum"),
    (Wire::Gemini, "The input token count (1200293) exceeds the maximum number of tokens allowed (1048576)."),
];

/// Runs one turn on an upstream that always does this, and checks that every one of `words` is on the screen, and that
/// Codex neither retried nor said the same again and again.
#[track_caller]
fn shows(turn: Turn, words: &[&str]) -> Outcome {
    shows_on(Wire::Chat, turn, words)
}

/// The same on any interface.
#[track_caller]
fn shows_on(wire: Wire, turn: Turn, words: &[&str]) -> Outcome {
    let (upstream, sandbox) = behind_the_gateway(wire, Script::always(turn));
    let outcome = sandbox.exec("up", "say hello").run().exits(1);
    let (_, told) = outcome.stderr.split_once("\nERROR: ").unwrap_or_else(|| panic!("no error\n{outcome}"));
    for word in words {
        assert!(told.contains(word), "the error does not say `{word}`\n{outcome}\n{}", upstream.report());
    }
    // `codex exec` itself prints a fatal error twice.
    let errors: Vec<&str> = outcome.stderr.lines().filter(|l| l.starts_with("ERROR")).collect();
    assert!(errors.len() <= 2, "said too often: {errors:#?}\n{outcome}\n{}", upstream.report());
    assert!(upstream.turns().len() <= 4, "asked {} times\n{outcome}", upstream.turns().len());
    outcome.never_says(&upstream.key()).names_commands_that_exist()
}

#[test]
fn a_wrong_key_is_named_with_the_command_that_replaces_it() {
    let turn = Turn::error(401, "invalid_api_key", "Incorrect API key provided: it was revoked.");
    shows(turn, &["it was revoked", "codexgw key set up"]);
}

#[test]
fn a_forbidden_model_is_told_in_the_provider_s_words() {
    shows(Turn::error(403, "forbidden", "Your plan does not include m1."), &["Your plan does not include m1"]);
}

#[test]
fn a_model_that_is_not_there_is_told_in_the_provider_s_words() {
    shows(Turn::error(404, "model_not_found", "The model `m1` does not exist."), &["The model `m1` does not exist"]);
}

#[test]
fn a_server_error_is_told_in_the_provider_s_words() {
    shows(Turn::error(500, "server_error", "The shard caught fire."), &["The shard caught fire", "500"]);
}

#[test]
fn an_html_page_is_told_by_its_title() {
    shows(Turn::page(403), &["Please sign in to HotelNet"]);
    shows(Turn::page(200), &["web page", "Please sign in to HotelNet"]);
}

#[test]
fn an_empty_account_is_told_in_the_provider_s_words() {
    shows(Turn::error(402, "insufficient_balance", "Insufficient Balance"), &["Insufficient Balance"]);
}

#[test]
fn an_answer_that_ends_early_is_named_as_such() {
    shows(Turn::text("half a sentence").ends(Ending::Early), &["broke off"]);
}

#[test]
fn a_connection_that_closes_in_the_middle_is_named_as_such() {
    shows(Turn::text("half a sentence").ends(Ending::Cut), &["broke off"]);
}

#[test]
fn a_reset_connection_is_named_as_such() {
    shows(Turn::text("half a sentence").ends(Ending::Reset), &["broke off", "reset"]);
}

#[test]
fn a_provider_that_is_not_there_is_named_as_such() {
    let (upstream, sandbox) = chat_behind_the_gateway(Script::none());
    let address = upstream.address().to_string();
    drop(upstream);
    let outcome = sandbox.exec("up", "say hello").run().exits(1);
    outcome.clone().names_commands_that_exist();
    assert!(outcome.stderr.contains(&address), "the address is not named\n{outcome}");
    assert!(!outcome.stderr.contains("waiting for network"), "it was our gateway that answered\n{outcome}");
}

#[test]
fn a_rate_limit_is_waited_for_as_long_as_the_provider_asks() {
    let limit = Turn::error(429, "rate_limit_exceeded", "Too many requests.").header("retry-after", "1");
    let (_upstream, sandbox) = chat_behind_the_gateway([limit, Turn::text("after the wait")]);
    sandbox.exec("up", "say hello").run().ok().stdout_has("after the wait");
}

#[test]
fn a_rate_limit_that_stays_is_told_in_the_provider_s_words() {
    let limit = Turn::error(429, "rate_limit_exceeded", "Too many requests of yours.").header("retry-after", "1");
    let (_upstream, sandbox) = chat_behind_the_gateway(Script::always(limit));
    sandbox.exec("up", "say hello").run().exits(1).stderr_has("Too many requests of yours");
}

#[test]
fn a_fault_that_passes_is_not_seen_at_all() {
    let busy = || Turn::error(503, "overloaded", "Busy.");
    let (_upstream, sandbox) = chat_behind_the_gateway([busy(), Turn::text("worked at the second try")]);
    sandbox.exec("up", "say hello").run().ok().stdout_has("worked at the second try").shows_no_error();
}

#[test]
fn every_interface_s_refusals_are_told_in_its_words() {
    for wire in [Wire::Messages, Wire::Gemini] {
        for (status, message, hint) in [
            (401, "It was revoked yesterday.", "codexgw key set up"),
            (403, "Your organization does not have access to this.", "up"),
            (404, "This model is gone for good.", "model"),
            (413, "Request exceeds the maximum size of 32 MB.", "size"),
        ] {
            shows_on(wire, Turn::refusal(status, message), &[message, hint]);
        }
    }
    let words = "API key not valid. Please pass a valid API key.";
    shows_on(Wire::Gemini, Turn::refusal(400, words), &[words, "codexgw key set up"]);
}

#[test]
fn overload_and_limits_are_waited_for_on_every_interface() {
    for (wire, status) in [(Wire::Messages, 529), (Wire::Gemini, 503)] {
        let overloaded = Ending::Fails { status, message: "Overloaded".to_owned() };
        let (_upstream, sandbox) = behind_the_gateway(
            wire,
            [
                Turn::refusal(429, "Too many tokens per minute.").header("retry-after", "1"),
                Turn::refusal(status, "Overloaded"),
                Turn::text("half a sent").ends(overloaded),
                Turn::text("worked in the end"),
            ],
        );
        sandbox.exec("up", "say hello").run().ok().stdout_has("worked in the end");
    }
}

#[test]
fn an_overload_that_stays_is_told_in_the_provider_s_words() {
    let message = "The servers of today are overloaded.";
    let fails = Turn::text("half").ends(Ending::Fails { status: 529, message: message.to_owned() });
    for turn in [Turn::refusal(529, message), fails] {
        let (_upstream, sandbox) = behind_the_gateway(Wire::Messages, Script::always(turn));
        sandbox.exec("up", "say hello").run().exits(1).stderr_has(message);
    }
}

#[test]
fn a_first_message_that_does_not_fit_is_told_as_that() {
    for (wire, message) in TOO_LONG {
        shows_on(wire, Turn::refusal(400, message), &[message, "choose a model with a larger window"]);
    }
}

#[test]
fn an_answer_that_a_filter_held_back_is_named_as_such() {
    let blocked =
        r#"{"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": {"promptTokenCount": 9}}"#;
    let turn = Turn::status(200, "text/event-stream", &format!("data: {blocked}\r\n\r\n"));
    shows_on(Wire::Gemini, turn, &["PROHIBITED_CONTENT"]);
    let body = [
        r#"{"type":"message_start","message":{"id":"m","type":"message","role":"assistant","content":[],"usage":{}}}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"refusal","stop_sequence":null},"usage":{"output_tokens":1}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let body: String = body.iter().map(|data| format!("event: e\ndata: {data}\n\n")).collect();
    shows_on(Wire::Messages, Turn::status(200, "text/event-stream", &body), &["refus"]);
}

#[test]
fn a_broken_answer_is_named_as_such_on_every_interface() {
    for wire in [Wire::Messages, Wire::Gemini] {
        for ending in [Ending::Early, Ending::Cut, Ending::Reset] {
            shows_on(wire, Turn::text("half a sentence").ends(ending), &["broke off"]);
        }
    }
}
