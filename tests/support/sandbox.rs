//! A sealed home for one test: own HOME, CODEX_HOME, CODEXGW_HOME, XDG folders, PATH and, where asked, own keyring.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use super::child::{self, Outcome, Running};
use super::codex;
use super::keyring::KeyringSession;
use super::upstream::Upstream;

/// Enough for a command without Codex on a busy machine; `codexgw` has limits of its own well below.
const COMMAND_LIMIT: Duration = Duration::from_mins(1);

/// Enough for the longest scripted session of Codex on a busy machine.
const CODEX_LIMIT: Duration = Duration::from_secs(150);

/// Flags that every scripted `codex exec` takes: no sandbox inside the sandbox, nothing asked.
pub const EXEC: [&str; 2] = ["exec", "--dangerously-bypass-approvals-and-sandbox"];

/// The sealed home. Stops what runs in it and deletes it when dropped; prints its state when the test failed.
pub struct Sandbox {
    root: tempfile::TempDir,
    env: BTreeMap<OsString, OsString>,
    keyring: Option<KeyringSession>,
}

impl Sandbox {
    /// A home without a keyring: no session bus at all, as in a container.
    #[track_caller]
    pub fn new() -> Self {
        let parent = codex::target_dir().join("sandbox");
        fs::create_dir_all(&parent).expect("`target` is writable");
        let root = tempfile::Builder::new().prefix("s").rand_bytes(5).tempdir_in(parent).expect("`target` is writable");
        let mut sandbox = Self { root, env: BTreeMap::new(), keyring: None };
        for dir in ["bin", "home", "codex", "codexgw", "work", "tmp", "run", "xdg"] {
            fs::create_dir(sandbox.path(dir)).expect("the sandbox is writable");
        }
        fs::set_permissions(sandbox.path("run"), fs::Permissions::from_mode(0o700)).expect("it is ours");
        // A link into the sandbox: the path that `add` writes into Codex's files is then one that a person could have.
        fs::hard_link(env!("CARGO_BIN_EXE_codexgw"), sandbox.program()).expect("`target` is one file system");
        for (name, dir) in [
            ("HOME", "home"),
            ("CODEX_HOME", "codex"),
            ("CODEXGW_HOME", "codexgw"),
            ("TMPDIR", "tmp"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_CONFIG_HOME", "xdg/config"),
            ("XDG_DATA_HOME", "xdg/data"),
            ("XDG_STATE_HOME", "xdg/state"),
            ("XDG_CACHE_HOME", "xdg/cache"),
        ] {
            let path = sandbox.path(dir);
            sandbox.set_env(name, path);
        }
        for (name, value) in
            [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("SHELL", "/bin/bash"), ("USER", "person")]
        {
            sandbox.set_env(name, value);
        }
        sandbox.set_path(&[&sandbox.path("bin")]);
        sandbox
    }

    /// The same with Codex on the PATH and a git repository as workspace.
    #[track_caller]
    pub fn with_codex() -> Self {
        let mut sandbox = Self::new();
        sandbox.set_path(&[&sandbox.path("bin"), codex::bin_dir()]);
        sandbox.command("git", &["init", "--quiet"]).run().ok();
        sandbox
    }

    /// The same with a private session bus and an unlocked keyring on it.
    #[track_caller]
    pub fn with_keyring() -> Self {
        Self::with_bus(KeyringSession::start())
    }

    /// The same with a bus on which nobody keeps keys.
    #[track_caller]
    pub fn with_empty_bus() -> Self {
        Self::with_bus(KeyringSession::without_keyring())
    }

    fn with_bus(bus: KeyringSession) -> Self {
        let mut sandbox = Self::with_codex();
        sandbox.set_env("DBUS_SESSION_BUS_ADDRESS", bus.address());
        sandbox.keyring = Some(bus);
        sandbox
    }

    /// The private keyring.
    pub fn keyring(&self) -> &KeyringSession {
        self.keyring.as_ref().expect("the test asked for a keyring")
    }

    /// A path inside the sandbox.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(relative)
    }

    /// The workspace in which Codex runs.
    pub fn work(&self) -> PathBuf {
        self.path("work")
    }

    /// `codexgw` as the person calls it.
    pub fn program(&self) -> PathBuf {
        self.path("bin/codexgw")
    }

    /// The sealed environment.
    pub fn env(&self) -> &BTreeMap<OsString, OsString> {
        &self.env
    }

    /// Sets a variable for everything that is started from now on.
    pub fn set_env(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.env.insert(name.into(), value.into());
    }

