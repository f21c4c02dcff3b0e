//! The scripted model of the demo: a small server on a real socket that speaks Chat Completions, and is strict about
//! what it is sent. It keeps no state: what it answers follows from how many tool results the request holds.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use serde_json::{Value, json};

use crate::error::{Error, Result};

use super::story;

/// Largest body that it reads: a Codex request of this short session is far smaller.
const BODY_LIMIT: usize = 8 << 20;

/// Starts the model on a free loopback port; it serves until the process ends. Gives its base URL.
///
/// # Errors
/// When no port can be had.
pub fn start() -> Result<String> {
    let failed = |e| Error::fixable("cannot open a port for the demo's model").cause(e);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(&stream));
        }
    });
    Ok(format!("http://127.0.0.1:{port}/v1"))
}

fn serve(stream: &TcpStream) {
    let _ = stream.set_nodelay(true);
    let mut out = stream;
    let answer = match read_request(stream) {
        Some((line, body)) if line.starts_with("POST /v1/chat/completions ") => answer(&body),
        Some((line, _)) if line.starts_with("GET /v1/models ") => {
            whole(200, &json!({"object": "list", "data": [{"id": story::MODEL, "object": "model"}]}))
        }
        Some(_) => whole(404, &json!({"error": {"message": "no such path"}})),
        None => return,
    };
    let _ = out.write_all(answer.as_bytes());
}

fn read_request(stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().ok()?;
        }
    }
    if length > BODY_LIMIT {
        return None;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first, body))
}

fn whole(status: u16, body: &Value) -> String {
    let body = body.to_string();
    format!(
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn answer(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body).map_err(|e| e.to_string()).and_then(|request| deltas(&request)) {
        Ok((deltas, finish)) => streamed(&deltas, finish),
        Err(message) => whole(400, &json!({"error": {"message": message, "type": "invalid_request_error"}})),
    }
}

fn streamed(deltas: &[Value], finish: &str) -> String {
    let chunk = |delta: &Value, finish: Option<&str>| {
        let choice = json!({"index": 0, "delta": delta, "finish_reason": finish});
        let chunk =
            json!({"id": "demo", "object": "chat.completion.chunk", "model": story::MODEL, "choices": [choice]});
        format!("data: {chunk}\n\n")
    };
    let mut out = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_owned();
    for delta in deltas {
        out += &chunk(delta, None);
    }
    out += &chunk(&json!({}), Some(finish));
    let usage = json!({"prompt_tokens": 1200, "completion_tokens": 60, "total_tokens": 1260});
    out + &format!("data: {}\n\ndata: [DONE]\n\n", json!({"id": "demo", "choices": [], "usage": usage}))
}

/// The deltas of the next turn, and why it ends; or what is wrong with the request.
fn deltas(request: &Value) -> Result<(Vec<Value>, &'static str), String> {
    if request["model"] != story::MODEL {
        return Err(format!("the model `{}` does not exist", request["model"]));
    }
    let messages = request["messages"].as_array().ok_or("`messages` is missing")?;
    let results: Vec<&str> =
        messages.iter().filter(|m| m["role"] == "tool").filter_map(|m| m["content"].as_str()).collect();
    let guests = story::guests_in(results.first().copied().unwrap_or_default());
    let turn = match results.len() {
        0 => story::look(),
        1 if guests.is_empty() => return Ok(text("The command showed no guests, so there is nobody to welcome.")),
        1 => story::add(&guests),
        2 => story::edit(),
        _ => return Ok(text(&story::farewell(&guests))),
    };
    let tool = find_tool(request, turn.tool).ok_or_else(|| format!("the tool `{}` is not offered", turn.tool))?;
    let arguments = json!({ turn.argument: turn.text }).to_string();
    let (head, tail) = arguments.split_at(
        arguments.len() / 2 - (0..4).find(|back| arguments.is_char_boundary(arguments.len() / 2 - back)).unwrap_or(0),
    );
    let call = format!("call_{}", results.len() + 1);
    Ok((
        vec![
            json!({"role": "assistant", "reasoning_content": turn.thought}),
            json!({"tool_calls": [{"index": 0, "id": call, "type": "function",
                                   "function": {"name": tool, "arguments": head}}]}),
            json!({"tool_calls": [{"index": 0, "function": {"arguments": tail}}]}),
        ],
        "tool_calls",
    ))
}

fn text(words: &str) -> (Vec<Value>, &'static str) {
    let pieces = words.split_inclusive(' ').map(|piece| json!({"content": piece})).collect();
    (pieces, "stop")
}

fn find_tool<'a>(request: &'a Value, name: &str) -> Option<&'a str> {
    let tools = request["tools"].as_array()?;
    tools.iter().filter_map(|tool| tool["function"]["name"].as_str()).find(|offered| *offered == name)
}
