//! Help texts.

use crate::support::Sandbox;
use crate::support::child::COMMANDS;

/// The commands that `codexgw --help` names.
#[track_caller]
fn commands(sandbox: &Sandbox) -> Vec<String> {
    let top = sandbox.codexgw(&["--help"]).run().ok();
    top.stdout
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_a_help_text_with_an_example() {
    let sandbox = Sandbox::new();
    let commands = commands(&sandbox);
    assert_eq!(commands, COMMANDS);
    for command in &commands {
        let help = sandbox.codexgw(&[command, "--help"]).run().ok();
        assert!(help.stdout.contains(&format!("codexgw {command}")), "no example of `{command}`\n{help}");
        assert!(help.stdout.contains("Example"), "no example\n{help}");
    }
}

#[test]
fn a_command_that_is_none_is_a_usage_error() {
    let sandbox = Sandbox::new();
    sandbox.codexgw(&["frobnicate"]).run().exits(2).stderr_has("frobnicate");
    sandbox.codexgw(&[]).run().exits(2);
}

#[test]
fn the_readme_names_commands_that_are_there() {
    let commands = commands(&Sandbox::new());
    let readme = include_str!("../../README.md");
    // Every second part between fences is code.
    let code = readme.split("```").skip(1).step_by(2).flat_map(str::lines);
    let named: Vec<&str> =
        code.filter_map(|line| line.strip_prefix("codexgw ")).filter_map(|line| line.split(' ').next()).collect();
    assert!(named.len() > 5, "the journeys are told with commands: {named:?}");
    for command in named {
        assert!(commands.iter().any(|known| known == command), "the README names `codexgw {command}`");
    }
}
