//! What must hold whatever bytes come. The fuzz targets in `fuzz/` and the replay of their corpus call these functions,
//! which panic where it does not.

mod answer;
mod grammar;
mod request;

pub use answer::{chat, gemini, messages, responses};
pub use request::request;
