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
use crate::gateway::directory;
use crate::secret::{Secret, gateway_token};
use crate::settings::Home;

/// Loopback answers at once or not at all.
const ANSWER_TIME: Duration = Duration::from_millis(1500);
/// Time for a gateway to close its port after it agreed to stop.
const STOP_TIME: Duration = Duration::from_secs(5);
/// The gateway's own answers here are a few hundred bytes.
const ANSWER_BYTES: u64 = 16 << 10;

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
    let Some(token) = gateway_token::load(home)? else { return Ok(false) };
    match find(home, &token)? {
        None => Ok(false),
        Some(running) => ask_to_stop(&running, &token).map(|()| true),
    }
}

/// The gateway that announced itself, else one on the port of the settings.
fn find(home: &Home, token: &Secret) -> Result<Option<Running>> {
    if let Some(running) = announced(home, token)? {
        return Ok(Some(running));
    }
    let Some(port) = directory::read_settings(home)?.port else { return Ok(None) };
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
    let nonce = Nonce::random()?;
    let stream = match connect(port) {
        Ok(stream) => stream,
        Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => return Ok(Listener::Nobody),
        Err(_) => return Ok(Listener::Stranger),
    };
    let head = format!("GET {CHALLENGE_PATH} HTTP/1.1\r\n{NONCE_HEADER}: {nonce}\r\n");
    let identity = talk(stream, port, &head)
        .ok()
        .filter(|(status, _)| *status == 200)
        .and_then(|(_, body)| serde_json::from_slice::<Identity>(&body).ok());
    Ok(match identity {
        Some(identity) if identity.is_proven(token, nonce, port) => {
            Listener::Ours(Running { port, pid: identity.pid, version: identity.version })
        }
        _ => Listener::Stranger,
    })
}

/// Sends the token to a gateway that has just proven itself, and waits until its port is closed.
pub(super) fn ask_to_stop(running: &Running, token: &Secret) -> Result<()> {
    let Running { port, pid, version } = running;
    let stuck = || {
        Error::fixable(format!("the gateway on port {port} (process {pid}, version `{version}`) does not stop"))
            .hint(format!("end it by hand: `kill {pid}`"))
    };
    let head = format!("POST {STOP_PATH} HTTP/1.1\r\nauthorization: Bearer {}\r\n", token.expose());
    let answered = connect(*port).and_then(|stream| talk(stream, *port, &head));
    match answered {
        Ok((202, _)) => {}
        Ok((status, _)) => return Err(stuck().cause(format!("it answered with status {status}"))),
        Err(e) if e.kind() == io::ErrorKind::ConnectionRefused => return Ok(()),
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

fn connect(port: u16) -> io::Result<TcpStream> {
    TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, port)), ANSWER_TIME)
}

/// Sends one request without a body and reads the whole answer: its status and its body.
fn talk(mut stream: TcpStream, port: u16, head: &str) -> io::Result<(u16, Vec<u8>)> {
    stream.set_nodelay(true)?;
    stream.set_write_timeout(Some(ANSWER_TIME))?;
    let rest = format!("host: 127.0.0.1:{port}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    stream.write_all(format!("{head}{rest}").as_bytes())?;
    let answer = read_until_closed(&mut stream)?;
    parse(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not HTTP"))
}

/// Reads to the end, within [`ANSWER_TIME`] altogether: a stranger who dribbles must not hold Codex up.
fn read_until_closed(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let deadline = Instant::now() + ANSWER_TIME;
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || answer.len() as u64 > ANSWER_BYTES {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_read_timeout(Some(left))?;
        match stream.read(&mut piece) {
            Ok(0) => return Ok(answer),
            Ok(count) => answer.extend_from_slice(&piece[..count]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Status and body of an answer that was read to its end.
fn parse(answer: &[u8]) -> Option<(u16, Vec<u8>)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut words = head.lines().next()?.split(' ');
    let status = words.next().filter(|word| word.starts_with("HTTP/1.")).and_then(|_| words.next()?.parse().ok())?;
    Some((status, answer[end + 4..].to_vec()))
}
