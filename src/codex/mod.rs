//! Facts about Codex: find it, its version and what that version can do, its home, its catalogue format.

mod bounded;
pub mod catalogue;
mod dotenv;
mod home;
mod ids;
pub mod instructions;
mod judge;
mod login;
mod package;
mod program;
pub mod sessions;
mod version;

pub use bounded::bounded_all;
pub use home::CodexHome;
pub use ids::{is_built_in, is_reserved, valid_provider_id};
pub use judge::Verdict;
pub use login::Login;
pub use package::Native;
pub use program::Codex;
pub use version::Version;
