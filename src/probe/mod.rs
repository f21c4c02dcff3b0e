//! Asks a provider what it really speaks: where its API lies, which models it has, which wire and road it can take.
//!
//! Only [`models()`], [`check_key()`], [`knock()`], [`wire()`] and [`details()`] call out. What their answers mean is
//! decided by pure functions: [`normalise`], the readers of answers, and [`decide`].

mod base_url;
mod client;
mod decision;
mod details;
mod error;
mod evidence;
mod facts;
mod foreign;
mod knock;
mod models;
mod page;
mod question;
mod stream;
mod target;
mod wire;

pub use base_url::{is_loopback, normalise};
pub use client::{Client, client};
pub use decision::{Decision, decide};
pub use details::details;
pub use error::{ProbeError, Who};
pub use evidence::{Answer, Call, ChatForm, Evidence, NativeForm, ResponsesForm};
pub use knock::{Knock, knock};
pub use models::{Models, check_key, models};
pub use target::Target;
pub use wire::wire;

#[cfg(test)]
mod tests;
