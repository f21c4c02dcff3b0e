//! A request of our own to a provider, on the very path that Codex's take, but without a port: routed, translated,
//! sent and told anew as Responses events, so that whoever asks sees what Codex would see.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::client::Client;
use super::door::Task;
use super::limits::Limits;
use super::service::Gateway;
use super::{VERSION, exchange};
use crate::error::{Error, Result};
use crate::protocol::sse;
use crate::secret::Secret;
use crate::settings::Home;

/// Most bytes of events that are listened to: a model that never comes to an end is cut off.
const MOST: usize = 1 << 20;

/// Asks the providers in the settings.
pub struct Errand {
    gateway: Arc<Gateway>,
}

/// What came of a request.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heard {
    /// The Responses events, each with the time since the request went out.
    pub events: Vec<(Duration, Value)>,
    /// The refusal in place of an answer: HTTP status and words.
    pub refused: Option<(u16, String)>,
    /// Whether it was cut off for its length or the time that it took.
    pub cut: bool,
}

impl Errand {
    /// A way to the providers that the settings of this home name.
    ///
    /// # Errors
    /// When the system has no random bytes.
    pub fn new(home: &Home) -> Result<Self> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|e| Error::bug("the system gave no random numbers").cause(e))?;
        // Nobody can knock, but a door needs its lock.
        let token = Secret::new(bytes.iter().map(|byte| format!("{byte:02x}")).collect());
        let limits = Limits { retries: 1, ..Limits::default() };
        Ok(Self { gateway: Arc::new(Gateway::new(home.clone(), token, 0, VERSION, limits)) })
    }

    /// Lends a provider's key that is in no store: the one in a variable that only Codex reads.
    pub fn lend(&self, provider: &str, key: Secret) {
        self.gateway.keys.lend(provider, key);
    }

    /// Sends a request of the Responses API (`model` as `<provider>/<model>`, streamed), and listens until it is
    /// answered, at most for so long.
    pub async fn ask(&self, request: &Value, within: Duration) -> Heard {
        let started = Instant::now();
        let deadline = started + within;
        let busy = self.gateway.activity.begin();
        let body = request.to_string().into_bytes();
        let asked = exchange::run(Arc::clone(&self.gateway), Task::Answer, Client::Other, body, busy);
        let Ok(answer) = timeout_at(deadline, asked).await else {
            return Heard { cut: true, ..Heard::default() };
        };
        let status = answer.status();
        let mut body = answer.into_body();
        let mut heard = Heard::default();
        let mut framing = sse::Decoder::new();
        let mut bytes = Vec::new();
        loop {
            let frame = match timeout_at(deadline, body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(_) => break,
                Err(_) => {
                    heard.cut = true;
                    break;
                }
            };
            let piece: Bytes = frame.into_data().unwrap_or_default();
            bytes.extend_from_slice(&piece);
            if status.is_success() {
                let at = started.elapsed();
                let fed = framing.feed(&piece, |event| {
                    heard.events.extend(serde_json::from_str(event.data).ok().map(|event| (at, event)));
                });
                if fed.is_err() || bytes.len() > MOST {
                    heard.cut = true;
                    break;
                }
            }
        }
        if !status.is_success() {
            let error: Value = serde_json::from_slice(&bytes).unwrap_or_default();
            let words = error["error"]["message"].as_str().unwrap_or_default().to_owned();
            heard.refused = Some((status.as_u16(), words));
        }
        heard
    }
}
