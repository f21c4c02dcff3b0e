//! `codexgw run` when it must not start Codex.

use super::with_a_gateway_provider;
use crate::support::Sandbox;

#[test]
fn a_profile_that_does_not_exist_is_refused_with_those_that_do() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox
        .codexgw(&["run", "--profile", "upp", "--", "exec", "hi"])
        .run()
        .exits(1)
        .explains()
        .stderr_has("upp")
        .stderr_has("`up`");
}

#[test]
fn a_profile_of_the_person_s_own_after_the_dashes_is_a_usage_error() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    for args in [["-p", "x"].as_slice(), &["--profile", "x"], &["--profile=x"], &["-px"]] {
        let mut line = vec!["run", "--profile", "up", "--"];
        line.extend(args);
        sandbox.codexgw(&line).args(&["exec", "hi"]).run().exits(2).explains();
    }
}

#[test]
fn a_profile_after_the_dashes_is_named_before_a_choice_among_several() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["profile", "add", "second", "--provider", "up", "--model", "other"]).run().ok();
    sandbox.codexgw(&["run", "--", "-p", "up"]).run().exits(2).explains().stderr_has("after `--`");
}

#[test]
fn a_codex_that_is_not_installed_is_named_with_the_command_that_installs_it() {
    let sandbox = Sandbox::new();
    sandbox.codexgw(&["run"]).run().exits(1).explains().stderr_has("@openai/codex");
}

#[test]
fn the_exit_code_of_codex_is_given_back() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["run", "--profile", "up", "--", "exec", "--no-such-option"]).run().exits(2);
    sandbox.write_program("codex", "#!/bin/sh\n[ \"$1\" = --version ] && echo codex-cli 0.169.0 || exit 42\n");
    sandbox.codexgw(&["run", "--profile", "up"]).run().exits(42);
}

#[test]
fn codex_gets_the_profile_its_model_no_daemon_and_loopback_past_the_proxy() {
    let (upstream, sandbox) = with_a_gateway_provider();
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && echo codex-cli 0.169.0 && exit\n\
                  echo \"args: $*\"\necho \"NO_PROXY=$NO_PROXY no_proxy=$no_proxy\"\nenv\n";
    sandbox.write_program("codex", script);
    let run = sandbox.codexgw(&["run", "--profile", "up", "--", "exec", "hi"]).env("NO_PROXY", "corp.example");
    let outcome = run.run().ok().never_says(&upstream.key());
    let args = outcome.stdout.lines().find(|l| l.starts_with("args: ")).unwrap();
    for part in ["-p up", "--no-daemon", "-m up/m1", "exec hi"] {
        assert!(args.contains(part), "`{part}` is missing\n{outcome}");
    }
    let no_proxy = outcome.stdout.lines().find(|l| l.starts_with("NO_PROXY=")).unwrap();
    assert!(no_proxy.contains("corp.example") && no_proxy.matches("127.0.0.1").count() == 2, "{outcome}");
    // Codex takes a star for names alone.
    let run = sandbox.codexgw(&["run", "--profile", "up", "--", "exec", "hi"]).env("NO_PROXY", "*");
    run.run().ok().stdout_has("NO_PROXY=*,127.0.0.1,localhost no_proxy=*,127.0.0.1,localhost");
}
