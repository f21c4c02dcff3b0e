//! The server's side: lock, bind, announce, serve, drain.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::ServeOptions;
use super::place::{Place, Whereabouts};
use super::starter::{no_port, port_is_taken};
use crate::error::{Error, Result};
use crate::gateway::limits::Limits;
use crate::gateway::phase::Phase;
use crate::gateway::service::Gateway;
use crate::gateway::{VERSION, listener};
use crate::secret::redact::Redacting;
use crate::secret::{self, gateway_token};
use crate::settings::{Home, Settings};

/// Most threads beside the one that serves: for keys, host names, packed bodies and large ones.
const ASIDE: usize = 8;

/// A gateway that was asked to stop closes its port before it lets go of the lock: the next one waits that long.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Serves until it is asked to stop. Logs go to stderr.
///
/// # Errors
/// When another gateway of this home runs, the port is taken or was never chosen, or a file cannot be read or written.
pub fn serve(home: &Home, options: ServeOptions) -> Result<()> {
    secret::forbid_core_dumps();
    #[cfg(unix)]
    if options.idle_exit.is_some() {
        // Fails only when we lead a session already, which is what it is for.
        let _ = rustix::process::setsid();
    }
    log_to_stderr();
    serve_as(home, options, VERSION, Limits::default())
}

/// [`serve`] without what belongs to the process; version and limits are given from outside for the tests.
pub(super) fn serve_as(home: &Home, options: ServeOptions, version: &str, limits: Limits) -> Result<()> {
    // One thread: an event passes two tasks on its way, and waking another thread for each costs eight times what
    // translating it does. Keys, large bodies and packed ones have threads of their own.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .max_blocking_threads(ASIDE)
        .enable_all()
        .build()
        .map_err(|e| Error::bug("cannot start the runtime").cause(e))?;
    let served = runtime.block_on(run(home, options, version, limits));
    runtime.shutdown_timeout(Duration::from_millis(100));
    served
}

async fn run(home: &Home, options: ServeOptions, version: &str, limits: Limits) -> Result<()> {
    let place = Place::new(home);
    let lock = place.serving_lock(LOCK_PATIENCE)?.ok_or_else(|| already_running(&place))?;
    let port = match options.port {
        Some(port) => port,
        None => Settings::read(&home.settings_file())?.port.ok_or_else(no_port)?,
    };
    let token = gateway_token::load_or_create(home)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|e| match e.kind() {
        std::io::ErrorKind::AddrInUse => port_is_taken(port),
        _ => Error::fixable(format!("cannot listen on `127.0.0.1:{port}`")).cause(e),
    })?;
    let port = listener.local_addr().map_err(|e| Error::bug("the listener has no address").cause(e))?.port();
    let gateway = Arc::new(Gateway::new(home.clone(), token, port, version, limits).strict(options.strict));
    let pid = std::process::id();
    let started_at = jiff::Timestamp::now().to_string();
    place.announce(&Whereabouts { pid, port, version: version.to_owned(), started_at })?;
    tracing::info!(port, version, "serving");

    let signals = tokio::spawn(stop_on_signals(Arc::clone(&gateway)));
    let idle = options.idle_exit.map(|patience| tokio::spawn(stop_when_idle(Arc::clone(&gateway), patience)));
    listener::run(listener, gateway, move || {
        // The port is closed: a successor may have it while the last answers end here.
        place.withdraw(pid);
        drop(lock);
    })
    .await;
    signals.abort();
    if let Some(idle) = idle {
        idle.abort();
    }
    tracing::info!("stopped");
    Ok(())
}

fn already_running(place: &Place) -> Error {
    let error = Error::fixable("a gateway runs already");
    let error = match place.whereabouts() {
        Some(here) => error.cause(format!("process {}, port {}, version `{}`", here.pid, here.port, here.version)),
        None => error,
    };
    error.hint("stop it first: `codexgw gateway stop`")
}

/// The first signal drains, the second one ends the answers that still run.
async fn stop_on_signals(gateway: Arc<Gateway>) {
    for phase in [Phase::Draining, Phase::Ending] {
        stop_signal().await;
        gateway.phase.advance(phase);
    }
}

#[cfg(unix)]
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        _ => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn stop_when_idle(gateway: Arc<Gateway>, patience: Duration) {
    loop {
        match patience.checked_sub(gateway.activity.idle_for()) {
            Some(left) if !left.is_zero() => tokio::time::sleep(left).await,
            _ => break,
        }
    }
    tracing::info!("no request for {} s", patience.as_secs());
    gateway.phase.advance(Phase::Draining);
}

fn log_to_stderr() {
    // A second call in one process keeps the first subscriber.
    let writer = || Redacting::new(std::io::stderr());
    let _ = tracing_subscriber::fmt().with_ansi(false).with_target(false).with_writer(writer).try_init();
}
