//! What happens inside, for a person who asks for it with `-v`.

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::secret::redact::Redacting;

/// Logs to stderr, without secrets: nothing, then `-v` what is done, `-vv` with details, `-vvv` also those of the HTTP
/// client.
pub fn log(verbosity: u8) {
    let own = match verbosity {
        0 => return,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let mut targets = Targets::new().with_target("codexgw", own);
    if verbosity > 2 {
        // Not the keyring's library, whose messages are the secrets themselves.
        targets = targets.with_targets(["reqwest", "hyper_util"].map(|target| (target, Level::DEBUG)));
    }
    let lines = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(|| Redacting::new(anstream::stderr()));
    // A second call in one process keeps the first.
    let _ = tracing_subscriber::registry().with(targets).with(lines).try_init();
}
