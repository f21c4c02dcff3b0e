#![allow(clippy::needless_pass_by_value, reason = "`json!` makes values")]

use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::*;
use crate::protocol::Quirks;
use crate::protocol::gemini::{Options, encode, encode_with, refuses_signatures, strict};
use crate::protocol::responses::parse;

const OLD: &str = "gemini-2.5-pro";
const NEW: &str = "gemini-3-pro-preview";

/// The conversation that goes upstream, and the losses as `code: detail`.
fn sent(items: Value, model: &str) -> (Value, Vec<String>) {
    let text = json!({"model": "p/m", "input": items}).to_string();
    let request = parse(text.as_bytes()).unwrap();
    let outbound = encode(&request, model, &Quirks::default());
    let losses = outbound.losses.iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect();
    let mut body: Value = serde_json::from_slice(&outbound.body).unwrap();
    strict::check(&body, model);
    (body["contents"].take(), losses)
}

/// The conversation of a request that loses nothing.
fn kept(items: Value, model: &str) -> Value {
    let (contents, losses) = sent(items, model);
    assert_eq!(losses, [""; 0]);
    contents
}

fn said(role: &str, text: &str) -> Value {
    json!({"type": "message", "id": "x", "role": role, "content": [{"type": "input_text", "text": text}]})
}

fn call(id: &str, name: &str, arguments: &str) -> Value {
    json!({"type": "function_call", "id": "fc", "call_id": id, "name": name, "arguments": arguments})
}

fn output(id: &str, output: Value) -> Value {
    json!({"type": "function_call_output", "call_id": id, "output": output})
}

fn image(url: &str) -> Value {
    json!({"type": "input_image", "image_url": url, "detail": "high"})
}

fn thought(carrier: &Carrier, text: &str) -> Value {
    json!({"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": text}],
        "encrypted_content": carrier.seal()})
}

fn own(state: Value) -> Carrier {
    Carrier::new("gemini", NEW, state)
}

fn user(parts: Value) -> Value {
    json!({"role": "user", "parts": parts})
}

fn model(parts: Value) -> Value {
    json!({"role": "model", "parts": parts})
}

fn text(text: &str) -> Value {
    json!({ "text": text })
}

/// A call and a response without ids, as they go where Gemini gave none.
fn old_call(name: &str, args: Value) -> Value {
    json!({"functionCall": {"name": name, "args": args}})
}

fn old_response(name: &str, output: &str) -> Value {
    json!({"functionResponse": {"name": name, "response": {"output": output}}})
}

/// A call and a response with the id that Gemini gave.
fn new_call(id: &str, name: &str, signature: Option<&str>) -> Value {
    let mut call = json!({"functionCall": {"id": id, "name": name, "args": {}}});
    if let Some(signature) = signature {
        call["thoughtSignature"] = signature.into();
    }
    call
}

fn new_response(id: &str, name: &str, output: &str) -> Value {
    json!({"functionResponse": {"id": id, "name": name, "response": {"output": output}}})
}

#[test]
fn voices_take_turns() {
    let items = json!([
        said("user", "a"),
        said("user", ""),
        said("user", "b"),
        said("assistant", "c"),
        said("assistant", ""),
        said("assistant", "d"),
        said("developer", "e"),
        said("system", "f"),
        said("user", "g"),
    ]);
    assert_eq!(
        kept(items, OLD),
        json!([
            user(json!([text("a"), text("b")])),
            model(json!([text("c"), text("d")])),
            user(json!([
                text("[instructions of the developer]\ne"),
                text("[instructions of the system]\nf"),
                text("g")
            ])),
        ])
    );
}

