use proptest::prelude::*;

use super::*;
use crate::protocol::ir::Tool;

fn name(namespace: &str, name: &str) -> ToolName<'static> {
    ToolName { namespace: namespace_of(namespace), name: Cow::Owned(name.to_owned()) }
}

fn namespace_of(namespace: &str) -> Option<Cow<'static, str>> {
    super::namespace(Cow::Owned(namespace.to_owned()))
}

fn names(tools: &[(&str, &str)]) -> Names {
    let tools = tools
        .iter()
        .map(|(group, tool)| Tool {
            name: name(group, tool),
            description: "".into(),
            spec: ToolSpec::Function { parameters: None, strict: false },
        })
        .collect();
    Names::new(&Request { tools, ..Request::default() })
}

#[test]
fn plain_and_grouped_names_read_well() {
    let names = names(&[("", "exec_command"), ("mcp__tiny", "echo_it"), ("functions", "wait")]);
    assert_eq!(names.flat(&name("", "exec_command")), "exec_command");
    assert_eq!(names.flat(&name("mcp__tiny", "echo_it")), "mcp__tiny__echo_it");
    assert_eq!(names.flat(&name("", "wait")), "wait");
    assert_eq!(names.tool("mcp__tiny__echo_it").0, name("mcp__tiny", "echo_it"));
}

#[test]
fn every_name_starts_with_a_letter_or_an_underscore() {
    let names = names(&[("", "7zip"), ("", "-x"), ("", "_7zip")]);
    for tool in ["7zip", "-x", "_7zip"] {
        let full = name("", tool);
        let flat = names.flat(&full);
        assert!(flat.starts_with('_'), "{flat}");
        assert_eq!(names.tool(flat).0, full);
    }
    assert_eq!(names.flat(&name("", "_7zip")), "_7zip");
    assert_eq!(names.flat(&name("", "-x")), "_-x");
}

#[test]
fn groups_that_flatten_alike_stay_apart_in_any_order() {
    let one = names(&[("a__b", "c"), ("a", "b__c"), ("", "x")]);
    let other = names(&[("", "x"), ("a", "b__c"), ("a__b", "c")]);
    for tool in [name("a__b", "c"), name("a", "b__c")] {
        assert_eq!(one.tool(one.flat(&tool)).0, tool);
        assert_eq!(one.flat(&tool), other.flat(&tool));
    }
    assert_ne!(one.flat(&name("a__b", "c")), one.flat(&name("a", "b__c")));
}

#[test]
fn a_plain_tool_keeps_its_name_against_a_group() {
    let names = names(&[("a", "b"), ("", "a__b")]);
    assert_eq!(names.flat(&name("", "a__b")), "a__b");
    assert_eq!(names.tool(names.flat(&name("a", "b"))).0, name("a", "b"));
}

#[test]
fn history_never_changes_a_tools_name() {
    let call =
        |tool: ToolName<'static>| Item::Call { id: "c".into(), tool, kind: ToolKind::Function, input: "{}".into() };
    let tools = vec![Tool {
        name: name("mcp__tiny", "echo_it"),
        description: "".into(),
        spec: ToolSpec::Function { parameters: None, strict: false },
    }];
    let items = vec![call(name("", "mcp__tiny__echo_it")), call(name("gone", "tool"))];
    let names = Names::new(&Request { items, tools, ..Request::default() });
    assert_eq!(names.flat(&name("mcp__tiny", "echo_it")), "mcp__tiny__echo_it");
    assert_eq!(names.flat(&name("gone", "tool")), "gone__tool");
    assert_ne!(names.flat(&name("", "mcp__tiny__echo_it")), "mcp__tiny__echo_it");
}

#[test]
fn what_models_write_instead_of_a_name_is_understood_when_only_one_tool_fits() {
    let names = names(&[("mcp__tiny", "echo_it"), ("", "exec_command"), ("a", "dup"), ("b", "dup")]);
    for (said, meant) in [
        ("functions.exec_command", name("", "exec_command")),
        ("echo_it", name("mcp__tiny", "echo_it")),
        ("mcp__tiny.echo_it", name("mcp__tiny", "echo_it")),
        ("dup", name("", "dup")),
        ("made_up", name("", "made_up")),
    ] {
        assert_eq!(names.tool(said), (meant, ToolKind::Function), "{said}");
    }
}

#[test]
fn custom_input_is_lifted_from_every_wrapping() {
    let patch = "*** Begin Patch\n*** End Patch\n";
    let object = |key: &str| serde_json::json!({ key: patch }).to_string();
    let cases = [
        object("input"),
        object("patch"),
        patch.to_owned(),
        serde_json::to_string(patch).unwrap(),
        serde_json::to_string(&object("input")).unwrap(),
        serde_json::json!({"input": patch, "note": "x"}).to_string(),
        format!("{{\n\t\"input\": \"{patch}\"\n}}"),
    ];
    for case in cases {
        assert_eq!(lifted_input(&case), patch, "{case}");
    }
    assert_eq!(lifted_input("{\"input\":\"say \\\"hi\\\"\n\tto C:\\\\\r\n\"}"), "say \"hi\"\n\tto C:\\\r\n");
    assert_eq!(lifted_input("a \"b\nc"), "a \"b\nc");
    assert_eq!(lifted_input(r#"{"a":"x","b":"y"}"#), r#"{"a":"x","b":"y"}"#);
    assert_eq!(lifted_input(r#"{"input":["a","b"]}"#), "a\nb");
}

#[test]
fn arguments_of_history_are_always_json() {
    for (kind, input, expected, wrapped) in [
        (ToolKind::Function, r#"{"a":1}"#, r#"{"a":1}"#, false),
        (ToolKind::Function, "", "{}", false),
        (ToolKind::Function, r#"{"cmd": "ec"#, r#"{"unparsed_arguments":"{\"cmd\": \"ec"}"#, true),
        (ToolKind::Function, "[1]", r#"{"unparsed_arguments":"[1]"}"#, true),
        (ToolKind::Custom, "a\nb", r#"{"input":"a\nb"}"#, false),
    ] {
        assert_eq!(lowered_arguments(kind, input), (Cow::Borrowed(expected), wrapped), "{input}");
    }
}

proptest! {
    #[test]
    fn every_name_is_fit_and_maps_back(tools in proptest::collection::vec(
        ("[a-b_.]{0,3}|[a-z_]{40,70}", "[a-bé_.-]{0,3}|[a-z]{60,70}|[a-b]_h0123456[0-9a]"), 0..12)
    ) {
        let list: Vec<(&str, &str)> = tools.iter().map(|(group, tool)| (group.as_str(), tool.as_str())).collect();
        let names = names(&list);
        for (group, tool) in list {
            let tool = name(group, tool);
            let flat = names.flat(&tool).to_owned();
            prop_assert!((1..=64).contains(&flat.len()), "{}", flat);
            prop_assert!(flat.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')));
            prop_assert_eq!(names.tool(&flat).0, tool);
        }
    }
}
