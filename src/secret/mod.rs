//! Secrets: the type, where they come from, and how they stay out of sight.

mod clean;
mod core_dump;
mod credential_names;
pub mod credentials;
pub mod gateway_token;
mod key_command;
mod key_file;
mod key_flaw;
pub mod key_shape;
mod keyring;
pub(crate) mod passing_dir;
pub(crate) mod private_file;
pub mod redact;
mod value;
mod vault;

pub use clean::clean_key;
pub use core_dump::forbid_core_dumps;
pub use key_command::{join_command, quoted, split_command};
pub use key_flaw::{is_wrapped, key_flaw};
pub use key_shape::looks_like_credential;
pub use value::Secret;
pub use vault::Vault;
