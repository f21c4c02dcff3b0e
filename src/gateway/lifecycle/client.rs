//! The client's side: find the gateway, make it prove itself, ask it to stop. No runtime: `codexgw token` is called
//! before every turn.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::Running;
use super::place::Place;
use super::proof::{CHALLENGE_PATH, Identity, NONCE_HEADER, Nonce, STOP_PATH};
use crate::error::{Error, Result};
use crate::secret::{Secret, gateway_token};
use crate::settings::{Home, Settings};

/// Loopback answers at once or not at all.
const ANSWER_TIME: Duration = Duration::from_millis(1500);
/// Time for a gateway to close its port after it agreed to stop.
const STOP_TIME: Duration = Duration::from_secs(5);
/// The gateway's own answers here are a few hundred bytes.
const ANSWER_BYTES: usize = 16 << 10;

/// Who is on a port.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Listener {
    /// Nobody.
    Nobody,
    /// Someone who could not prove to be our gateway.
    Stranger,
    /// Our gateway.
    Ours(Running),
}

/// The gateway that runs, if one does.
///
/// # Errors
/// When the token's file cannot be read.
pub fn status(home: &Home) -> Result<Option<Running>> {
    let Some(token) = gateway_token::load(home)? else { return Ok(None) };
    find(home, &token)
}

/// Asks the running gateway to stop, and waits until its port is closed; running answers still end in peace. `false`
/// when none runs.
///
/// # Errors
/// When it does not stop.
pub fn stop(home: &Home) -> Result<bool> {
    let token = gateway_token::load(home);
    if let Ok(Some(token)) = &token
        && let Some(running) = find(home, token)?
    {
        return ask_to_stop(&running, token).map(|()| true);
    }
    if token.is_err() {
        // Nobody can use it; the next start makes another.
        gateway_token::remove(home)?;
    }
    match unproven(home)? {
        None => Ok(false),
        Some(running) => end(home, &running).map(|()| true),
    }
}

/// The gateway that serves this home and cannot prove it, since the token that it began with is not the one in the
/// state folder: it holds the lock, and it has announced itself.
///
/// # Errors
/// When the lock cannot be looked at.
pub fn unproven(home: &Home) -> Result<Option<Running>> {
    let place = Place::new(home);
    // Who has never announced itself holds no lock either; none is made. One that is on its way out has closed its port.
    let Some(here) = place.whereabouts().filter(|here| here.pid != std::process::id()) else { return Ok(None) };
    let token = gateway_token::load(home).ok().flatten().unwrap_or_else(|| Secret::new(String::new()));
    if challenge(here.port, &token)? != Listener::Stranger {
        return Ok(None);
    }
    let is_held = place.serving_lock(Duration::ZERO)?.is_none();
    Ok(is_held.then_some(Running { port: here.port, pid: here.pid, version: here.version }))
}

/// Ends a gateway that cannot be asked: running answers still end in peace, as when it is asked.
#[cfg(unix)]
fn end(home: &Home, running: &Running) -> Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let stuck = || {
        Error::fixable(format!("the gateway on port {} (process {}) does not stop", running.port, running.pid))
            .hint(format!("end it by hand: `kill -9 {}`", running.pid))
    };
    let pid = i32::try_from(running.pid).ok().and_then(Pid::from_raw).ok_or_else(stuck)?;
    kill_process(pid, Signal::TERM).map_err(|e| stuck().cause(e))?;
    match Place::new(home).serving_lock(STOP_TIME)? {
        Some(_free) => Ok(()),
        None => Err(stuck()),
    }
}

#[cfg(not(unix))]
fn end(_home: &Home, running: &Running) -> Result<()> {
    Err(Error::fixable(format!("the gateway on port {} does not prove itself", running.port))
        .hint(format!("end it by hand: `taskkill /F /PID {}`", running.pid)))
}

/// The gateway that announced itself, else one on the port of the settings.
fn find(home: &Home, token: &Secret) -> Result<Option<Running>> {
    if let Some(running) = announced(home, token)? {
        return Ok(Some(running));
    }
    let Some(port) = Settings::read(&home.settings_file())?.port else { return Ok(None) };
    Ok(match challenge(port, token)? {
        Listener::Ours(running) => Some(running),
        Listener::Nobody | Listener::Stranger => None,
    })
}

