//! A streamed answer while it runs: upstream pieces in, Responses events out, never silent for long.
//!
//! Hyper asks for the next piece when it can send it, so a slow client slows the upstream down, and a client that
//! hangs up drops this and with it the upstream's connection.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{FutureExt as _, Stream, stream};
use http::HeaderValue;
use hyper::body::Frame;
use reqwest::Response;
use tokio::time::{Instant, Sleep, sleep_until, timeout};

use super::asking::{Begun, Connecting};
use super::failure;
use super::phase::{Busy, Phase, PhaseWatch};
use super::record::{Outcome, Record};
use super::service::Gateway;
use super::translation::Translation;
use super::upstream::{NoAnswer, cause_of};
use crate::protocol::{End, Failure};

/// The upstream's reader runs on the same runtime: letting it go first this often, before a flush, makes one write of
/// what is ready instead of one an event, at no cost in lag.
const TURNS_FOR_THE_READER: usize = 3;
/// Enough for one write.
const FULL: usize = 64 << 10;
/// The end of an upstream's answer is read after ours is out, so that its connection can serve the next request.
const TAIL_TIME: Duration = Duration::from_secs(2);

/// What those hear whose answer does not end before the gateway does.
const STOPPING: &str = "the gateway is stopping; try again";

/// One streamed answer.
pub(super) struct Live {
    stage: Stage,
    translation: Translation,
    record: Record,
    phase: PhaseWatch,
    keepalive: Duration,
    silence: Duration,
    /// Fires when something may be due; see [`Live::set_alarm`].
    alarm: Pin<Box<Sleep>>,
    said: Instant,
    heard: Instant,
    out: Vec<u8>,
    _busy: Busy,
}

enum Stage {
    Connecting(Connecting),
    Streaming(Begun),
    Done,
}

/// What happened next.
enum Event {
    Connected(Result<Begun, NoAnswer>),
    Piece(reqwest::Result<Option<Bytes>>),
    Alarm,
    Ending,
}

impl Live {
    /// An answer whose upstream is being asked.
    pub(super) fn new(
        gateway: &Arc<Gateway>,
        connecting: Connecting,
        translation: Translation,
        record: Record,
        busy: Busy,
    ) -> Self {
        let now = Instant::now();
        let limits = &gateway.limits;
        Self {
            stage: Stage::Connecting(connecting),
            translation,
            record,
            phase: gateway.phase.watch(),
            keepalive: limits.keepalive,
            silence: limits.upstream_silence,
            alarm: Box::pin(sleep_until(now + limits.keepalive)),
            said: now,
            heard: now,
            out: Vec::new(),
            _busy: busy,
        }
    }

    /// Waits a little for the upstream's head, so that most answers begin with what the upstream says.
    pub(super) async fn connect(&mut self, patience: Duration) {
        if let Stage::Connecting(connecting) = &mut self.stage
            && let Ok(connected) = timeout(patience, connecting).await
        {
            self.connected(connected);
        } else {
            self.translation.open(&mut self.out);
        }
    }

    /// Waits for the upstream's head however long it takes; its refusal is handed back, to be told by a status.
    pub(super) async fn connect_or_refuse(&mut self) -> Option<Failure> {
        let Stage::Connecting(connecting) = &mut self.stage else { return None };
        let connected = tokio::select! {
            biased;
            connected = connecting => connected,
            () = self.phase.reached(Phase::Ending) => {
                Err(NoAnswer { status: None, refuses_key: false, failure: failure::shown(STOPPING) })
            }
        };
        match connected {
            Ok(begun) => {
                self.connected(Ok(begun));
                None
            }
            Err(no_answer) => {
                self.record.status = no_answer.status.map(|status| status.as_u16());
                self.record.outcome = Outcome::Failed;
                self.stage = Stage::Done;
                Some(no_answer.failure)
            }
        }
    }

    /// What could not be carried over, as far as it is known.
    pub(super) fn losses(&self) -> Option<HeaderValue> {
        self.record.losses()
    }

    /// The answer as a body.
    pub(super) fn into_frames(self) -> impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Send {
        stream::unfold(self, |mut live| async {
            let bytes = live.next().await?;
            Some((Ok(Frame::data(bytes)), live))
        })
    }

    /// The next bytes for Codex; none after the terminal event.
    async fn next(&mut self) -> Option<Bytes> {
        while self.out.is_empty() {
            let event = match &mut self.stage {
                Stage::Done => return None,
                _ if self.phase.is_at(Phase::Ending) => Event::Ending,
                Stage::Connecting(connecting) => tokio::select! {
                    biased;
                    connected = connecting => Event::Connected(connected),
                    () = &mut self.alarm => Event::Alarm,
                    () = self.phase.reached(Phase::Ending) => Event::Ending,
                },
                Stage::Streaming(begun) => tokio::select! {
                    biased;
                    piece = begun.response.chunk() => Event::Piece(piece),
                    () = &mut self.alarm => Event::Alarm,
                    () = self.phase.reached(Phase::Ending) => Event::Ending,
                },
            };
            match event {
                Event::Connected(connected) => self.connected(connected),
                Event::Piece(piece) => {
                    self.piece(piece);
                    self.gather().await;
                }
                Event::Alarm => self.overdue(),
                Event::Ending => self.fail(failure::shown(STOPPING)),
            }
        }
        // An upstream's comments pass, but Codex does not count them.
        if !self.out.starts_with(b":") {
            self.said = Instant::now();
        }
        Some(std::mem::take(&mut self.out).into())
    }

