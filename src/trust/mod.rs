//! TLS: whom is trusted, and what can be wrong with a certificate.

mod fault;
mod roots;

pub use fault::Fault;
pub use roots::{VARIABLE, trusting, unusable};
