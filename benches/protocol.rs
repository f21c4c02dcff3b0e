//! What translation costs: requests by size, and events by number.

use std::hint::black_box;

use codexgw::protocol::ir::Request;
use codexgw::protocol::messages::Abilities;
use codexgw::protocol::responses::{self, Encoder, ResponseMeta, Tap};
use codexgw::protocol::{Decoder, Quirks, chat, gemini, messages, sse};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};

/// A conversation of about that many bytes, in the shape that Codex sends.
fn conversation(size: usize) -> Vec<u8> {
    let output =
        "Chunk ID: 66f0e3\nWall time: 0.8 seconds\nOutput:\n".to_owned() + &"    let line = \"code\";\n".repeat(180);
    let mut input = vec![json!({"type": "message", "role": "developer",
        "content": [{"type": "input_text", "text": "You are a coding agent.\n".repeat(700)}]})];
    let mut length = 17_000;
    let mut turn = 0;
    while length < size {
        let id = format!("call_{turn}");
        input.push(json!({"type": "function_call", "id": format!("fc_{turn}"), "name": "exec_command", "call_id": id,
            "arguments": "{\"cmd\":\"sed -n 1,180p src/lib.rs\"}"}));
        input.push(
            json!({"type": "function_call_output", "id": format!("fco_{turn}"), "call_id": id, "output": output}),
        );
        length += output.len() + 300;
        turn += 1;
    }
    let tools: Vec<Value> = (0..12)
        .map(|n| json!({"type": "function", "name": format!("tool_{n}"), "strict": false, "description": "d".repeat(300),
            "parameters": {"type": "object", "properties": {"cmd": {"type": "string", "description": "d".repeat(200)}}}}))
        .collect();
    let body = json!({"model": "p/m", "stream": true, "input": input, "tools": tools, "tool_choice": "auto",
        "parallel_tool_calls": true, "reasoning": {"summary": "auto"}, "store": false});
    body.to_string().into_bytes()
}

fn requests(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("request");
    let quirks = Quirks::default();
    let abilities = Abilities::default();
    for (name, size) in [("30KB", 30_000), ("100KB", 100_000), ("1MB", 1_000_000), ("8MB", 8_000_000)] {
        let body = conversation(size);
        group.throughput(Throughput::Bytes(body.len() as u64));
        let mut translate = |wire: &str, translated: &dyn Fn(&[u8]) -> Vec<u8>| {
            group.bench_with_input(BenchmarkId::new(wire, name), &body, |bencher, body| {
                bencher.iter(|| translated(black_box(body)));
            });
        };
        let parse = responses::parse;
        translate("chat", &|body| parse(body).map(|it| chat::encode(&it, "m", &quirks).body).unwrap_or_default());
        translate("messages", &|body| {
            parse(body).map(|it| messages::encode(&it, "m", &quirks, &abilities).body).unwrap_or_default()
        });
        translate("gemini", &|body| parse(body).map(|it| gemini::encode(&it, "m", &quirks).body).unwrap_or_default());
        translate("responses", &|body| {
            responses::rewrite(body, "m", &quirks, &|_| false).map(|rewritten| rewritten.body).unwrap_or_default()
        });
        translate("head", &|body| responses::head(body).map(|head| head.model.into_bytes()).unwrap_or_default());
    }
    group.finish();
}

/// A stream of so many events that each say a few words.
struct Stream {
    name: &'static str,
    text: String,
    /// Reads it; none when it passes as it is.
    decoder: fn(&Request<'_>) -> Option<Decoder>,
}

impl Stream {
    fn of(name: &'static str, event: &str, end: &str, decoder: fn(&Request<'_>) -> Option<Decoder>) -> Self {
        Self { name, text: event.repeat(EVENTS) + end, decoder }
    }
}

/// How many events a stream has, its end not counted.
const EVENTS: usize = 5000;

fn streams() -> [Stream; 4] {
    [
        Stream::of(
            "chat",
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[\
             {\"index\":0,\"delta\":{\"content\":\"some words\"},\"finish_reason\":null}]}\n\n",
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
            |request| Some(Decoder::Chat(chat::encode(request, "m", &Quirks::default()).decoder)),
        ),
        Stream::of(
            "messages",
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\
             \"text_delta\",\"text\":\"some words\"}}\n\n",
            "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}\n\n\
             data: {\"type\":\"message_stop\"}\n\n",
            |request| {
                let abilities = Abilities::default();
                Some(Decoder::Messages(messages::encode(request, "m", &Quirks::default(), &abilities).decoder))
            },
        ),
        Stream::of(
            "gemini",
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"some words\"}],\"role\":\"model\"},\"index\":0}],\
             \"usageMetadata\":{\"promptTokenCount\":7,\"totalTokenCount\":9},\"modelVersion\":\"m\",\"responseId\":\"r\"}\r\n\r\n",
            "data: {\"candidates\":[{\"content\":{\"parts\":[]},\"finishReason\":\"STOP\"}]}\r\n\r\n",
            |request| Some(Decoder::Gemini(gemini::encode(request, "m", &Quirks::default()).decoder)),
        ),
        Stream::of(
            "responses",
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\
             \"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"some words\",\"logprobs\":[]}\n\n",
            "data: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"usage\":null}}\n\n",
            |_| None,
        ),
    ]
}

fn events(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("stream");
    group.throughput(Throughput::Elements(EVENTS as u64));
    for stream in streams() {
        group.bench_function(stream.name, |bencher| bencher.iter(|| translated(&stream)));
    }
    group.finish();
}

/// The whole way of a stream, in pieces as they come from a network.
fn translated(stream: &Stream) -> Vec<u8> {
    const PIECE: usize = 1400;
    let Ok(request) = responses::parse(br#"{"model":"p/m","stream":true,"input":"hi"}"#) else { return Vec::new() };
    let mut out = Vec::new();
    let Some(mut decoder) = (stream.decoder)(&request) else {
        let mut tap = Tap::new();
        for bytes in stream.text.as_bytes().chunks(PIECE) {
            tap.feed(bytes);
            out.extend_from_slice(bytes);
        }
        return out;
    };
    let meta = ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 0 };
    let (mut encoder, mut lines, mut deltas) = (Encoder::new(meta), sse::Decoder::new(), Vec::new());
    for bytes in stream.text.as_bytes().chunks(PIECE) {
        let _ = lines.feed(bytes, |event| decoder.feed(&event, &mut deltas));
        for delta in deltas.drain(..) {
            encoder.push(delta, &mut out);
        }
    }
    out
}

criterion_group!(benches, requests, events);
criterion_main!(benches);
