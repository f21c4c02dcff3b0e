//! A provider on all four wires that answers at once, with as many events as the model's name says (`m20`).

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

/// Starts it, for as long as this process lives.
pub fn start() -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that hangs up ends its own thread, and nobody needs to hear of it.
            std::thread::spawn(move || serve(stream));
        }
    });
    Ok(address)
}

fn serve(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(256 << 10, stream.try_clone()?);
    let mut stream = stream;
    let mut body = Vec::new();
    loop {
        let mut path = String::new();
        if reader.read_line(&mut path)? == 0 {
            return Ok(());
        }
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(("content-length", value)) = line.to_ascii_lowercase().split_once(':') {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        body.resize(length, 0);
        reader.read_exact(&mut body)?;
        answer(&mut stream, &path, &body)?;
    }
}

fn answer(stream: &mut TcpStream, path: &str, body: &[u8]) -> io::Result<()> {
    /// A piece of a long answer.
    const PIECE: usize = 16 << 10;
    let (begin, event, end) = script(path);
    stream.write_all(
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n\
          transfer-encoding: chunked\r\n\r\n",
    )?;
    let mut out = Vec::with_capacity(PIECE * 2);
    let chunk = |text: &str, out: &mut Vec<u8>| write!(out, "{:x}\r\n{text}\r\n", text.len());
    if !begin.is_empty() {
        chunk(begin, &mut out)?;
    }
    for number in 0..events(path, body) {
        chunk(event, &mut out)?;
        // The first one goes at once.
        if number == 0 || out.len() > PIECE {
            stream.write_all(&out)?;
            out.clear();
        }
    }
    chunk(end, &mut out)?;
    out.extend_from_slice(b"0\r\n\r\n");
    stream.write_all(&out)
}

/// The number in the model's name, which Gemini writes into the path.
fn events(path: &str, body: &[u8]) -> usize {
    const MODEL: &[u8] = b"\"model\":\"m";
    let digits = |text: &[u8]| {
        let digits: String = text.iter().map(|byte| char::from(*byte)).take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    let in_path = path.split_once("/models/m").and_then(|(_, rest)| digits(rest.as_bytes()));
    let in_body = || {
        let at = body.windows(MODEL.len()).position(|window| window == MODEL)?;
        digits(&body[at + MODEL.len()..])
    };
    in_path.or_else(in_body).unwrap_or(1)
}

/// The first event of an answer, one that says something, and the last ones.
fn script(path: &str) -> (&'static str, &'static str, &'static str) {
    if path.contains("/chat/completions") {
        (
            "",
            "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\
             \"delta\":{\"content\":\"some words\"},\"finish_reason\":null}]}\n\n",
            "data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":\
             {\"prompt_tokens\":9,\"completion_tokens\":9,\"total_tokens\":18}}\n\ndata: [DONE]\n\n",
        )
    } else if path.contains("/messages") {
        (
            "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\
             \"assistant\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\nevent: content_block_start\n\
             data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\
             \"text_delta\",\"text\":\"some words\"}}\n\n",
            "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\nevent: message_delta\ndata: \
             {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}\n\n\
             event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
        )
    } else if path.contains("streamGenerateContent") {
        (
            "",
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"some words\"}],\"role\":\"model\"},\"index\":0}]}\r\n\r\n",
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"finishReason\":\"STOP\",\
             \"index\":0}],\"usageMetadata\":{\"promptTokenCount\":9,\"candidatesTokenCount\":9}}\r\n\r\n",
        )
    } else {
        (
            "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"r\",\
             \"object\":\"response\",\"status\":\"in_progress\",\"output\":[]}}\n\n",
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\
             \"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"some words\"}\n\n",
            "event: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"r\",\
             \"object\":\"response\",\"status\":\"completed\",\"output\":[],\"usage\":{\"input_tokens\":9,\
             \"output_tokens\":9,\"total_tokens\":18}}}\n\n",
        )
    }
}
