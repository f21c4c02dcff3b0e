//! Environment and exec of codex.

mod arguments;
mod process;
mod proxy;

pub use arguments::{Overrides, Selection, arguments, refuse_profile};
pub use process::Launch;
pub use proxy::{PROXY_VARIABLES, Proxy, exemption, loopback_behind_proxy, no_proxy_with_loopback};
