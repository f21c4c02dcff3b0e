//! A key that stays in a variable of the person's own.

use crate::support::{Sandbox, Turn, Upstream};

#[test]
fn a_key_in_a_variable_is_read_by_codex_itself_and_stored_nowhere() {
    let upstream = Upstream::responses([Turn::text("through run"), Turn::text("bare")]);
    let sandbox = Sandbox::with_codex();
    let (base_url, key) = (upstream.base_url(), upstream.key());
    let add = ["add", "custom", "--id", "up", "--base-url", &base_url, "--model", "m1", "--env-key", "UP_KEY"];
    sandbox.codexgw(&add).args(&["--via", "direct"]).env("UP_KEY", &key).run().ok();
    let config = sandbox.config().unwrap();
    assert!(config.contains("env_key = \"UP_KEY\""), "{config}");
    for (name, content) in sandbox.files() {
        assert!(!String::from_utf8_lossy(&content).contains(&key), "{name} holds the key");
    }
    sandbox.run("up", "hi").env("UP_KEY", &key).run().ok().stdout_has("through run");
    sandbox.exec("up", "hi").env("UP_KEY", &key).run().ok().stdout_has("bare");
    sandbox.run("up", "hi").run().exits(1).stderr_has("UP_KEY");
}

#[test]
fn a_key_in_a_variable_cannot_be_used_on_the_gateway_road() {
    let upstream = Upstream::chat([]);
    let sandbox = Sandbox::with_codex();
    let base_url = upstream.base_url();
    let add = ["add", "custom", "--id", "up", "--base-url", &base_url, "--model", "m1", "--env-key", "UP_KEY"];
    sandbox.codexgw(&add).args(&["--via", "gateway"]).env("UP_KEY", &upstream.key()).run().exits(2).explains();
    assert_eq!(sandbox.config(), None);
}
