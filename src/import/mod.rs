//! What other tools hold of providers, read so that the same providers can be set up here: CC Switch, a LiteLLM proxy,
//! and the shell's environment. Reading changes nothing of theirs, and no key is ever shown.
//!
//! Each reader gives [`Found`] providers; [`plan()`] decides which of them are added, under which id, and which are not,
//! and why.

pub mod cc_switch;
mod found;
pub mod litellm;
mod plan;
pub mod shell;

pub use found::{Found, FoundKey, same_address};
pub use plan::{Step, plan};

/// What the environment says of a variable: nothing when it is unset or empty.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// OpenAI's own API, which a tool means that names no base URL.
const OPENAI: &str = "https://api.openai.com/v1";
