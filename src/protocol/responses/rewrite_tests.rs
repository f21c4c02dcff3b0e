use super::*;
use pretty_assertions::assert_eq;

fn rewritten(body: &str, quirks: &[&str]) -> (String, Vec<String>) {
    let rewritten =
        rewrite(body.as_bytes(), "up", &Quirks::from_names(quirks).0, &|sealed| sealed == "theirs").unwrap();
    let losses = rewritten.losses.into_iter().map(|loss| format!("{}: {}", loss.code, loss.detail)).collect();
    (String::from_utf8(rewritten.body).unwrap(), losses)
}

#[test]
fn words_stand_for_images_that_the_model_cannot_see() {
    let image = r#"{"type":"input_image","image_url":"data:image/png;base64,AAAA"}"#;
    let plain = r#"{"type":"message","role":"user","content":"input_image"}"#;
    let body = format!(
        r#"{{"model":"m","input":[{{"role":"user","content":[{{"type":"input_text", "text":"see"}},{image}]}},{plain},{{"type":"function_call_output","call_id":"c","output":[{image}]}}]}}"#
    );
    let unseen = format!(r#"{{"type":"input_text","text":"{}"}}"#, images::UNSEEN);
    let quirks = Quirks { images_rejected: true, ..Quirks::default() };
    let rewritten = rewrite(body.as_bytes(), "up", &quirks, &|_| false).unwrap();
    assert_eq!(
        String::from_utf8(rewritten.body).unwrap(),
        format!(
            r#"{{"model":"up","input":[{{"role":"user","content":[{{"type":"input_text", "text":"see"}},{unseen}]}},{plain},{{"type":"function_call_output","call_id":"c","output":[{unseen}]}}]}}"#
        )
    );
    assert_eq!(rewritten.losses, vec![images::left_out(); 2]);
}

#[test]
fn only_the_model_and_the_metadata_change() {
    let body = r#"{"model":"p/up","input":[ {"type":"x", "a":1.50e3,"é":"\u00e9"} ],"client_metadata":{"w":"/home"},"new":[1, 2]}"#;
    let expected = r#"{"model":"up","input":[ {"type":"x", "a":1.50e3,"é":"\u00e9"} ],"new":[1, 2]}"#;
    assert_eq!(rewritten(body, &[]), (expected.to_owned(), vec![]));
}

#[test]
fn the_tools_of_code_mode_models_move_to_where_all_take_them() {
    let body = r#"{"model":"m","input":[{"type":"additional_tools","role":"developer","tools":[{"type":"function","name":"f"},{"type":"custom","name":"exec"}]},{"type":"message","role":"user"}],"store":false}"#;
    assert_eq!(rewritten(body, &[]), (body.replace("\"m\"", "\"up\""), vec![]));
    let moved = |tools: &str| {
        format!(r#"{{"model":"up","input":[{{"type":"message","role":"user"}}],"store":false,"tools":[{tools}]}}"#)
    };
    let both = r#"{"type":"function","name":"f"},{"type":"custom","name":"exec"}"#;
    assert_eq!(rewritten(body, &["additional_tools_unsupported"]), (moved(both), vec![]));
    let quirks = ["additional_tools_unsupported", "custom_tools_apply_patch_only"];
    let lost = vec!["tool_kind: custom exec".to_owned()];
    assert_eq!(rewritten(body, &quirks), (moved(r#"{"type":"function","name":"f"}"#), lost));
}

#[test]
fn what_codex_says_of_its_items_goes() {
    let body = r#"{"model":"m","input":[{"type":"message","role":"developer","internal_chat_message_metadata_passthrough":{"a":1},"content":[]},{"type":"x","internal_chat_message_metadata_passthrough":{}, "b":2}]}"#;
    for (quirks, role) in [(&[][..], "developer"), (&["developer_role_rejected"], "system")] {
        let expected = format!(
            r#"{{"model":"up","input":[{{"type":"message","role":"{role}","content":[]}},{{"type":"x","b":2}}]}}"#
        );
        assert_eq!(rewritten(body, quirks), (expected, vec![]));
    }
}

#[test]
fn carriers_of_ours_go_and_others_stay() {
    let ours = Carrier::new("chat", "m", serde_json::Value::Null).seal();
    let body = format!(
        r#"{{"input":[{{"type":"reasoning","encrypted_content":"{ours}"}},{{"type":"reasoning","encrypted_content":"theirs"}},{{"type":"compaction","encrypted_content":"theirs"}},{{"type":"reasoning","encrypted_content":"gAAA"}}],"model":"m"}}"#
    );
    let expected = r#"{"input":[{"type":"reasoning","encrypted_content":"gAAA"}],"model":"up"}"#;
    assert_eq!(
        rewritten(&body, &[]),
        (
            expected.to_owned(),
            ["reasoning", "reasoning", "compaction"].map(|code| format!("{code}: made by another provider")).to_vec()
        )
    );
}

#[test]
fn quirks_take_out_what_they_name() {
    let tools = |inner: &str| format!(r#"{{"model":"up","tools":[{inner}]}}"#);
    let all = tools(
        r#"{"type":"function","name":"f"},{"type":"custom","name":"exec"},{"type":"custom","name":"apply_patch"},{"type":"namespace","name":"n","tools":[{"type":"custom","name":"c"}]},{"type":"web_search","external_web_access":true}"#,
    );
    let cases: &[(&[&str], &str, &[&str])] = &[
        (
            &["web_search_rejected", "namespace_tools_rejected", "custom_tools_rejected"],
            r#"{"type":"function","name":"f"}"#,
            &[
                "tool_kind: custom exec",
                "tool_kind: custom apply_patch",
                "tool_kind: namespace n",
                "web_search: web_search",
            ],
        ),
        (
            &["web_search_extra_fields_rejected", "custom_tools_apply_patch_only"],
            r#"{"type":"function","name":"f"},{"type":"custom","name":"apply_patch"},{"type":"namespace","name":"n","tools":[]},{"type":"web_search"}"#,
            &["tool_kind: custom exec", "tool_kind: custom c"],
        ),
    ];
    for (quirks, expected, losses) in cases {
        let (out, lost) = rewritten(&all, quirks);
        assert_eq!(out, tools(expected));
        assert_eq!(lost, *losses);
    }
}

#[test]
fn fields_that_quirks_refuse_go() {
    let body = r#"{"model":"m","input":[{"type":"message","role":"developer","content":[]}],"tool_choice":"required","parallel_tool_calls":true,"prompt_cache_key":"k"}"#;
    let quirks =
        ["developer_role_rejected", "tool_choice_auto_only", "parallel_true_rejected", "prompt_cache_key_rejected"];
    let expected = r#"{"model":"up","input":[{"type":"message","role":"system","content":[]}]}"#;
    assert_eq!(rewritten(body, &quirks), (expected.to_owned(), vec!["tool_choice: \"required\"".to_owned()]));
}

#[test]
fn what_is_no_object_is_refused() {
    for body in ["", "[]", "{", "\"x\"", "null"] {
        assert!(rewrite(body.as_bytes(), "up", &Quirks::default(), &|_| false).is_err(), "{body}");
    }
}

#[test]
fn a_trigger_passes_to_those_who_know_it_and_becomes_a_request_for_a_summary_elsewhere() {
    let body = r#"{"model":"m","tools":[{"type":"function","name":"f"}],"tool_choice":"auto","text":{"verbosity":"low"},"input":[{"type":"additional_tools","tools":[]},{"type":"message","role":"user"}, {"type":"compaction_trigger"}],"store":false}"#;
    assert_eq!(rewritten(body, &[]), (body.replace("\"m\"", "\"up\""), vec![]));
    let ask = user_message(compaction::PROMPT);
    let expected = format!(r#"{{"model":"up","input":[{{"type":"message","role":"user"}},{ask}],"store":false}}"#);
    assert_eq!(rewritten(body, &["compact_unsupported"]), (expected, vec![]));
    let quirks = Quirks { compact_unsupported: true, ..Quirks::default() };
    let elsewhere = r#"{"model":"m","input":[{"type":"message","role":"user","content":"compaction_trigger"}]}"#;
    assert!(rewrite(body.as_bytes(), "up", &quirks, &|_| false).unwrap().compacts);
    assert!(!rewrite(elsewhere.as_bytes(), "up", &quirks, &|_| false).unwrap().compacts);
}

#[test]
fn summaries_of_ours_are_opened_and_others_pass() {
    let ours = compaction::seal("m", "we did \"x\"");
    let body = format!(
        r#"{{"model":"m","input":[{{"type":"compaction","encrypted_content":"{ours}"}},{{"type":"compaction","encrypted_content":"gAAA"}}]}}"#
    );
    let (out, losses) = rewritten(&body, &[]);
    let out: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(out["input"][0]["role"], "user");
    assert_eq!(out["input"][0]["content"][0]["text"], compaction::open(&ours).unwrap());
    assert_eq!(out["input"][1]["encrypted_content"], "gAAA");
    assert_eq!(losses, Vec::<String>::new());
}

#[test]
fn a_request_to_compact_is_an_ordinary_one_with_a_trigger() {
    let trigger = r#"{"type":"compaction_trigger"}"#;
    let hi = user_message("hi");
    for (body, expected) in [
        (
            r#"{"model":"m","input":[{"a": 1}],"instructions":"i"}"#,
            format!(r#"{{"model":"m","instructions":"i","input":[{{"a": 1}},{trigger}]}}"#),
        ),
        (r#"{"model":"m","input":"hi","stream":true}"#, format!(r#"{{"model":"m","input":[{hi},{trigger}]}}"#)),
        (r#"{"model":"m","input":null}"#, format!(r#"{{"model":"m","input":[{trigger}]}}"#)),
        (r#"{"model":"m"}"#, format!(r#"{{"model":"m","input":[{trigger}]}}"#)),
    ] {
        assert_eq!(String::from_utf8(with_trigger(body.as_bytes()).unwrap()).unwrap(), expected);
    }
}
