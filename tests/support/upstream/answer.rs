//! What an upstream sends back.

use std::thread;

use super::Interface;
use super::http::Connection;
use super::script::{self, Ending, Turn};

/// An answer ready to be sent.
pub(super) struct Answer {
    pub turn: Turn,
    pub content_type: &'static str,
    pub pieces: Vec<Vec<u8>>,
}

impl Answer {
    pub fn error(interface: &dyn Interface, status: u16, message: &str) -> Self {
        Self::whole(status, "application/json", &interface.error(status, message).to_string())
    }

    pub fn models(list: &serde_json::Value) -> Self {
        Self::whole(200, "application/json", &list.to_string())
    }

    pub fn page(status: u16) -> Self {
        Self::whole(status, "text/html; charset=utf-8", script::PAGE)
    }

    fn whole(status: u16, content_type: &'static str, body: &str) -> Self {
        Self { turn: Turn::status(status, content_type, body), content_type, pieces: Vec::new() }
    }

    pub fn status(&self) -> u16 {
        match &self.turn.ending {
            Ending::Status { status, .. } => *status,
            Ending::Silence => 0,
            _ => 200,
        }
    }

    pub fn send(self, connection: &mut Connection, stopping: impl Fn() -> bool) -> std::io::Result<()> {
        thread::sleep(self.turn.thinks.0);
        match &self.turn.ending {
            Ending::Status { status, headers, content_type, body } => {
                return connection.write_whole(*status, content_type, headers, body.as_bytes());
            }
            Ending::Silence => return connection.hold(stopping),
            _ => {}
        }
        connection.open(200, self.content_type)?;
        let keep = match self.turn.ending {
            Ending::Done => self.pieces.len(),
            // What comes last is what says that the answer is whole.
            _ => self.pieces.len().saturating_sub(1),
        };
        for (n, piece) in self.pieces[..keep].iter().enumerate() {
            if n + 1 == self.pieces.len() {
                thread::sleep(self.turn.thinks.1);
            }
            for part in piece.chunks(self.turn.bytes_at_a_time) {
                connection.write_chunk(part)?;
            }
        }
        match self.turn.ending {
            Ending::Reset => connection.reset(),
            Ending::Cut => connection.cut(),
            Ending::Stall => connection.hold(stopping),
            _ => connection.close_body(),
        }
    }
}
