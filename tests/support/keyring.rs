//! A private session bus with gnome-keyring on it, for one test.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// How long gnome-keyring may take to come onto the bus on a busy machine.
const COMES_WITHIN: Duration = Duration::from_secs(30);

/// Where the collection lies that gnome-keyring unlocks with the login password, its default one.
const LOGIN: &str = "/org/freedesktop/secrets/collection/login";

/// A bus that starts nothing by itself: what is on it was put there by the test.
const BUS: &str = "<busconfig><type>session</type><listen>unix:dir=@DIR@</listen><auth>EXTERNAL</auth>\
                   <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>\
                   <allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";

/// The bus and what is on it; all of it ends when this is dropped.
pub struct KeyringSession {
    address: String,
    children: Vec<Child>,
    keyring: Option<Keeper>,
    home: tempfile::TempDir,
}

/// Keeps gnome-keyring running, as a desktop's bus does: once in some thousand times it ends by a failed check of its
/// own.
struct Keeper {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    fn start(mut daemon: Command) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = is_over.clone();
        let mut run = move || {
            let mut child =
                daemon.spawn().unwrap_or_else(|e| panic!("these tests need gnome-keyring: {e}; run `tests/run`"));
            let mut stdin = child.stdin.take().expect("stdin is piped");
            stdin.write_all(b"the login password").expect("gnome-keyring reads the password");
            child
        };
        let mut child = run();
        let thread = thread::spawn(move || {
            while !over.load(Ordering::SeqCst) {
                if child.try_wait().is_ok_and(|ended| ended.is_some()) {
                    child = run();
                }
                thread::sleep(Duration::from_millis(20));
            }
            // Ended already is as good.
            let _ = child.kill();
            let _ = child.wait();
        });
        Self { is_over, thread: Some(thread) }
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            // What went wrong there has been told there.
            let _ = thread.join();
        }
    }
}

impl KeyringSession {
    /// A bus with an unlocked, empty keyring.
    #[track_caller]
    pub fn start() -> Self {
        let mut session = Self::without_keyring();
        session.keyring = Some(Keeper::start(session.daemon()));
        let deadline = Instant::now() + COMES_WITHIN;
        let unlocked =
            ["org.freedesktop.DBus.Properties.Get", "string:org.freedesktop.Secret.Collection", "string:Locked"];
        while !session.ask(&[&[LOGIN], &unlocked[..]].concat()).contains("boolean false") {
            assert!(Instant::now() < deadline, "gnome-keyring does not unlock {LOGIN} within {COMES_WITHIN:?}");
            thread::sleep(Duration::from_millis(20));
        }
        session
    }

    fn daemon(&self) -> Command {
        let mut command = self.command("gnome-keyring-daemon", &["--foreground", "--components=secrets", "--unlock"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// A bus with nothing on it.
    #[track_caller]
    pub fn without_keyring() -> Self {
        // Sockets want short paths, which the system's own temporary folder has.
        let home = tempfile::Builder::new().prefix("bus").tempdir().expect("the temporary folder is writable");
        let config = home.path().join("bus.conf");
        fs::write(&config, BUS.replace("@DIR@", &home.path().display().to_string())).expect("it is ours");
        let mut session = Self { address: String::new(), children: Vec::new(), keyring: None, home };
        let config = format!("--config-file={}", config.display());
        let mut bus = session
            .command("dbus-daemon", &[&config, "--print-address", "--nofork", "--nopidfile"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // It complains there that it may not open 65536 files.
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|e| panic!("these tests need dbus-daemon: {e}; run `tests/run`"));
        let stdout = bus.stdout.take().expect("stdout is piped");
        session.children.push(bus);
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address).expect("the bus says where it is");
        address.trim().clone_into(&mut session.address);
        assert!(!session.address.is_empty(), "the bus did not start");
        session
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` has to be.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Locks the keyring.
    #[track_caller]
    pub fn lock(&self) {
        let paths = format!("array:objpath:{LOGIN}");
        let told = self.ask(&["/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock", &paths]);
        assert!(told.contains(LOGIN), "the keyring was not locked: {told}");
    }

    /// Calls a method of the keyring; nothing when it is not there.
    fn ask(&self, call: &[&str]) -> String {
        let output = self
            .command(
                "dbus-send",
                &["--session", "--print-reply", "--reply-timeout=5000", "--dest=org.freedesktop.secrets"],
            )
            .args(call)
            .output()
            .unwrap_or_else(|e| panic!("these tests need dbus-send: {e}; run `tests/run`"));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let home: &Path = self.home.path();
        let mut command = Command::new(program);
        command.args(args).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("DBUS_SESSION_BUS_ADDRESS", &self.address).env("HOME", home);
        command.env("XDG_RUNTIME_DIR", home).env("XDG_DATA_HOME", home).env("XDG_CONFIG_HOME", home);
        command
    }
}

impl Drop for KeyringSession {
    fn drop(&mut self) {
        // Before the bus, which it would miss.
        self.keyring = None;
        for child in self.children.iter_mut().rev() {
            // Ended already is as good.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