    fn connected(&mut self, connected: Result<Begun, NoAnswer>) {
        self.heard = Instant::now();
        match connected {
            Ok(begun) => {
                self.record.connected(&begun);
                if is_json(&begun.response) {
                    self.translation.expect_whole();
                }
                self.translation.open(&mut self.out);
                self.stage = Stage::Streaming(begun);
                self.set_alarm();
            }
            Err(no_answer) => {
                self.record.status = no_answer.status.map(|status| status.as_u16());
                self.fail(no_answer.failure);
            }
        }
    }

    fn piece(&mut self, piece: reqwest::Result<Option<Bytes>>) {
        match piece {
            Ok(Some(piece)) => {
                self.record.first_byte();
                self.heard = Instant::now();
                self.translation.feed(&piece, &mut self.out);
                if self.translation.has_begun()
                    && let Stage::Streaming(begun) = &mut self.stage
                {
                    begun.asking.settle();
                }
                if self.translation.is_finished() {
                    let response = self.finish();
                    if self.record.outcome == Outcome::Answered {
                        read_tail(response);
                    }
                } else if !self.retry() {
                    self.go_on();
                }
            }
            Ok(None) => self.end(End::Eof),
            Err(error) => self.end(End::Cut(cause_of(&error))),
        }
    }

    /// Takes along what else is ready.
    async fn gather(&mut self) {
        let mut turns = 0;
        while let Stage::Streaming(begun) = &mut self.stage
            && !self.out.is_empty()
            && self.out.len() < FULL
        {
            match begun.response.chunk().now_or_never() {
                Some(piece) => self.piece(piece),
                None if turns == TURNS_FOR_THE_READER => break,
                None => {
                    turns += 1;
                    tokio::task::yield_now().await;
                }
            }
        }
    }

    /// The alarm rang: an upstream that fell silent ends the answer; a quiet one makes us speak.
    fn overdue(&mut self) {
        let now = Instant::now();
        if let Stage::Streaming(begun) = &mut self.stage
            && now >= self.heard + self.silence
        {
            let seconds = self.silence.as_secs();
            // It was left time enough.
            begun.asking.settle();
            self.end(End::Cut(format!("no byte came for {seconds} s")));
        } else if now >= self.said + self.keepalive {
            self.translation.keep_alive(&mut self.out);
            self.said = now;
        }
        self.set_alarm();
    }

    /// Sets the alarm to when something may be due. Pieces that come and go do not touch it: it looks when it rings.
    fn set_alarm(&mut self) {
        let speak = self.said + self.keepalive;
        let due = if matches!(self.stage, Stage::Streaming(_)) { speak.min(self.heard + self.silence) } else { speak };
        self.alarm.as_mut().reset(due);
    }

    fn end(&mut self, end: End) {
        self.translation.end(end, &mut self.out);
        if !self.retry() && !self.go_on() {
            self.finish();
        }
    }

    /// Asks again where the answer failed before it began in a way that may pass; tells whether it did fail.
    fn retry(&mut self) -> bool {
        let Some(failure) = self.translation.take_trouble() else { return false };
        let again = match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Streaming(begun) => begun.asking.again(),
            Stage::Connecting(_) | Stage::Done => None,
        };
        match again {
            Some(connecting) => {
                self.translation.start_over();
                self.stage = Stage::Connecting(connecting);
            }
            None => self.fail(failure.for_good()),
        }
        true
    }

    /// Asks a provider that paused to go on; tells whether it did pause.
    fn go_on(&mut self) -> bool {
        let Some(said) = self.translation.resume() else { return false };
        if let Stage::Streaming(Begun { response, asking, .. }) = std::mem::replace(&mut self.stage, Stage::Done) {
            self.stage = Stage::Connecting(asking.go_on(said));
            read_tail(Some(response));
        }
        self.set_alarm();
        true
    }

    fn fail(&mut self, failure: Failure) {
        self.translation.fail(failure, &mut self.out);
        self.finish();
    }

    /// The terminal event is written. What is left of the upstream's answer is dropped, unless somebody wants it.
    fn finish(&mut self) -> Option<Response> {
        self.record.usage = self.translation.usage().copied();
        self.record.outcome = if self.translation.has_failed() { Outcome::Failed } else { Outcome::Answered };
        match std::mem::replace(&mut self.stage, Stage::Done) {
            Stage::Streaming(begun) => Some(begun.response),
            Stage::Connecting(_) | Stage::Done => None,
        }
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if self.record.usage.is_none() {
            self.record.usage = self.translation.usage().copied();
        }
    }
}

fn read_tail(response: Option<Response>) {
    let Some(mut response) = response else { return };
    tokio::spawn(timeout(TAIL_TIME, async move { while let Ok(Some(_)) = response.chunk().await {} }));
}

fn is_json(response: &Response) -> bool {
    let kind = response.headers().get(http::header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}
