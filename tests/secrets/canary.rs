//! Keys of many shapes through every kind of command line: none of them turns up where it should not be.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::thread;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::support::upstream::Script;
use crate::support::{Outcome, Sandbox, Upstream};

/// Shorter keys are not looked for in what foreign programs say: they would hit ordinary words.
const SHORTEST_REDACTED: usize = 8;

/// Keys that are taken: letters and digits, prefixes, base64, a token of three parts, signs that shells, URLs and JSON
/// escape, a leading dash, very short and very long.
fn shapes() -> Vec<String> {
    let mut shapes: Vec<String> = [
        "sk-canary0123456789abcdefABCDEF",
        "gsk_canary9876543210zyxwvutsrq",
        "sk-or-v1-c0ffee0123456789abcdef0123456789abcdef0123456789abcdef01234567",
        "AIzaSyCanary_0-1234567890abcdefghijkl",
        "Ab+/cD9+xY/zW0k+Qm/8t7Z/canary==",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnktOTgifQ.Zk3_canary-signature-0123456789abc",
        "q7Zx!K",
        "p%41ss&w=rd:canary#y?z~1",
        "3f2b8c1e-77aa-4c0d-9e5f-canary012345",
        "back\\slash\\canary\\0193\\n",
        "${CANARY}[0](1)<2>;|*canary",
        "-----canary-leading-dash",
        "ABSKQmVkcm9ja0NhbmFyeUtleTp4eXo=",
    ]
    .map(str::to_owned)
    .to_vec();
    shapes.push(format!("long-canary-{}", "Zy9Xw8Vu".repeat(250)));
    shapes
}

/// The key as it is, and as others would write it.
fn forms(key: &str) -> Vec<Vec<u8>> {
    let percent = |upper: bool| -> String {
        let escape = |byte: u8| match (byte.is_ascii_alphanumeric() || b"-._~".contains(&byte), upper) {
            (true, _) => char::from(byte).to_string(),
            (false, true) => format!("%{byte:02X}"),
            (false, false) => format!("%{byte:02x}"),
        };
        key.bytes().map(escape).collect()
    };
    let json = serde_json::to_string(key).expect("text");
    let json = json.trim_matches('"').to_owned();
    let form: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    let (path, lower) = (percent(true), percent(false));
    let base64 = [STANDARD_NO_PAD.encode(key), URL_SAFE_NO_PAD.encode(key)];
    let mut forms = vec![key.to_owned(), json.replace('/', "\\/"), json, form, path, lower];
    forms.extend(base64);
    forms.into_iter().map(String::into_bytes).collect()
}

/// Looks for one key in all its forms.
struct Search {
    key: String,
    forms: Vec<Vec<u8>>,
}

impl Search {
    fn new(key: &str) -> Self {
        Self { key: key.to_owned(), forms: forms(key) }
    }

    #[track_caller]
    fn is_not_in(&self, what: &str, content: &[u8]) {
        for form in &self.forms {
            let found = content.windows(form.len()).any(|window| window == form);
            assert!(!found, "`{}` is in {what}:\n{}", self.key, String::from_utf8_lossy(content));
        }
    }

    #[track_caller]
    fn is_not_said(&self, outcome: &Outcome) {
        self.is_not_in(&format!("the stdout of {}", outcome.command), outcome.stdout.as_bytes());
        self.is_not_in(&format!("the stderr of {}", outcome.command), outcome.stderr.as_bytes());
        assert!(!outcome.stderr.contains("panicked"), "{outcome}");
    }

    /// In no file but the key store itself, and in no argument and no variable of what runs on.
    #[track_caller]
    fn is_not_left(&self, sandbox: &Sandbox) {
        let mut files = BTreeMap::new();
        for dir in ["codex", "codexgw", "home", "run", "tmp", "work", "xdg"] {
            read_all(&sandbox.path(dir), &mut files);
        }
        let store = sandbox.path("codexgw/state/keys");
        for (path, content) in files.iter().filter(|(path, _)| !Path::new(path).starts_with(&store)) {
            self.is_not_in(path, content);
        }
        for (line, environment) in sandbox.processes() {
            self.is_not_in("the arguments of a process", &line);
            self.is_not_in(&format!("the environment of {}", String::from_utf8_lossy(&line)), &environment);
        }
    }
}

