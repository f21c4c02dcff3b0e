//! What the tests stand on: a sealed sandbox, strict scripted upstreams, and drivers of the real programs.

pub mod child;
pub mod codex;
pub mod http;
pub mod install;
pub mod keyring;
pub mod mcp;
pub mod sandbox;
pub mod server;
pub mod tmux;
pub mod upstream;

pub use child::Outcome;
pub use sandbox::Sandbox;
pub use server::Server;
pub use tmux::Terminal;
pub use upstream::{Script, Turn, Upstream};
