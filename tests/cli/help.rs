//! Help texts.

use crate::support::Sandbox;

#[test]
fn every_command_has_a_help_text_with_an_example() {
    let sandbox = Sandbox::new();
    let top = sandbox.codexgw(&["--help"]).run().ok();
    let commands: Vec<&str> = top
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ").filter(|rest| !rest.starts_with(' ')))
        .filter_map(|line| line.split(' ').next())
        .collect();
    for expected in ["demo", "add", "list", "remove", "run", "use", "off", "key", "token", "profile", "gateway"] {
        assert!(commands.contains(&expected), "`{expected}` is not among {commands:?}");
    }
    for command in commands {
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
