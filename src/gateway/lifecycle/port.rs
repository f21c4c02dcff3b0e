//! Choosing the gateway's port, once.

use std::net::{Ipv4Addr, TcpListener};

use crate::error::{Error, Result};

/// Above the ports of well-known services and below every system's ephemeral range (Linux hands out 32768 and up, IANA
/// and the others 49152 and up), so that no outgoing connection takes the port while the gateway is down.
const RANGE: std::ops::Range<u16> = 21_000..32_000;

/// A free loopback port for the first gateway `add`; it is kept in the settings from then on.
///
/// # Errors
/// When the system gives no random bytes, or a hundred ports in a row are taken.
pub fn pick_port() -> Result<u16> {
    let mut seed = [0; 2];
    getrandom::fill(&mut seed).map_err(|e| Error::bug("the system gives no random bytes").cause(e))?;
    let size = RANGE.end - RANGE.start;
    let first = u16::from_ne_bytes(seed) % size;
    (0..100)
        .map(|step| RANGE.start + (first + step) % size)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .ok_or_else(|| {
            Error::fixable("found no free port on `127.0.0.1`").hint("name one: `codexgw gateway move PORT`")
        })
}
