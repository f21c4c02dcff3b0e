//! `codexgw probe`.

use std::fs;

use serde_json::Value;

use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

#[test]
fn what_is_seen_of_each_kind_of_provider() {
    let (chat, both) = (Upstream::chat(Script::none()), Upstream::chat_and_functions(Script::none()));
    let (responses, messages) = (Upstream::responses(Script::none()), Upstream::messages(Script::none()));
    let gemini = Upstream::gemini(Script::none());
    let sandbox = Sandbox::with_codex();
    let mut seen = String::new();
    for upstream in [&chat, &both, &responses, &messages, &gemini] {
        let url = upstream.base_url();
        let probe = ["probe", &url, "--key-stdin", "--model", &upstream.model()];
        sandbox.codexgw(&probe).stdin(&upstream.key()).onto(&mut seen);
    }
    // The width of times changes the space between them.
    let seen: Vec<&str> = seen.lines().filter(|line| !line.contains("first piece after")).collect();
    let seen = seen.join("\n");
    insta::assert_snapshot!(seen);
}

#[test]
fn what_cannot_be_probed_is_explained() {
    let (chat, page) = (Upstream::chat(Script::none()), Upstream::page(200));
    let (url, page_url) = (chat.base_url(), page.base_url());
    let sandbox = Sandbox::with_codex();
    let mut seen = String::new();
    let mut type_in = |args: &[&str], stdin: &str| sandbox.codexgw(args).stdin(stdin).onto(&mut seen);
    type_in(&["probe", &page_url], "");
    type_in(&["probe", &url], "");
    type_in(&["probe", &url, "--key-stdin"], "sk-wrong-0123456789");
    type_in(&["probe", &url, "--key-stdin", "--wire", "messages"], &chat.key());
    type_in(&["probe", "http://127.0.0.1:1/v1"], "");
    type_in(&["probe", "opnrouter"], "");
    type_in(&["probe", "groq"], "");
    type_in(&["probe", "azure"], "");
    type_in(&["probe", "qwen", "--endpoint", "workspace"], "");
    type_in(&["probe", "qwen", "--endpoint", "mars"], "");
    type_in(&["probe", &url, "--base-url", &url], "");
    type_in(&["probe", "sk-or-v1-0123456789abcdef0123456789abcdef"], "");
    type_in(&["probe", &url, "--save"], "");
    type_in(&["probe", &url, "--key-from-env", "NO_SUCH_KEY"], "");
    insta::assert_snapshot!(seen);
}

#[test]
fn a_failure_has_a_name_and_a_way_out_in_json() {
    let upstream = Upstream::chat(Script::none());
    let probe = Sandbox::with_codex();
    let asked = ["probe", &upstream.base_url(), "--key-stdin", "--json"];
    let refused = probe.codexgw(&asked).stdin("sk-wrong-0123456789").run().exits(4);
    let survey: Value = serde_json::from_str(&refused.stdout).unwrap_or_else(|e| panic!("{e}\n{refused}"));
    assert_eq!(survey["problems"][0]["id"], "wrong-key");
    assert!(
        survey["problems"][0]["hint"].as_str().is_some_and(|hint| hint.contains("`codexgw probe http")),
        "{refused}"
    );
}

#[test]
fn whatever_ends_a_probe_is_json_with_a_name() {
    let (chat, page) = (Upstream::chat(Script::none()), Upstream::page(404));
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &chat, &["--via", "direct", "--no-probe"]);
    let (url, page_url) = (chat.base_url(), page.base_url());
    for (args, kind, code) in [
        (&[page_url.as_str()][..], "no-model", 2),
        (&["groq"], "no-key", 2),
        (&["azure"], "no-address", 2),
        (&["opnrouter"], "unknown-provider", 2),
        (&["ftp://a.b"], "base-url", 2),
        (&["http://127.0.0.1:1/v1"], "unreachable", 4),
        (&[&url, "--save"], "usage", 2),
        (&[&url, "--key-from-env", "NO_SUCH_KEY"], "fixable", 1),
        (&["up", "--wire", "messages"], "wire", 3),
    ] {
        let outcome = sandbox.codexgw(&["probe", "--json"]).args(args).run().exits(code);
        let told: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|e| panic!("{e}\n{outcome}"));
        let error = &told["error"];
        assert_eq!((&error["kind"], &told["problems"][0]["id"]), (&kind.into(), &kind.into()), "{outcome}");
        assert!(
            ["message", "hint"].iter().all(|name| error[name].as_str().is_some_and(|s| !s.is_empty())),
            "{outcome}"
        );
        assert!(told["spent"]["requests"].is_u64(), "{outcome}");
    }
    let kept = sandbox.codexgw(&["probe", "up", "--save", "--dry-run", "--json"]).run().ok();
    let told: Value = serde_json::from_str(&kept.stderr_has("would be kept").stdout).expect("JSON");
    assert_eq!(told["problems"], Value::Array(vec![]));
}

