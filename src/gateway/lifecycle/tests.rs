use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use pretty_assertions::assert_eq;
use tempfile::TempDir;

use super::client::{Listener, challenge, status, stop};
use super::place::Place;
use super::proof::{Identity, Nonce};
use super::server::serve_as;
use super::starter::{Launched, Starter};
use super::{Running, ServeOptions, pick_port};
use crate::error::Result;
use crate::gateway::limits::Limits;
use crate::secret::{Secret, gateway_token};
use crate::settings::{Home, Settings};

/// A home with a port in its settings, and a count of the gateways started in it.
struct Sandbox {
    home: Home,
    port: u16,
    starts: AtomicUsize,
    _dir: TempDir,
}

impl Sandbox {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::resolve(Some(dir.path())).unwrap();
        let port = pick_port().unwrap();
        let sandbox = Self { home, port, starts: AtomicUsize::new(0), _dir: dir };
        sandbox.choose_port(port);
        sandbox
    }

    fn choose_port(&self, port: u16) {
        let settings = Settings { port: Some(port), ..Settings::default() };
        std::fs::write(self.home.settings_file(), toml_edit::ser::to_string(&settings).unwrap()).unwrap();
    }

    /// Starts a gateway of that version on a thread.
    fn start(&self, version: &str, options: ServeOptions) -> thread::JoinHandle<Result<()>> {
        self.starts.fetch_add(1, Ordering::SeqCst);
        let (home, version) = (self.home.clone(), version.to_owned());
        thread::spawn(move || serve_as(&home, options, &version, Limits::default()))
    }

    /// [`super::ensure`] as a codexgw of that version does it.
    fn ensure(&self, version: &str) -> Result<(Running, Secret)> {
        let launch = || -> Result<Launched> {
            let gateway = self.start(version, ServeOptions::default());
            Ok(Box::new(move || gateway.is_finished()))
        };
        Starter { home: &self.home, version, launch: &launch }.ensure()
    }

    fn starts(&self) -> usize {
        self.starts.load(Ordering::SeqCst)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = stop(&self.home);
    }
}

#[test]
fn ensure_starts_one_and_finds_it_again() {
    let sandbox = Sandbox::new();
    assert_eq!(status(&sandbox.home).unwrap(), None);
    let (first, token) = sandbox.ensure("1.0.0").unwrap();
    assert_eq!((first.port, first.version.as_str()), (sandbox.port, "1.0.0"));
    assert_eq!(token.expose(), gateway_token::load(&sandbox.home).unwrap().unwrap().expose());
    let (second, _) = sandbox.ensure("1.0.0").unwrap();
    assert_eq!(second, first);
    assert_eq!(status(&sandbox.home).unwrap(), Some(first));
    assert_eq!(sandbox.starts(), 1);
}

#[test]
fn many_at_once_start_one() {
    let sandbox = Sandbox::new();
    thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| sandbox.ensure("1.0.0").map(|(running, _)| running))).collect();
        for one in all {
            assert_eq!(one.join().unwrap().unwrap().port, sandbox.port);
        }
    });
    assert_eq!(sandbox.starts(), 1);
}

#[test]
fn stop_closes_the_port_and_says_whether_one_ran() {
    let sandbox = Sandbox::new();
    assert!(!stop(&sandbox.home).unwrap());
    sandbox.ensure("1.0.0").unwrap();
    assert!(stop(&sandbox.home).unwrap());
    assert_eq!(status(&sandbox.home).unwrap(), None);
    assert!(TcpListener::bind(("127.0.0.1", sandbox.port)).is_ok());
    assert!(!stop(&sandbox.home).unwrap());
    sandbox.ensure("1.0.0").unwrap();
    assert_eq!(sandbox.starts(), 2);
}

#[test]
fn an_older_one_is_taken_over_and_a_newer_one_is_used() {
    let sandbox = Sandbox::new();
    sandbox.ensure("1.9.0").unwrap();
    assert_eq!(sandbox.ensure("1.10.0").unwrap().0.version, "1.10.0");
    assert_eq!(sandbox.ensure("1.9.0").unwrap().0.version, "1.10.0");
    assert_eq!(sandbox.starts(), 2);
}

#[test]
fn a_foreground_run_on_another_port_is_found() {
    let sandbox = Sandbox::new();
    let port = pick_port().unwrap();
    let _serving = sandbox.start("1.0.0", ServeOptions { port: Some(port), ..ServeOptions::default() });
    while status(&sandbox.home).unwrap().is_none() {
        thread::yield_now();
    }
    assert_eq!(sandbox.ensure("1.0.0").unwrap().0.port, port);
    assert_eq!(sandbox.starts(), 1);
}

#[test]
fn a_second_gateway_is_refused_with_the_place_of_the_first() {
    let sandbox = Sandbox::new();
    sandbox.ensure("1.0.0").unwrap();
    let error = sandbox.start("1.0.0", ServeOptions::default()).join().unwrap().unwrap_err();
    assert_eq!(error.message(), "a gateway runs already");
    assert!(error.causes()[0].contains(&sandbox.port.to_string()), "{error}");
    assert!(status(&sandbox.home).unwrap().is_some(), "the first one is unharmed");
}