    fn set_path(&mut self, first: &[&Path]) {
        let here = std::env::var_os("PATH").unwrap_or_default();
        let mut dirs: Vec<PathBuf> = first.iter().map(|p| p.to_path_buf()).collect();
        for tool in ["node", "git"] {
            dirs.extend(std::env::split_paths(&here).find(|dir| dir.join(tool).is_file()));
        }
        dirs.extend(["/usr/bin", "/bin"].map(PathBuf::from));
        let path = std::env::join_paths(dirs).expect("no folder of ours holds a colon");
        self.set_env("PATH", path);
    }

    /// Puts an executable script called `name` first on the PATH.
    pub fn write_program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, script).expect("the sandbox is writable");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// Codex's `config.toml`, or nothing when there is none.
    pub fn config(&self) -> Option<String> {
        fs::read_to_string(self.config_file()).ok()
    }

    /// The path of Codex's `config.toml`.
    pub fn config_file(&self) -> PathBuf {
        self.path("codex/config.toml")
    }

    /// Replaces Codex's `config.toml`.
    pub fn write_config(&self, text: impl AsRef<[u8]>) {
        fs::write(self.config_file(), text).expect("the sandbox is writable");
    }

    /// A profile file, or nothing when there is none.
    pub fn profile(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(format!("codex/{name}.config.toml"))).ok()
    }

    /// Every file under Codex's and codexgw's homes with its content, but for what Codex writes by running.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for dir in ["codex", "codexgw"] {
            read_tree(&self.path(dir), self.root.path(), &mut files);
        }
        files
    }

    /// Every file under one folder of the sandbox, by its path in it.
    pub fn read_tree(&self, dir: &str, into: &mut BTreeMap<String, Vec<u8>>) {
        read_tree(&self.path(dir), self.root.path(), into);
    }

    /// The gateway's log.
    pub fn gateway_log(&self) -> String {
        fs::read_to_string(self.path("codexgw/state/gateway.log")).unwrap_or_default()
    }

    /// `codexgw` with these arguments.
    pub fn codexgw<'a>(&'a self, args: &[&str]) -> Invocation<'a> {
        let program = self.program();
        self.command(program.to_str().expect("`target` has a plain name"), args)
    }

    /// The real `codex` with these arguments.
    pub fn codex<'a>(&'a self, args: &[&str]) -> Invocation<'a> {
        self.command("codex", args).limit(CODEX_LIMIT)
    }

    /// `codex -p PROFILE exec PROMPT` as a person types it, without a wrapper.
    pub fn exec<'a>(&'a self, profile: &str, prompt: &str) -> Invocation<'a> {
        let mut args = vec!["-p", profile];
        args.extend(EXEC);
        args.push(prompt);
        self.codex(&args)
    }

    /// `codexgw run --profile PROFILE -- exec PROMPT`.
    pub fn run<'a>(&'a self, profile: &str, prompt: &str) -> Invocation<'a> {
        let mut args = vec!["run", "--profile", profile, "--"];
        args.extend(EXEC);
        args.push(prompt);
        self.codexgw(&args).limit(CODEX_LIMIT)
    }

    /// Any program in the sealed environment, in the workspace.
    pub fn command<'a>(&'a self, program: &str, args: &[&str]) -> Invocation<'a> {
        let mut command = Command::new(self.find(program));
        command.args(args).env_clear().envs(&self.env).current_dir(self.work());
        Invocation { command, stdin: Vec::new(), limit: COMMAND_LIMIT, sandbox: self }
    }

    /// `std` looks a bare name up on the tests' own PATH: here the sandbox's counts.
    fn find(&self, program: &str) -> PathBuf {
        let path = self.env.get(&OsString::from("PATH")).cloned().unwrap_or_default();
        let on_path = |dir: PathBuf| Some(dir.join(program)).filter(|p| p.is_file());
        if program.contains('/') {
            return program.into();
        }
        std::env::split_paths(&path).find_map(on_path).unwrap_or_else(|| program.into())
    }

    /// `codexgw add custom` for a scripted upstream, with its key in a file or in the keyring where there is one.
    #[track_caller]
    pub fn add(&self, id: &str, upstream: &Upstream, more: &[&str]) -> Outcome {
        let (base_url, model) = (upstream.base_url(), upstream.model());
        let store = if self.keyring.is_some() { "keyring" } else { "file" };
        let mut args = vec!["add", "custom", "--id", id, "--base-url", &base_url, "--key-stdin", "--store", store];
        if !more.contains(&"--model") {
            args.extend(["--model", &model]);
        }
        args.extend(more);
        self.codexgw(&args).stdin(&upstream.key()).run().ok()
    }

    /// Lets a stop-and-ask dialogue of the terminal UI about this workspace go away.
    pub fn trust_workspace(&self) {
        let mut config = self.config().unwrap_or_default();
        let _ = write!(config, "\n[projects.\"{}\"]\ntrust_level = \"trusted\"\n", self.work().display());
        self.write_config(config);
    }

    /// Replaces what differs from run to run: the sandbox's path, ports and milliseconds.
    pub fn normalise(&self, text: &str) -> String {
        let text = text.replace(&self.root.path().display().to_string(), "[SANDBOX]");
        let text = text.split(" ms").map(|part| part.trim_end_matches(|c: char| c.is_ascii_digit()));
        let text = text.collect::<Vec<_>>().join("[N] ms");
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(at) = rest.find("127.0.0.1:") {
            let (before, after) = rest.split_at(at + "127.0.0.1:".len());
            out.push_str(before);
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            out.push_str(if digits > 0 { "[PORT]" } else { "" });
            rest = &after[digits..];
        }
        out + rest
    }

    /// The arguments and the environment of everything that still runs in here.
    pub fn processes(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let read = |pid: i32, file: &str| fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        self.alive().into_iter().map(|(pid, _)| (read(pid, "cmdline"), read(pid, "environ"))).collect()
    }

    /// Process ids of everything alive whose environment names this sandbox.
    fn alive(&self) -> Vec<(i32, String)> {
        let mark = format!("{}/", self.root.path().display());
        let mark = mark.as_bytes();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|s| s.parse::<i32>().ok()) else { continue };
            let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
            if environ.windows(mark.len()).any(|window| window == mark) {
                let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
                found.push((pid, String::from_utf8_lossy(&line).replace('\0', " ")));
            }
        }
        found
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for (name, content) in self.files() {
                let kind = Path::new(&name).extension().unwrap_or_default();
                if (kind == "toml" || kind == "log") && content.len() < 20_000 {
                    eprintln!("=== {name}\n{}", String::from_utf8_lossy(&content));
                }
            }
        }
        if self.path("codexgw/state").exists() {
            let _ = self.codexgw(&["gateway", "stop"]).spawn_quietly();
        }
        if self.path("codex/packages").exists() {
            let _ = self.codex(&["app-server", "daemon", "stop"]).spawn_quietly();
        }
        for (pid, _) in self.alive() {
            if let Some(pid) = Pid::from_raw(pid) {
                // Its own environment says that it was started in here; gone already is as good.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }
}

/// One command about to run in a sandbox.
pub struct Invocation<'a> {
    command: Command,
    stdin: Vec<u8>,
    limit: Duration,
    sandbox: &'a Sandbox,
}

