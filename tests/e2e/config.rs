//! What the real Codex says of an edited configuration, before it is saved.

use crate::support::Sandbox;
use crate::support::child::Outcome;

const GOOD: &str = "model = \"m\"\nmodel_provider = \"gw\"\n\n[model_providers.gw]\nname = \"GW\"\nbase_url = \
                    \"http://127.0.0.1:9/v1\"\n";

/// `codexgw config edit` by an editor that writes this.
fn edit_to(sandbox: &Sandbox, text: &str, more: &[&str]) -> Outcome {
    std::fs::write(sandbox.work().join("new"), text).expect("the sandbox is writable");
    let editor = format!("cp {}", sandbox.work().join("new").display());
    sandbox.codexgw(&["config", "edit"]).args(more).env("EDITOR", &editor).run()
}

#[test]
fn what_codex_refuses_is_not_saved_and_its_words_are_shown() {
    let sandbox = Sandbox::with_codex();
    for (top, bottom, words) in [
        ("", "wire_api = \"chat\"\n", "config.toml:7:12: `wire_api = \"chat\"` is no longer supported"),
        ("profile = \"x\"\n", "", "legacy `profile = \"x\"` config is no longer supported"),
        ("approval_policy = \"untrusted\"\n", "", "approval_policy = \"untrusted\" is no longer supported"),
        ("model_instructions_file = \"gone.md\"\n", "", "gone.md"),
        ("", "\n[model_providers.openai]\nname = \"O\"\n", "reserved built-in provider IDs: `openai`"),
        ("", "auth = { command = \"x\" }\nenv_key = \"X\"\n", "auth cannot be combined with env_key"),
        ("", "\n[mcp_servers.x]\nurl = 1\n", "expected a string"),
        // An unknown key in front hides nothing.
        ("mistyped = 1\n", "wire_api = \"chat\"\n", "`wire_api = \"chat\"` is no longer supported"),
    ] {
        let outcome = edit_to(&sandbox, &format!("{top}{GOOD}{bottom}"), &[]).exits(1).explains();
        outcome
            .stderr_has(&format!("Codex says: {}", if words.starts_with("config") { words } else { "" }))
            .stderr_has(words)
            .never_says("codexgw-judge");
        assert_eq!(sandbox.config(), None, "{words}");
    }
    edit_to(&sandbox, "model_provider = \"nope\"\n", &[]).exits(1).stderr_has("Model provider `nope` not found");
    assert_eq!(sandbox.config(), None);
}

#[test]
fn what_codex_accepts_is_saved_with_what_it_would_ignore() {
    let sandbox = Sandbox::with_codex();
    // Found from Codex's folder and from the home, as in place.
    std::fs::write(sandbox.path("codex/own.md"), "Be brief.").unwrap();
    std::fs::write(sandbox.path("home/compact.md"), "Be brief.").unwrap();
    let text = format!(
        "model_instructions_file = \"own.md\"\nexperimental_compact_prompt_file = \"~/compact.md\"\nmistyped = 1\n\
         {GOOD}apikey = 1\n"
    );
    let outcome = edit_to(&sandbox, &text, &[]).ok();
    outcome.stderr_has("does not know `mistyped`").stderr_has("does not know `model_providers.gw.apikey`");
    assert_eq!(sandbox.config(), Some(text));
    let left: Vec<_> = std::fs::read_dir(sandbox.path("codex")).unwrap().flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 2, "Codex was asked in its own folder: {left:?}");
}

#[test]
fn a_profile_is_judged_on_top_of_the_configuration() {
    let sandbox = Sandbox::with_codex();
    sandbox.write_config(format!("{GOOD}base_unknown = 1\n"));
    edit_to(&sandbox, "model_provider = \"nope\"\n", &["--profile", "fast"])
        .exits(1)
        .explains()
        .stderr_has("Model provider `nope` not found");
    assert_eq!(sandbox.profile("fast"), None);
    let text = "model_provider = \"gw\"\nmistyped = 1\n";
    let outcome = edit_to(&sandbox, text, &["--profile", "fast"]).ok().stderr_has("does not know `mistyped`");
    outcome.never_says("base_unknown");
    assert_eq!(sandbox.profile("fast").as_deref(), Some(text));
}

#[test]
fn a_credential_in_codexs_words_is_not_repeated() {
    let sandbox = Sandbox::with_codex();
    let text = format!("{GOOD}request_max_retries = \"sk-quoted-0123456789abc\"\n");
    edit_to(&sandbox, &text, &[]).exits(1).stderr_has("invalid type").never_says("sk-quoted-0123456789abc");
}
