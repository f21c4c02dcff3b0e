//! What counts as having done what was asked.

use serde_json::json;

use super::*;

fn shell(cmd: &str) -> Value {
    json!({"type": "function_call", "name": "exec_command", "arguments": json!({"cmd": cmd}).to_string()})
}

fn said(text: &str) -> Value {
    json!({"type": "message", "content": [{"type": "output_text", "text": text}]})
}

fn patch(input: &str) -> Value {
    json!({"type": "custom_tool_call", "name": "apply_patch", "input": input})
}

#[test]
fn answers_are_judged_by_what_the_model_did() {
    const PATCH: &str = "*** Begin Patch\n*** Update File: greeting.txt\n@@\n-Hello world\n+Hello Codex\n*** End Patch";
    let cases: &[(Judge, &[Value], Result<(), &str>)] = &[
        (called, &[shell("cat colour.txt")], Ok(())),
        (called, &[said("Let me look."), shell("cat ./colour.txt")], Ok(())),
        (called, &[said("Blue\u{1b}[0m,\nI guess.")], Err("it called no tool, it said: \"Blue [0m, I guess.\"")),
        (called, &[], Err("it called no tool, it said: nothing")),
        (called, &[shell("ls")], Err("its call lacks the command that was asked for")),
        (followed, &[said("Petrol.")], Ok(())),
        (followed, &[shell("cat colour.txt")], Err("it made the same call again")),
        (followed, &[said("?")], Err("it did not say what the tool had told it, it said: \"?\"")),
        (in_parallel, &[shell("cat first.txt"), shell("cat second.txt"), shell("cat third.txt")], Ok(())),
        (in_parallel, &[shell("cat first.txt second.txt third.txt")], Err("it made 1 of three calls")),
        (in_parallel, &[shell("cat first.txt"), shell("cat first.txt")], Err("its calls leave out a file")),
        (in_parallel, &[], Err("it made 0 of three calls")),
        (patched, &[patch(PATCH)], Ok(())),
        (patched, &[shell("sed -i s/world/Codex/ greeting.txt")], Err("it did not call `apply_patch`")),
        (patched, &[patch("sed")], Err("the patch does not begin with `*** Begin Patch`")),
        (seen, &[said("Red.")], Ok(())),
        (seen, &[said("I see no picture")], Err("it took a red picture for: \"I see no picture\"")),
    ];
    for (judge, items, expected) in cases {
        let reply = Reply { items: items.to_vec(), ..Reply::default() };
        assert_eq!(judge(&reply), expected.map_err(str::to_owned), "{items:?}");
    }
}

#[test]
fn trouble_counts_as_not_done_whatever_else_came() {
    let reply =
        Reply { items: vec![said("Red")], trouble: Some("it did not come to an end".into()), ..Reply::default() };
    let finding = judged(Trial::Image, &reply, seen);
    assert_eq!((finding.passed, finding.saw.as_deref()), (false, Some("it did not come to an end")));
}

#[test]
fn a_window_that_is_known_only_later_counts_too() {
    let finding = |trial| Finding { trial, passed: true, tries: 1, saw: None };
    let report = Report {
        provider: "p".into(),
        model: "m".into(),
        verdict: Verdict::Carries,
        because: vec![],
        findings: vec![finding(Trial::Call), finding(Trial::Follow)],
        speed: Speed::default(),
        spent: Spent::default(),
    };
    let facts = |context| ModelFacts { context, ..ModelFacts::default() };
    assert_eq!(report.clone().with_facts(&facts(None)), report);
    assert_eq!(report.with_facts(&facts(Some(4096))).verdict, Verdict::Cannot);
}
