//! What a person sees: printer, tables, prompts, diff, sanitising of foreign text.

mod diff;
mod printer;
pub mod prompt;
mod table;
mod text;

pub use diff::diff;
pub use printer::{error, json, line, note, warn};
pub use table::table;
pub use text::{plain, plural};