#[test]
fn what_was_found_is_kept_and_codex_s_files_follow() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "direct", "--no-probe"]);
    assert!(sandbox.profile("up").unwrap().contains("model_provider = \"up\""));
    let before = sandbox.files();
    sandbox.codexgw(&["probe", "up"]).run().exits(3).stderr_has("set to `responses`").stderr_has("probe up --save");
    sandbox.codexgw(&["probe", "up", "--save", "--dry-run"]).run().ok().stdout_has("+wire = \"chat\"");
    assert_eq!(sandbox.files(), before, "it changed something");
    let kept = sandbox.codexgw(&["probe", "up", "--save"]).run().ok();
    let kept = kept.stderr_has("wire: responses → chat").stderr_has("road: direct → gateway");
    assert!(sandbox.profile("up").unwrap().contains("model = \"up/m1\""), "{kept}");
    let again = sandbox.codexgw(&["probe", "up", "--json"]).run().ok();
    let survey: Value = serde_json::from_str(&again.stdout).unwrap_or_else(|e| panic!("{e}\n{again}"));
    assert_eq!(
        (&survey["wire"], &survey["road"], &survey["problems"]),
        (&"chat".into(), &"gateway".into(), &Value::Array(vec![]))
    );
    sandbox.codexgw(&["probe", "up", "--save"]).run().ok().stderr_has("say the same already");
    sandbox.codexgw(&["probe", "up", "--strict"]).run().exits(3).stderr_has("web_search");
    sandbox.codexgw(&["undo"]).run().ok();
    assert!(sandbox.profile("up").unwrap().contains("model_provider = \"up\""));
}

#[test]
fn a_base_url_with_too_much_at_its_end_is_mended() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    let settings = sandbox.path("codexgw/config.toml");
    let right = fs::read_to_string(&settings).unwrap();
    let url = upstream.base_url();
    fs::write(&settings, right.replace(&url, &format!("{url}/v1"))).unwrap();
    sandbox.codexgw(&["probe", "up"]).run().exits(3).stderr_has("has a `/v1` too many");
    sandbox.codexgw(&["probe", "up", "--save"]).run().ok();
    assert_eq!(fs::read_to_string(&settings).unwrap(), right);
}

#[test]
fn an_api_that_has_moved_is_kept_by_the_printed_command() {
    let upstream = Upstream::chat(Script::none());
    let sandbox = Sandbox::with_codex();
    sandbox.add("up", &upstream, &["--via", "gateway", "--wire", "chat", "--no-probe"]);
    let settings = sandbox.path("codexgw/config.toml");
    let (right, url) = (fs::read_to_string(&settings).unwrap(), upstream.base_url());
    fs::write(&settings, right.replace(&url, "http://127.0.0.1:1/v1")).unwrap();
    sandbox.codexgw(&["probe", "up", "--base-url", &url, "--save"]).run().ok();
    assert_eq!(fs::read_to_string(&settings).unwrap(), right);
}

#[test]
fn what_the_gateway_has_learnt_is_shown() {
    let (upstream, sandbox) = super::with_a_gateway_provider();
    let text = format!(
        "[up]\nbase_url = \"{}\"\nwire = \"chat\"\n\n[up.models]\nm1 = [\"drop:store\"]\n",
        upstream.base_url()
    );
    fs::write(sandbox.path("codexgw/state/learned.toml"), text).unwrap();
    sandbox.codexgw(&["providers", "show", "up"]).run().ok().stdout_has("drop:store").stdout_has("m1");
    let shown = sandbox.codexgw(&["providers", "show", "up", "--json"]).run().ok();
    let shown: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!(shown["measured"][0]["learned"]["m1"][0], "drop:store");
}
