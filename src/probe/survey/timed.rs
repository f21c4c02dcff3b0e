//! One short question as Codex would have it asked, timed: it shows what no empty question can.

use std::time::Duration;

use super::heard::Heard;
use super::interview::{Interview, Known};
use super::questions;
use crate::catalog::ModelFacts;
use crate::probe::client::Reply;
use crate::probe::pace::Pace;
use crate::probe::{Client, ProbeError, Target};
use crate::protocol::{Quirks, Wire};

/// How a short answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timed {
    /// Whether it came as a stream of events.
    pub streamed: bool,
    /// Whether its content came as it was made.
    pub pace: Pace,
    /// When the first and the last piece of content were there, and how many there are.
    pub content: Option<(Duration, Duration, usize)>,
}

/// Asks a model one short question with Codex's tools, streamed, again without each field that is refused by name.
///
/// # Errors
/// When it does not answer, or in a form that cannot be read.
pub async fn timed(
    client: &Client,
    target: &Target<'_>,
    wire: Wire,
    model: &str,
    quirks: &[String],
    facts: ModelFacts,
) -> Result<Timed, ProbeError> {
    let base_url = target.base_url.trim_end_matches('/').to_owned();
    let (quirks, _) = Quirks::from_names(quirks);
    let known = Known { abilities: facts.abilities(model), quirks, model: model.to_owned() };
    let mut interview = Interview::new(client, Target { base_url, ..target.clone() }, wire, &known);
    let (heard, reply) = interview.ask(&questions::count_of_codex(model, None)).await?;
    Ok(Timed::of(&heard, &reply))
}

impl Timed {
    /// What an answer shows.
    pub(super) fn of(heard: &Heard, reply: &Reply) -> Self {
        Self {
            streamed: heard.streamed,
            pace: reply.arrivals.pace(&reply.body),
            content: reply.arrivals.content(&reply.body),
        }
    }
}
