//! Codex's background server: it keeps the environment of whoever started it, and is a copy of the Codex that was
//! there then (codex-facts 7).

use crate::codex::Version;
use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "daemon", about: "Codex's background server with variables of another day", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let Ok(codex_home) = &world.codex_home else { return Vec::new() };
    let say = "start it anew: `codex app-server daemon stop`; `codexgw run` goes around it";
    let mut findings = Vec::new();
    for server in servers(codex_home.dir()) {
        let process = format!("process {}", server.pid);
        for table in world.tables() {
            let Some(variable) = table.text("env_key") else { continue };
            let here = world.env.get(variable);
            let there = server.env.get(variable);
            if here.is_none() || here == there {
                continue;
            }
            let how = if there.is_some() { "with another value of" } else { "without" };
            let what = format!("Codex's background server runs {how} `{variable}`, so `codex` does not see yours");
            findings.push(
                Finding::broken("daemon-stale", what)
                    .saw(process.clone())
                    .saw(format!("`{variable}` is the key of provider `{}`", table.id))
                    .say(say),
            );
        }
        if let (Some(theirs), Ok(codex)) = (server.version, &world.codex)
            && theirs != codex.version
        {
            let what = format!("Codex's background server is {theirs}, and `codex` is {}", codex.version);
            findings.push(Finding::warning("daemon-version", what).saw(process).say(say));
        }
    }
    findings
}

struct Server {
    pid: u32,
    env: std::collections::BTreeMap<String, String>,
    version: Option<Version>,
}

/// The version in the path of the copy: `…/releases/0.169.0-x86_64-unknown-linux-musl/bin/codex`.
#[cfg(target_os = "linux")]
fn version(program: &str) -> Option<Version> {
    program.split_once("/releases/")?.1.split('/').next()?.parse().ok()
}

/// The background servers of this Codex home.
#[cfg(target_os = "linux")]
fn servers(codex_home: &std::path::Path) -> Vec<Server> {
    let split = |bytes: Vec<u8>| -> Vec<String> {
        bytes.split(|byte| *byte == 0).map(|part| String::from_utf8_lossy(part).into_owned()).collect()
    };
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let line = split(std::fs::read(entry.path().join("cmdline")).ok()?);
            let is_server =
                line.iter().any(|word| word == "app-server") && line.iter().any(|word| word == "--managed-daemon");
            if !is_server || !line.first()?.starts_with(codex_home.to_str()?) {
                return None;
            }
            let version = version(line.first()?);
            let env = split(std::fs::read(entry.path().join("environ")).ok()?);
            let env =
                env.iter().filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            Some(Server { pid, env, version })
        })
        .collect()
}

/// Elsewhere the environment of another process cannot be read.
#[cfg(not(target_os = "linux"))]
fn servers(_codex_home: &std::path::Path) -> Vec<Server> {
    Vec::new()
}
