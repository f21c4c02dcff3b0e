//! The gateway as a service: one request in, one answer out.

use std::num::NonZero;
use std::sync::Arc;

use http::{Request, StatusCode};
use hyper::body::Incoming;
use tokio::sync::Semaphore;

use super::answer::{self, Answer};
use super::client::Client;
use super::directory::Directory;
use super::door::{Door, Entry};
use super::keys::Keys;
use super::lifecycle::proof::Identity;
use super::limits::Limits;
use super::phase::{Activity, Phase, PhaseSwitch};
use super::seals::Seals;
use super::upstream::Upstream;
use super::{body, exchange, models};
use crate::secret::Secret;
use crate::settings::{Home, Settings};

/// Everything that the requests of one gateway share.
pub(super) struct Gateway {
    /// The person's codexgw folders.
    pub home: Home,
    /// Bounds.
    pub limits: Limits,
    /// Providers and models, as the settings file has them now.
    pub directory: Directory,
    /// Keys of the providers.
    pub keys: Keys,
    /// Whose sealed reasoning is whose.
    pub seals: Arc<Seals>,
    /// The way out.
    pub upstream: Upstream,
    /// Serving, draining, ending.
    pub phase: PhaseSwitch,
    /// Whether what cannot be carried over is refused, whatever the settings say.
    pub strict: bool,
    /// How busy.
    pub activity: Activity,
    /// Room for the translation of large bodies: as many at once as there are cores, since each holds several times
    /// its size while it goes on.
    pub translations: Semaphore,
    door: Door,
    port: u16,
    version: String,
}

impl Gateway {
    /// A gateway that listens on `port`.
    pub(super) fn new(home: Home, token: Secret, port: u16, version: &str, limits: Limits) -> Self {
        Self {
            directory: Directory::new(home.clone()),
            keys: Keys::new(home.clone()),
            seals: Arc::default(),
            upstream: Upstream::new(&limits),
            phase: PhaseSwitch::new(),
            strict: false,
            activity: Activity::new(),
            translations: Semaphore::new(std::thread::available_parallelism().map_or(1, NonZero::get)),
            door: Door::new(token, port),
            version: version.to_owned(),
            home,
            limits,
            port,
        }
    }

    /// The same, refusing what cannot be carried over whole.
    pub(super) fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Whether what cannot be carried over is refused.
    pub(super) fn is_strict(&self, settings: &Settings) -> bool {
        self.strict || settings.strict
    }

    /// Answers one request.
    pub(super) async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        let busy = self.activity.begin();
        match self.door.admit(&request) {
            Err(refusal) => refusal.answer(),
            Ok(Entry::Challenge(nonce)) => {
                let identity = Identity::prove(self.door.token(), nonce, self.port, std::process::id(), &self.version);
                match serde_json::to_vec(&identity) {
                    Ok(body) => answer::json(StatusCode::OK, body),
                    Err(_) => answer::error(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "no identity"),
                }
            }
            Ok(Entry::Models) => models::answer(&self, request.uri().query()),
            Ok(Entry::Stop) => {
                self.phase.advance(Phase::Draining);
                answer::json(StatusCode::ACCEPTED, "{}")
            }
            Ok(Entry::Responses { packing, task }) => {
                let client = Client::of(request.headers());
                match body::read(&self.limits, request.into_body(), packing).await {
                    Ok(body) => exchange::run(self, task, client, body, busy).await,
                    Err(refused) => refused,
                }
            }
        }
    }
}
