//! The gateway: it starts by itself, so that it is down is no trouble; who is in its place may be.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::doctor::{Check, Finding, Fix, World};
use crate::gateway;
use crate::setup::GATEWAY_ID;

pub const CHECK: Check = Check { id: "gateway", about: "the gateway, and who is on its port", is_online: false, look };

fn look(world: &World) -> Vec<Finding> {
    let Some(port) = world.settings.as_ref().ok().and_then(|settings| settings.port) else { return Vec::new() };
    let mut findings = Vec::new();
    let told = world.config().and_then(|config| config.get_str(&["model_providers", GATEWAY_ID, "base_url"]));
    let wanted = crate::setup::gateway_url(port);
    if let Some(told) = told.filter(|told| *told != wanted) {
        let what = format!("Codex looks for the gateway at {told}, but it listens at {wanted}");
        let port = port.to_string();
        findings.push(
            Finding::broken("gateway-elsewhere", what).mended_by(Fix::command(&["gateway", "move", "--port", &port])),
        );
    }
    match gateway::status(&world.home) {
        Ok(Some(running)) if running.version != env!("CARGO_PKG_VERSION") => findings.push(
            Finding::warning("gateway-version", "the gateway that runs is of another version of codexgw")
                .saw(format!("it is {}, this is {}", running.version, env!("CARGO_PKG_VERSION")))
                .mended_by(Fix::command(&["gateway", "stop"])),
        ),
        Ok(Some(_)) => {}
        Ok(None) if let Ok(Some(running)) = gateway::unproven(&world.home) => findings.push(
            Finding::broken("gateway-token", "your gateway runs with another token than the one that Codex shows it")
                .saw(format!("it is process {}, on port {}", running.pid, running.port))
                .saw("its file in the state folder was removed or replaced while it ran")
                .mended_by(Fix::command(&["gateway", "stop"])),
        ),
        Ok(None) => {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
            if TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok() {
                let what = format!("another program listens on port {port}, where Codex looks for the gateway");
                findings
                    .push(Finding::broken("gateway-port-taken", what).mended_by(Fix::command(&["gateway", "move"])));
            }
        }
        Err(e) => findings.push(
            Finding::of_error("gateway-token", &e)
                .saw("the next start of the gateway makes a new one")
                .mended_by(Fix::command(&["gateway", "stop"])),
        ),
    }
    findings
}
