//! Asks over one kept connection and sees when the first words come.

use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::route::Route;

pub struct Client {
    stream: TcpStream,
    marker: &'static [u8],
    buffer: Vec<u8>,
}

impl Client {
    pub fn connect(route: &Route) -> io::Result<Self> {
        let stream = TcpStream::connect(route.address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, marker: route.marker, buffer: vec![0; 256 << 10] })
    }

    /// Sends a request and reads its whole answer; gives the time until the first words.
    pub fn ask(&mut self, request: &[u8]) -> io::Result<Duration> {
        /// Ends a chunked body.
        const LAST: &[u8] = b"\r\n0\r\n\r\n";
        let started = Instant::now();
        self.stream.write_all(request)?;
        let (mut first, mut tail) = (None, Vec::new());
        loop {
            let length = self.stream.read(&mut self.buffer)?;
            if length == 0 {
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, String::from_utf8_lossy(&tail).into_owned()));
            }
            let piece = &self.buffer[..length];
            tail.extend_from_slice(piece);
            if first.is_none() && tail.windows(self.marker.len()).any(|window| window == self.marker) {
                first = Some(started.elapsed());
            }
            if tail.ends_with(LAST) {
                return first.ok_or_else(|| io::Error::other(String::from_utf8_lossy(&tail).into_owned()));
            }
            // Only a marker or an end that lies across two pieces needs what came before.
            if first.is_some() {
                tail.drain(..tail.len().saturating_sub(LAST.len()));
            }
        }
    }
}
