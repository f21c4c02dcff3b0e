//! The last words of a program with a bug in it.

use crate::error::{Error, Kind};

use super::printer;

/// Lets every panic be told like an error, without secrets, and end the program at once with the exit code of a bug.
/// Without it the message would go around the redacting printer, and an abort would leave exit code 134.
pub fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let words =
            payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let mut error = Error::bug("codexgw has a bug and had to stop").cause(words.unwrap_or("it panicked"));
        if let Some(place) = panic.location() {
            error = error.cause(format!("at {}:{}", place.file(), place.line()));
        }
        let version = env!("CARGO_PKG_VERSION");
        printer::error(
            &error.hint(format!("report it with these lines and what you typed; this is codexgw {version}")),
        );
        std::process::exit(Kind::Bug.exit_code().into());
    }));
}
