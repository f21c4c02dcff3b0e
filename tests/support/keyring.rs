//! A private session bus with an unlocked gnome-keyring on it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

/// The bus and the keyring; both end when this is dropped.
pub struct KeyringSession {
    address: String,
    children: Vec<Child>,
    _home: tempfile::TempDir,
}

impl KeyringSession {
    /// Starts both.
    pub fn start() -> Self {
        let home = tempfile::tempdir().expect("a folder");
        let mut bus = Command::new("dbus-daemon")
            .args(["--session", "--print-address", "--nofork"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("dbus-daemon is installed");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("piped")).read_line(&mut address).expect("an address");
        let address = address.trim().to_owned();
        let mut keyring = Command::new("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets", "--unlock"])
            .env("DBUS_SESSION_BUS_ADDRESS", &address)
            .env("HOME", home.path())
            .env("XDG_DATA_HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon is installed");
        keyring.stdin.take().expect("piped").write_all(b"password\n").expect("it reads");
        Self { address, children: vec![keyring, bus], _home: home }
    }

    /// The bus's address.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for KeyringSession {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
