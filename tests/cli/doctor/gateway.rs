//! The gateway, who is in its place, and what stands before it; codexgw's own settings and profiles.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use super::PROVIDER;
use super::broken::{Broken, doctor, ids};
use crate::cli::with_a_gateway_provider;
use crate::support::Sandbox;

fn port(sandbox: &Sandbox) -> u16 {
    let settings = fs::read_to_string(sandbox.path("codexgw/config.toml")).expect("settings");
    settings.lines().find_map(|line| line.strip_prefix("port = ")?.parse().ok()).expect("a port")
}

#[test]
fn a_proxy_before_this_machine() {
    for (variable, hosts) in [("HTTP_PROXY", "example.net"), ("all_proxy", "localhost"), ("HTTP_PROXY", "*")] {
        let (upstream, sandbox) = with_a_gateway_provider();
        let broken = Broken::new("proxy-before-gateway", sandbox).keeping(upstream);
        broken.env(variable, "http://127.0.0.1:9").env("NO_PROXY", hosts).holds();
    }
    // What Codex itself does not send through it, and whom it exempts.
    for (variable, hosts) in [("HTTPS_PROXY", ""), ("HTTP_PROXY", "127.0.0.0/8"), ("ALL_PROXY", "a.b, 127.0.0.1")] {
        let (_upstream, mut sandbox) = with_a_gateway_provider();
        sandbox.set_env(variable, "http://127.0.0.1:9");
        sandbox.set_env("NO_PROXY", hosts);
        assert_eq!(ids(&doctor(&sandbox, &["--offline"]).exits(0)), Vec::<String>::new());
    }
    let local = PROVIDER.replace("https://lab.example.net", "http://127.0.0.1:9");
    Broken::config("proxy-before-local", &local).env("HTTP_PROXY", "http://proxy.example.net:3128").holds();
}

#[test]
fn a_stranger_in_the_gateway_s_place() {
    let (upstream, sandbox) = with_a_gateway_provider();
    let stranger = TcpListener::bind(("127.0.0.1", port(&sandbox))).expect("the port is free");
    Broken::new("gateway-port-taken", sandbox).keeping((upstream, stranger)).mended().holds();
    let (upstream, sandbox) = with_a_gateway_provider();
    sandbox.write_config(sandbox.config().unwrap().replace("http://127.0.0.1:", "http://127.0.0.1:1"));
    Broken::new("gateway-elsewhere", sandbox).keeping(upstream).mended().holds();
}