impl Invocation<'_> {
    /// What it reads from standard input.
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// One more variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// More arguments.
    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    /// Another working folder.
    pub fn current_dir(mut self, dir: &Path) -> Self {
        self.command.current_dir(dir);
        self
    }

    /// Another time limit than that of a short command.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Outcome {
        child::run(self.command, &self.stdin, self.limit)
    }

    /// Starts it and goes on.
    #[track_caller]
    pub fn start(self) -> Running {
        child::start(self.command, &self.stdin)
    }

    /// Runs it and appends what a person would see to `transcript`, with what varies from run to run replaced.
    #[track_caller]
    pub fn onto(self, transcript: &mut String) {
        let sandbox = self.sandbox;
        let outcome = self.run();
        let command = outcome.command.replace(&sandbox.program().display().to_string(), "codexgw");
        let mut text = format!("$ {command}\n");
        for (stream, said) in [("stdout", &outcome.stdout), ("stderr", &outcome.stderr)] {
            for line in said.lines() {
                let _ = writeln!(text, "{stream}: {line}");
            }
        }
        if outcome.code != Some(0) {
            let _ = writeln!(text, "exit: {:?}", outcome.code);
        }
        transcript.push_str(&sandbox.normalise(&text));
        transcript.push('\n');
    }

    fn spawn_quietly(mut self) -> std::io::Result<()> {
        use std::process::Stdio;
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = self.command.spawn()?;
        let deadline = std::time::Instant::now() + Duration::from_secs(10);
        while child.try_wait()?.is_none() {
            if std::time::Instant::now() > deadline {
                child.kill()?;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }
}

fn read_tree(dir: &Path, root: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            // Codex puts copies of itself into these, even for `codex --version`.
            if path.file_name().is_none_or(|name| name != "packages" && name != "tmp") {
                read_tree(&path, root, into);
            }
        } else if kind.is_file() {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            into.insert(name, fs::read(&path).unwrap_or_default());
        }
    }
}
