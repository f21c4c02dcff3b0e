//! Asks a provider what it really speaks: where its API lies, which models it has, which wire and road it can take.
//!
//! Only [`models()`], [`check_key()`], [`knock()`], [`ask()`], [`wire()`], [`details()`], [`survey()`], [`timed()`],
//! [`directly()`], [`look_at()`] and [`ask_proxy()`] call out. What their answers mean is decided by pure functions:
//! [`normalise`], the readers of answers, and [`decide`].

mod base_url;
mod certificate;
mod client;
mod decision;
mod details;
mod elsewhere;
mod error;
mod evidence;
mod facts;
mod foreign;
mod knock;
mod lowered;
mod models;
mod pace;
mod page;
mod proxy;
mod question;
mod reasoning;
mod roll_call;
mod spent;
mod stream;
mod subject;
mod survey;
mod target;
mod web_page;
mod wire;

pub use base_url::{is_hidden, is_loopback, is_near, is_quote, normalise, with_scheme};
pub use certificate::{Shown, look_at};
pub use client::{Client, client};
pub use decision::{Decision, decide, takes_bearer};
pub use details::details;
pub use elsewhere::elsewhere;
pub use error::{ProbeError, Who};
pub use evidence::{Answer, Call, ChatForm, Evidence, NativeForm, ResponsesForm};
pub use knock::{Knock, ask, knock};
pub use models::{Models, check_key, models};
pub use pace::Pace;
pub use proxy::{ProxySays, ask_proxy};
pub use roll_call::{roll_call, unkeyed};
pub use spent::Spent;
pub use subject::Subject;
pub use survey::{
    Ability, Directly, Network, Part, Plan, Problem, Refused, Sends, Survey, Timed, Topic, Verdict, WireSurvey,
    directly, survey, timed,
};
pub use target::Target;
pub use wire::wire;
use wire::{one_wire, other_wires};

#[cfg(test)]
mod tests;
