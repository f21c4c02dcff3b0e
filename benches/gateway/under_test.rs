//! The gateway, set up in a home of its own with the upstream as a provider on each wire.

use std::fs;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::nginx::until_it_listens;
use super::process::Process;

pub struct UnderTest {
    pub address: SocketAddr,
    pub token: String,
    pub process: Process,
}

impl UnderTest {
    /// Sets it up and starts it; also gives the time from its start until it listened.
    pub fn start(upstream: SocketAddr) -> io::Result<(Self, Duration)> {
        let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("gateway-bench");
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(home.join("codex"))?;
        let command = |args: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_codexgw"));
            command.args(args).env("CODEXGW_HOME", home.join("own")).env("CODEX_HOME", home.join("codex"));
            command.stdin(Stdio::null()).stderr(Stdio::null());
            command
        };
        for wire in ["chat", "messages", "gemini", "responses"] {
            let url = format!("http://{upstream}/v1");
            let mut add = command(&["add", "custom", "--id", wire, "--base-url", &url, "--wire", wire]);
            add.args(["--no-probe", "--via", "gateway", "--model", "m1"]).stdout(Stdio::null()).status()?;
        }
        // The first call starts one that looks after itself; the one to be measured takes its place.
        let token = String::from_utf8_lossy(&command(&["token", "codexgw"]).output()?.stdout).trim().to_owned();
        command(&["gateway", "stop"]).stdout(Stdio::null()).status()?;
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let started = Instant::now();
        let mut serve = command(&["gateway", "serve", "--port", &address.port().to_string()]);
        let process = Process::new(serve.stdout(Stdio::null()).spawn()?);
        until_it_listens(address)?;
        Ok((Self { address, token, process }, started.elapsed()))
    }
}
