//! What a person sees: printer, tables, prompts, diff, sanitising of foreign text.

mod diff;
mod log;
mod panic;
mod printer;
pub mod prompt;
mod table;
mod text;

pub use diff::diff;
pub use log::log;
pub use panic::tell_panics;
pub use printer::{error, hint, json, line, note, parser, warn};
pub use table::table;
pub use text::{plain, plural};
