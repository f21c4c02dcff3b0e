//! Where the gateway is in its life, and how long it has had nothing to do.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// The three parts of a gateway's life, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Takes requests.
    Serving,
    /// Takes no new ones; running answers go on.
    Draining,
    /// Running answers end now, with a word about it.
    Ending,
}

/// The phase as everybody sees it.
#[derive(Debug)]
pub(super) struct PhaseSwitch(watch::Sender<Phase>);

impl PhaseSwitch {
    /// Serving.
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(Phase::Serving))
    }

    /// Goes on to `phase`; never back.
    pub(super) fn advance(&self, phase: Phase) {
        self.0.send_if_modified(|now| {
            let later = phase > *now;
            *now = phase.max(*now);
            later
        });
    }

    /// A view that can be waited on.
    pub(super) fn watch(&self) -> PhaseWatch {
        PhaseWatch(self.0.subscribe())
    }
}

/// A view of the phase.
#[derive(Debug, Clone)]
pub(super) struct PhaseWatch(watch::Receiver<Phase>);

impl PhaseWatch {
    /// Ends when `phase` has come. Can be dropped and called again.
    pub(super) async fn reached(&mut self, phase: Phase) {
        if self.0.wait_for(|now| *now >= phase).await.is_err() {
            // The gateway itself is gone: whoever waits is about to be dropped.
            std::future::pending::<()>().await;
        }
    }

    /// Whether `phase` has come; cheap enough for every piece of a stream.
    pub(super) fn is_at(&self, phase: Phase) -> bool {
        *self.0.borrow() >= phase
    }
}

/// How busy the gateway is.
#[derive(Debug, Clone)]
pub(super) struct Activity(Arc<Mutex<Counter>>);

#[derive(Debug)]
struct Counter {
    running: usize,
    last: Instant,
}

impl Activity {
    /// Nothing yet, counted from now.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Counter { running: 0, last: Instant::now() })))
    }

    /// A request begins; it ends when the guard is dropped.
    pub(super) fn begin(&self) -> Busy {
        self.change(|counter| counter.running += 1);
        Busy(self.clone())
    }

    /// Time since the last request ended; nought while one runs.
    pub(super) fn idle_for(&self) -> Duration {
        let counter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counter.running > 0 { Duration::ZERO } else { counter.last.elapsed() }
    }

    fn change(&self, change: impl FnOnce(&mut Counter)) {
        let mut counter = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut counter);
        counter.last = Instant::now();
    }
}

/// A request that runs.
#[derive(Debug)]
pub(super) struct Busy(Activity);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.change(|counter| counter.running -= 1);
    }
}
