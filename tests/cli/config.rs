//! `codexgw config`: find, see and edit the files. Codex's own verdict is tested in `e2e`.

use crate::support::child::Outcome;
use crate::support::{Sandbox, Terminal};

const SETTINGS: &str = "codexgw/config.toml";

/// A sandbox whose editor runs this shell script on the file `$1`. No Codex.
fn with_editor(script: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.write_program("my-editor", &format!("#!/bin/sh\n{script}\n"));
    sandbox.set_env("EDITOR", "my-editor");
    sandbox
}

fn edit(sandbox: &Sandbox, more: &[&str]) -> Outcome {
    sandbox.codexgw(&["config", "edit"]).args(more).run()
}

#[test]
fn path_prints_each_file_and_all_of_them() {
    let sandbox = Sandbox::new();
    sandbox.write_config("");
    std::fs::write(sandbox.path("codex/fast.config.toml"), "").unwrap();
    for (arguments, file) in [
        (&[][..], "codex/config.toml"),
        (&["--settings"], SETTINGS),
        (&["--profile", "fast"], "codex/fast.config.toml"),
        (&["--profile", "none-yet"], "codex/none-yet.config.toml"),
    ] {
        let outcome = sandbox.codexgw(&["config", "path"]).args(arguments).run().ok();
        assert_eq!(outcome.stdout, format!("{}\n", sandbox.path(file).display()));
    }
    let all: serde_json::Value =
        serde_json::from_str(&sandbox.codexgw(&["config", "path", "--json"]).run().ok().stdout).unwrap();
    assert_eq!(all["codex"], serde_json::json!({"path": sandbox.config_file(), "exists": true}));
    assert_eq!(all["profiles"], serde_json::json!([{"name": "fast", "path": sandbox.path("codex/fast.config.toml")}]));
    assert_eq!(all["settings"], serde_json::json!({"path": sandbox.path(SETTINGS), "exists": false}));
    assert_eq!(all["state"]["path"], serde_json::json!(sandbox.path("codexgw/state")));
    sandbox.codexgw(&["config", "path", "--profile", "a.b"]).run().exits(2).explains();
    sandbox.codexgw(&["config", "path", "--settings", "--profile", "a"]).run().exits(2);
}

#[test]
fn show_prints_the_file_without_credentials() {
    let sandbox = Sandbox::new();
    sandbox.codexgw(&["config", "show"]).run().exits(1).explains().stderr_has("there is no `");
    sandbox.write_config("model = \"m\" # mine\napi_key = \"hidden-value\"\n\n[a]\nx = \"gsk_0123456789abcdef\"\n");
    let outcome = sandbox.codexgw(&["config", "show"]).run().ok();
    assert_eq!(outcome.stdout, "model = \"m\" # mine\napi_key = \"…\"\n\n[a]\nx = \"…\"\n");
    assert_eq!(outcome.stderr, "");
}

#[test]
fn show_prints_what_does_not_parse_with_the_place() {
    let sandbox = Sandbox::new();
    sandbox.write_config("api_key = \"hidden-value\"\nmodel = = 1\n");
    let outcome = sandbox.codexgw(&["config", "show"]).run().ok().stderr_has("line 2, column 9");
    assert_eq!(outcome.stdout, "api_key = \"…\"\nmodel = = 1\n");
    outcome.never_says("hidden-value").names_commands_that_exist();
}

#[test]
fn what_is_no_configuration_is_neither_waited_for_nor_read_without_end() {
    let sandbox = Sandbox::new();
    let file = sandbox.config_file();
    std::os::unix::fs::symlink("/dev/zero", &file).unwrap();
    sandbox.codexgw(&["config", "show"]).run().exits(1).explains().stderr_has("not a regular file");
    std::fs::remove_file(&file).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&file).status().unwrap().success());
    sandbox.codexgw(&["config", "show"]).run().exits(1).explains().stderr_has("not a regular file");
    std::fs::remove_file(&file).unwrap();
    sandbox.write_config("#".repeat(5 << 20));
    sandbox.codexgw(&["config", "show"]).run().exits(1).explains().stderr_has("larger than 4 MiB");
}

