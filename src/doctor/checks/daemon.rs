//! Codex's background server: it keeps the environment of whoever started it (codex-facts 7).

use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "daemon", about: "Codex's background server with variables of another day", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let Ok(codex_home) = &world.codex_home else { return Vec::new() };
    let mut findings = Vec::new();
    for server in servers(codex_home.dir()) {
        for document in world.documents() {
            let providers = document.get(&["model_providers"]).and_then(toml_edit::Item::as_table_like);
            for (id, _) in providers.into_iter().flat_map(toml_edit::TableLike::iter) {
                let Some(variable) = document.get_str(&["model_providers", id, "env_key"]) else { continue };
                let here = world.env.get(variable);
                let there = server.env.get(variable);
                if here.is_none() || here == there {
                    continue;
                }
                let how = if there.is_some() { "with another value" } else { "without it" };
                let what =
                    format!("Codex's background server runs {how} of `{variable}`, so `codex` does not see yours");
                findings.push(
                    Finding::broken("daemon-stale", what.replace(" without it of", " without"))
                        .saw(format!("process {}", server.pid))
                        .saw(format!("`{variable}` is the key of provider `{id}`"))
                        .say("start it anew: `codex app-server daemon stop`; `codexgw run` goes around it"),
                );
            }
        }
    }
    findings
}

struct Server {
    pid: u32,
    env: std::collections::BTreeMap<String, String>,
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
            let env = split(std::fs::read(entry.path().join("environ")).ok()?);
            let env =
                env.iter().filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
            Some(Server { pid, env })
        })
        .collect()
}

/// Elsewhere the environment of another process cannot be read.
#[cfg(not(target_os = "linux"))]
fn servers(_codex_home: &std::path::Path) -> Vec<Server> {
    Vec::new()
}