#[test]
fn a_lost_whereabouts_file_is_no_loss() {
    let sandbox = Sandbox::new();
    sandbox.ensure("1.0.0").unwrap();
    let file = sandbox.home.state_dir().join("gateway.json");
    for content in [None, Some("{"), Some("{\"pid\":1,\"port\":1,\"version\":\"x\",\"started_at\":\"\"}")] {
        match content {
            None => std::fs::remove_file(&file).unwrap(),
            Some(content) => std::fs::write(&file, content).unwrap(),
        }
        assert_eq!(sandbox.ensure("1.0.0").unwrap().0.port, sandbox.port);
        assert!(status(&sandbox.home).unwrap().is_some());
    }
    assert_eq!(sandbox.starts(), 1);
}

#[test]
fn an_idle_gateway_ends() {
    let sandbox = Sandbox::new();
    let options = ServeOptions { idle_exit: Some(Duration::from_millis(20)), ..ServeOptions::default() };
    sandbox.start("1.0.0", options).join().unwrap().unwrap();
    assert_eq!(status(&sandbox.home).unwrap(), None);
}

#[test]
fn without_a_port_nothing_is_started() {
    let sandbox = Sandbox::new();
    std::fs::remove_file(sandbox.home.settings_file()).unwrap();
    let error = sandbox.ensure("1.0.0").err().unwrap();
    assert_eq!(error.message(), "no port was chosen for the gateway yet");
    assert!(error.hints()[0].contains("`codexgw add"), "{error:?}");
    assert_eq!(sandbox.starts(), 0);
}

#[test]
fn a_gateway_that_does_not_come_up_leaves_its_last_words() {
    let sandbox = Sandbox::new();
    let launch = || -> Result<Launched> {
        writeln!(Place::new(&sandbox.home).open_log().unwrap(), "it hurts here\n").unwrap();
        Ok(Box::new(|| true))
    };
    let error = Starter { home: &sandbox.home, version: "1.0.0", launch: &launch }.ensure().err().unwrap();
    assert_eq!(error.message(), "the gateway did not start");
    assert_eq!(error.causes(), ["it hurts here"]);
}

/// Answers every connection on a port with the same words, and keeps what it was sent.
fn stranger(listener: TcpListener, answer: &'static [u8]) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut sent = vec![0; 4096];
        let count = stream.read(&mut sent).unwrap();
        sent.truncate(count);
        let _ = stream.write_all(answer);
        sent
    })
}

#[test]
fn a_stranger_on_the_port_gets_nothing() {
    let answers: [&[u8]; 5] = [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 99999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-length: 132\r\n\r\n{\"pid\":1,\"version\":\"9.9.9\",\"proof\":\"00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff00112233445566778899aabbccddee\"}",
    ];
    for answer in answers {
        let sandbox = Sandbox::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        sandbox.choose_port(port);
        let sent = stranger(listener, answer);
        let error = sandbox.ensure("1.0.0").err().unwrap();
        assert_eq!(error.message(), format!("port {port} on `127.0.0.1` is taken by another program"));
        assert_eq!(error.hints(), ["choose another port: `codexgw gateway move`"]);
        assert_eq!(sandbox.starts(), 0);
        let sent = String::from_utf8(sent.join().unwrap()).unwrap();
        let token = gateway_token::load(&sandbox.home).unwrap().unwrap();
        assert!(!sent.contains(token.expose()), "{sent}");
    }
}

#[test]
fn a_gateway_with_another_token_is_not_ours() {
    let sandbox = Sandbox::new();
    let (running, _) = sandbox.ensure("1.0.0").unwrap();
    let other = Secret::new("another token altogether".to_owned());
    assert_eq!(challenge(running.port, &other).unwrap(), Listener::Stranger);
}

#[test]
fn a_proof_holds_for_its_own_question_alone() {
    let token = || Secret::new("0123456789abcdef".to_owned());
    let (nonce, other) = (Nonce::random().unwrap(), Nonce::random().unwrap());
    let identity = Identity::prove(&token(), nonce, 4000, 7, "1.0.0");
    assert!(identity.is_proven(&token(), nonce, 4000));
    assert!(!identity.is_proven(&token(), other, 4000), "another nonce");
    assert!(!identity.is_proven(&token(), nonce, 4001), "passed on from another port");
    assert!(!identity.is_proven(&Secret::new("0123456789abcdeF".to_owned()), nonce, 4000), "another token");
    let forged = [
        Identity { version: "2.0.0".to_owned(), ..identity.clone() },
        Identity { pid: 8, ..identity.clone() },
        Identity { proof: String::new(), ..identity.clone() },
        Identity { proof: identity.proof[..62].to_owned(), ..identity.clone() },
    ];
    for forged in forged {
        assert!(!forged.is_proven(&token(), nonce, 4000), "{forged:?}");
    }
    assert_eq!(Nonce::parse(&nonce.to_string()), Some(nonce));
}

#[test]
fn a_long_log_is_set_aside() {
    let sandbox = Sandbox::new();
    let place = Place::new(&sandbox.home);
    drop(place.open_log().unwrap());
    std::fs::write(place.log_file(), vec![b'x'; (5 << 20) + 1]).unwrap();
    drop(place.open_log().unwrap());
    assert_eq!(std::fs::metadata(place.log_file()).unwrap().len(), 0);
    assert!(sandbox.home.state_dir().join("gateway.log.1").exists());
}

#[cfg(unix)]
#[test]
fn the_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let sandbox = Sandbox::new();
    sandbox.ensure("1.0.0").unwrap();
    drop(Place::new(&sandbox.home).open_log().unwrap());
    let mode =
        |name: &str| std::fs::metadata(sandbox.home.state_dir().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!([mode("gateway.json"), mode("gateway.log")], [0o600, 0o600]);
}