#[test]
fn what_is_not_utf_8_is_named_with_its_place() {
    let sandbox = with_editor("touch opened");
    for bytes in [b"a = 1\nb = 'd\xe9'\n".as_slice(), b"a = 1\n# 3456\0\n"] {
        sandbox.write_config(bytes);
        edit(&sandbox, &[]).exits(1).explains().stderr_has("line 2, column 7");
        sandbox.codexgw(&["config", "show"]).run().ok().stdout_has("a = 1").stderr_has("line 2, column 7");
    }
    assert!(!sandbox.work().join("opened").exists());
}

#[test]
fn schema_is_the_committed_one() {
    let outcome = Sandbox::new().codexgw(&["config", "schema"]).run().ok();
    assert_eq!(outcome.stdout, include_str!("../../templates/settings.schema.json"));
}

#[test]
fn edit_that_changes_nothing_writes_nothing() {
    let sandbox = with_editor("true");
    edit(&sandbox, &[]).ok().stderr_has("nothing was changed");
    assert_eq!(sandbox.config(), None);
    sandbox.write_config("# mine\r\n");
    let before = sandbox.files();
    edit(&sandbox, &[]).ok().stderr_has("nothing was changed");
    assert_eq!(sandbox.files(), before);
}

#[test]
fn edit_saves_what_is_toml_when_there_is_no_codex_and_undo_takes_it_back() {
    let sandbox = with_editor("stat -c %a \"$1\" \"${1%/*}\" > modes; ls \"${1%/*}\" > names; echo 'a = 1' >> \"$1\"");
    sandbox.write_config("# mine\r\n");
    edit(&sandbox, &[]).ok().stderr_has("Codex is not installed").stderr_has("codexgw undo");
    assert_eq!(sandbox.config().as_deref(), Some("# mine\r\na = 1\n"));
    let seen = |name: &str| std::fs::read_to_string(sandbox.work().join(name)).unwrap();
    assert_eq!((seen("modes").as_str(), seen("names").as_str()), ("600\n700\n", "config.toml\n"));
    assert_eq!(std::fs::read_dir(sandbox.path("tmp")).unwrap().count(), 0, "the copy is still there");
    sandbox.codexgw(&["undo", "--list"]).run().ok().stdout_has("config edit");
    sandbox.codexgw(&["undo"]).run().ok();
    assert_eq!(sandbox.config().as_deref(), Some("# mine\r\n"));
    edit(&sandbox, &["--profile", "fast"]).ok();
    assert_eq!(sandbox.profile("fast").as_deref(), Some("a = 1\n"));
}

#[test]
fn edit_refuses_what_is_not_toml() {
    let sandbox = with_editor("printf 'a = 1\\nb = = 2\\n' > \"$1\"");
    sandbox.write_config("# mine\n");
    edit(&sandbox, &[]).exits(1).explains().stderr_has("line 2, column 5").stderr_has("nothing was saved");
    assert_eq!(sandbox.config().as_deref(), Some("# mine\n"));
}

#[test]
fn edit_does_not_overwrite_what_another_program_wrote_meanwhile() {
    let sandbox = with_editor("echo 'a = 1' >> \"$1\"; echo 'other = 1' > \"$CODEX_HOME/config.toml\"");
    sandbox.write_config("# mine\n");
    let outcome = edit(&sandbox, &[]).exits(1).explains().stderr_has("changed by another program");
    assert_eq!(sandbox.config().as_deref(), Some("other = 1\n"));
    let kept = outcome.stderr.split("what you wrote is in `").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    assert_eq!(std::fs::read_to_string(kept).unwrap(), "# mine\na = 1\n");
}

#[test]
fn edit_keeps_what_was_refused_until_the_file_is_saved() {
    let mut sandbox = with_editor("printf 'b = = 2\\n' > \"$1\"");
    let kept = sandbox.path("codexgw/state/drafts/config.toml");
    edit(&sandbox, &[]).exits(1).explains().stderr_has(&format!("what you wrote is in `{}`", kept.display()));
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), "b = = 2\n");
    sandbox.write_program("mended", &format!("#!/bin/sh\nsed 's/= =/=/' '{}' > \"$1\"\n", kept.display()));
    sandbox.set_env("EDITOR", "mended");
    edit(&sandbox, &[]).ok();
    assert_eq!(sandbox.config().as_deref(), Some("b = 2\n"));
    assert!(!kept.exists(), "a draft that was saved since is still there");
}