#[test]
fn the_person_has_the_first_word_and_the_last() {
    let opening = user(json!([text("[the conversation begins here]")]));
    let go_on = user(json!([text("Continue.")]));
    assert_eq!(kept(json!([]), OLD), json!([opening]));
    assert_eq!(kept(json!([said("developer", "rules")]), OLD), json!([opening]));
    assert_eq!(kept(json!([said("assistant", "a")]), OLD), json!([opening, model(json!([text("a")])), go_on]));
    assert_eq!(
        kept(json!([call("a", "f", "{}"), output("a", json!("1"))]), OLD),
        json!([opening, model(json!([old_call("f", json!({}))])), user(json!([old_response("f", "1")]))])
    );
}

#[test]
fn parallel_calls_are_answered_at_once_and_in_their_order() {
    let items = json!([
        said("user", "go"),
        said("assistant", "let me look"),
        call("a", "f", "{}"),
        call("b", "g", " {\"x\": 1} "),
        output("b", json!("two")),
        output("a", json!("one")),
        said("assistant", "done"),
        said("user", "more"),
    ]);
    assert_eq!(
        kept(items, OLD),
        json!([
            user(json!([text("go")])),
            model(json!([text("let me look"), old_call("f", json!({})), old_call("g", json!({"x": 1}))])),
            user(json!([old_response("f", "one"), old_response("g", "two")])),
            model(json!([text("done")])),
            user(json!([text("more")])),
        ])
    );
}

#[test]
fn missing_and_orphan_outputs_are_mended_and_named() {
    let items = json!([
        output("gone", json!("old")),
        call("a", "f", "{\"cmd\": \"ec"),
        call("b", "f", "[1]"),
        said("user", "stop"),
    ]);
    let (contents, losses) = sent(items, OLD);
    let none = "[no output was recorded for this call]";
    assert_eq!(
        contents,
        json!([
            user(json!([text("[output of an earlier tool call]"), text("old")])),
            model(json!([
                old_call("f", json!({"unparsed_arguments": "{\"cmd\": \"ec"})),
                old_call("f", json!({"unparsed_arguments": "[1]"})),
            ])),
            user(json!([old_response("f", none), old_response("f", none)])),
            user(json!([text("stop")])),
        ])
    );
    assert_eq!(
        losses,
        ["orphan_output: gone", "broken_arguments: f", "broken_arguments: f", "missing_output: a", "missing_output: b"]
    );
}

#[test]
fn only_ids_that_gemini_gave_go_back() {
    let items = json!([
        said("user", "go"),
        call("gm_a", "f", ""),
        call("toolu_1", "f", ""),
        call("", "f", ""),
        call("gm_", "f", ""),
        output("gm_a", json!("1")),
        output("toolu_1", json!("2")),
        output("", json!("")),
        output("gm_", json!("4")),
    ]);
    for name in [OLD, NEW] {
        let mut contents = kept(items.clone(), name);
        contents[1]["parts"][0].as_object_mut().unwrap().remove("thoughtSignature");
        let bare = || old_call("f", json!({}));
        assert_eq!(
            contents.as_array().unwrap()[1..],
            [
                model(json!([new_call("a", "f", None), bare(), bare(), bare()])),
                user(json!([
                    new_response("a", "f", "1"),
                    old_response("f", "2"),
                    old_response("f", "(no output)"),
                    old_response("f", "4"),
                ])),
            ]
        );
    }
}

#[test]
fn custom_and_grouped_calls_of_the_history_take_the_names_of_the_tools() {
    let items = json!([
        {"type": "custom_tool_call", "call_id": "a", "name": "apply_patch", "input": "*** Begin Patch\n"},
        {"type": "custom_tool_call_output", "call_id": "a", "output": "ok"},
        {"type": "function_call", "call_id": "b", "namespace": "mcp__tiny", "name": "pic", "arguments": ""},
        output("b", Value::Null),
    ]);
    assert_eq!(
        kept(items, OLD).as_array().unwrap()[1..],
        [
            model(json!([old_call("apply_patch", json!({"input": "*** Begin Patch\n"}))])),
            user(json!([old_response("apply_patch", "ok")])),
            model(json!([old_call("mcp__tiny__pic", json!({}))])),
            user(json!([old_response("mcp__tiny__pic", "(no output)")])),
        ]
    );
}

