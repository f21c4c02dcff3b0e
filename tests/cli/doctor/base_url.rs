//! Base URLs that are wrong in each usual way, in codexgw's settings and in a table of the person's own.

use super::PROVIDER;
use super::broken::{Broken, doctor, finding, ids};
use super::canned::{Answer, Canned, json, models};
use crate::support::upstream::Script;
use crate::support::{Sandbox, Upstream};

/// A base URL as a person might write it.
type Written = fn(&str) -> String;

/// A provider whose API lies under this path and no other.
fn under(path: &'static str) -> Canned {
    Canned::start("127.0.0.1:0", move |line, body| {
        if body["stream"] == true && line == format!("POST {path}/chat/completions") {
            streamed()
        } else {
            api(path, line, body["model"].is_string())
        }
    })
}

fn streamed() -> Answer {
    let piece = |n: u32| format!("data: {{\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\"{n} \"}}}}]}}\n\n");
    let end = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let body = (1..=3).map(piece).chain([end.to_owned()]).collect();
    (200, vec![("content-type", "text/event-stream".to_owned())], body)
}

fn api(path: &str, line: &str, has_model: bool) -> Answer {
    match line.replacen(path, "", 1).as_str() {
        "GET /models" if line.contains(path) => models(r#"{"id":"m1"},{"id":"m2"}"#),
        "POST /chat/completions" if line.contains(path) && has_model => {
            json(200, r#"{"choices":[{"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}"#)
        }
        "POST /chat/completions" if line.contains(path) => json(400, r#"{"error":{"message":"`model` is missing"}}"#),
        _ => json(404, r#"{"error":{"message":"not found"}}"#),
    }
}

/// One of codexgw's own, behind the gateway, with this in its settings in place of its base URL.
fn ours(good: &str, written: &str) -> Sandbox {
    let sandbox = Sandbox::with_codex();
    let add = ["add", "custom", "--id", "lab", "--base-url", good, "--no-probe", "--wire", "chat", "--via", "gateway"];
    let add = sandbox.codexgw(&add).args(&["--model", "m1", "--profile", "work", "--key-stdin", "--store", "file"]);
    add.stdin("sk-0123456789abcdef").run().ok();
    let file = sandbox.path("codexgw/config.toml");
    let settings = std::fs::read_to_string(&file).unwrap();
    let old = format!("base_url = \"{good}\"");
    assert!(settings.contains(&old), "{settings}");
    std::fs::write(file, settings.replace(&old, &format!("base_url = {}", toml_edit::value(written)))).unwrap();
    sandbox
}

/// What is kept of the settings, whatever becomes of the base URL.
fn kept(sandbox: &Sandbox) -> String {
    let settings = std::fs::read_to_string(sandbox.path("codexgw/config.toml")).unwrap();
    for (what, line) in [("model", "model = \"m1\""), ("wire", "wire = \"chat\""), ("road", "road = \"gateway\"")] {
        assert!(settings.contains(line), "{what}: {settings}");
    }
    assert!(settings.contains("key = \"file\"") && settings.contains("[profiles.work]"), "{settings}");
    settings
}

/// What can be seen without asking anybody is told offline, and mended.
#[test]
fn what_is_wrong_by_its_looks_is_mended_in_the_settings() {
    let canned = under("/api/v1");
    let good = format!("http://{}/api/v1", canned.address);
    let host = canned.address.to_string();
    for (id, written, words) in [
        ("base-url-space", format!("{good} "), "a space at its end"),
        ("base-url-space", format!("{good}\u{200b}"), "a zero-width space at its end"),
        ("base-url-quotes", format!("\"{good}\""), "quotation marks"),
        ("base-url-scheme", format!("{host}/api/v1"), "does not say `http://`"),
        ("base-url-scheme", format!("ftp://{host}/api/v1"), "begins with `ftp://`"),
        ("base-url-userinfo", good.replace("//", "//user:pw@"), "a user name or a password"),
        ("base-url-fragment", format!("{good}#x"), "a `#`"),
        ("base-url-query", format!("{good}?x=1"), "a query"),
        ("base-url-endpoint", format!("{good}/chat/completions"), "an endpoint"),
    ] {
        let sandbox = ours(&good, &written);
        let outcome = doctor(&sandbox, &["--only", "base-url", "--offline"]).exits(3);
        let found = finding(&outcome, id).unwrap_or_else(|| panic!("{written:?}\n{outcome}"));
        assert!(found["what"].as_str().is_some_and(|what| what.contains(words)), "{found}");
        assert!(!outcome.stdout.contains("pw@"), "{outcome}");
        if id == "base-url-space" {
            assert!(found["evidence"][0].as_str().is_some_and(|seen| seen.contains("v1\\u{2")), "{found}");
        }
        // One finding for one cause.
        let of_it = ids(&doctor(&sandbox, &[]).exits(3));
        assert_eq!(
            of_it.iter().filter(|id| id.starts_with("provider-") || id.starts_with("base-")).count(),
            1,
            "{of_it:?}"
        );
        sandbox.codexgw(&["doctor", "--fix", "--only", "base-url"]).run().ok();
        assert!(kept(&sandbox).contains(&format!("base_url = \"{good}\"")), "{written:?}");
        assert_eq!(
            ids(&doctor(&sandbox, &["--only", "base-url", "--only", "provider"]).exits(0)),
            Vec::<String>::new()
        );
    }
}

#[test]
fn what_works_is_no_trouble() {
    let canned = under("/api/v1");
    let good = format!("http://{}/api/v1", canned.address);
    for written in [good.replace("http", "HTTP"), format!("{good}/"), format!(" {good}")] {
        let sandbox = ours(&good, &written);
        let found = ids(&doctor(&sandbox, &["--only", "base-url", "--only", "provider"]).exits(0));
        assert_eq!(found, Vec::<String>::new(), "{written:?}");
    }
}

/// The API is looked for at the same host; the printed command and `--fix` do the same, and keep all else.
#[test]
fn an_api_under_another_path_is_found() {
    for (path, written) in [
        ("/api/v1", ""),
        ("/api/v1", "/v1"),
        ("/api/v1", "/api"),
        ("/api/v1", "/api/v1/v1"),
        ("/v1beta/openai", "/v1"),
        ("/compatible-mode/v1", "/v1"),
        ("/openai/v1", ""),
    ] {
        let canned = under(path);
        let at = |path: &str| format!("http://{}{path}", canned.address);
        for is_typed in [false, true] {
            let sandbox = ours(&at(path), &at(written));
            let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
            let found = finding(&outcome, "provider-address").unwrap_or_else(|| panic!("{path} {written}\n{outcome}"));
            let command = format!("codexgw add lab --base-url {} --force", at(path));
            assert_eq!(found["fix"], format!("`{command}`"));
            if is_typed {
                sandbox.command("sh", &["-c", &command]).run().ok();
            } else {
                sandbox.codexgw(&["doctor", "--fix", "--only", "provider"]).run().ok();
            }
            assert!(kept(&sandbox).contains(&format!("base_url = \"{}\"", at(path))), "{path} {written}");
            doctor(&sandbox, &["--only", "provider"]).exits(0);
        }
    }
    // The long form, as it was printed before, keeps as much.
    let canned = under("/api/v1");
    let good = format!("http://{}/api/v1", canned.address);
    let sandbox = ours(&good, &good.replace("/api", ""));
    sandbox.codexgw(&["add", "custom", "--id", "lab", "--force", "--base-url", &good]).run().ok();
    assert!(kept(&sandbox).contains(&format!("base_url = \"{good}\"")));
    // So does what the probe says.
    let wrong = good.replace("/api", "");
    let sandbox = ours(&good, &wrong);
    sandbox
        .codexgw(&["probe", "lab", "--save"])
        .run()
        .stderr_has(&format!("codexgw probe lab --base-url {good} --save"));
    sandbox.codexgw(&["probe", "lab", "--base-url", &good, "--save"]).run();
    assert!(kept(&sandbox).contains(&format!("base_url = \"{good}\"")));
}

#[test]
fn https_where_there_is_no_tls_keeps_the_path() {
    let canned = under("/api/v1");
    let good = format!("http://{}/api/v1", canned.address);
    let sandbox = ours(&good, &good.replace("http:", "https:"));
    Broken::new("provider-address", sandbox).asked("provider").mended().holds();
    let sandbox = ours(&good, &good.replace("http:", "https:"));
    Broken::new("provider-address", sandbox).asked("provider").prints_command().holds();
}

#[test]
fn where_a_redirect_points_is_tried_at_the_same_host() {
    for (to, is_there) in [("/api/v1/models", true), ("http://elsewhere.invalid/v2/models", false)] {
        let canned = Canned::start("127.0.0.1:0", move |line, body| match line {
            "POST /api/v1/chat/completions" if body["stream"] == true => streamed(),
            "GET /v1/models" | "POST /v1/chat/completions" => {
                let to = if line.starts_with("GET") { to.to_owned() } else { to.replace("models", "chat/completions") };
                (308, vec![("location", to)], String::new())
            }
            line => api("/api/v1", line, true),
        });
        let written = format!("http://{}/v1", canned.address);
        let sandbox = ours(&written, &written);
        if is_there {
            Broken::new("provider-address", sandbox).asked("provider").prints_command().holds();
        } else {
            let outcome = doctor(&sandbox, &["--only", "provider"]).exits(3);
            outcome.stdout_has("codexgw add lab --base-url http://elsewhere.invalid/v2 --force");
        }
    }
}

/// A table that the person wrote is edited.
#[test]
fn a_table_of_the_person_s_own_is_mended() {
    let cases: [(&str, Written); 7] = [
        ("base-url-space", |url| format!("{url} ")),
        ("base-url-quotes", |url| format!("'{url}'")),
        ("base-url-scheme", |url| url.trim_start_matches("http://").to_owned()),
        ("base-url-fragment", |url| format!("{url}#x")),
        ("provider-address", |url| url.replace("/v1", "/api/v1")),
        ("provider-address", |url| url.replace("http:", "https:")),
        ("provider-address", |url| url.replace("/v1", "")),
    ];
    for (id, wrong) in cases {
        let upstream = Upstream::responses(Script::none());
        let url = wrong(&upstream.base_url());
        let sandbox = Sandbox::with_codex();
        let table = PROVIDER.replace("https://lab.example.net/v1", &url);
        sandbox.write_config(format!("{table}env_key = \"LAB_KEY\"\n"));
        let broken = Broken::new(id, sandbox).env("LAB_KEY", &upstream.key()).mended();
        let broken = if id.starts_with("provider") { broken.asked("provider") } else { broken };
        broken.keeping(upstream).holds();
    }
    // What the real Codex answers through is left in peace.
    for wrong in [|url: &str| url.replace("http:", "HTTP:"), |url: &str| format!(" {url}/")] {
        let upstream = Upstream::responses(Script::none());
        let mut sandbox = Sandbox::with_codex();
        sandbox.set_env("LAB_KEY", upstream.key());
        let table = PROVIDER.replace("https://lab.example.net/v1", &wrong(&upstream.base_url()));
        sandbox.write_config(format!("{table}env_key = \"LAB_KEY\"\n"));
        let found = ids(&doctor(&sandbox, &["--only", "base-url", "--only", "provider"]).exits(0));
        assert_eq!(found, Vec::<String>::new());
    }
}
