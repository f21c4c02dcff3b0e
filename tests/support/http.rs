//! Sends one raw HTTP/1.1 request, so that a test can be as rude as it likes.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// No answer of a server on this machine takes longer.
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// Sends it on a connection of its own and gives the status and the whole answer. `Host` is the address unless given.
#[track_caller]
pub fn send(to: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    let host = to.to_string();
    let given = headers.iter().any(|(name, _)| *name == "host");
    let own = [("host", host.as_str())];
    for (name, value) in headers.iter().chain(own.iter().filter(|_| !given)) {
        request += &[name, ": ", value, "\r\n"].concat();
    }
    request += "\r\n";
    request += body;
    let mut stream = TcpStream::connect(to).unwrap_or_else(|e| panic!("nobody listens on {to}: {e}"));
    stream.set_read_timeout(Some(ANSWERS_WITHIN)).expect("a socket has timeouts");
    // A server may refuse before it has read the body: what it says is what counts.
    let _ = stream.write_all(request.as_bytes());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no HTTP answer to {method} {path}: {answer:?}")), answer)
}