#[test]
fn images_of_the_person_stay_in_their_place() {
    let items = json!([{"role": "user", "content": [
        {"type": "input_text", "text": "<image>"}, image("data:image/png;base64,AAAA"), image("https://x.y/a.jpg"),
        image("data:image/gif;base64,AAAA"),
    ]}]);
    let (contents, losses) = sent(items, NEW);
    assert_eq!(
        contents,
        json!([user(json!([
            text("<image>"),
            {"inlineData": {"mimeType": "image/png", "data": "AAAA"}},
            {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://x.y/a.jpg"}},
            text("[an image of type `image/gif`, which the model cannot see]"),
        ]))])
    );
    assert_eq!(losses, ["content_part: an image of type `image/gif`"]);
}

#[test]
fn images_of_outputs_stand_in_the_response_or_below_all_of_them() {
    let png = json!({"inlineData": {"mimeType": "image/png", "data": "AAAA"}});
    let items = json!([
        said("user", "go"),
        call("gm_a", "f", "{}"),
        call("gm_b", "g", "{}"),
        output("gm_a", json!([image("data:image/png;base64,AAAA")])),
        output("gm_b", json!([{"type": "input_text", "text": "t"}, {"type": "input_text", "text": "u"}])),
    ]);
    let mut pictured = new_response("a", "f", "[the image of this output is attached]");
    pictured["functionResponse"]["parts"] = json!([png]);
    assert_eq!(kept(items.clone(), NEW)[2], user(json!([pictured, new_response("b", "g", "t\nu")])));
    let contents = kept(items, OLD);
    assert_eq!(
        contents.as_array().unwrap()[2..],
        [
            user(json!([
                new_response("a", "f", "[the image of this output is below]"),
                new_response("b", "g", "t\nu"),
            ])),
            user(json!([text("[image from the output of `f`]"), png])),
        ]
    );
    let items = json!([
        said("user", "go"),
        call("gm_a", "f", "{}"),
        output("gm_a", json!([{"type": "input_text", "text": "t"}, image("https://x.y/z"), image("data:x")])),
    ]);
    let (contents, losses) = sent(items, NEW);
    assert_eq!(
        contents.as_array().unwrap()[2..],
        [
            user(json!([new_response("a", "f", "t\n[the image of this output is below]")])),
            user(json!([
                text("[image from the output of `f`]"),
                {"fileData": {"fileUri": "https://x.y/z"}},
                text("[an image whose `data:` URL holds no data, which the model cannot see]"),
            ])),
        ]
    );
    assert_eq!(losses, ["content_part: an image whose `data:` URL holds no data"]);
}

#[test]
fn documents_stand_in_messages_and_below_outputs() {
    let file = json!({"type": "input_file", "filename": "r.pdf", "file_data": "JVBERi0="});
    let there = json!({"type": "input_file", "file_url": "https://x.y/r.pdf"});
    let items = json!([
        {"role": "user", "content": [file, there]},
        call("gm_a", "f", "{}"),
        output("gm_a", json!([{"type": "input_text", "text": "t"}, file])),
    ]);
    let pdf = json!({"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}});
    let (contents, losses) = sent(items, OLD);
    assert_eq!(
        contents[0],
        user(json!([pdf, {"fileData": {"mimeType": "application/pdf", "fileUri": "https://x.y/r.pdf"}}]))
    );
    assert_eq!(
        contents.as_array().unwrap()[2..],
        [
            user(json!([new_response("a", "f", "t\n[the document of this output is below]")])),
            user(json!([text("[document from the output of `f`]"), pdf])),
        ]
    );
    assert_eq!(losses, [""; 0]);
}

#[test]
fn images_where_none_can_be_are_named() {
    let of = |role: &str| json!({"role": role, "content": [image("data:image/png;base64,AAAA")]});
    let (contents, losses) = sent(json!([of("system"), of("assistant"), said("user", "x")]), OLD);
    assert_eq!(contents, json!([user(json!([text("x")]))]));
    assert_eq!(losses, ["content_part: an image in instructions", "content_part: an image of the assistant"]);
}

#[test]
fn signatures_go_back_on_their_own_parts() {
    let signed = |signature: &str, length: usize| json!({"signature": signature, "length": length});
    let of_call = |signature: &str, name: &str| json!({"signature": signature, "name": name});
    let items = json!([
        said("user", "go"),
        thought(&own(json!({"thought": signed("T", 3), "call": of_call("C", "f")})), "first why"),
        call("gm_a", "f", "{}"),
        call("gm_b", "f", "{}"),
        output("gm_a", json!("1")),
        output("gm_b", json!("2")),
        said("assistant", "Hello"),
        thought(&own(json!({"text": signed("X", 2), "call": of_call("D", "g")})), ""),
        call("gm_c", "g", "{}"),
        output("gm_c", json!("3")),
        said("assistant", "done"),
        thought(&own(json!({"text": signed("Y", 0)})), ""),
        said("user", "thanks"),
    ]);
    assert_eq!(
        kept(items, NEW),
        json!([
            user(json!([text("go")])),
            model(json!([
                {"text": "why", "thought": true, "thoughtSignature": "T"},
                new_call("a", "f", Some("C")), new_call("b", "f", None),
            ])),
            user(json!([new_response("a", "f", "1"), new_response("b", "f", "2")])),
            model(json!([text("Hel"), {"text": "lo", "thoughtSignature": "X"}, new_call("c", "g", Some("D"))])),
            user(json!([new_response("c", "g", "3")])),
            model(json!([text("done"), {"text": "", "thoughtSignature": "Y"}])),
            user(json!([text("thanks")])),
        ])
    );
}

#[test]
fn what_the_providers_own_tools_did_goes_back_word_for_word() {
    let search = json!({"toolCall": {"toolType": "GOOGLE_SEARCH_WEB", "id": "s", "args": {}}, "thoughtSignature": "S"});
    let found = json!({"toolResponse": {"toolType": "GOOGLE_SEARCH_WEB", "id": "s", "response": {}}});
    let carrier = own(json!({"parts": [search, found, {"odd": 1}], "call": {"signature": "C", "name": "f"}}));
    let items = json!([said("user", "go"), thought(&carrier, ""), call("gm_a", "f", "{}"), output("gm_a", json!("1"))]);
    assert_eq!(kept(items, NEW)[1], model(json!([search, found, new_call("a", "f", Some("C"))])));
}

#[test]
fn a_whole_text_that_is_signed_stays_one_part() {
    let carrier = own(json!({"text": {"signature": "X", "length": 5}}));
    let items = json!([said("user", "go"), said("assistant", "Hello"), thought(&carrier, ""), said("user", "ok")]);
    assert_eq!(kept(items, NEW)[1], model(json!([{"text": "Hello", "thoughtSignature": "X"}])));
}

#[test]
fn a_signature_without_its_part_is_left_out() {
    let text_of = |length: usize| own(json!({"text": {"signature": "X", "length": length}}));
    let call_of = |name: &str| own(json!({"call": {"signature": "X", "name": name}}));
    let plain = model(json!([text("Hé")]));
    for carrier in [text_of(1), text_of(4)] {
        let items = json!([said("user", "go"), said("assistant", "Hé"), thought(&carrier, ""), said("user", "ok")]);
        assert_eq!(kept(items, NEW)[1], plain, "{carrier:?}");
    }
    let items = json!([said("user", "go"), thought(&text_of(0), "why"), said("assistant", "Hé"), said("user", "ok")]);
    assert_eq!(kept(items, NEW)[1], plain, "nothing in front");
    let items =
        json!([said("user", "go"), thought(&call_of("g"), ""), call("gm_a", "f", "{}"), output("gm_a", json!("1"))]);
    assert_eq!(kept(items, NEW)[1], model(json!([new_call("a", "f", Some(NO_SIGNATURE))])), "another call");
    let items = json!([
        said("user", "go"),
        thought(&call_of("f"), ""),
        said("user", "stop"),
        call("gm_a", "f", "{}"),
        output("gm_a", json!("1")),
    ]);
    assert_eq!(kept(items, NEW)[1], model(json!([new_call("a", "f", Some(NO_SIGNATURE))])), "interrupted");
}

#[test]
fn every_step_of_the_current_turn_is_signed_and_no_earlier_one() {
    let items = json!([
        said("user", "one"),
        call("gm_a", "f", "{}"),
        output("gm_a", json!("1")),
        said("assistant", "ok"),
        said("user", "two"),
        call("gm_b", "f", "{}"),
        call("gm_c", "f", "{}"),
        output("gm_b", json!("2")),
        output("gm_c", json!("3")),
        call("gm_d", "f", "{}"),
        output("gm_d", json!("4")),
    ]);
    let contents = kept(items.clone(), NEW);
    assert_eq!(contents[1], model(json!([new_call("a", "f", None)])));
    assert_eq!(contents[5], model(json!([new_call("b", "f", Some(NO_SIGNATURE)), new_call("c", "f", None)])));
    assert_eq!(contents[7], model(json!([new_call("d", "f", Some(NO_SIGNATURE))])));
    assert!(!kept(items, OLD).to_string().contains("thoughtSignature"));
    // The person cut in: the API may take the turn to have begun earlier.
    let items =
        json!([said("user", "one"), call("gm_a", "f", "{}"), output("gm_a", json!("1")), said("user", "hurry")]);
    assert_eq!(kept(items, NEW)[1], model(json!([new_call("a", "f", Some(NO_SIGNATURE))])));
}

#[test]
fn signatures_that_were_refused_are_left_out() {
    let items = json!([
        said("user", "go"),
        thought(&own(json!({"call": {"signature": "C", "name": "f"}})), ""),
        call("a", "f", "{}"),
        output("a", json!("1")),
    ]);
    let text = json!({"model": "p/m", "input": items}).to_string();
    let options = Options { without_signatures: true, ..Options::default() };
    let outbound = encode_with(&parse(text.as_bytes()).unwrap(), NEW, &Quirks::default(), options);
    let body: Value = serde_json::from_slice(&outbound.body).unwrap();
    strict::check(&body, NEW);
    assert_eq!(body["contents"][1]["parts"][0]["thoughtSignature"], NO_SIGNATURE);
    assert_eq!(outbound.losses, [Loss::new(loss::REASONING, "signatures were refused")]);
    for (status, message, refused) in [
        (400, "Corrupted thought signature.", true),
        (400, "Function call `f` in the `1.` content block is missing a `thought_signature`.", true),
        (400, "Invalid value", false),
        (500, "Corrupted thought signature.", false),
    ] {
        assert_eq!(refuses_signatures(status, message), refused, "{message}");
    }
}

#[test]
fn signatures_of_others_are_dropped_and_named() {
    let state = json!({"call": {"signature": "C", "name": "f"}});
    for foreign in [Carrier::new("chat", NEW, state.clone()), Carrier::new("gemini", "gemini-3-flash", state)] {
        let items =
            json!([said("user", "go"), thought(&foreign, "why"), call("gm_a", "f", "{}"), output("gm_a", json!("1"))]);
        let (contents, losses) = sent(items, NEW);
        assert_eq!(contents[1], model(json!([new_call("a", "f", Some(NO_SIGNATURE))])));
        assert_eq!(losses, [format!("reasoning: made by `{}`", foreign.model)]);
    }
}