#[test]
fn a_copy_goes_when_edit_is_interrupted_or_with_the_next_run_after_it_was_killed() {
    for (signal, left) in [("INT", 0), ("TERM", 0), ("KILL", 1)] {
        let mut sandbox = with_editor(&format!("kill -{signal} $PPID; while kill -0 $PPID 2>&-; do :; done"));
        sandbox.write_config("# mine\n");
        assert_ne!(edit(&sandbox, &[]).code, Some(0), "{signal}");
        let copies = std::fs::read_dir(sandbox.path("codexgw/state/passing")).map_or(0, Iterator::count);
        assert_eq!(copies, left, "{signal}");
        sandbox.set_env("EDITOR", "true");
        edit(&sandbox, &[]).ok();
        assert!(!sandbox.path("codexgw/state/passing").exists(), "{signal}");
    }
}

#[test]
fn edit_says_first_what_cannot_be_written() {
    let sandbox = with_editor("touch opened");
    std::os::unix::fs::symlink(sandbox.path("codex/gone"), sandbox.config_file()).unwrap();
    edit(&sandbox, &[]).exits(1).explains().stderr_has("symbolic link");
    assert!(!sandbox.work().join("opened").exists());
}

#[test]
fn edit_without_an_editor_or_with_a_broken_one_says_so() {
    let mut sandbox = with_editor("exit 3");
    edit(&sandbox, &[]).exits(1).explains().stderr_has("my-editor").stderr_has("nothing was saved");
    sandbox.set_env("VISUAL", "no-such-editor --wait");
    edit(&sandbox, &[]).exits(1).explains().stderr_has("no-such-editor");
}

#[test]
fn settings_are_checked_as_settings() {
    let sandbox = with_editor("echo 'via = \"sideways\"' > \"$1\"");
    edit(&sandbox, &["--settings"]).exits(1).explains().stderr_has("sideways");
    assert!(!sandbox.path(SETTINGS).exists());
    sandbox.write_program("my-editor", "#!/bin/sh\nprintf 'via = \"direct\"\\nprot = 1\\n' > \"$1\"\n");
    let outcome = edit(&sandbox, &["--settings"]).ok().stderr_has("unknown key `prot`");
    outcome.stderr_has("`port` is known").never_says("Codex");
    assert_eq!(std::fs::read_to_string(sandbox.path(SETTINGS)).unwrap(), "via = \"direct\"\nprot = 1\n");
}

#[test]
fn unknown_keys_of_the_settings_are_named_once_but_not_to_codex() {
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path(SETTINGS), "[provders.lab]\nname = \"Lab\"\n").unwrap();
    let outcome = sandbox.codexgw(&["list"]).run().ok().stderr_has("`providers` is known");
    let warning = format!("unknown key `provders` in `{}`", sandbox.path(SETTINGS).display());
    assert_eq!(outcome.stderr.matches(&warning).count(), 1, "{outcome}");
    sandbox.codexgw(&["token", "lab"]).run().exits(1).never_says("provders");
}

#[test]
fn a_refused_edit_can_be_gone_on_with_or_thrown_away() {
    let sandbox =
        with_editor("if [ -e second ]; then echo 'b = 2' > \"$1\"; else echo 'a =' > \"$1\"; touch second; fi");
    let terminal = Terminal::start(&sandbox, "codexgw config edit");
    terminal.wait_for("edit it again");
    terminal.press("Enter");
    terminal.wait_for("ended with 0");
    assert_eq!(sandbox.config().as_deref(), Some("b = 2\n"));
    drop(terminal);

    let sandbox = with_editor("echo 'a =' > \"$1\"");
    let terminal = Terminal::start(&sandbox, "codexgw config edit");
    terminal.wait_for("throw away");
    terminal.press("Down");
    terminal.press("Enter");
    terminal.wait_for("ended with 1");
    assert_eq!(sandbox.config(), None);
}

#[cfg(unix)]
#[test]
fn what_is_advised_about_a_dangling_link_works() {
    let sandbox = Sandbox::with_codex();
    let target = sandbox.path("dotfiles/deep/config.toml");
    std::os::unix::fs::symlink(&target, sandbox.config_file()).unwrap();
    let show = sandbox.codexgw(&["config", "show"]).run().exits(1).explains();
    let advice = show.stderr.split('`').find(|words| words.contains("touch ")).unwrap_or_else(|| panic!("{show}"));
    sandbox.command("sh", &["-c", advice]).run().ok();
    sandbox.codexgw(&["config", "show"]).run().ok();
    assert!(target.is_file());
}
