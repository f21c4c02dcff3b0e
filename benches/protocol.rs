//! What translation costs: requests by size, and events by number.

use std::hint::black_box;

use codexgw::protocol::responses::{self, Encoder, ResponseMeta};
use codexgw::protocol::{Quirks, chat, sse};
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
    for (name, size) in [("30KB", 30_000), ("100KB", 100_000), ("1MB", 1_000_000), ("8MB", 8_000_000)] {
        let body = conversation(size);
        group.throughput(Throughput::Bytes(body.len() as u64));
        group.bench_with_input(BenchmarkId::new("chat", name), &body, |bencher, body| {
            bencher.iter(|| responses::parse(black_box(body)).map(|request| chat::encode(&request, "m", &quirks).body));
        });
        group.bench_with_input(BenchmarkId::new("responses", name), &body, |bencher, body| {
            bencher.iter(|| responses::rewrite(black_box(body), "m", &quirks));
        });
        group.bench_with_input(BenchmarkId::new("head", name), &body, |bencher, body| {
            bencher.iter(|| responses::head(black_box(body)));
        });
    }
    group.finish();
}

fn events(criterion: &mut Criterion) {
    const EVENTS: u32 = 5000;
    let mut stream = String::new();
    for _ in 0..EVENTS {
        stream.push_str(
            "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[\
             {\"index\":0,\"delta\":{\"content\":\"some words\"},\"finish_reason\":null}]}\n\n",
        );
    }
    stream.push_str("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    let mut group = criterion.benchmark_group("stream");
    group.throughput(Throughput::Elements(u64::from(EVENTS)));
    group.bench_function("chat", |bencher| {
        bencher.iter(|| {
            let body = br#"{"model":"p/m","stream":true,"input":"hi"}"#;
            let Ok(request) = responses::parse(body) else { return Vec::new() };
            let mut decoder = chat::encode(&request, "m", &Quirks::default()).decoder;
            let meta = ResponseMeta { id: "resp_1".into(), model: "p/m".into(), created_at: 0 };
            let (mut encoder, mut lines) = (Encoder::new(meta), sse::Decoder::new());
            let (mut deltas, mut out) = (Vec::new(), Vec::new());
            for bytes in stream.as_bytes().chunks(1400) {
                let _ = lines.feed(bytes, |event| decoder.feed(&event, &mut deltas));
                for delta in deltas.drain(..) {
                    encoder.push(delta, &mut out);
                }
            }
            out
        });
    });
    group.finish();
}

criterion_group!(benches, requests, events);
criterion_main!(benches);
