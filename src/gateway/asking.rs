//! One request of Codex at its provider, asked again while nothing of an answer has come.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;

use super::exchange::connect;
use super::live::Connecting;
use super::service::Gateway;
use super::upstream::Call;

/// A request and how often it may still be asked again.
pub(super) struct Asking {
    gateway: Arc<Gateway>,
    call: Call,
    left: u32,
    pause: Duration,
}

impl Asking {
    /// Not asked yet.
    pub(super) fn new(gateway: &Arc<Gateway>, call: Call) -> Self {
        let (left, pause) = (gateway.limits.retries, gateway.limits.backoff);
        Self { gateway: Arc::clone(gateway), call, left, pause }
    }

    /// Asks for the first time.
    pub(super) fn first(&self) -> Connecting {
        Box::pin(connect(Arc::clone(&self.gateway), self.call.clone()))
    }

    /// Asks again after a pause, unless that was done often enough.
    pub(super) fn again(&mut self) -> Option<Connecting> {
        self.left = self.left.checked_sub(1)?;
        let pause = self.pause;
        self.pause *= 2;
        tracing::info!(provider = self.call.id, "the answer broke off before it began; asked again");
        let asked = self.first();
        Some(Box::pin(async move {
            sleep(pause).await;
            asked.await
        }))
    }
}