fn read_all(dir: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => read_all(&path, into),
            // Codex's own program, which it copies into its home, is no place of ours.
            Ok(kind) if kind.is_file() && entry.metadata().is_ok_and(|meta| meta.len() < 10 << 20) => {
                into.insert(path.display().to_string(), std::fs::read(&path).unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// A provider that refuses every key and repeats it, in several forms.
fn parrot() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let address = listener.local_addr().expect("it is bound");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let sent = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or_default();
            let encoded = STANDARD.encode(format!("user:{sent}"));
            let form: String = url::form_urlencoded::byte_serialize(sent.as_bytes()).collect();
            let message = format!("Incorrect API key provided: {sent} (basic {encoded}, ?key={form})");
            let body = serde_json::json!({"error": {"message": message, "code": "invalid_api_key"}}).to_string();
            let answer = format!(
                "HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\nconnection: close\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            );
            // Whoever asked may have left.
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

/// One key through all the command lines; tells how many they were.
fn walk(key: &str, parrot: SocketAddr) -> usize {
    let search = Search::new(key);
    let upstream = Upstream::chat(Script::none()).with_key(key);
    let sandbox = Sandbox::with_codex();
    let mut count = 0;
    let mut typed = |args: &[&str], stdin: &str, variable: Option<&str>| -> Outcome {
        let command = sandbox.codexgw(args).stdin(stdin);
        let command = if let Some(value) = variable { command.env("CANARY", value) } else { command };
        let outcome = command.run();
        count += 1;
        search.is_not_said(&outcome);
        outcome
    };
    let (url, refusing) = (upstream.base_url(), format!("http://{parrot}/v1"));
    let add = |id: &'static str, url: &'static str, more: &[&'static str]| -> Vec<&'static str> {
        let start = ["add", "custom", "--id", id, "--base-url", url, "--model", "m1", "--store", "file"];
        start.iter().chain(more).copied().collect()
    };
    // They live as long as the test: short lines are worth the few bytes.
    let (url, refusing): (&'static str, &'static str) = (url.leak(), refusing.leak());
    let piped = ["--key-stdin"];

    // Adding: shown, done, refused, replaced, at providers that are not there or repeat the key.
    typed(&add("up", url, &["--key-stdin", "--dry-run", "-vvv"]), key, None).ok();
    typed(&add("up", url, &["--key-stdin", "--json", "-vvv"]), key, None)
        .ok()
        .stderr_has("asked the provider")
        .stderr_has("DEBUG");
    search.is_not_left(&sandbox);
    typed(&add("up", url, &piped), key, None).exits(1);
    typed(&add("up", url, &["--key-stdin", "--force", "-v"]), &format!("  Bearer {key}\r\n"), None).ok();
    typed(&add("up", url, &["--key-from-env", "CANARY", "--force", "-vv"]), "", Some(key)).ok();
    typed(&add("two", url, &["--key-from-env", "CANARY", "--header-stdin", "X-Team", "--no-probe"]), key, Some(key))
        .ok();
    typed(&add("openai", url, &piped), key, None).exits(2);
    typed(&add("three", "http://127.0.0.1:9/v1", &["--key-stdin", "-vvv"]), key, None).exits(4);
    typed(&add("three", "not a url", &piped), key, None);
    let escaped: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
    for odd in [format!("http://me:{escaped}@127.0.0.1:9/v1"), format!("http://127.0.0.1:9/v1?key={escaped}")] {
        typed(&add("three", odd.leak(), &["--key-stdin", "-vvv"]), key, None).exits(2);
    }
    typed(&add("three", url, &["--key-stdin", "--header", "Authorization=x"]), key, None).exits(2);
    typed(&add("three", url, &["--key-stdin", "--frobnicate"]), key, None).exits(2);
    typed(&add("three", url, &piped), &format!("{key} {key}"), None).exits(1);
    typed(&add("three", url, &["--env-key", "CANARY", "--via", "gateway"]), "", Some(key)).exits(2);
    typed(&add("straight", url, &["--env-key", "CANARY", "--no-probe", "--wire", "responses"]), "", Some(key)).ok();
    if key.len() >= SHORTEST_REDACTED {
        typed(&add("three", refusing, &["--key-stdin", "-vvv"]), key, None).exits(4).stderr_has("[redacted]");
        typed(&["key", "set", "up", "--key", &format!("={key}")], "", None);
        typed(&add("parrot", refusing, &["--key-stdin", "--no-probe"]), key, None).ok();
        typed(&["doctor", "parrot", "-vvv"], "", None).exits(3).stdout_has("[redacted]");
        typed(&["doctor", "parrot", "--json", "--bundle", "parrot.md"], "", None).exits(3);
        typed(&["remove", "parrot", "--yes"], "", None).ok();
    }
    if key.starts_with("sk-") || key.starts_with("gsk_") {
        typed(&["key", "set", "up", key], "", None).exits(2);
        typed(&["add", key], "", None).exits(2);
    }

    // A program that hands the key out.
    let secret = sandbox.path("bin/secret");
    std::fs::write(&secret, key).expect("the sandbox is writable");
    sandbox.write_program(
        "pass",
        "#!/bin/sh\ncat /proc/$$/environ /proc/$$/cmdline > \"$HOME/seen\"\ncat \"${0%/*}/secret\"\n",
    );
    let pass = ["--key-command", "pass show it", "--no-probe", "-vvv"];
    typed(&add("passing", url, &pass), "", None).ok();
    let seen = std::fs::read(sandbox.path("home/seen")).expect("the program looked around");
    assert!(!seen.is_empty());
    sandbox.write_program("pass", "#!/bin/sh\ncat \"${0%/*}/secret\" | tee /dev/stderr\nexit 1\n");
    if key.len() >= SHORTEST_REDACTED {
        typed(&["token", "passing", "-vvv"], "", None).exits(5);
    }

    // Looking, on a running gateway too.
    typed(&["run", "--profile", "up", "--", "--version"], "", None).ok();
    if key.len() >= SHORTEST_REDACTED {
        // One of the providers has a program that fails, and says the key while it does.
        typed(&["doctor", "-vvv"], "", None).exits(3);
        typed(&["doctor", "--offline", "--json", "--bundle", "report.md"], "", None).exits(3);
    }
    search.is_not_left(&sandbox);
    for looking in [
        ["key", "list", "--json", "-vvv"].as_slice(),
        &["list", "-v"],
        &["list", "--json", "-vvv"],
        &["gateway", "status", "--json", "-vv"],
        &["profile", "list", "--json"],
        &["token", "codexgw", "-vvv"],
        &["undo", "--list", "-vvv"],
        &["undo", "--dry-run"],
        &["undo", "--show", "-vvv"],
        &["config", "path", "--json"],
        &["config", "show", "-vvv"],
        &["config", "show", "--settings"],
        &["remove", "up", "--dry-run", "-vvv"],
        &["uninstall", "--dry-run"],
        &["completions", "bash"],
    ] {
        typed(looking, "", None).ok();
    }

    // Replacing, by what is a key and what is none.
    typed(&["key", "set", "up", "-vvv"], &format!("'{key}'\n"), None).ok();
    typed(&["key", "set", "up"], &format!("{key}\n{key}\n"), None).exits(1);
    typed(&["key", "set", "up"], &format!("{key}…"), None).exits(1);
    typed(&["key", "set", "nope"], key, None).exits(1);
    typed(&["run", "--profile", "nope", "-vvv"], "", None);
    typed(&["profile", "add", "fast", "--provider", "up", "--model", "m2", "-vv"], "", None).ok();
    typed(&["use", "up", "--dry-run"], "", None).ok();
    typed(&["use", "up", "-vvv"], "", None).ok();
    typed(&["off", "-v"], "", None).ok();
    search.is_not_left(&sandbox);

    // The one command that is to say it says it once, on stdout.
    let token = sandbox.codexgw(&["token", "up", "-vvv"]).run().ok();
    assert_eq!(token.stdout, format!("{key}\n"));
    search.is_not_in("the stderr of `token`", token.stderr.as_bytes());

    // Taking out.
    typed(&["key", "delete", "two"], "", None).ok();
    typed(&["gateway", "stop", "-vvv"], "", None).ok();
    typed(&["remove", "up", "--yes", "-vvv"], "", None).ok();
    typed(&["undo", "--json"], "", None).exits(2);
    typed(&["uninstall", "--yes"], "", None).ok();
    search.is_not_left(&sandbox);
    let mut kept = BTreeMap::new();
    read_all(&sandbox.path("codexgw"), &mut kept);
    for (path, content) in &kept {
        search.is_not_in(path, content);
    }
    count + pasted(key, &search)
}

/// The key pasted into Codex's own file, and moved out of it.
fn pasted(key: &str, search: &Search) -> usize {
    let sandbox = Sandbox::with_codex();
    let quoted = toml_edit::Value::from(key).to_string();
    sandbox.write_config(format!(
        "model = \"m\"\nmodel_provider = \"lab\"\n\n[model_providers.lab]\nname = \"Lab\"\n\
         base_url = \"http://127.0.0.1:9/v1\"\nexperimental_bearer_token = {quoted}\n"
    ));
    let mut count = 0;
    for line in [
        ["config", "show", "-vvv"].as_slice(),
        &["doctor", "-vvv"],
        &["doctor", "--offline", "--json", "--bundle", "report.md"],
        &["migrate", "--dry-run", "--store", "file", "-vvv"],
        &["migrate", "--json", "--store", "file"],
        &["remove", "lab", "-vvv"],
        &["migrate", "--yes", "--store", "file", "-vvv"],
        &["migrate", "--json"],
        &["undo", "--list"],
        &["config", "show"],
    ] {
        search.is_not_said(&sandbox.codexgw(line).run());
        count += 1;
    }
    search.is_not_left(&sandbox);
    let token = sandbox.codexgw(&["token", "lab"]).run().ok();
    assert_eq!(token.stdout, format!("{key}\n"));
    count
}

#[test]
fn no_key_of_any_shape_turns_up_where_it_should_not_be() {
    let parrot = parrot();
    let shapes = shapes();
    // Two at a time: most of it is waiting for short processes.
    let (left, right) = shapes.split_at(shapes.len() / 2);
    let all = |keys: &[String]| keys.iter().map(|key| walk(key, parrot)).sum::<usize>();
    let count = thread::scope(|scope| {
        let left = scope.spawn(|| all(left));
        all(right) + left.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    });
    assert!(count >= 300, "only {count} command lines");
}
