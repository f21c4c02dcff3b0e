//! The accept loop: loopback connections, each with hyper's HTTP/1.1 and every limit set.
//!
//! `axum::serve` would install no timer, and hyper without one drops its limit on slow heads in silence.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::phase::Phase;
use super::service::Gateway;

/// Time to write the last words of the answers that were cut short.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Serves until the phase leaves [`Phase::Serving`], calls `closed` when the port is closed, and lets the running
/// answers end.
pub(super) async fn run(listener: TcpListener, gateway: Arc<Gateway>, closed: impl FnOnce()) {
    let mut phase = gateway.phase.watch();
    let graceful = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(gateway.limits.connections));
    loop {
        let accepted = tokio::select! {
            biased;
            () = phase.reached(Phase::Draining) => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let Some((stream, slot)) = accepted else { continue };
        let connection = graceful.watch(connection(stream, &gateway));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(slot);
        });
    }
    drop(listener);
    closed();
    drain(graceful, &gateway).await;
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(error) => {
            // Out of file descriptors, or a client that left at once: neither is a reason to stop, nor to spin.
            tracing::warn!(%error, "cannot accept a connection");
            sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

fn connection(
    stream: TcpStream,
    gateway: &Arc<Gateway>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send + 'static {
    // Without it a small event waits for the client's delayed acknowledgement: 44 ms measured.
    let _ = stream.set_nodelay(true);
    let limits = &gateway.limits;
    let gateway = Arc::clone(gateway);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_header_size(limits.head_bytes)
        .max_headers(limits.headers)
        .serve_connection(
            TokioIo::new(stream),
            service_fn(move |request| {
                let gateway = Arc::clone(&gateway);
                async move { Ok::<_, std::convert::Infallible>(gateway.answer(request).await) }
            }),
        )
}

async fn drain(graceful: GracefulShutdown, gateway: &Gateway) {
    let mut phase = gateway.phase.watch();
    let mut ended = pin!(graceful.shutdown());
    let in_peace = async {
        tokio::select! {
            () = &mut ended => true,
            () = phase.reached(Phase::Ending) => false,
        }
    };
    if timeout(gateway.limits.drain, in_peace).await != Ok(true) {
        gateway.phase.advance(Phase::Ending);
        let _ = timeout(LAST_WORDS, ended).await;
    }
}
