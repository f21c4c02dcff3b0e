//! The gateway as a service: one request in, one answer out.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use tokio::time::timeout;

use super::answer::{self, Answer};
use super::directory::Directory;
use super::door::{Door, Entry};
use super::keys::Keys;
use super::lifecycle::proof::Identity;
use super::limits::Limits;
use super::phase::{Activity, Phase, PhaseSwitch};
use super::upstream::Upstream;
use super::{exchange, models};
use crate::secret::Secret;
use crate::settings::Home;

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
    /// The way out.
    pub upstream: Upstream,
    /// Serving, draining, ending.
    pub phase: PhaseSwitch,
    /// How busy.
    pub activity: Activity,
    door: Door,
    port: u16,
    version: String,
}

impl Gateway {
    /// A gateway that listens on `port`.
    pub(super) fn new(home: Home, token: Secret, port: u16, version: &str, limits: Limits) -> Self {
        Self {
            directory: Directory::new(home.settings_file()),
            keys: Keys::new(home.clone()),
            upstream: Upstream::new(&limits),
            phase: PhaseSwitch::new(),
            activity: Activity::new(),
            door: Door::new(token, port),
            version: version.to_owned(),
            home,
            limits,
            port,
        }
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
            Ok(Entry::Responses) => match self.read_body(request.into_body()).await {
                Ok(body) => exchange::run(self, body, busy).await,
                Err(refused) => refused,
            },
        }
    }

    /// Reads a body into one piece of memory.
    async fn read_body(&self, mut body: Incoming) -> Result<Vec<u8>, Answer> {
        let most = self.limits.body_bytes;
        let too_long = || {
            let message = format!("the body is longer than {} MiB", most >> 20);
            answer::error(StatusCode::PAYLOAD_TOO_LARGE, "request_too_large", &message)
        };
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > most {
            return Err(too_long());
        }
        let mut whole = Vec::with_capacity(announced);
        loop {
            let frame = match timeout(self.limits.body_idle, body.frame()).await {
                Ok(None) => return Ok(whole),
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(_))) => {
                    return Err(answer::error(StatusCode::BAD_REQUEST, "bad_request", "the body ended early"));
                }
                Err(_) => {
                    return Err(answer::error(
                        StatusCode::REQUEST_TIMEOUT,
                        "request_timeout",
                        "the body stopped coming",
                    ));
                }
            };
            let data: Bytes = frame.into_data().unwrap_or_default();
            if whole.len() + data.len() > most {
                return Err(too_long());
            }
            whole.extend_from_slice(&data);
        }
    }
}
