//! What a proxy itself says when it is asked to let somebody through.

use std::io::{Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use http::HeaderValue;

/// Time to a connection, and for an answer.
const WITHIN: Duration = Duration::from_secs(2);

/// What a proxy says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProxySays {
    /// Its name does not resolve.
    NoSuchHost,
    /// Nobody listens, or nothing comes back.
    Nothing(String),
    /// It takes connections; what it thinks of this one is not known.
    Something,
    /// A status: 200 when it lets through.
    Status(u16),
}

/// Asks the proxy at host and port for a tunnel to `target`, host and port as well, over which nothing is sent. Without
/// a target it is only seen whether it is there.
#[must_use]
pub fn ask_proxy((host, port): (&str, u16), authorization: Option<&HeaderValue>, target: Option<&str>) -> ProxySays {
    let host = host.trim_matches(['[', ']']);
    let Some(address) = (host, port).to_socket_addrs().ok().and_then(|mut found| found.next()) else {
        return ProxySays::NoSuchHost;
    };
    let mut stream = match TcpStream::connect_timeout(&address, WITHIN) {
        Ok(stream) => stream,
        Err(e) => return ProxySays::Nothing(e.to_string()),
    };
    let Some(target) = target else { return ProxySays::Something };
    match tunnel(&mut stream, authorization, target) {
        Ok(status) => status.map_or(ProxySays::Something, ProxySays::Status),
        Err(e) => ProxySays::Nothing(e.to_string()),
    }
}

fn tunnel(stream: &mut TcpStream, authorization: Option<&HeaderValue>, to: &str) -> std::io::Result<Option<u16>> {
    stream.set_read_timeout(Some(WITHIN))?;
    stream.set_write_timeout(Some(WITHIN))?;
    let mut head = format!("CONNECT {to} HTTP/1.1\r\nhost: {to}\r\n").into_bytes();
    if let Some(authorization) = authorization {
        head.extend_from_slice(b"proxy-authorization: ");
        head.extend_from_slice(authorization.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    stream.write_all(&head)?;
    let mut answer = [0; 64];
    let count = stream.read(&mut answer)?;
    let line = String::from_utf8_lossy(&answer[..count]).into_owned();
    Ok(line.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1)?.parse().ok()))
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::thread;

    use super::*;

    #[test]
    fn a_proxy_answers_with_its_status() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = [0; 512];
            let count = stream.read(&mut head).unwrap();
            stream.write_all(b"HTTP/1.1 407 Who are you\r\ncontent-length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&head[..count]).into_owned()
        });
        let secret = HeaderValue::from_static("Basic bWU6eW91");
        let says = ask_proxy(("127.0.0.1", port), Some(&secret), Some("api.example:443"));
        assert_eq!(says, ProxySays::Status(407));
        let head = proxy.join().unwrap();
        assert!(head.starts_with("CONNECT api.example:443 HTTP/1.1\r\n") && head.contains("Basic bWU6eW91"), "{head}");
        assert!(matches!(ask_proxy(("127.0.0.1", port), None, None), ProxySays::Nothing(_)));
        assert_eq!(ask_proxy(("no-such-host.invalid", 1), None, None), ProxySays::NoSuchHost);
    }
}
