//! An answer that was not to be streamed: the same path as a live one, fed once.

use reqwest::Response;
use tokio::time::timeout;

use super::asking::{Begun, Connecting};
use super::door::Task;
use super::failure;
use super::limits::Limits;
use super::record::{Outcome, Record};
use super::seals::Sealer;
use super::upstream::cause_of;
use crate::protocol::failure::{failure_from_oddity, failure_from_stream};
use crate::protocol::responses::{Encoder, Tap};
use crate::protocol::{Decoder, End, Failure};

/// Waits for the whole answer and translates it; without a decoder it passes as it is.
pub(super) async fn answer(
    limits: &Limits,
    mut connecting: Connecting,
    mut decoder: Option<Decoder>,
    mut encoder: Encoder,
    sealer: Sealer,
    task: Task,
    record: &mut Record,
) -> Result<Vec<u8>, Failure> {
    loop {
        let begun = match connecting.await {
            Ok(begun) => begun,
            Err(no_answer) => {
                record.status = no_answer.status.map(|status| status.as_u16());
                record.outcome = Outcome::Failed;
                return Err(encoder.named(no_answer.failure));
            }
        };
        record.connected(&begun);
        let Begun { response, mut asking, .. } = begun;
        asking.settle();
        let body = match read(limits, response, record).await {
            Ok(body) => body,
            Err(cause) => {
                record.outcome = Outcome::Failed;
                return Err(encoder.named(Failure::broken_off(&cause)));
            }
        };
        let Some(decoder) = &mut decoder else { return pass(body, &encoder, &sealer, record) };
        translate(decoder, &mut encoder, &body);
        record.usage = encoder.usage().copied();
        match decoder.resume() {
            Some(said) => connecting = asking.go_on(said),
            None => return told(encoder, task, record),
        }
    }
}

/// An answer that is a response already.
fn pass(body: Vec<u8>, encoder: &Encoder, sealer: &Sealer, record: &mut Record) -> Result<Vec<u8>, Failure> {
    let mut tap = Tap::new();
    tap.feed_whole(&body);
    sealer.made(tap.take_seals());
    record.usage = tap.usage().copied();
    if !tap.is_finished() {
        record.outcome = Outcome::Failed;
        let words = String::from_utf8_lossy(&body);
        let failure = match tap.error() {
            Some(error) => failure_from_stream(&serde_json::from_str(error).unwrap_or_default()),
            None if words.trim().is_empty() => Failure::broken_off("it is empty"),
            None => failure_from_oddity(&words),
        };
        return Err(failure::redacted(encoder.named(failure)));
    }
    record.outcome = Outcome::Answered;
    Ok(body)
}

fn translate(decoder: &mut Decoder, encoder: &mut Encoder, body: &[u8]) {
    let mut deltas = Vec::new();
    decoder.feed_whole(body, &mut deltas);
    decoder.finish(End::Eof, &mut deltas);
    let mut events = Vec::new();
    for delta in deltas {
        encoder.push(delta, &mut events);
        events.clear();
    }
}

/// The answer, once it is told to its end.
fn told(encoder: Encoder, task: Task, record: &mut Record) -> Result<Vec<u8>, Failure> {
    if let Some(why) = encoder.failure() {
        record.outcome = Outcome::Failed;
        return Err(failure::redacted(why.clone()));
    }
    record.outcome = Outcome::Answered;
    Ok(if task == Task::Compact { encoder.into_compaction() } else { encoder.into_response() })
}

async fn read(limits: &Limits, mut response: Response, record: &mut Record) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    loop {
        match timeout(limits.upstream_silence, response.chunk()).await {
            Ok(Ok(Some(piece))) if body.len() + piece.len() > limits.body_bytes => {
                return Err("it is too long".to_owned());
            }
            Ok(Ok(Some(piece))) => {
                record.first_byte();
                body.extend_from_slice(&piece);
            }
            Ok(Ok(None)) => return Ok(body),
            Ok(Err(error)) => return Err(cause_of(&error)),
            Err(_) => return Err(format!("no byte came for {} s", limits.upstream_silence.as_secs())),
        }
    }
}
