//! `codexgw profile`.

use super::with_a_gateway_provider;

#[test]
fn a_profile_is_added_listed_and_removed() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let before = sandbox.config();
    sandbox.codexgw(&["profile", "add", "second", "--provider", "up", "--model", "m2"]).run().ok();
    let profile = sandbox.profile("second").unwrap();
    assert!(profile.contains("model_provider = \"codexgw\"") && profile.contains("model = \"up/m2\""), "{profile}");
    sandbox.codexgw(&["profile", "list"]).run().ok().stdout_has("second").stdout_has("m2").stdout_has("up");
    sandbox.codexgw(&["profile", "remove", "second"]).run().ok();
    assert_eq!(sandbox.profile("second"), None);
    assert_eq!(sandbox.config(), before);
}

#[test]
fn a_profile_needs_a_known_provider_and_a_plain_name() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let before = sandbox.files();
    let add = |name: &str, provider: &str| {
        sandbox.codexgw(&["profile", "add", name, "--provider", provider, "--model", "m2"]).run().explains()
    };
    add("second", "nope").exits(1).stderr_has("nope");
    for name in ["", "a.b", "a/b", "../x", "ü"] {
        add(name, "up").exits(2);
    }
    sandbox.codexgw(&["profile", "remove", "nope"]).run().exits(1).explains().stderr_has("nope");
    let names = |files: &std::collections::BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&sandbox.files()), names(&before));
}

#[test]
fn keys_of_the_person_in_our_profile_survive_its_removal() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let own = "\n[tui]\nnotifications = true # mine\n";
    std::fs::write(sandbox.path("codex/up.config.toml"), sandbox.profile("up").unwrap() + own).unwrap();
    sandbox.codexgw(&["profile", "remove", "up"]).run().ok();
    let left = sandbox.profile("up").expect("the file is not ours alone");
    assert!(left.contains(own.trim()) && !left.contains("model"), "{left}");
}

#[test]
fn a_profile_of_another_provider_changes_hands_only_on_a_word() {
    let (_upstream, sandbox) = with_a_gateway_provider();
    let add = ["add", "custom", "--id", "two", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--no-probe"];
    let take = || sandbox.codexgw(&add).args(&["--profile", "up"]);
    take().run().exits(1).explains().stderr_has("the profile `up` is of `up`");
    take().args(&["--force"]).run().ok().stderr_has("which has none of that name now");
    assert!(sandbox.profile("up").unwrap().contains("two/m"));
}