/// The gateway that announced itself, when it proves to be one.
pub(super) fn announced(home: &Home, token: &Secret) -> Result<Option<Running>> {
    let Some(here) = Place::new(home).whereabouts() else { return Ok(None) };
    Ok(match challenge(here.port, token)? {
        Listener::Ours(running) => Some(running),
        Listener::Nobody | Listener::Stranger => None,
    })
}

/// Asks whoever listens on `port` to prove that they are our gateway.
pub(super) fn challenge(port: u16, token: &Secret) -> Result<Listener> {
    // Windows takes its time to refuse, so that a timeout means the same; whoever starts a gateway finds out.
    let Ok(mut talk) = Talk::open(port) else { return Ok(Listener::Nobody) };
    Ok(talk.challenge(token)?.map_or(Listener::Stranger, Listener::Ours))
}

/// Asks a gateway to stop, and waits until its port is closed. It has to prove itself once more on the very connection
/// that the token then goes over.
pub(super) fn ask_to_stop(running: &Running, token: &Secret) -> Result<()> {
    let Running { port, pid, version } = running;
    let stuck = || {
        Error::fixable(format!("the gateway on port {port} (process {pid}, version `{version}`) does not stop"))
            .hint(format!("end it by hand: `kill {pid}`"))
    };
    let Ok(mut talk) = Talk::open(*port) else { return Ok(()) };
    if talk.challenge(token)?.as_ref() != Some(running) {
        return Err(stuck().cause("it no longer proves itself"));
    }
    let head = format!("POST {STOP_PATH} HTTP/1.1\r\nauthorization: Bearer {}\r\n", token.expose());
    match talk.request(&head) {
        Ok((202, _)) => {}
        Ok((status, _)) => return Err(stuck().cause(format!("it answered with status {status}"))),
        Err(e) => return Err(stuck().cause(e)),
    }
    let deadline = Instant::now() + STOP_TIME;
    while challenge(*port, token)? == Listener::Ours(running.clone()) {
        if Instant::now() >= deadline {
            return Err(stuck());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// One connection to whoever listens on a port.
struct Talk {
    stream: TcpStream,
    port: u16,
}

impl Talk {
    fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), ANSWER_TIME)?;
        stream.set_nodelay(true)?;
        stream.set_write_timeout(Some(ANSWER_TIME))?;
        Ok(Self { stream, port })
    }

    /// Our gateway, when that is who answers.
    fn challenge(&mut self, token: &Secret) -> Result<Option<Running>> {
        let nonce = Nonce::random()?;
        let head = format!("GET {CHALLENGE_PATH} HTTP/1.1\r\n{NONCE_HEADER}: {nonce}\r\n");
        let Ok((200, body)) = self.request(&head) else { return Ok(None) };
        Ok(serde_json::from_slice::<Identity>(&body)
            .ok()
            .filter(|identity| identity.is_proven(token, nonce, self.port))
            .map(|identity| Running { port: self.port, pid: identity.pid, version: identity.version }))
    }

    /// Sends a request without a body; the status and the body of the answer.
    fn request(&mut self, head: &str) -> io::Result<(u16, Vec<u8>)> {
        let rest = format!("host: 127.0.0.1:{}\r\ncontent-length: 0\r\n\r\n", self.port);
        self.stream.write_all(format!("{head}{rest}").as_bytes())?;
        // Altogether: a stranger who dribbles must not hold Codex up.
        let deadline = Instant::now() + ANSWER_TIME;
        let mut answer = Vec::new();
        let mut piece = [0; 4096];
        loop {
            if let Some(whole) = parse(&answer) {
                return Ok(whole);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || answer.len() > ANSWER_BYTES {
                return Err(io::ErrorKind::TimedOut.into());
            }
            self.stream.set_read_timeout(Some(left))?;
            match self.stream.read(&mut piece) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(count) => answer.extend_from_slice(&piece[..count]),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }
}

/// Status and body of an answer, once it is whole. Our gateway always says how long it is.
fn parse(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let mut lines = std::str::from_utf8(&answer[..end]).ok()?.lines();
    let status = lines.next()?.strip_prefix("HTTP/1.1 ")?.split(' ').next()?.parse().ok()?;
    let length: usize = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse().ok())?;
    let body = answer[end + 4..].get(..length)?;
    Some((status, body.to_vec()))
}