#[test]
fn a_gateway_of_another_version() {
    let (upstream, sandbox) = with_a_gateway_provider();
    // The same program, but for the number.
    let own = env!("CARGO_PKG_VERSION").as_bytes();
    let mut program = fs::read(sandbox.program()).expect("the program");
    let found = places(&program, own);
    for place in found {
        program[place + own.len() - 1] = b'9';
    }
    let older = sandbox.path("bin/older");
    fs::write(&older, program).expect("a program");
    fs::set_permissions(&older, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let older = older.display().to_string();
    sandbox.command(&older, &["token", "codexgw"]).run().ok();
    Broken::new("gateway-version", sandbox).keeping(upstream).mended().holds();
}

/// Where a text stands in many bytes.
fn places(bytes: &[u8], text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(next) = bytes[from..].iter().position(|byte| *byte == text[0]) {
        from += next;
        if bytes[from..].starts_with(text) {
            found.push(from);
        }
        from += 1;
    }
    found
}

#[test]
fn a_token_that_others_can_read() {
    let (upstream, sandbox) = with_a_gateway_provider();
    sandbox.codexgw(&["token", "codexgw"]).run().ok();
    let file = sandbox.path("codexgw/state/gateway.token");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("the gateway has a token");
    Broken::new("gateway-token", sandbox).keeping(upstream).mended().holds();
}

#[test]
fn a_token_that_is_damaged_gone_or_another() {
    for text in ["", "abc\n"] {
        let (upstream, sandbox) = with_a_gateway_provider();
        sandbox.codexgw(&["token", "codexgw"]).run().ok();
        fs::write(sandbox.path("codexgw/state/gateway.token"), text).expect("the gateway has a token");
        Broken::new("gateway-token", sandbox).keeping(upstream).mended().holds();
    }
    for other in [None, Some("0123456789abcdef".repeat(4))] {
        let (upstream, sandbox) = with_a_gateway_provider();
        sandbox.codexgw(&["token", "codexgw"]).run().ok();
        let file = sandbox.path("codexgw/state/gateway.token");
        match other {
            None => fs::remove_file(&file).expect("the gateway has a token"),
            Some(token) => fs::write(&file, token).expect("the gateway has a token"),
        }
        let outcome = doctor(&sandbox, &["--offline"]).exits(3);
        assert_eq!(ids(&outcome), ["gateway-token"], "{outcome}");
        let token = sandbox.codexgw(&["token", "codexgw"]).run().exits(1);
        token.stderr_has("codexgw gateway stop");
        doctor(&sandbox, &["--offline", "--fix"]).exits(0);
        // Another gateway starts, with the token that is there or a new one.
        sandbox.codexgw(&["token", "codexgw"]).run().ok();
        assert_eq!(ids(&doctor(&sandbox, &["--offline"]).exits(0)), Vec::<String>::new());
        drop(upstream);
    }
}

#[test]
fn a_model_of_nobody() {
    let on = |model: &str| {
        let (upstream, sandbox) = with_a_gateway_provider();
        let file = sandbox.path("codex/up.config.toml");
        let text = fs::read_to_string(&file).expect("the profile's file");
        fs::write(&file, text.replace("up/m1", model)).expect("a profile");
        (upstream, sandbox)
    };
    for (model, id) in [
        ("m1", "route-without-provider"),
        ("upp/m1", "route-unknown-provider"),
        ("gone/m1", "route-unknown-provider"),
        ("up/", "route-without-provider"),
    ] {
        let (upstream, sandbox) = on(model);
        Broken::new(id, sandbox).keeping(upstream).mended().holds();
    }
    let (_upstream, sandbox) = on("m1");
    let outcome = sandbox.codexgw(&["doctor", "--offline"]).run().exits(3);
    outcome.stdout_has("`codexgw profile add up --provider up --model m1`");
    // The provider is gone, and the profile has stayed.
    let (upstream, sandbox) = with_a_gateway_provider();
    let file = sandbox.path("codexgw/config.toml");
    let mut settings: toml_edit::DocumentMut = fs::read_to_string(&file).expect("settings").parse().expect("settings");
    settings.remove("providers");
    fs::write(&file, settings.to_string()).expect("settings");
    Broken::new("route-unknown-provider", sandbox).keeping(upstream).holds();
}

#[test]
fn settings_that_are_broken() {
    let (upstream, sandbox) = with_a_gateway_provider();
    let file = sandbox.path("codexgw/config.toml");
    fs::write(&file, fs::read_to_string(&file).expect("settings") + "\n[provider]\n").expect("settings");
    Broken::new("settings-unknown-key", sandbox).keeping(upstream).holds();
    let sandbox = Sandbox::with_codex();
    fs::write(sandbox.path("codexgw/config.toml"), "port = \"many\"\n").expect("settings");
    Broken::new("settings-broken", sandbox).holds();
}

#[test]
fn profiles_that_are_gone_or_half() {
    let (upstream, sandbox) = with_a_gateway_provider();
    fs::remove_file(sandbox.path("codex/up.config.toml")).expect("the profile's file");
    Broken::new("profile-gone", sandbox).keeping(upstream).mended().holds();
    let (_upstream, sandbox) = with_a_gateway_provider();
    assert_eq!(ids(&doctor(&sandbox, &["--offline", "upp"]).exits(3)), ["profile-unknown"]);
    fs::write(sandbox.path("codex/half.config.toml"), "model_provider = \"codexgw\"\n").expect("a profile");
    Broken::new("profile-without-model", sandbox).holds();
}
