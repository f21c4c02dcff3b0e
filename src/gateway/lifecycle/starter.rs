//! Making sure that a gateway runs: what `codexgw token` does before it hands the gateway's token out.

use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::client::{Listener, announced, ask_to_stop, challenge};
use super::place::Place;
use super::{DETACHED_IDLE, Running};
use crate::error::{Error, Result};
use crate::gateway::VERSION;
use crate::secret::{Secret, gateway_token};
use crate::settings::{Home, Settings};

/// Codex gives the token command five seconds.
const START_TIME: Duration = Duration::from_millis(4500);

/// Makes sure that our gateway runs and gives it back with its token. One that runs and is not older than we are is
/// left as it is; an older one is asked to stop first.
///
/// # Errors
/// When another program has the port, no port was chosen yet, or the gateway does not come up in time.
pub fn ensure(home: &Home) -> Result<(Running, Secret)> {
    let starter = Starter { home, version: VERSION, launch: &|| launch(home) };
    starter.ensure()
}

/// Tells whether the gateway that was started has ended already.
pub(super) type Launched = Box<dyn FnMut() -> bool>;

/// Starts gateways; the version and the way to start one are given from outside for the tests.
pub(super) struct Starter<'a> {
    /// Whose gateway.
    pub home: &'a Home,
    /// A running one that is older than this is taken over.
    pub version: &'a str,
    /// Starts one, detached.
    pub launch: &'a dyn Fn() -> Result<Launched>,
}

impl Starter<'_> {
    /// See [`ensure`].
    pub(super) fn ensure(&self) -> Result<(Running, Secret)> {
        let token = gateway_token::load_or_create(self.home)?;
        if let Some(running) = announced(self.home, &token)?.filter(|running| self.is_current(running)) {
            return Ok((running, token));
        }
        let running = self.start(&token)?;
        Ok((running, token))
    }

    /// Starts one, unless somebody else did while we waited for the lock.
    fn start(&self, token: &Secret) -> Result<Running> {
        let deadline = Instant::now() + START_TIME;
        let place = Place::new(self.home);
        let _lock = place.starting_lock(START_TIME)?.ok_or_else(|| {
            Error::fixable("another start of the gateway is under way and does not end").hint("try again")
        })?;
        if let Some(running) = announced(self.home, token)? {
            if self.is_current(&running) {
                return Ok(running);
            }
            ask_to_stop(&running, token)?;
        }
        let port = Settings::read(&self.home.settings_file())?.port.ok_or_else(no_port)?;
        match challenge(port, token)? {
            Listener::Nobody => {}
            Listener::Ours(running) if self.is_current(&running) => return Ok(running),
            Listener::Ours(running) => ask_to_stop(&running, token)?,
            Listener::Stranger => return Err(stranger(&place, port)?),
        }
        let mut has_ended = (self.launch)()?;
        loop {
            if let Some(running) = announced(self.home, token)?.filter(|running| self.is_current(running)) {
                return Ok(running);
            }
            if has_ended() || Instant::now() >= deadline {
                return Err(did_not_start(&place));
            }
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn is_current(&self, running: &Running) -> bool {
        version_parts(&running.version) >= version_parts(self.version)
    }
}

/// Why no gateway proved itself in time.
fn did_not_start(place: &Place) -> Error {
    let error = Error::fixable("the gateway did not start");
    let error = match place.last_log_line() {
        Some(line) => error.cause(line),
        None => error,
    };
    let error = match place.whereabouts() {
        Some(here) => error.hint(format!(
            "process {} may hold its lock without answering; end it by hand: `kill {}`",
            here.pid, here.pid
        )),
        None => error,
    };
    error.hint(format!("read `{}`, or watch it: `codexgw gateway serve`", place.log_file().display()))
}

/// The numbers of a version, for comparing; what is not a number counts as nought.
fn version_parts(version: &str) -> [u64; 3] {
    let mut numbers = version.split(['.', '-', '+']).map(|part| part.parse().unwrap_or(0));
    std::array::from_fn(|_| numbers.next().unwrap_or(0))
}

/// Starts this program as a gateway of its own: no terminal, no working folder, stderr in the log. It leaves the
/// session itself, since only it can do so safely.
fn launch(home: &Home) -> Result<Launched> {
    let log = Place::new(home).open_log()?;
    let cannot = |e: std::io::Error| Error::fixable("cannot start the gateway").cause(e);
    let mut command = Command::new(std::env::current_exe().map_err(cannot)?);
    if let Some(dir) = home.explicit() {
        command.arg("--home").arg(dir);
    }
    command.args(["gateway", "serve", "--idle-exit"]).arg(DETACHED_IDLE.as_secs().to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    // The allocator would hold 7 MB in advance, which an idle gateway never uses (measured: 15.6 against 8.3 MB).
    command.env("MIMALLOC_ARENA_EAGER_COMMIT", "0");
    if cfg!(unix) {
        command.current_dir("/");
    }
    #[cfg(windows)]
    {
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        std::os::windows::process::CommandExt::creation_flags(
            &mut command,
            DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP,
        );
    }
    let mut child = command.spawn().map_err(cannot)?;
    Ok(Box::new(move || matches!(child.try_wait(), Ok(Some(_)))))
}

/// Why the listener on `port` could not prove itself.
fn stranger(place: &Place, port: u16) -> Result<Error> {
    let held = place.serving_lock(Duration::ZERO)?.is_none();
    Ok(match place.whereabouts().filter(|here| held && here.port == port) {
        None => port_is_taken(port),
        Some(_) => Error::fixable(format!("your gateway on port {port} does not prove itself"))
            .cause("it is stuck, or it was started with another token than the one in the state folder")
            .hint("stop it, the next turn starts another: `codexgw gateway stop`"),
    })
}

/// No provider uses the gateway yet.
pub(super) fn no_port() -> Error {
    Error::fixable("no port was chosen for the gateway yet")
        .hint("add a provider that uses it: `codexgw add <provider> --via gateway`")
}

/// Somebody else listens where our gateway should.
pub(super) fn port_is_taken(port: u16) -> Error {
    Error::fixable(format!("port {port} on `127.0.0.1` is taken by another program"))
        .cause("whoever listens there could not prove to be your gateway; nothing was sent to it")
        .hint("choose another port: `codexgw gateway move`")
}
