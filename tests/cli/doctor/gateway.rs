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
    let (upstream, sandbox) = with_a_gateway_provider();
    Broken::new("proxy-before-gateway", sandbox).env("HTTP_PROXY", "http://127.0.0.1:9").keeping(upstream).holds();
    // The gateway is asked without TLS.
    let (_upstream, mut sandbox) = with_a_gateway_provider();
    sandbox.set_env("HTTPS_PROXY", "http://127.0.0.1:9");
    assert_eq!(ids(&doctor(&sandbox, &["--offline"]).exits(0)), Vec::<String>::new());
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
    Broken::new("gateway-token", sandbox).keeping(upstream).holds();
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
