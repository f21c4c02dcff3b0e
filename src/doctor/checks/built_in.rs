//! Codex's own providers on this machine, `ollama` and `lmstudio`, when one is chosen and nobody is there.

use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use url::Url;

use crate::doctor::{Check, Finding, World};

pub const CHECK: Check =
    Check { id: "built-in", about: "whether Ollama or LM Studio runs when it is chosen", is_online: true, look };

/// Each with the port that Codex 0.169.0 asks, and what starts it.
const LOCAL: [(&str, u16, &str); 2] = [("ollama", 11434, "ollama serve"), ("lmstudio", 1234, "lms server start")];

/// Time to a connection on this machine.
const WITHIN: Duration = Duration::from_secs(2);

fn look(world: &World) -> Vec<Finding> {
    let choices = world.choices();
    let is_chosen = |id: &str| choices.iter().any(|choice| choice.text("model_provider") == Some(id));
    LOCAL.into_iter().filter(|(id, ..)| is_chosen(id)).filter_map(|one| nobody_there(world, one)).collect()
}

fn nobody_there(world: &World, (id, port, start): (&str, u16, &str)) -> Option<Finding> {
    let port = world.var("CODEX_OSS_PORT").unwrap_or_default().trim().parse().unwrap_or(port);
    let url = world.var("CODEX_OSS_BASE_URL").map_or_else(|| format!("http://localhost:{port}/v1"), str::to_owned);
    let parsed = Url::parse(&url).ok()?;
    let (host, port) = (parsed.host_str()?.trim_matches(['[', ']']), parsed.port_or_known_default()?);
    let mut addresses = (host, port).to_socket_addrs().into_iter().flatten();
    if addresses.any(|address| TcpStream::connect_timeout(&address, WITHIN).is_ok()) {
        return None;
    }
    Some(
        Finding::broken("built-in-unreachable", format!("`{id}` is chosen, and nobody listens where Codex asks it"))
            .saw(format!("no connection to {host}, port {port}"))
            .say(format!("start it: `{start}`; or choose another: `codexgw use PROVIDER`")),
    )
}
