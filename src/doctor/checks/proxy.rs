//! A proxy that swallows requests to the gateway (codex-facts 1.5).

use crate::doctor::{Check, Finding, World};
use crate::launch::loopback_behind_proxy;
use crate::setup::GATEWAY_ID;

pub const CHECK: Check =
    Check { id: "proxy", about: "whether Codex reaches the gateway past your proxy", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let uses_gateway = world.documents().any(|document| document.get(&["model_providers", GATEWAY_ID]).is_some());
    let Some(variable) = loopback_behind_proxy(|name| world.env.get(name).cloned()).filter(|_| uses_gateway) else {
        return Vec::new();
    };
    let what = format!("`{variable}` makes Codex look for the gateway behind your proxy, where it hangs");
    vec![
        Finding::broken("proxy-before-gateway", what)
            .saw("`codexgw run` exempts this machine by itself; plain `codex`, the IDE and the desktop app do not")
            .say("exempt this machine in your shell: `export NO_PROXY=127.0.0.1,localhost`"),
    ]
}
