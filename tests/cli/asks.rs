//! What `codexgw add` asks on a terminal.

use crate::support::upstream::Script;
use crate::support::{Sandbox, Terminal, Upstream};

#[test]
fn add_asks_for_key_model_and_default_and_never_shows_the_key() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let line = format!("codexgw add custom --id up --base-url {} --store file", upstream.base_url());
    let terminal = Terminal::start(&sandbox, &line);
    terminal.wait_for("Key for up");
    terminal.write(&upstream.key());
    terminal.press("Enter");
    let screen = terminal.wait_for("Model to start with");
    assert!(screen.contains("m1") && screen.contains("m2"), "{screen}");
    terminal.write("m2");
    terminal.press("Enter");
    terminal.wait_for("Make `up` Codex's default");
    terminal.write("y");
    let screen = terminal.wait_for("ended with 0");
    assert!(!screen.contains(&upstream.key()), "{screen}");
    let config = sandbox.config().unwrap();
    assert!(config.contains("model = \"up/m2\"") && config.contains("model_provider = \"codexgw\""), "{config}");
}

#[test]
fn what_moves_to_another_address_is_asked_about_nothing() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    let file = sandbox.path("codexgw/config.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, settings.replace("/v1\"", "/v7\"")).unwrap();
    let line = format!("codexgw add custom --id up --force --base-url {}", upstream.base_url());
    Terminal::start(&sandbox, &line).wait_for("ended with 0");
    let now = std::fs::read_to_string(&file).unwrap();
    for line in
        settings.lines().filter(|line| ["base_url", "key", "road", "wire"].iter().any(|key| line.starts_with(key)))
    {
        assert!(now.contains(line), "{line}\n{now}");
    }
    // One whose id is a template's.
    let sandbox = Sandbox::with_codex();
    let add = ["add", "deepseek", "--no-probe", "--model", "m1", "--key-stdin", "--store", "file"];
    sandbox.codexgw(&add).stdin("sk-0123456789abcdef").run().ok();
    let line = "codexgw add deepseek --base-url http://127.0.0.1:9/v1 --force --no-probe";
    Terminal::start(&sandbox, line).wait_for("ended with 0");
    let now = std::fs::read_to_string(sandbox.path("codexgw/config.toml")).unwrap();
    assert!(now.contains("http://127.0.0.1:9/v1") && now.contains("model = \"m1\""), "{now}");
    assert!(now.contains("[providers.deepseek]") && now.contains("template = \"deepseek\""), "{now}");
}

#[test]
fn a_question_that_is_broken_off_changes_nothing() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    let line = format!("codexgw add custom --id up --base-url {} --store file", upstream.base_url());
    let terminal = Terminal::start(&sandbox, &line);
    terminal.wait_for("Key for up");
    terminal.press("C-c");
    let screen = terminal.wait_for("ended with");
    assert!(!screen.contains("ended with 0") && !screen.contains("panicked"), "{screen}");
    assert_eq!((sandbox.config(), sandbox.profile("up")), (None, None));
}

#[test]
fn a_provider_with_several_addresses_is_asked_which_it_is() {
    let sandbox = Sandbox::with_codex();
    let terminal = Terminal::start(&sandbox, "codexgw add moonshot --store file --no-probe");
    terminal.wait_for("Moonshot AI answers at several addresses, for");
    terminal.press("Down");
    terminal.press("Enter");
    let screen = terminal.wait_for("Key for Moonshot AI");
    assert!(screen.contains("Keys are made at https://platform.moonshot.cn"), "{screen}");
    terminal.write("sk-0123456789abcdef");
    terminal.press("Enter");
    terminal.wait_for("Make `moonshot` Codex's default");
    terminal.write("n");
    terminal.wait_for("ended with 0");
    sandbox.codexgw(&["list", "--json"]).run().ok().stdout_has("https://api.moonshot.cn/v1");
}
