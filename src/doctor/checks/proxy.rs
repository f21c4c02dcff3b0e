//! A proxy that swallows requests to this machine (codex-facts 1.5).

use crate::doctor::{Check, Finding, World};
use crate::launch::loopback_behind_proxy;
use crate::probe::is_loopback;
use crate::setup::GATEWAY_ID;

pub const CHECK: Check =
    Check { id: "proxy", about: "whether Codex reaches this machine past your proxy", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let Some(variable) = loopback_behind_proxy(|name| world.env.get(name).cloned()) else { return Vec::new() };
    let say = "exempt this machine in your shell: `export NO_PROXY=127.0.0.1,localhost`";
    let mut findings = Vec::new();
    if world.tables().any(|table| table.id == GATEWAY_ID) {
        let what = format!("`{variable}` makes Codex look for the gateway behind your proxy, where it hangs");
        findings.push(
            Finding::broken("proxy-before-gateway", what)
                .saw("`codexgw run` exempts this machine by itself; plain `codex`, the IDE and the desktop app do not")
                .say(say),
        );
    }
    for table in world.tables().filter(|table| table.id != GATEWAY_ID) {
        if let Some(url) = table.text("base_url").filter(|url| is_loopback(url) && !url.starts_with("https")) {
            let what = format!("`{variable}` makes Codex look for `{}` behind your proxy, where it hangs", table.id);
            findings.push(
                Finding::broken("proxy-before-local", what)
                    .saw(format!("{} is `{url}`", table.place("base_url")))
                    .say(say),
            );
        }
    }
    findings
}
