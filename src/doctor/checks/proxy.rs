//! A proxy that swallows requests to this machine (codex-facts 1.5).

use crate::doctor::{Check, Finding, World};
use crate::launch::{Proxy, exemption};
use crate::probe::is_loopback;
use crate::setup::GATEWAY_ID;

pub const CHECK: Check =
    Check { id: "proxy", about: "whether Codex reaches this machine past your proxy", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let get = |name: &str| world.env.get(name).cloned();
    let say = format!("exempt this machine in your shell: `{}`", exemption(get));
    let mut told = Vec::new();
    let mut findings = Vec::new();
    for table in world.tables() {
        let Some(url) = table.text("base_url").filter(|url| is_loopback(url)) else { continue };
        let Some(proxy) = Proxy::before(url, get).filter(|_| !told.contains(&table.id)) else { continue };
        told.push(table.id);
        let variable = proxy.variable;
        let finding = if table.id == GATEWAY_ID {
            let what = format!("`{variable}` makes Codex look for the gateway behind your proxy, where it hangs");
            Finding::broken("proxy-before-gateway", what)
                .saw("`codexgw run` exempts this machine by itself; plain `codex`, the IDE and the desktop app do not")
        } else {
            let what = format!("`{variable}` makes Codex look for `{}` behind your proxy, where it hangs", table.id);
            Finding::broken("proxy-before-local", what).saw(format!("{} is `{url}`", table.place("base_url")))
        };
        let exempt = ["NO_PROXY", "no_proxy"].into_iter().find_map(|name| Some((name, world.env.get(name)?)));
        let finding = match exempt.filter(|(_, hosts)| hosts.split(',').any(|host| host.trim() == "*")) {
            Some((name, hosts)) => finding.saw(format!(
                "`{name}` is `{hosts}`, and Codex takes `*` for every name, not for a number such as 127.0.0.1"
            )),
            None => finding,
        };
        findings.push(finding.say(say.clone()));
    }
    findings
}
