//! Server-sent events: an incremental, bounded decoder of any chunking and any line ending.

use std::borrow::Cow;

use memchr::memchr2;

/// The most bytes that one event may hold.
pub const MAX_EVENT: usize = 8 << 20;

/// One event: what the WHATWG grammar leaves of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event<'a> {
    /// The value of its `event:` line; empty when there was none.
    pub name: &'a str,
    /// Its `data:` lines, joined by line feeds.
    pub data: &'a str,
}

/// An event is larger than [`MAX_EVENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event of the stream is larger than 8 MiB")]
pub struct TooLarge;

/// Turns bytes into events; however the bytes are cut, the events are the same.
#[derive(Debug, Default)]
pub struct Decoder {
    line: Vec<u8>,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
    started: bool,
}

impl Decoder {
    /// An empty decoder at the start of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and hands each event that they complete to `sink`.
    pub fn feed(&mut self, mut bytes: &[u8], mut sink: impl FnMut(Event<'_>)) -> Result<(), TooLarge> {
        if self.after_cr && !bytes.is_empty() {
            self.after_cr = false;
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
        }
        while let Some(end) = memchr2(b'\n', b'\r', bytes) {
            let (line, rest) = bytes.split_at(end);
            if self.line.is_empty() {
                self.take_line(line, &mut sink)?;
            } else {
                self.hold(line)?;
                let held = std::mem::take(&mut self.line);
                self.take_line(&held, &mut sink)?;
                // The allocation is kept for the next cut line.
                self.line = held;
                self.line.clear();
            }
            bytes = &rest[1..];
            if rest[0] == b'\r' {
                match bytes.split_first() {
                    Some((b'\n', after)) => bytes = after,
                    Some(_) => {}
                    None => self.after_cr = true,
                }
            }
        }
        self.hold(bytes)
    }

    /// The bytes have ended: a last event without its blank line counts all the same.
    pub fn finish(&mut self, mut sink: impl FnMut(Event<'_>)) -> Result<(), TooLarge> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.take_line(&line, &mut sink)?;
        }
        self.dispatch(&mut sink);
        Ok(())
    }

    fn hold(&mut self, bytes: &[u8]) -> Result<(), TooLarge> {
        if self.line.len() + self.data.len() + bytes.len() > MAX_EVENT {
            return Err(TooLarge);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn take_line(&mut self, line: &[u8], sink: &mut impl FnMut(Event<'_>)) -> Result<(), TooLarge> {
        let line = if self.started { line } else { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line) };
        self.started = true;
        if line.is_empty() {
            self.dispatch(sink);
            return Ok(());
        }
        let (field, value) = match line.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(b" ").unwrap_or(value))
            }
            None => (line, &b""[..]),
        };
        match field {
            b"data" => {
                if self.data.len() + value.len() >= MAX_EVENT {
                    return Err(TooLarge);
                }
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            b"event" => {
                self.name.clear();
                self.name.extend_from_slice(value);
            }
            _ => {}
        }
        Ok(())
    }

    fn dispatch(&mut self, sink: &mut impl FnMut(Event<'_>)) {
        if self.has_data {
            sink(Event { name: &text(&self.name), data: &text(&self.data) });
        }
        self.has_data = false;
        self.data.clear();
        self.name.clear();
    }
}

/// The bytes as text. Nearly all of it is sound, which the standard library sees much faster than it mends what is not.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(chunks: &[&[u8]]) -> Vec<(String, String)> {
        let mut decoder = Decoder::new();
        let mut seen = Vec::new();
        let mut sink = |event: Event<'_>| seen.push((event.name.to_owned(), event.data.to_owned()));
        for chunk in chunks {
            decoder.feed(chunk, &mut sink).unwrap();
        }
        decoder.finish(&mut sink).unwrap();
        seen
    }

    #[test]
    fn reads_every_form_of_the_grammar() {
        type Case<'a> = (&'a [u8], &'a [(&'a str, &'a str)]);
        let cases: &[Case<'_>] = &[
            (b"data: a\n\n", &[("", "a")]),
            (b"data:a\r\n\r\ndata: b\r\rdata: c\n\n", &[("", "a"), ("", "b"), ("", "c")]),
            (b"\xEF\xBB\xBFdata: a\n\n", &[("", "a")]),
            (b": ping\n\nevent: x\n\ndata: a\ndata:  b\nid: 7\nretry: 1\n\n", &[("", "a\n b")]),
            (b"event: x\ndata: {}\n\ndata: y\n\n", &[("x", "{}"), ("", "y")]),
            (b"data\n\n", &[("", "")]),
            (b"data: no blank line", &[("", "no blank line")]),
            (b"data: \xff\n\n", &[("", "\u{fffd}")]),
            (b"", &[]),
        ];
        for (bytes, expected) in cases {
            let expected: Vec<_> =
                expected.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect();
            assert_eq!(events(&[bytes]), expected, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut decoder = Decoder::new();
        let block = vec![b'x'; 1 << 20];
        let outcome = (0..9).try_for_each(|_| decoder.feed(&block, |_| {}));
        assert_eq!(outcome, Err(TooLarge));
    }

    #[test]
    fn endless_data_lines_are_refused() {
        let mut decoder = Decoder::new();
        let line = [b"data: ".as_slice(), &vec![b'x'; 1 << 20], b"\n"].concat();
        let outcome = (0..9).try_for_each(|_| decoder.feed(&line, |_| {}));
        assert_eq!(outcome, Err(TooLarge));
    }

    proptest! {
        #[test]
        fn any_cut_gives_the_same_events(
            text in "(data: ?[a-zé:]{0,6}(\n|\r|\r\n)|event: [ab](\n|\r\n)|: c\n|\n|\r\n|\r|x){0,24}",
            cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..6),
        ) {
            let bytes = text.as_bytes();
            let mut points: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            points.extend([0, bytes.len()]);
            points.sort_unstable();
            let chunks: Vec<&[u8]> = points.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(events(&chunks), events(&[bytes]));
        }
    }
}
