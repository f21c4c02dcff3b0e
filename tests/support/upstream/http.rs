//! The server side of HTTP/1.1, as much as a test upstream needs, with every way of breaking off.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;
use serde_json::Value;

/// A request as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a recorded turn is JSON")
    }
}

/// One connection.
pub struct Connection {
    reader: BufReader<TcpStream>,
    writer: TcpStream,
}

impl Connection {
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { writer: stream.try_clone()?, reader: BufReader::new(stream) })
    }

    /// The next request, or `None` when the other side has closed.
    pub fn read_request(&mut self) -> io::Result<Option<Request>> {
        let mut line = String::new();
        if self.reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default().to_owned();
        if words.next() != Some("HTTP/1.1") {
            return Err(io::Error::other("not HTTP/1.1"));
        }
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line)?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| io::Error::other("a header without a colon"))?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut request = Request { method, target, headers, body: Vec::new() };
        if request.header("transfer-encoding") == Some("chunked") {
            request.body = self.read_chunks()?;
        } else if let Some(length) = request.header("content-length") {
            let length = length.parse().map_err(io::Error::other)?;
            request.body = vec![0; length];
            self.reader.read_exact(&mut request.body)?;
        }
        Ok(Some(request))
    }

    fn read_chunks(&mut self) -> io::Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.reader.read_line(&mut line)?;
            let length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            let start = body.len();
            body.resize(start + length, 0);
            self.reader.read_exact(&mut body[start..])?;
            self.reader.read_line(&mut line)?;
            if length == 0 {
                return Ok(body);
            }
        }
    }

    /// Writes a whole answer with its length.
    pub fn write_whole(
        &mut self,
        status: u16,
        content_type: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {status} Status\r\ncontent-type: {content_type}\r\n");
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "content-length: {}\r\n\r\n", body.len());
        self.writer.write_all(&[head.as_bytes(), body].concat())
    }

    /// Opens an answer whose length is not known.
    pub fn open(&mut self, status: u16, content_type: &str) -> io::Result<()> {
        let head = format!(
            "HTTP/1.1 {status} OK\r\ncontent-type: {content_type}\r\ncache-control: no-cache\r\n\
             transfer-encoding: chunked\r\n\r\n"
        );
        self.writer.write_all(head.as_bytes())
    }

    /// Writes one chunk of it.
    pub fn write_chunk(&mut self, bytes: &[u8]) -> io::Result<()> {
        let chunk = [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
        self.writer.write_all(&chunk)
    }

    /// Ends it in form.
    pub fn close_body(&mut self) -> io::Result<()> {
        self.writer.write_all(b"0\r\n\r\n")
    }

    /// Closes the connection in the middle of the answer.
    pub fn cut(&mut self) -> io::Result<()> {
        self.writer.shutdown(Shutdown::Both)?;
        Err(io::Error::other("cut"))
    }

    /// Resets the connection (RST).
    pub fn reset(&mut self) -> io::Result<()> {
        set_socket_linger(&self.writer, Some(Duration::ZERO))?;
        Err(io::Error::other("reset"))
    }

    /// Sends nothing more until the other side hangs up or the test is over.
    pub fn hold(&mut self, stopping: impl Fn() -> bool) -> io::Result<()> {
        self.writer.set_read_timeout(Some(Duration::from_millis(200)))?;
        let mut byte = [0];
        while !stopping() {
            match self.reader.read(&mut byte) {
                Ok(0) => break,
                Ok(_) => {}
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
                Err(_) => break,
            }
        }
        Err(io::Error::other("held to the end"))
    }
}
